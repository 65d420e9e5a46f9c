//! The form of a state as it is stored: sections by name, each with a version of its own, and a sum over all.
//!
//! ```json
//! { "foretell_state": 2, "as_of": "2026-03-01", "engine": "…", "sections": { "bands": { "v1": {} } }, "sum": "…" }
//! ```

use std::collections::BTreeMap;

use serde::de::{DeserializeOwned, Error as _};
use serde::ser::SerializeMap as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::check::check;
use super::{Eve, Record, State, Tally, Undo};
use crate::fault::{Code, Fault, Faults};
use crate::frame::SubjectKind;
use crate::memory::{Bands, Carried, History, PlaybookEnrolments, RuleAlerts};
use crate::node::{Node, read};
use crate::time::AsOf;

/// The key that says that something is a state, and in which form.
const MARK: &str = "foretell_state";

/// The version of a section that this crate writes.
const VERSION: &str = "v1";

/// A state that is read although parts of it may be of a later version: what this version does not know is
/// kept as it came and written again, so that a host that goes back to an older version loses nothing.
///
/// ```
/// # fn main() -> Result<(), serde_json::Error> {
/// use foretell::state::{HandedOn, State};
///
/// let later = r#"{ "foretell_state": 2, "as_of": null, "engine": "",
///     "sections": { "seats": { "v3": { "s1": 5 } } } }"#;
/// assert!(serde_json::from_str::<State>(later).is_err());
/// let HandedOn(state) = serde_json::from_str(later)?;
/// assert!(serde_json::to_string(&state)?.contains(r#""seats":{"v3":{"s1":5}}"#));
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct HandedOn(pub State);

/// Form 1: everything side by side, without a sum, an undo and a record.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct FormOne {
    version: u32,
    as_of: Option<AsOf>,
    engine: String,
    bands: Bands,
    carried: Carried,
    history: History,
    alerts: BTreeMap<String, RuleAlerts>,
    playbooks: BTreeMap<String, PlaybookEnrolments>,
}

/// Of a section its version and what it holds.
struct Section<'a, T>(&'a T);

impl<T: Serialize> Serialize for Section<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(1))?;
        map.serialize_entry(VERSION, self.0)?;
        map.end()
    }
}

struct Sections<'a>(&'a State);

impl Serialize for Sections<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(it) = self;
        let mut map = serializer.serialize_map(None)?;
        macro_rules! section {
            ($($name:literal: $held:expr, $empty:expr;)+) => {
                $(if !$empty { map.serialize_entry($name, &Section($held))?; })+
            };
        }
        section! {
            "absent": &it.absent, it.absent.is_empty();
            "alerts": &it.alerts, it.alerts.is_empty();
            "bands": &it.bands, it.bands.is_empty();
            "carried": &it.carried, it.carried.is_empty();
            "enrolments": &it.playbooks, it.playbooks.is_empty();
            "eve": &it.eve, it.eve.is_none();
            "history": &it.history, it.history.is_empty();
            "record": &it.record, it.record == Record::default();
            "tallies": &it.tallies, it.tallies.is_empty();
            "undo": &it.undo, it.undo.is_none();
        }
        for (name, held) in &it.handed_on {
            map.serialize_entry(name, held)?;
        }
        map.end()
    }
}

impl Serialize for State {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(5))?;
        map.serialize_entry(MARK, &Self::FORM)?;
        map.serialize_entry("as_of", &self.as_of)?;
        map.serialize_entry("engine", &self.engine)?;
        map.serialize_entry("sections", &Sections(self))?;
        map.serialize_entry("sum", &self.sum().map_err(serde::ser::Error::custom)?)?;
        map.end()
    }
}

impl State {
    /// The sum over everything: that of the content of its sections, whatever the order of keys.
    fn sum(&self) -> Result<String, crate::node::WriteError> {
        let head = Node::of(&(&self.as_of, &self.engine))?;
        Ok(Node::List(vec![head, Node::of(&Sections(self))?]).content_hash())
    }
}

impl<'de> Deserialize<'de> for State {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let node = Node::deserialize(deserializer)?;
        stored(node, false).map_err(|faults| D::Error::custom(Faults(faults)))
    }
}

impl<'de> Deserialize<'de> for HandedOn {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let node = Node::deserialize(deserializer)?;
        let state = stored(node, true).map_err(|faults| D::Error::custom(Faults(faults)))?;
        Ok(Self(state))
    }
}

impl State {
    /// Reads the JSON that a state was stored as.
    ///
    /// It says the same as any serde format would, as faults: each with its place, what was got, what was wanted and what to do. It needs no
    /// other crate, and numbers come back to the last bit.
    ///
    /// ```
    /// use foretell::State;
    ///
    /// let faults = State::read(r#"{ "foretell_state": 2, "as_of": "2026-03-0"#).unwrap_err();
    /// assert_eq!(faults.list()[0].message, "the text ends where `\"` was wanted");
    /// ```
    ///
    /// # Errors
    /// Whatever is no state, was cut or changed, is of a later version, or cannot be true: as faults.
    pub fn read(text: &str) -> Result<Self, Faults> {
        of_text(text, false)
    }
}

impl HandedOn {
    /// The same as [`State::read`], and what is of a later version is kept as it came.
    ///
    /// # Errors
    /// Those of [`State::read`] but for what is of a later version.
    pub fn read(text: &str) -> Result<Self, Faults> {
        of_text(text, true).map(Self)
    }
}

fn of_text(text: &str, keep: bool) -> Result<State, Faults> {
    const LAST: &str = "take the last state that was stored whole";
    if text.trim().is_empty() {
        let fault = Fault::new(Code::Empty, "state", "there is no text where a state was wanted");
        let help = format!("a first night begins with `State::new()`, on purpose; else {LAST}");
        return Err(Faults(vec![fault.help(help)]));
    }
    let node = Node::of_json(text).map_err(|error| {
        let mut fault = Fault::new(Code::Syntax, "state", error.message);
        (fault.place.line, fault.place.column) = (Some(error.line), Some(error.column));
        let other =
            "a state is the JSON that foretell wrote: take the last one that was stored whole";
        let help =
            if error.is_cut { format!("the text was cut: {LAST}") } else { other.to_owned() };
        Faults(vec![fault.help(help)])
    })?;
    stored(node, keep).map_err(|all| {
        let helped = |it: Fault| if it.help.is_some() { it } else { it.help(LAST) };
        Faults(all.into_iter().map(helped).collect())
    })
}

/// A state as it was stored; what is of a later version is kept where that is asked for.
fn stored(node: Node, keep: bool) -> Result<State, Vec<Fault>> {
    let fault = |code, path: &str, message: String, help: &str| {
        vec![Fault::new(code, path, message).help(help.to_owned())]
    };
    let first = "a first night begins with `State::new()`, on purpose";
    let Node::Table(entries) = &node else {
        let message = format!("{} is no state", node.describe());
        return Err(fault(Code::WrongType, "state", message, first));
    };
    if entries.is_empty() {
        return Err(fault(Code::Empty, "state", "an empty table is no state".to_owned(), first));
    }
    let form = match (node.get(MARK), node.get("version")) {
        (Some(it), _) | (None, Some(it)) => it.clone(),
        (None, None) => {
            let message = format!("this is no state of foretell: it has no `{MARK}`");
            return Err(fault(Code::MissingKey, "state", message, first));
        }
    };
    let known = i64::from(State::FORM);
    let is_first = node.get(MARK).is_none();
    match form {
        Node::Int(1) if is_first => form_one(&node),
        Node::Int(it) if it == known && !is_first => form_two(node, keep),
        Node::Int(it) if it > known => {
            let message =
                format!("the state is of form {it}, and this version knows forms up to {known}");
            let help = "read it with the version that wrote it, or a later one";
            Err(fault(Code::LaterForm, "state", message, help))
        }
        other => {
            let message = format!("{} is no form of a state", other.describe());
            Err(fault(Code::OutOfRange, &format!("state.{MARK}"), message, first))
        }
    }
}

fn form_one(node: &Node) -> Result<State, Vec<Fault>> {
    let it: FormOne = read(node).map_err(|error| vec![error.into_fault("state")])?;
    debug_assert!(it.version == 1, "what was asked before");
    let state = State {
        as_of: it.as_of,
        engine: it.engine,
        bands: it.bands,
        carried: it.carried,
        history: it.history,
        record: Record::of_form_one(it.as_of, &it.alerts),
        alerts: it.alerts,
        playbooks: it.playbooks,
        ..State::new()
    };
    let faults = check(&state);
    if faults.is_empty() { Ok(state) } else { Err(faults) }
}

fn form_two(node: Node, keep: bool) -> Result<State, Vec<Fault>> {
    let Node::Table(entries) = node else { return Err(Vec::new()) };
    let mut state = State::new();
    let mut faults = Vec::new();
    let mut sections = None;
    let mut said = None;
    for (key, held) in entries {
        match key.as_str() {
            MARK => {}
            "as_of" => take(&held, "state.as_of", &mut state.as_of, &mut faults),
            "engine" => take(&held, "state.engine", &mut state.engine, &mut faults),
            "sections" => sections = Some(held),
            "sum" => said = Some(held),
            other => faults.push(unknown(&format!("state.{other}"), other)),
        }
    }
    let Some(sections) = sections else {
        let fault = Fault::new(Code::MissingKey, "state.sections", "the state has no `sections`");
        faults.push(fault.help("it was cut, or written by something else"));
        return Err(faults);
    };
    let head = Node::of(&(&state.as_of, &state.engine)).unwrap_or(Node::Null);
    let whole = Node::List(vec![head, sections]);
    if said.is_some_and(|said| said != Node::Text(whole.content_hash())) {
        let fault =
            Fault::new(Code::Checksum, "state.sum", "the state is not the one that was written");
        faults.push(
            fault.help(
                "it was cut or changed; a `sum` that was taken out on purpose is not asked for",
            ),
        );
        return Err(faults);
    }
    let sections = match whole {
        Node::List(mut parts) => parts.pop(),
        _ => None,
    };
    let Some(Node::Table(sections)) = sections else {
        faults.push(unknown("state.sections", "sections"));
        return Err(faults);
    };
    for (name, held) in sections {
        section(&mut state, name, held, keep, &mut faults);
    }
    if faults.is_empty() {
        faults = check(&state);
    }
    if faults.is_empty() { Ok(state) } else { Err(faults) }
}

fn section(state: &mut State, name: String, held: Node, keep: bool, faults: &mut Vec<Fault>) {
    let path = format!("state.sections.{name}");
    let known = held.get(VERSION).filter(|_| matches!(&held, Node::Table(it) if it.len() == 1));
    match (name.as_str(), known) {
        ("absent", Some(it)) => take(it, &path, &mut state.absent, faults),
        ("alerts", Some(it)) => take(it, &path, &mut state.alerts, faults),
        ("bands", Some(it)) => take(it, &path, &mut state.bands, faults),
        ("carried", Some(it)) => take(it, &path, &mut state.carried, faults),
        ("enrolments", Some(it)) => take(it, &path, &mut state.playbooks, faults),
        ("eve", Some(it)) => take::<Option<Box<Eve>>>(it, &path, &mut state.eve, faults),
        ("history", Some(it)) => take(it, &path, &mut state.history, faults),
        ("record", Some(it)) => take(it, &path, &mut state.record, faults),
        ("tallies", Some(it)) => {
            take::<BTreeMap<SubjectKind, Tally>>(it, &path, &mut state.tallies, faults);
        }
        ("undo", Some(it)) => take::<Option<Box<Undo>>>(it, &path, &mut state.undo, faults),
        _ if keep => drop(state.handed_on.insert(name, held)),
        _ => faults.push(unknown(&path, &name)),
    }
}

fn take<T: DeserializeOwned>(node: &Node, path: &str, to: &mut T, faults: &mut Vec<Fault>) {
    match read(node) {
        Ok(it) => *to = it,
        Err(it) => faults.push(it.into_fault(path)),
    }
}

fn unknown(path: &str, name: &str) -> Fault {
    let message =
        format!("`{}` is of a later version of foretell, or of none", crate::node::shorten(name));
    let help =
        "read it with the version that wrote it, or as `HandedOn`, which keeps it as it came";
    Fault::new(Code::LaterForm, path, message).help(help)
}
