//! Working time by hand, and what is wrong with calendars.

use chrono::{NaiveDate, NaiveDateTime, TimeDelta};

use super::{Calendar, CalendarConfig};
use crate::time::Stamp;

fn at(text: &str) -> NaiveDateTime {
    text.parse::<Stamp>().unwrap().at()
}

#[test]
fn the_end_of_time_is_no_fault() {
    let calendar = Calendar::new(&CalendarConfig::named("x").with_hours("9-17")).unwrap();
    let (start, end) = (NaiveDateTime::MIN, NaiveDateTime::MAX);
    assert!(calendar.working_time(start, end) > TimeDelta::days(100_000));
    assert_eq!(calendar.add_working(end, TimeDelta::hours(1)), None);
    assert_eq!(calendar.add_working(at("2026-01-01"), TimeDelta::MAX), None);
    assert_eq!(calendar.next_open(end), None);
    assert_eq!(calendar.start_of(NaiveDate::MAX), NaiveDate::MAX.and_hms_opt(0, 0, 0).unwrap());
    assert_eq!(calendar.working_days_after(NaiveDate::MAX, 3), NaiveDate::MAX);
    assert!(calendar.is_day_off("2026-01-17".parse().unwrap()));
}
