//! One subject on its way to its loss: what is kept of every day.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::case::Lived;
use super::{Mark, Seen};
use crate::engine::{Assessment, Engine};
use crate::frame::SubjectKind;
use crate::outcome::history::Happening;
use crate::score::{Explanation, Line};
use crate::time::AsOf;

/// How a subject stood on a day, and the rules whose alerts were firing.
type Kept = Option<(Arc<Explanation>, Vec<String>)>;

/// What is kept of a subject.
#[derive(Debug)]
pub(super) struct Watch {
    pub(super) loss: Happening,
    marks: Vec<(u32, Kept)>,
    /// The last day on which the score was highest, and the last day before the loss.
    pub(super) peak: Option<Arc<Explanation>>,
    pub(super) last: Option<Arc<Explanation>>,
    days: Vec<Day>,
    /// Points by factor, with the position in `days`.
    points: BTreeMap<String, Vec<(usize, f64)>>,
    pub(super) lived: Lived,
}

#[derive(Debug)]
struct Day {
    as_of: AsOf,
    band: Option<usize>,
}

impl Watch {
    pub(super) fn new(engine: &Engine, kind: SubjectKind, loss: &Happening, marks: &[u32]) -> Self {
        Self {
            loss: loss.clone(),
            marks: marks.iter().map(|it| (*it, None)).collect(),
            peak: None,
            last: None,
            days: Vec::new(),
            points: BTreeMap::new(),
            lived: Lived::new(engine, kind),
        }
    }

    /// Looks at a day before the loss; `open` are the rules whose alerts are firing.
    pub(super) fn see(&mut self, engine: &Engine, out: &Assessment, card: &str, open: &[&str]) {
        if self.loss.day <= out.as_of() {
            return;
        }
        let Some(explanation) = engine.explain(out, card, &self.loss.subject) else {
            return self.lived.absent(out.as_of());
        };
        self.lived.see(out, &self.loss.subject);
        let explanation = Arc::new(explanation);
        let at = self.days.len();
        let names = out.bands(card);
        let band = explanation.band.as_deref();
        let band = band.and_then(|band| names.iter().position(|it| it.band == Some(band)));
        self.days.push(Day { as_of: out.as_of(), band });
        for line in &explanation.lines {
            if let Some(points) = line.points {
                self.points.entry(name_of(line)).or_default().push((at, points));
            }
        }
        let before = (self.loss.day - out.as_of()).num_days();
        for (mark, kept) in &mut self.marks {
            if i64::from(*mark) <= before {
                let open = open.iter().map(|it| (*it).to_owned()).collect();
                *kept = Some((Arc::clone(&explanation), open));
            }
        }
        let best = |it: &Explanation| it.score.unwrap_or(f64::NEG_INFINITY);
        if self.peak.as_ref().is_none_or(|it| best(it) <= best(&explanation)) {
            self.peak = Some(Arc::clone(&explanation));
        }
        self.last = Some(explanation);
    }

    pub(super) fn marks(&self) -> Vec<Mark> {
        let mark = |(before, kept): &(u32, Kept)| {
            let it = kept.as_ref();
            Mark {
                before: *before,
                day: it.map(|it| it.0.as_of),
                score: it.and_then(|it| it.0.score),
                band: it.and_then(|it| it.0.band.clone()),
                coverage: it.map_or(0.0, |it| it.0.coverage),
                overridden: it.and_then(|it| it.0.overridden.clone()),
                alerts: it.map_or_else(Vec::new, |it| it.1.clone()),
            }
        };
        self.marks.iter().map(mark).collect()
    }

    /// The days from which on the band, and each factor, stayed below their best, up to the end.
    pub(super) fn falls(&self, bands: &[String]) -> Vec<(AsOf, Seen)> {
        let mut out = Vec::new();
        let name = |it: usize| bands.get(it).cloned().unwrap_or_default();
        let best = self.days.iter().filter_map(|it| it.band).max();
        if let Some(best) = best {
            // A day without a score is no sign of either.
            let known = self.days.iter().filter_map(|it| Some((it.as_of, it.band?)));
            let known: Vec<(AsOf, usize)> = known.collect();
            let run = known.iter().rev().take_while(|it| it.1 < best).last();
            out.extend(
                run.map(|(day, band)| (*day, Seen::Band { from: name(best), to: name(*band) })),
            );
        }
        for (factor, points) in &self.points {
            let best = points.iter().map(|it| it.1).fold(f64::NEG_INFINITY, f64::max);
            let run = points.iter().rev().take_while(|it| it.1 <= best - Seen::FALL).last();
            let day = run.and_then(|it| Some((self.days.get(it.0)?.as_of, it.1)));
            out.extend(
                day.map(|(day, to)| (day, Seen::Factor { factor: factor.clone(), from: best, to })),
            );
        }
        out
    }
}

fn name_of(line: &Line) -> String {
    let mut path = line.path.clone();
    path.push(line.factor.clone());
    path.join(" / ")
}
