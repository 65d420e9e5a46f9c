//! Compiles expressions, reports their problems, and keeps programs by their place.

use std::collections::BTreeSet;

use crate::compile::names::Scope;
use crate::compile::resolve::Resolver;
use crate::expr::{Names, Problem, Program, Want};
use crate::fault::{Code, Fault};
use crate::frame::SubjectKind;
use crate::value::Kind;

impl Resolver<'_> {
    /// Compiles an expression about a kind of subject, reporting its problems at `path`.
    pub(crate) fn compile(
        &self,
        kind: SubjectKind,
        path: &str,
        text: &str,
        want: Want,
    ) -> Option<Program> {
        self.guarded(path, |scope| self.language.compile(text, scope, want), kind, (None, None))
    }

    /// The same of a calculation; `usual` is what an own field is read as that stands alone.
    pub(crate) fn compile_any(
        &self,
        kind: SubjectKind,
        path: &str,
        text: &str,
        usual: Kind,
    ) -> Option<Program> {
        let compile = |scope: &dyn Names| self.language.compile(text, scope, Want::Any);
        self.guarded(path, compile, kind, (Some(usual), None))
    }

    /// Compiles a message that is shown when `sure` slots are known to be there; without them it
    /// is not asked whether what it reads may be missing.
    pub(crate) fn compile_message(
        &self,
        kind: SubjectKind,
        path: &str,
        text: &str,
        sure: Option<&BTreeSet<usize>>,
    ) -> Option<Program> {
        let nothing = BTreeSet::new();
        let compile = |scope: &dyn Names| {
            let (program, mut problems) =
                self.language.compile_message(text, scope, sure.unwrap_or(&nothing));
            problems.retain(|problem| sure.is_some() || problem.code != Code::MaybeMissing);
            (program, problems)
        };
        self.guarded(path, compile, kind, (None, sure))
    }

    fn guarded(
        &self,
        path: &str,
        compile: impl FnOnce(&dyn Names) -> (Option<Program>, Vec<Problem>),
        kind: SubjectKind,
        (usual, sure): (Option<Kind>, Option<&BTreeSet<usize>>),
    ) -> Option<Program> {
        let outer = self.tainted.replace(false);
        let (program, problems) = compile(&Scope { resolver: self, kind, path, usual, sure });
        let tainted = self.tainted.replace(outer);
        for problem in problems {
            // What rests on the kind of something broken is not to blame; the rest is.
            let own = matches!(
                problem.code,
                Code::UnknownName | Code::ExpressionSyntax | Code::Forbidden | Code::WrongArity
            );
            if !tainted || own {
                self.report(path, problem);
            }
        }
        let program = program.filter(|_| !tainted);
        self.keep_program(path, program.as_ref());
        program
    }

    pub(crate) fn report(&self, path: &str, problem: Problem) {
        let mut fault = Fault::new(problem.code, path, problem.message).maybe_help(problem.help);
        fault.severity = problem.severity;
        self.fault_inside(fault, problem.start, problem.length);
    }

    /// Compiles a condition that no author wrote; its problems are nobody's.
    pub(crate) fn compile_quietly(&self, kind: SubjectKind, text: &str) -> Option<Program> {
        let outer = self.tainted.replace(false);
        let scope = Scope { resolver: self, kind, path: "", usual: None, sure: None };
        let program = self.language.compile(text, &scope, Want::Flag).0;
        let tainted = self.tainted.replace(outer);
        program.filter(|_| !tainted)
    }

    /// Remembers an expression by its place.
    pub(crate) fn keep_program(&self, path: &str, program: Option<&Program>) {
        if let Some(program) = program {
            self.programs.borrow_mut().push((path.to_owned(), program.clone()));
        }
    }
}

/// Expressions in the order of their paths, numbers by their size.
pub(crate) fn in_order(mut programs: Vec<(String, Program)>) -> Vec<(String, Program)> {
    let key = |path: &str| -> Vec<(String, usize)> {
        let part = |it: &str| {
            let (name, number) = it.split_once('[').unwrap_or((it, ""));
            (name.to_owned(), number.trim_end_matches(']').parse().unwrap_or(0))
        };
        path.split('.').map(part).collect()
    };
    programs.sort_by_cached_key(|pair| key(&pair.0));
    programs.dedup_by(|one, two| one.0 == two.0);
    programs
}
