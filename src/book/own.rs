//! The host's own fields: what configs call them, and what a cell is read as.
//!
//! `custom.priority` is the own field `priority` of a record; one whose name is no plain word is written
//! `custom["Plan type"]`. A cell has no type of its own: how it is used decides what it is read as, and
//! one that cannot be read so is *of another kind*. As a text it is whatever it shows; as a number a date
//! is the days before the day of the assessment, negative when it lies ahead, as every date field is.
//! `custom.signed.days_since` and `custom.signed.days_until` read dates alone.

use std::borrow::Cow;
use std::fmt;

use super::Cell;
use chrono::NaiveDate;

use crate::time::{Stamp, Zone};
use crate::value::{Kind, Value};

/// What the names of own fields begin with.
pub(crate) const CUSTOM: &str = "custom";

/// Endings that ask a date for its days.
const SINCE: &str = ".days_since";
const UNTIL: &str = ".days_until";

/// An own field, and what is asked of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Own {
    /// Its name in the data.
    pub(crate) field: String,
    pub(crate) days: Option<Days>,
}

/// What is asked of a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Days {
    /// How many days ago it was; none while it lies ahead.
    Since,
    /// How many days there are until then; none when it is past.
    Until,
}

impl Own {
    pub(crate) fn of(field: impl Into<String>) -> Self {
        Self { field: field.into(), days: None }
    }

    /// What a name means that begins with `custom`; none for any other.
    pub(crate) fn parse(name: &str) -> Option<Self> {
        let rest = name.strip_prefix(CUSTOM)?;
        let (rest, days) = match (rest.strip_suffix(SINCE), rest.strip_suffix(UNTIL)) {
            (Some(rest), _) if 1 < rest.len() => (rest, Some(Days::Since)),
            (_, Some(rest)) if 1 < rest.len() => (rest, Some(Days::Until)),
            _ => (rest, None),
        };
        let field = match rest.strip_prefix('.') {
            Some(field) => field.to_owned(),
            None => unquoted(rest)?,
        };
        (!field.is_empty()).then_some(Self { field, days })
    }

    /// The kind that it is read as where `wanted` is what its use asks for.
    pub(crate) fn kind(&self, wanted: Option<Kind>) -> Kind {
        match self.days {
            Some(_) => Kind::Number,
            None => wanted.unwrap_or(Kind::Text),
        }
    }

    /// A cell as a value of a kind, on a day of the zone of the book; `None` where it is of another kind.
    pub(crate) fn read(
        &self,
        cell: &Cell,
        wanted: Kind,
        (as_of, zone): (NaiveDate, &Zone),
    ) -> Option<Value> {
        let ago = |text: &str| Some(days_ago(text.parse::<Stamp>().ok()?.settled(zone), as_of));
        let value = match (self.days, wanted, cell) {
            (Some(days), _, Cell::Text(text)) => match (days, ago(text)?) {
                (Days::Since, it) if it >= 0.0 => Value::Number(it),
                // Subtracting from 0 gives 0, not -0, for a date of today.
                (Days::Until, it) if it <= 0.0 => Value::Number(0.0 - it),
                _ => Value::Missing,
            },
            (Some(_), ..) => return None,
            (None, Kind::Number, Cell::Text(text)) => {
                Value::Number(cell.number().or_else(|| ago(text))?)
            }
            (None, Kind::Number, _) => Value::Number(cell.number()?),
            (None, Kind::Flag, _) => Value::Flag(cell.flag()?),
            (None, Kind::Text, _) => Value::Text(cell.show().into()),
        };
        Some(value)
    }
}

impl fmt::Display for Own {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if is_word(&self.field) {
            write!(f, "{CUSTOM}.{}", self.field)?;
        } else {
            write!(f, "{CUSTOM}[\"")?;
            for it in self.field.chars() {
                if matches!(it, '"' | '\\') {
                    f.write_str("\\")?;
                }
                write!(f, "{it}")?;
            }
            f.write_str("\"]")?;
        }
        match self.days {
            None => Ok(()),
            Some(Days::Since) => f.write_str(SINCE),
            Some(Days::Until) => f.write_str(UNTIL),
        }
    }
}

/// Whole days from a date to the day, negative when it lies ahead.
pub(crate) fn days_ago(stamp: Stamp, as_of: NaiveDate) -> f64 {
    as_of.signed_duration_since(stamp.date()).num_days() as f64
}

/// Whether a name needs no quotes.
fn is_word(name: &str) -> bool {
    let mut chars = name.chars();
    chars.next().is_some_and(|letter| letter.is_ascii_alphabetic() || letter == '_')
        && chars.all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
}

/// The name between `["` and `"]`.
fn unquoted(text: &str) -> Option<String> {
    let inner = text.strip_prefix("[\"")?.strip_suffix("\"]")?;
    let (mut name, mut escaped) = (String::new(), false);
    for it in inner.chars() {
        match it {
            '\\' if !escaped => escaped = true,
            '"' if !escaped => return None,
            it => {
                name.push(it);
                escaped = false;
            }
        }
    }
    (!escaped).then_some(name)
}

/// A name without quotes that it does not need: `custom["tier"].previous` as `custom.tier.previous`.
pub(crate) fn plain(name: &str) -> Cow<'_, str> {
    let bare = || {
        let rest = name.strip_prefix(CUSTOM)?;
        let (head, rest) = rest.split_at_checked(quoted(rest)?)?;
        let own = Own::of(unquoted(head)?);
        is_word(&own.field).then(|| format!("{own}{rest}"))
    };
    bare().map_or(Cow::Borrowed(name), Cow::Owned)
}

/// How many bytes a quoted name takes at the start of a text: `["Plan type"]`.
pub(crate) fn quoted(text: &str) -> Option<usize> {
    let rest = text.strip_prefix("[\"")?;
    let mut escaped = false;
    for (at, it) in rest.char_indices() {
        match it {
            '\n' => return None,
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return rest.get(at..)?.starts_with("\"]").then_some(at + 4),
            _ => {}
        }
    }
    None
}

/// Whether a name reads an own field somewhere: `custom.tier`, `account.custom.tier.previous`.
pub(crate) fn is_own(name: &str) -> bool {
    name.contains(CUSTOM)
        && name.match_indices(CUSTOM).any(|(at, _)| {
            let begins = at == 0 || name.as_bytes().get(at - 1) == Some(&b'.');
            begins && matches!(name.as_bytes().get(at + CUSTOM.len()), Some(b'.' | b'['))
        })
}

/// The first part of a dotted name and the rest; dots between quotes are no dots.
pub(crate) fn split_first(name: &str) -> Option<(&str, &str)> {
    let at = dots(name).next()?;
    Some((name.get(..at)?, name.get(at + 1..)?))
}

/// All but the last part of a dotted name, and the last.
pub(crate) fn split_last(name: &str) -> Option<(&str, &str)> {
    let at = dots(name).last()?;
    Some((name.get(..at)?, name.get(at + 1..)?))
}

fn dots(name: &str) -> impl Iterator<Item = usize> {
    let (mut quoted, mut escaped) = (false, false);
    name.char_indices().filter_map(move |(at, it)| {
        match it {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            '.' if !quoted => return Some(at),
            _ => {}
        }
        None
    })
}

#[cfg(test)]
mod tests {
    use super::{Days, Own, is_own, plain, quoted, split_first, split_last};
    use crate::book::Cell;
    use crate::time::Zone;
    use crate::value::{Kind, Value};

    #[test]
    fn names_of_own_fields_read_back() {
        for (name, field, days, shown) in [
            ("custom.tier", "tier", None, "custom.tier"),
            ("custom[\"tier\"]", "tier", None, "custom.tier"),
            ("custom.Plan type", "Plan type", None, "custom[\"Plan type\"]"),
            ("custom.a.b", "a.b", None, "custom[\"a.b\"]"),
            ("custom[\"a \\\"b\\\" \\\\\"]", "a \"b\" \\", None, "custom[\"a \\\"b\\\" \\\\\"]"),
            ("custom.x.days_since", "x", Some(Days::Since), "custom.x.days_since"),
            ("custom[\"x y\"].days_until", "x y", Some(Days::Until), "custom[\"x y\"].days_until"),
            ("custom.days_since", "days_since", None, "custom.days_since"),
        ] {
            let own = Own::parse(name).unwrap();
            assert_eq!((own.field.as_str(), own.days), (field, days), "{name}");
            assert_eq!(own.to_string(), shown);
            assert_eq!(Own::parse(shown), Some(own), "{name}");
        }
        for name in
            ["custom", "custom.", "customer.x", "custom[\"\"]", "custom[\"a\"b\"]", "x.custom.y"]
        {
            assert_eq!(Own::parse(name), None, "{name}");
        }
    }

    #[test]
    fn a_cell_is_read_as_its_use_asks() {
        let day = "2026-03-01".parse().unwrap();
        let (since, until) = (Some(Days::Since), Some(Days::Until));
        let (number, flag, text) = (Kind::Number, Kind::Flag, Kind::Text);
        let is = |it: &str| Some(Value::Text(it.into()));
        let missing = Some(Value::Missing);
        for (cell, days, wanted, expected) in [
            (Cell::from(5.0), None, number, Some(Value::Number(5.0))),
            (Cell::from(5.0), None, text, is("5")),
            (Cell::from(5.0), None, flag, None),
            (Cell::from(1.0), None, flag, Some(Value::Flag(true))),
            (Cell::from(5.0), since, number, None),
            (Cell::from(true), None, number, None),
            (Cell::from(true), None, text, is("true")),
            (Cell::from("yes"), None, flag, Some(Value::Flag(true))),
            (Cell::from("p1"), None, number, None),
            (Cell::from("p1"), None, flag, None),
            (Cell::from("p1"), None, text, is("p1")),
            (Cell::from("p1"), since, number, None),
            (Cell::from("1.10"), None, number, Some(Value::Number(1.1))),
            (Cell::from("2026-02-27"), None, number, Some(Value::Number(2.0))),
            (Cell::from("2026-03-03T10:00"), None, number, Some(Value::Number(-2.0))),
            (Cell::from("2026-02-27"), None, text, is("2026-02-27")),
            (Cell::from("2026-02-27"), None, flag, None),
            (Cell::from("2026-02-27"), since, number, Some(Value::Number(2.0))),
            (Cell::from("2026-02-27"), until, number, missing.clone()),
            (Cell::from("2026-03-03"), since, number, missing),
            (Cell::from("2026-03-03"), until, number, Some(Value::Number(2.0))),
            (Cell::from("2026-03-01"), since, number, Some(Value::Number(0.0))),
            (Cell::from("2026-03-01"), until, number, Some(Value::Number(0.0))),
        ] {
            let own = Own { field: "x".to_owned(), days };
            let got = own.read(&cell, wanted, (day, &Zone::UTC));
            assert_eq!(got, expected, "{cell:?} {days:?} {wanted}");
        }
        // A moment in UTC has the day of the book; an offset has its own.
        let minus_8 = "-08:00".parse().unwrap();
        for (zone, text, ago) in [
            (&Zone::UTC, "2026-03-01T01:00:00Z", 0.0),
            (&minus_8, "2026-03-01T01:00:00Z", 1.0),
            (&minus_8, "2026-03-01T01:00:00+09:00", 0.0),
            (&Zone::UTC, "2026-02-28T17:00:00-08:00", 1.0),
        ] {
            let got = Own::of("x").read(&Cell::from(text), number, (day, zone));
            assert_eq!(got, Some(Value::Number(ago)), "{zone} {text}");
        }
    }

    #[test]
    fn quotes_that_are_not_needed_are_taken_off() {
        for (name, expected) in [
            ("custom[\"tier\"].previous", "custom.tier.previous"),
            ("custom[\"a.b\"].previous", "custom[\"a.b\"].previous"),
            ("custom.tier.previous", "custom.tier.previous"),
        ] {
            assert_eq!(plain(name), expected);
        }
    }

    #[test]
    fn dots_between_quotes_are_no_dots() {
        let name = "account.custom[\"a.b\"].previous";
        assert_eq!(split_first(name), Some(("account", "custom[\"a.b\"].previous")));
        assert_eq!(split_last(name), Some(("account.custom[\"a.b\"]", "previous")));
        assert_eq!(split_last("custom[\"a.b\"]"), None);
        assert_eq!(quoted("[\"a.b\"] == 1"), Some(7));
        for text in ["[\"a", "[\"a\" ]", "[\"a\nb\"]", "[1]"] {
            assert_eq!(quoted(text), None, "{text}");
        }
        for (name, expected) in [
            ("custom.x", true),
            ("custom[\"x\"]", true),
            ("subscriptions.custom.x.sum", true),
            ("customer.x", false),
            ("my_custom.x", false),
            ("custom", false),
        ] {
            assert_eq!(is_own(name), expected, "{name}");
        }
    }
}
