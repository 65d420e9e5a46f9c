//! Trees against a slow twin that gathers what lies beneath each company by itself.

use std::sync::Arc;

use proptest::prelude::*;

use super::Tree;
use crate::config::Take;
use crate::frame::{Column, NO_ROW, Table};
use crate::plan::steps::ChildTake;
use crate::run::children::children;

/// Companies of which each is above those after it in some order, and rows with an owner and a value.
fn forest() -> impl Strategy<Value = (Vec<u32>, Vec<(u32, Option<f64>)>)> {
    (1_usize..20).prop_flat_map(|companies| {
        let up = prop::collection::vec(any::<prop::sample::Index>(), companies);
        let value = prop_oneof![
            2 => (-3_i32..4).prop_map(|number| Some(f64::from(number) / 10.0)),
            1 => Just(Some(-0.0)),
            1 => Just(None),
        ];
        let rows = prop::collection::vec((0..=companies as u32, value), 0..40);
        (up, Just((0..companies as u32).collect::<Vec<_>>()).prop_shuffle(), rows).prop_map(
            move |(up, order, rows)| {
                let mut above = vec![NO_ROW; companies];
                for (at, index) in up.iter().enumerate() {
                    let pick = index.index(at + 1);
                    // A third of them are above all.
                    let parent = if pick == at { NO_ROW } else { order[pick] };
                    above[order[at] as usize] = parent;
                }
                let owner = |it: u32| if it as usize == companies { NO_ROW } else { it };
                (above, rows.into_iter().map(|row| (owner(row.0), row.1)).collect())
            },
        )
    })
}

fn table(rows: &[(u32, Option<f64>)]) -> Table {
    let ids = (0..rows.len()).map(|row| Arc::from(row.to_string())).collect();
    let mut table = Table::default().again(ids, 1);
    table.set(0, Column::numbers(rows.iter().map(|row| row.1)), None);
    table
}

proptest! {
    #[test]
    fn a_tree_is_all_that_lies_beneath((up, rows) in forest()) {
        let table = table(&rows);
        let owners: Vec<u32> = rows.iter().map(|row| row.0).collect();
        let tree = Tree::new(&up);
        let beneath = |company: u32| {
            let inside = |mut it: u32| {
                while it != company && it != NO_ROW {
                    it = up[it as usize];
                }
                if it == NO_ROW { NO_ROW } else { 0 }
            };
            owners.iter().map(|owner| inside(*owner)).collect::<Vec<u32>>()
        };
        let takes = [
            Take::Count, Take::Sum, Take::Mean, Take::Min, Take::Max, Take::Median, Take::Distinct,
        ].map(ChildTake::Take);
        for take in takes.into_iter().chain([ChildTake::All, ChildTake::CountTrue]) {
            let (column, solid) = tree.take(&table, 0, &owners, take);
            for company in 0..up.len() as u32 {
                let (slow, slow_solid) = children(1, &table, 0, &beneath(company), take);
                let (fast, slow) = (column.value(company as usize).number(), slow.value(0).number());
                let near = match (fast, slow) {
                    (Some(fast), Some(slow)) => (fast - slow).abs() < 1e-12,
                    (fast, slow) => fast == slow,
                };
                prop_assert!(near, "{:?} of {}: {:?}, {:?} one by one", take, company, fast, slow);
                prop_assert_eq!(solid[company as usize], slow_solid[0]);
            }
        }
    }

    /// The same companies and rows in another order come to the same bits.
    #[test]
    fn order_changes_no_bit((up, rows) in forest()) {
        let owners: Vec<u32> = rows.iter().map(|row| row.0).collect();
        let turned = |it: u32| if it == NO_ROW { it } else { up.len() as u32 - 1 - it };
        let up_turned: Vec<u32> = up.iter().rev().map(|parent| turned(*parent)).collect();
        let rows_turned: Vec<_> = rows.iter().rev().map(|row| (turned(row.0), row.1)).collect();
        let owners_turned: Vec<u32> = rows_turned.iter().map(|row| row.0).collect();
        for take in [Take::Sum, Take::Mean, Take::Median] {
            let take = ChildTake::Take(take);
            let (forth, _) = Tree::new(&up).take(&table(&rows), 0, &owners, take);
            let (back, _) = Tree::new(&up_turned).take(&table(&rows_turned), 0, &owners_turned, take);
            for company in 0..up.len() {
                let bits = |it: &Column, row: usize| it.value(row).number().map(f64::to_bits);
                prop_assert_eq!(bits(&forth, company), bits(&back, up.len() - 1 - company));
            }
        }
    }
}
