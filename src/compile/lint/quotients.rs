//! Means of children made by hand: a sum over a sum or over a count, in which a child without a value falls out
//! above and not below.

use super::Lint;
use crate::expr::Quotient;
use crate::frame::SubjectKind;

impl Lint<'_, '_> {
    /// Looks at the quotients of every calculation and condition.
    pub(super) fn quotients(&self) {
        for (path, program) in &self.programs {
            for it in program.quotients() {
                if let Some((message, help)) = self.mean_by_hand(&it) {
                    self.warn_inside(path, it.span, message, help);
                }
            }
        }
    }

    /// What is wrong with a quotient, and what to write instead.
    fn mean_by_hand(&self, it: &Quotient<'_>) -> Option<(String, String)> {
        let (children, over) = it.over.strip_suffix(".sum").and_then(split)?;
        let (others, under) = split(it.under)?;
        if children != others {
            return None;
        }
        let kind = children.rsplit('.').next().unwrap_or(children);
        let child = SubjectKind::ALL.into_iter().find(|child| child.plural() == kind)?;
        let config = self.resolver.config;
        let is_score = |name: &str| {
            let head = name.split('.').next().unwrap_or(name);
            let own = |it: &&crate::config::ScorecardConfig| {
                it.subject.unwrap_or(config.subject) == child
            };
            config.scorecards.iter().filter(own).any(|card| card.name == head)
        };
        if under == "count" {
            let message = format!(
                "a {child} without `{over}` counts in `{}` and not in `{}`",
                it.under, it.over
            );
            return is_score(over).then(|| {
                (message, format!("write `{children}.{over}.mean`, which leaves it out of both"))
            });
        }
        let under = under.strip_suffix(".sum")?;
        let at = self.resolver.metric_at(child, over)?;
        let factors = self.program(&format!("metrics[{at}].expr"))?.factors();
        let value = match factors.as_slice() {
            [one, other] if *one == under => *other,
            [other, one] if *one == under => *other,
            _ => return None,
        };
        if !is_score(value) {
            return None;
        }
        let message = format!(
            "a {child} without `{value}` counts in `{}` and not in `{}`",
            it.under, it.over
        );
        let help =
            format!("write `{children}.{value}.mean_by_{under}`, which leaves it out of both");
        Some((message, help))
    }
}

/// The children that a name reads, `subscriptions` or `tree.subscriptions`, and what of them.
fn split(name: &str) -> Option<(&str, &str)> {
    let from = name.strip_prefix("tree.").map_or(0, |_| "tree.".len());
    let at = name.get(from..)?.find('.')? + from;
    Some((name.get(..at)?, name.get(at + 1..)?))
}
