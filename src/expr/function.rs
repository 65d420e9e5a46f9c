//! A function that an expression may call, and what it answers: a value, that there is none, or why it failed.

use std::any::Any;
use std::fmt::{self, Display};
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use super::search::How;
use super::{Kind, MAX_TEXT, Value};
use crate::frame::{Column, column_of};

/// What a function of the host's may return for one subject: a value, nothing, or why it failed.
///
/// An [`Option`] that is `None` is [`Value::Missing`]. The error of a [`Result`] is a failure of the function for that
/// subject, and what it says is its reason.
pub trait Answer {
    /// The value, or why there is none.
    ///
    /// # Errors
    /// Why the function failed.
    fn answer(self) -> Result<Value, String>;
}

impl Answer for Value {
    fn answer(self) -> Result<Value, String> {
        Ok(self)
    }
}

impl Answer for f64 {
    fn answer(self) -> Result<Value, String> {
        Ok(Value::Number(self))
    }
}

impl Answer for bool {
    fn answer(self) -> Result<Value, String> {
        Ok(Value::Flag(self))
    }
}

impl Answer for &str {
    fn answer(self) -> Result<Value, String> {
        Ok(Value::Text(self.into()))
    }
}

impl Answer for String {
    fn answer(self) -> Result<Value, String> {
        Ok(Value::Text(self.into()))
    }
}

impl<T: Answer> Answer for Option<T> {
    fn answer(self) -> Result<Value, String> {
        self.map_or(Ok(Value::Missing), T::answer)
    }
}

impl<T: Answer, E: Display> Answer for Result<T, E> {
    fn answer(self) -> Result<Value, String> {
        self.map_err(|error| error.to_string())?.answer()
    }
}

/// What a function of the host's may return for several subjects: a column, a list of [answers](Answer) in their
/// order, or why it failed for all of them.
pub trait Answers {
    /// The answer for each, or why there is none.
    ///
    /// # Errors
    /// Why the function failed.
    fn answers(self) -> Result<Vec<Result<Value, String>>, String>;
}

impl<T: Answer> Answers for Vec<T> {
    fn answers(self) -> Result<Vec<Result<Value, String>>, String> {
        Ok(self.into_iter().map(T::answer).collect())
    }
}

impl Answers for Column {
    fn answers(self) -> Result<Vec<Result<Value, String>>, String> {
        Ok((0..self.len()).map(|row| Ok(self.value(row))).collect())
    }
}

impl<T: Answers, E: Display> Answers for Result<T, E> {
    fn answers(self) -> Result<Vec<Result<Value, String>>, String> {
        self.map_err(|error| error.to_string())?.answers()
    }
}

/// What is called: with the arguments of one subject, or of several in columns.
#[derive(Clone)]
pub(crate) enum Body {
    One(Arc<One>),
    Many(Arc<Many>),
}

type One = dyn Fn(&[Value]) -> Result<Value, String> + Send + Sync;
type Many = dyn Fn(&[Column]) -> Result<Vec<Result<Value, String>>, String> + Send + Sync;

impl Body {
    pub(super) fn one<A: Answer>(f: impl Fn(&[Value]) -> A + Send + Sync + 'static) -> Self {
        Self::One(Arc::new(move |all| f(all).answer()))
    }

    pub(super) fn many<A: Answers>(f: impl Fn(&[Column]) -> A + Send + Sync + 'static) -> Self {
        Self::Many(Arc::new(move |all| f(all).answers()))
    }
}

/// A call that failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) function: Arc<str>,
    pub(crate) why: Arc<str>,
}

/// Why a run stopped without a value.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Stop {
    /// A number that is not finite, or a function without an answer.
    NoData,
    /// A host's function failed.
    Failed(Failure),
}

/// How a built-in function of numbers is calculated, a row or a column at a time.
#[derive(Debug, Clone, Copy)]
pub(super) enum Native {
    /// It is not: it takes or gives something else, or it is the host's.
    None,
    One(fn(f64) -> f64),
    Two(fn(f64, f64) -> f64),
    Three(fn(f64, f64, f64) -> f64),
    /// Of the first and the second, of that and the third, and so on.
    Fold(fn(f64, f64) -> f64),
}

impl Native {
    /// The result, which is finite, or NaN for none.
    pub(super) fn of(self, all: &[f64]) -> f64 {
        if !all.iter().all(|it| it.is_finite()) {
            return f64::NAN;
        }
        finite(match (self, all) {
            (Self::One(f), [it]) => f(*it),
            (Self::Two(f), [one, two]) => f(*one, *two),
            (Self::Three(f), [one, two, three]) => f(*one, *two, *three),
            (Self::Fold(f), all) => all.iter().copied().reduce(f).unwrap_or(f64::NAN),
            _ => f64::NAN,
        })
    }
}

/// The number, or NaN where it is not finite.
pub(super) fn finite(it: f64) -> f64 {
    if it.is_finite() { it } else { f64::NAN }
}

/// A pure function of scalars.
#[derive(Clone)]
pub(crate) struct Function {
    pub(crate) name: String,
    /// The kinds of its arguments; where `repeats`, the last may stand more often.
    pub(crate) params: Vec<Kind>,
    pub(crate) repeats: bool,
    pub(crate) returns: Kind,
    pub(crate) body: Body,
    /// Whether it is the host's.
    pub(super) is_host: bool,
    /// Whether a panic is a failure of its own, and goes no further.
    pub(super) catches: bool,
    pub(super) native: Native,
    /// The texts that it looks for, where they are part of it.
    pub(super) list: Option<Arc<[Arc<str>]>>,
}

/// The most arguments a function can take.
pub(super) const MAX_ARGUMENTS: usize = 16;

impl Function {
    /// The function of one text that looks for these in it.
    pub(super) fn search(how: How, list: Arc<[Arc<str>]>) -> Self {
        let holds = how.test(&list);
        let body = move |all: &[Value]| match all {
            [Value::Text(text)] => Some(holds(text)),
            _ => None,
        };
        Self {
            name: how.name().to_owned(),
            params: vec![Kind::Text],
            repeats: false,
            returns: Kind::Flag,
            body: Body::one(body),
            is_host: false,
            catches: false,
            native: Native::None,
            list: Some(list),
        }
    }

    /// Whether it takes so many arguments.
    pub(super) fn takes(&self, count: usize) -> bool {
        count == self.params.len()
            || (self.repeats && (self.params.len()..=MAX_ARGUMENTS).contains(&count))
    }

    /// The kind of its argument number `at`, from 0.
    pub(super) fn param(&self, at: usize) -> Option<Kind> {
        self.params.get(at).or_else(|| self.params.last().filter(|_| self.repeats)).copied()
    }

    /// Calls it for one subject with what it may be called with, and holds it to its promise.
    pub(super) fn call(&self, values: &[Value]) -> Result<Value, Stop> {
        if values.iter().any(infinite) {
            return Err(Stop::NoData);
        }
        match &self.body {
            Body::One(body) => self.settled(self.guarded(|| body(values))),
            Body::Many(_) => {
                let columns: Vec<Vec<Value>> =
                    values.iter().map(|value| vec![value.clone()]).collect();
                self.call_all(&columns, 1).pop().unwrap_or(Err(Stop::NoData))
            }
        }
    }

    /// Calls it for several subjects whose arguments are all there, given parameter by parameter.
    pub(super) fn call_all(&self, columns: &[Vec<Value>], rows: usize) -> Vec<Result<Value, Stop>> {
        let mut told = Vec::with_capacity(rows);
        match &self.body {
            Body::One(_) => {
                let row = |row: usize| -> Vec<Value> {
                    columns.iter().filter_map(|column| column.get(row)).cloned().collect()
                };
                told.extend((0..rows).map(|at| self.call(&row(at))));
            }
            Body::Many(body) => self.part(body.as_ref(), columns, 0..rows, &mut told),
        }
        told
    }

    /// Where it fails for several it is asked for each half, until those for which it fails are alone: what is said of a
    /// subject does not depend on who stands beside it.
    fn part(
        &self,
        body: &Many,
        columns: &[Vec<Value>],
        rows: Range<usize>,
        told: &mut Vec<Result<Value, Stop>>,
    ) {
        let part = |(kind, all): (&Kind, &Vec<Value>)| {
            column_of(*kind, all.get(rows.clone()).unwrap_or(&[]))
        };
        let columns_of: Vec<Column> = self.params.iter().zip(columns).map(part).collect();
        let count = rows.len();
        match self.guarded(|| body(&columns_of)) {
            Ok(all) if all.len() == count => {
                told.extend(all.into_iter().map(|value| self.settled(value)));
            }
            Ok(all) => {
                let why = format!("it returned {} values for {count} subjects", all.len());
                let failed = self.failed(&why);
                told.extend((0..count).map(|_| Err(failed.clone())));
            }
            Err(_) if count > 1 => {
                let middle = rows.start + count / 2;
                self.part(body, columns, rows.start..middle, told);
                self.part(body, columns, middle..rows.end, told);
            }
            Err(why) => told.push(Err(self.failed(&why))),
        }
    }

    /// An answer that is as was promised.
    fn settled(&self, told: Result<Value, String>) -> Result<Value, Stop> {
        let value = told.map_err(|why| self.failed(&why))?;
        match value.kind() {
            None => Err(Stop::NoData),
            Some(kind) if kind != self.returns => Err(self.failed(&format!(
                "it returned {kind}, and was registered to return {}",
                self.returns
            ))),
            Some(_) if matches!(&value, Value::Text(it) if it.len() > MAX_TEXT) => {
                Err(self.failed(&format!("it returned a text longer than {MAX_TEXT} bytes")))
            }
            Some(_) if infinite(&value) => Err(Stop::NoData),
            Some(_) => Ok(value),
        }
    }

    fn failed(&self, why: &str) -> Stop {
        Stop::Failed(Failure { function: self.name.as_str().into(), why: why.into() })
    }

    /// Calls something of the host's; a panic goes on its way unless the host asked for it to be caught.
    fn guarded<T>(&self, call: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
        if !self.catches {
            return call();
        }
        let caught = catch_unwind(AssertUnwindSafe(call));
        caught.unwrap_or_else(|panic| Err(format!("it panicked: {}", said(panic.as_ref()))))
    }
}

impl fmt::Debug for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.name, self.params.len())
    }
}

impl PartialEq for Function {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name && self.params == other.params && self.list == other.list
    }
}

/// What a panic says.
fn said(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("without a message")
}

fn infinite(it: &Value) -> bool {
    matches!(it, Value::Number(it) if !it.is_finite())
}

/// The smaller one; the first of two that are equal, so that 0 and -0 are told apart the same way
/// everywhere.
pub(super) fn least(one: f64, two: f64) -> f64 {
    if two < one { two } else { one }
}

/// The larger one; the first of two that are equal.
pub(super) fn most(one: f64, two: f64) -> f64 {
    if two > one { two } else { one }
}

/// NaN where the ends are in the wrong order: there is no answer then.
pub(super) fn clamp(it: f64, low: f64, high: f64) -> f64 {
    if low <= high { it.clamp(low, high) } else { f64::NAN }
}
