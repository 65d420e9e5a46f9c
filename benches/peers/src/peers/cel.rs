//! The cel crate: programs compiled once, and a resolver that hands out references to a row's
//! values, so that nothing is copied or allocated for a row.
//!
//! To CEL `error || true` is true, so a rule is asked only where all that it mentions is there.

use std::sync::Arc;

use cel::common::types::{CelDouble, CelString};
use cel::common::value::CowVal;
use cel::context::VariableResolver;
use cel::{Context, Env, Program, Value};

use super::{Missing, NUMBERS, Peer, Values, names, needs};
use crate::answers::{NO, NO_DATA, RULES, YES};
use crate::language::Expr;
use crate::workload::Spec;

pub(super) struct Cel {
    env: Arc<Env>,
    rules: Vec<(u32, Program)>,
    /// Sorted, with the place of each.
    names: Vec<(String, usize)>,
}

impl Cel {
    pub(super) fn new(spec: &Spec) -> Self {
        let env = Arc::new(Env::stdlib());
        let compile = |text: &str| {
            let rule = Expr::read(text);
            (needs(spec, &rule), env.compile(&rule.text()).expect("CEL reads the rules"))
        };
        let rules = spec.rules.iter().map(|it| compile(&it.when)).collect();
        let mut names: Vec<_> = names(spec).into_iter().zip(0..).collect();
        names.sort();
        Self { env, rules, names }
    }
}

struct Row<'a> {
    names: &'a [(String, usize)],
    numbers: [CelDouble; NUMBERS],
    band: CelString<'a>,
}

impl VariableResolver for Row<'_> {
    fn resolve<'b>(&'b self, name: &str) -> Option<CowVal<'b, 'b>> {
        if name == "band" {
            return Some(CowVal::Borrowed(&self.band));
        }
        let found = self.names.binary_search_by(|it| it.0.as_str().cmp(name)).ok()?;
        Some(CowVal::Borrowed(&self.numbers[self.names[found].1]))
    }
}

impl Peer for Cel {
    fn name(&self) -> &'static str {
        "cel"
    }

    fn missing(&self) -> Missing {
        Missing::Strict
    }

    fn answer(&mut self, row: &Values<'_>, out: &mut [u8; RULES]) {
        let known = row.known();
        let row = Row {
            names: &self.names,
            numbers: row.numbers.map(CelDouble::from),
            band: CelString::from(row.band.unwrap_or_default()),
        };
        let mut context = Context::with_env(Arc::clone(&self.env));
        context.set_variable_resolver(&row);
        for ((needs, rule), out) in self.rules.iter().zip(out) {
            if needs & !known != 0 {
                *out = NO_DATA;
                continue;
            }
            *out = match rule.execute(&context) {
                Ok(Value::Bool(true)) => YES,
                Ok(Value::Bool(false)) => NO,
                other => panic!("cel: {other:?}"),
            };
        }
    }
}
