//! The zen-expression crate: bytecode compiled once, an environment for each row.
//!
//! To zen a comparison with null is an error, in whatever order, so a rule is asked only where all
//! that it mentions is there.

use serde_json::{Map, Number, Value};
use zen_expression::expression::Standard;
use zen_expression::vm::VM;
use zen_expression::{Expression, Isolate, Scope, Variable};

use super::{Missing, Peer, Values, names, needs};
use crate::answers::{NO, NO_DATA, RULES, YES};
use crate::language::Expr;
use crate::workload::Spec;

pub(super) struct Zen {
    rules: Vec<(u32, Expression<Standard>)>,
    names: Vec<String>,
    vm: VM,
}

impl Zen {
    pub(super) fn new(spec: &Spec) -> Self {
        let mut isolate = Isolate::new();
        let mut compile = |text: &str| {
            let rule = Expr::read(text);
            let compiled = isolate.compile_standard(&rule.words());
            (needs(spec, &rule), compiled.expect("zen reads the rules"))
        };
        let rules = spec.rules.iter().map(|it| compile(&it.when)).collect();
        Self { rules, names: names(spec), vm: VM::new() }
    }
}

impl Peer for Zen {
    fn name(&self) -> &'static str {
        "zen-expression"
    }

    fn missing(&self) -> Missing {
        Missing::Strict
    }

    fn answer(&mut self, row: &Values<'_>, out: &mut [u8; RULES]) {
        let known = row.known();
        let mut object = Map::new();
        for (name, it) in self.names.iter().zip(row.numbers) {
            // No number for NaN, so what is missing stays null.
            object.insert(name.clone(), Number::from_f64(it).map_or(Value::Null, Value::Number));
        }
        object.insert("band".to_owned(), row.band.into());
        let scope = Scope::new(Variable::from(Value::Object(object)));
        for ((needs, rule), out) in self.rules.iter().zip(out) {
            if needs & !known != 0 {
                *out = NO_DATA;
                continue;
            }
            let said = rule.evaluate_with_scope(&scope, &mut self.vm);
            *out = match said.map(|it| it.as_bool()) {
                Ok(Some(true)) => YES,
                Ok(Some(false)) => NO,
                other => panic!("zen: {other:?}"),
            };
        }
    }
}
