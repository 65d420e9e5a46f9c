//! What is open on the days of a local calendar, summed up so that no span of days is walked.

use std::collections::BTreeMap;

use chrono::{Datelike as _, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Timelike as _};

/// Minutes of a day.
pub(super) const DAY: u32 = 24 * 60;

const MINUTE: i64 = 60_000_000;

/// Open spans in minutes from the start of a day: in order, apart, the first minute in and the last one out.
pub(super) type Shift = Vec<(u32, u32)>;

/// The number of a day: 1 is Monday, 1 January of the year 1.
pub(super) fn day_number(day: NaiveDate) -> i32 {
    day.num_days_from_ce()
}

/// The place of a day in its week, from Monday.
fn weekday(day: i32) -> usize {
    (i64::from(day) - 1).rem_euclid(7) as usize
}

/// When it is open, on local time.
#[derive(Debug, Clone)]
pub(super) struct Opening {
    /// Every sort of day; the first seven are the days of the week, from Monday.
    sorts: Vec<Sort>,
    /// What there is in a week.
    total: Sum,
    /// Days that are other than their day of the week, in order.
    others: Vec<Other>,
    /// What all of them change.
    change: Sum,
}

/// What is open on a sort of day.
#[derive(Debug, Clone, Default, PartialEq)]
struct Sort {
    /// Of this day alone: what the day before left over, and its own up to midnight.
    open: Shift,
    works: bool,
    /// Of a day of the week: what lies before it in its week.
    before: Sum,
}

#[derive(Debug, Clone)]
struct Other {
    day: i32,
    /// The number of its sort.
    sort: u32,
    /// What all those before it change.
    before: Sum,
}

/// Minutes that are open, and days of work.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Sum {
    minutes: i64,
    days: i64,
}

impl Sum {
    const fn plus(self, other: Self) -> Self {
        Self { minutes: self.minutes + other.minutes, days: self.days + other.days }
    }
    const fn minus(self, other: Self) -> Self {
        Self { minutes: self.minutes - other.minutes, days: self.days - other.days }
    }
    const fn times(self, count: i64) -> Self {
        Self { minutes: self.minutes * count, days: self.days * count }
    }
}

impl Sort {
    /// A day with its own shift after a day with another.
    fn of(yesterday: &Shift, own: &Shift) -> Self {
        let left = yesterday.iter().filter(|it| DAY < it.1);
        let left = left.map(|it| (it.0.saturating_sub(DAY), it.1 - DAY));
        let own_part = own.iter().filter(|it| it.0 < DAY).map(|it| (it.0, it.1.min(DAY)));
        let open = joined(left.chain(own_part).collect());
        Self { open, works: !own.is_empty(), before: Sum::default() }
    }

    fn sum(&self) -> Sum {
        let minutes = self.open.iter().map(|(from, to)| i64::from(to - from)).sum();
        Sum { minutes, days: i64::from(self.works) }
    }
}

/// Spans in order, those that touch made one.
pub(super) fn joined(mut spans: Shift) -> Shift {
    spans.sort_unstable();
    let mut all: Shift = Vec::with_capacity(spans.len());
    for (from, to) in spans {
        match all.last_mut() {
            Some(last) if from <= last.1 => last.1 = last.1.max(to),
            _ => all.push((from, to)),
        }
    }
    all
}

impl Default for Opening {
    fn default() -> Self {
        let shift = |at: usize| if at < 5 { vec![(0, DAY)] } else { Shift::new() };
        let week: Vec<Shift> = (0..7).map(shift).collect();
        Self::new(&week, &[], &[])
    }
}

impl Opening {
    /// From shifts, of which the first seven are those of the week; from days that have another, by its
    /// number; and from days that are closed from midnight to midnight, whatever began the day before. Days are in
    /// order.
    pub(super) fn new(shifts: &[Shift], single: &[(i32, u32)], closed: &[i32]) -> Self {
        let of_week = |day: i32| weekday(day) as u32;
        let own = |day: i32| match single.binary_search_by_key(&day, |it| it.0) {
            Ok(at) => single.get(at).map_or(0, |it| it.1),
            Err(_) => of_week(day),
        };
        let nothing = Shift::new();
        let shift = |at: u32| shifts.get(at as usize).unwrap_or(&nothing);
        let (mut sorts, mut total) = (Vec::new(), Sum::default());
        for day in 1..8 {
            let made = Sort::of(shift(of_week(day - 1)), shift(of_week(day)));
            let sum = made.sum();
            sorts.push(Sort { before: total, ..made });
            total = total.plus(sum);
        }
        // A day that is other than usual may leave something over for the next.
        let mut days: Vec<i32> = single.iter().flat_map(|it| [it.0, it.0 + 1]).collect();
        days.extend(closed);
        days.sort_unstable();
        days.dedup();
        let mut known: BTreeMap<(u32, u32, bool), u32> = BTreeMap::new();
        let (mut others, mut change) = (Vec::with_capacity(days.len()), Sum::default());
        for day in days {
            let key = (own(day - 1), own(day), closed.binary_search(&day).is_ok());
            let sort = *known.entry(key).or_insert_with(|| {
                let (before, own, closed) = key;
                let made = Sort::of(shift(before), shift(own));
                sorts.push(if closed { Sort::default() } else { made });
                (sorts.len() - 1) as u32
            });
            others.push(Other { day, sort, before: change });
            let sum = |at: usize| sorts.get(at).map_or(Sum::default(), Sort::sum);
            change = change.plus(sum(sort as usize)).minus(sum(weekday(day)));
        }
        Self { sorts, total, others, change }
    }

    /// Whether it is ever open.
    pub(super) fn is_ever(&self) -> bool {
        let open =
            |it: &Other| self.sorts.get(it.sort as usize).is_some_and(|sort| !sort.open.is_empty());
        self.total.minutes > 0 || self.others.iter().any(open)
    }

    fn sort(&self, day: i32) -> Option<&Sort> {
        let at = match self.others.binary_search_by_key(&day, |other| other.day) {
            Ok(at) => self.others.get(at).map_or(0, |other| other.sort as usize),
            Err(_) => weekday(day),
        };
        self.sorts.get(at)
    }

    fn open(&self, day: i32) -> &[(u32, u32)] {
        self.sort(day).map_or(&[], |sort| sort.open.as_slice())
    }

    /// What there is before a day, since the year 1.
    fn before(&self, day: i32) -> Sum {
        let weeks = (i64::from(day) - 1).div_euclid(7);
        let in_week = self.sorts.get(weekday(day)).map_or(Sum::default(), |sort| sort.before);
        let at = self.others.partition_point(|other| other.day < day);
        let change = self.others.get(at).map_or(self.change, |other| other.before);
        self.total.times(weeks).plus(in_week).plus(change)
    }

    /// Whether a day is one of work.
    pub(super) fn works(&self, day: i32) -> bool {
        self.sort(day).is_some_and(|sort| sort.works)
    }

    /// How many days of work there are before a day, since the year 1.
    pub(super) fn days_before(&self, day: i32) -> i64 {
        self.before(day).days
    }

    /// The day of work of that number, if there is one from a day on.
    pub(super) fn day_of(&self, wanted: i64, from: i64) -> Option<i32> {
        self.first(from, |sum| wanted <= sum.days)
    }

    /// Microseconds that are open before a moment of local time, since the year 1.
    pub(super) fn worked(&self, at: NaiveDateTime) -> i64 {
        let day = day_number(at.date());
        let time = i64::from(at.num_seconds_from_midnight()) * 1_000_000
            + i64::from(at.nanosecond() / 1000);
        let within = self.open(day).iter().map(|(from, to)| {
            let (from, to) = (i64::from(*from) * MINUTE, i64::from(*to) * MINUTE);
            time.clamp(from, to) - from
        });
        self.before(day).minutes * MINUTE + within.sum::<i64>()
    }

    /// The first moment of local time by which so much was open.
    pub(super) fn when(&self, worked: i64) -> Option<NaiveDateTime> {
        let first = i64::from(day_number(NaiveDate::MIN));
        let day = self.first(first, |sum| worked <= sum.minutes * MINUTE)?;
        let mut left = worked - self.before(day).minutes * MINUTE;
        for (from, to) in self.open(day) {
            let (from, to) = (i64::from(*from) * MINUTE, i64::from(*to) * MINUTE);
            if left <= to - from {
                let start = NaiveDate::from_num_days_from_ce_opt(day)?.and_time(NaiveTime::MIN);
                return start.checked_add_signed(TimeDelta::microseconds(from + left));
            }
            left -= to - from;
        }
        None
    }

    /// The first day at whose end something is so that stays so.
    fn first(&self, from: i64, is_so: impl Fn(Sum) -> bool) -> Option<i32> {
        let last = i64::from(day_number(NaiveDate::MAX)) - 1;
        let (mut low, mut high) = (from, last);
        let at_end = |day: i64| i32::try_from(day + 1).is_ok_and(|next| is_so(self.before(next)));
        if !at_end(last) {
            return None;
        }
        // Most of what is asked for is near.
        let mut step = 1;
        while low + step < high {
            if at_end(low + step) {
                high = low + step;
            } else {
                low += step;
                step *= 2;
            }
        }
        while low < high {
            let middle = low.midpoint(high);
            if at_end(middle) { high = middle } else { low = middle + 1 }
        }
        i32::try_from(low).ok()
    }
}
