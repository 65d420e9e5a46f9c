//! Laws of working time: it is what counting minutes gives, over changes of clocks, nights, holidays and
//! exceptions.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike as _, Days, NaiveDate, NaiveDateTime, TimeDelta, Timelike as _};
use proptest::prelude::*;

use super::read::days_are;
use super::{
    Calendar, CalendarConfig, CalendarException, CalendarHours, Holiday, HolidaysClose, Spans,
};
use crate::time::Zone;

/// Minutes from the start of a day, past midnight too.
type Shift = Vec<(u32, u32)>;

/// A calendar as the laws see it.
#[derive(Debug, Clone)]
struct Plain {
    week: Vec<Shift>,
    holidays: BTreeSet<NaiveDate>,
    others: BTreeMap<NaiveDate, Shift>,
    by_day: bool,
    zone: Zone,
}

impl Plain {
    /// The shift that begins on a day.
    fn shift(&self, day: NaiveDate) -> &[(u32, u32)] {
        match self.others.get(&day) {
            Some(it) => it,
            None if self.holidays.contains(&day) && !self.by_day => &[],
            None => &self.week[day.weekday().num_days_from_monday() as usize],
        }
    }

    fn is_closed(&self, day: NaiveDate) -> bool {
        self.by_day && self.holidays.contains(&day) && !self.others.contains_key(&day)
    }

    fn is_open(&self, at: NaiveDateTime) -> bool {
        let local = self.zone.local(at);
        let (day, minute) = (local.date(), local.hour() * 60 + local.minute());
        let within = |day, minute| self.shift(day).iter().any(|it| it.0 <= minute && minute < it.1);
        !self.is_closed(day) && (within(day, minute) || within(day - Days::new(1), minute + 1440))
    }

    fn minutes(&self, from: NaiveDateTime, to: NaiveDateTime) -> i64 {
        let (mut at, mut count) = (from, 0);
        while at < to {
            count += i64::from(self.is_open(at));
            at += TimeDelta::minutes(1);
        }
        count
    }

    fn config(&self) -> CalendarConfig {
        let time = |it: u32| format!("{:02}:{:02}", it / 60, it % 60);
        let end = |it: u32| time(if it > 1440 { it - 1440 } else { it });
        let spans = |shift: &Shift| {
            Spans::List(shift.iter().map(|it| format!("{}-{}", time(it.0), end(it.1))).collect())
        };
        let week = self.week.iter().enumerate();
        let week = week.map(|(at, it)| (days_are(at).to_owned(), spans(it)));
        let mut config = CalendarConfig::default().in_zone(self.zone.clone());
        config.hours = Some(CalendarHours::Week(week.collect()));
        config.holidays = self.holidays.iter().map(|holiday| Holiday::from(*holiday)).collect();
        if self.by_day {
            config.holidays_close = HolidaysClose::Day;
        }
        config.exceptions = self
            .others
            .iter()
            .map(|(day, shift)| CalendarException {
                date: Some(day.to_string()),
                hours: Some(spans(shift)),
                ..CalendarException::default()
            })
            .collect();
        config
    }
}

fn first() -> NaiveDateTime {
    "2026-03-20T00:00:00".parse().unwrap()
}

fn minute(it: i64) -> NaiveDateTime {
    first() + TimeDelta::minutes(it)
}

/// Spans from 6 o'clock on, and perhaps one over midnight up to then.
fn shift() -> impl Strategy<Value = Shift> {
    let cuts = prop::collection::btree_set(24_u32..88, 0..6);
    (cuts, prop::option::weighted(0.3, (88_u32..96, 96_u32..=120))).prop_map(|(cuts, night)| {
        let cuts: Vec<u32> = cuts.into_iter().collect();
        let day = cuts.chunks_exact(2).map(|pair| (pair[0] * 15, pair[1] * 15));
        let mut all: Shift = day.collect();
        all.extend(night.map(|it| (it.0 * 15, it.1 * 15)));
        all
    })
}

fn zone() -> BoxedStrategy<Zone> {
    let minutes = || (-26..=28_i32).prop_map(|halves| halves * 30);
    let fixed = minutes().prop_map(|minutes| Zone::fixed(minutes).unwrap());
    let near = prop::sample::select(vec![-60, 60, 30, -30, 1440, -1440, 17]);
    let change = (0_i64..20_000, near);
    let changing = (-26..=26_i32, change, prop::option::of(20_001_i64..28_000)).prop_map(
        |(hours, (at, by), back)| {
            let before = (hours * 30).clamp(-600, 600);
            let after = (before + by).clamp(-1080, 1080);
            let back = back.map(|at| (minute(at), before));
            let changes = std::iter::once((minute(at), after)).chain(back);
            Zone::from_transitions(before, changes).unwrap()
        },
    );
    #[cfg(feature = "zones")]
    {
        let named = prop::sample::select(vec![
            "Europe/Berlin",
            "America/New_York",
            "Australia/Lord_Howe",
            "America/Sao_Paulo",
            "Asia/Kathmandu",
        ]);
        let named = named.prop_map(|name| name.parse().unwrap());
        prop_oneof![fixed, changing, named].boxed()
    }
    #[cfg(not(feature = "zones"))]
    prop_oneof![fixed, changing].boxed()
}

fn plain() -> impl Strategy<Value = Plain> {
    let day = || (0_u64..25).prop_map(|days| first().date() + Days::new(days));
    let holidays = prop::collection::btree_set(day(), 0..5);
    let others = prop::collection::btree_map(day(), shift(), 0..4);
    let week = prop::collection::vec(shift(), 7);
    (week, holidays, others, any::<bool>(), zone())
        .prop_map(|(week, holidays, others, by_day, zone)| Plain {
            week,
            holidays,
            others,
            by_day,
            zone,
        })
        .prop_filter("never open", |plain| plain.week.iter().any(|shift| !shift.is_empty()))
}

/// A calendar, and three moments in order.
fn cases() -> impl Strategy<Value = (Plain, [NaiveDateTime; 3])> {
    let moments = (0_i64..28_000, 0_i64..6_000, 0_i64..6_000);
    (plain(), moments)
        .prop_map(|(it, (a, b, c))| (it, [minute(a), minute(a + b), minute(a + b + c)]))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn working_time_is_what_counting_minutes_gives((plain, [from, _, to]) in cases()) {
        let calendar = Calendar::new(&plain.config()).unwrap();
        let counted = plain.minutes(from, to);
        prop_assert_eq!(calendar.working_time(from, to), TimeDelta::minutes(counted));
        prop_assert_eq!(calendar.working_time(to, from), TimeDelta::minutes(-counted));
        prop_assert_eq!(calendar.working_hours(from, to).to_bits(), (counted as f64 / 60.0).to_bits());
        prop_assert_eq!(calendar.is_open(from), plain.is_open(from));
        if let Some(next) = calendar.next_open(from).filter(|next| *next < to) {
            prop_assert!(plain.is_open(next));
            prop_assert_eq!(plain.minutes(from, next), 0);
        } else {
            prop_assert_eq!(counted, 0);
        }
    }

    #[test]
    fn the_parts_of_a_time_add_up((plain, [from, cut, to]) in cases(), micros in 0_i64..60_000_000) {
        let calendar = Calendar::new(&plain.config()).unwrap();
        let cut = (cut + TimeDelta::microseconds(micros)).min(to);
        let parts = calendar.working_time(from, cut) + calendar.working_time(cut, to);
        prop_assert_eq!(calendar.working_time(from, to), parts);
    }

    #[test]
    fn what_is_due_is_the_first_moment_by_which_so_much_was_worked(
        (plain, [from, _, to]) in cases(),
        micros in 1_i64..1_000_000_000_000,
    ) {
        let calendar = Calendar::new(&plain.config()).unwrap();
        let time = TimeDelta::microseconds(micros);
        let due = calendar.add_working(from, time).unwrap();
        prop_assert_eq!(calendar.working_time(from, due), time);
        let before = due - TimeDelta::microseconds(1);
        prop_assert!(calendar.working_time(from, before) < time, "{} is due too late", due);
        let back = calendar.add_working(due, -time).unwrap();
        prop_assert_eq!(calendar.working_time(back, due), time);
        prop_assert!(from <= back);
        // The other way round, from a moment at which something was worked.
        let worked = calendar.working_time(from, to);
        if worked > TimeDelta::zero() {
            let due = calendar.add_working(from, worked).unwrap();
            prop_assert!(due <= to);
            prop_assert_eq!(plain.minutes(due, to), 0);
        }
    }

    #[test]
    fn days_of_work_are_what_counting_them_gives(plain in plain(), from in 0_u64..30, days in 1_u32..60) {
        let calendar = Calendar::new(&plain.config()).unwrap();
        let works = |day: NaiveDate| !plain.is_closed(day) && !plain.shift(day).is_empty();
        let from = first().date() + Days::new(from);
        prop_assert_eq!(calendar.is_working_day(from), works(from));
        let mut after = from.iter_days().skip(1).filter(|at| works(*at));
        let nth = after.nth(days as usize - 1).unwrap();
        prop_assert_eq!(calendar.working_days_after(from, days), nth);
        prop_assert_eq!(calendar.working_days(from, nth), i64::from(days));
        prop_assert_eq!(calendar.working_days(nth, from), -i64::from(days));
        let first = from.iter_days().find(|at| works(*at)).unwrap();
        prop_assert_eq!(calendar.on_or_after(from), first);
    }

    #[test]
    fn a_day_begins_with_its_first_moment(plain in plain(), at in 0_u64..25) {
        let calendar = Calendar::new(&plain.config()).unwrap();
        let day = first().date() + Days::new(at);
        let start = calendar.start_of(day);
        prop_assert!(day.and_time(chrono::NaiveTime::MIN) <= plain.zone.local(start));
        let before = plain.zone.local(start - TimeDelta::seconds(1));
        prop_assert!(before.date() < day, "{} is before {}", before, day);
    }
}
