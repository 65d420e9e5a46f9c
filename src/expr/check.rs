//! From what was written to the checked tree: kinds, names, arities, and every problem at once.

mod call;
mod cases;
mod open;
mod search;
mod within;

pub(super) use call::FORBIDDEN;

use std::sync::Arc;

use super::functions::Functions;
use super::lex::Lexed;
use super::parse::{Raw, What};
use super::tree::{Arithmetic, Comparison, Named, Node, Tree};
use super::{Kind, Names, Problem};
use crate::fault::{Code, did_you_mean};

/// How many problems of one expression come with near names, which take time to find.
const MOST_SUGGESTIONS: usize = 20;

/// Checks a parsed text. In a message, a number may fall back on a text: `${nps ?? "unknown"}`.
pub(super) fn check(
    lexed: &Lexed<'_>,
    raw: &Raw,
    names: &dyn Names,
    functions: &Functions,
    in_message: bool,
    wanted: Option<Kind>,
) -> (Option<Tree>, Vec<Problem>) {
    let mut checker = Checker {
        lexed,
        names,
        functions,
        open: false,
        locals: Vec::new(),
        count: 0,
        problems: Vec::new(),
    };
    checker.open = checker.has_open();
    let wanted = wanted.or_else(|| names.usual());
    let tree = match &raw.what {
        What::Coalesce(terms) if in_message => checker.coalesce(raw, terms, true, wanted),
        _ => checker.tree_as(raw, wanted),
    };
    (tree, checker.problems)
}

struct Local {
    name: String,
    kind: Kind,
    number: usize,
    used: bool,
}

struct Checker<'a> {
    lexed: &'a Lexed<'a>,
    names: &'a dyn Names,
    functions: &'a Functions,
    /// Whether there are names whose use decides of what kind they are.
    open: bool,
    locals: Vec<Local>,
    count: usize,
    problems: Vec<Problem>,
}

impl Checker<'_> {
    fn span(&self, raw: &Raw) -> (usize, usize) {
        self.lexed.span(raw.at)
    }

    fn fault(&mut self, code: Code, raw: &Raw, message: impl Into<String>, help: Option<String>) {
        let mut problem = Problem::new(code, self.span(raw), message);
        problem.help = help;
        self.problems.push(problem);
    }

    fn make(&self, raw: &Raw, kind: Kind, node: Node) -> Option<Tree> {
        Some(Tree { kind, span: self.span(raw), node })
    }

    fn tree(&mut self, raw: &Raw) -> Option<Tree> {
        self.tree_as(raw, None)
    }

    /// A part of which a kind is wanted, if it can be of several.
    fn tree_as(&mut self, raw: &Raw, wanted: Option<Kind>) -> Option<Tree> {
        match &raw.what {
            What::Whole(it) => self.whole(raw, *it),
            What::Real(it) => self.real(raw, *it),
            What::Flag(it) => self.make(raw, Kind::Flag, Node::Flag(*it)),
            What::Text(it) => self.make(raw, Kind::Text, Node::Text(it.as_str().into())),
            What::Name => self.name(raw, wanted),
            What::Call(arguments) => self.call(raw, arguments),
            What::Binary(mark, left, right) => self.binary(raw, mark, left, right),
            What::Minus(it) => {
                let inner = self.wanted(raw, it, Kind::Number)?;
                self.make(raw, Kind::Number, Node::Minus(Box::new(inner)))
            }
            What::Not(it) => {
                let inner = self.wanted(raw, it, Kind::Flag)?;
                self.make(raw, Kind::Flag, Node::Not(Box::new(inner)))
            }
            What::And(terms) => {
                let terms = self.flags(raw, terms)?;
                self.make(raw, Kind::Flag, Node::And(terms))
            }
            What::Or(terms) => {
                let terms = self.flags(raw, terms)?;
                self.make(raw, Kind::Flag, Node::Or(terms))
            }
            What::Coalesce(terms) => self.coalesce(raw, terms, false, wanted),
            What::In(negated, needle, set) => self.within(raw, *negated, needle, set),
            What::List(_) | What::Range(..) => {
                let help = "write `x in [1, 2]` or `x in 1..10`".to_owned();
                self.fault(
                    Code::Forbidden,
                    raw,
                    "lists and ranges stand only after `in`",
                    Some(help),
                );
                None
            }
            What::If(condition, yes, no) => self.branch(raw, condition, [yes, no], wanted),
            What::Let(name, value, body) => self.local(raw, *name, [value, body], wanted),
            What::Switch(subject, cases) => self.switch(raw, subject, cases, wanted),
        }
    }

    fn whole(&mut self, raw: &Raw, it: i64) -> Option<Tree> {
        const EXACT: u64 = 1 << 53;
        if it.unsigned_abs() > EXACT {
            let message = format!("`{it}` is too large to be exact, at most {EXACT} is allowed");
            self.fault(Code::OutOfRange, raw, message, None);
            return None;
        }
        #[expect(clippy::cast_precision_loss, reason = "checked above to be exact")]
        let number = it as f64;
        self.make(raw, Kind::Number, Node::Number(number))
    }

    fn real(&mut self, raw: &Raw, it: f64) -> Option<Tree> {
        if !it.is_finite() {
            let message = format!("`{}` is too large for a number", self.lexed.word(raw.at));
            self.fault(Code::NotFinite, raw, message, None);
            return None;
        }
        self.make(raw, Kind::Number, Node::Number(it))
    }

    /// A name that must mean something: a metric's symbol.
    fn named(&mut self, raw: &Raw, wanted: Option<Kind>) -> Option<Arc<Named>> {
        let name = self.lexed.word(raw.at);
        if let Some(symbol) = self.names.find_as(name, wanted) {
            return Some(Arc::new(Named { name: name.to_owned(), symbol }));
        }
        let message = format!("nothing is named `{name}`");
        if self.problems.len() >= MOST_SUGGESTIONS {
            self.fault(Code::UnknownName, raw, message, None);
            return None;
        }
        let all = self.names.all();
        let locals = self.locals.iter().map(|local| local.name.as_str());
        let known = all.iter().map(String::as_str).chain(locals);
        let is_known = |name: &str| all.iter().any(|known| known == name);
        let help = did_you_mean(name, known).unwrap_or_else(|| {
            if self.names.texts().iter().any(|text| text == name) {
                format!("texts stand in double quotes: `\"{name}\"`")
            } else if self.functions.names().any(|function| function == name) {
                format!("call it: `{name}(x)`")
            } else if let Some((of, _)) = name.rsplit_once('.').filter(|parts| is_known(parts.0)) {
                format!(
                    "of its past there is `{of}.previous`, `.days`, `.ago_30d` and `.change_30d`"
                )
            } else {
                self.names.help(name)
            }
        });
        self.fault(Code::UnknownName, raw, message, Some(help));
        None
    }

    fn name(&mut self, raw: &Raw, wanted: Option<Kind>) -> Option<Tree> {
        let name = self.lexed.word(raw.at);
        if let Some(local) = self.locals.iter_mut().rev().find(|local| local.name == name) {
            local.used = true;
            let (kind, number) = (local.kind, local.number);
            return self.make(raw, kind, Node::Local(number));
        }
        let named = self.named(raw, wanted)?;
        self.make(raw, named.symbol.kind, Node::Read(named))
    }

    /// A part that must be of one kind, for the operator or function at `owner`.
    fn wanted(&mut self, owner: &Raw, part: &Raw, kind: Kind) -> Option<Tree> {
        let tree = self.tree_as(part, Some(kind))?;
        if tree.kind == kind {
            return Some(tree);
        }
        let word = self.lexed.word(owner.at);
        let help = match (kind, tree.kind) {
            (Kind::Flag, Kind::Number) => Some("compare it: `x > 0`".to_owned()),
            (Kind::Flag, Kind::Text) => Some("compare it: `x == \"a\"`".to_owned()),
            (Kind::Number, Kind::Flag) => Some("write `if x { 1 } else { 0 }`".to_owned()),
            (_, Kind::Text) if word == "+" => {
                Some("texts are joined in messages: `${a} ${b}`".to_owned())
            }
            _ => None,
        };
        self.fault(
            Code::WrongType,
            part,
            format!("`{word}` takes {kind}, got {}", tree.kind),
            help,
        );
        None
    }

    /// Checks all of them, so that every problem is found, and then wants all of them.
    fn flags(&mut self, raw: &Raw, terms: &[Raw]) -> Option<Vec<Tree>> {
        let trees: Vec<_> = terms.iter().map(|term| self.wanted(raw, term, Kind::Flag)).collect();
        trees.into_iter().collect()
    }

    fn binary(&mut self, raw: &Raw, mark: &str, left: &Raw, right: &Raw) -> Option<Tree> {
        if let Some(op) = Arithmetic::ALL.iter().find(|op| op.mark() == mark) {
            return self.arithmetic(raw, *op, left, right);
        }
        let op = Comparison::ALL.iter().find(|op| op.mark() == mark)?;
        self.comparison(raw, *op, left, right)
    }

    fn arithmetic(&mut self, raw: &Raw, op: Arithmetic, left: &Raw, right: &Raw) -> Option<Tree> {
        let trees = (self.wanted(raw, left, Kind::Number), self.wanted(raw, right, Kind::Number));
        let (one, two) = (trees.0?, trees.1?);
        if op == Arithmetic::Divide && is_whole(left) && is_whole(right) {
            let help = format!("write `{:?} / {}`", constant(&one)?, constant(&two)?);
            let message = "two whole numbers are divided, which other languages cut off";
            self.fault(Code::IntegerDivision, raw, message, Some(help));
            return None;
        }
        let tree =
            self.make(raw, Kind::Number, Node::Arithmetic(op, Box::new(one), Box::new(two)))?;
        if constant(&tree).is_some_and(|number| !number.is_finite()) {
            self.fault(Code::NotFinite, raw, "the result is never a finite number", None);
            return None;
        }
        Some(tree)
    }

    fn comparison(&mut self, raw: &Raw, op: Comparison, left: &Raw, right: &Raw) -> Option<Tree> {
        let chained = matches!(&left.what, What::Binary(mark, ..)
            if Comparison::ALL.iter().any(|op| op.is_order() && op.mark() == *mark));
        let kind = match op.is_order() {
            true => Some(Kind::Number),
            false => self.hint(left).or_else(|| self.hint(right)),
        };
        let (one, two) = (self.tree_as(left, kind), self.tree_as(right, kind));
        let (one, two) = (one?, two?);
        if chained && (op.is_order() || two.kind != Kind::Flag) {
            let help = "write `1 < x && x < 3`".to_owned();
            self.fault(Code::WrongType, raw, "comparisons cannot be chained", Some(help));
            return None;
        }
        if one.kind != two.kind {
            let message = format!("`{}` compares {} with {}", op.mark(), one.kind, two.kind);
            let help = "both sides must be of one kind".to_owned();
            self.fault(Code::WrongType, raw, message, Some(help));
            return None;
        }
        if op.is_order() && one.kind != Kind::Number {
            let message = format!("`{}` orders numbers, got {}", op.mark(), one.kind);
            let help = "write `==`, `!=` or `in`".to_owned();
            self.fault(Code::WrongType, raw, message, Some(help));
            return None;
        }
        self.label(&one, &two, right);
        self.label(&two, &one, left);
        self.make(raw, Kind::Flag, Node::Compare(op, Box::new(one), Box::new(two)))
    }

    /// Faults a text that the name it is compared with can never be.
    fn label(&mut self, name: &Tree, text: &Tree, written: &Raw) {
        let (named, Node::Text(text)) = (first_name(name), &text.node) else { return };
        let (Some(named), Some(labels)) = (named, labels(name)) else { return };
        if labels.contains(text) {
            return;
        }
        let known: Vec<&str> = labels.iter().map(|label| &**label).collect();
        let help = did_you_mean(text, known.iter().copied()).unwrap_or_else(|| {
            let listed: Vec<String> =
                known.iter().take(8).map(|label| format!("`{label}`")).collect();
            format!("it is one of {}", listed.join(", "))
        });
        let message = format!("`{}` is never `{text}`", named.name);
        self.fault(Code::AlwaysSame, written, message, Some(help));
    }

    /// A guarded name: one that may be missing without harm.
    fn guarded(&mut self, owner: &Raw, part: &Raw, wanted: Option<Kind>) -> Option<Arc<Named>> {
        let word = self.lexed.word(owner.at);
        let local =
            self.locals.iter_mut().rev().find(|local| local.name == self.lexed.word(part.at));
        let message = match (&part.what, local) {
            (What::Name, None) => return self.named(part, wanted),
            (What::Name, Some(local)) => {
                local.used = true;
                format!("`{word}` takes the name of a metric; what `let` names is never missing")
            }
            _ => {
                let _ = self.tree(part);
                format!("`{word}` takes the name of a metric, got a calculation")
            }
        };
        let help = "guard each name: `(a ?? 0) + (b ?? 0)`".to_owned();
        self.fault(Code::WrongType, part, message, Some(help));
        None
    }

    fn coalesce(
        &mut self,
        raw: &Raw,
        terms: &[Raw],
        mixed: bool,
        wanted: Option<Kind>,
    ) -> Option<Tree> {
        let (last, guarded) = terms.split_last()?;
        let kind = terms.iter().rev().find_map(|term| self.hint(term)).or(wanted);
        let names: Vec<_> = guarded.iter().map(|term| self.guarded(raw, term, kind)).collect();
        let last_tree = self.tree_as(last, kind);
        let names: Vec<Arc<Named>> = names.into_iter().collect::<Option<_>>()?;
        let last_tree = last_tree?;
        let kind = last_tree.kind;
        let other = names.iter().find(|named| named.symbol.kind != kind);
        if let Some(other) = other.filter(|_| !(mixed && kind == Kind::Text)) {
            let got = other.symbol.kind;
            let message = format!("`{}` is {got}, and {kind} stands in for it", other.name);
            let help = Some("both must be of one kind".to_owned());
            self.fault(Code::WrongType, last, message, help);
            return None;
        }
        self.make(raw, kind, Node::Coalesce(names, Box::new(last_tree)))
    }

    fn branch(
        &mut self,
        raw: &Raw,
        condition: &Raw,
        [yes, no]: [&Raw; 2],
        wanted: Option<Kind>,
    ) -> Option<Tree> {
        let condition = self.wanted(raw, condition, Kind::Flag);
        let kind = wanted.or_else(|| self.hint(raw));
        let (yes, other) = (self.tree_as(yes, kind), self.tree_as(no, kind));
        let (yes, other) = (yes?, other?);
        if yes.kind != other.kind {
            let message = format!("`if` gives {}, and `else` gives {}", yes.kind, other.kind);
            self.fault(Code::WrongType, no, message, Some("both must be of one kind".to_owned()));
            return None;
        }
        self.make(raw, yes.kind, Node::If(Box::new([condition?, yes, other])))
    }

    fn local(
        &mut self,
        raw: &Raw,
        token: usize,
        [value, body]: [&Raw; 2],
        wanted: Option<Kind>,
    ) -> Option<Tree> {
        let name = self.lexed.word(token).to_owned();
        let kind = self.hint_of_local(&name, value, body, wanted);
        let value = self.tree_as(value, kind);
        let taken = self.names.all().contains(&name);
        if name.contains('.') || taken || self.locals.iter().any(|local| local.name == name) {
            let message = format!("`{name}` cannot be given another meaning");
            self.fault(
                Code::Duplicate,
                raw,
                message,
                Some("choose a new name without dots".to_owned()),
            );
            return None;
        }
        let number = self.count;
        self.count += 1;
        // A value that is faulty has been reported; its name is then known and of no certain kind.
        let kind = value.as_ref().map_or(Kind::Number, |value| value.kind);
        let before = self.problems.len();
        self.locals.push(Local { name: name.clone(), kind, number, used: false });
        let body = self.tree_as(body, wanted);
        let used = self.locals.pop().is_none_or(|local| local.used);
        if value.is_none() {
            self.problems.truncate(before);
            return None;
        }
        if !used && body.is_some() {
            let problem = Problem::new(
                Code::Unused,
                self.lexed.span(token),
                format!("`{name}` is never used"),
            );
            self.problems.push(problem.help("leave the `let` out").warning());
        }
        let (value, body) = (value?, body?);
        self.make(raw, body.kind, Node::Let(number, name, Box::new(value), Box::new(body)))
    }
}

/// The name that is read, or the first of those that stand in for one another.
fn first_name(tree: &Tree) -> Option<&Named> {
    match &tree.node {
        Node::Read(it) => Some(it),
        Node::Coalesce(names, _) => names.first().map(|name| &**name),
        _ => None,
    }
}

/// Every text that a name, or what stands in for it, can be, where that is declared.
fn labels(tree: &Tree) -> Option<Vec<Arc<str>>> {
    match &tree.node {
        Node::Text(it) => Some(vec![Arc::clone(it)]),
        Node::Read(it) => it.symbol.labels.as_ref().map(|labels| labels.to_vec()),
        Node::Coalesce(names, last) => {
            let mut all = Vec::new();
            for it in names {
                all.extend_from_slice(it.symbol.labels.as_ref()?);
            }
            all.extend(labels(last)?);
            Some(all)
        }
        _ => None,
    }
}

/// Whether it is made of whole literals only.
fn is_whole(raw: &Raw) -> bool {
    match &raw.what {
        What::Whole(_) => true,
        What::Minus(it) => is_whole(it),
        What::Binary(mark, left, right) => *mark != "/" && is_whole(left) && is_whole(right),
        _ => false,
    }
}

/// Its value where it is made of literals only.
fn constant(tree: &Tree) -> Option<f64> {
    match &tree.node {
        Node::Number(it) => Some(*it),
        Node::Minus(it) => Some(-constant(it)?),
        Node::Arithmetic(op, left, right) => Some(op.apply(constant(left)?, constant(right)?)),
        _ => None,
    }
}
