//! The workload written by hand, as well as we can on plain x86-64: in columns without a branch, and
//! row by row with early exits.
//!
//! Every number of the workload stands in the code, as someone would write it who needs this one
//! scorecard and these twenty rules. A test holds them against `workload.json`.

mod line;
mod rows;
mod rules;
mod score;

pub use rows::{Row, row, rows, score_row, scores_by_row};

use crate::answers::{Answers, GROUPS, RULES};
use crate::workload::Data;

/// How many metrics there are.
pub const METRICS: usize = 20;

/// Rows that are worked on together. Twenty columns of them fit the second cache; half as many were
/// slower on large books by a third, where each column is read in pieces too short to be foreseen.
pub const CHUNK: usize = 256;

/// One column's part of a chunk.
pub type Part = [f64; CHUNK];
/// Codes or answers about a chunk.
pub type Bytes = [u8; CHUNK];

/// The places of the metrics.
pub mod place {
    macro_rules! places {
        ($($name:ident = $at:expr;)*) => {
            $(
                #[doc = concat!("The column of `", stringify!($name), "`.")]
                pub const $name: usize = $at;
            )*
            /// The names, in order.
            pub const NAMES: [&str; super::METRICS] = [$(stringify!($name)),*];
        };
    }
    places! {
        LOGIN_RECENCY_DAYS = 0;
        SEAT_UTILIZATION = 1;
        ACTIVE_USERS_30D = 2;
        LICENSED_SEATS = 3;
        FEATURE_DEPTH = 4;
        STICKY_FEATURE_USAGE = 5;
        USAGE_TREND_90D = 6;
        OPEN_P1 = 7;
        TICKETS_30D = 8;
        CSAT = 9;
        NPS = 10;
        SLA_BREACH_RATE = 11;
        INVOICE_DAYS_LATE = 12;
        DISCOUNT_PCT = 13;
        TENURE_MONTHS = 14;
        RENEWALS_COMPLETED = 15;
        UPSELLS_COMPLETED = 16;
        DAYS_TO_RENEWAL = 17;
        EXEC_SPONSOR_SCORE = 18;
        COMMUNITY_POSTS = 19;
    }
}

/// The metrics of a chunk.
#[derive(Debug, Clone, Copy)]
pub struct Metrics<'a>([&'a Part; METRICS]);

impl<'a> Metrics<'a> {
    fn of(&self, place: usize) -> &'a Part {
        self.0[place]
    }
}

/// What is found about a chunk.
#[derive(Debug)]
struct Found<'a> {
    total: &'a mut Part,
    groups: [&'a mut Part; GROUPS],
    bands: &'a mut Bytes,
}

/// How far a run goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Work {
    /// Scores and bands.
    Score,
    /// The rules, on scores that are there already.
    Rules,
    /// Both, a chunk at a time.
    Both,
    /// Both, with the no-data of the published counts: a rule that mentions anything missing has
    /// none.
    BothStrict,
}

/// Works on all rows in columns.
pub fn columns(data: &Data, work: Work, out: &mut Answers) {
    let whole = data.rows / CHUNK;
    for chunk in 0..whole {
        let metrics = Metrics(std::array::from_fn(|it| part(&data.columns[it], chunk)));
        let Answers { total, groups, bands, rules } = &mut *out;
        let found = Found {
            total: part_mut(total, chunk),
            groups: groups.each_mut().map(|it| part_mut(it, chunk)),
            bands: part_mut(bands, chunk),
        };
        let mut rules = rules.iter_mut();
        let rules: [&mut Bytes; RULES] =
            std::array::from_fn(|_| part_mut(rules.next().expect("as many as rules"), chunk));
        one_chunk(metrics, work, found, rules);
    }
    if whole * CHUNK < data.rows {
        rest(data, whole * CHUNK, work, out);
    }
}

/// The rows after the last whole chunk, as a chunk whose other rows miss everything.
fn rest(data: &Data, from: usize, work: Work, out: &mut Answers) {
    let rows = data.rows - from;
    let padded = |column: &Vec<f64>| {
        let mut part = [f64::NAN; CHUNK];
        part[..rows].copy_from_slice(&column[from..]);
        part
    };
    let inputs: [Part; METRICS] = std::array::from_fn(|it| padded(&data.columns[it]));
    let mut total = padded(&out.total);
    let mut groups = out.groups.each_ref().map(padded);
    let mut bands = [0; CHUNK];
    bands[..rows].copy_from_slice(&out.bands[from..]);
    let mut rules = [[0; CHUNK]; RULES];
    let found = Found { total: &mut total, groups: groups.each_mut(), bands: &mut bands };
    one_chunk(Metrics(inputs.each_ref()), work, found, rules.each_mut());
    out.total[from..].copy_from_slice(&total[..rows]);
    out.bands[from..].copy_from_slice(&bands[..rows]);
    for (column, part) in out.groups.iter_mut().zip(&groups) {
        column[from..].copy_from_slice(&part[..rows]);
    }
    if work != Work::Score {
        for (column, part) in out.rules.iter_mut().zip(&rules) {
            column[from..].copy_from_slice(&part[..rows]);
        }
    }
}

fn one_chunk(metrics: Metrics<'_>, work: Work, found: Found<'_>, rules: [&mut Bytes; RULES]) {
    let Found { total, mut groups, bands } = found;
    if work != Work::Rules {
        score::groups(metrics, groups.each_mut().map(|it| &mut **it));
        score::total(groups.each_ref().map(|it| &**it), total);
        score::bands(total, bands);
    }
    let scores = rules::Scores { total, groups: groups.each_ref().map(|it| &**it) };
    match work {
        Work::Score => {}
        Work::Rules | Work::Both => rules::rules::<false>(metrics, scores, rules),
        Work::BothStrict => rules::rules::<true>(metrics, scores, rules),
    }
}

fn part<T>(column: &[T], chunk: usize) -> &[T; CHUNK] {
    &column.as_chunks::<CHUNK>().0[chunk]
}

fn part_mut<T>(column: &mut [T], chunk: usize) -> &mut [T; CHUNK] {
    &mut column.as_chunks_mut::<CHUNK>().0[chunk]
}
