//! What each take reads, needs and says of no records: one row each.
//!
//! CONTRIBUTING.md says under "A take" what a new one needs: its variant in `config/metric.rs`, its row here, what `resolve.rs` has to
//! know of it, what the records come to in `take.rs`, called in `derivation.rs` or `derivation/aggregate.rs`, and its line in
//! docs/takes.md, which `tests/docs.rs` asks for.

use crate::config::Take;

/// Which field a take reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reads {
    /// None: it counts records.
    Records,
    /// The one that is named; where none is, the records themselves or their days.
    Named,
    /// The one that is named, or the value where records are values; else the records.
    Usual,
    /// The one that is named, or the value where records are values; else it cannot be taken.
    Field,
}

/// What the field has to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wants {
    Any,
    Number,
    NumberOrFlag,
    Flag,
    Date,
    DateAhead,
}

/// What it means that no record is there to take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Nothing {
    /// 0: nothing happened. Of a usage series that the subject never had: missing.
    Zero,
    /// 1, where the subject ever had a record, and with `empty = "zero"`.
    One,
    /// Missing; `empty` may say 0.
    Missing,
    /// Missing: 0 would say that it is today.
    Never,
}

/// How old the value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Age {
    /// As the newest record of its source: it counts records, or compares spans of time.
    Source,
    /// As the newest record that it is read from.
    Newest,
    /// As the oldest record that counts: it is read from that one.
    Oldest,
}

/// A take, as its users see it.
#[derive(Debug, Clone, Copy)]
pub(super) struct About {
    /// The word for it in a config.
    pub(super) name: &'static str,
    pub(super) reads: Reads,
    pub(super) wants: Wants,
    pub(super) nothing: Nothing,
    pub(super) age: Age,
    /// Whether it means nothing without a window.
    pub(super) windowed: bool,
}

macro_rules! takes {
    ($($take:ident $name:literal $reads:ident $wants:ident $nothing:ident $age:ident $windowed:literal;)+) => {
        impl About {
            /// What is known of a take.
            pub(super) const fn of(take: Take) -> Self {
                match take {
                    $(Take::$take => Self {
                        name: $name,
                        reads: Reads::$reads,
                        wants: Wants::$wants,
                        nothing: Nothing::$nothing,
                        age: Age::$age,
                        windowed: $windowed,
                    },)+
                }
            }
        }

        /// Every take.
        #[cfg(test)]
        pub(super) const ALL: &[Take] = &[$(Take::$take,)+];
    };
}

takes! {
    Count "count" Records Any Zero Source false;
    Sum "sum" Field NumberOrFlag Zero Source false;
    Mean "mean" Field NumberOrFlag Missing Newest false;
    Min "min" Field Number Missing Newest false;
    Max "max" Field Number Missing Newest false;
    Median "median" Field Number Missing Newest false;
    First "first" Field Any Missing Oldest false;
    Last "last" Field Any Missing Newest false;
    Distinct "distinct" Field Any Zero Source false;
    DaysSinceFirst "days_since_first" Named Date Never Source false;
    DaysSinceLast "days_since_last" Named Date Never Newest false;
    DaysUntil "days_until" Usual DateAhead Never Newest false;
    Streak "streak" Records Any Zero Source false;
    Slope "slope" Field Number Missing Newest false;
    Change "change" Field Number Missing Source true;
    StdDev "std_dev" Field Number Missing Newest false;
    Ewm "ewm" Field Number Missing Newest false;
    ZeroShare "zero_share" Usual Number One Source true;
    Share "share" Named Flag Missing Source false;
    Signal "signal" Usual Number Missing Source false;
    SignalAge "signal_age" Usual Number Missing Source false;
    SignalChange "signal_change" Usual Number Missing Source false;
    SignalText "signal_text" Usual Number Missing Source false;
}

#[test]
fn every_take_is_called_what_a_config_calls_it() {
    for take in ALL {
        assert_eq!(serde_json::to_value(take).unwrap(), About::of(*take).name, "{take:?}");
    }
}
