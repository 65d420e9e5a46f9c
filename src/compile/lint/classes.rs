//! Segments and stages: those that no subject is in, and where two of them that go by one number leave
//! something out or lie upon one another.

use std::collections::BTreeMap;

use super::cases::shadowed;
use super::{Lint, words};
use crate::compile::resolve::OTHER;
use crate::config::{ClassConfig, Points, Variants};
use crate::expr::{Cascade, Program, Span, Spans};
use crate::fault::Code;
use crate::frame::SubjectKind;

/// A class of one kind of subject.
struct Class<'a> {
    name: &'a str,
    path: String,
    /// Its condition; none always holds.
    when: Option<&'a Program>,
}

/// The most classes that go by one number of which it is asked how they lie beside one another. Our choice, far past
/// what people write.
const MOST_COMPARED: usize = 200;

/// A class that goes by one number: its place among those of its kind, and the values it takes in.
type ByNumber = (usize, Spans);

impl Lint<'_, '_> {
    /// Looks at segments or stages.
    pub(super) fn classes(&self, word: &str, list: &str, classes: &[ClassConfig]) {
        for kind in SubjectKind::ALL {
            if let Some(own) = self.of_kind(kind, list, classes) {
                self.classes_of(kind, word, &own);
            }
        }
    }

    /// Those of a kind of subject; none where one of them could not be compiled.
    fn of_kind<'a>(
        &'a self,
        kind: SubjectKind,
        list: &str,
        classes: &'a [ClassConfig],
    ) -> Option<Vec<Class<'a>>> {
        let usual = self.resolver.config.subject;
        let own = classes.iter().enumerate().filter(|pair| pair.1.subject.unwrap_or(usual) == kind);
        own.map(|(at, it)| {
            let path = format!("{list}[{at}]");
            let when = match it.when {
                None => None,
                Some(_) => Some(self.program(&format!("{path}.when"))?),
            };
            Some(Class { name: &it.name, path, when })
        })
        .collect()
    }

    fn classes_of(&self, kind: SubjectKind, word: &str, classes: &[Class<'_>]) {
        let conditions: Vec<Option<&Program>> = classes.iter().map(|class| class.when).collect();
        let hidden = shadowed(&Cascade::first_match(), &conditions);
        let name = |at: usize| {
            classes.get(at).map_or_else(String::new, |class| format!("`{}`", class.name))
        };
        for (at, why) in &hidden {
            let Some(it) = classes.get(*at) else { continue };
            let what = format!("no {kind} comes into the {word} `{}`", it.name);
            self.hidden(&what, *why, &name, &it.path);
        }
        let mut by_number: BTreeMap<&str, Vec<ByNumber>> = BTreeMap::new();
        for (at, it) in classes.iter().enumerate() {
            if let Some((name, values)) = it.when.and_then(Program::of_one_number) {
                by_number.entry(name).or_default().push((at, values));
            }
        }
        by_number.retain(|_, own| own.len() <= MOST_COMPARED);
        for (metric, own) in by_number {
            let Some(range) = self.symbol(kind, metric).and_then(|symbol| symbol.range) else {
                continue;
            };
            let left_out = self.left_out(classes, metric, &own);
            if left_out && !self.knows_others(word) {
                self.gaps(word, classes, metric, &own, range);
            }
            for (place, (at, values)) in own.iter().enumerate() {
                if hidden.iter().all(|pair| pair.0 != *at) {
                    let before = own.get(..place).unwrap_or_default();
                    self.overlaps(classes, metric, before, (*at, values), range);
                }
            }
        }
    }

    /// Whether what some classes leave out of the values of a metric is in no other class.
    fn left_out(&self, classes: &[Class<'_>], metric: &str, own: &[ByNumber]) -> bool {
        let ends =
            classes.iter().any(|class| class.when.is_none_or(|when| when.always() == Some(true)));
        let others =
            classes.iter().enumerate().filter(|(at, _)| own.iter().all(|pair| pair.0 != *at));
        let mut left = Cascade::first_match();
        let mut asked = false;
        for condition in others.filter_map(|(_, it)| it.when) {
            asked |= condition.reads(metric);
            left.pass(condition);
        }
        !ends && !asked && own.len() > 1 && !left.is_over()
    }

    /// Whether the config asks for those that are in no class: then it is meant that there are some.
    fn knows_others(&self, word: &str) -> bool {
        let asked = self.programs.values().any(|program| program.mentions(OTHER));
        let has = |it: &Points| matches!(it, Points::Map(it) if it.contains_key(OTHER));
        let mapped = |it: &crate::config::FactorConfig| {
            it.metric.ends_with(word)
                && match &it.points {
                    Some(Variants::One(it)) => has(it),
                    Some(Variants::Cases(cases)) => cases.iter().any(|case| has(&case.body)),
                    None => false,
                }
        };
        asked
            || self
                .resolver
                .config
                .scorecards
                .iter()
                .any(|card| any_factor(&card.factors, &card.groups, &mapped))
    }

    /// Values between two classes, or at an end of the range, that none takes in.
    fn gaps(
        &self,
        word: &str,
        classes: &[Class<'_>],
        metric: &str,
        own: &[ByNumber],
        (low, high): (f64, f64),
    ) {
        let range = Spans::between(low, high);
        let taken = Spans::union(own.iter().map(|pair| pair.1.meet(&range)));
        for gap in taken.others().meet(&range).list() {
            if is_between_whole_numbers(gap) && high - low > 1.0 {
                continue;
            }
            // The classes that end where it begins, and begin where it ends.
            let below = ends_at(own, gap.low, !gap.with_low);
            let above = begins_at(own, gap.high, !gap.with_high);
            let name = |at: usize| classes.get(at).map_or("", |class| class.name);
            let (where_, at) = match (below, above) {
                (Some(below), Some(above)) => {
                    let between = format!("between `{}` and `{}`", name(below), name(above));
                    (between, below.max(above))
                }
                (Some(it), None) | (None, Some(it)) if gap.is_point() => {
                    (format!("the end of its range, beside `{}`", name(it)), it)
                }
                // What lies beyond all of them may be meant to be the rest.
                _ => continue,
            };
            let Some(it) = classes.get(at) else { continue };
            let values = words::span(gap);
            let message = format!("no {word} takes in `{metric}` {values}, {where_}");
            let message = if gap.is_point() {
                message.replacen(
                    &format!("`{metric}` {values}"),
                    &format!("a `{metric}` of {values}"),
                    1,
                )
            } else {
                message
            };
            let help = format!(
                "widen `{}`, or end the list with a {word} that has no `when`; as it is, such values are in `{OTHER}`",
                it.name
            );
            self.warn(Code::Gap, &format!("{}.when", it.path), message, help);
        }
    }

    /// Ends of a class that make no difference, since the classes before it take in what lies around them.
    fn overlaps(
        &self,
        classes: &[Class<'_>],
        metric: &str,
        before: &[ByNumber],
        (at, values): (usize, &Spans),
        (low, high): (f64, f64),
    ) {
        let Some(class) = classes.get(at) else { return };
        let taken = Spans::union(before.iter().map(|pair| pair.1.clone()));
        let around =
            |set: &Spans, end: f64| set.list().find(|span| span.low < end && end < span.high);
        let spans: Vec<Span> = values.list().filter(|span| !span.is_point()).collect();
        let is_inner = |end: f64| {
            // An end of two spans is no edge, but a value that is left out.
            let edges = spans.iter().flat_map(|span| [span.low, span.high]);
            low < end
                && end < high
                && edges.filter(|edge| edge.total_cmp(&end).is_eq()).count() == 1
        };
        for (end, begins) in spans.iter().flat_map(|span| [(span.low, true), (span.high, false)]) {
            let Some(hole) = around(&taken, end).filter(|_| is_inner(end)) else { continue };
            let one = before.iter().find(|pair| around(&pair.1, end).is_some());
            let (who, hole) =
                match one.and_then(|pair| Some((classes.get(pair.0)?, around(&pair.1, end)?))) {
                    Some((it, own)) => (format!("`{}`, before it, takes", it.name), own),
                    None => ("those before it take".to_owned(), hole),
                };
            let verb = if begins { "begins" } else { "ends" };
            let message = format!(
                "`{}` {verb} at a `{metric}` of {end} as written, but {who} in what is {}",
                class.name,
                words::span(hole)
            );
            let next = if begins { hole.high } else { hole.low };
            if !next.is_finite() {
                continue;
            }
            let help = format!("let it {} at {next}, or put it first", verb.trim_end_matches('s'));
            self.warn(Code::Overlap, &format!("{}.when", class.path), message, help);
        }
    }
}

/// Whether a span holds nothing but fractions between two neighbouring whole numbers: of what is counted,
/// there is nothing in it.
fn is_between_whole_numbers(it: Span) -> bool {
    let whole = |it: f64| it.fract().abs() <= 0.0;
    !it.with_low && !it.with_high && whole(it.low) && whole(it.high) && it.high - it.low <= 1.0
}

fn ends_at(own: &[ByNumber], end: f64, with_end: bool) -> Option<usize> {
    let ends = |it: Span| it.high.total_cmp(&(end + 0.0)).is_eq() && it.with_high == with_end;
    own.iter().find(|pair| pair.1.list().any(ends)).map(|pair| pair.0)
}

fn begins_at(own: &[ByNumber], end: f64, with_end: bool) -> Option<usize> {
    let begins = |it: Span| it.low.total_cmp(&(end + 0.0)).is_eq() && it.with_low == with_end;
    own.iter().find(|pair| pair.1.list().any(begins)).map(|pair| pair.0)
}

fn any_factor(
    factors: &[crate::config::FactorConfig],
    groups: &[crate::config::GroupConfig],
    is: &dyn Fn(&crate::config::FactorConfig) -> bool,
) -> bool {
    factors.iter().any(is)
        || groups.iter().any(|group| any_factor(&group.factors, &group.groups, is))
}
