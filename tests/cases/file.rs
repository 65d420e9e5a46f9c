//! What a case file holds.

use std::collections::BTreeMap;

use foretell::frame::SubjectKind;
use serde::Deserialize;
use toml::value::Datetime;

/// Given values of a subject, by metric.
pub(super) type Given = BTreeMap<String, Cell>;

/// A file of cases about one config.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    /// Where the numbers come from, or what the file shows.
    #[expect(dead_code, reason = "for readers; demanded of every file")]
    pub(super) source: String,
    /// The config, below `tests/cases`, …
    pub(super) config_file: Option<String>,
    /// … or its text.
    pub(super) config: Option<String>,
    /// The warnings that the config earns, as `code at path`.
    #[serde(default)]
    pub(super) warnings: Vec<String>,
    /// The scorecard that is meant where a case says none.
    pub(super) scorecard: Option<String>,
    /// The top of the scale of published numbers, where it is not 100.
    pub(super) out_of: Option<f64>,
    pub(super) as_of: Option<Datetime>,
    /// What is given for the only subject of each case, unless the case says otherwise.
    #[serde(default)]
    pub(super) given: Given,
    #[serde(rename = "case", default)]
    pub(super) cases: Vec<Case>,
}

/// What is given and what must come out, on one day or several.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Case {
    pub(super) name: String,
    /// A config instead of the file's.
    pub(super) config: Option<String>,
    /// The faults of the config, as `code at path`; it must not compile then.
    #[serde(default)]
    pub(super) faults: Vec<String>,
    /// The warnings that a config of its own earns.
    #[serde(default)]
    pub(super) warnings: Vec<String>,
    /// Days in order, each with the state of the one before.
    #[serde(default)]
    pub(super) days: Vec<Day>,
    // What follows is the only day of a case without `days`; see `Day`.
    pub(super) as_of: Option<Datetime>,
    #[serde(default)]
    pub(super) given: Given,
    #[serde(default)]
    pub(super) missing: Vec<String>,
    pub(super) expect: Option<Expect>,
    #[serde(default)]
    pub(super) subjects: Vec<Subject>,
    #[serde(default)]
    pub(super) out_of_range: BTreeMap<String, usize>,
}

/// What is given on a day, and what must come out.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Day {
    pub(super) as_of: Datetime,
    /// For the only subject.
    #[serde(default)]
    pub(super) given: Given,
    /// Names that are missing although the file gives them.
    #[serde(default)]
    pub(super) missing: Vec<String>,
    pub(super) expect: Option<Expect>,
    /// Where there is more than one.
    #[serde(default)]
    pub(super) subjects: Vec<Subject>,
    /// Values that the assessment says were taken as missing, by metric.
    #[serde(default)]
    pub(super) out_of_range: BTreeMap<String, usize>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Subject {
    pub(super) id: String,
    #[serde(default)]
    pub(super) kind: SubjectKind,
    /// The ids of parents, by the name of their kind.
    #[serde(default)]
    pub(super) parents: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) given: Given,
    #[serde(default)]
    pub(super) missing: Vec<String>,
    pub(super) expect: Option<Expect>,
}

/// A given value, perhaps with the day on which it was observed.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub(super) enum Cell {
    Plain(Plain),
    Observed { value: Plain, observed: Datetime },
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(untagged)]
pub(super) enum Plain {
    Flag(bool),
    Number(f64),
    Text(String),
}

impl Case {
    /// Whether it says anything that could fail.
    pub(super) fn expects(&self) -> bool {
        let any = |one: &Option<Expect>, many: &[Subject]| {
            one.is_some() || many.iter().any(|it| it.expect.is_some())
        };
        !self.faults.is_empty()
            || any(&self.expect, &self.subjects)
            || self.days.iter().any(|it| any(&it.expect, &it.subjects))
    }
}

impl Cell {
    pub(super) const fn value(&self) -> &Plain {
        match self {
            Self::Plain(it) | Self::Observed { value: it, .. } => it,
        }
    }

    pub(super) const fn observed(&self) -> Option<&Datetime> {
        match self {
            Self::Plain(_) => None,
            Self::Observed { observed, .. } => Some(observed),
        }
    }
}

/// What must come out for a subject. What is not said is not compared; the text `none` stands for
/// a number, band or text that must not be there.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Expect {
    pub(super) scorecard: Option<String>,
    /// To 1e-9.
    pub(super) score: Option<Wanted>,
    /// As the source prints it: as many decimals, half away from zero.
    pub(super) published: Option<String>,
    pub(super) raw_score: Option<Wanted>,
    pub(super) no_score: Option<String>,
    pub(super) coverage: Option<f64>,
    pub(super) interval: Option<[f64; 2]>,
    pub(super) band: Option<String>,
    pub(super) raw_band: Option<String>,
    pub(super) withheld: Option<String>,
    pub(super) segment: Option<String>,
    pub(super) stage: Option<String>,
    pub(super) oldest_input: Option<Datetime>,
    pub(super) overridden: Option<String>,
    /// By names joined with dots.
    #[serde(default)]
    pub(super) groups: BTreeMap<String, Group>,
    /// By names joined with dots, or the factor's own where only one has it.
    #[serde(default)]
    pub(super) lines: BTreeMap<String, Line>,
    /// The factors that cost most, the costliest first.
    pub(super) strongest: Option<Vec<String>>,
    /// Other columns of the subject.
    #[serde(default)]
    pub(super) values: BTreeMap<String, Plain>,
    /// `firing`, `quiet`, `no data` or `faulted`.
    #[serde(default)]
    pub(super) rules: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) messages: BTreeMap<String, String>,
    /// The whole explanation as people read it.
    pub(super) display: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub(super) enum Wanted {
    Number(f64),
    Text(String),
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Group {
    pub(super) score: Option<Wanted>,
    pub(super) published: Option<String>,
    pub(super) weight: Option<f64>,
    pub(super) coverage: Option<f64>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Line {
    pub(super) points: Option<Wanted>,
    /// As configured, of the whole.
    pub(super) weight: Option<f64>,
    /// Of this score.
    pub(super) share: Option<f64>,
    /// The same in percent, as the source prints it.
    pub(super) published_share: Option<String>,
    pub(super) contribution: Option<f64>,
    pub(super) status: Option<String>,
    pub(super) stand_in: Option<String>,
    /// Which case of its points holds, from 0.
    pub(super) case: Option<u16>,
    pub(super) why: Option<String>,
}
