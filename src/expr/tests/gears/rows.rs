//! Gear 1 has two forms, over chunks and for one row: they say the same.

use proptest::prelude::*;
use proptest::test_runner::{TestCaseError, TestRunner};

use super::generate::{a_flag, a_number, frame, named};
use super::{EACH, Given};
use crate::expr::kernel::{Columns as _, Compiled, Scratch};
use crate::expr::row::{Registers, RowPlan};
use crate::expr::tests::{LANGUAGE, WORLD, World};
use crate::expr::{Kind, Program, Value, Want};

/// Puts a row of the given columns into registers.
fn put(given: &Given, row: usize, all: &mut Registers) {
    for (slot, (_, kind, ..)) in WORLD.iter().enumerate() {
        let value = given.column(slot).map_or(Value::Missing, |column| column.value(row));
        let at = u16::try_from(slot).unwrap();
        match (kind, value) {
            (Kind::Number, value) => all.set_number(at, value.number().unwrap_or(f64::NAN)),
            (Kind::Flag, Value::Flag(it)) => all.set_flag(at, u8::from(it)),
            (Kind::Flag, _) => all.set_flag(at, 2),
            (Kind::Text, Value::Text(it)) => all.set_text(at, Some(&it)),
            (Kind::Text, _) => all.set_text(at, None),
        }
    }
}

/// Compares every row of programs that can be run alone, and says how many can.
fn agree(programs: &[Program], given: &Given, rows: usize) -> Result<usize, String> {
    let mut alone = 0;
    let mut scratch = Scratch::default();
    for program in programs {
        let compiled = Compiled::together([program]);
        let mut plan = RowPlan::new(WORLD.len()).ok_or("too many slots")?;
        let Some((actions, found)) = plan.add(&compiled) else { continue };
        alone += 1;
        let mut chunk = compiled.chunk(&mut scratch, given, 0..rows);
        let wanted: Vec<u64> = match program.kind() {
            Kind::Flag => chunk.flags(0, program).iter().map(|it| u64::from(*it)).collect(),
            _ => chunk.numbers(0, program).0.iter().map(|it| word(*it)).collect(),
        };
        let mut all = plan.registers();
        for (row, wanted) in wanted.into_iter().enumerate() {
            put(given, row, &mut all);
            plan.run(actions.clone(), &mut all);
            let got = match program.kind() {
                Kind::Flag => u64::from(all.flag(found[0])),
                _ => word(all.answer(found[0])),
            };
            if got != wanted {
                return Err(format!(
                    "`{}` row {row}: {got:x}, in columns {wanted:x}",
                    program.text()
                ));
            }
        }
    }
    Ok(alone)
}

/// Bits, of which those of all that is not a number are the same.
fn word(it: f64) -> u64 {
    if it.is_nan() { f64::NAN.to_bits() } else { it.to_bits() }
}

#[test]
fn one_row_and_columns_say_the_same() {
    let programs: Vec<Program> = EACH
        .iter()
        .filter_map(|source| LANGUAGE.compile(source, &World, Want::Any).0)
        .filter(|program| program.kind() != Kind::Text)
        .collect();
    for seed in 0..10 {
        let alone = agree(&programs, &frame(37, 2000 + seed, false), 37);
        assert!(alone.clone().is_ok_and(|alone| alone > EACH.len() / 2), "{alone:?}");
    }
    let config = ProptestConfig { cases: 1_200, failure_persistence: None, ..Default::default() };
    let strategy = (named(a_flag()), named(a_number()), any::<u64>());
    let alone = std::cell::Cell::new(0);
    TestRunner::new(config)
        .run(&strategy, |(flag, number, seed)| {
            let programs: Vec<Program> = [flag, number]
                .iter()
                .filter_map(|source| LANGUAGE.compile(source, &World, Want::Any).0)
                .collect();
            let some = agree(&programs, &frame(9, seed, false), 9).map_err(TestCaseError::fail)?;
            alone.set(alone.get() + some);
            Ok(())
        })
        .unwrap_or_else(|error| panic!("{error}"));
    assert!(alone.get() > 600, "only {} can be run alone", alone.get());
}
