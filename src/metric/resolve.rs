//! Checking what a metric says about its records, and turning names into positions.

use super::Field;
use super::derivation::{Derivation, FieldRef};
use super::signals::is_signal;
use super::slot::{Dated, Parts};
use super::source::{Shape, TABLES, USAGE, shape_of};
use super::takes::{About, Nothing, Reads, Wants};
use crate::book::own::{Days, Own};
use crate::config::{Empty, MetricConfig, Take, Window};
use crate::fault::{Code, did_you_mean};
use crate::frame::SubjectKind;
use crate::node::shorten;
use crate::signal::FEWEST;
use crate::value::Kind;

/// One thing wrong with a metric: the key it is about, the code, the message, help.
pub(crate) type Problem = (String, Code, String, Option<String>);

/// The fields of a table that a filter may read, in the order of their slots; `None` if there is no
/// such table. `from` may name a part: `usage.logins`, `surveys.nps`.
pub(crate) fn table_fields(from: &str) -> Option<Vec<Field>> {
    shape_of(split(from).0).map(|shape| shape.fields)
}

/// Whether records of a `from` can be over.
pub(crate) fn table_ends(from: &str) -> bool {
    shape_of(split(from).0).is_some_and(|shape| shape.ends)
}

/// The table and the part of a `from`.
fn split(from: &str) -> (&str, Option<&str>) {
    match from.split_once('.') {
        Some((table, part)) => (table, Some(part)),
        None => (from, None),
    }
}

/// The field that is taken, before it has a position.
struct Taken {
    field: FieldRef,
    kind: Kind,
    dated: Dated,
}

impl Derivation {
    /// Checks a metric with `from` and makes it ready to run on any book.
    ///
    /// # Errors
    /// Everything that is wrong with it, each with the key it is about.
    pub(crate) fn resolve(metric: &MetricConfig, kind: SubjectKind) -> Result<Self, Vec<Problem>> {
        let mut faults = Faults(Vec::new());
        let from = metric.from.as_deref().unwrap_or("");
        let Some(shape) = faults.shape(from, kind) else { return Err(faults.0) };
        let part = split(from).1.map(str::to_owned);
        let judged = shape.table == "assessments";
        let Some(take) = metric.take.or(if judged { Some(Take::Last) } else { None }) else {
            faults.add("take", Code::MissingKey, "missing key `take`".to_owned(), Some(HOW));
            return Err(faults.0);
        };
        let taken = faults.field(metric, &shape, take);
        faults.window(metric, take);
        faults.half_life(metric, take);
        faults.signal(metric, take);
        faults.share(metric, take, taken.as_ref());
        // Of an own field only dates can be meant, and those that lie ahead are read as days until then.
        let run = match (take, &taken) {
            (Take::DaysUntil, Some(Taken { field: FieldRef::Custom(_), .. })) => Take::Min,
            _ => take,
        };
        let result = match (take, &taken) {
            (Take::First | Take::Last, Some(taken)) => taken.kind,
            (Take::Signal | Take::SignalText, _) => Kind::Text,
            _ => Kind::Number,
        };
        if !is_signal(take) || metric.kind.is_some() {
            faults.kind(metric, result);
        }
        let about = About::of(take);
        if about.nothing == Nothing::Never && metric.empty == Some(Empty::Zero) {
            let message = format!("`empty = \"zero\"` would say that `{}` is today", about.name);
            let help = "leave `empty` out: no record is missing";
            faults.add("empty", Code::Incompatible, message, Some(help));
        }
        if !faults.0.is_empty() {
            return Err(faults.0);
        }
        Ok(Self {
            table: shape.table,
            part,
            take: run,
            field: taken.map(|taken| taken.field),
            kind: result,
            window: metric.window,
            half_life: metric.half_life.unwrap_or(1.0),
            every: metric.every.unwrap_or_default(),
            empty: metric.empty,
            fields: shape.fields.len(),
            own: Vec::new(),
            all: metric.include_ended || !shape.ends,
        })
    }
}

const HOW: &str =
    "say how the records become one value: `take = \"count\"`, `\"sum\"`, `\"last\"` …";

struct Faults(Vec<Problem>);

impl Faults {
    fn add(&mut self, key: &str, code: Code, message: String, help: Option<&str>) {
        self.0.push((key.to_owned(), code, message, help.map(str::to_owned)));
    }

    /// The table, with its part checked.
    fn shape(&mut self, from: &str, kind: SubjectKind) -> Option<Shape> {
        let (table, part) = split(from);
        let Some(shape) = shape_of(table) else {
            let help = match table {
                "tree" => {
                    "of a whole tree read a metric by its name: `expr = \"tree.accounts.arr.sum\"`"
                        .to_owned()
                }
                _ => did_you_mean(table, TABLES.iter().copied())
                    .unwrap_or_else(|| format!("the tables are `{}`", TABLES.join("`, `"))),
            };
            let message = format!("unknown table `{}`", shorten(table));
            self.add("from", Code::UnknownName, message, Some(&help));
            return None;
        };
        match (shape.parts, part) {
            (Parts::Any, Some("")) | (Parts::Any, None) if table == USAGE => {
                let message = "`usage` is many series, name one of them".to_owned();
                self.add("from", Code::MissingKey, message, Some("write `usage.logins`"));
            }
            (Parts::None, Some(part)) => {
                let message = format!("`{table}` has no part `{}`", shorten(part));
                let help = format!("write `{table}`, and say which records count with `where`");
                self.add("from", Code::UnknownName, message, Some(&help));
            }
            (Parts::Known(known), Some(part)) if !known.contains(&part) => {
                let help = did_you_mean(part, known.iter().copied())
                    .unwrap_or_else(|| format!("its parts are `{}`", known.join("`, `")));
                let message = format!("`{table}` has no part `{}`", shorten(part));
                self.add("from", Code::UnknownName, message, Some(&help));
            }
            _ => {}
        }
        let beneath = match shape.subject {
            // Of companies those count that belong to a company, not itself.
            Some(SubjectKind::Company) => kind == SubjectKind::Company,
            Some(subject) => kind < subject,
            None if kind == SubjectKind::Case => {
                matches!(shape.table, "surveys" | "assessments" | "overrides")
            }
            None => true,
        };
        if !beneath {
            let message = format!("no records of `{table}` belong to a {kind}");
            self.add("from", Code::Incompatible, message, None);
        }
        Some(shape)
    }

    fn field(&mut self, metric: &MetricConfig, shape: &Shape, take: Take) -> Option<Taken> {
        let valued = shape.table == USAGE || shape.table == "assessments";
        let written = metric.field.as_deref();
        let about = About::of(take);
        let unread = match about.reads {
            Reads::Records => true,
            Reads::Named => written.is_none(),
            Reads::Usual => written.is_none() && !valued,
            Reads::Field => false,
        };
        if unread {
            if let Some(name) = written {
                let message = format!(
                    "`take = \"{}\"` counts {}, it reads no `{}`",
                    about.name,
                    if take == Take::Count { "records" } else { "days with records" },
                    shorten(name)
                );
                let help = match take {
                    Take::Count => "leave `field` out, or take `distinct`, or filter with `where`",
                    _ => "leave `field` out; `where` says which records count",
                };
                self.add("field", Code::Incompatible, message, Some(help));
            }
            if take == Take::DaysUntil {
                self.missing_date(shape);
            }
            return None;
        }
        let name = match written {
            Some(name) => name,
            // What a person says may be a text or a flag: the metric's type decides.
            None if valued => match (shape.table, metric.kind) {
                ("assessments", Some(Kind::Text)) => "value_text",
                ("assessments", Some(Kind::Flag)) => "value_flag",
                _ => "value",
            },
            None => {
                let message = format!("`take = \"{}\"` needs a `field`", about.name);
                let help = format!("the fields are {}", list(shape));
                self.add("field", Code::MissingKey, message, Some(&help));
                return None;
            }
        };
        let taken = self.find(name, shape, metric, take)?;
        self.suits(name, &taken, take, shape);
        Some(taken)
    }

    fn missing_date(&mut self, shape: &Shape) {
        let message = "`take = \"days_until\"` needs a `field` that is a date".to_owned();
        let help = dates(shape);
        self.add("field", Code::MissingKey, message, help.as_deref());
    }

    fn find(
        &mut self,
        name: &str,
        shape: &Shape,
        metric: &MetricConfig,
        take: Take,
    ) -> Option<Taken> {
        if let Some(mut own) = Own::parse(name) {
            own.days = match take {
                Take::DaysSinceFirst | Take::DaysSinceLast => Some(Days::Since),
                Take::DaysUntil => Some(Days::Until),
                _ => own.days,
            };
            let listed = metric.values.as_ref().map(|_| Kind::Text);
            let kind = match (take, own.days) {
                (Take::Share, _) => Kind::Flag,
                (Take::First | Take::Last, None) => metric.kind.or(listed).unwrap_or_default(),
                _ => Kind::Number,
            };
            return Some(Taken { field: FieldRef::Custom(own), kind, dated: Dated::Plan });
        }
        let at = shape.fields.iter().position(|field| field.name == name);
        match at.and_then(|at| Some((at, shape.fields.get(at)?))) {
            Some((at, it)) => {
                Some(Taken { field: FieldRef::Slot(at), kind: it.kind, dated: it.dated })
            }
            None => {
                let known = shape.fields.iter().map(|field| field.name);
                let help = did_you_mean(name, known).unwrap_or_else(|| {
                    let own = shorten(&Own::of(name).to_string());
                    format!("the fields are {}; others are read as `{own}`", list(shape))
                });
                let message = format!("`{}` has no field `{}`", shape.table, shorten(name));
                self.add("field", Code::UnknownName, message, Some(&help));
                None
            }
        }
    }

    /// Whether a field can be taken so.
    fn suits(&mut self, name: &str, taken: &Taken, take: Take, shape: &Shape) {
        let about = About::of(take);
        let (fits, wanted) = match about.wants {
            Wants::Any => (true, ""),
            Wants::Number => (taken.kind == Kind::Number, "a number"),
            Wants::NumberOrFlag => (taken.kind != Kind::Text, "a number or a flag"),
            Wants::Flag => (taken.kind == Kind::Flag, "a flag"),
            Wants::Date => (taken.dated != Dated::No, "a date"),
            Wants::DateAhead => (taken.dated == Dated::Plan, "a date that can lie ahead"),
        };
        if fits {
            return;
        }
        let message =
            format!("`take = \"{}\"` needs {wanted}, `{name}` is {}", about.name, taken.kind);
        let help = match about.wants {
            Wants::Date | Wants::DateAhead => dates(shape),
            _ => None,
        };
        self.add("field", Code::WrongType, message, help.as_deref());
    }

    fn window(&mut self, metric: &MetricConfig, take: Take) {
        let about = About::of(take);
        match (take, metric.window) {
            (_, None) if about.windowed => {
                let message = format!("`take = \"{}\"` needs a `window`", about.name);
                self.add("window", Code::MissingKey, message, Some("add `window = \"28d\"`"));
            }
            (Take::Change, Some(Window::SinceStart)) => {
                let message = "there is no window before the start to compare with".to_owned();
                self.add("window", Code::Incompatible, message, Some("write `window = \"28d\"`"));
            }
            _ => {}
        }
    }

    fn half_life(&mut self, metric: &MetricConfig, take: Take) {
        let message = match (take, metric.half_life) {
            (Take::Ewm, Some(days)) if days.is_finite() && 0.0 < days => return,
            (Take::Ewm, Some(days)) => {
                let message = format!("`half_life` must be a number of days above 0, got `{days}`");
                return self.add("half_life", Code::OutOfRange, message, None);
            }
            (Take::Ewm, None) => {
                let message = "`take = \"ewm\"` needs a `half_life` in days".to_owned();
                let help = "add `half_life = 14`";
                return self.add("half_life", Code::MissingKey, message, Some(help));
            }
            (_, None) => return,
            (_, Some(_)) => {
                format!("`half_life` means nothing to `take = \"{}\"`", About::of(take).name)
            }
        };
        self.add("half_life", Code::Incompatible, message, Some("it is for `take = \"ewm\"`"));
    }

    /// What only a signal has: points, and of those enough.
    fn signal(&mut self, metric: &MetricConfig, take: Take) {
        let as_written = About::of(take).name;
        let Some(every) = metric.every else {
            if is_signal(take) {
                let message = format!("`take = \"{as_written}\"` needs an `every`");
                let help = "say how far apart its points are: `every = \"1w\"`";
                self.add("every", Code::MissingKey, message, Some(help));
            }
            return;
        };
        if !is_signal(take) {
            let message = format!("`every` means nothing to `take = \"{as_written}\"`");
            let help = "it is for `take = \"signal\"` and what begins with it";
            return self.add("every", Code::Incompatible, message, Some(help));
        }
        if every.is_zero() {
            let message = format!("the points of a signal lie apart, got `{every}`");
            return self.add("every", Code::OutOfRange, message, Some("write `every = \"1w\"`"));
        }
        let fewest = every.times(u32::try_from(FEWEST).unwrap_or(u32::MAX));
        if let Some(Window::Last(window)) = metric.window
            && window != fewest
            && window.is_within(fewest)
        {
            let message = format!(
                "a signal needs {FEWEST} points or more, `{window}` holds fewer of `{every}`"
            );
            let help = "make the window longer, or leave it out";
            self.add("window", Code::OutOfRange, message, Some(help));
        }
        if metric.empty == Some(Empty::Zero) {
            let message = "a point of a signal without records is 0 already".to_owned();
            let help = "leave `empty` out, or write `empty = \"missing\"`";
            self.add("empty", Code::Incompatible, message, Some(help));
        }
    }

    fn share(&mut self, metric: &MetricConfig, take: Take, taken: Option<&Taken>) {
        if take != Take::Share {
            return;
        }
        match (&metric.filter, taken) {
            (None, None) if metric.field.is_none() => {
                let message = "`take = \"share\"` needs a `where`".to_owned();
                let help = "say which of the records to count, or name a `field` that is a flag";
                self.add("where", Code::MissingKey, message, Some(help));
            }
            (Some(_), Some(_)) => {
                let message = "a share is of a `where` or of a flag, not of both".to_owned();
                self.add("field", Code::Incompatible, message, Some("move the flag into `where`"));
            }
            _ => {}
        }
    }

    fn kind(&mut self, metric: &MetricConfig, result: Kind) {
        let wanted = metric.kind.unwrap_or_default();
        // A field that is unknown has been reported, and its kind is not known.
        if wanted == result || self.0.iter().any(|pair| pair.0 == "field") {
            return;
        }
        let message = format!("the metric is {wanted}, what is taken is {result}");
        let word = match result {
            Kind::Number => "number",
            Kind::Flag => "flag",
            Kind::Text => "text",
        };
        let help = format!("write `type = \"{word}\"`");
        self.add("type", Code::WrongType, message, Some(&help));
    }
}

fn list(shape: &Shape) -> String {
    let names: Vec<String> = shape.fields.iter().map(|field| format!("`{}`", field.name)).collect();
    names.join(", ")
}

fn dates(shape: &Shape) -> Option<String> {
    let dates = shape.fields.iter().filter(|field| field.dated != Dated::No);
    let names: Vec<String> = dates.map(|field| format!("`{}`", field.name)).collect();
    if names.is_empty() { None } else { Some(format!("its dates are {}", names.join(", "))) }
}
