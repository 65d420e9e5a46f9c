//! What an experiment says, in words.

use std::fmt::{Display, Formatter, Result};

use super::{Experiment, MeanDifference};
use crate::outcome::Span;
use crate::text::number;

/// A difference of shares, in points.
fn points(share: f64) -> String {
    number::points(share, 1)
}

impl Display for Experiment {
    /// The whole in a page of plain text.
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let plan = &self.plan;
        writeln!(f, "Experiment: {}", plan.name)?;
        self.sizes(f)?;
        match &self.renewal {
            None => writeln!(f, "  renewal     no outcome is known in one of the arms yet")?,
            Some(it) => {
                let percent = |share: super::Proportion| {
                    let percent = number::percent(share.value().unwrap_or(0.0), 1);
                    format!("{percent} of {}", number::count(share.of))
                };
                let Span { value, low, high } = it.difference;
                writeln!(
                    f,
                    "  renewal     treated {}, control {}: {} points, {} to {} at one look",
                    percent(it.treated),
                    percent(it.control),
                    points(value),
                    points(low),
                    points(high)
                )?;
            }
        }
        self.verdict(f)?;
        mean(f, "value", self.value.as_ref())?;
        if self.value.is_some() && self.without_value > 0 {
            let count = self.without_value;
            writeln!(
                f,
                "  beware      {count} renewed at a value that is not said: the values are off"
            )?;
        }
        mean(f, "NPS", self.nps.as_ref())?;
        match self.detectable {
            Some(rise) => writeln!(
                f,
                "  power       with these sizes a rise of {} points is found {} of the time",
                points(rise),
                number::percent(plan.power, 0)
            ),
            None => {
                writeln!(f, "  power       with these sizes no rise is found as often as planned")
            }
        }
    }
}

impl Experiment {
    fn sizes(&self, f: &mut Formatter<'_>) -> Result {
        if let Some(it) = &self.ratio {
            writeln!(
                f,
                "  subjects    {} treated, {} control",
                number::count(it.treated),
                number::count(it.control)
            )?;
            if it.suspicious {
                writeln!(
                    f,
                    "  beware      the sizes do not come from a share of {} (p = {:.1e}): find out why first",
                    self.plan.share, it.p_value
                )?;
            }
        }
        let counts = [
            (self.not_treated, "assigned to be treated and were not; they count as treated"),
            (
                self.treated_anyway,
                "assigned to the control and were treated; they count as control",
            ),
            (self.assigned_elsewhere, "in another arm than the one their name gives"),
            (self.repeated, "rows of a subject that had one already, left out"),
            (self.unread, "answers or values that cannot be, left out"),
        ];
        for (count, what) in counts.into_iter().filter(|pair| pair.0 > 0) {
            writeln!(f, "  {count:<11} {what}")?;
        }
        Ok(())
    }

    fn verdict(&self, f: &mut Formatter<'_>) -> Result {
        let Some(it) = &self.look else {
            let why = match self.plan.guard() {
                Some(_) => "too few outcomes to say anything",
                None => "none: the plan's share, base rate and alpha have to lie between 0 and 1",
            };
            return writeln!(f, "  verdict     {why}");
        };
        let Span { low, high, .. } = it.difference;
        let (low, high) = (points(low), points(high));
        let p = match it.p_value {
            p if p < 0.005 => "p < 0.01".to_owned(),
            p => format!("p = {}", number::fixed(p, 2)),
        };
        let verdict = match (it.decided, it.difference.value > 0.0) {
            (false, _) => "not decided",
            (true, true) => "the treated renew more often",
            (true, false) => "the treated renew less often",
        };
        writeln!(f, "  verdict     {verdict}: {low} to {high} points at any look ({p})")
    }
}

fn mean(f: &mut Formatter<'_>, what: &str, difference: Option<&MeanDifference>) -> Result {
    let Some(it) = difference else {
        return writeln!(f, "  {what:<11} too few numbers, or all alike");
    };
    let Span { value, low, high } = it.difference;
    writeln!(
        f,
        "  {what:<11} treated {} of {}, control {} of {}: {}, {} to {} at one look",
        number::grouped(it.treated_mean, 1),
        number::count(it.treated),
        number::grouped(it.control_mean, 1),
        number::count(it.control),
        number::signed(value, 1),
        number::signed(low, 1),
        number::signed(high, 1)
    )
}
