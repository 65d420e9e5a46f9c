//! The rules of a chunk, in columns: every comparison once, as a column of bytes, then what each
//! rule makes of them.

use super::place::*;
use super::{Bytes, CHUNK, Metrics, Part};
use crate::answers::{GROUPS, RULES};

/// The scores that rules read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scores<'a> {
    pub(super) total: &'a Part,
    pub(super) groups: [&'a Part; GROUPS],
}

/// Tests of a column, one byte a row: sixteen rows at a time become one store.
///
/// Never inlined: a loop of its own keeps to the registers, while all tests in one piece spill.
macro_rules! tests {
    ($($name:ident: |$x:ident, $edge:ident| $holds:expr;)*) => {
        $(
            #[inline(never)]
            fn $name(column: &Part, $edge: f64) -> Bytes {
                let mut out = [0; CHUNK];
                let blocks = column.as_chunks::<16>().0;
                for (out, block) in out.as_chunks_mut::<16>().0.iter_mut().zip(blocks) {
                    *out = block.map(|$x| u8::from($holds));
                }
                out
            }
        )*
    };
}

tests! {
    over: |x, edge| x > edge;
    under: |x, edge| x < edge;
    at_least: |x, edge| x >= edge;
    at_most: |x, edge| x <= edge;
    equal: |x, edge| x == edge;
    unordered: |x, edge| x.is_nan() | edge.is_nan();
}

/// Where nothing is known.
fn missing(column: &Part) -> Bytes {
    unordered(column, 0.0)
}

/// What is calculated before it is compared.
#[inline(always)]
fn calculated(value: impl Fn(usize) -> f64) -> Part {
    let mut out = [0.0; CHUNK];
    for (at, out) in out.iter_mut().enumerate() {
        *out = value(at);
    }
    out
}

/// What a part of a condition says of a row: it holds, it has no data. Never both.
type Said = (u8, u8);

/// Left to right, stopping at the first that does not hold; if strict, whatever is missing counts.
#[inline(always)]
fn and<const STRICT: bool>(left: Said, right: Said) -> Said {
    let none = if STRICT { left.1 | right.1 } else { left.1 | (left.0 & right.1) };
    (left.0 & right.0, none)
}

/// Left to right, stopping at the first that holds.
#[inline(always)]
fn or<const STRICT: bool>(left: Said, right: Said) -> Said {
    let none = left.1 | ((left.0 ^ 1) & right.1);
    if STRICT {
        let none = left.1 | right.1;
        return ((left.0 | right.0) & (none ^ 1), none);
    }
    (left.0 | (right.0 & (left.1 ^ 1)), none)
}

/// One rule over a chunk. `$said` reads bytes at `$at`.
macro_rules! rule {
    ($out:expr, $strict:ident, |$at:ident| $($said:tt)*) => {
        for $at in 0..CHUNK {
            let (yes, none) = said!($strict, $at, $($said)*);
            $out[$at] = yes | (none << 1);
        }
    };
}

/// A condition over columns of tests: `(test ? missing)`, joined by `&` or `|` and parentheses.
macro_rules! said {
    ($strict:ident, $at:ident, ($yes:ident ? $none:ident)) => {
        ($yes[$at], $none[$at])
    };
    ($strict:ident, $at:ident, ($($inner:tt)*)) => {
        said!($strict, $at, $($inner)*)
    };
    ($strict:ident, $at:ident, $first:tt | $second:tt) => {
        or::<$strict>(said!($strict, $at, $first), said!($strict, $at, $second))
    };
    ($strict:ident, $at:ident, $first:tt & $second:tt) => {
        and::<$strict>(said!($strict, $at, $first), said!($strict, $at, $second))
    };
    // From the left, as it is read.
    ($strict:ident, $at:ident, $first:tt & $second:tt & $($more:tt)+) => {
        said!($strict, $at, ($first & $second) & $($more)+)
    };
}

/// The columns of tests that the rules share, made where the first rule needs them.
#[inline(never)]
pub(super) fn rules<const STRICT: bool>(
    metrics: Metrics<'_>,
    scores: Scores<'_>,
    out: [&mut Bytes; RULES],
) {
    let [
        r01,
        r02,
        r03,
        r04,
        r05,
        r06,
        r07,
        r08,
        r09,
        r10, //
        r11,
        r12,
        r13,
        r14,
        r15,
        r16,
        r17,
        r18,
        r19,
        r20,
    ] = out;
    let of = |place| metrics.of(place);
    let [adoption, support, relationship, commercial] = scores.groups;
    let total = scores.total;

    let no_login = missing(of(LOGIN_RECENCY_DAYS));
    let no_p1 = missing(of(OPEN_P1));
    let no_csat = missing(of(CSAT));
    let no_nps = missing(of(NPS));
    let no_breach = missing(of(SLA_BREACH_RATE));
    let no_late = missing(of(INVOICE_DAYS_LATE));
    let no_trend = missing(of(USAGE_TREND_90D));
    let no_total = missing(total);
    let no_adoption = missing(adoption);
    let no_renewal = missing(of(DAYS_TO_RENEWAL));
    let no_tenure = missing(of(TENURE_MONTHS));
    let no_discount = missing(of(DISCOUNT_PCT));
    let no_exec = missing(of(EXEC_SPONSOR_SCORE));

    let it = over(of(LOGIN_RECENCY_DAYS), 30.0);
    rule!(r01, STRICT, |at| (it ? no_login));
    let it = at_least(of(OPEN_P1), 2.0);
    rule!(r02, STRICT, |at| (it ? no_p1));
    let it = under(of(CSAT), 2.0);
    rule!(r03, STRICT, |at| (it ? no_csat));
    let it = under(of(NPS), -50.0);
    rule!(r04, STRICT, |at| (it ? no_nps));
    let it = over(of(SLA_BREACH_RATE), 0.2);
    rule!(r05, STRICT, |at| (it ? no_breach));
    let it = over(of(INVOICE_DAYS_LATE), 20.0);
    rule!(r06, STRICT, |at| (it ? no_late));
    let it = under(of(USAGE_TREND_90D), -0.4);
    rule!(r07, STRICT, |at| (it ? no_trend));
    let it = under(total, 36.003);
    rule!(r08, STRICT, |at| (it ? no_total));
    let it = under(adoption, 31.003);
    rule!(r09, STRICT, |at| (it ? no_adoption));
    let red = under(total, 40.0);
    rule!(r10, STRICT, |at| (red ? no_total));

    {
        let (active, seats) = (of(ACTIVE_USERS_30D), of(LICENSED_SEATS));
        let share = calculated(|at| active[at] / seats[at]);
        let no_share = missing(&share);
        let few = under(&share, 0.3);
        let old = over(of(TENURE_MONTHS), 6.0);
        let soon = under(of(DAYS_TO_RENEWAL), 120.0);
        rule!(r11, STRICT, |at| (few ? no_share) & (old ? no_tenure) & (soon ? no_renewal));
    }
    {
        let no_tickets = missing(of(TICKETS_30D));
        let urgent = over(of(OPEN_P1), 0.0);
        let many = over(of(TICKETS_30D), 20.0);
        let unhappy = under(of(CSAT), 3.5);
        rule!(r12, STRICT, |at| ((urgent ? no_p1) | (many ? no_tickets)) & (unhappy ? no_csat));
    }
    {
        let soon = at_most(of(DAYS_TO_RENEWAL), 90.0);
        let late = over(of(INVOICE_DAYS_LATE), 0.0);
        rule!(r13, STRICT, |at| (red ? no_total) & (soon ? no_renewal) & (late ? no_late));
    }
    {
        let no_sticky = missing(of(STICKY_FEATURE_USAGE));
        let no_depth = missing(of(FEATURE_DEPTH));
        let falls = under(of(USAGE_TREND_90D), -0.2);
        let loose = under(of(STICKY_FEATURE_USAGE), 0.4);
        let away = over(of(LOGIN_RECENCY_DAYS), 14.0);
        let flat = under(of(FEATURE_DEPTH), 0.3);
        rule!(r14, STRICT, |at| (falls ? no_trend) & (loose ? no_sticky)
            & ((away ? no_login) | (flat ? no_depth)));
    }
    {
        let (tickets, seats) = (of(TICKETS_30D), of(LICENSED_SEATS));
        let a_seat = calculated(|at| tickets[at] / seats[at]);
        let no_a_seat = missing(&a_seat);
        let no_support = missing(support);
        let many = over(&a_seat, 0.05);
        let urgent = at_least(of(OPEN_P1), 1.0);
        let weak = under(support, 61.003);
        rule!(r15, STRICT, |at| (many ? no_a_seat) & (urgent ? no_p1) & (weak ? no_support));
    }
    {
        let no_renewed = missing(of(RENEWALS_COMPLETED));
        let cheap = over(of(DISCOUNT_PCT), 20.0);
        let weak = under(total, 55.0);
        let new = under(of(RENEWALS_COMPLETED), 2.0);
        let old = at_least(of(TENURE_MONTHS), 12.0);
        rule!(r16, STRICT, |at| (cheap ? no_discount) & (weak ? no_total) & (new ? no_renewed)
            & (old ? no_tenure));
    }
    {
        let no_upsells = missing(of(UPSELLS_COMPLETED));
        let no_use = missing(of(SEAT_UTILIZATION));
        let green = at_least(total, 70.0);
        let never = equal(of(UPSELLS_COMPLETED), 0.0);
        let full = over(of(SEAT_UTILIZATION), 0.6);
        let fond = over(of(NPS), 30.0);
        let backed = over(of(EXEC_SPONSOR_SCORE), 7.0);
        rule!(r17, STRICT, |at| (green ? no_total) & (never ? no_upsells) & (full ? no_use)
            & ((fond ? no_nps) | (backed ? no_exec)));
    }
    {
        let no_relation = missing(relationship);
        let no_posts = missing(of(COMMUNITY_POSTS));
        let weak = under(relationship, 37.003);
        let alone = under(of(EXEC_SPONSOR_SCORE), 4.0);
        let quiet = under(of(COMMUNITY_POSTS), 3.0);
        let soon = under(of(DAYS_TO_RENEWAL), 180.0);
        rule!(r18, STRICT, |at| (weak ? no_relation) & (alone ? no_exec) & (quiet ? no_posts)
            & (soon ? no_renewal));
    }
    {
        let no_commerce = missing(commercial);
        let weak = under(commercial, 47.003);
        let late = over(of(INVOICE_DAYS_LATE), 15.0);
        let cheap = over(of(DISCOUNT_PCT), 30.0);
        let short = under(total, 70.0);
        rule!(r19, STRICT, |at| (weak ? no_commerce) & ((late ? no_late) | (cheap ? no_discount))
            & (short ? no_total));
    }
    {
        let (seats, share) = (of(LICENSED_SEATS), of(SEAT_UTILIZATION));
        let active = of(ACTIVE_USERS_30D);
        let lead = calculated(|at| adoption[at] - support[at]);
        let idle = calculated(|at| seats[at] * share[at] - active[at]);
        let no_lead = missing(&lead);
        let no_idle = missing(&idle);
        let behind = under(&lead, -20.00317);
        let many = over(&idle, 50.0005);
        let fair = at_least(total, 40.0);
        rule!(r20, STRICT, |at| (behind ? no_lead) & (many ? no_idle) & (fair ? no_total));
    }
}
