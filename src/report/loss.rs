//! Losses, looked at again: one of them, and what many have in common.

use chrono::NaiveDate;

use super::Report;
use super::bands::Bands;
use super::bar;
use super::block::{Block, Cell, Grid, Row, RowSort, Score, Share, Shares, Strip, Waterfall};
use super::colour::Mark;
use super::course::{Lane, Point, Sign, Timeline};
use super::explanation::NOTHING;
use super::words::sentence;
use super::{change, words};
use crate::Engine;
use crate::outcome::post_mortem::show::{between, days, listed_told};
use crate::outcome::post_mortem::{self, PostMortem, PostMortems, RuleCatch, ThresholdCatch};
use crate::text::number::{self, percent, tenths};

/// The most rules that get a lane of their own; the days of more are in one. Our choice: with them the picture is
/// as high as it is wide on a telephone.
const RULES: usize = 5;

/// A report on one loss: whether anybody was told in time, the score over time with alerts, the first signal and the
/// human call, how it stood half a year to a week before, why the score fell, who was warned, and what would have
/// caught it at what cost in false alarms.
///
/// With the engine that assessed it, bands are shown with their edges; any other engine is not asked. As text it is
/// the text of the [`PostMortem`].
///
/// ```
/// # #[cfg(feature = "toml")] {
/// use foretell::book::OutcomeKind;
/// use foretell::frame::{Column, Frame, SubjectKind::Subscription};
/// use foretell::outcome::history::{Happening, History};
/// use foretell::outcome::post_mortem::{PostMortemOptions, post_mortems};
/// use foretell::{Config, Engine, Input, report};
///
/// let engine = Engine::compile(&Config::parse(r#"
///     metrics = [{ name = "quiet_days" }]
///     [[scorecards]]
///     name = "health"
///     factors = [{ metric = "quiet_days", points.linear = { worst = 40, best = 0 } }]
///     [[rules]]
///     name = "no_login"
///     when = "quiet_days >= 20"
/// "#))?;
/// let mut weeks = Vec::new();
/// for (day, quiet) in [("2026-01-05", 1.0), ("2026-01-12", 8.0), ("2026-01-19", 22.0)] {
///     let mut frame = Frame::new(Subscription, ["acme"])?;
///     frame.insert("quiet_days", Column::numbers([Some(quiet)]))?;
///     weeks.push((day.parse()?, frame));
/// }
/// let lost = Happening::new("acme", "2026-02-20".parse()?, OutcomeKind::Churned);
/// let days = weeks.iter().map(|(day, frame)| (*day, Input::frame(frame)));
/// let options = PostMortemOptions::new("health");
/// let all = post_mortems(&engine, days, &History::new([lost], [("acme", "2026-02-20".parse()?)]), &options)
///     .ok_or("unknown")?;
///
/// let report = report::post_mortem(Some(&engine), &all.losses[0]);
/// assert!(report.to_string().contains("Told in time: 32 days before the loss, by the rule no_login."));
/// assert!(report.page().contains("<svg"));
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn post_mortem(engine: Option<&Engine>, loss: &PostMortem) -> Report {
    let bands = Bands::made_by(engine, &loss.engine, &loss.scorecard);
    let about = format!("post-mortem of a {}, lost on {}", loss.kind, loss.lost_on);
    let mut report =
        Report::new(&loss.subject, about).made_by(&loss.engine).said_as(loss.to_string());
    report.push(headline(loss));
    report.push(Block::Line(loss.verdict()));
    if let Some(timeline) = timeline(loss, &bands) {
        report.push(timeline);
    }
    report.push(marks(loss, &bands));
    report.push(Block::Heading("First signal".to_owned()));
    let none = "None: alerts, bands and factors were as at their best.";
    let signal = loss.first_signal.as_ref();
    report.push(Block::Line(
        signal.map_or_else(|| none.to_owned(), |signal| sentence(&signal.to_string())),
    ));
    if let (Some(said), Some(fall)) = (loss.fell(), &loss.fall) {
        report.push(Block::Heading("Why it fell".to_owned()));
        report.push(Block::Line(sentence(&said)));
        report.push(change::waterfall(&fall.change));
    }
    report.push(Block::Heading("Who was warned".to_owned()));
    match warned(loss) {
        Some(it) => report.push(it),
        None => report.push(Block::Line("Nobody: no rule fired.".to_owned())),
    }
    report.push(Block::Heading("The human call".to_owned()));
    report.push(Block::Line(sentence(&loss.said())));
    report.push(Block::Heading("What would have caught it, and at what cost".to_owned()));
    match caught(loss) {
        Some(it) => report.push(it),
        None => report.push(Block::Line(
            "No rule, and no threshold on one metric of the scorecard.".to_owned(),
        )),
    }
    report
}

fn headline(loss: &PostMortem) -> Score {
    let mut facts = vec![("lost on".to_owned(), loss.lost_on.to_string())];
    facts.extend(loss.worth().map(|worth| ("worth".to_owned(), worth)));
    facts.extend(loss.first_signal.as_ref().map(|signal| {
        let what = format!("{}, {} before", signal.what.short(), days(signal.lead));
        ("first signal".to_owned(), what)
    }));
    Score {
        value: match loss.told() {
            Some((lead, _)) => format!("Told {} before", days(lead)),
            None => "Missed".to_owned(),
        },
        band: None,
        aside: None,
        facts,
        strip: None,
    }
}

/// The score over time, and what happened meanwhile; none where there is but a day.
fn timeline(loss: &PostMortem, bands: &Bands) -> Option<Timeline> {
    let from = loss.course.first()?.day;
    let point = |it: &post_mortem::SubjectStanding| Point {
        day: it.day,
        score: it.score,
        mark: it.band.as_deref().map_or_else(Mark::none, |band| bands.mark(band)),
        held: it.overridden.is_some() && it.score.is_some(),
    };
    let points: Vec<Point> = loss.course.iter().map(point).collect();
    let mut lanes = alerts(loss);
    if let Some(it) = &loss.first_signal {
        let name = "first signal".to_owned();
        lanes.push(Lane { name, spans: Vec::new(), signs: vec![(it.day, Sign::Seen)] });
    }
    if let Some(it) = loss.call.as_ref().filter(|call| from <= call.day) {
        let name = "the human call".to_owned();
        lanes.push(Lane { name, spans: Vec::new(), signs: vec![(it.day, Sign::Call)] });
    }
    if loss.course.iter().any(|standing| standing.coverage < 1.0) {
        let spans = spans(loss, |standing| standing.coverage);
        lanes.push(Lane {
            name: "share of the score measured".to_owned(),
            spans,
            signs: Vec::new(),
        });
    }
    let seen = |sign: Sign| lanes.iter().any(|lane| lane.signs.iter().any(|it| it.1 == sign));
    let fires = loss.course.iter().any(|standing| !standing.alerts.is_empty());
    let legend = [
        (Sign::Told, "alert, somebody was told", seen(Sign::Told)),
        (Sign::Untold, "alert, nobody was told", seen(Sign::Untold)),
        (Sign::Span, "alert firing", fires),
        (Sign::Held, "score by hand or by rule", points.iter().any(|point| point.held)),
    ];
    let tick = |it: &post_mortem::BeforeLoss| {
        let back = chrono::Days::new(it.before.into());
        Some((loss.lost_on.checked_sub_days(back)?, it.before.to_string()))
    };
    let mut ticks: Vec<(NaiveDate, String)> = loss.marks.iter().filter_map(tick).collect();
    ticks.sort();
    Some(Timeline {
        title: format!("{} until the loss", loss.scorecard),
        said: said(loss),
        from,
        to: loss.lost_on,
        bands: bands.clone(),
        points,
        ahead: Vec::new(),
        ticks,
        feet: [from.to_string(), "days before".to_owned(), format!("lost {}", loss.lost_on)],
        line: loss.first_signal.as_ref().map(|signal| signal.day),
        lanes,
        legend: legend.into_iter().filter(|it| it.2).map(|it| (it.0, it.1)).collect(),
    })
}

/// What the picture shows, in sentences.
fn said(loss: &PostMortem) -> String {
    let scored: Vec<(NaiveDate, f64)> =
        loss.course.iter().filter_map(|standing| Some((standing.day, standing.score?))).collect();
    let Some((first, last)) = scored.first().zip(scored.last()) else {
        return format!("No score until the loss on {}.", loss.lost_on);
    };
    let mut out = format!(
        "From {} on {} to {} on {}; lost on {}.",
        tenths(first.1),
        first.0,
        tenths(last.1),
        last.0,
        loss.lost_on
    );
    if let Some(it) = &loss.first_signal {
        out += &format!(" First signal: {it}.");
    }
    for it in &loss.warnings {
        let told = if it.told { "somebody was told" } else { "nobody was told" };
        out += &format!(" {}: {} fired, {told}.", it.day, it.rule);
    }
    out
}

/// Spans from each day to the next, with a share of each day; those of nothing are left out.
fn spans(
    loss: &PostMortem,
    share: impl Fn(&post_mortem::SubjectStanding) -> f64,
) -> Vec<(NaiveDate, NaiveDate, f64)> {
    let next = loss.course.iter().skip(1).map(|standing| standing.day).chain([loss.lost_on]);
    let mut out: Vec<(NaiveDate, NaiveDate, f64)> = Vec::new();
    for (it, to) in loss.course.iter().zip(next) {
        let share = share(it);
        match out.last_mut() {
            // The same as the day before goes on.
            Some(last) if last.1 == it.day && last.2.total_cmp(&share).is_eq() => last.1 = to,
            _ if share > 0.0 => out.push((it.day, to, share)),
            _ => {}
        }
    }
    out
}

/// A lane for each rule, in the order of their first days.
fn alerts(loss: &PostMortem) -> Vec<Lane> {
    let mut rules: Vec<&str> = Vec::new();
    let fired = loss.warnings.iter().map(|warning| (warning.day, warning.rule.as_str()));
    let open = loss
        .course
        .iter()
        .flat_map(|standing| standing.alerts.iter().map(|rule| (standing.day, rule.as_str())));
    let mut all: Vec<(NaiveDate, &str)> = fired.chain(open).collect();
    all.sort_unstable();
    for (_, rule) in all {
        if !rules.contains(&rule) {
            rules.push(rule);
        }
    }
    let own = if rules.len() > RULES { RULES - 1 } else { rules.len() };
    let (own, others) = rules.split_at_checked(own).unwrap_or((&rules, &[]));
    let lane = |name: String, rules: &[&str]| {
        let among = |rule: &String| rules.contains(&rule.as_str());
        let warnings = loss.warnings.iter().filter(|warning| among(&warning.rule));
        let sign = |told| if told { Sign::Told } else { Sign::Untold };
        Lane {
            name,
            spans: spans(
                loss,
                |standing| if standing.alerts.iter().any(among) { 1.0 } else { 0.0 },
            ),
            signs: warnings.map(|warning| (warning.day, sign(warning.told))).collect(),
        }
    };
    let mut out: Vec<Lane> = own.iter().map(|rule| lane((*rule).to_owned(), &[rule])).collect();
    if !others.is_empty() {
        out.push(lane(format!("{} other rules", others.len()), others));
    }
    out
}

/// How it stood so many days before.
fn marks(loss: &PostMortem, bands: &Bands) -> Grid {
    let held = loss.marks.iter().any(|mark| mark.overridden.is_some());
    let row = |it: &post_mortem::BeforeLoss| {
        let before =
            |note: String| Cell { notes: vec![note], ..Cell::number(days(it.before.into())) };
        let Some(day) = it.day else {
            return vec![before("not yet assessed".to_owned()), Cell::number(NOTHING)];
        };
        let score = it.score.map_or_else(|| "no score".to_owned(), tenths);
        let score = Cell::score(score, it.band.as_deref(), bands);
        let strip = Strip {
            score: it.score,
            before: None,
            interval: None,
            meaning: words::REST,
            bands: bands.clone(),
        };
        let alerts = if it.alerts.is_empty() { NOTHING.to_owned() } else { it.alerts.join(", ") };
        let mut row = vec![
            before(day.to_string()),
            score,
            Cell { strip: Some(strip), ..Cell::default() },
            Cell::number(percent(it.coverage, 1)),
            Cell::text(alerts),
        ];
        if held {
            row.push(Cell::text(it.overridden.as_deref().unwrap_or(NOTHING)));
        }
        row
    };
    let heads = ["before", &loss.scorecard, "0 to 100", "measured", "alerts", "by hand or rule"];
    let heads = heads.iter().take(if held { 6 } else { 5 }).map(|head| (*head).to_owned());
    let rows = loss.marks.iter().map(row).collect();
    Grid { title: "How it stood".to_owned(), heads: heads.collect(), rows }
}

fn warned(loss: &PostMortem) -> Option<Grid> {
    let row = |it: &post_mortem::Warning| {
        let told = match (&it.owner, it.told) {
            (Some(owner), true) => owner.clone(),
            (None, true) => "somebody".to_owned(),
            (_, false) => "nobody".to_owned(),
        };
        vec![
            Cell::text(it.day.to_string()),
            Cell::number(days(it.lead)),
            Cell::text(&it.event),
            Cell::text(told),
            Cell::text(&it.message),
        ]
    };
    let rows: Vec<Vec<Cell>> = loss.warnings.iter().map(row).collect();
    let heads = ["on", "before", "what", "told", "message"].map(str::to_owned).to_vec();
    (!rows.is_empty()).then(|| Grid { title: "Alerts that fired".to_owned(), heads, rows })
}

/// What it was, and when.
fn dated(what: String, when: String) -> Cell {
    Cell { notes: vec![when], ..Cell::text(what) }
}

/// The rules and thresholds that would have caught it.
fn caught(loss: &PostMortem) -> Option<Grid> {
    let right = |it: Option<crate::alert::Share>| match it {
        Some(it) => Cell { notes: vec![between(it)], ..Cell::number(percent(it.value, 1)) },
        None => Cell::number(NOTHING),
    };
    use number::count;
    let rule = |it: &RuleCatch| {
        let told = if it.told { "told on" } else { "fired, but nobody was told, on" };
        let (wrong, all) = (count(it.false_alarms), count(it.hits + it.false_alarms));
        vec![
            dated(format!("the rule {}", it.rule), format!("{told} {}", it.day)),
            Cell::number(format!("{} alerts", count(it.hits))),
            Cell::number(format!("{wrong} of {all} alerts")),
            right(it.precision),
        ]
    };
    let threshold = |it: &ThresholdCatch| {
        vec![
            dated(it.name(), format!("reached on {}", it.day)),
            Cell::number(format!("{} of {} losses", count(it.caught), count(it.lost))),
            Cell::number(format!("{} of {} that stayed", count(it.false_alarms), count(it.kept))),
            right(it.precision),
        ]
    };
    let rows: Vec<Vec<Cell>> =
        loss.rules.iter().map(rule).chain(loss.thresholds.iter().map(threshold)).collect();
    let heads = ["what", "before a loss", "false alarms", "right"].map(str::to_owned);
    let title = "Over all this time, about everybody".to_owned();
    (!rows.is_empty()).then(|| Grid { title, heads: heads.to_vec(), rows })
}

/// A report on many losses: the share of which nobody was told in time, how early the others were known, which rules
/// told of them, what the first signals were, and the losses themselves, missed ones first.
///
/// `most` is how many losses are listed. As text it is the text of the [`PostMortems`], with as many.
#[must_use]
pub fn losses(all: &PostMortems, most: usize) -> Report {
    let about = "post-mortems of losses".to_owned();
    let title = format!("Losses by {}", all.scorecard);
    let mut report = Report::new(title, about).made_by(&all.engine).said_as(all.page(most));
    let missed = all.losses.iter().filter(|loss| !loss.told_in_time).count();
    let [missed, count] = [missed, all.losses.len()].map(number::count);
    let facts = all.facts().into_iter().map(|(name, said)| (name.to_owned(), said));
    report.push(Score {
        value: format!("{missed} of {count} missed"),
        band: None,
        aside: None,
        facts: facts.collect(),
        strip: None,
    });
    if all.losses.is_empty() {
        return report;
    }
    report.push(Block::Heading("How early somebody was told".to_owned()));
    let early = all.how_early();
    let of = early.len();
    let share = |(at, (name, count)): (usize, (String, usize))| Share {
        mark: Mark::band(at, of),
        name,
        count,
    };
    let parts = early.into_iter().enumerate().map(share).collect();
    report.push(Shares { title: "losses by how early somebody was told".to_owned(), parts });
    report.push(Block::Heading("What was seen".to_owned()));
    for (title, head, counts) in [
        ("The first signal", "signal", all.signals()),
        ("Losses that a rule told of in time", "rule", all.told_by()),
    ] {
        if !counts.is_empty() {
            report.push(counted(title, head, counts, all.losses.len()));
        }
    }
    if most > 0 {
        report.push(listing(all, most));
    }
    let rest = all.losses.len().saturating_sub(most);
    if rest > 0 {
        report.push(Block::Line(format!("and {} more", number::count(rest))));
    }
    report
}

/// Bars of counts, beside their share of all.
fn counted(title: &str, head: &str, counts: Vec<(String, usize)>, all: usize) -> Waterfall {
    let row = |(name, count): (String, usize)| Row {
        depth: 0,
        name,
        note: String::new(),
        sort: RowSort::Amount { to: count as f64, reach: None, interval: None },
        value: number::count(count),
        detail: percent(count as f64 / all.max(1) as f64, 1),
    };
    let rows: Vec<Row> = counts.into_iter().map(row).collect();
    Waterfall {
        title: title.to_owned(),
        amounts: true,
        heads: [head, "losses", "of all"].map(str::to_owned),
        span: bar::from_zero(&rows),
        rows,
    }
}

fn listing(all: &PostMortems, most: usize) -> Grid {
    let listed = all.listed();
    let row = |it: &&PostMortem| {
        let signal = it.first_signal.as_ref();
        let signal =
            signal.map(|signal| format!("{}, {} before", signal.what.short(), days(signal.lead)));
        let mark = if it.told_in_time { Mark::band(1, 2) } else { Mark::band(0, 2) };
        vec![
            Cell::text(&it.subject),
            Cell::text(it.lost_on.to_string()),
            Cell::number(it.worth().unwrap_or_else(|| NOTHING.to_owned())),
            Cell::marked(mark, listed_told(it)),
            Cell::text(signal.unwrap_or_else(|| NOTHING.to_owned())),
        ]
    };
    let rows = listed.iter().take(most).map(row).collect();
    let heads = ["", "lost on", "worth", "told", "first signal"].map(str::to_owned).to_vec();
    Grid { title: "The losses, missed ones first".to_owned(), heads, rows }
}
