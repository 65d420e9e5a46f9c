//! The host's own fields in a config: found by name, and read as their use asks.

use std::cell::RefCell;
use std::sync::Arc;

use crate::book::own::{Own, is_own};
use crate::compile::resolve::{Found, Resolver};
use crate::config::{MetricConfig, Points, Variants};
use crate::expr::{Names, Symbol};
use crate::fault::{Code, Fault, did_you_mean};
use crate::frame::SubjectKind;
use crate::metric::{Field, OwnField, attribute_info, attribute_names};
use crate::node::shorten;
use crate::plan::steps::{Attribute, Slot, Work};
use crate::value::Kind;

/// What a metric is where nothing else says it.
pub(crate) fn usual(metric: &MetricConfig) -> Kind {
    metric.kind.unwrap_or(if metric.values.is_some() { Kind::Text } else { Kind::Number })
}

/// The kind of values that points are for; none where there are no points, or only expressions.
pub(crate) fn read_as(points: Option<&Variants<Points>>) -> Option<Kind> {
    let of = |points: &Points| points.kind().1.unwrap_or(Kind::Number);
    match points? {
        Variants::One(it) => Some(of(it)),
        Variants::Cases(cases) => cases.first().map(|case| of(&case.body)),
    }
}

impl Resolver<'_> {
    /// An own field of the subjects of a kind.
    pub(crate) fn own(&self, kind: SubjectKind, own: Own, wanted: Option<Kind>) -> Found {
        let slot = Slot {
            name: own.to_string(),
            kind: own.kind(wanted),
            range: own.days.map(|_| (0.0, f64::MAX)),
            labels: None,
            optional: true,
        };
        let attribute = Some(Attribute::Own(own));
        Found::Symbol(self.filled(kind, slot, Work::Attribute { attribute, calendar: None }))
    }

    /// What a metric without records and expression reads.
    pub(crate) fn attribute(
        &self,
        kind: SubjectKind,
        metric: &MetricConfig,
        path: &str,
    ) -> Option<(Kind, Option<Attribute>)> {
        let name = metric.attribute.as_ref().unwrap_or(&metric.name);
        if let Some(info) = attribute_info(kind, name) {
            return Some((info.kind, Some(Attribute::BuiltIn(name.clone()))));
        }
        let Some(name) = &metric.attribute else { return Some((usual(metric), None)) };
        if let Some(own) = Own::parse(name) {
            return Some((own.kind(Some(usual(metric))), Some(Attribute::Own(own))));
        }
        let own = Own::of(name);
        if let Some(near) = did_you_mean(name, attribute_names(kind)) {
            let message = format!("a {kind} has no attribute `{}`", shorten(name));
            let help = format!("{near} An own field is written `{}`", shorten(&own.to_string()));
            let fault = Fault::new(Code::UnknownName, format!("{path}.attribute"), message);
            self.fault(fault.help(help));
            return None;
        }
        Some((usual(metric), Some(Attribute::Own(own))))
    }
}

/// The fields of records, as names in a `where`; slots after those of the fields are of own fields.
pub(crate) struct FieldNames<'a> {
    fields: &'a [Field],
    own: RefCell<Vec<OwnField>>,
}

impl<'a> FieldNames<'a> {
    pub(crate) const fn new(fields: &'a [Field]) -> Self {
        Self { fields, own: RefCell::new(Vec::new()) }
    }

    /// The own fields that were asked for.
    pub(crate) fn own(self) -> Vec<OwnField> {
        self.own.into_inner()
    }
}

impl Names for FieldNames<'_> {
    fn find(&self, name: &str) -> Option<Symbol> {
        self.find_as(name, None)
    }

    fn find_as(&self, name: &str, wanted: Option<Kind>) -> Option<Symbol> {
        if let Some(slot) = self.fields.iter().position(|field| field.name == name) {
            let field = self.fields.get(slot)?;
            let labels =
                field.labels.map(|labels| labels.iter().map(|label| Arc::from(*label)).collect());
            let (kind, range, optional) = (field.kind, field.range, field.optional);
            return Some(Symbol { slot, kind, range, labels, optional });
        }
        let own = Own::parse(name)?;
        let kind = own.kind(wanted);
        let range = own.days.map(|_| (0.0, f64::MAX));
        let asked = OwnField { own, kind };
        let mut all = self.own.borrow_mut();
        let at = all.iter().position(|field| *field == asked).unwrap_or_else(|| {
            all.push(asked);
            all.len() - 1
        });
        let slot = self.fields.len() + at;
        Some(Symbol { slot, kind, range, labels: None, optional: true })
    }

    fn is_open(&self, name: &str) -> bool {
        is_own(name)
    }

    fn help(&self, name: &str) -> String {
        let of_other =
            |it: SubjectKind| name.split_once('.').is_some_and(|(head, _)| head == it.name());
        if SubjectKind::ALL.into_iter().any(of_other) {
            return "a `where` reads the record alone: ask of its parent in a metric, a rule or a segment of it".to_owned();
        }
        format!("an own field of the record is read as `{}`", shorten(&Own::of(name).to_string()))
    }

    fn all(&self) -> Arc<[String]> {
        self.fields.iter().map(|field| field.name.to_string()).collect()
    }
}
