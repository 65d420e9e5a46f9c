//! What renewals will bring: a whole book, and one of them.

use std::fmt;

use chrono::NaiveDate;

use super::Report;
use super::bands::Bands;
use super::bar;
use super::block::{Block, Cell, Grid, Row, RowSort, Score, Strip, Waterfall};
use super::course::{Point, Sign, Timeline};
use super::explanation::NOTHING;
use crate::Engine;
use crate::outcome::Span;
use crate::outcome::forecast::text;
use crate::outcome::forecast::{
    Basis, CallComparison, Chance, Disagreement, Forecast, Likely, Reach, RenewalGroup,
    RenewalLine, Trend,
};
use crate::text::number::{self, grouped, part, percent, tenths, whole};

/// So many days of what is expected are drawn.
const AHEAD: i64 = 24;

/// A report on the forecast of a book: what is expected of what is up for renewal, with the interval that holds it
/// with 95%; the same by month, quarter, segment and owner; the renewals with most value at risk; where people
/// and the model disagree; and, where past calls are given, who was right so far.
///
/// `most` is the length of each list. As text it is the text of the [`Forecast`], with as many, and of the [`CallComparison`].
///
/// ```
/// use foretell::outcome::calibrate::Calibration;
/// use foretell::outcome::forecast::{Forecaster, Likelihood, Renewal};
/// use foretell::report;
///
/// let score: Vec<f64> = (0..200).map(|it| f64::from(it) / 2.0).collect();
/// let lost: Vec<bool> = (0..200).map(|it| it % 20 > it / 10).collect();
/// let forecaster = Forecaster::new(180).with_likelihood(Likelihood::renewal("health", Calibration::fit(&score, &lost)));
/// let day = |it: &str| it.parse().unwrap();
/// let acme = Renewal::new("acme", Some(day("2026-05-01")), Some(50_000.0)).with_score("health", 20.0);
/// let forecast = forecaster.forecast(day("2026-03-01"), [acme]);
///
/// let report = report::forecast(&forecast, None, 10);
/// assert!(report.to_string().contains("1 subscription worth 50,000"));
/// assert!(report.html().contains("<svg"));
/// assert!(report::renewal(None, &forecast, "acme").is_some());
/// ```
#[must_use]
pub fn forecast(forecast: &Forecast, past: Option<&CallComparison>, most: usize) -> Report {
    let mut said = Page(forecast, most).to_string();
    if let Some(it) = past {
        said += &format!("\n{it}");
    }
    let about = format!("forecast of renewals, made on {}", forecast.as_of);
    let mut report = Report::new(forecast.title(), about).said_as(said);
    report.push(headline(forecast));
    if !forecast.lines.is_empty() {
        report.push(Block::Line(
            "In the pictures the pale bar is what is up for renewal, the full bar what is expected of it; \
             the line with two ends holds what comes with 95%."
                .to_owned(),
        ));
        for (title, groups) in forecast.parts() {
            report.push(by(title, groups));
        }
        likely(&mut report, forecast);
        risks(&mut report, forecast, most);
    }
    queue(&mut report, forecast, most);
    if let Some(it) = past {
        compared(&mut report, it);
    }
    report
}

/// The text of a forecast, with so many lines in its lists.
struct Page<'a>(&'a Forecast, usize);

impl fmt::Display for Page<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.page(f, self.1)
    }
}

/// An amount with its currency, where that is named.
fn headline(forecast: &Forecast) -> Score {
    let it = &forecast.whole;
    let facts = forecast.facts().into_iter().map(|(name, said)| (name.to_owned(), said));
    let share = part(it.expected.value, it.value);
    let money = |it: f64| number::money(it, forecast.currency);
    let (value, aside) = match it.renewals {
        0 => ("Nothing".to_owned(), "is up for renewal".to_owned()),
        all if all == it.without_value => ("Unknown".to_owned(), "no value is known".to_owned()),
        _ => (money(it.expected.value), format!("expected of {} ({share})", money(it.value))),
    };
    Score { value, band: None, aside: Some(aside), facts: facts.collect(), strip: None }
}

/// Bars of amounts.
fn amounts(title: &str, heads: [&str; 3], rows: Vec<Row>) -> Waterfall {
    Waterfall {
        title: title.to_owned(),
        amounts: true,
        heads: heads.map(str::to_owned),
        span: bar::from_zero(&rows),
        rows,
    }
}

/// A bar up to an expected amount, within what it is of.
fn bar_of(expected: Span, of: f64) -> RowSort {
    let interval = (expected.low < expected.high).then_some([expected.low, expected.high]);
    RowSort::Amount { to: expected.value, reach: Some(of), interval }
}

/// The book in parts.
fn by(title: &str, groups: &[RenewalGroup]) -> Waterfall {
    let row = |it: &RenewalGroup| {
        let count = if it.renewals == 1 { "renewal" } else { "renewals" };
        let mut note = format!("{} {count} worth {}", it.renewals, whole(it.value));
        if it.people.calls > 0 {
            note += &format!(
                "; people expect {} of {} worth {}, the model {}",
                whole(it.people.expected),
                it.people.calls,
                whole(it.people.value),
                whole(it.people.model)
            );
        }
        Row {
            depth: 0,
            name: text::name(it.name.as_deref()),
            note,
            sort: bar_of(it.expected, it.value),
            value: whole(it.expected.value),
            detail: format!(
                "{}; {} to {}",
                part(it.expected.value, it.value),
                whole(it.expected.low),
                whole(it.expected.high)
            ),
        }
    };
    amounts(title, ["", "expected", "share; 95%"], groups.iter().map(row).collect())
}

/// How many renewals, expansions and so on.
fn likely(report: &mut Report, forecast: &Forecast) {
    let all = forecast.whole.renewals;
    let rows = forecast.whole.likely.iter().map(|likely| Row {
        depth: 0,
        name: named(likely.what, &likely.scorecard),
        note: format!("worth {}", whole(likely.value.value)),
        sort: bar_of(likely.count, all as f64),
        value: grouped(likely.count.value, 1),
        detail: format!("of {all}; {} to {}", whole(likely.count.low), whole(likely.count.high)),
    });
    let rows: Vec<Row> = rows.collect();
    if !rows.is_empty() {
        report.push(amounts("How many are likely", ["", "expected", "of; 95%"], rows));
    }
}

fn named(what: Likely, scorecard: &str) -> String {
    format!("{} by {scorecard}", what.as_str())
}

/// A number, or a dash.
fn maybe(it: Option<f64>) -> Cell {
    Cell::number(it.map_or_else(|| NOTHING.to_owned(), whole))
}

/// A probability with its interval and what it rests on.
fn chance(it: &Chance) -> Cell {
    let ends = format!("{}, by {}", text::ends(it.low, it.high), it.basis.as_str());
    Cell { notes: vec![ends], ..Cell::number(percent(it.probability, 0)) }
}

/// Whose renewal it is and when.
fn whose(subject: &str, day: NaiveDate, owner: Option<&str>) -> Cell {
    let owner = owner.map(|owner| format!(", {owner}")).unwrap_or_default();
    Cell { notes: vec![format!("{day}{owner}")], ..Cell::text(subject) }
}

/// Where health will be, as far as that is known.
fn strip(health: Option<&Reach>) -> Cell {
    let Some(it) = health else { return Cell::text(NOTHING) };
    let strip = Strip {
        score: Some(it.score),
        before: None,
        interval: Some([it.low, it.high]),
        meaning: "on the day of the renewal",
        bands: Bands::default(),
    };
    let ends = format!("{} ({} to {})", tenths(it.score), tenths(it.low), tenths(it.high));
    Cell { strip: Some(strip), notes: vec![ends], ..Cell::default() }
}

fn risks(report: &mut Report, forecast: &Forecast, most: usize) {
    if most == 0 {
        return;
    }
    let lines = forecast.by_risk();
    let known = forecast.lines.iter().any(|line| line.health.is_some());
    let row = |it: &&RenewalLine| {
        let mut row = vec![
            whose(&it.subject, it.day, it.owner.as_deref()),
            maybe(it.value),
            chance(&it.renewal),
            maybe(it.expected.map(|expected| expected.value)),
            maybe(it.at_risk()),
        ];
        if known {
            row.push(strip(it.health.as_ref()));
        }
        row
    };
    let heads = ["renewal", "value", "likely", "expected", "at risk", "health then"];
    let title = "Renewals with the most value at risk".to_owned();
    let rows = lines.iter().take(most).map(row).collect();
    let heads = heads.iter().take(if known { 6 } else { 5 }).map(|head| (*head).to_owned());
    report.push(Grid { title, heads: heads.collect(), rows });
    more(report, lines.len(), most);
}

fn more(report: &mut Report, all: usize, shown: usize) {
    match all.saturating_sub(shown) {
        0 => {}
        more => report.push(Block::Line(format!("and {more} more"))),
    }
}

fn queue(report: &mut Report, forecast: &Forecast, most: usize) {
    let silent = forecast.whole.people.calls == 0 && forecast.disagreements.is_empty();
    if silent || most == 0 {
        return;
    }
    report.push(Block::Heading("Where people and the model disagree".to_owned()));
    if forecast.disagreements.is_empty() {
        return report.push(Block::Line("Nowhere.".to_owned()));
    }
    let row = |it: &Disagreement| {
        vec![
            whose(&it.subject, it.day, it.owner.as_deref()),
            maybe(it.value),
            Cell::number(percent(it.human, 0)),
            chance(&it.model),
            maybe(it.at_stake),
        ]
    };
    let heads = ["renewal", "value", "people", "model", "at stake"];
    report.push(Grid {
        title: "Most value at stake first".to_owned(),
        heads: heads.map(str::to_owned).to_vec(),
        rows: forecast.disagreements.iter().take(most).map(row).collect(),
    });
    more(report, forecast.disagreements.len(), most);
}

/// People's past calls against the model's.
fn compared(report: &mut Report, it: &CallComparison) {
    report.push(Block::Heading(it.title()));
    it.conclusion().into_iter().for_each(|conclusion| report.push(Block::Line(conclusion)));
    // Each figure of the people stands beside that of the model.
    let row = |cells: Vec<String>| {
        let mut cells = cells.into_iter();
        let mut next = || cells.next().unwrap_or_default();
        let mut row = vec![Cell::text(next()), Cell::number(next()), Cell::number(next())];
        for _ in 0..4 {
            let (people, model) = (next(), next());
            row.push(Cell::number(format!("{people} / {model}")));
        }
        row.push(Cell::text(next()));
        row
    };
    let heads = ["", "calls", "renewed", "too hopeful", "error", "nearer", "too much", "beware"];
    report.push(Grid {
        title: "People / model".to_owned(),
        heads: heads.map(str::to_owned).to_vec(),
        rows: it.rows().into_iter().map(row).collect(),
    });
    text::LEGEND.iter().for_each(|line| report.push(Block::Line((*line).to_owned())));
}

/// A report on one renewal of a forecast: how likely it is and on what that rests, what it is worth, and where its
/// health is going until the day, with the interval that holds the score of that day with 95%.
///
/// `health` is the engine and the scorecard that its past scores are of, for the bands behind them. None where the
/// subscription is not in the forecast.
#[must_use]
pub fn renewal(
    health: Option<(&Engine, &str)>,
    forecast: &Forecast,
    subject: &str,
) -> Option<Report> {
    let line = forecast.of(subject)?;
    let bands = health.map_or_else(Bands::default, |(engine, card)| Bands::of(engine, card));
    let about = format!("renewal on {}, forecast on {}", line.day, forecast.as_of);
    let mut report = Report::new(subject, about);
    if let Some((engine, _)) = health {
        report = report.made_by(engine.hash());
    }
    report.push(chances(forecast, line));
    match timeline(health.map_or("health", |it| it.1), forecast.as_of, line, &bands) {
        Some(it) => {
            report.push(Block::Line(it.said.clone()));
            report.push(it);
        }
        None => report.push(Block::Line(
            "Too few past scores are known to say where its health is going.".to_owned(),
        )),
    }
    let rows = forecast.likelihoods.iter().zip(&line.chances).map(|((what, card), it)| Row {
        depth: 0,
        name: named(*what, card),
        note: format!("rests on {}", rests(it.basis)),
        sort: bar_of(Span::new(it.probability * 100.0, it.low * 100.0, it.high * 100.0), 100.0),
        value: percent(it.probability, 0),
        detail: text::ends(it.low, it.high),
    });
    let rows: Vec<Row> = rows.collect();
    if !rows.is_empty() {
        report.push(amounts("What is likely", ["", "probability", "95%"], rows));
    }
    Some(report)
}

const fn rests(basis: Basis) -> &'static str {
    match basis {
        Basis::Score => "its own score",
        Basis::Segment => "what happened in its segment",
        Basis::Everyone => "what happened to all",
        Basis::Nothing => "nothing: it is taken for a half",
    }
}

fn chances(forecast: &Forecast, line: &RenewalLine) -> Score {
    let it = &line.renewal;
    let money = |it: f64| number::money(it, forecast.currency);
    let mut facts = vec![("renewal".to_owned(), line.day.to_string())];
    let amounts = [
        ("worth", line.value.map(money)),
        ("expected", line.expected.map(|expected| money(expected.value))),
        ("at risk", line.at_risk().map(money)),
        ("a person says", line.human.map(|share| percent(share, 0))),
        ("health then", line.health.map(|health| tenths(health.score))),
        (
            "95% sure",
            line.health.map(|health| format!("{} to {}", tenths(health.low), tenths(health.high))),
        ),
        ("owner", line.owner.as_ref().map(ToString::to_string)),
        ("segment", line.segment.as_ref().map(ToString::to_string)),
    ];
    let known = amounts.into_iter().filter_map(|(name, it)| Some((name.to_owned(), it?)));
    facts.extend(known);
    let ends = text::ends(it.low, it.high);
    Score {
        value: percent(it.probability, 0),
        band: None,
        aside: Some(format!(
            "chance of renewal, 95% sure: {ends}; it rests on {}",
            rests(it.basis)
        )),
        facts,
        strip: None,
    }
}

/// Its health so far and until the day of the renewal.
fn timeline(card: &str, as_of: NaiveDate, line: &RenewalLine, bands: &Bands) -> Option<Timeline> {
    let trend = Trend::fit(&line.past)?;
    let (from, score) = *line.past.first()?;
    let (last, now) = *line.past.last()?;
    let then = trend.at(line.day);
    let whole = (line.day - last).num_days().max(0);
    let step = |at: i64| {
        let days = u64::try_from(whole * at / AHEAD).unwrap_or(0);
        Some(trend.at(last.checked_add_days(chrono::Days::new(days))?))
    };
    let mut ahead: Vec<Reach> = (0..=AHEAD).filter_map(step).collect();
    ahead.dedup_by_key(|reach| reach.day);
    let point = |(day, score): &(NaiveDate, f64)| Point {
        day: *day,
        score: Some(*score),
        mark: bands.at(*score),
        held: false,
    };
    let mut ends = format!("{} to {}", tenths(then.low), tenths(then.high));
    if then.low <= 0.0 && then.high >= 100.0 {
        ends += ", the whole scale: so far ahead nothing is known";
    }
    Some(Timeline {
        title: format!("{card} until the renewal"),
        said: format!(
            "Its health went from {} on {from} to {} on {last}. On {} {} is expected, 95% sure: {ends}.",
            tenths(score),
            tenths(now),
            line.day,
            tenths(then.score)
        ),
        from,
        to: line.day.max(last),
        bands: bands.clone(),
        points: line.past.iter().map(point).collect(),
        ahead,
        ticks: vec![(as_of, "forecast".to_owned())],
        feet: [from.to_string(), String::new(), format!("renewal {}", line.day)],
        line: Some(as_of),
        lanes: Vec::new(),
        legend: vec![
            (Sign::Known, "so far"),
            (Sign::Ahead, "expected"),
            (Sign::Fan, "holds the score with 95%"),
        ],
    })
}
