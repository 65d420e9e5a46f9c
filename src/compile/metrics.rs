//! Metrics of a config: checked, and turned into steps.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::compile::own::{FieldNames, usual};
use crate::compile::resolve::{Found, Resolver};
use crate::config::MetricConfig;
use crate::expr::{KEYWORDS, Want};
use crate::fault::{Code, Fault, did_you_mean};
use crate::frame::SubjectKind;
use crate::metric::{Derivation, Field, table_ends, table_fields};
use crate::plan::steps::{Slot, Work};
use crate::value::Kind;

/// The largest number that a config may hold, either way: sums and differences of such stay finite.
pub(crate) const LARGEST: f64 = 1e300;

/// The longest name that can be declared, in characters: our choice, tested by `no_config_hurts`.
const LONGEST_NAME: usize = 100;

impl Resolver<'_> {
    /// Compiles the metric at a place of the config.
    pub(crate) fn metric(&self, kind: SubjectKind, at: usize) -> Found {
        let Some(metric) = self.config.metrics.get(at) else { return Found::Unknown };
        let path = format!("metrics[{at}]");
        let sound = self.check_metric(metric, &path);
        let range = metric.range.map(|[low, high]| (low, high));
        let work = match (&metric.from, &metric.expr) {
            (Some(_), _) => self.records(kind, metric, &path),
            (None, Some(text)) => self
                .compile_any(kind, &format!("{path}.expr"), text, usual(metric))
                .map(|program| (program.kind(), Work::Expression { program })),
            (None, None) => {
                let calendar = self.calendar_of(kind, metric, &path, &[]);
                let read = self.attribute(kind, metric, &path);
                read.map(|(found, attribute)| (found, Work::Attribute { attribute, calendar }))
            }
        };
        let Some((found, work)) = work.filter(|_| sound) else { return Found::Broken };
        if let Some(want) = metric.kind.filter(|want| *want != found) {
            let message = format!("`{}` is declared as {want}, but is {found}", metric.name);
            let built_in = metric.from.is_none() && metric.expr.is_none();
            let help = built_in.then(|| {
                format!("every {kind} has an attribute of this name, choose another for your own")
            });
            let fault = Fault::new(Code::WrongType, format!("{path}.type"), message);
            self.fault(fault.maybe_help(help));
            return Found::Broken;
        }
        if !self.fits_kind(metric, found, &path) {
            return Found::Broken;
        }
        let own = match &work {
            Work::Records { derivation, .. } => derivation.labels(),
            _ => None,
        };
        let written =
            metric.values.as_ref().map(|values| values.iter().map(String::as_str).collect());
        let labels: Option<Vec<&str>> = written.or(own);
        let labels = labels.map(|labels| labels.into_iter().map(Arc::from).collect());
        let slot = Slot { name: metric.name.clone(), kind: found, range, labels, optional: true };
        Found::Symbol(self.filled(kind, slot, work))
    }

    /// What a config says of a metric.
    pub(crate) fn declaration(&self, kind: SubjectKind, name: &str) -> Option<&MetricConfig> {
        if let Some(at) = self.metric_at(kind, name) {
            return self.config.metrics.get(at);
        }
        let (head, rest) = name.split_once('.')?;
        let parent =
            SubjectKind::ALL.into_iter().find(|parent| *parent < kind && parent.name() == head)?;
        self.declaration(parent, rest)
    }

    fn records(
        &self,
        kind: SubjectKind,
        metric: &MetricConfig,
        path: &str,
    ) -> Option<(Kind, Work)> {
        let derivation = match Derivation::resolve(metric, kind) {
            Ok(it) => Some(it),
            Err(problems) => {
                for (key, code, message, help) in problems {
                    let fault = Fault::new(code, format!("{path}.{key}"), message);
                    self.fault(fault.maybe_help(help));
                }
                None
            }
        };
        let fields = metric.from.as_deref().and_then(table_fields);
        let mut own = Vec::new();
        let filter = match (&metric.filter, &fields) {
            (Some(text), Some(fields)) => {
                let path = format!("{path}.where");
                let names = FieldNames::new(fields);
                let (program, problems) = self.language.compile(text, &names, Want::Flag);
                own = names.own();
                for problem in problems {
                    self.report(&path, problem);
                }
                self.keep_program(&path, program.as_ref());
                let program = program?;
                let reads = program.compiled().columns();
                let names = reads.filter_map(|column| fields.get(column.0)).map(|field| field.name);
                self.about_ended(metric, fields, names, &path);
                Some(program)
            }
            // Without fields the table itself is unknown, and that has been reported.
            (Some(_), None) => return None,
            (None, _) => None,
        };
        let mut derivation = derivation?;
        derivation.own = own;
        let mut read: Vec<Field> = fields.unwrap_or_default();
        let taken = metric.field.as_deref().into_iter();
        self.about_ended(metric, &read, taken, &format!("{path}.field"));
        if metric.include_ended && !metric.from.as_deref().is_some_and(table_ends) {
            let message = "`include_ended` changes nothing: these records are never over";
            let fault = Fault::new(Code::Unused, format!("{path}.include_ended"), message);
            self.fault(fault.warning().help("leave it out"));
        }
        let asked: Vec<usize> = filter
            .iter()
            .flat_map(|filter| filter.compiled().columns())
            .map(|column| column.0)
            .collect();
        let mut slot = 0..;
        read.retain(|field| {
            let here = slot.next();
            metric.field.as_deref() == Some(field.name)
                || here.is_some_and(|slot| asked.contains(&slot))
        });
        let calendar = self.calendar_of(kind, metric, path, &read);
        let kind = derivation.kind();
        Some((kind, Work::Records { derivation: Box::new(derivation), filter, calendar }))
    }

    /// Warns of fields that are about what is over where that does not count.
    fn about_ended<'n>(
        &self,
        metric: &MetricConfig,
        fields: &[Field],
        names: impl Iterator<Item = &'n str>,
        path: &str,
    ) {
        let is_same = |name: &str| fields.iter().any(|field| field.same && field.name == name);
        if let Some(name) = names.filter(|_| !metric.include_ended).find(|name| is_same(name)) {
            let message = format!(
                "`{name}` is the same of all records that count: those that are over do not"
            );
            let help = "leave it out, or let them count with `include_ended = true`";
            self.fault(Fault::new(Code::AlwaysSame, path, message).warning().help(help));
        }
    }

    fn check_metric(&self, metric: &MetricConfig, path: &str) -> bool {
        let mut sound = self.check_name(&metric.name, &format!("{path}.name"));
        let sources = [
            ("attribute", metric.attribute.is_some()),
            ("from", metric.from.is_some()),
            ("expr", metric.expr.is_some()),
        ];
        let given: Vec<&str> = sources.iter().filter(|(_, it)| *it).map(|(it, _)| *it).collect();
        if let [first, second, ..] = given.as_slice() {
            let message = format!("`{first}` and `{second}` exclude one another");
            self.fault(Fault::new(Code::Incompatible, format!("{path}.{second}"), message));
            sound = false;
        }
        if metric.calendar.is_some() && metric.expr.is_some() {
            let message = "`calendar` means nothing to an `expr`";
            let fault = Fault::new(Code::Incompatible, format!("{path}.calendar"), message);
            self.fault(fault.help("say it on the metrics that the `expr` reads"));
        }
        if metric.from.is_none() {
            for (key, given) in [
                ("where", metric.filter.is_some()),
                ("field", metric.field.is_some()),
                ("take", metric.take.is_some()),
                ("window", metric.window.is_some()),
                ("half_life", metric.half_life.is_some()),
                ("every", metric.every.is_some()),
                ("empty", metric.empty.is_some()),
                ("include_ended", metric.include_ended),
            ] {
                if given {
                    let message = format!("`{key}` needs records to work on");
                    let fault = Fault::new(Code::Incompatible, format!("{path}.{key}"), message);
                    self.fault(fault.help("say which with `from`"));
                    sound = false;
                }
            }
        }
        if let Some([low, high]) = metric.range {
            let ends =
                [low, high].iter().all(|end| self.check_number(*end, &format!("{path}.range")));
            if ends && low >= high {
                let message = format!("the range must go from low to high, got {low} to {high}");
                self.fault(Fault::new(Code::BadOrder, format!("{path}.range"), message));
            }
            sound &= ends && low < high;
        }
        sound
    }

    /// Whether the settings that belong to one kind of value stand on that kind.
    fn fits_kind(&self, metric: &MetricConfig, kind: Kind, path: &str) -> bool {
        let mut sound = true;
        if metric.range.is_some() && kind != Kind::Number {
            let message = format!("`range` is for numbers, `{}` is {kind}", metric.name);
            self.fault(Fault::new(Code::WrongType, format!("{path}.range"), message));
            sound = false;
        }
        if metric.values.is_some() && kind != Kind::Text {
            let message = format!("`values` is for texts, `{}` is {kind}", metric.name);
            self.fault(Fault::new(Code::WrongType, format!("{path}.values"), message));
            sound = false;
        }
        sound
    }

    /// Whether a name can be used in expressions.
    pub(crate) fn check_name(&self, name: &str, path: &str) -> bool {
        let mut chars = name.chars();
        let first = chars.next();
        let plain = first.is_some_and(|letter| letter.is_ascii_alphabetic() || letter == '_')
            && chars.all(|letter| letter.is_ascii_alphanumeric() || letter == '_');
        let long = name.chars().count() > LONGEST_NAME;
        if plain && !long && !KEYWORDS.contains(&name) {
            return true;
        }
        let fault = if long {
            let message = format!("a name has at most {LONGEST_NAME} characters");
            Fault::new(Code::Limit, path, message)
        } else if name.is_empty() {
            Fault::new(Code::Empty, path, "a name must not be empty")
        } else if plain {
            Fault::new(Code::BadName, path, format!("`{name}` is a word of the language"))
        } else {
            let shown = crate::node::shorten(name);
            Fault::new(Code::BadName, path, format!("`{shown}` cannot be used in expressions"))
                .help("a name is a letter or `_`, then letters, digits and `_`")
        };
        self.fault(fault);
        false
    }

    /// Whether a number of a config can be calculated with.
    pub(crate) fn check_number(&self, number: f64, path: &str) -> bool {
        let fine = number.abs() <= LARGEST;
        if !fine {
            let message = format!("expected a number of at most {LARGEST:e}, got `{number:e}`");
            let code = if number.is_finite() { Code::OutOfRange } else { Code::NotFinite };
            self.fault(Fault::new(code, path, message));
        }
        fine
    }

    /// Reports names that are duplicated, among those of one kind of subject where they are its own.
    pub(crate) fn check_duplicates<'n>(
        &self,
        names: impl Iterator<Item = (String, Option<SubjectKind>, &'static str, &'n str)>,
    ) {
        let mut seen = BTreeMap::new();
        for (path, kind, what, name) in names {
            if let Some((first, before)) = seen.insert((kind, name), (path.clone(), what)) {
                let of = kind.map_or_else(String::new, |kind| format!(" for the {kind}"));
                let message = if before == what {
                    format!("the {what} `{name}` is duplicated{of}")
                } else {
                    format!("`{name}` is a {before} already{of}, and cannot be a {what}")
                };
                let fault = Fault::new(Code::Duplicate, path, message);
                self.fault(fault.help(format!("the first stands at {first}")));
            }
        }
    }

    /// Help for an unknown name.
    pub(crate) fn suggest(&self, kind: SubjectKind, name: &str) -> Option<String> {
        if !self.is_readable() {
            return None;
        }
        let names = self.names(kind);
        did_you_mean(name, names.iter().map(String::as_str))
    }
}
