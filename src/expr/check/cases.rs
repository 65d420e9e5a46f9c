//! `switch x { 1 | 2 => a, 3..10 if b => c, _ => d }`, which becomes conditions.

use std::sync::Arc;

use super::within::literal;
use super::{Checker, labels};
use crate::expr::parse::{Case, Raw, What};
use crate::expr::tree::{Node, Tree};
use crate::expr::{Kind, Problem, Value};
use crate::fault::Code;

/// The most cases of one `switch`. Our choice, tested by `a_switch_may_have_many_cases`.
const MOST_CASES: usize = 100;
/// The last case that may have an `if`: up to there what they become nests as deep as they are many. Our choice, tested
/// by the same.
const LAST_GUARDED: usize = 32;
/// More cases than this are halved, so that what they become does not nest as deep as they are many. Those with an
/// `if` are not: halves repeat what is asked, which must be small.
const HALVED: usize = 8;

/// A checked case.
#[derive(Debug, Clone)]
struct Arm {
    at: usize,
    /// What values it is for; none for all others.
    taken: Vec<Taken>,
    /// Whether more is asked than the value.
    guarded: bool,
    /// When it holds; none for all other values.
    when: Option<Tree>,
    then: Tree,
}

/// Values that a case is for.
#[derive(Debug, Clone, PartialEq)]
enum Taken {
    /// From, to, and whether `to` is among them.
    Numbers(f64, f64, bool),
    /// A flag or a text.
    Other(Value),
}

impl Taken {
    fn of(test: &Tree) -> Option<Self> {
        match &test.node {
            Node::Within(_, all) => all.first().map(|value| match value {
                Value::Number(it) => Self::Numbers(*it, *it, true),
                it => Self::Other(it.clone()),
            }),
            Node::Between(all, inclusive) => match &**all {
                [_, Tree { node: Node::Number(from), .. }, Tree { node: Node::Number(to), .. }] => {
                    Some(Self::Numbers(*from, *to, *inclusive))
                }
                _ => None,
            },
            _ => None,
        }
    }

    /// Whether all of another are among them.
    fn covers(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Numbers(from, to, inclusive), Self::Numbers(first, last, until)) => {
                from <= first && (last < to || (last <= to && (*inclusive || !until)))
            }
            (one, other) => one == other,
        }
    }
}

impl Checker<'_> {
    pub(super) fn switch(
        &mut self,
        raw: &Raw,
        subject: &Raw,
        cases: &[Case],
        wanted: Option<Kind>,
    ) -> Option<Tree> {
        if cases.len() > MOST_CASES {
            let message = format!("a `switch` has at most {MOST_CASES} cases, got {}", cases.len());
            let help = "declare parts of it as metrics, or give the factor a `map`".to_owned();
            self.fault(Code::Limit, raw, message, Some(help));
            return None;
        }
        let guarded = cases.iter().rposition(|case| case.guard.is_some()).map_or(0, |at| at + 1);
        if guarded > LAST_GUARDED {
            let message = format!(
                "the first {guarded} cases of a `switch` have an `if` among them, at most {LAST_GUARDED} may"
            );
            let help = "put cases with an `if` first, or declare parts as metrics".to_owned();
            self.fault(Code::Limit, raw, message, Some(help));
            return None;
        }
        let kind = self.hint_of_cases(cases);
        let subject = self.tree_as(subject, kind);
        let given = wanted.or_else(|| self.hint(raw));
        let number = self.count;
        self.count += 1;
        let arms: Vec<_> =
            cases.iter().map(|case| self.arm(case, subject.as_ref(), number, given)).collect();
        let subject = subject?;
        let mut arms = arms.into_iter().collect::<Option<Vec<Arm>>>()?;
        let kind = arms.last()?.then.kind;
        if let Some(it) = arms.iter().find(|arm| arm.then.kind != kind) {
            let message = format!("a case gives {}, and the last gives {kind}", it.then.kind);
            let problem = Problem::new(Code::WrongType, it.then.span, message);
            self.problems.push(problem.help("all must be of one kind"));
            return None;
        }
        let other = self.other(raw, &subject, &mut arms)?;
        let body = Box::new(chosen(&arms, other));
        // Without a name: no one wrote this `let`.
        self.make(raw, kind, Node::Let(number, String::new(), Box::new(subject), body))
    }

    fn arm(
        &mut self,
        case: &Case,
        subject: Option<&Tree>,
        number: usize,
        wanted: Option<Kind>,
    ) -> Option<Arm> {
        let tests: Vec<_> =
            case.values.iter().map(|value| self.test(value, subject, number)).collect();
        let guard = case.guard.as_ref().map(|guard| self.guard(guard));
        let then = self.tree_as(&case.body, wanted);
        let span = self.lexed.span(case.at);
        let flag = |node: Node| Tree { kind: Kind::Flag, span, node };
        let tests = tests.into_iter().collect::<Option<Vec<_>>>()?;
        let taken = tests.iter().filter_map(Taken::of).collect();
        let (mut when, guarded) = (any(tests, span), guard.is_some());
        if let Some(guard) = guard {
            when = Some(flag(Node::And(vec![when?, guard?])));
        }
        Some(Arm { at: case.at, taken, guarded, when, then: then? })
    }

    /// Whether the value is that of a case: a literal, or a range of them.
    fn test(&mut self, it: &Raw, subject: Option<&Tree>, number: usize) -> Option<Tree> {
        if let What::Range(from, to, inclusive) = &it.what {
            return self.range(it, [from, to], *inclusive, subject, number);
        }
        let tree = self.tree(it);
        let (tree, subject) = (tree?, subject?);
        let Some(value) = literal(&tree) else {
            let help = "write `if` and `else`".to_owned();
            self.fault(Code::Forbidden, it, "a case is of literals only", Some(help));
            return None;
        };
        if tree.kind != subject.kind {
            let message =
                format!("the `switch` is about {}, and the case is {}", subject.kind, tree.kind);
            self.fault(Code::WrongType, it, message, None);
            return None;
        }
        self.label(subject, &tree, it);
        let local = self.make(it, subject.kind, Node::Local(number))?;
        self.make(it, Kind::Flag, Node::Within(Box::new(local), vec![value]))
    }

    fn range(
        &mut self,
        raw: &Raw,
        ends: [&Raw; 2],
        inclusive: bool,
        subject: Option<&Tree>,
        number: usize,
    ) -> Option<Tree> {
        let [from, to] = ends.map(|end| self.wanted(raw, end, Kind::Number));
        let (from, to, subject) = (from?, to?, subject?);
        if subject.kind != Kind::Number {
            let message = format!("a range is a case of a number, got {}", subject.kind);
            self.fault(Code::WrongType, raw, message, None);
            return None;
        }
        let (Node::Number(first), Node::Number(last)) = (&from.node, &to.node) else {
            let help = "write `if` and `else`".to_owned();
            self.fault(Code::Forbidden, raw, "a case is of literals only", Some(help));
            return None;
        };
        if first > last || (first >= last && !inclusive) {
            self.fault(Code::Empty, raw, "there is no number in this range", None);
            return None;
        }
        let local = self.make(raw, Kind::Number, Node::Local(number))?;
        self.make(raw, Kind::Flag, Node::Between(Box::new([local, from, to]), inclusive))
    }

    fn guard(&mut self, guard: &Raw) -> Option<Tree> {
        let tree = self.tree_as(guard, Some(Kind::Flag))?;
        if tree.kind == Kind::Flag {
            return Some(tree);
        }
        let message = format!("the `if` of a case takes a flag, got {}", tree.kind);
        self.fault(Code::WrongType, guard, message, Some("compare it: `x > 0`".to_owned()));
        None
    }

    /// Takes out what is for all other values, and faults what is never reached.
    fn other(&mut self, raw: &Raw, subject: &Tree, arms: &mut Vec<Arm>) -> Option<Tree> {
        let mut seen: Vec<&Taken> = Vec::new();
        let mut ended = false;
        for arm in arms.iter() {
            let mut late = ended;
            for it in &arm.taken {
                late |= seen.iter().any(|before| before.covers(it));
                if !arm.guarded {
                    seen.push(it);
                }
            }
            ended = arm.when.is_none();
            if late {
                let message = "this case comes after one that takes its values";
                let problem = Problem::new(Code::Duplicate, self.lexed.span(arm.at), message);
                self.problems.push(problem.help("leave one of them out; `_` comes last"));
                return None;
            }
        }
        let has = |it: Value| seen.contains(&&Taken::Other(it));
        let whole = match subject.kind {
            Kind::Flag => [true, false].into_iter().all(|flag| has(Value::Flag(flag))),
            Kind::Text => labels(subject).is_some_and(|labels| {
                labels.iter().all(|label| has(Value::Text(Arc::clone(label))))
            }),
            Kind::Number => false,
        };
        let other = arms.pop_if(|arm| arm.when.is_none());
        match (&other, whole) {
            (Some(other), true) => {
                let span = self.lexed.span(other.at);
                let message = "the cases before it are for every value there is";
                let problem = Problem::new(Code::Unused, span, message).help("leave the `_` out");
                self.problems.push(problem.warning());
            }
            (None, false) => {
                let help = Some("end with `_ => a`, for all other values".to_owned());
                let message = "not every value has a case";
                self.fault(Code::ExpressionSyntax, raw, message, help);
                return None;
            }
            _ => {}
        }
        if whole { arms.pop().map(|arm| arm.then) } else { other.map(|arm| arm.then) }
    }
}

/// Whether any holds; literals are looked for together.
fn any(tests: impl IntoIterator<Item = Tree>, span: (usize, usize)) -> Option<Tree> {
    let mut terms: Vec<Tree> = Vec::new();
    for test in tests {
        match test.node {
            Node::Or(inner) => terms.extend(inner),
            Node::Within(it, values) => match terms.iter_mut().find_map(list) {
                Some(all) => all.extend(values),
                None => terms.push(Tree { node: Node::Within(it, values), span, ..test }),
            },
            node => terms.push(Tree { node, span, ..test }),
        }
    }
    if terms.len() > 1 {
        return Some(Tree { kind: Kind::Flag, span, node: Node::Or(terms) });
    }
    terms.pop()
}

fn list(tree: &mut Tree) -> Option<&mut Vec<Value>> {
    match &mut tree.node {
        Node::Within(_, all) => Some(all),
        _ => None,
    }
}

/// The result of the first case that holds.
fn chosen(arms: &[Arm], other: Tree) -> Tree {
    let either = |when: Tree, then: Tree, other: Tree| {
        let (kind, span) = (then.kind, when.span);
        Tree { kind, span, node: Node::If(Box::new([when, then, other])) }
    };
    let Some((first, rest)) = arms.split_first() else { return other };
    let half = arms.len() / 2;
    // A case with an `if` and those before it go alone.
    if arms.len() <= HALVED || arms.iter().take(half).any(|arm| arm.guarded) {
        let rest = chosen(rest, other);
        return match &first.when {
            Some(when) => either(when.clone(), first.then.clone(), rest),
            None => rest,
        };
    }
    let (first, rest) = arms.split_at(half);
    let span = first.first().and_then(|arm| arm.when.as_ref()).map_or((0, 0), |when| when.span);
    let when = any(first.iter().filter_map(|arm| arm.when.clone()), span);
    let rest = chosen(rest, other);
    match (when, first.split_last()) {
        (Some(when), Some((last, first))) => either(when, chosen(first, last.then.clone()), rest),
        _ => rest,
    }
}
