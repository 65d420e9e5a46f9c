//! A compiled expression or message, and its run for one row.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Arc, OnceLock};

use rhai::{AST, Dynamic, Engine, EvalAltResult, Scope};

use super::engine::{dynamic_of, value_of};
use super::function::{Failure, Stop};
use super::kernel::Compiled;
use super::presence::facts;
use super::range;
use super::template::Part;
use super::tree::{Named, Tree, Word};
use super::{Kind, Language, MAX_TEXT, Names, Symbol, Value, Want};
use crate::fault::{Code, Fault};

/// What a run comes to.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Outcome {
    /// An answer; never missing, and finite where it is a number.
    Value(Value),
    /// Something needed is not known.
    NoData {
        /// The missing name that was touched; `None` when a number was not finite or a function had
        /// no answer.
        slot: Option<usize>,
    },
    /// A function of the host's failed: there is no data, and that is to be told.
    Failed(Failure),
    /// Something is broken outside the expression: the reader of names.
    Faulted(String),
}

/// A checked expression or message that can be run for any number of rows.
#[derive(Clone)]
pub(crate) struct Program(Arc<Inner>);

struct Inner {
    text: String,
    kind: Kind,
    slots: Vec<usize>,
    sure: BTreeSet<usize>,
    always: Option<bool>,
    body: Body,
    /// Itself over columns, made when it is first asked for.
    compiled: OnceLock<Compiled>,
}

enum Body {
    Expression { tree: Tree, engine: Arc<Engine>, script: AST, reads: Vec<Reading> },
    Message(Vec<Part>),
}

/// One name that a script reads, and what the script calls it.
struct Reading {
    named: Arc<Named>,
    plain: String,
    /// Its name behind a guard, where it may be missing.
    guarded: Option<String>,
}

impl fmt::Debug for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Program").field(&self.0.text).finish()
    }
}

impl Program {
    pub(super) fn expression(
        text: &str,
        tree: Tree,
        always: Option<bool>,
        engine: Arc<Engine>,
        script: AST,
    ) -> Self {
        let mut names = BTreeMap::new();
        tree.names(&mut names);
        let reads: Vec<Reading> = names
            .into_values()
            .map(|(named, guarded)| Reading {
                plain: format!("v{}", named.symbol.slot),
                guarded: guarded.then(|| format!("g{}", named.symbol.slot)),
                named,
            })
            .collect();
        let known = facts(&tree);
        Self(Arc::new(Inner {
            text: text.to_owned(),
            kind: tree.kind,
            slots: reads.iter().map(|read| read.named.symbol.slot).collect(),
            sure: if tree.kind == Kind::Flag { known.yes } else { known.both() },
            always,
            body: Body::Expression { tree, engine, script, reads },
            compiled: OnceLock::new(),
        }))
    }

    pub(super) fn message(text: &str, parts: Vec<Part>) -> Self {
        let programs =
            || parts.iter().filter_map(|it| if let Part::Code(it) = it { Some(it) } else { None });
        let slots: BTreeSet<usize> =
            programs().flat_map(|program| program.slots().to_vec()).collect();
        let sure = programs().flat_map(Self::surely_read).collect();
        Self(Arc::new(Inner {
            text: text.to_owned(),
            kind: Kind::Text,
            slots: slots.into_iter().collect(),
            sure,
            always: None,
            body: Body::Message(parts),
            compiled: OnceLock::new(),
        }))
    }

    /// The kind of its answer.
    pub(crate) fn kind(&self) -> Kind {
        self.0.kind
    }

    /// The text it was compiled from.
    pub(crate) fn text(&self) -> &str {
        &self.0.text
    }

    /// Every slot it may read, sorted, each once.
    pub(crate) fn slots(&self) -> &[usize] {
        &self.0.slots
    }

    /// The slots that it reads without a guard against their being missing, sorted, each once.
    pub(crate) fn bare_slots(&self) -> Vec<usize> {
        match &self.0.body {
            Body::Expression { reads, .. } => {
                let bare = reads.iter().filter(|read| read.guarded.is_none());
                bare.map(|read| read.named.symbol.slot).collect()
            }
            Body::Message(parts) => {
                let bare = parts.iter().map(|part| match part {
                    Part::Plain(_) => Vec::new(),
                    Part::Code(it) => it.bare_slots(),
                });
                bare.flatten().collect::<BTreeSet<usize>>().into_iter().collect()
            }
        }
    }

    /// The slots known to be present when it is true, or, where it is no flag, when it has a value.
    pub(crate) fn surely_read(&self) -> BTreeSet<usize> {
        self.0.sure.clone()
    }

    /// What it always is, whatever the data say within the declared ranges.
    pub(crate) fn always(&self) -> Option<bool> {
        self.0.always
    }

    /// What it says on every row on which `condition` is true, where that is sure and it reads
    /// nothing that may then be missing.
    pub(crate) fn under(&self, condition: &Self) -> Option<bool> {
        let (Body::Expression { tree, .. }, Body::Expression { tree: other, .. }) =
            (&self.0.body, &condition.0.body)
        else {
            return None;
        };
        if !self.0.slots.iter().all(|slot| condition.0.sure.contains(slot)) {
            return None;
        }
        if tree.canonical() == other.canonical() { Some(true) } else { range::under(other, tree) }
    }

    /// A text that is the same for expressions that mean the same in the same words, whatever their
    /// spacing, brackets and the numbering of slots.
    pub(crate) fn canonical(&self) -> String {
        match &self.0.body {
            Body::Expression { tree, .. } => tree.canonical(),
            Body::Message(parts) => parts
                .iter()
                .map(|part| match part {
                    Part::Plain(it) => it.clone(),
                    Part::Code(it) => format!("${{{}}}", it.canonical()),
                })
                .collect(),
        }
    }

    /// The same text of an expression with other names and texts, where `other` has them.
    pub(crate) fn canonical_as(&self, other: &dyn Fn(Word<'_>) -> Option<String>) -> String {
        self.tree().map_or_else(|| self.canonical(), |tree| tree.canonical_as(other))
    }

    /// Itself over columns.
    pub(crate) fn compiled(&self) -> &Compiled {
        self.0.compiled.get_or_init(|| Compiled::of([self.tree()]))
    }

    /// The checked tree; `None` for a message.
    pub(crate) fn tree(&self) -> Option<&Tree> {
        match &self.0.body {
            Body::Expression { tree, .. } => Some(tree),
            Body::Message(_) => None,
        }
    }

    /// Whether it calls a function of the host's; a message is not asked.
    pub(crate) fn asks_host(&self) -> bool {
        self.tree().is_some_and(Tree::asks_host)
    }

    /// Runs it for one row. `read` is asked once for each slot that may be read.
    pub(crate) fn run(&self, read: &mut dyn FnMut(usize) -> Value) -> Outcome {
        match &self.0.body {
            Body::Expression { engine, script, reads, .. } => evaluate(engine, script, reads, read),
            Body::Message(parts) => {
                let mut text = String::new();
                for part in parts {
                    match part {
                        Part::Plain(it) => text += it,
                        Part::Code(it) => match it.run(read) {
                            Outcome::Value(it) => text += &it.to_string(),
                            other => return other,
                        },
                    }
                    if text.len() > MAX_TEXT {
                        let message = format!("the message is longer than {MAX_TEXT} bytes");
                        return Outcome::Faulted(message);
                    }
                }
                Outcome::Value(Value::Text(text.into()))
            }
        }
    }
}

/// Runs a script. A name that is missing is simply not there, unless the script guards it.
fn evaluate(
    engine: &Engine,
    script: &AST,
    reads: &[Reading],
    read: &mut dyn FnMut(usize) -> Value,
) -> Outcome {
    let mut scope = Scope::new();
    for it in reads {
        let symbol = &it.named.symbol;
        let value = match read(symbol.slot) {
            Value::Number(number) if !number.is_finite() => Value::Missing,
            value => value,
        };
        if let Some(kind) = value.kind().filter(|kind| *kind != symbol.kind) {
            let message = format!("`{}` is {}, got {kind}", it.named.name, symbol.kind);
            return Outcome::Faulted(message);
        }
        if matches!(&value, Value::Text(text) if text.len() > MAX_TEXT) {
            let message = format!("`{}` is a text longer than {MAX_TEXT} bytes", it.named.name);
            return Outcome::Faulted(message);
        }
        let missing = value == Value::Missing;
        let value = dynamic_of(value);
        if let Some(guarded) = &it.guarded {
            scope.push_dynamic(guarded.as_str(), value.clone());
        }
        if !missing {
            scope.push_dynamic(it.plain.as_str(), value);
        }
    }
    match engine.eval_ast_with_scope::<Dynamic>(&mut scope, script) {
        Ok(result) => match value_of(result) {
            Some(Value::Number(it)) if !it.is_finite() => Outcome::NoData { slot: None },
            None | Some(Value::Missing) => Outcome::Faulted("the result has no kind".to_owned()),
            Some(value) => Outcome::Value(value),
        },
        Err(error) => stopped(*error, reads),
    }
}

fn stopped(error: EvalAltResult, reads: &[Reading]) -> Outcome {
    match &error {
        EvalAltResult::ErrorVariableNotFound(name, _) => {
            if let Some(it) = reads.iter().find(|read| read.plain == *name) {
                return Outcome::NoData { slot: Some(it.named.symbol.slot) };
            }
        }
        EvalAltResult::ErrorRuntime(reason, _) => match reason.clone().try_cast::<Stop>() {
            Some(Stop::NoData) => return Outcome::NoData { slot: None },
            Some(Stop::Failed(it)) => return Outcome::Failed(it),
            None => {}
        },
        _ => {}
    }
    Outcome::Faulted(error.to_string())
}

/// Names for the self test: `x` is 0.1, `u` is missing.
struct Canary;

impl Names for Canary {
    fn find(&self, name: &str) -> Option<Symbol> {
        let slot = ["x", "u"].iter().position(|known| *known == name)?;
        Some(Symbol { slot, kind: Kind::Number, range: None, labels: None, optional: true })
    }

    fn all(&self) -> Arc<[String]> {
        ["x".to_owned(), "u".to_owned()].into()
    }
}

/// Expressions and their known answers; `?` is no data, `!` is refused.
const CANARIES: [(&str, &str); 25] = [
    ("x + 0.2 > 0.3", "true"),
    ("1e-17 > 0.0 && x > 0", "true"),
    ("1e-200 == 2e-200 || x < 0", "false"),
    ("7 / 2.0", "3.5"),
    ("2 ** 0.5 > 1.4142135623730950", "true"),
    ("9007199254740992 + x", "9007199254740992"),
    ("x / 0.0 > 1", "?"),
    ("x / 0", "?"),
    ("u < 5", "?"),
    ("u == 5", "?"),
    ("!(u >= 5)", "?"),
    ("x > 5 && u < 5", "false"),
    ("u < 5 && x > 5", "?"),
    ("x < 5 || u < 5", "true"),
    ("u ?? 1 + 1", "2"),
    ("is_missing(u) && is_present(x)", "true"),
    ("5.5 in 1..10 && x in 0..=0.1", "true"),
    ("x in [0.1, 2] && x !in 5..6", "true"),
    ("let y = x * 10; if y > 0.5 { y } else { 0 }", "1"),
    ("switch u ?? 2 { 0 => x, 1 | 2 => 5, _ => 7 }", "5"),
    ("max(x, 1, 2) + round(2.5) - abs(-1)", "4"),
    ("-2 ** 2", "4"),
    ("while true { }", "!"),
    ("x + true", "!"),
    ("eval(x)", "!"),
];

/// Compiles and runs the canaries.
///
/// # Errors
/// A fault naming the first expression whose answer is not the known one.
#[allow(clippy::result_large_err, reason = "made once, while loading")]
pub(super) fn self_test(language: &Language) -> Result<(), Fault> {
    for (text, wanted) in CANARIES {
        let got = match language.compile(text, &Canary, Want::Any).0 {
            None => "!".to_owned(),
            Some(program) => {
                match program
                    .run(&mut |slot| if slot == 0 { Value::Number(0.1) } else { Value::Missing })
                {
                    Outcome::Value(it) => it.to_string(),
                    Outcome::NoData { .. } => "?".to_owned(),
                    Outcome::Failed(it) => it.why.to_string(),
                    Outcome::Faulted(why) => why,
                }
            }
        };
        if got != wanted {
            let message = format!("the expression `{text}` gives {got}, and must give {wanted}");
            return Err(Fault::new(Code::Incompatible, "rhai", message).help(
                "another crate switches on a feature of rhai, such as `unchecked` or `no_float`",
            ));
        }
    }
    Ok(())
}
