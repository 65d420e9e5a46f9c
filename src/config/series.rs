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
///
/// ```
/// use foretell::config::Series;
///
/// let text = "1 2 three";
/// let error = text.parse::<Series>().unwrap_err();
/// assert_eq!(&text[error.place.clone()], "three");
/// ```
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
        self.ends.last().copied().filter(|end| *end != u32::MAX)
    }

    /// The value of a step, from 0; none past the end.
    #[must_use]
    pub fn get(&self, step: u32) -> Option<Value> {
        let at = self.ends.partition_point(|end| *end <= step);
        let run = self.runs.get(at)?;
        let before =
            at.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        Some(run.value(step.saturating_sub(before)))
    }

    /// The first value of each run, in order.
    pub(crate) fn firsts(&self) -> impl Iterator<Item = &Value> {
        self.runs.iter().map(|run| &run.first)
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
                (runs.last().map(|run| run.times), places.last())
            {
                let message = "`*` must be the last item: it repeats up to the last step";
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
        if series.length().is_some_and(|length| length > Self::LONGEST) {
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
        Self::read(text).map(|read| read.0)
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
        let length = rest.find(|letter| !wanted(letter)).unwrap_or(rest.len());
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
        let plain = !word.is_empty()
            && word.chars().all(|letter| letter.is_alphanumeric() || letter == '_');
        let help = plain.then(|| format!("write a text as `'{}'`", shorten(word)));
        Err(SeriesError { help, ..error(Code::TestSyntax, place, message) })
    }

    /// The rest of a text in quotes.
    fn quoted(&mut self, quote: &str, start: usize) -> Result<Value, SeriesError> {
        let mut text = String::new();
        loop {
            text += self.take(|letter| !quote.starts_with(letter));
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
        let digits = self.take(|letter| letter.is_ascii_digit());
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
mod tests;
