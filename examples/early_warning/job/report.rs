//! What there is to say: counts, bands, rules, and who is most at risk.

use std::collections::{BTreeMap, BTreeSet};

use foretell::book::{Loaded, Subscription};
use foretell::config::{RuleSeverity, ScorecardConfig};
use foretell::engine::SubjectScore;
use foretell::frame::SubjectKind;
use foretell::money::Amount;
use foretell::{Assessment, Engine};

use super::args::{Options, Shown};
use super::later::{Fates, Later};
use super::read::{File, Given};

/// How many reasons are given for a score.
const REASONS: usize = 3;

/// What the report is made from.
pub(super) struct Facts<'a> {
    pub(super) options: &'a Options,
    pub(super) config: &'a Shown,
    pub(super) engine: &'a Engine,
    pub(super) card: &'a ScorecardConfig,
    pub(super) given: &'a Given,
    pub(super) loaded: &'a Loaded,
    pub(super) assessment: &'a Assessment,
}

#[derive(Debug)]
pub(super) struct Report {
    pub(super) as_of: String,
    pub(super) engine: String,
    pub(super) data: String,
    pub(super) config: String,
    /// Whether the thresholds are known to have been chosen while looking at these data.
    pub(super) is_sample: bool,
    pub(super) tables: Vec<TableCount>,
    pub(super) ignored: Vec<String>,
    pub(super) scorecard: String,
    pub(super) kind: SubjectKind,
    pub(super) subjects: usize,
    pub(super) scored: usize,
    /// The mean share of weight that is measured, over all subjects.
    pub(super) coverage: Option<f64>,
    /// Lowest first.
    pub(super) bands: Vec<BandLine>,
    pub(super) rules: Vec<RuleLine>,
    pub(super) top: Vec<AtRisk>,
    pub(super) later: Option<Later>,
    pub(super) notes: Vec<String>,
}

/// How much of a file could be used. Good and rejected rows make up those that were read.
#[derive(Debug)]
pub(super) struct TableCount {
    pub(super) table: &'static str,
    pub(super) file: String,
    pub(super) read: usize,
    pub(super) good: usize,
    pub(super) reasons: BTreeMap<&'static str, Reason>,
}

/// Rows that were rejected for one reason.
#[derive(Debug)]
pub(super) struct Reason {
    pub(super) rows: usize,
    /// The first of them: its line in the file, and what is wrong with it.
    pub(super) line: usize,
    pub(super) example: String,
}

/// Recurring amount a year by currency; no currency where none is stated, nothing where none is known.
pub(super) type Arr = BTreeMap<String, Amount>;

#[derive(Debug)]
pub(super) struct BandLine {
    /// None for subjects without a score, or for all where the scorecard has no bands.
    pub(super) band: Option<String>,
    pub(super) subjects: usize,
    pub(super) arr: Arr,
    pub(super) later: Option<Later>,
}

#[derive(Debug)]
pub(super) struct RuleLine {
    pub(super) rule: String,
    pub(super) severity: RuleSeverity,
    pub(super) firing: usize,
    pub(super) quiet: usize,
    pub(super) no_data: usize,
    pub(super) faulted: usize,
    pub(super) later: Option<Later>,
}

#[derive(Debug)]
pub(super) struct AtRisk {
    pub(super) subject: String,
    pub(super) account: Option<String>,
    pub(super) score: f64,
    pub(super) band: Option<String>,
    pub(super) arr: Arr,
    pub(super) coverage: f64,
    pub(super) reasons: Vec<String>,
    pub(super) alerts: Vec<String>,
}

impl Report {
    /// Counts what an assessment says.
    pub(super) fn new(facts: &Facts<'_>) -> Self {
        let Facts { options, assessment, loaded, card, .. } = *facts;
        let kind = card.subject.unwrap_or(facts.engine.config().subject);
        let fates = Fates::after(&loaded.book, options.as_of);
        let fates = fates.as_ref().filter(|_| kind == SubjectKind::Subscription);
        let scores: Vec<SubjectScore<'_>> = assessment.scores(&card.name).collect();
        let coverage = scores.iter().map(|it| it.coverage).sum::<f64>() / scores.len() as f64;
        Self {
            as_of: options.as_of.to_string(),
            engine: assessment.engine().to_owned(),
            data: options.data.shown.clone(),
            config: facts.config.shown.clone(),
            is_sample: options.is_sample && options.config.is_none(),
            tables: tables(&facts.given.files, loaded),
            ignored: facts.given.ignored.clone(),
            scorecard: card.name.clone(),
            kind,
            subjects: scores.len(),
            scored: scores.iter().filter(|it| it.score.is_some()).count(),
            coverage: (!scores.is_empty()).then_some(coverage),
            bands: bands(facts, &card.name, &scores, fates),
            rules: rules(assessment, fates),
            top: top(facts, &card.name, &scores),
            later: fates.map(|it| it.of(scores.iter().map(|it| it.subject))),
            notes: notes(facts),
        }
    }
}

/// Per file, in the order in which they were read.
fn tables(files: &[File], loaded: &Loaded) -> Vec<TableCount> {
    files.iter().map(|file| count(file, loaded)).collect()
}

/// A row is rejected once, for the first thing wrong with it, however many records it became.
fn count(file: &File, loaded: &Loaded) -> TableCount {
    let mut first: BTreeMap<usize, (&'static str, &str)> =
        file.unread.iter().map(|(row, (reason, why))| (*row, (*reason, why.as_str()))).collect();
    for it in loaded.rejected.iter().filter(|it| it.table == file.table) {
        if let Some(row) = file.row_of.get(it.row) {
            first.entry(*row).or_insert((it.reason, &it.fault.message));
        }
    }
    let mut reasons: BTreeMap<&'static str, Reason> = BTreeMap::new();
    for (row, (reason, why)) in &first {
        // The header is line 1.
        let new = || Reason { rows: 0, line: row + 2, example: (*why).to_owned() };
        reasons.entry(reason).or_insert_with(new).rows += 1;
    }
    TableCount {
        table: file.table,
        file: file.name.clone(),
        read: file.rows,
        good: file.rows - first.len(),
        reasons,
    }
}

fn bands(
    facts: &Facts<'_>,
    card: &str,
    scores: &[SubjectScore<'_>],
    fates: Option<&Fates>,
) -> Vec<BandLine> {
    let subscriptions = by_id(facts.loaded);
    let line = |band: Option<&str>| {
        let ids: Vec<&str> =
            scores.iter().filter(|it| it.band == band).map(|it| it.subject).collect();
        BandLine {
            band: band.map(str::to_owned),
            subjects: ids.len(),
            arr: arr(ids.iter().filter_map(|it| subscriptions.get(it).copied())),
            later: fates.map(|it| it.of(ids.iter().copied())),
        }
    };
    facts.assessment.bands(card).iter().map(|it| line(it.band)).collect()
}

fn by_id(loaded: &Loaded) -> BTreeMap<&str, &Subscription> {
    loaded.book.subscriptions().iter().map(|it| (it.id.as_str(), it)).collect()
}

/// What some subscriptions are worth a year; one that states no amount is not counted.
fn arr<'a>(subscriptions: impl IntoIterator<Item = &'a Subscription>) -> Arr {
    let mut sums = Arr::new();
    for it in subscriptions {
        let Some(amount) = it.arr else { continue };
        let currency = it.currency.map_or_else(String::new, |it| it.to_string());
        let sum = sums.entry(currency).or_insert(Amount::ZERO);
        *sum = sum.checked_add(amount).unwrap_or(*sum);
    }
    sums
}

fn rules(assessment: &Assessment, fates: Option<&Fates>) -> Vec<RuleLine> {
    let rules = assessment.rules().iter();
    rules
        .map(|it| {
            let fates = fates.filter(|_| it.kind == SubjectKind::Subscription);
            RuleLine {
                rule: it.rule.clone(),
                severity: it.severity,
                firing: it.matches.len(),
                quiet: it.quiet,
                no_data: it.no_data.len(),
                faulted: it.faulted.len(),
                later: fates.map(|fates| fates.of(it.matches.iter().map(|it| &*it.subject))),
            }
        })
        .collect()
}

/// The lowest scores with their strongest reasons.
fn top(facts: &Facts<'_>, card: &str, scores: &[SubjectScore<'_>]) -> Vec<AtRisk> {
    let subscriptions = by_id(facts.loaded);
    let worth = |id: &str| subscriptions.get(id).and_then(|it| it.arr);
    let mut lowest: Vec<(f64, &SubjectScore<'_>)> =
        scores.iter().filter_map(|it| Some((it.score?, it))).collect();
    // Of equal scores the one with the most to lose comes first.
    lowest.sort_by(|(left, one), (right, other)| {
        left.total_cmp(right)
            .then_with(|| worth(other.subject).cmp(&worth(one.subject)))
            .then_with(|| one.subject.cmp(other.subject))
    });
    lowest.truncate(facts.options.top);
    let mut alerts: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    let wanted: BTreeSet<&str> = lowest.iter().map(|it| it.1.subject).collect();
    for it in facts.assessment.rules().iter().flat_map(|it| &it.matches) {
        if wanted.contains(&*it.subject) {
            let said = format!("{} ({}): {}", it.rule, it.severity, it.message);
            alerts.entry(&it.subject).or_default().push(said);
        }
    }
    lowest
        .into_iter()
        .map(|(score, it)| {
            let explanation = facts.engine.explain(facts.assessment, card, it.subject);
            let lines = explanation.iter().flat_map(|it| it.strongest(REASONS));
            let subscription = subscriptions.get(it.subject).copied();
            AtRisk {
                subject: it.subject.to_owned(),
                account: subscription.and_then(|it| it.account_id.clone()),
                score,
                band: it.band.map(str::to_owned),
                arr: arr(subscription),
                coverage: it.coverage,
                reasons: lines
                    .map(|line| format!("{}; costs {:.1} points", line.why(), line.lost()))
                    .collect(),
                alerts: alerts.remove(it.subject).unwrap_or_default(),
            }
        })
        .collect()
}

/// What else a reader should know.
fn notes(facts: &Facts<'_>) -> Vec<String> {
    use foretell::engine::{Absent, Note};
    let mut notes: Vec<String> = facts
        .assessment
        .notes()
        .iter()
        .map(|it| match it {
            Note::Given { metric, .. } => format!("{metric} was given, not derived"),
            Note::OutOfRange { metric, values, .. } => {
                format!("{metric}: {values} values outside its range count as missing")
            }
            Note::LeftOut { metric, values, reason, .. } => {
                format!("{metric}: {values} values left out ({reason:?})")
            }
            Note::NotAssessed { kind, subjects, reason } => {
                let why = match reason {
                    Absent::Ended => "had ended by that day",
                    _ => "had not begun by that day",
                };
                format!("{subjects} {} {why} and are not assessed", kind.plural())
            }
            Note::NotRead { column, near, .. } => {
                let near = near.as_ref().map(|it| format!(", is it `{it}`?"));
                format!("{column} was given and is read by nothing{}", near.unwrap_or_default())
            }
            Note::Computed { column, .. } => {
                format!("{column} was given and not used: it is always computed")
            }
            Note::Later { table, records } => {
                format!("{records} records of {table} lie after that day and are left out")
            }
            Note::NoValue { metric, wanted, .. } => {
                let of = wanted.as_ref().map(|it| format!(" of {it}"));
                format!("{metric} has no value for anyone: nothing{}", of.unwrap_or_default())
            }
            Note::Unknown { metric, name, near, .. } => {
                let near = near.as_ref().map(|it| format!(", is it `{it}`?"));
                format!("{metric}: no record has `{name}`{}", near.unwrap_or_default())
            }
            other => format!("{other:?}"),
        })
        .collect();
    let faults = facts.loaded.faults.iter().chain(facts.assessment.faults());
    notes.extend(faults.map(|it| it.message.clone()));
    notes
}
