//! Points of a chunk of values, in columns: what [`PointMap::of`] says of each, with the same bits.

use std::ops::Range;

use super::knots::To;
use super::points::PointMap;
use crate::config::Outside;
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
                for (out, flag) in out.iter_mut().zip(flags) {
                    *out = match flag {
                        1 => *yes,
                        0 => *no,
                        _ => f64::NAN,
                    };
                }
            }
            (Data::Text { codes, labels }, Self::Map { .. }) => {
                self.fill_texts(codes.get(rows).unwrap_or_default(), labels, out);
            }
            _ => out.fill(f64::NAN),
        }
        if !matches!(self, Self::Piecewise(_)) {
            // Adding 0 turns -0 into 0: points that are equal have equal bits.
            out.iter_mut().for_each(|value| *value += 0.0);
        }
    }

    fn fill_numbers(&self, values: &[f64], out: &mut [f64]) {
        match self {
            Self::Linear { worst, best, outside } => {
                let (low, high) = (worst.min(*best), worst.max(*best));
                let span = best - worst;
                for (out, value) in out.iter_mut().zip(values) {
                    *out = ((value - worst) / span).clamp(0.0, 1.0) * 100.0;
                }
                if *outside == Outside::Missing {
                    for (out, value) in out.iter_mut().zip(values) {
                        let inside = (low <= *value) & (*value <= high);
                        *out = if inside { *out } else { f64::NAN };
                    }
                }
            }
            Self::Piecewise(knots) => knots.fill(values, To::Points(out)),
            Self::Curve(curve) => curve.fill(values, out),
            Self::Steps(rungs) => {
                out.fill(f64::NAN);
                // From the last to the first, so that the first that takes a value in has the say.
                for rung in rungs.iter().rev() {
                    let (edge, points) = (rung.edge, rung.points);
                    let pairs = out.iter_mut().zip(values);
                    if rung.with_edge {
                        pairs.for_each(|(out, it)| *out = if *it <= edge { points } else { *out });
                    } else {
                        pairs.for_each(|(out, it)| *out = if *it < edge { points } else { *out });
                    }
                }
            }
            _ => out.iter_mut().zip(values).for_each(|(out, it)| *out = self.of_number(*it)),
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
