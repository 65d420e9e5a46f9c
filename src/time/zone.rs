//! Zones: what time of day it is somewhere, and which day.

use std::fmt;
use std::sync::Arc;

use crate::value::{ParseError, read_by_parse};
use chrono::{NaiveDateTime, TimeDelta};
use serde::ser::SerializeStruct as _;

use crate::any::read_any;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// How far local time is ahead of UTC somewhere, now and at other times.
///
/// One of three: a fixed offset; offsets that the host gives, with the moments at which they change; or,
/// with the feature `zones`, a name of the IANA database. There is no zone of the machine: it would be a
/// clock's.
///
/// ```
/// use foretell::time::Zone;
///
/// let zone: Zone = "-08:00".parse()?;
/// assert_eq!(zone.local("2026-03-02T01:00:00".parse()?), "2026-03-01T17:00:00".parse()?);
/// assert_eq!(zone.utc("2026-03-01T17:00:00".parse()?), "2026-03-02T01:00:00".parse()?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Zone(Kind);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Kind {
    /// Minutes east.
    Fixed(i32),
    Changing(Arc<Offsets>),
    #[cfg(feature = "zones")]
    Named(chrono_tz::Tz),
}

/// Offsets in minutes east and when they begin.
#[derive(Debug, PartialEq, Eq)]
struct Offsets {
    first: i32,
    /// Ascending.
    changes: Vec<(NaiveDateTime, i32)>,
}

/// The most that local time is ahead of UTC or behind it, in minutes: 18 hours, as in other libraries.
const MOST: i32 = 18 * 60;

impl Zone {
    /// Universal time, the zone of a book that states none.
    pub const UTC: Self = Self(Kind::Fixed(0));

    /// The same offset at all times, in minutes east of Greenwich.
    ///
    /// # Errors
    /// An offset of more than 18 hours.
    pub fn fixed(minutes: i32) -> Result<Self, ParseError> {
        if (-MOST..=MOST).contains(&minutes) {
            return Ok(Self(Kind::Fixed(minutes)));
        }
        Err(ParseError::new(format!(
            "expected an offset of at most 18 hours, got {minutes} minutes"
        )))
    }

    /// Offsets that the host knows, in minutes east: the first, and from which moments in UTC others hold.
    ///
    /// ```
    /// use foretell::time::Zone;
    ///
    /// let berlin = Zone::from_transitions(60, [
    ///     ("2026-03-29T01:00:00".parse()?, 120),
    ///     ("2026-10-25T01:00:00".parse()?, 60),
    /// ])?;
    /// assert_eq!(berlin.local("2026-07-01T12:00:00".parse()?), "2026-07-01T14:00:00".parse()?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// An offset of more than 18 hours, moments that do not ascend.
    pub fn from_transitions(
        first: i32,
        changes: impl IntoIterator<Item = (NaiveDateTime, i32)>,
    ) -> Result<Self, ParseError> {
        Self::fixed(first)?;
        let changes: Vec<_> = changes.into_iter().collect();
        for (_, minutes) in &changes {
            Self::fixed(*minutes)?;
        }
        let pairs = changes.iter().zip(changes.iter().skip(1));
        if let Some((one, two)) = pairs.into_iter().find(|(one, two)| two.0 <= one.0) {
            let why = format!("expected moments that ascend, got {} before {}", one.0, two.0);
            return Err(ParseError::new(why));
        }
        if changes.is_empty() {
            return Self::fixed(first);
        }
        Ok(Self(Kind::Changing(Arc::new(Offsets { first, changes }))))
    }

    /// The zone of that name in the IANA database: `Europe/Berlin`.
    ///
    /// # Errors
    /// A name that the database does not have.
    #[cfg(feature = "zones")]
    pub fn named(name: &str) -> Result<Self, ParseError> {
        if let Ok(zone) = name.parse::<chrono_tz::Tz>() {
            return Ok(Self(Kind::Named(zone)));
        }
        let known = chrono_tz::TZ_VARIANTS.iter().map(|zone| zone.name());
        let near = crate::fault::nearest(name, known);
        let near = near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
        let name = crate::node::shorten(name);
        Err(ParseError::new(format!("no zone is called `{name}`{near}")))
    }

    /// The zone of that name in the IANA database.
    #[cfg(not(feature = "zones"))]
    fn named(name: &str) -> Result<Self, ParseError> {
        Err(ParseError::new(format!(
            "`{}` is a name of a zone, for which the feature `zones` must be on; without it expected \
             `UTC` or an offset such as `+05:30`",
            crate::node::shorten(name)
        )))
    }

    /// The local time at a moment of UTC.
    #[must_use]
    pub fn local(&self, utc: NaiveDateTime) -> NaiveDateTime {
        moved(utc, self.offset(utc))
    }

    /// The moment of UTC at which it is that time here.
    ///
    /// Where clocks go back, an hour comes twice: it is the first of the two. Where they go forward, an hour is
    /// skipped: a time in it is read as if they had not yet, so that it lies as far after the change. In both cases
    /// the offset is the one that held before the change.
    ///
    /// ```
    /// # use foretell::time::Zone;
    /// # let berlin = Zone::from_transitions(60, [
    /// #     ("2026-03-29T01:00:00".parse()?, 120),
    /// #     ("2026-10-25T01:00:00".parse()?, 60),
    /// # ])?;
    /// assert_eq!(berlin.utc("2026-10-25T02:30:00".parse()?), "2026-10-25T00:30:00".parse()?);
    /// assert_eq!(berlin.utc("2026-03-29T02:30:00".parse()?), "2026-03-29T01:30:00".parse()?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn utc(&self, local: NaiveDateTime) -> NaiveDateTime {
        match &self.0 {
            Kind::Fixed(minutes) => moved(local, -minutes * 60),
            Kind::Changing(it) => {
                // A change is past for sure a day after it.
                let past =
                    it.changes.partition_point(|change| moved(change.0, 24 * 60 * 60) <= local);
                let (past, open) = it.changes.split_at_checked(past).unwrap_or_default();
                let mut before = past.last().map_or(it.first, |change| change.1);
                for (change, after) in open {
                    // The offset before a change holds up to the last local time that it gives.
                    if local < moved(*change, before.max(*after) * 60) {
                        break;
                    }
                    before = *after;
                }
                moved(local, -before * 60)
            }
            #[cfg(feature = "zones")]
            Kind::Named(zone) => {
                use chrono::offset::{LocalResult, Offset as _, TimeZone as _};
                let offset = match zone.offset_from_local_datetime(&local) {
                    LocalResult::Single(it) | LocalResult::Ambiguous(it, _) => it,
                    // No zone skips more than a day.
                    LocalResult::None => {
                        zone.offset_from_utc_datetime(&moved(local, -2 * 24 * 60 * 60))
                    }
                };
                moved(local, -offset.fix().local_minus_utc())
            }
        }
    }

    /// Seconds that local time is ahead of UTC at a moment of UTC.
    pub(crate) fn offset(&self, utc: NaiveDateTime) -> i32 {
        match &self.0 {
            Kind::Fixed(minutes) => minutes * 60,
            Kind::Changing(it) => {
                let begun = it.changes.partition_point(|(change, _)| *change <= utc);
                let last = begun.checked_sub(1).and_then(|at| it.changes.get(at));
                last.map_or(it.first, |change| change.1) * 60
            }
            #[cfg(feature = "zones")]
            Kind::Named(zone) => {
                use chrono::offset::{Offset as _, TimeZone as _};
                zone.offset_from_utc_datetime(&utc).fix().local_minus_utc()
            }
        }
    }
}

impl Zone {
    /// The offsets in minutes east, each from its first moment; none where they are not listed.
    pub(super) fn known_changes(&self) -> Option<Vec<(NaiveDateTime, i32)>> {
        let first = |minutes| (NaiveDateTime::MIN, minutes);
        match &self.0 {
            Kind::Fixed(minutes) => Some(vec![first(*minutes)]),
            Kind::Changing(it) => {
                Some(std::iter::once(first(it.first)).chain(it.changes.iter().copied()).collect())
            }
            #[cfg(feature = "zones")]
            Kind::Named(_) => None,
        }
    }
}

/// So many seconds later, within what a date can be.
pub(super) fn moved(at: NaiveDateTime, seconds: i32) -> NaiveDateTime {
    let end = if seconds < 0 { NaiveDateTime::MIN } else { NaiveDateTime::MAX };
    at.checked_add_signed(TimeDelta::seconds(seconds.into())).unwrap_or(end)
}

impl Default for Zone {
    fn default() -> Self {
        Self::UTC
    }
}

read_by_parse!(Zone);

impl Zone {
    /// Reads `UTC`, `Z`, an offset such as `+05:30`, and with the feature `zones` a name.
    pub(crate) fn read(text: &str) -> Result<Self, String> {
        let text = text.trim();
        if matches!(text, "UTC" | "Z") {
            return Ok(Self::UTC);
        }
        let signed = text.strip_prefix('+').map(|rest| (1, rest));
        let Some((sign, rest)) = signed.or_else(|| text.strip_prefix('-').map(|rest| (-1, rest)))
        else {
            return Self::named(text).map_err(String::from);
        };
        let number = |it: &str| {
            (it.len() == 2 && it.bytes().all(|byte| byte.is_ascii_digit()))
                .then(|| it.parse::<i32>().ok())
                .flatten()
        };
        let minutes = rest.split_once(':').and_then(|(hours, minutes)| {
            let minutes = number(minutes).filter(|number| *number < 60)?;
            Some(sign * (number(hours)? * 60 + minutes)).filter(|offset| offset.abs() <= MOST)
        });
        let wrong = || {
            let got = crate::node::shorten(text);
            format!("expected an offset such as `+05:30` of at most 18 hours, got `{got}`")
        };
        minutes.map(|minutes| Self(Kind::Fixed(minutes))).ok_or_else(wrong)
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Fixed(0) => f.write_str("UTC"),
            Kind::Fixed(minutes) => write_offset(f, *minutes * 60),
            Kind::Changing(it) => {
                write_offset(f, it.first * 60)?;
                let changes = it.changes.len();
                write!(f, " with {changes} change{}", if changes == 1 { "" } else { "s" })
            }
            #[cfg(feature = "zones")]
            Kind::Named(zone) => f.write_str(zone.name()),
        }
    }
}

/// Writes an offset in seconds as `+05:30`.
pub(super) fn write_offset(f: &mut fmt::Formatter<'_>, seconds: i32) -> fmt::Result {
    let sign = if seconds < 0 { '-' } else { '+' };
    let all = seconds.unsigned_abs();
    write!(f, "{sign}{:02}:{:02}", all / 3600, all / 60 % 60)?;
    // Only the local mean times of long ago have seconds.
    if all.is_multiple_of(60) { Ok(()) } else { write!(f, ":{:02}", all % 60) }
}

impl Serialize for Zone {
    /// A text, or for offsets that a host gave `{"first": 60, "changes": [["2026-03-29T01:00:00", 120]]}`.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            Kind::Changing(it) => {
                let mut table = serializer.serialize_struct("Zone", 2)?;
                table.serialize_field("first", &it.first)?;
                table.serialize_field("changes", &it.changes)?;
                table.end()
            }
            _ => serializer.collect_str(self),
        }
    }
}

impl<'de> Deserialize<'de> for Zone {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ZoneVisitor;

        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Given {
            first: i32,
            changes: Vec<(NaiveDateTime, i32)>,
        }

        impl<'de> de::Visitor<'de> for ZoneVisitor {
            type Value = Zone;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a zone such as `UTC`, `+05:30` or `Europe/Berlin`, or offsets")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Zone, E> {
                text.parse().map_err(E::custom)
            }
            fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<Zone, A::Error> {
                let given = Given::deserialize(de::value::MapAccessDeserializer::new(map))?;
                Zone::from_transitions(given.first, given.changes).map_err(de::Error::custom)
            }
        }

        read_any(deserializer, ZoneVisitor)
    }
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDateTime;
    use proptest::prelude::*;

    use super::Zone;

    fn at(text: &str) -> NaiveDateTime {
        text.parse().unwrap()
    }

    fn berlin() -> Zone {
        let changes = [(at("2026-03-29T01:00:00"), 120), (at("2026-10-25T01:00:00"), 60)];
        Zone::from_transitions(60, changes).unwrap()
    }

    #[test]
    fn zones_are_read_or_refused() {
        for (text, expected) in [
            ("UTC", "UTC"),
            ("Z", "UTC"),
            ("+00:00", "UTC"),
            (" +05:30 ", "+05:30"),
            ("-08:00", "-08:00"),
            ("-00:30", "-00:30"),
            ("+18:00", "+18:00"),
            ("+18:01", "!"),
            ("+5:30", "!"),
            ("+05:60", "!"),
            ("+05", "!"),
            ("+-5:30", "!"),
            ("", "!"),
            ("Nowhere/At_All", "!"),
        ] {
            let got = text.parse::<Zone>().map_or_else(|_| "!".to_owned(), |zone| zone.to_string());
            assert_eq!(got, expected, "{text}");
        }
        let backwards = [(at("2026-10-25T01:00:00"), 60), (at("2026-03-29T01:00:00"), 120)];
        assert!(Zone::from_transitions(60, backwards).is_err());
        assert!(Zone::from_transitions(2000, []).is_err());
        assert_eq!(Zone::from_transitions(0, []), Ok(Zone::UTC));
    }

    #[test]
    fn the_skipped_hour_and_the_one_that_comes_twice_are_read_by_the_offset_before() {
        let cases = [
            ("2026-03-29T01:59:59", "2026-03-29T00:59:59"),
            ("2026-03-29T02:00:00", "2026-03-29T01:00:00"),
            ("2026-03-29T02:30:00", "2026-03-29T01:30:00"),
            ("2026-03-29T03:00:00", "2026-03-29T01:00:00"),
            ("2026-10-25T01:59:59", "2026-10-24T23:59:59"),
            ("2026-10-25T02:30:00", "2026-10-25T00:30:00"),
            ("2026-10-25T03:00:00", "2026-10-25T02:00:00"),
        ];
        let mut zones = vec![berlin()];
        if cfg!(feature = "zones") {
            zones.push("Europe/Berlin".parse().unwrap());
        }
        for zone in zones {
            for (local, utc) in cases {
                assert_eq!(zone.utc(at(local)), at(utc), "{zone} {local}");
            }
        }
    }

    #[cfg(feature = "zones")]
    #[test]
    fn a_zone_has_a_name() {
        let apia: Zone = "Pacific/Apia".parse().unwrap();
        // It skipped a whole day in 2011.
        assert_eq!(apia.utc(at("2011-12-30T12:00:00")), at("2011-12-30T22:00:00"));
        let wrong = Zone::read("Europe/Berln").unwrap_err();
        assert_eq!(wrong, "no zone is called `Europe/Berln`; did you mean `Europe/Berlin`?");
    }

    #[cfg(not(feature = "zones"))]
    #[test]
    fn a_name_without_the_feature_says_which() {
        let wrong = "Europe/Berlin".parse::<Zone>().unwrap_err();
        assert!(wrong.to_string().contains("the feature `zones`"), "{wrong}");
    }

    #[test]
    fn zones_come_back_from_json() {
        for zone in [Zone::UTC, "+05:30".parse().unwrap(), berlin()] {
            let text = serde_json::to_string(&zone).unwrap();
            assert_eq!(serde_json::from_str::<Zone>(&text).unwrap(), zone, "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_local_comes_back_but_for_the_hour_that_comes_twice(
            seconds in 0_i64..31_536_000,
            minutes in -1080..1080_i32,
        ) {
            let utc = at("2026-01-01T00:00:00") + chrono::TimeDelta::seconds(seconds);
            let fixed = Zone::fixed(minutes).unwrap();
            prop_assert_eq!(fixed.utc(fixed.local(utc)), utc);
            let zone = berlin();
            let twice = at("2026-10-25T01:00:00")..at("2026-10-25T02:00:00");
            let back = zone.utc(zone.local(utc));
            let earlier = utc - chrono::TimeDelta::hours(1);
            prop_assert_eq!(back, if twice.contains(&utc) { earlier } else { utc });
        }
    }
}
