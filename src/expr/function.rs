//! What an expression may call: the built-in functions, and the host's.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use super::{Kind, MAX_TEXT, Value};
use crate::fault::{Code, Fault};
use crate::money::Billing;

type Body = dyn Fn(&[Value]) -> Value + Send + Sync;

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
    pub(crate) body: Arc<Body>,
    pub(super) native: Native,
}

/// The most arguments a function can take.
pub(super) const MAX_ARGUMENTS: usize = 16;

impl Function {
    /// Whether it takes so many arguments.
    pub(super) fn takes(&self, count: usize) -> bool {
        count == self.params.len()
            || (self.repeats && (self.params.len()..=MAX_ARGUMENTS).contains(&count))
    }

    /// The kind of its argument number `at`, from 0.
    pub(super) fn param(&self, at: usize) -> Option<Kind> {
        self.params.get(at).or_else(|| self.params.last().filter(|_| self.repeats)).copied()
    }
}

impl fmt::Debug for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.name, self.params.len())
    }
}

impl PartialEq for Function {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name && self.params == other.params
    }
}

/// The functions that expressions may call.
///
/// Built in are `abs`, `min`, `max`, `clamp`, `round`, `floor`, `ceil`, `sqrt`, `ln`, `log10`, `exp`,
/// `pow`, `starts_with`, `ends_with`, `contains`, `lower`, `upper` and `times_a_year` (of a term of
/// [`Billing`]: 12 of `"monthly"`, 0.5 of `"2-Year"`, none of what is not known); and for messages `fixed`,
/// `percent`, `signed`, `grouped`, `money`, `days` and `counted`. `is_missing` and `is_present`
/// belong to the language itself. A host adds its own with [`Functions::register`].
#[derive(Debug, Clone)]
pub struct Functions {
    by_name: BTreeMap<String, Vec<Arc<Function>>>,
}

/// Words that would read as something else when called.
const RESERVED: [&str; 34] = [
    "is_missing",
    "is_present",
    "let",
    "if",
    "else",
    "in",
    "true",
    "false",
    "while",
    "for",
    "loop",
    "do",
    "until",
    "break",
    "continue",
    "fn",
    "private",
    "switch",
    "match",
    "case",
    "return",
    "exit",
    "throw",
    "try",
    "catch",
    "const",
    "var",
    "import",
    "export",
    "this",
    "and",
    "or",
    "not",
    "elif",
];

impl Functions {
    /// The built-in functions.
    #[must_use]
    pub fn new() -> Self {
        let mut new = Self { by_name: BTreeMap::new() };
        new.add_numeric();
        new.add_textual();
        super::words::functions().for_each(|it| new.push(it));
        new
    }

    /// Adds a function of the host's.
    ///
    /// It must be pure (the same arguments give the same result) and must not panic. It is called
    /// only with arguments that are there, of the declared kinds, and finite where they are numbers.
    /// A result that is [`Value::Missing`] or not finite makes the expression have no data; a result
    /// of another kind than `returns` makes it faulted, for that subject alone. So does a panic
    /// where panics unwind. It may be called for subjects for which the answer is not needed in the
    /// end: conditions run over many subjects at a time.
    ///
    /// # Errors
    /// A [`Fault`] when the name is not lower case letters, digits and `_`, is a word of the
    /// language, or stands for a function already; and when there are more than 16 parameters.
    ///
    /// # Examples
    /// ```
    /// use foretell::expr::{Functions, Kind, Value};
    ///
    /// let mut functions = Functions::new();
    /// functions.register("halve", &[Kind::Number], Kind::Number, |it| match it {
    ///     [Value::Number(it)] => Value::Number(it / 2.0),
    ///     _ => Value::Missing,
    /// })?;
    /// assert!(functions.register("abs", &[], Kind::Flag, |_| Value::Missing).is_err());
    /// # Ok::<(), foretell::fault::Fault>(())
    /// ```
    #[allow(clippy::result_large_err, reason = "made once, while loading")]
    pub fn register(
        &mut self,
        name: &str,
        params: &[Kind],
        returns: Kind,
        f: impl Fn(&[Value]) -> Value + Send + Sync + 'static,
    ) -> Result<(), Fault> {
        let path = format!("functions.{name}");
        let plain = name.starts_with(|it: char| it.is_ascii_lowercase())
            && name.chars().all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || it == '_')
            && name.len() <= 64;
        if !plain {
            let message = format!("`{name}` cannot name a function");
            return Err(Fault::new(Code::Forbidden, path, message)
                .help("use lower case letters, digits and `_`, at most 64"));
        }
        if RESERVED.contains(&name) {
            return Err(Fault::new(
                Code::Forbidden,
                path,
                format!("`{name}` is a word of the language and cannot name a function"),
            ));
        }
        if self.by_name.contains_key(name) {
            return Err(Fault::new(
                Code::Duplicate,
                path,
                format!("there is a function `{name}` already"),
            ));
        }
        if params.len() > MAX_ARGUMENTS {
            let message = format!(
                "`{name}` has {} parameters, at most {MAX_ARGUMENTS} are allowed",
                params.len()
            );
            return Err(Fault::new(Code::Limit, path, message));
        }
        self.add(name, params, returns, f);
        Ok(())
    }

    /// Every function, by name.
    pub(super) fn all(&self) -> impl Iterator<Item = &Arc<Function>> {
        self.by_name.values().flatten()
    }

    /// The functions of that name.
    pub(super) fn find(&self, name: &str) -> &[Arc<Function>] {
        self.by_name.get(name).map_or(&[], Vec::as_slice)
    }

    /// What the host has registered beside the functions that are always there.
    pub(crate) fn signatures(&self) -> impl Iterator<Item = String> {
        let built_in = Self::new();
        self.all()
            .filter(move |it| built_in.find(&it.name).is_empty())
            .map(|it| format!("{}({:?}) {:?}", it.name, it.params, it.returns))
            .collect::<Vec<_>>()
            .into_iter()
    }

    /// Every name that can be called.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.by_name.keys().map(String::as_str).chain(["is_missing", "is_present"])
    }

    fn add(
        &mut self,
        name: &str,
        params: &[Kind],
        returns: Kind,
        f: impl Fn(&[Value]) -> Value + Send + Sync + 'static,
    ) {
        self.push(Function {
            name: name.to_owned(),
            params: params.to_vec(),
            repeats: false,
            returns,
            body: Arc::new(f),
            native: Native::None,
        });
    }

    fn push(&mut self, function: Function) {
        self.by_name.entry(function.name.clone()).or_default().push(Arc::new(function));
    }

    fn number(&mut self, name: &str, native: Native) {
        let params = match native {
            Native::One(_) | Native::None => 1,
            Native::Two(_) | Native::Fold(_) => 2,
            Native::Three(_) => 3,
        };
        let body = move |all: &[Value]| {
            let numbers: Vec<f64> = all.iter().filter_map(Value::number).collect();
            let it = native.of(&numbers);
            if it.is_nan() { Value::Missing } else { Value::Number(it) }
        };
        self.push(Function {
            name: name.to_owned(),
            params: vec![Kind::Number; params],
            repeats: matches!(native, Native::Fold(_)),
            returns: Kind::Number,
            body: Arc::new(body),
            native,
        });
    }

    fn add_numeric(&mut self) {
        self.number("abs", Native::One(f64::abs));
        self.number("floor", Native::One(f64::floor));
        self.number("ceil", Native::One(f64::ceil));
        self.number("sqrt", Native::One(f64::sqrt));
        self.number("ln", Native::One(f64::ln));
        self.number("log10", Native::One(f64::log10));
        self.number("exp", Native::One(f64::exp));
        self.number("round", Native::One(f64::round));
        self.number("min", Native::Fold(least));
        self.number("max", Native::Fold(most));
        self.number("round", Native::Two(super::words::round));
        self.number("pow", Native::Two(f64::powf));
        self.number("clamp", Native::Three(clamp));
    }

    fn add_textual(&mut self) {
        self.test("starts_with", |text, part| text.starts_with(part));
        self.test("ends_with", |text, part| text.ends_with(part));
        self.test("contains", |text, part| text.contains(part));
        self.change("lower", str::to_lowercase);
        self.change("upper", str::to_uppercase);
        self.add("times_a_year", &[Kind::Text], Kind::Number, |it| match it {
            [Value::Text(it)] => {
                it.parse().map_or(Value::Missing, |it: Billing| Value::Number(it.a_year()))
            }
            _ => Value::Missing,
        });
    }

    fn test(&mut self, name: &str, f: fn(&str, &str) -> bool) {
        self.add(name, &[Kind::Text, Kind::Text], Kind::Flag, move |it| match it {
            [Value::Text(text), Value::Text(part)] => Value::Flag(f(text, part)),
            _ => Value::Missing,
        });
    }

    fn change(&mut self, name: &str, f: fn(&str) -> String) {
        self.add(name, &[Kind::Text], Kind::Text, move |it| match it {
            [Value::Text(text)] if text.len() <= MAX_TEXT => Value::Text(f(text).into()),
            _ => Value::Missing,
        });
    }
}

impl Default for Functions {
    fn default() -> Self {
        Self::new()
    }
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
