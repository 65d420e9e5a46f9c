//! One subject on its way to its loss: what is kept of every day.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::NaiveDate;

use super::case::Lived;
use super::{BeforeLoss, Seen, SubjectStanding};
use crate::engine::{Assessment, Engine};
use crate::frame::SubjectKind;
use crate::outcome::history::Happening;
use crate::score::{Explanation, FactorLine};

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
    /// By factor.
    points: BTreeMap<String, Points>,
    pub(super) lived: Lived,
}

#[derive(Debug)]
struct Day {
    stood: SubjectStanding,
    band: Option<usize>,
}

/// The points of a factor.
#[derive(Debug)]
struct Points {
    /// What people call it.
    label: String,
    /// With the position in `days`.
    seen: Vec<(usize, f64)>,
}

impl Watch {
    pub(super) fn new(engine: &Engine, kind: SubjectKind, loss: &Happening, marks: &[u32]) -> Self {
        Self {
            loss: loss.clone(),
            marks: marks.iter().map(|mark| (*mark, None)).collect(),
            peak: None,
            last: None,
            days: Vec::new(),
            points: BTreeMap::new(),
            lived: Lived::new(engine, kind),
        }
    }

    /// Looks at a day before the loss; `open` are the rules whose alerts are firing.
    pub(super) fn see(&mut self, engine: &Engine, out: &Assessment, card: &str, open: &[&str]) {
        if self.loss.day <= out.as_of().day() {
            return;
        }
        let Some(explanation) = engine.explain(out, card, &self.loss.subject) else {
            self.absent(out.as_of().day());
            return self.lived.absent(out.as_of().day());
        };
        self.lived.see(out, &self.loss.subject);
        let explanation = Arc::new(explanation);
        let at = self.days.len();
        let names = out.bands(card);
        let band = explanation.band.as_deref();
        let band = band.and_then(|band| names.iter().position(|row| row.band == Some(band)));
        let stood = SubjectStanding {
            day: out.as_of().day(),
            score: explanation.score,
            band: explanation.band.clone(),
            coverage: explanation.coverage,
            overridden: explanation.overridden.clone(),
            alerts: open.iter().map(|alert| (*alert).to_owned()).collect(),
        };
        self.days.push(Day { stood, band });
        for line in &explanation.lines {
            if let Some(points) = line.points {
                let factor = || Points { label: label_of(line), seen: Vec::new() };
                let it = self.points.entry(name_of(line)).or_insert_with(factor);
                it.seen.push((at, points));
            }
        }
        let before = (self.loss.day - out.as_of().day()).num_days();
        for (mark, kept) in &mut self.marks {
            if i64::from(*mark) <= before {
                let open = open.iter().map(|alert| (*alert).to_owned()).collect();
                *kept = Some((Arc::clone(&explanation), open));
            }
        }
        let best = |it: &Explanation| it.score.unwrap_or(f64::NEG_INFINITY);
        if self.peak.as_ref().is_none_or(|peak| best(peak) <= best(&explanation)) {
            self.peak = Some(Arc::clone(&explanation));
        }
        self.last = Some(explanation);
    }

    /// It was not assessed.
    fn absent(&mut self, day: NaiveDate) {
        if !self.days.is_empty() {
            let stood = SubjectStanding {
                day,
                score: None,
                band: None,
                coverage: 0.0,
                overridden: None,
                alerts: Vec::new(),
            };
            self.days.push(Day { stood, band: None });
        }
    }

    pub(super) fn course(&self) -> Vec<SubjectStanding> {
        self.days.iter().map(|day| day.stood.clone()).collect()
    }

    pub(super) fn marks(&self) -> Vec<BeforeLoss> {
        let mark = |(before, kept): &(u32, Kept)| {
            let it = kept.as_ref();
            BeforeLoss {
                before: *before,
                day: it.map(|pair| pair.0.as_of),
                score: it.and_then(|pair| pair.0.score),
                band: it.and_then(|pair| pair.0.band.clone()),
                coverage: it.map_or(0.0, |pair| pair.0.coverage),
                overridden: it.and_then(|pair| pair.0.overridden.clone()),
                alerts: it.map_or_else(Vec::new, |pair| pair.1.clone()),
            }
        };
        self.marks.iter().map(mark).collect()
    }

    /// The days from which on the band, and each factor, stayed below their best, up to the end.
    pub(super) fn falls(&self, bands: &[String]) -> Vec<(NaiveDate, Seen)> {
        let mut out = Vec::new();
        let name = |it: usize| bands.get(it).cloned().unwrap_or_default();
        let best = self.days.iter().filter_map(|day| day.band).max();
        if let Some(best) = best {
            // A day without a score is no sign of either.
            let known = self.days.iter().filter_map(|day| Some((day.stood.day, day.band?)));
            let known: Vec<(NaiveDate, usize)> = known.collect();
            let run = known.iter().rev().take_while(|pair| pair.1 < best).last();
            out.extend(
                run.map(|(day, band)| (*day, Seen::Band { from: name(best), to: name(*band) })),
            );
        }
        for (factor, points) in &self.points {
            let Points { label, seen } = points;
            let best = seen.iter().map(|pair| pair.1).fold(f64::NEG_INFINITY, f64::max);
            let run = seen.iter().rev().take_while(|pair| pair.1 <= best - Seen::FALL).last();
            let day = run.and_then(|pair| Some((self.days.get(pair.0)?.stood.day, pair.1)));
            let fell = |to: f64| Seen::Factor {
                factor: factor.clone(),
                label: label.clone(),
                from: best,
                to,
            };
            out.extend(day.map(|(day, to)| (day, fell(to))));
        }
        out
    }
}

fn name_of(line: &FactorLine) -> String {
    let mut path = line.path.clone();
    path.push(line.factor.clone());
    path.join(" / ")
}

/// What people call a factor: its metric's label, or its own name where the metric has none.
fn label_of(line: &FactorLine) -> String {
    let plain = line.label == line.metric;
    if plain { line.factor.clone() } else { line.label.clone() }
}
