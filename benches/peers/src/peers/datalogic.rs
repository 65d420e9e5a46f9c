//! The datalogic-rs crate: JSONLogic compiled once, a row's object laid into an arena that is reset
//! after each row: its cheapest way in.
//!
//! To JSONLogic a missing value is null, which compares as 0, so a rule is asked only where all that
//! it mentions is there.

use bumpalo::Bump;
use datalogic_rs::datavalue::NumberValue;
use datalogic_rs::{DataValue, Engine, Logic};

use super::{Missing, Peer, Values, names, needs};
use crate::answers::{NO, NO_DATA, RULES, YES};
use crate::language::Expr;
use crate::workload::Spec;

pub(super) struct Datalogic {
    engine: Engine,
    rules: Vec<(u32, Logic)>,
    names: Vec<String>,
    arena: Bump,
}

impl Datalogic {
    pub(super) fn new(spec: &Spec) -> Self {
        let engine = Engine::new();
        let compile = |text: &str| {
            let rule = Expr::read(text);
            let logic = engine.compile(rule.json_logic().as_str()).expect("it reads the rules");
            (needs(spec, &rule), logic)
        };
        let rules = spec.rules.iter().map(|it| compile(&it.when)).collect();
        Self { engine, rules, names: names(spec), arena: Bump::new() }
    }
}

impl Peer for Datalogic {
    fn name(&self) -> &'static str {
        "datalogic-rs"
    }

    fn missing(&self) -> Missing {
        Missing::Strict
    }

    fn answer(&mut self, row: &Values<'_>, out: &mut [u8; RULES]) {
        let known = row.known();
        self.arena.reset();
        let arena = &self.arena;
        let numbers = self.names.iter().zip(row.numbers);
        let numbers =
            numbers.map(|(name, it)| (name.as_str(), DataValue::Number(NumberValue::Float(it))));
        let mut pairs = bumpalo::collections::Vec::with_capacity_in(self.names.len() + 1, arena);
        pairs.extend(numbers);
        pairs.push(("band", DataValue::String(row.band.unwrap_or_default())));
        let data: &DataValue<'_> = arena.alloc(DataValue::Object(pairs.into_bump_slice()));
        for ((needs, rule), out) in self.rules.iter().zip(out) {
            if needs & !known != 0 {
                *out = NO_DATA;
                continue;
            }
            let said = self.engine.evaluate(rule, data, arena);
            *out = match said.map(DataValue::as_bool) {
                Ok(Some(true)) => YES,
                Ok(Some(false)) => NO,
                other => panic!("datalogic: {other:?}"),
            };
        }
    }
}
