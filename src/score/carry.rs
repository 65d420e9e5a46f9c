//! Values that factors carry forward from one assessment to the next, and points of single values.

use std::sync::Arc;

use chrono::NaiveDate;

use super::explain::FactorLine;
use super::factor::{Spot, key};
use super::points::PointMap;
use super::tree::{Factor, Scorecard};
use super::walk::present;
use crate::config::MissingPolicy;
use crate::expr::Program;
use crate::frame::Table;
use crate::memory::{Carried, CarriedValue};
use crate::value::Value;
use crate::verdict::Pick;

impl Scorecard {
    /// Whether a score depends on how sure a value is: where a value without points is one that may come to have
    /// some, the last known one is carried forward.
    pub(crate) fn asks_how_sure(&self) -> bool {
        self.factors.iter().any(|factor| matches!(factor.missing, MissingPolicy::Carry(_)))
    }

    /// Whether its scores rest on a function of the host's, which is not called again once the assessment is made.
    pub(crate) fn asks_host(&self) -> bool {
        let points = self.factors.iter().flat_map(|factor| factor.points.values());
        let mut points = points.filter_map(|points| match points {
            PointMap::Expr(program) => Some(&**program),
            _ => None,
        });
        points.any(Program::asks_host) || self.conditions.programs().iter().any(Program::asks_host)
    }

    /// The points of a value on the line of an explanation.
    pub(crate) fn points_of(&self, line: &FactorLine, value: &Value) -> Option<f64> {
        let key = key(&line.path, &line.factor);
        let factor =
            self.factors.iter().find(|factor| factor.key == key && factor.metric == line.metric)?;
        let case = line.points_case.map(Pick::Case)?;
        present(factor.points.get(case)?.of_cell(value))
    }

    /// Keeps the values that factors carry forward.
    pub(crate) fn carry_forward(&self, table: &Table, as_of: NaiveDate, carried: &mut Carried) {
        for factor in &self.factors {
            let MissingPolicy::Carry(period) = factor.missing else { continue };
            let known = carried
                .entry(self.name.clone())
                .or_default()
                .entry(factor.key.clone())
                .or_default();
            for (row, id) in table.ids().iter().enumerate() {
                // A value that earns no points is not believed, and must not displace one that is.
                let earns = |it: &CarriedValue| {
                    factor.points.values().any(|map| !map.of_cell(&it.value).is_nan())
                };
                if let Some(it) = factor.known(table, row, as_of).filter(earns) {
                    known.insert(Arc::clone(id), it);
                }
            }
            known.retain(|_, it| it.day >= period.before(as_of));
        }
        if let Some(card) = carried.get_mut(&self.name) {
            card.retain(|_, it| !it.is_empty());
        }
        carried.retain(|_, it| !it.is_empty());
    }
}

impl Factor {
    /// The points of the last known value; NaN for none.
    pub(super) fn carry(&self, spot: &Spot<'_>, case: Pick) -> f64 {
        match (self.carried(spot), self.points.get(case)) {
            (Some(carried), Some(map)) => map.of_cell(&carried.value),
            _ => f64::NAN,
        }
    }

    /// The last known value, while it is young enough.
    pub(super) fn carried(&self, &Spot { around, row, .. }: &Spot<'_>) -> Option<CarriedValue> {
        let MissingPolicy::Carry(period) = self.missing else { return None };
        let id = around.table.ids().get(row)?;
        // One that is stale by `max_age` is still the last one known.
        self.known(around.table, row, around.as_of)
            .or_else(|| (around.carried)(&self.key, id))
            .filter(|carried| {
                carried.day >= period.before(around.as_of) && carried.day <= around.as_of
            })
    }

    /// The value of a row and its day, as the next assessment will remember it.
    fn known(&self, table: &Table, row: usize, as_of: NaiveDate) -> Option<CarriedValue> {
        let value = table.value(self.slot, row);
        if value.is_missing() {
            return None;
        }
        let seen = table.seen(self.slot, row);
        let day = seen.and_then(NaiveDate::from_num_days_from_ce_opt).unwrap_or(as_of);
        Some(CarriedValue { value, day: day.min(as_of) })
    }
}
