//! Points of a chunk of values, in columns: what [`PointMap::of`] says of each, with the same bits
//! (`a_column_has_the_points_of_its_values`).

use std::ops::Range;

use super::knots::To;
use super::points::{PointMap, of_flag};
use crate::frame::{Column, Data, Labels};

impl PointMap {
    /// The points of rows of a column; NaN for none. Expressions are not of one value and give NaN.
    pub(super) fn fill(&self, column: &Column, rows: Range<usize>, out: &mut [f64]) {
        match (column.data(), self) {
            (Data::Number(values), _) => match values.get(rows) {
                Some(values) => self.fill_numbers(values, out),
                None => out.fill(f64::NAN),
            },
            (Data::Flag(values), Self::Flag { yes, no }) => {
                let flags = values.get(rows).unwrap_or_default();
                out.iter_mut().zip(flags).for_each(|(out, it)| *out = of_flag(*yes, *no, *it));
            }
            (Data::Text { codes, labels }, Self::Map { .. }) => {
                self.fill_texts(codes.get(rows).unwrap_or_default(), labels, out);
            }
            _ => out.fill(f64::NAN),
        }
    }

    fn fill_numbers(&self, values: &[f64], out: &mut [f64]) {
        match self {
            Self::Linear(line) => {
                out.iter_mut().zip(values).for_each(|(out, value)| *out = line.of(*value));
            }
            Self::Piecewise(knots) => knots.fill(values, To::Points(out)),
            Self::Curve(curve) => curve.fill(values, out),
            Self::Steps(rungs) => {
                out.fill(f64::NAN);
                // From the last to the first, so that the first that reaches a value has the say.
                for rung in rungs.iter().rev() {
                    let taken = |(out, value): (&mut f64, &f64)| {
                        *out = if rung.reaches(*value) { rung.points } else { *out };
                    };
                    out.iter_mut().zip(values).for_each(taken);
                }
            }
            Self::Map { .. } | Self::Flag { .. } | Self::Expr(_) => out.fill(f64::NAN),
        }
    }

    fn fill_texts(&self, codes: &[u32], labels: &Labels, out: &mut [f64]) {
        let points_of = |code: u32| labels.text(code).map_or(f64::NAN, |text| self.of_text(text));
        if labels.texts().len() > codes.len() {
            // Fewer rows than texts: a table would cost more than it saves.
            out.iter_mut().zip(codes).for_each(|(out, code)| *out = points_of(*code));
            return;
        }
        let table: Vec<f64> = labels.texts().iter().map(|text| self.of_text(text)).collect();
        for (out, code) in out.iter_mut().zip(codes) {
            *out = table.get(*code as usize).copied().unwrap_or(f64::NAN);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::sample::select;

    use super::super::tree::same;
    use super::PointMap;
    use crate::config::{
        DecayPoints, FlagPoints, LinearPoints, LogPoints, Outside, PercentilePoints, Points,
        SigmoidPoints, Step,
    };
    use crate::frame::{Column, Data};

    fn maps() -> Vec<Points> {
        let line = |worst, best, outside| Points::Linear(LinearPoints { worst, best, outside });
        let step = |below, up_to, points| Step { below, up_to, points };
        let lines = [Outside::Clamp, Outside::Missing]
            .into_iter()
            .flat_map(|outside| [line(0.0, 9.0, outside), line(3.0, -7.0, outside)]);
        let all = [
            Points::Piecewise(vec![[0.0, 20.0], [2.0, 45.0], [8.0, 35.0]]),
            Points::Steps(vec![
                step(Some(-0.0), None, Some(25.0)),
                step(None, Some(0.0), Some(-0.0)),
                step(Some(3.0), None, None),
                step(None, Some(7.0), Some(62.5)),
            ]),
            Points::Steps(vec![step(Some(2.0), None, Some(0.0)), step(None, None, Some(5.0))]),
            Points::Log(LogPoints { worst: 9.0, best: 0.0 }),
            Points::Decay(DecayPoints { half_life: 7.0 }),
            Points::Sigmoid(SigmoidPoints { mid: 3.0, width: 2.0, descending: true }),
            Points::Percentile(PercentilePoints {
                quantiles: vec![0.0, 0.0, 3.0, 9.0],
                descending: true,
            }),
            Points::Flag(FlagPoints { yes: 80.0, no: -0.0 }),
            Points::Map([("a", 10.0), ("b", -0.0)].map(|(k, v)| (k.to_owned(), v)).into()),
            Points::Map([("a", 10.0), ("_", 3.0)].map(|(k, v)| (k.to_owned(), v)).into()),
        ];
        lines.chain(all).collect()
    }

    proptest! {
        #[test]
        fn a_column_has_the_points_of_its_values(
            points in select(maps()),
            numbers in prop::collection::vec(
                prop_oneof![
                    select(vec![0.0, -0.0, f64::NAN, 2.0, 3.0, 7.0, 8.0, 9.0, -7.0, 1e300, -1e300]),
                    -10.0..10.0_f64,
                    (-10..10_i32).prop_map(f64::from),
                ],
                1..40,
            ),
            flags in prop::collection::vec(0..4_u8, 1..9),
            texts in prop::collection::vec(select(vec![None, Some("a"), Some("b"), Some("c")]), 1..9),
        ) {
            let map = PointMap::new(&points).unwrap();
            let columns =
                [Column::new(Data::Number(numbers)), Column::new(Data::Flag(flags)), Column::texts(texts)];
            for column in columns {
                let mut out = vec![7.0; column.len()];
                map.fill(&column, 0..column.len(), &mut out);
                for (row, got) in out.iter().enumerate() {
                    let (want, alone) = (map.of(&column, row), map.of_cell(&column.value(row)));
                    prop_assert!(same(*got, want), "{map:?} of {}: {got}, {want}", column.value(row));
                    prop_assert!(same(want, alone) && !same(want, -0.0));
                }
            }
        }
    }
}
