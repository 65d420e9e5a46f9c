//! The workload row by row, with early exits: what a service does for one live subscription.

use super::METRICS;
use super::place::*;
use crate::answers::{Answers, GROUPS, NO, NO_BAND, NO_DATA, RULES, YES};
use crate::workload::Data;

/// What is said of one row.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Row {
    /// The total score; NaN for none.
    pub total: f64,
    /// The groups' scores; NaN for none.
    pub groups: [f64; GROUPS],
    /// The band's number.
    pub band: u8,
    /// What each rule says.
    pub rules: [u8; RULES],
}

/// Factors of a group: column, weight, knots.
type Factors = &'static [(usize, f64, &'static [[f64; 2]])];

const ADOPTION: Factors = &[
    (
        LOGIN_RECENCY_DAYS,
        30.0,
        &[[0.0, 100.0], [7.0, 90.0], [14.0, 70.0], [30.0, 35.0], [60.0, 0.0]],
    ),
    (SEAT_UTILIZATION, 25.0, &[[0.1, 0.0], [0.4, 40.0], [0.7, 80.0], [0.9, 100.0]]),
    (FEATURE_DEPTH, 15.0, &[[0.0, 0.0], [0.25, 30.0], [0.5, 65.0], [0.8, 100.0]]),
    (
        STICKY_FEATURE_USAGE,
        15.0,
        &[[0.0, 0.0], [0.2, 20.0], [0.4, 55.0], [0.6, 85.0], [0.85, 100.0]],
    ),
    (USAGE_TREND_90D, 15.0, &[[-0.5, 0.0], [-0.2, 25.0], [0.0, 60.0], [0.1, 75.0], [0.4, 100.0]]),
];
const SUPPORT: Factors = &[
    (OPEN_P1, 30.0, &[[0.0, 100.0], [1.0, 60.0], [2.0, 25.0], [4.0, 0.0]]),
    (
        TICKETS_30D,
        20.0,
        &[[0.0, 80.0], [2.0, 100.0], [8.0, 75.0], [15.0, 40.0], [25.0, 10.0], [35.0, 0.0]],
    ),
    (CSAT, 30.0, &[[1.5, 0.0], [2.5, 25.0], [3.5, 60.0], [4.2, 90.0], [4.8, 100.0]]),
    (SLA_BREACH_RATE, 20.0, &[[0.0, 100.0], [0.05, 80.0], [0.15, 40.0], [0.3, 0.0]]),
];
const RELATIONSHIP: Factors = &[
    (NPS, 45.0, &[[-60.0, 0.0], [-10.0, 30.0], [20.0, 60.0], [50.0, 85.0], [80.0, 100.0]]),
    (EXEC_SPONSOR_SCORE, 40.0, &[[0.0, 0.0], [3.0, 25.0], [6.0, 70.0], [8.5, 100.0]]),
    (COMMUNITY_POSTS, 15.0, &[[0.0, 20.0], [2.0, 45.0], [8.0, 75.0], [20.0, 100.0]]),
];
const COMMERCIAL: Factors = &[
    (
        INVOICE_DAYS_LATE,
        40.0,
        &[[0.0, 100.0], [5.0, 85.0], [15.0, 50.0], [30.0, 15.0], [45.0, 0.0]],
    ),
    (DISCOUNT_PCT, 20.0, &[[5.0, 100.0], [15.0, 75.0], [25.0, 40.0], [35.0, 10.0]]),
    (RENEWALS_COMPLETED, 25.0, &[[0.0, 30.0], [1.0, 55.0], [3.0, 80.0], [6.0, 100.0]]),
    (UPSELLS_COMPLETED, 15.0, &[[0.0, 25.0], [1.0, 60.0], [2.0, 85.0], [4.0, 100.0]]),
];
const TREE: [(f64, Factors); GROUPS] =
    [(35.0, ADOPTION), (25.0, SUPPORT), (20.0, RELATIONSHIP), (20.0, COMMERCIAL)];

/// All rows, one after the other.
pub fn rows(data: &Data, out: &mut Answers) {
    for at in 0..data.rows {
        let metrics = std::array::from_fn(|it| data.columns[it][at]);
        let found = row(&metrics);
        put(out, at, &found);
        for (column, answer) in out.rules.iter_mut().zip(found.rules) {
            column[at] = answer;
        }
    }
}

/// The scores and bands of all rows, one after the other.
pub fn scores_by_row(data: &Data, out: &mut Answers) {
    for at in 0..data.rows {
        let metrics = std::array::from_fn(|it| data.columns[it][at]);
        put(out, at, &score_row(&metrics));
    }
}

fn put(out: &mut Answers, at: usize, found: &Row) {
    out.total[at] = found.total;
    out.bands[at] = found.band;
    for (column, score) in out.groups.iter_mut().zip(found.groups) {
        column[at] = score;
    }
}

/// All that is said of one row.
#[must_use]
pub fn row(metrics: &[f64; METRICS]) -> Row {
    let mut found = score_row(metrics);
    found.rules = rules(metrics, &found);
    found
}

/// The scores and the band of one row; no rule is asked.
#[must_use]
pub fn score_row(metrics: &[f64; METRICS]) -> Row {
    let mut groups = [f64::NAN; GROUPS];
    let (mut sum, mut weights) = (0.0, 0.0);
    for ((weight, factors), out) in TREE.iter().zip(&mut groups) {
        *out = group(metrics, factors);
        if !out.is_nan() {
            sum += weight * *out;
            weights += weight;
        }
    }
    let total = if weights > 0.0 { sum / weights } else { f64::NAN };
    let band = match total {
        it if it < 40.0 => 0,
        it if it < 70.0 => 1,
        it if it >= 70.0 => 2,
        _ => NO_BAND,
    };
    Row { total, groups, band, rules: [NO; RULES] }
}

#[inline(always)]
fn group(metrics: &[f64; METRICS], factors: Factors) -> f64 {
    let (mut sum, mut weights) = (0.0, 0.0);
    for (place, weight, knots) in factors {
        let x = metrics[*place];
        if !x.is_nan() {
            sum += weight * points(x, knots);
            weights += weight;
        }
    }
    if weights > 0.0 { sum / weights } else { f64::NAN }
}

#[inline(always)]
fn points(x: f64, knots: &[[f64; 2]]) -> f64 {
    let (first, last) = (knots[0], knots[knots.len() - 1]);
    if x <= first[0] {
        return first[1];
    }
    for pair in knots.windows(2) {
        let ([left, from], [right, to]) = (pair[0], pair[1]);
        if x < right {
            return from + (to - from) * (x - left) / (right - left);
        }
    }
    last[1]
}

/// A number that is there.
#[inline(always)]
fn there(x: f64) -> Option<f64> {
    if x.is_nan() { None } else { Some(x) }
}

/// Each rule, left to right: `?` ends it without data at the first value it needs and misses.
#[rustfmt::skip]
fn rules(m: &[f64; METRICS], found: &Row) -> [u8; RULES] {
    let of = |place: usize| there(m[place]);
    let [adoption, support, relationship, commercial] = found.groups.map(there);
    let total = there(found.total);
    let band = |it: u8| total.map(|_| found.band == it);
    let said: [Option<bool>; RULES] = [
        (|| Some(of(LOGIN_RECENCY_DAYS)? > 30.0))(),
        (|| Some(of(OPEN_P1)? >= 2.0))(),
        (|| Some(of(CSAT)? < 2.0))(),
        (|| Some(of(NPS)? < -50.0))(),
        (|| Some(of(SLA_BREACH_RATE)? > 0.2))(),
        (|| Some(of(INVOICE_DAYS_LATE)? > 20.0))(),
        (|| Some(of(USAGE_TREND_90D)? < -0.4))(),
        (|| Some(total? < 36.003))(),
        (|| Some(adoption? < 31.003))(),
        band(0),
        (|| Some(of(ACTIVE_USERS_30D)? / of(LICENSED_SEATS)? < 0.3
            && of(TENURE_MONTHS)? > 6.0 && of(DAYS_TO_RENEWAL)? < 120.0))(),
        (|| Some((of(OPEN_P1)? > 0.0 || of(TICKETS_30D)? > 20.0) && of(CSAT)? < 3.5))(),
        (|| Some(band(0)? && of(DAYS_TO_RENEWAL)? <= 90.0 && of(INVOICE_DAYS_LATE)? > 0.0))(),
        (|| Some(of(USAGE_TREND_90D)? < -0.2 && of(STICKY_FEATURE_USAGE)? < 0.4
            && (of(LOGIN_RECENCY_DAYS)? > 14.0 || of(FEATURE_DEPTH)? < 0.3)))(),
        (|| Some(of(TICKETS_30D)? / of(LICENSED_SEATS)? > 0.05
            && of(OPEN_P1)? >= 1.0 && support? < 61.003))(),
        (|| Some(of(DISCOUNT_PCT)? > 20.0 && total? < 55.0
            && of(RENEWALS_COMPLETED)? < 2.0 && of(TENURE_MONTHS)? >= 12.0))(),
        (|| Some(band(2)? && of(UPSELLS_COMPLETED)? == 0.0 && of(SEAT_UTILIZATION)? > 0.6
            && (of(NPS)? > 30.0 || of(EXEC_SPONSOR_SCORE)? > 7.0)))(),
        (|| Some(relationship? < 37.003 && of(EXEC_SPONSOR_SCORE)? < 4.0
            && of(COMMUNITY_POSTS)? < 3.0 && of(DAYS_TO_RENEWAL)? < 180.0))(),
        (|| Some(commercial? < 47.003
            && (of(INVOICE_DAYS_LATE)? > 15.0 || of(DISCOUNT_PCT)? > 30.0) && !band(2)?))(),
        (|| Some(adoption? - support? < -20.00317
            && of(LICENSED_SEATS)? * of(SEAT_UTILIZATION)? - of(ACTIVE_USERS_30D)? > 50.0005
            && total? >= 40.0))(),
    ];
    said.map(|it| match it {
        None => NO_DATA,
        Some(true) => YES,
        Some(false) => NO,
    })
}
