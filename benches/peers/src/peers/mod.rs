//! Other rule engines, each at its best: rules compiled once, values handed over in the way that
//! costs it least, scores taken from the hand-written rows.

mod cel;
mod datalogic;
mod rhai_raw;
#[cfg(feature = "zen")]
mod zen;

use crate::answers::{Answers, GROUPS, RULES};
use crate::hand::METRICS;
use crate::language::Expr;
use crate::workload::{Data, Spec};

/// What having no data means to an engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    /// The engine itself reads from left to right and fails at the first value it needs and misses,
    /// as foretell does.
    LeftToRight,
    /// The engine has another notion of missing values, so the host asks it only where all that the
    /// rule mentions is there. That costs less than asking it.
    Strict,
}

/// A rule engine with the workload's rules compiled.
pub trait Peer {
    /// What it is called.
    fn name(&self) -> &'static str;
    /// What it makes of missing values.
    fn missing(&self) -> Missing;
    /// Answers each rule for a row: 0 no, 1 yes, 2 no data.
    fn answer(&mut self, row: &Values<'_>, out: &mut [u8; RULES]);
}

/// Every peer that was built in.
#[must_use]
pub fn all(spec: &Spec) -> Vec<Box<dyn Peer>> {
    vec![
        Box::new(rhai_raw::Rhai::new(spec)),
        Box::new(cel::Cel::new(spec)),
        Box::new(datalogic::Datalogic::new(spec)),
        #[cfg(feature = "zen")]
        Box::new(zen::Zen::new(spec)),
    ]
}

/// How many numbers rules can read: metrics, the total, the groups.
pub const NUMBERS: usize = METRICS + 1 + GROUPS;

/// The names of the numbers, in order; the band comes after them.
#[must_use]
pub fn names(spec: &Spec) -> Vec<String> {
    let metrics = spec.metrics.iter().map(|it| it.name.clone());
    let groups = spec.groups.iter().map(|it| it.name.clone());
    metrics.chain(["total".to_owned()]).chain(groups).collect()
}

/// What rules can read of one row.
#[derive(Debug)]
pub struct Values<'a> {
    /// NaN for missing.
    pub numbers: [f64; NUMBERS],
    /// The band's name; none without a score.
    pub band: Option<&'a str>,
}

impl Values<'_> {
    /// A bit for each name that is there; the band's comes last.
    #[must_use]
    pub fn known(&self) -> u32 {
        let numbers = self.numbers.iter().enumerate();
        let bits = numbers.fold(0, |bits, (at, it)| bits | (u32::from(!it.is_nan()) << at));
        bits | (u32::from(self.band.is_some()) << NUMBERS)
    }
}

/// The bits of the names that a rule mentions.
#[must_use]
pub fn needs(spec: &Spec, rule: &Expr) -> u32 {
    let names = names(spec);
    let place = |name: &str| names.iter().position(|it| it == name).unwrap_or(NUMBERS);
    rule.names().into_iter().fold(0, |bits, it| bits | (1 << place(it)))
}

/// Answers every rule for the first rows, on scores that are there already in `out`.
pub fn run(peer: &mut dyn Peer, spec: &Spec, data: &Data, rows: usize, out: &mut Answers) {
    let mut said = [0; RULES];
    for at in 0..rows {
        let numbers = std::array::from_fn(|it| match it {
            it if it < METRICS => data.columns[it][at],
            METRICS => out.total[at],
            it => out.groups[it - METRICS - 1][at],
        });
        let band = spec.bands.get(usize::from(out.bands[at])).map(|it| it.name.as_str());
        peer.answer(&Values { numbers, band }, &mut said);
        for (column, answer) in out.rules.iter_mut().zip(said) {
            column[at] = answer;
        }
    }
}
