//! Scores and bands of a chunk, in columns.

use super::line::Line;
use super::place::*;
use super::{Bytes, Metrics, Part};
use crate::answers::GROUPS;

/// A value that counts only where the metric is there.
#[inline(always)]
fn where_known(x: f64, value: f64) -> f64 {
    if x.is_nan() { 0.0 } else { value }
}

/// A loop over a chunk for one group: the sum of weighted points over the sum of weights, both over
/// the factors that exist. Without any that is 0 by 0: NaN.
macro_rules! group {
    ($name:ident: $($place:ident, $weight:literal, $points:expr;)*) => {
        #[inline(never)]
        fn $name(metrics: Metrics<'_>, out: &mut Part) {
            for at in 0..out.len() {
                let (mut sum, mut weight) = (0.0, 0.0);
                $({
                    const LINE: Line<{ $points.len() }> = Line::new($points, $weight);
                    let x = metrics.of($place)[at];
                    sum += where_known(x, LINE.at(x));
                    weight += where_known(x, $weight);
                })*
                out[at] = sum / weight;
            }
        }
    };
}

group! { adoption:
    LOGIN_RECENCY_DAYS, 30.0, [[0.0, 100.0], [7.0, 90.0], [14.0, 70.0], [30.0, 35.0], [60.0, 0.0]];
    SEAT_UTILIZATION, 25.0, [[0.1, 0.0], [0.4, 40.0], [0.7, 80.0], [0.9, 100.0]];
    FEATURE_DEPTH, 15.0, [[0.0, 0.0], [0.25, 30.0], [0.5, 65.0], [0.8, 100.0]];
    STICKY_FEATURE_USAGE, 15.0, [[0.0, 0.0], [0.2, 20.0], [0.4, 55.0], [0.6, 85.0], [0.85, 100.0]];
    USAGE_TREND_90D, 15.0, [[-0.5, 0.0], [-0.2, 25.0], [0.0, 60.0], [0.1, 75.0], [0.4, 100.0]];
}

group! { support:
    OPEN_P1, 30.0, [[0.0, 100.0], [1.0, 60.0], [2.0, 25.0], [4.0, 0.0]];
    TICKETS_30D, 20.0,
        [[0.0, 80.0], [2.0, 100.0], [8.0, 75.0], [15.0, 40.0], [25.0, 10.0], [35.0, 0.0]];
    CSAT, 30.0, [[1.5, 0.0], [2.5, 25.0], [3.5, 60.0], [4.2, 90.0], [4.8, 100.0]];
    SLA_BREACH_RATE, 20.0, [[0.0, 100.0], [0.05, 80.0], [0.15, 40.0], [0.3, 0.0]];
}

group! { relationship:
    NPS, 45.0, [[-60.0, 0.0], [-10.0, 30.0], [20.0, 60.0], [50.0, 85.0], [80.0, 100.0]];
    EXEC_SPONSOR_SCORE, 40.0, [[0.0, 0.0], [3.0, 25.0], [6.0, 70.0], [8.5, 100.0]];
    COMMUNITY_POSTS, 15.0, [[0.0, 20.0], [2.0, 45.0], [8.0, 75.0], [20.0, 100.0]];
}

group! { commercial:
    INVOICE_DAYS_LATE, 40.0, [[0.0, 100.0], [5.0, 85.0], [15.0, 50.0], [30.0, 15.0], [45.0, 0.0]];
    DISCOUNT_PCT, 20.0, [[5.0, 100.0], [15.0, 75.0], [25.0, 40.0], [35.0, 10.0]];
    RENEWALS_COMPLETED, 25.0, [[0.0, 30.0], [1.0, 55.0], [3.0, 80.0], [6.0, 100.0]];
    UPSELLS_COMPLETED, 15.0, [[0.0, 25.0], [1.0, 60.0], [2.0, 85.0], [4.0, 100.0]];
}

/// The groups' weights.
const WEIGHTS: [f64; GROUPS] = [35.0, 25.0, 20.0, 20.0];

pub(super) fn groups(metrics: Metrics<'_>, out: [&mut Part; GROUPS]) {
    let [first, second, third, fourth] = out;
    adoption(metrics, first);
    support(metrics, second);
    relationship(metrics, third);
    commercial(metrics, fourth);
}

#[inline(never)]
pub(super) fn total(groups: [&Part; GROUPS], out: &mut Part) {
    for at in 0..out.len() {
        let (mut sum, mut weight) = (0.0, 0.0);
        for (group, share) in groups.iter().zip(WEIGHTS) {
            let x = group[at];
            sum += where_known(x, share * x);
            weight += where_known(x, share);
        }
        out[at] = sum / weight;
    }
}

/// The number of edges that the total has reached; one more than the last band for none.
#[inline(never)]
pub(super) fn bands(total: &Part, out: &mut Bytes) {
    for (out, total) in out.as_chunks_mut::<16>().0.iter_mut().zip(total.as_chunks::<16>().0) {
        let red: [u8; 16] = std::array::from_fn(|at| u8::from(total[at] < 40.0));
        let low: [u8; 16] = std::array::from_fn(|at| u8::from(total[at] < 70.0));
        let none: [u8; 16] = std::array::from_fn(|at| u8::from(total[at].is_nan()));
        *out = std::array::from_fn(|at| {
            2_u8.wrapping_sub(red[at]).wrapping_sub(low[at]).wrapping_add(none[at])
        });
    }
}
