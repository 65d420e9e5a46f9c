//! Records of a parent by name, without a metric that says so: `licenses.quantity.sum`, `contacts.count`.

use crate::book::own::split_last;
use crate::compile::resolve::{Found, Resolver};
use crate::config::{MetricConfig, Take};
use crate::frame::SubjectKind;
use crate::metric::{Derivation, table_ends};
use crate::plan::names::child_take;
use crate::plan::steps::{Slot, Work};
use crate::value::Kind;

impl Resolver<'_> {
    /// What records that can be over come to, of those that are there on the day: the same as the metric that has
    /// them as its `from`. Events are taken over a window, which a name cannot say.
    pub(crate) fn records_by_name(
        &self,
        kind: SubjectKind,
        name: &str,
        [head, rest]: [&str; 2],
    ) -> Option<Found> {
        let is_subject = SubjectKind::ALL.into_iter().any(|kind| kind.plural() == head);
        if is_subject || head == "overrides" || !table_ends(head) {
            return None;
        }
        let (field, take) = match split_last(rest) {
            Some((field, take)) => (Some(field.to_owned()), child_take(take)?),
            None => (None, child_take(rest).filter(|take| *take == Take::Count)?),
        };
        let metric = MetricConfig {
            name: name.to_owned(),
            from: Some(head.to_owned()),
            field,
            take: Some(take),
            ..MetricConfig::default()
        };
        let derivation = Box::new(Derivation::resolve(&metric, kind).ok()?);
        if derivation.kind() != Kind::Number {
            return None;
        }
        let range = (take == Take::Count || take == Take::Distinct).then_some((0.0, f64::MAX));
        let work = Work::Records { derivation, filter: None, calendar: None };
        Some(Found::Symbol(self.filled(kind, Slot::number(name, range), work)))
    }
}
