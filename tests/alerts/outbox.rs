//! What a host hands out over nights that are assessed again: a table of what happens and of what is told.
//!
//! `nights` has a value of `x` for each day from day 0, as in the timelines: `again:0` is the day before once more, and `.` a
//! day without an evaluation. Between them the host acts: `out` hands out what waits, and all of it arrives; `lost` hands
//! out, and nobody says that it arrived; `out:1` hands out at most one. `done` reports the action that was told last, with the
//! next assessment, and `done:2` that it was done on day 2; `mute` silences the rule `r` until `loud`; `swap` takes the other config, or the first again; `back:0` goes back to the state
//! after day 0, so that the next value is that of day 1. The state is read from text before each of these.
//!
//! `told` has what each hand-out gave, between `|`: `fired@1` is of day 1, `call@1` is an action, `call=corrected@1` one that
//! is said otherwise. `record`, where it is said, has the parts of the record that hold something at the end beside
//! the pages, which are bounded by time.

use std::collections::{BTreeMap, BTreeSet};

use crate::sections::section;
use foretell::alert::{Matcher, Silence, Suppressions};
use foretell::playbook::{ActionOutcome, ActionReport};
use foretell::state::{Content, HandOut, Outbox};
use foretell::{Input, State};

use super::timeline::{cases, day, engine, first, frames};
use crate::alerts::timeline::series;

/// What people heard.
#[derive(Default)]
struct Heard {
    all: BTreeMap<String, Content>,
    /// What was neither corrected nor taken back.
    standing: BTreeSet<String>,
    last_action: String,
}

impl Heard {
    fn take(&mut self, out: &Outbox) -> String {
        let mut told = Vec::new();
        for it in out.deliveries() {
            let (id, said) = (it.id().to_owned(), it.content.clone());
            told.push(short(&said));
            if let Some(known) = self.all.insert(id.clone(), said.clone()) {
                assert_eq!(known, said, "one id says two things");
                continue;
            }
            if let Some(last) = said.supersedes() {
                assert!(self.standing.remove(last), "nobody knows what it is about: {said:?}");
            }
            if let Some(action) = said.action() {
                self.last_action.clone_from(&action.id);
            }
            self.standing.insert(id);
        }
        told.join(" ")
    }
}

fn short(it: &Content) -> String {
    let (what, day) = match it {
        Content::Event(it) => (it.change.name().to_owned(), it.day),
        Content::Action(it) if it.change.is_issued() => (it.step.clone(), it.day),
        Content::Action(it) => (format!("{}={}", it.step, it.change.name()), it.day),
        other => panic!("{other:?}"),
    };
    format!("{what}@{}", (day - first()).num_days())
}

fn silence() -> Suppressions {
    let silence = Silence::new("s", Matcher::of_rules(["r"]), [day(0), day(999)]);
    Suppressions::default().with_silence(silence.asked_by("ann", "known"))
}

/// What each hand-out gave, and what the record holds at the end.
fn run(case: &BTreeMap<String, String>) -> (String, String) {
    let text = |key: &str| case.get(key).map_or("", String::as_str);
    let or = |key: &str, other: &str| {
        if case.contains_key(key) { text(key) } else { text(other) }.to_owned()
    };
    let engine_of = |rule: &str, config: &str| engine(Some(rule), config);
    let configs = [
        engine_of(text("rule"), text("config")),
        engine_of(&or("swap_rule", "rule"), &or("swap_config", "config")),
    ];
    let (mut config, mut quiet) = (0, Suppressions::default());
    let mut state = if text("begins") == "new" { State::new() } else { State::delivering() };
    let (mut kept, mut said) = (Vec::<State>::new(), BTreeSet::new());
    let (mut heard, mut told, mut reports) = (Heard::default(), Vec::new(), Vec::new());
    for token in series(text("nights")) {
        state = serde_json::from_str(&serde_json::to_string(&state).unwrap()).unwrap();
        let (word, number) = token.split_once(':').unwrap_or((&token, ""));
        match word {
            "out" | "lost" => {
                let how = HandOut::new();
                let most = number.parse().ok();
                let out = state.hand_out(&most.map_or(how, |most| how.at_most(most)));
                told.push(heard.take(&out));
                if word == "out" {
                    state.acknowledge(out.deliveries().map(foretell::state::Delivery::id));
                }
                kept.pop();
                kept.push(state.clone());
            }
            "done" => reports.push((heard.last_action.clone(), number.parse().ok())),
            "mute" => quiet = silence(),
            "loud" => quiet = Suppressions::default(),
            "swap" => config = 1 - config,
            "." => kept.push(state.clone()),
            "back" => {
                let from: usize = number.parse().unwrap();
                state = kept[from].rewind(&state);
                kept.truncate(from + 1);
            }
            _ => {
                let value = if word == "again" { number } else { word };
                if word == "again" {
                    kept.pop();
                }
                let now = day(kept.len() as u64);
                let [below, above] = frames(value, "_");
                let report = |(action, on): (String, Option<u64>)| {
                    ActionReport::new(action, ActionOutcome::Done, on.map_or(now, day))
                };
                let reports: Vec<_> = reports.drain(..).map(report).collect();
                let input = Input::frame(&below).and_frame(&above);
                let input = input.with_suppressions(&quiet).with_reports(&reports);
                let input = if value == "away" {
                    input
                } else {
                    input.complete(foretell::frame::SubjectKind::ALL)
                };
                let out = configs[config].assess(&input, now, &state).unwrap();
                // What was silent is said again under its id when it is not; what is to be done never.
                let events = out.events().iter().map(|it| format!("{it:?}"));
                for it in events.chain(out.actions().iter().map(|it| it.id.clone())) {
                    assert!(said.insert(it), "said twice: {case:?}");
                }
                state = out.state().clone();
                kept.push(state.clone());
            }
        }
    }
    let record = section(&state, "record");
    let record =
        record.as_object().unwrap().keys().filter(|it| *it != "delivers" && *it != "pages");
    (told.join(" | "), record.cloned().collect::<Vec<_>>().join(" "))
}

#[test]
fn what_is_handed_out_over_nights_is_as_the_table_says() {
    let mut wrong = String::new();
    for case in cases(include_str!("outbox.toml")) {
        let case: BTreeMap<String, String> = case.into_iter().collect();
        let known = [
            "name",
            "rule",
            "config",
            "swap_rule",
            "swap_config",
            "nights",
            "begins",
            "told",
            "record",
        ];
        assert!(case.keys().all(|it| known.contains(&it.as_str())), "{case:?}");
        let (told, record) = run(&case);
        let wanted = case.get("record").unwrap_or(&record);
        if told != case["told"] || record != *wanted {
            wrong += &format!(
                "{}\n  wanted: {} ({wanted})\n  got:    {told} ({record})\n",
                case["name"], case["told"]
            );
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}
