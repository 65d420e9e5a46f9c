//! Stock Rhai: expressions compiled once, a scope for each row. A missing value is not in the scope,
//! so that a rule which needs it fails there: the same no-data as foretell's.

use rhai::{AST, Dynamic, Engine, EvalAltResult, Scope};

use super::{Missing, Peer, Values, names};
use crate::answers::{NO, NO_DATA, RULES, YES};
use crate::language::Expr;
use crate::workload::Spec;

pub(super) struct Rhai {
    engine: Engine,
    rules: Vec<AST>,
    names: Vec<String>,
    bands: Vec<(String, Dynamic)>,
    scope: Scope<'static>,
}

impl Rhai {
    pub(super) fn new(spec: &Spec) -> Self {
        let engine = Engine::new();
        let compile = |text: &str| {
            engine.compile_expression(Expr::read(text).text()).expect("Rhai reads the rules")
        };
        let rules = spec.rules.iter().map(|it| compile(&it.when)).collect();
        let bands = spec.bands.iter().map(|it| (it.name.clone(), it.name.clone().into())).collect();
        Self { engine, rules, names: names(spec), bands, scope: Scope::new() }
    }
}

impl Peer for Rhai {
    fn name(&self) -> &'static str {
        "Rhai"
    }

    fn missing(&self) -> Missing {
        Missing::LeftToRight
    }

    fn answer(&mut self, row: &Values<'_>, out: &mut [u8; RULES]) {
        self.scope.clear();
        for (name, value) in self.names.iter().zip(row.numbers) {
            if !value.is_nan() {
                self.scope.push_dynamic(name.as_str(), Dynamic::from_float(value));
            }
        }
        // A clone of a shared text: nothing is copied.
        let band = row.band.and_then(|name| self.bands.iter().find(|it| it.0 == name));
        if let Some((_, band)) = band {
            self.scope.push_dynamic("band", band.clone());
        }
        for (rule, out) in self.rules.iter().zip(out) {
            let said = self.engine.eval_ast_with_scope::<bool>(&mut self.scope, rule);
            *out = match said.map_err(|it| *it) {
                Ok(true) => YES,
                Ok(false) => NO,
                Err(EvalAltResult::ErrorVariableNotFound(..)) => NO_DATA,
                Err(other) => panic!("Rhai: {other}"),
            };
        }
    }
}
