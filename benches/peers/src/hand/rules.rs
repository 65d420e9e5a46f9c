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

/// One byte a row: whether the test holds. Sixteen rows at a time become one store.
#[inline(always)]
fn test(x: &Part, holds: impl Fn(f64) -> bool) -> Bytes {
    let mut out = [0; CHUNK];
    for (out, x) in out.as_chunks_mut::<16>().0.iter_mut().zip(x.as_chunks::<16>().0) {
        *out = std::array::from_fn(|at| u8::from(holds(x[at])));
    }
    out
}

/// What is calculated before it is compared.
#[inline(always)]
fn calculated(value: impl Fn(usize) -> f64) -> Part {
    std::array::from_fn(value)
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
        r01, r02, r03, r04, r05, r06, r07, r08, r09, r10, //
        r11, r12, r13, r14, r15, r16, r17, r18, r19, r20,
    ] = out;
    let of = |place| metrics.of(place);
    let [adoption, support, relationship, commercial] = scores.groups;
    let total = scores.total;

    let no_login = test(of(LOGIN_RECENCY_DAYS), f64::is_nan);
    let no_p1 = test(of(OPEN_P1), f64::is_nan);
    let no_csat = test(of(CSAT), f64::is_nan);
    let no_nps = test(of(NPS), f64::is_nan);
    let no_breach = test(of(SLA_BREACH_RATE), f64::is_nan);
    let no_late = test(of(INVOICE_DAYS_LATE), f64::is_nan);
    let no_trend = test(of(USAGE_TREND_90D), f64::is_nan);
    let no_total = test(total, f64::is_nan);
    let no_adoption = test(adoption, f64::is_nan);
    let no_renewal = test(of(DAYS_TO_RENEWAL), f64::is_nan);
    let no_tenure = test(of(TENURE_MONTHS), f64::is_nan);
    let no_discount = test(of(DISCOUNT_PCT), f64::is_nan);
    let no_exec = test(of(EXEC_SPONSOR_SCORE), f64::is_nan);

    let it = test(of(LOGIN_RECENCY_DAYS), |it| it > 30.0);
    rule!(r01, STRICT, |at| (it ? no_login));
    let it = test(of(OPEN_P1), |it| it >= 2.0);
    rule!(r02, STRICT, |at| (it ? no_p1));
    let it = test(of(CSAT), |it| it < 2.0);
    rule!(r03, STRICT, |at| (it ? no_csat));
    let it = test(of(NPS), |it| it < -50.0);
    rule!(r04, STRICT, |at| (it ? no_nps));
    let it = test(of(SLA_BREACH_RATE), |it| it > 0.2);
    rule!(r05, STRICT, |at| (it ? no_breach));
    let it = test(of(INVOICE_DAYS_LATE), |it| it > 20.0);
    rule!(r06, STRICT, |at| (it ? no_late));
    let it = test(of(USAGE_TREND_90D), |it| it < -0.4);
    rule!(r07, STRICT, |at| (it ? no_trend));
    let it = test(total, |it| it < 36.003);
    rule!(r08, STRICT, |at| (it ? no_total));
    let it = test(adoption, |it| it < 31.003);
    rule!(r09, STRICT, |at| (it ? no_adoption));
    let red = test(total, |it| it < 40.0);
    rule!(r10, STRICT, |at| (red ? no_total));

    {
        let (active, seats) = (of(ACTIVE_USERS_30D), of(LICENSED_SEATS));
        let share = calculated(|at| active[at] / seats[at]);
        let no_share = test(&share, f64::is_nan);
        let few = test(&share, |it| it < 0.3);
        let old = test(of(TENURE_MONTHS), |it| it > 6.0);
        let soon = test(of(DAYS_TO_RENEWAL), |it| it < 120.0);
        rule!(r11, STRICT, |at| (few ? no_share) & (old ? no_tenure) & (soon ? no_renewal));
    }
    {
        let no_tickets = test(of(TICKETS_30D), f64::is_nan);
        let urgent = test(of(OPEN_P1), |it| it > 0.0);
        let many = test(of(TICKETS_30D), |it| it > 20.0);
        let unhappy = test(of(CSAT), |it| it < 3.5);
        rule!(r12, STRICT, |at| ((urgent ? no_p1) | (many ? no_tickets)) & (unhappy ? no_csat));
    }
    {
        let soon = test(of(DAYS_TO_RENEWAL), |it| it <= 90.0);
        let late = test(of(INVOICE_DAYS_LATE), |it| it > 0.0);
        rule!(r13, STRICT, |at| (red ? no_total) & (soon ? no_renewal) & (late ? no_late));
    }
    {
        let no_sticky = test(of(STICKY_FEATURE_USAGE), f64::is_nan);
        let no_depth = test(of(FEATURE_DEPTH), f64::is_nan);
        let falls = test(of(USAGE_TREND_90D), |it| it < -0.2);
        let loose = test(of(STICKY_FEATURE_USAGE), |it| it < 0.4);
        let away = test(of(LOGIN_RECENCY_DAYS), |it| it > 14.0);
        let flat = test(of(FEATURE_DEPTH), |it| it < 0.3);
        rule!(r14, STRICT, |at| (falls ? no_trend) & (loose ? no_sticky)
            & ((away ? no_login) | (flat ? no_depth)));
    }
    {
        let (tickets, seats) = (of(TICKETS_30D), of(LICENSED_SEATS));
        let a_seat = calculated(|at| tickets[at] / seats[at]);
        let no_a_seat = test(&a_seat, f64::is_nan);
        let no_support = test(support, f64::is_nan);
        let many = test(&a_seat, |it| it > 0.05);
        let urgent = test(of(OPEN_P1), |it| it >= 1.0);
        let weak = test(support, |it| it < 61.003);
        rule!(r15, STRICT, |at| (many ? no_a_seat) & (urgent ? no_p1) & (weak ? no_support));
    }
    {
        let no_renewed = test(of(RENEWALS_COMPLETED), f64::is_nan);
        let cheap = test(of(DISCOUNT_PCT), |it| it > 20.0);
        let weak = test(total, |it| it < 55.0);
        let new = test(of(RENEWALS_COMPLETED), |it| it < 2.0);
        let old = test(of(TENURE_MONTHS), |it| it >= 12.0);
        rule!(r16, STRICT, |at| (cheap ? no_discount) & (weak ? no_total) & (new ? no_renewed)
            & (old ? no_tenure));
    }
    {
        let no_upsells = test(of(UPSELLS_COMPLETED), f64::is_nan);
        let no_use = test(of(SEAT_UTILIZATION), f64::is_nan);
        let green = test(total, |it| it >= 70.0);
        let never = test(of(UPSELLS_COMPLETED), |it| it == 0.0);
        let full = test(of(SEAT_UTILIZATION), |it| it > 0.6);
        let fond = test(of(NPS), |it| it > 30.0);
        let backed = test(of(EXEC_SPONSOR_SCORE), |it| it > 7.0);
        rule!(r17, STRICT, |at| (green ? no_total) & (never ? no_upsells) & (full ? no_use)
            & ((fond ? no_nps) | (backed ? no_exec)));
    }
    {
        let no_relation = test(relationship, f64::is_nan);
        let no_posts = test(of(COMMUNITY_POSTS), f64::is_nan);
        let weak = test(relationship, |it| it < 37.003);
        let alone = test(of(EXEC_SPONSOR_SCORE), |it| it < 4.0);
        let quiet = test(of(COMMUNITY_POSTS), |it| it < 3.0);
        let soon = test(of(DAYS_TO_RENEWAL), |it| it < 180.0);
        rule!(r18, STRICT, |at| (weak ? no_relation) & (alone ? no_exec) & (quiet ? no_posts)
            & (soon ? no_renewal));
    }
    {
        let no_commerce = test(commercial, f64::is_nan);
        let weak = test(commercial, |it| it < 47.003);
        let late = test(of(INVOICE_DAYS_LATE), |it| it > 15.0);
        let cheap = test(of(DISCOUNT_PCT), |it| it > 30.0);
        let short = test(total, |it| it < 70.0);
        rule!(r19, STRICT, |at| (weak ? no_commerce) & ((late ? no_late) | (cheap ? no_discount))
            & (short ? no_total));
    }
    {
        let (seats, share) = (of(LICENSED_SEATS), of(SEAT_UTILIZATION));
        let active = of(ACTIVE_USERS_30D);
        let lead = calculated(|at| adoption[at] - support[at]);
        let idle = calculated(|at| seats[at] * share[at] - active[at]);
        let no_lead = test(&lead, f64::is_nan);
        let no_idle = test(&idle, f64::is_nan);
        let behind = test(&lead, |it| it < -20.00317);
        let many = test(&idle, |it| it > 50.0005);
        let fair = test(total, |it| it >= 40.0);
        rule!(r20, STRICT, |at| (behind ? no_lead) & (many ? no_idle) & (fair ? no_total));
    }
}
