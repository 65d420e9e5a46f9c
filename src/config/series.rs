//! A value for each step of a test, written in short.

use std::fmt;
use std::ops::Range;
use std::str::FromStr;

use crate::fault::Code;
use crate::node::shorten;
use crate::value::Value;

/// Values over the steps of a test.
///
/// | written | stands for |
/// | --- | --- |
/// | `5`, `-2.5`, `true`, `'pro'` | one value; alone in its series, the value of every step |
/// | `_` | a missing value |
/// | `5x3` | `5 5 5` |
/// | `5+2x3`, `5-2x3` | the first value and three more: `5 7 9 11`, `5 3 1 -1` |
/// | `5x*`, `5+2x*` | the same up to the last step |
///
/// Values are kept apart by white space. A quote within a text is doubled; double quotes do as well.
///
/// ```
/// use foretell::config::Series;
/// use foretell::value::Value;
///
/// let series: Series = "0+1x2 _x2 7".parse()?;
/// assert_eq!(series.length(), Some(6));
/// assert_eq!(series.get(2), Some(Value::Number(2.0)));
/// assert_eq!(series.get(4), Some(Value::Missing));
/// assert_eq!(series.to_string(), "0+1x2 _x2 7");
/// # Ok::<(), foretell::config::SeriesError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    runs: Vec<Run>,
    /// The step after the last one of each run; of one that goes on, the highest number.
    ends: Vec<u32>,
}

/// One value, repeated or counted on from.
#[derive(Debug, Clone, PartialEq)]
struct Run {
    first: Value,
    /// What each step adds; numbers only.
    by: Option<f64>,
    times: Times,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Times {
    Once,
    Count(u32),
    ToEnd,
}

/// What is wrong with a series, and where in its text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
#[non_exhaustive]
pub struct SeriesError {
    /// What kind of fault.
    pub code: Code,
    /// The bytes of the text that are meant.
    pub place: Range<usize>,
    /// What was got and what was wanted.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
}

impl Series {
    /// The most steps: daily for a hundred years.
    pub const LONGEST: u32 = 36_525;

    /// How many values there are; none when the last one goes on up to the last step.
    #[must_use]
    pub fn length(&self) -> Option<u32> {
        self.ends.last().copied().filter(|it| *it != u32::MAX)
    }

    /// The value of a step, from 0; none past the end.
    #[must_use]
    pub fn get(&self, step: u32) -> Option<Value> {
        let at = self.ends.partition_point(|it| *it <= step);
        let run = self.runs.get(at)?;
        let before = at.checked_sub(1).and_then(|it| self.ends.get(it)).copied().unwrap_or(0);
        Some(run.value(step.saturating_sub(before)))
    }

    /// The first value of each run, in order.
    pub(crate) fn firsts(&self) -> impl Iterator<Item = &Value> {
        self.runs.iter().map(|it| &it.first)
    }

    /// Reads a series, with the place of each run in the text.
    pub(crate) fn read(text: &str) -> Result<(Self, Vec<Range<usize>>), SeriesError> {
        let mut reader = Reader { text, at: 0 };
        let (mut runs, mut places) = (Vec::<Run>::new(), Vec::<Range<usize>>::new());
        loop {
            reader.take(char::is_whitespace);
            if reader.rest().is_empty() {
                break;
            }
            if let (Some(Times::ToEnd), Some(place)) =
                (runs.last().map(|it| it.times), places.last())
            {
                let message = "nothing comes after what goes on up to the last step";
                return Err(error(Code::TestSyntax, place.clone(), message));
            }
            let start = reader.at;
            runs.push(reader.run()?);
            places.push(start..reader.at);
        }
        if runs.is_empty() {
            let message = "expected values such as `0+1x30`, got nothing";
            return Err(error(Code::Empty, 0..text.len(), message));
        }
        let series = Self::of(runs);
        if series.length().is_some_and(|it| it > Self::LONGEST) {
            return Err(too_long(0..text.len()));
        }
        Ok((series, places))
    }

    fn of(runs: Vec<Run>) -> Self {
        let alone = runs.len() == 1;
        let mut end = 0_u32;
        let ends = runs.iter().map(|run| {
            end = match run.times {
                Times::Once if alone => u32::MAX,
                Times::ToEnd => u32::MAX,
                _ => end.saturating_add(run.count()),
            };
            end
        });
        let ends = ends.collect();
        Self { runs, ends }
    }
}

impl From<Value> for Series {
    /// The same value at every step.
    fn from(value: Value) -> Self {
        Self::of(vec![Run { first: value, by: None, times: Times::Once }])
    }
}

impl FromStr for Series {
    type Err = SeriesError;

    fn from_str(text: &str) -> Result<Self, SeriesError> {
        Self::read(text).map(|it| it.0)
    }
}

impl fmt::Display for Series {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, run) in self.runs.iter().enumerate() {
            if at > 0 {
                f.write_str(" ")?;
            }
            run.fmt(f)?;
        }
        Ok(())
    }
}

impl Run {
    /// How many values it has, unless it goes on.
    const fn count(&self) -> u32 {
        match (self.times, self.by) {
            (Times::Count(it), Some(_)) => it.saturating_add(1),
            (Times::Count(it), None) => it,
            _ => 1,
        }
    }

    fn value(&self, at: u32) -> Value {
        match (&self.first, self.by) {
            (Value::Number(first), Some(by)) => Value::Number(first + by * f64::from(at)),
            (first, _) => first.clone(),
        }
    }
}

impl fmt::Display for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.first {
            Value::Number(it) => write!(f, "{it}")?,
            Value::Flag(it) => write!(f, "{it}")?,
            Value::Text(it) => write!(f, "'{}'", it.replace('\'', "''"))?,
            Value::Missing => f.write_str("_")?,
        }
        match self.by {
            Some(by) if by.is_sign_negative() => write!(f, "-{}", -by)?,
            Some(by) => write!(f, "+{by}")?,
            None => {}
        }
        match self.times {
            Times::Once => Ok(()),
            Times::Count(it) => write!(f, "x{it}"),
            Times::ToEnd => f.write_str("x*"),
        }
    }
}

/// Reads runs from left to right.
struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn eat(&mut self, wanted: &str) -> bool {
        let found = self.rest().starts_with(wanted);
        if found {
            self.at += wanted.len();
        }
        found
    }

    fn take(&mut self, wanted: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        let length = rest.find(|it| !wanted(it)).unwrap_or(rest.len());
        self.at += length;
        rest.get(..length).unwrap_or("")
    }

    /// The place from a start to the end of its word.
    fn word(&self, start: usize) -> Range<usize> {
        let rest = self.text.get(start..).unwrap_or("");
        let length = rest.find(char::is_whitespace).unwrap_or(rest.len());
        start..(start + length).max(self.at)
    }

    fn run(&mut self) -> Result<Run, SeriesError> {
        let start = self.at;
        let first = self.value()?;
        let sign = if self.eat("+") {
            Some(1.0)
        } else if self.eat("-") {
            Some(-1.0)
        } else {
            None
        };
        let by = match sign {
            Some(sign) if first.number().is_some() => {
                let text = self.number_text();
                let by: f64 = text.parse().map_err(|_| {
                    let message = format!("expected a number after `{}`", self.since(start));
                    error(Code::TestSyntax, self.word(start), message)
                })?;
                Some(sign * by)
            }
            Some(_) => {
                let message = "only a number can be counted on from";
                return Err(error(Code::TestSyntax, self.word(start), message));
            }
            None => None,
        };
        let times = self.times(start)?;
        if by.is_some() && times == Times::Once {
            let message = format!("`{}` does not say for how many steps", self.since(start));
            let help = format!("write `{}x30` for thirty more values", self.since(start));
            let fault = error(Code::TestSyntax, self.word(start), message);
            return Err(SeriesError { help: Some(help), ..fault });
        }
        if !(self.rest().is_empty() || self.rest().starts_with(char::is_whitespace)) {
            let word = self.text.get(self.word(start)).unwrap_or("");
            let message = format!("`{}` is no value of a series", shorten(word));
            return Err(error(Code::TestSyntax, self.word(start), message));
        }
        let run = Run { first, by, times };
        let last = if times == Times::ToEnd { Series::LONGEST } else { run.count() };
        if matches!(run.value(last), Value::Number(it) if !it.is_finite()) {
            let message = "the numbers leave what can be calculated with";
            return Err(error(Code::NotFinite, self.word(start), message));
        }
        Ok(run)
    }

    fn since(&self, start: usize) -> String {
        shorten(self.text.get(start..self.at).unwrap_or(""))
    }

    fn value(&mut self) -> Result<Value, SeriesError> {
        let start = self.at;
        for (word, value) in
            [("_", Value::Missing), ("true", Value::Flag(true)), ("false", Value::Flag(false))]
        {
            if self.eat(word) {
                return Ok(value);
            }
        }
        for quote in ["'", "\""] {
            if self.eat(quote) {
                return self.quoted(quote, start);
            }
        }
        let sign = if self.eat("-") { "-" } else { "" };
        let text = self.number_text();
        if let Ok(number) = format!("{sign}{text}").parse() {
            return Ok(Value::Number(number));
        }
        let place = self.word(start);
        let word = self.text.get(place.clone()).unwrap_or("");
        let message = format!("`{}` is no value of a series", shorten(word));
        let plain = !word.is_empty() && word.chars().all(|it| it.is_alphanumeric() || it == '_');
        let help = plain.then(|| format!("write a text as `'{}'`", shorten(word)));
        Err(SeriesError { help, ..error(Code::TestSyntax, place, message) })
    }

    /// The rest of a text in quotes.
    fn quoted(&mut self, quote: &str, start: usize) -> Result<Value, SeriesError> {
        let mut text = String::new();
        loop {
            text += self.take(|it| !quote.starts_with(it));
            if !self.eat(quote) {
                let message = "a text has no closing quote";
                return Err(error(Code::TestSyntax, start..self.text.len(), message));
            }
            if !self.eat(quote) {
                return Ok(Value::Text(text.into()));
            }
            text += quote;
        }
    }

    /// The digits of a number without a sign, and its exponent.
    fn number_text(&mut self) -> String {
        let digits = |it: char| it.is_ascii_digit();
        let mut text = self.take(digits).to_owned();
        if self.eat(".") {
            text = format!("{text}.{}", self.take(digits));
        }
        let before = self.at;
        if self.eat("e") || self.eat("E") {
            let sign = if self.eat("-") {
                "-"
            } else {
                self.eat("+");
                ""
            };
            let exponent = self.take(digits);
            if exponent.is_empty() {
                self.at = before;
            } else {
                text = format!("{text}e{sign}{exponent}");
            }
        }
        text
    }

    fn times(&mut self, start: usize) -> Result<Times, SeriesError> {
        if !self.eat("x") {
            return Ok(Times::Once);
        }
        if self.eat("*") {
            return Ok(Times::ToEnd);
        }
        let digits = self.take(|it| it.is_ascii_digit());
        if digits.is_empty() {
            let message = format!("expected a number or `*` after `{}`", self.since(start));
            return Err(error(Code::TestSyntax, self.word(start), message));
        }
        match digits.parse() {
            Ok(0) => {
                let message = format!("`{}` is no value at all", self.since(start));
                Err(error(Code::TestSyntax, self.word(start), message))
            }
            Ok(it @ 1..=Series::LONGEST) => Ok(Times::Count(it)),
            _ => Err(too_long(self.word(start))),
        }
    }
}

fn error(code: Code, place: Range<usize>, message: impl Into<String>) -> SeriesError {
    SeriesError { code, place, message: message.into(), help: None }
}

fn too_long(place: Range<usize>) -> SeriesError {
    error(Code::Limit, place, format!("a test has at most {} steps", Series::LONGEST))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Series;

    /// The values, and a mark where the last one goes on.
    fn values(text: &str) -> String {
        match text.parse::<Series>() {
            Ok(series) => {
                let steps = series.length();
                let all = (0..steps.unwrap_or(4)).filter_map(|it| series.get(it));
                let mut shown: Vec<String> = all.map(|it| it.to_string()).collect();
                shown.extend(steps.is_none().then(|| "…".to_owned()));
                shown.join(" ")
            }
            Err(why) => {
                format!("{} at `{}`", why.code, text.get(why.place.clone()).unwrap_or("?"))
            }
        }
    }

    #[test]
    fn series_are_read_or_refused() {
        for (text, expected) in [
            ("5", "5 5 5 5 …"),
            ("5x1", "5"),
            ("1 2", "1 2"),
            ("-1.5x2 .5", "-1.5 -1.5 0.5"),
            ("0+1x3", "0 1 2 3"),
            ("9-2x2 _x2", "9 7 5 missing missing"),
            ("1e2+1e-1x1", "100 100.1"),
            ("-3+1x1", "-3 -2"),
            ("7x*", "7 7 7 7 …"),
            ("1 2+1x*", "1 2 3 4 …"),
            ("truex2 false _", "true true false missing"),
            ("'pro'x2 'a b' \"it's\" 'it''s' ''", "pro pro a b it's it's "),
            (" \t1\n2 ", "1 2"),
            ("", "empty at ``"),
            ("  ", "empty at `  `"),
            ("1 pro 2", "test-syntax at `pro`"),
            ("5x", "test-syntax at `5x`"),
            ("5x0", "test-syntax at `5x0`"),
            ("5x-1", "test-syntax at `5x-1`"),
            ("1 5+1 2", "test-syntax at `5+1`"),
            ("5+x3", "test-syntax at `5+x3`"),
            ("5y", "test-syntax at `5y`"),
            ("trueish", "test-syntax at `trueish`"),
            ("'a'+1x2", "test-syntax at `'a'+1x2`"),
            ("1 'a b", "test-syntax at `'a b`"),
            ("'a'b", "test-syntax at `'a'b`"),
            ("1 5x* 3", "test-syntax at `5x*`"),
            ("1x36526", "limit at `1x36526`"),
            ("1x99999999999", "limit at `1x99999999999`"),
            ("1x36525 2", "limit at `1x36525 2`"),
            ("1 1e999", "not-finite at `1e999`"),
            ("0+1e308x9", "not-finite at `0+1e308x9`"),
            ("--1", "test-syntax at `--1`"),
            ("inf", "test-syntax at `inf`"),
            ("nan", "test-syntax at `nan`"),
        ] {
            assert_eq!(values(text), expected, "{text}");
        }
    }

    /// A run as written, how many values it has (none for one that goes on), and whether it is one
    /// plain value.
    fn run() -> impl Strategy<Value = (String, Option<u32>, bool)> {
        let number = prop_oneof![
            any::<i32>().prop_map(f64::from),
            (-1e6..1e6).prop_map(|it: f64| it),
            Just(1e-300),
            Just(-1e300),
        ];
        let value = prop_oneof![
            Just("_".to_owned()),
            any::<bool>().prop_map(|it| it.to_string()),
            "[a-z' \"é]{0,5}".prop_map(|it| format!("'{}'", it.replace('\'', "''"))),
            number.clone().prop_map(|it| it.to_string()),
        ];
        let times = prop_oneof![
            Just((String::new(), Some(1))),
            (1..50_u32).prop_map(|it| (format!("x{it}"), Some(it))),
            Just(("x*".to_owned(), None)),
        ];
        let plain = (value, times)
            .prop_map(|(value, (times, count))| (value + &times, count, times.is_empty()));
        let counted =
            (number, any::<bool>(), 0.0..1e6, 1..50_u32).prop_map(|(from, up, by, many)| {
                let sign = if up { "+" } else { "-" };
                (format!("{from}{sign}{by}x{many}"), Some(many + 1), false)
            });
        prop_oneof![2 => plain, 1 => counted]
    }

    proptest! {
        #[test]
        fn a_series_is_as_long_as_its_runs_and_reads_back_from_its_text(
            runs in proptest::collection::vec(run(), 1..8)
        ) {
            let text: Vec<&str> = runs.iter().map(|it| it.0.as_str()).collect();
            let ends_early = runs.iter().rev().skip(1).any(|it| it.1.is_none());
            let parsed = text.join("  ").parse::<Series>();
            if ends_early {
                prop_assert!(parsed.is_err());
                return Ok(());
            }
            let series = parsed.unwrap();
            let alone = runs.len() == 1 && runs[0].2;
            let want = runs.iter().map(|it| it.1).sum::<Option<u32>>().filter(|_| !alone);
            prop_assert_eq!(series.length(), want);
            for step in 0..want.unwrap_or(100) {
                prop_assert!(series.get(step).is_some());
            }
            prop_assert_eq!(want.and_then(|it| series.get(it)), None);
            prop_assert_eq!(series.to_string().parse::<Series>().unwrap(), series);
        }
    }
}
