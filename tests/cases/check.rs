//! Compares what came out with what a case expects, and with what always holds.

use std::collections::BTreeMap;

use foretell::config::{
    BandConfig, FactorConfig, GroupConfig, Points, ScorecardConfig, Step, Variants,
};
use foretell::engine::{NoValue, Note};
use foretell::frame::{Column, Frame, SubjectKind};
use foretell::score::{Explanation, FactorLine as Got, GroupLine};
use foretell::value::Value;
use foretell::{Assessment, Config, Engine, Input, State};

use super::file::{Expect, File, Group, Line, Plain, Wanted};
use super::run::{ONLY, date};

/// How far a calculated number may be from the expected one.
const CLOSE: f64 = 1e-9;

/// What is compared, with its name.
struct Compare<'a>(&'a mut Vec<String>);

impl Compare<'_> {
    fn number(&mut self, what: &str, got: f64, wanted: Option<f64>) {
        if let Some(wanted) = wanted.filter(|it| CLOSE < (got - it).abs() || got.is_nan()) {
            self.0.push(format!("{what} is {got}, expected {wanted}"));
        }
    }

    fn maybe(&mut self, what: &str, got: Option<f64>, wanted: Option<&Wanted>) {
        match (wanted, got) {
            (None, _) => {}
            (Some(Wanted::Number(wanted)), Some(got)) => self.number(what, got, Some(*wanted)),
            (Some(Wanted::Text(it)), None) if it == "none" => {}
            (Some(wanted), got) => {
                self.0.push(format!("{what} is {got:?}, expected {wanted:?}"));
            }
        }
    }

    fn text(&mut self, what: &str, got: Option<&str>, wanted: Option<&str>) {
        let got = got.unwrap_or("none");
        if let Some(wanted) = wanted.filter(|it| *it != got) {
            self.0.push(format!("{what} is `{got}`, expected `{wanted}`"));
        }
    }

    /// A number as its source prints it: as many decimals, half away from zero.
    fn published(&mut self, what: &str, got: Option<f64>, wanted: Option<&str>) {
        let Some(wanted) = wanted else { return };
        let decimals = wanted.split_once('.').map_or(0, |(_, it)| it.len());
        let got = got.map(|it| rounded(it, decimals));
        self.text(&format!("published {what}"), got.as_deref(), Some(wanted));
    }
}

/// Decimal text with so many decimals, half away from zero. Nine decimals count as exact, so that
/// 8.45 is the half that it looks like.
fn rounded(number: f64, decimals: usize) -> String {
    let places = u32::try_from(decimals).unwrap();
    let unit = 10_i128.pow(9 - places);
    let whole = (number * 1e9).round() as i128;
    let units = (whole.abs() + unit / 2) / unit * whole.signum();
    let scale = 10_i128.pow(places);
    match decimals {
        0 => units.to_string(),
        _ => format!(
            "{}{}.{:0decimals$}",
            if units < 0 { "-" } else { "" },
            units.abs() / scale,
            units.abs() % scale
        ),
    }
}

/// Compares a subject's results with what is expected.
pub(super) fn expectation(
    engine: &Engine,
    assessment: &Assessment,
    file: &File,
    (kind, id): (SubjectKind, &str),
    expect: &Expect,
    failures: &mut Vec<String>,
) {
    let mut compare = Compare(failures);
    for (name, wanted) in &expect.values {
        let got = match assessment.value(kind, name, id) {
            Value::Number(it) => Plain::Number(it),
            Value::Flag(it) => Plain::Flag(it),
            Value::Text(it) => Plain::Text(it.to_string()),
            Value::Missing => Plain::Text("none".to_owned()),
            other => panic!("no plain form of {other:?}"),
        };
        match (&got, wanted) {
            (Plain::Number(got), Plain::Number(wanted)) => {
                compare.number(name, *got, Some(*wanted));
            }
            _ if got == *wanted => {}
            _ => compare.0.push(format!("{name} is {got:?}, expected {wanted:?}")),
        }
    }
    rules(assessment, kind, id, expect, &mut compare);

    let name = expect.scorecard.as_ref().or(file.scorecard.as_ref());
    let mut cards = assessment.scorecards();
    let first = cards.find(|it| assessment.scorecard_kind(it) == Some(kind));
    let Some(name) = name.map(String::as_str).or(first) else { return };
    let Some(got) = engine.explain(assessment, name, id) else {
        return compare.0.push(format!("no scorecard `{name}` of `{id}`"));
    };
    let scale = 100.0 / file.out_of.unwrap_or(100.0);
    compare.maybe("score", got.score, expect.score.as_ref());
    compare.published("score", got.score.map(|it| it / scale), expect.published.as_deref());
    compare.maybe("raw score", got.raw_score, expect.raw_score.as_ref());
    compare.text("no score", word(&got.no_score()).as_deref(), expect.no_score.as_deref());
    compare.number("coverage", got.coverage, expect.coverage);
    if let Some([low, high]) = expect.interval {
        let [is_low, is_high] = got.interval.unwrap_or([f64::NAN; 2]);
        compare.number("lowest", is_low, Some(low));
        compare.number("highest", is_high, Some(high));
    }
    compare.text("band", got.band.as_deref(), expect.band.as_deref());
    compare.text("raw band", got.raw_band.as_deref(), expect.raw_band.as_deref());
    compare.text("what is withheld", got.withheld.as_deref(), expect.withheld.as_deref());
    compare.text("segment", got.segment.as_deref(), expect.segment.as_deref());
    compare.text("stage", got.stage.as_deref(), expect.stage.as_deref());
    compare.text("overridden", got.overridden.as_deref(), expect.overridden.as_deref());
    if let Some(wanted) = expect.oldest_input.as_ref().map(date) {
        let oldest = got.oldest_input.map(|it| it.to_string());
        compare.text("oldest input", oldest.as_deref(), Some(&wanted.to_string()));
    }
    for (name, wanted) in &expect.groups {
        match got.groups.iter().find(|it| it.path.join(".") == *name) {
            Some(it) => group(name, it, wanted, scale, &mut compare),
            None => compare.0.push(format!("no group `{name}`")),
        }
    }
    for (name, wanted) in &expect.lines {
        match &found(&got, name)[..] {
            [it] => line(name, it, wanted, &mut compare),
            all => compare.0.push(format!("{} lines `{name}`", all.len())),
        }
    }
    if let Some(wanted) = &expect.strongest {
        let strongest = got.strongest(wanted.len());
        let names: Vec<&str> = strongest.iter().map(|it| it.factor.as_str()).collect();
        compare.text("strongest", Some(&names.join(", ")), Some(&wanted.join(", ")));
    }
    if let Some(wanted) = &expect.display {
        let shown = got.to_string();
        if shown.trim_end() != wanted.trim_end() {
            compare.0.push(format!("it reads\n{shown}expected\n{wanted}"));
        }
    }
}

fn group(name: &str, got: &GroupLine, wanted: &Group, scale: f64, compare: &mut Compare<'_>) {
    compare.maybe(&format!("score of {name}"), got.score, wanted.score.as_ref());
    let score = got.score.map(|it| it / scale);
    compare.published(&format!("score of {name}"), score, wanted.published.as_deref());
    compare.number(&format!("weight of {name}"), got.weight, wanted.weight);
    compare.number(&format!("coverage of {name}"), got.coverage, wanted.coverage);
}

fn line(name: &str, got: &Got, wanted: &Line, compare: &mut Compare<'_>) {
    let what = |it: &str| format!("{it} of {name}");
    compare.maybe(&what("points"), got.points, wanted.points.as_ref());
    compare.number(&what("weight"), got.weight, wanted.weight);
    compare.number(&what("share"), got.effective_weight, wanted.share);
    let percent = got.effective_weight * 100.0;
    compare.published(&what("share"), Some(percent), wanted.published_share.as_deref());
    compare.number(&what("contribution"), got.contribution, wanted.contribution);
    compare.text(&what("status"), word(&got.status).as_deref(), wanted.status.as_deref());
    compare.text(&what("stand-in"), word(&got.stand_in).as_deref(), wanted.stand_in.as_deref());
    if wanted.case.is_some() && wanted.case != got.points_case {
        compare
            .0
            .push(format!("case of {name} is {:?}, expected {:?}", got.points_case, wanted.case));
    }
    compare.text(&what("reason"), Some(&got.why()), wanted.why.as_deref());
}

fn rules(
    assessment: &Assessment,
    kind: SubjectKind,
    id: &str,
    expect: &Expect,
    compare: &mut Compare<'_>,
) {
    let rule = |name: &str| assessment.rules().iter().find(|it| it.rule == name && it.kind == kind);
    for (name, wanted) in &expect.rules {
        let got = rule(name).map(|it| {
            if it.matches.iter().any(|it| it.subject.as_ref() == id) {
                "firing"
            } else if it.no_data.iter().any(|it| it.as_ref() == id) {
                "no data"
            } else if it.faulted.iter().any(|(it, _)| it.as_ref() == id) {
                "faulted"
            } else {
                "quiet"
            }
        });
        compare.text(&format!("rule {name}"), got, Some(wanted));
    }
    for (name, wanted) in &expect.messages {
        let alerts = rule(name).into_iter().flat_map(|it| &it.matches);
        let message =
            alerts.filter(|it| it.subject.as_ref() == id).map(|it| it.message.as_str()).next();
        compare.text(&format!("message of {name}"), message, Some(wanted));
    }
}

/// The lines of that name or path.
fn found<'a>(explanation: &'a Explanation, name: &str) -> Vec<&'a Got> {
    let path = |it: &Got| it.path.iter().chain([&it.factor]).cloned().collect::<Vec<_>>().join(".");
    explanation.lines.iter().filter(|it| it.factor == name || path(it) == name).collect()
}

/// The word that a value has in JSON; none for nothing.
fn word(value: &impl serde::Serialize) -> Option<String> {
    serde_json::to_value(value).unwrap().as_str().map(str::to_owned)
}

/// Values that were taken as missing are said, and no others; nothing given is left unread. Of columns that the
/// config wants only those are said that were not given.
pub(super) fn notes(
    assessment: &Assessment,
    wanted: &BTreeMap<String, usize>,
    is_given: impl Fn(SubjectKind, &str) -> bool,
    failures: &mut Vec<String>,
) {
    let mut got = BTreeMap::new();
    for note in assessment.notes() {
        match note {
            Note::OutOfRange { metric, values, .. } => drop(got.insert(metric.clone(), *values)),
            // Cases give what a host would derive from its records.
            Note::Given { .. } => {}
            // A day of a case gives those that it checks.
            Note::SetAside { .. } => {}
            Note::NotGiven { kind, columns, .. }
                if !columns.is_empty() && !columns.iter().any(|it| is_given(*kind, it)) => {}
            // Nothing divided by nothing is no number, and where that is so for all it is said.
            Note::NoValue { kind, metric, reason: NoValue::Calculation, .. }
                if assessment
                    .subjects(*kind)
                    .iter()
                    .all(|it| assessment.value(*kind, metric, it).is_missing()) => {}
            other => failures.push(format!("unexpected note {other:?}")),
        }
    }
    if got != *wanted {
        failures.push(format!("out of range are {got:?}, expected {wanted:?}"));
    }
}

/// What holds for every subject on every scorecard.
pub(super) fn laws(
    engine: &Engine,
    assessment: &Assessment,
    again: &Assessment,
    id: &str,
    failures: &mut Vec<String>,
) {
    let names: Vec<String> = assessment.scorecards().map(str::to_owned).collect();
    for name in &names {
        let Some(score) = assessment.score(name, id) else { continue };
        let mut fail = |what: &str| failures.push(format!("{name}: {what}: {score:?}"));
        let got = engine.explain(assessment, name, id).unwrap();
        if again.score(name, id).unwrap() != score {
            fail("the same day twice gives another score");
        }
        let told = (got.score, got.raw_score, got.interval, got.band.as_deref());
        if told != (score.score, score.raw_score, score.interval, score.band) {
            fail("the explanation is of another score");
        }
        if score.score.is_some_and(|it| !(0.0..=100.0).contains(&it)) {
            fail("the score is out of range");
        }
        if !(0.0..=1.0 + CLOSE).contains(&score.coverage) {
            fail("the coverage is out of range");
        }
        let sum: f64 = got.lines.iter().map(|it| it.contribution).sum();
        if CLOSE < (sum - got.raw_score.unwrap_or(0.0)).abs() {
            fail(&format!("the contributions sum to {sum}"));
        }
        let inside = |score: f64| {
            got.interval.is_some_and(|[low, high]| low - CLOSE <= score && score <= high + CLOSE)
        };
        if score.score.is_some_and(|it| !inside(it)) {
            fail("the score is outside its interval");
        }
        let bands = engine.config().scorecards.iter().find(|it| it.name == *name);
        let banded = bands.is_some_and(|it| !it.bands.is_empty()) && score.score.is_some();
        // Of two bands none is given where the best is withheld.
        if banded != (score.band.is_some() || score.withheld.is_some()) {
            fail("a score and its band go together");
        }
    }
}

/// Compares the points around each edge of every `steps` of a config, and the bands around each of
/// theirs, with what the config says. Says how many edges there were.
pub(super) fn edges(text: &str, fail: &mut dyn FnMut(String)) -> usize {
    let config = Config::parse(text);
    let mut count = 0;
    for card in &config.scorecards {
        count += card.bands.iter().filter(|it| it.from.or(it.above).is_some()).count();
        for failure in compare_bands(card) {
            fail(format!("{}: {failure}", card.name));
        }
        let mut factors: Vec<&FactorConfig> = card.factors.iter().collect();
        let mut open: Vec<&GroupConfig> = card.groups.iter().collect();
        while let Some(group) = open.pop() {
            factors.extend(&group.factors);
            open.extend(&group.groups);
        }
        for factor in factors {
            let all: Vec<&Points> = match &factor.points {
                Some(Variants::One(it)) => vec![it],
                Some(Variants::Cases(cases)) => cases.iter().map(|it| &it.body).collect(),
                _ => Vec::new(),
            };
            for points in all {
                let Points::Steps(steps) = points else { continue };
                count += steps.iter().filter(|it| it.below.or(it.up_to).is_some()).count();
                for failure in compare_steps(steps) {
                    fail(format!("{}: {failure}", factor.metric));
                }
            }
        }
    }
    count
}

/// Asks just below, at and just above each edge of the steps.
fn compare_steps(steps: &[Step]) -> Vec<String> {
    let card = card_of(Points::Steps(steps.to_vec()), &[]);
    let mut failures = Vec::new();
    for (at, step) in steps.iter().enumerate() {
        let Some(edge) = step.below.or(step.up_to) else { continue };
        let next = steps.get(at + 1).and_then(|it| it.points);
        let at_edge = if step.below.is_some() { next } else { step.points };
        for (value, wanted) in
            [(edge.next_down(), step.points), (edge, at_edge), (edge.next_up(), next)]
        {
            let got = explained(&card, value).lines[0].points;
            if got != wanted {
                failures.push(format!("{value} is worth {got:?}, the config says {wanted:?}"));
            }
        }
    }
    failures
}

/// The last place of a score.
const PLACE: f64 = 1e-10;

/// Asks just below, at and just above each edge of the bands, by one in the last place of a score.
fn compare_bands(config: &ScorecardConfig) -> Vec<String> {
    let card = card_of(Points::Expr("m".to_owned()), &config.bands);
    let mut failures = Vec::new();
    for pair in config.bands.windows(2) {
        let Some(edge) = pair[1].from.or(pair[1].above) else { continue };
        let at_edge = if pair[1].from.is_some() { &pair[1] } else { &pair[0] };
        for (score, wanted) in [(edge - PLACE, &pair[0]), (edge, at_edge), (edge + PLACE, &pair[1])]
        {
            let got = explained(&card, score).band;
            if got.as_ref() != Some(&wanted.name) {
                failures.push(format!("{score} is {got:?}, the config says {}", wanted.name));
            }
        }
    }
    failures
}

/// A scorecard of one factor.
fn card_of(points: Points, bands: &[BandConfig]) -> Engine {
    let mut config = Config::parse(
        "[[metrics]]\nname = 'm'\n[[scorecards]]\nname = 'card'\nmin_coverage = 0\n\
         factors = [{ metric = 'm', points.steps = [{ points = 0 }] }]",
    );
    config.scorecards[0].factors[0].points = Some(Variants::One(points));
    config.scorecards[0].bands = bands.to_vec();
    Engine::compile(&config).unwrap()
}

fn explained(card: &Engine, value: f64) -> Explanation {
    let mut frame = Frame::new(SubjectKind::Subscription, [ONLY]).unwrap();
    frame.insert("m", Column::numbers([Some(value)])).unwrap();
    let as_of: foretell::time::AsOf = "2026-01-01".parse().unwrap();
    let assessment = card.assess(&Input::frame(&frame), as_of, &State::new()).unwrap();
    card.explain(&assessment, "card", ONLY).unwrap()
}

#[test]
fn published_numbers_round_half_away_from_zero() {
    for (number, decimals, expected) in [
        (8.45, 1, "8.5"),
        (70.833_333, 2, "70.83"),
        (60.5, 0, "61"),
        (-0.25, 1, "-0.3"),
        (7.0, 2, "7.00"),
        (0.049, 1, "0.0"),
    ] {
        assert_eq!(rounded(number, decimals), expected, "{number}");
    }
}
