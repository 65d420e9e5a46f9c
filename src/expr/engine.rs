//! Rhai, hardened: it parses what authors write and runs what checked trees print, and nothing else.

use std::any::TypeId;
use std::collections::BTreeSet;
use std::sync::Arc;

use rhai::{
    Array, Dynamic, Engine, EvalAltResult, FLOAT, INT, ImmutableString, OptimizationLevel,
    ParseErrorType, Position,
};

use super::check::{FORBIDDEN, check};
use super::function::{Function, MAX_ARGUMENTS, Stop};
use super::functions::Functions;
use super::lex::{Lexed, SPLIT};
use super::parse::parse;
use super::search::How;
use super::tree::{Arithmetic, Comparison, Tree};
use super::{Kind, MAX_TEXT, MAX_TOKENS, Names, Problem, Program, Value, Want};
use super::{presence, range, template};
use crate::fault::{Code, Fault, Severity};

// Another crate can switch Rhai's number types through Cargo's features: then this does not build.
const _: () =
    assert!(size_of::<INT>() == 8 && size_of::<FLOAT>() == 8, "rhai must have i64 and f64");

/// How many operators one flat chain may have; what nests is bounded by `lex` and `parse`.
const MAX_CHAIN: usize = 320;
/// Steps of one run. A tree has no loops, so this is never reached; it is there in case it is.
const MAX_STEPS: u64 = 1_000_000;

fn stop<T>(stop: Stop) -> Result<T, Box<EvalAltResult>> {
    Err(Box::new(EvalAltResult::ErrorRuntime(Dynamic::from(stop), Position::NONE)))
}

/// The language with its functions: compiles expressions and messages.
#[derive(Debug, Clone)]
pub(crate) struct Language {
    engine: Arc<Engine>,
    functions: Functions,
}

impl Language {
    /// Builds the language and tests it on known answers.
    ///
    /// # Errors
    /// A fault when Rhai was built with features that change what expressions mean.
    #[allow(clippy::result_large_err, reason = "made once, while loading")]
    pub(crate) fn new(functions: Functions) -> Result<Self, Fault> {
        let language = Self { engine: Arc::new(hardened(&functions)), functions };
        super::program::self_test(&language)?;
        Ok(language)
    }

    /// The language on an engine that nobody prepared.
    #[cfg(test)]
    pub(super) fn unprepared() -> Self {
        Self { engine: Arc::new(Engine::new_raw()), functions: Functions::new() }
    }

    /// The engine itself, to test that it is shut even to what never reaches it.
    #[cfg(test)]
    pub(super) fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Compiles an expression: a program when nothing is wrong, and every problem and warning.
    pub(crate) fn compile(
        &self,
        text: &str,
        names: &dyn Names,
        want: Want,
    ) -> (Option<Program>, Vec<Problem>) {
        let wanted = match want {
            Want::Flag => Some(Kind::Flag),
            Want::Number => Some(Kind::Number),
            Want::Any => None,
        };
        let (tree, mut problems) = self.tree(text, names, false, wanted);
        let Some(tree) = tree else { return (None, problems) };
        let kind = match want {
            Want::Flag => Kind::Flag,
            Want::Number => Kind::Number,
            Want::Any => tree.kind,
        };
        if tree.kind != kind {
            let message = match want {
                Want::Flag => format!("a condition must be a flag, got {}", tree.kind),
                _ => format!("the result must be {kind}, got {}", tree.kind),
            };
            let mut problem = Problem::new(Code::WrongType, tree.span, message);
            problem.help = match (kind, tree.kind) {
                (Kind::Flag, Kind::Number) => Some("compare it: `x > 0`".to_owned()),
                (Kind::Number, Kind::Flag) => Some("write `if x { 1 } else { 0 }`".to_owned()),
                _ => None,
            };
            problems.push(problem);
            return (None, problems);
        }
        for it in presence::unguarded_switches(&tree) {
            problems.push(maybe_missing(&it, ", and no case is for that", |name, instead| {
                format!(
                    "give it a default that no case takes by mistake, such as `{name} ?? {instead}`; or, to have no answer \
                     where it is missing, write `let a = {name}; switch a {{ … }}`"
                )
            }));
        }
        if problems.iter().any(|problem| problem.severity == Severity::Error) {
            return (None, problems);
        }
        let (always, warnings) = range::analyse(&tree);
        problems.extend(warnings);
        self.finish(text, tree, always, problems)
    }

    /// Compiles a message such as `no login for ${days} days`. `sure` are slots surely present.
    pub(crate) fn compile_message(
        &self,
        text: &str,
        names: &dyn Names,
        sure: &BTreeSet<usize>,
    ) -> (Option<Program>, Vec<Problem>) {
        let mut problems = Vec::new();
        let pieces = match template::split(text) {
            Ok(pieces) => pieces,
            Err(problem) => return (None, vec![problem]),
        };
        let mut parts = Vec::new();
        for piece in pieces {
            match piece {
                template::Piece::Plain(plain) => parts.push(template::Part::Plain(plain)),
                template::Piece::Code(start, code) => {
                    let (program, found) = self.part(code, names, sure);
                    problems.extend(found.into_iter().map(|mut it| {
                        it.start += start;
                        it
                    }));
                    parts.extend(program.map(template::Part::Code));
                }
            }
        }
        let sound = problems.iter().all(|problem| problem.severity == Severity::Warning);
        (sound.then(|| Program::message(text, parts)), problems)
    }

    fn part(
        &self,
        code: &str,
        names: &dyn Names,
        sure: &BTreeSet<usize>,
    ) -> (Option<Program>, Vec<Problem>) {
        let (tree, mut problems) = self.tree(code, names, true, None);
        let Some(tree) = tree else { return (None, problems) };
        for it in presence::unguarded(&tree, sure) {
            problems.push(maybe_missing(&it, " when this is shown", |name, _| {
                format!("write `${{{name} ?? \"unknown\"}}`, and the message between single quotes")
            }));
        }
        self.finish(code, tree, None, problems)
    }

    /// The checked tree of a text; `None` when something is wrong with it.
    fn tree(
        &self,
        text: &str,
        names: &dyn Names,
        in_message: bool,
        wanted: Option<Kind>,
    ) -> (Option<Tree>, Vec<Problem>) {
        let lexed = match Lexed::new(text) {
            Ok(lexed) => lexed,
            Err(problems) => return (None, problems),
        };
        let raw = match parse(&self.engine, &lexed) {
            Ok(raw) => raw,
            Err(problems) => return (None, problems),
        };
        let (tree, mut problems) = check(&lexed, &raw, names, &self.functions, in_message, wanted);
        problems.sort_by_key(|problem| (problem.start, problem.length));
        (tree, problems)
    }

    fn finish(
        &self,
        text: &str,
        tree: Tree,
        always: Option<bool>,
        mut problems: Vec<Problem>,
    ) -> (Option<Program>, Vec<Problem>) {
        problems.sort_by_key(|problem| (problem.start, problem.length));
        if problems.iter().any(|problem| problem.severity == Severity::Error) {
            return (None, problems);
        }
        match self.engine.compile(tree.script()) {
            Ok(script) => {
                let program =
                    Program::expression(text, tree, always, Arc::clone(&self.engine), script);
                (Some(program), problems)
            }
            // Within our other limits only what nests too deep is not within Rhai's.
            Err(error) => {
                let message = match error.err_type() {
                    ParseErrorType::ExprTooDeep => "the expression is nested too deep".to_owned(),
                    other => format!("the expression cannot be run: {other}"),
                };
                let problem = Problem::new(Code::Limit, (0, text.len()), message);
                problems.push(problem.help(SPLIT));
                (None, problems)
            }
        }
    }
}

/// A name that needs a default; `bare` says how to give one where it stands alone.
fn maybe_missing(
    it: &presence::Unguarded,
    when: &str,
    bare: impl FnOnce(&str, &str) -> String,
) -> Problem {
    let (name, instead) = (it.named.name.as_str(), default_of(it.named.symbol.kind));
    let help = match it.bare {
        true => bare(name, instead),
        false => format!("write `({name} ?? {instead})` in place of `{name}`"),
    };
    let message = format!("`{name}` may be missing{when}");
    Problem::new(Code::MaybeMissing, it.span, message).help(help)
}

/// What could stand in for a missing value.
const fn default_of(kind: Kind) -> &'static str {
    match kind {
        Kind::Number => "-1",
        Kind::Flag => "false",
        Kind::Text => "\"none\"",
    }
}

fn hardened(functions: &Functions) -> Engine {
    let mut engine = Engine::new_raw();
    engine.set_optimization_level(OptimizationLevel::None);
    engine.set_fast_operators(false);
    engine.set_strict_variables(false);
    engine.set_allow_looping(false);
    engine.set_allow_anonymous_fn(false);
    engine.set_fail_on_invalid_map_property(true);
    engine.set_max_strings_interned(0);
    engine.set_max_expr_depths(MAX_CHAIN, MAX_CHAIN);
    engine.set_max_operations(MAX_STEPS);
    engine.set_max_variables(2 * MAX_TOKENS);
    engine.set_max_functions(0);
    engine.set_max_modules(0);
    engine.set_max_call_levels(8);
    engine.set_max_string_size(MAX_TEXT);
    engine.set_max_array_size(MAX_TOKENS);
    engine.set_max_map_size(1);
    let words = [
        "this", "import", "export", "as", "private", "fn", "throw", "try", "catch", "return",
        "while", "for", "loop", "do", "until", "break", "continue", "switch", "const", "|", "=>",
        "#{", "?.", "?[", "+=", "-=", "*=", "/=", "%=", "**=",
    ];
    for symbol in FORBIDDEN.into_iter().chain(words) {
        engine.disable_symbol(symbol);
    }
    register_operators(&mut engine);
    functions.all().for_each(|it| register(&mut engine, it));
    How::ALL.into_iter().for_each(|it| register_search(&mut engine, it));
    engine
}

fn register_operators(engine: &mut Engine) {
    for op in Arithmetic::ALL {
        engine.register_fn(op.call(), move |left: f64, right: f64| op.apply(left, right));
    }
    for op in Comparison::ALL {
        engine.register_fn(op.call(), move |left: f64, right: f64| {
            let finite = left.is_finite() && right.is_finite();
            if finite { Ok(op.numbers(left, right)) } else { stop(Stop::NoData) }
        });
    }
    let (equal, unequal) = (Comparison::Equal.call(), Comparison::Unequal.call());
    engine.register_fn(equal, |left: bool, right: bool| left == right);
    engine.register_fn(unequal, |left: bool, right: bool| left != right);
    engine.register_fn(equal, |left: ImmutableString, right: ImmutableString| left == right);
    engine.register_fn(unequal, |left: ImmutableString, right: ImmutableString| left != right);
    engine.register_fn("op_minus", |it: f64| -it);
    engine.register_fn("op_not", |it: bool| !it);
    engine.register_fn("op_present", |it: Dynamic| !it.is_unit());
    engine.register_fn("op_missing", |it: Dynamic| it.is_unit());
    engine.register_fn("op_between", |it: f64, from: f64, to: f64| {
        range_test(it, from, to, it >= from && it < to)
    });
    engine.register_fn("op_through", |it: f64, from: f64, to: f64| {
        range_test(it, from, to, it >= from && it <= to)
    });
    engine.register_fn("op_within", |needle: Dynamic, all: Array| {
        let needle = value_of(needle);
        match needle {
            Some(Value::Number(it)) if !it.is_finite() => stop(Stop::NoData),
            needle => Ok(all.into_iter().any(|value| value_of(value) == needle)),
        }
    });
}

fn range_test(it: f64, from: f64, to: f64, inside: bool) -> Result<bool, Box<EvalAltResult>> {
    let finite = it.is_finite() && from.is_finite() && to.is_finite();
    if finite { Ok(inside) } else { stop(Stop::NoData) }
}

/// A value as Rhai holds it, and back.
pub(super) fn dynamic_of(value: Value) -> Dynamic {
    match value {
        Value::Number(it) => Dynamic::from_float(it),
        Value::Flag(it) => Dynamic::from_bool(it),
        Value::Text(it) => Dynamic::from(ImmutableString::from(&*it)),
        Value::Missing => Dynamic::UNIT,
    }
}

pub(super) fn value_of(it: Dynamic) -> Option<Value> {
    if let Ok(it) = it.as_float() {
        return Some(Value::Number(it));
    }
    if let Ok(it) = it.as_bool() {
        return Some(Value::Flag(it));
    }
    if it.is_unit() {
        return Some(Value::Missing);
    }
    it.into_immutable_string().ok().map(|text| Value::Text(text.as_str().into()))
}

fn type_of(kind: Kind) -> TypeId {
    match kind {
        Kind::Number => TypeId::of::<f64>(),
        Kind::Flag => TypeId::of::<bool>(),
        Kind::Text => TypeId::of::<ImmutableString>(),
    }
}

fn register_search(engine: &mut Engine, how: How) {
    let name = format!("f_{}", how.name());
    engine.register_fn(name, move |text: ImmutableString, list: Array| {
        let list = list.into_iter().filter_map(|it| it.into_immutable_string().ok());
        let function = Function::search(how, list.map(|it| it.as_str().into()).collect());
        function.call(&[Value::Text(text.as_str().into())]).map(dynamic_of).or_else(stop)
    });
}

fn register(engine: &mut Engine, function: &Arc<Function>) {
    let fewest = function.params.len();
    let most = if function.repeats { MAX_ARGUMENTS } else { fewest };
    for count in fewest..=most {
        let types: Vec<TypeId> =
            (0..count).filter_map(|at| function.param(at)).map(type_of).collect();
        let function = Arc::clone(function);
        engine.register_raw_fn(format!("f_{}", function.name), types, move |_, all| {
            // Rhai passes a name's own value by reference: taking it would empty the name.
            let values: Option<Vec<Value>> =
                all.iter().map(|value| value_of((**value).clone())).collect();
            function.call(&values.unwrap_or_default()).map(dynamic_of).or_else(stop)
        });
    }
}
