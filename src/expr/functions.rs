//! What an expression may call: the built-in functions, and the host's.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::function::{Answer, Answers, Body, Function, MAX_ARGUMENTS, Native, clamp, least, most};
use super::search::How;
use super::{Kind, MAX_TEXT, Value};
use crate::fault::{Code, Fault};
use crate::frame::Column;
use crate::money::Billing;

/// The functions that expressions may call.
///
/// Built in are `abs`, `min`, `max`, `clamp`, `round`, `floor`, `ceil`, `sqrt`, `ln`, `log10`, `exp`,
/// `pow`, `starts_with`, `ends_with`, `contains`, `contains_any`, `has_word`, `lower`, `upper` and `times_a_year` (of a term of
/// [`Billing`]: 12 of `"monthly"`, 0.5 of `"2-Year"`, none of what is not known); and for messages `fixed`,
/// `percent`, `signed`, `grouped`, `money`, `days` and `counted`. `is_missing` and `is_present`
/// belong to the language itself. A host adds its own with [`Functions::register`], or
/// [`Functions::register_columns`] for such as are called with many subjects at once.
///
/// ```
/// # #[cfg(feature = "toml")] {
/// # use foretell::frame::{Column, Frame, SubjectKind};
/// # use foretell::time::AsOf;
/// use foretell::expr::{Functions, Kind, Value};
/// use foretell::{Config, Engine, Input, State};
///
/// let mut functions = Functions::new();
/// functions.register("halve", &[Kind::Number], Kind::Number, |values| values[0].number().map(|number| number / 2.0))?;
/// let config = Config::parse("metrics = [{ name = 'seats' }, { name = 'half', expr = 'halve(seats)' }]");
/// let engine = Engine::compile_with(&config, functions)?;
/// let mut frame = Frame::new(SubjectKind::Subscription, ["acme"])?;
/// frame.insert("seats", Column::numbers([Some(10.0)]))?;
/// let day: AsOf = "2026-03-01".parse()?;
/// let night = engine.assess(&Input::frame(&frame), day, &State::new())?;
/// assert_eq!(night.value(SubjectKind::Subscription, "half", "acme"), Value::Number(5.0));
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Functions {
    by_name: BTreeMap<String, Vec<Arc<Function>>>,
    /// Whether panics of the host's functions are caught.
    catches: bool,
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
        let mut new = Self { by_name: BTreeMap::new(), catches: false };
        new.add_numeric();
        new.add_textual();
        super::words::functions().for_each(|it| new.push(it));
        new
    }

    /// Adds a function of the host's, which is called for one subject after another.
    ///
    /// It must be pure: the same arguments give the same result. It is called only with arguments that are there, of the
    /// declared kinds, and finite where they are numbers. It returns a [`Value`], or what is an [`Answer`] besides: a number,
    /// a flag, a text, an [`Option`] of these, or a [`Result`] whose error says why it failed.
    ///
    /// What is missing or not finite is no data. What has failed is no data too, for that subject alone, and it is told: the
    /// results have a fault `functions.NAME` with the subjects and the reason (docs/faults.md, `faulted`). A value of another
    /// kind than `returns`, and a text of more than 65,536 bytes, are failures. A panic unwinds through the engine, unless
    /// [`catch_panics`](Self::catch_panics) asks for something else.
    ///
    /// It may be called for subjects for which the answer is not needed in the end: conditions run over many subjects at a
    /// time. That it fails for those is not told, and changes nothing.
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
    /// functions.register("rate", &[Kind::Text], Kind::Number, |it| match it {
    ///     [Value::Text(it)] if **it == *"EUR" => Ok(1.08),
    ///     [it] => Err(format!("no rate for {it}")),
    ///     _ => Err("expected a currency".to_owned()),
    /// })?;
    /// assert!(functions.register("abs", &[], Kind::Flag, |_| Value::Missing).is_err());
    /// # Ok::<(), foretell::fault::Fault>(())
    /// ```
    #[allow(clippy::result_large_err, reason = "made once, while loading")]
    pub fn register<A: Answer>(
        &mut self,
        name: &str,
        params: &[Kind],
        returns: Kind,
        f: impl Fn(&[Value]) -> A + Send + Sync + 'static,
    ) -> Result<(), Fault> {
        self.check(name, params)?;
        self.add_of((name, true), params, returns, Body::one(f));
        Ok(())
    }

    /// Adds a function of the host's, which is called for many subjects at once: with a column for each parameter, and gives
    /// a column, or a list of [`Answer`]s in the order of the rows, as long as the columns.
    ///
    /// What holds of [`register`](Self::register) holds here too: the columns have only rows whose arguments are all there, and
    /// what is said of a row depends on that row alone. An error is a failure for all rows: the function is then asked
    /// for each half of them, until those for which it fails are alone, so that nobody lacks an answer for the sake of another.
    /// A list of another length is a failure for all, and is not asked for again. How many rows a call has is not
    /// promised; one subject is a call of one.
    ///
    /// # Errors
    /// As [`register`](Self::register), and when there is no parameter: then nothing says for how many it is called.
    ///
    /// # Examples
    /// ```
    /// use foretell::expr::{Functions, Kind};
    /// use foretell::frame::{Column, Data};
    ///
    /// let mut functions = Functions::new();
    /// functions.register_columns("halve", &[Kind::Number], Kind::Number, |columns| {
    ///     let [numbers] = columns else { return Err("expected one column") };
    ///     let Data::Number(all) = numbers.data() else { return Err("expected numbers") };
    ///     Ok(Column::numbers(all.iter().map(|it| Some(it / 2.0))))
    /// })?;
    /// # Ok::<(), foretell::fault::Fault>(())
    /// ```
    #[allow(clippy::result_large_err, reason = "made once, while loading")]
    pub fn register_columns<A: Answers>(
        &mut self,
        name: &str,
        params: &[Kind],
        returns: Kind,
        f: impl Fn(&[Column]) -> A + Send + Sync + 'static,
    ) -> Result<(), Fault> {
        self.check(name, params)?;
        if params.is_empty() {
            let message = format!("`{name}` is called with columns and has no parameter");
            return Err(Fault::new(Code::WrongArity, format!("functions.{name}"), message).help(
                "give it a parameter, or register it to be called for one subject after another",
            ));
        }
        self.add_of((name, true), params, returns, Body::many(f));
        Ok(())
    }

    /// The same functions, of which a panic is a failure as an error is, with the panic's message as its reason. That holds for
    /// functions that are registered later too.
    ///
    /// Without it a panic unwinds through the engine to whoever called it. Where panics abort there is
    /// nothing to catch, and the panic hook says of a caught panic what it says of any.
    ///
    /// # Examples
    /// ```
    /// # #[cfg(feature = "toml")] {
    /// use foretell::expr::{Functions, Kind, Value};
    /// use foretell::frame::{Column, Frame, SubjectKind};
    /// use foretell::{Config, Engine, Input, State};
    /// use foretell::time::AsOf;
    ///
    /// let mut functions = Functions::new().catch_panics();
    /// functions.register("ratio", &[Kind::Number], Kind::Number, |it| match it {
    ///     [Value::Number(it)] if *it > 0.0 => 100.0 / it,
    ///     _ => panic!("not above 0"),
    /// })?;
    /// let config = Config::parse("metrics = [{ name = 'seats' }, { name = 'each', expr = 'ratio(seats)' }]");
    /// let engine = Engine::compile_with(&config, functions)?;
    ///
    /// let mut frame = Frame::new(SubjectKind::Subscription, ["s1", "s2"])?;
    /// frame.insert("seats", Column::numbers([Some(0.0), Some(10.0)]))?;
    /// let out = engine.assess(&Input::frame(&frame), "2026-03-01".parse::<AsOf>()?, &State::new())?;
    ///
    /// let each = |id| out.value(SubjectKind::Subscription, "each", id);
    /// assert_eq!((each("s1"), each("s2")), (Value::Missing, Value::Number(10.0)));
    /// let fault = &out.faults()[0];
    /// assert_eq!(fault.place.path, "functions.ratio");
    /// assert_eq!(fault.message, "`ratio` failed for the subscription `s1`: it panicked: not above 0");
    /// # }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn catch_panics(mut self) -> Self {
        self.catches = true;
        for it in self.by_name.values_mut().flatten() {
            Arc::make_mut(it).catches = true;
        }
        self
    }

    /// Whether a function of that name and so many parameters may be added.
    #[allow(clippy::result_large_err, reason = "made once, while loading")]
    fn check(&self, name: &str, params: &[Kind]) -> Result<(), Fault> {
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
        if self.by_name.contains_key(name) || How::named(name).is_some() {
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
        self.by_name
            .keys()
            .map(String::as_str)
            .chain(["is_missing", "is_present"])
            .chain(How::ALL.map(How::name))
    }

    fn add(&mut self, name: &str, params: &[Kind], returns: Kind, body: Body) {
        self.add_of((name, false), params, returns, body);
    }

    fn add_of(
        &mut self,
        (name, is_host): (&str, bool),
        params: &[Kind],
        returns: Kind,
        body: Body,
    ) {
        self.push(Function {
            is_host,
            name: name.to_owned(),
            params: params.to_vec(),
            repeats: false,
            returns,
            body,
            catches: self.catches,
            native: Native::None,
            list: None,
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
            body: Body::one(body),
            is_host: false,
            catches: false,
            native,
            list: None,
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
        let times_a_year = |it: &[Value]| match it {
            [Value::Text(it)] => it.parse().ok().map(Billing::a_year),
            _ => None,
        };
        self.add("times_a_year", &[Kind::Text], Kind::Number, Body::one(times_a_year));
    }

    fn test(&mut self, name: &str, f: fn(&str, &str) -> bool) {
        let body = move |it: &[Value]| match it {
            [Value::Text(text), Value::Text(part)] => Some(f(text, part)),
            _ => None,
        };
        self.add(name, &[Kind::Text, Kind::Text], Kind::Flag, Body::one(body));
    }

    fn change(&mut self, name: &str, f: fn(&str) -> String) {
        let body = move |it: &[Value]| match it {
            [Value::Text(text)] if text.len() <= MAX_TEXT => Some(f(text)),
            _ => None,
        };
        self.add(name, &[Kind::Text], Kind::Text, Body::one(body));
    }
}

impl Default for Functions {
    fn default() -> Self {
        Self::new()
    }
}
