//! What is measured. Agreement comes first: nothing is timed that is wrong.

use std::collections::BTreeMap;
use std::hint::black_box;
use std::time::Duration;

use foretell::frame::Frame;
use serde::Serialize;

use crate::answers::{Answers, RULES};
use crate::child;
use crate::clock::{Cost, Job, costs, median};
use crate::foretell_side::{self, Outcome, Side};
use crate::hand::{self, Work};
use crate::peers::{self, Missing};
use crate::workload::{Data, Spec, generate};

/// How many processes of each count of threads are timed.
const TURNS: usize = 5;

/// How much is done.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Sizes of books.
    pub rows: Vec<usize>,
    /// How many rows the slow peers get, and for which size of book.
    pub peer_rows: usize,
    /// How often each job is timed, at most.
    pub repetitions: usize,
    /// The time that one size may take, beyond three repetitions.
    pub most: Duration,
    /// How many calls for one row the growth of memory is measured over.
    pub calls: usize,
}

impl Plan {
    /// What `--check` needs.
    #[must_use]
    pub fn full() -> Self {
        Self {
            rows: vec![10_000, 100_000, 1_000_000],
            peer_rows: 5_000,
            repetitions: 21,
            most: Duration::from_secs(60),
            calls: 1_000_000,
        }
    }

    /// Enough to see where things stand.
    #[must_use]
    pub fn quick() -> Self {
        Self {
            rows: vec![20_000],
            peer_rows: 1_000,
            repetitions: 5,
            most: Duration::from_secs(5),
            calls: 20_000,
        }
    }
}

/// What one implementation costs, in nanoseconds of processor time a row.
#[derive(Debug, Clone, Serialize)]
pub struct Line {
    /// The implementation.
    pub name: String,
    /// Scores and bands.
    pub score: f64,
    /// The rules.
    pub rules: f64,
    /// Both: for a peer its rules and the hand-written rows' scores.
    pub total: f64,
}

/// What all implementations cost on a book of one size.
#[derive(Debug, Clone, Serialize)]
pub struct Table {
    /// The size.
    pub rows: usize,
    /// How many of the rows the slow peers got.
    pub peer_rows: usize,
    /// The implementations, hand-written columns first.
    pub lines: Vec<Line>,
}

/// Everything that was measured.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Measured {
    /// By size.
    pub tables: Vec<Table>,
    /// Single numbers by name, which floors may be set on.
    pub figures: BTreeMap<String, f64>,
}

const HAND: &str = "hand-written columns";
const ROWS: &str = "hand-written rows";
const FORETELL: &str = "foretell";

/// The size of book for which peers are timed and one live row is set against columns.
const PEERS_AT: usize = 100_000;

/// The published counts for the first 20,000 rows: the sum of the totals, subscriptions a band.
const TOTALS: f64 = 1_184_674.905_787_969_2;
const BANDS: [usize; 4] = [4324, 8486, 7190, 0];
/// How often each rule fires, and how often it has no data.
const FIRED: [usize; RULES] = [
    6513, 3460, 2257, 2308, 5012, 3329, 2332, 3185, 2737, 4324, 928, 6705, 986, 2289, 3232, 1243,
    68, 1130, 2655, 227,
];
const WITHOUT_DATA: [usize; RULES] = [
    1012, 1047, 1028, 954, 1023, 1006, 1032, 0, 0, 0, 3654, 2951, 1942, 3743, 2906, 2770, 3744,
    2864, 1922, 2943,
];

/// Holds the data and the hand-written code against the published counts.
///
/// # Panics
/// Where they differ.
pub fn check_published(spec: &Spec) {
    let data = generate(spec, 20_000);
    let mut strict = Answers::with_rows(data.rows);
    hand::columns(&data, Work::BothStrict, &mut strict);
    let got = strict.checksums();
    assert!((got.totals - TOTALS).abs() <= 1e-6 * TOTALS, "{} is not {TOTALS}", got.totals);
    assert_eq!((got.bands, got.fired, got.no_data), (BANDS, FIRED.to_vec(), WITHOUT_DATA.to_vec()));
}

/// The answers of the hand-written columns, after the hand-written rows said the same.
///
/// # Panics
/// Where they differ.
#[must_use]
pub fn reference(data: &Data) -> Answers {
    let mut columns = Answers::with_rows(data.rows);
    hand::columns(data, Work::Both, &mut columns);
    let mut rows = Answers::with_rows(data.rows);
    hand::rows(data, &mut rows);
    same(HAND, &columns, ROWS, &rows);
    columns
}

fn same(left: &str, of_left: &Answers, right: &str, of_right: &Answers) {
    if let Some(difference) = of_left.difference(of_right) {
        panic!("{left} and {right} differ: {difference}");
    }
    let (left, right) = (of_left.checksums(), of_right.checksums());
    assert_eq!(left.weighted, right.weighted, "answers agree, so do sums of them");
}

/// Holds foretell against the hand-written code.
///
/// # Panics
/// Where they differ.
pub fn check_foretell(spec: &Spec, side: &Side, data: &Data, reference: &Answers) {
    let frame = foretell_side::frame(spec, data);
    let answers = foretell_side::answers(spec, &side.run(&frame));
    same(FORETELL, &answers, HAND, reference);
}

/// Holds each peer's rules on the first rows against the hand-written code of the same notion of
/// missing values.
///
/// # Panics
/// Where they differ.
pub fn check_peers(spec: &Spec, data: &Data, rows: usize) {
    let few = Data { rows, columns: data.columns.iter().map(|it| it[..rows].to_vec()).collect() };
    let mut strict = Answers::with_rows(rows);
    hand::columns(&few, Work::BothStrict, &mut strict);
    let left_to_right = reference(&few);
    for mut peer in peers::all(spec) {
        let wanted = match peer.missing() {
            Missing::LeftToRight => &left_to_right,
            Missing::Strict => &strict,
        };
        let mut answers = wanted.clone();
        answers.rules.iter_mut().for_each(|it| it.fill(u8::MAX));
        peers::run(&mut *peer, spec, &few, rows, &mut answers);
        same(peer.name(), &answers, HAND, wanted);
    }
}

/// Does all of the plan.
///
/// # Panics
/// Where two implementations differ.
#[must_use]
pub fn all(spec: &Spec, plan: &Plan) -> Measured {
    check_published(spec);
    let sides = [Side::new(spec, false), Side::new(spec, true)];
    let mut measured = Measured::default();
    for &rows in &plan.rows {
        let table = sized(spec, plan, &sides, rows, &mut measured.figures);
        measured.tables.push(table);
    }
    growth_of_cost(spec, plan, &sides[1], &mut measured);
    live(spec, plan, &sides[1], &mut measured);
    let most = plan.rows.iter().copied().max().unwrap_or_default();
    measured
        .figures
        .extend(child::peak(most).map(|it| (format!("peak memory over data, {most} rows"), it)));
    let growth = child::growth(plan.calls);
    let name = format!("bytes left after {} calls for one row", plan.calls);
    measured.figures.extend(growth.map(|it| (name, it)));
    measured
}

fn sized(
    spec: &Spec,
    plan: &Plan,
    sides: &[Side; 2],
    rows: usize,
    figures: &mut BTreeMap<String, f64>,
) -> Table {
    let data = generate(spec, rows);
    let reference = reference(&data);
    check_foretell(spec, &sides[1], &data, &reference);
    let frame = foretell_side::frame(spec, &data);
    let peer_rows = plan.peer_rows.min(rows);
    let with_peers = rows == PEERS_AT || plan.rows.len() == 1;
    let mut engines = if with_peers { peers::all(spec) } else { Vec::new() };
    if with_peers {
        check_peers(spec, &data, peer_rows);
    }

    let mut outs = vec![reference.clone(); 5];
    let mut peer_outs = vec![reference.first(peer_rows); engines.len()];
    let mut last = [None, None];
    let mut jobs = Vec::new();
    let works = [Work::Score, Work::Rules, Work::Both];
    let [one, two, three, four, five] = &mut outs[..] else { unreachable!("there are five") };
    for (work, out) in works.into_iter().zip([one, two, three]) {
        let data = &data;
        jobs.push(Job::new(HAND, rows, move || hand::columns(data, work, black_box(out))));
    }
    for (side, last) in sides.iter().zip(&mut last) {
        jobs.push(again(side, &frame, rows, last));
    }
    jobs.push(Job::new(ROWS, rows, || hand::scores_by_row(&data, black_box(four))));
    jobs.push(Job::new(ROWS, rows, || hand::rows(&data, black_box(five))));
    for (peer, out) in engines.iter_mut().zip(&mut peer_outs) {
        let data = &data;
        let name = peer.name();
        jobs.push(Job::new(name, peer_rows, move || {
            peers::run(&mut **peer, spec, data, peer_rows, black_box(out));
        }));
    }
    let costs = costs(jobs, plan.repetitions, plan.most);
    let [hand_score, hand_rules, hand, score, ours, row_score, by_row, peers @ ..] = &costs[..]
    else {
        unreachable!("there are as many costs as jobs")
    };
    ratios(rows, hand, ours, row_score, by_row, peers, figures);
    let line = |both: &Cost, score: f64, rules: f64, total: f64| Line {
        name: both.name.clone(),
        score,
        rules,
        total,
    };
    let with = |score: &Cost, both: &Cost| line(both, score.ns, both.ns - score.ns, both.ns);
    let mut lines = vec![line(hand, hand_score.ns, hand_rules.ns, hand.ns)];
    lines.extend([with(row_score, by_row), with(score, ours)]);
    let peer = |it: &Cost| line(it, row_score.ns, it.ns, row_score.ns + it.ns);
    lines.extend(peers.iter().map(peer));
    Table { rows, peer_rows, lines }
}

/// foretell on a frame, in the memory of the last answers.
fn again<'a>(
    side: &'a Side,
    frame: &'a Frame,
    rows: usize,
    last: &'a mut Option<Outcome>,
) -> Job<'a> {
    Job::new(FORETELL, rows, move || {
        side.run_again(black_box(frame), last);
        black_box(&*last);
    })
}

/// What floors are set on: how often one costs what another does.
fn ratios(
    rows: usize,
    hand: &Cost,
    ours: &Cost,
    row_score: &Cost,
    by_row: &Cost,
    peers: &[Cost],
    figures: &mut BTreeMap<String, f64>,
) {
    for other in [hand, by_row] {
        let name = format!("{FORETELL} over {}, {rows} rows", other.name);
        figures.insert(name, ours.over(other));
    }
    for peer in peers {
        let name = format!("{} over {FORETELL}, {rows} rows", peer.name);
        figures.insert(name, peer.over(ours) + row_score.over(ours));
    }
}

/// The cost of a row in the largest book over that in the smallest, which take turns.
fn growth_of_cost(spec: &Spec, plan: &Plan, side: &Side, measured: &mut Measured) {
    let (Some(few), Some(many)) = (plan.rows.iter().min(), plan.rows.iter().max()) else { return };
    if few == many {
        return;
    }
    let frames = [*few, *many].map(|it| foretell_side::drawn(spec, it));
    let mut last = [None, None];
    let [few_last, many_last] = &mut last;
    let jobs =
        vec![again(side, &frames[0], *few, few_last), again(side, &frames[1], *many, many_last)];
    if let [few_cost, many_cost] = &costs(jobs, plan.repetitions, plan.most)[..] {
        let name = format!("a row of {many} over a row of {few}");
        measured.figures.insert(name, many_cost.over(few_cost));
    }
}

/// How many different subscriptions take turns in live calls of the hand-written row: some hundreds
/// teach the processor every branch, which no stream of customers does.
const LIVE: usize = 4096;
/// How many of them take turns as frames: a frame has just been made when it is scored, so those that
/// take turns fit the second cache.
pub(crate) const LIVE_FRAMES: usize = 64;

/// The first rows, each alone.
pub(crate) fn singles(data: &Data, rows: usize) -> Vec<Data> {
    let one = |row: usize| Data {
        rows: 1,
        columns: data.columns.iter().map(|it| vec![it[row]]).collect(),
    };
    (0..rows).map(one).collect()
}

/// One live subscription at a time: the engine compiled, the state in hand.
fn live(spec: &Spec, plan: &Plan, side: &Side, measured: &mut Measured) {
    let data = generate(spec, LIVE);
    let books = singles(&data, LIVE_FRAMES);
    let frames: Vec<Frame> = books.iter().map(|it| foretell_side::frame(spec, it)).collect();
    let row = |row: usize| std::array::from_fn(|at| data.columns[at][row]);
    let rows: Vec<[f64; hand::METRICS]> = (0..LIVE).map(row).collect();
    for book in &books {
        check_foretell(spec, side, book, &reference(book));
    }
    let mut last = None;
    let jobs = vec![
        Job::new("one row, hand-written row", LIVE, || {
            for it in &rows {
                black_box(hand::row(black_box(it)));
            }
        }),
        Job::new("one row, foretell", LIVE_FRAMES, || {
            for it in &frames {
                black_box(side.run(black_box(it)));
            }
        }),
        Job::new("one row, foretell in the memory of the last", LIVE_FRAMES, || {
            for it in &frames {
                side.run_again(black_box(it), &mut last);
                black_box(&last);
            }
        }),
        Job::new("one row, foretell with its frame", LIVE_FRAMES, || {
            for it in &books {
                black_box(side.run(&foretell_side::frame(spec, black_box(it))));
            }
        }),
    ];
    let costs = costs(jobs, plan.repetitions, plan.most);
    let [by_row, ours, again, ..] = &costs[..] else { return };
    for (name, cost) in [
        ("one row, foretell over hand-written row", ours),
        ("one row, foretell in the memory of the last over hand-written row", again),
    ] {
        measured.figures.insert(name.to_owned(), cost.over(by_row));
    }
    let table = measured.tables.iter().find(|it| it.rows == PEERS_AT).or(measured.tables.first());
    if let Some(hand) = table.and_then(|it| it.lines.first()) {
        let name = "one row, foretell over a row of hand-written columns".to_owned();
        measured.figures.insert(name, ours.ns / hand.total);
    }
    measured.figures.extend(costs.into_iter().map(|it| (format!("{}, ns", it.name), it.ns)));
}

/// How much faster two threads are than one: needs foretell's threads to be built in.
///
/// Processes with one and with two take turns, and the medians of both are compared: what else a shared machine
/// does meanwhile meets both.
#[must_use]
pub fn threads(rows: usize) -> Measured {
    let turn = |_| Some((child::wall(rows, 1)?, child::wall(rows, 2)?));
    let turns: Option<(Vec<f64>, Vec<f64>)> = (0..TURNS).map(turn).collect();
    let mut measured = Measured::default();
    if let Some((one, two)) = turns {
        let ratio = median(one) / median(two);
        measured.figures.insert(format!("one thread over two, {rows} rows"), ratio);
    }
    measured
}
