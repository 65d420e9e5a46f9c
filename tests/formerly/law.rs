//! Some nights under old names and the rest under new ones come to what all nights under the new ones come to.

use std::collections::BTreeMap;

use foretell::State;
use foretell::frame::{Column, Frame, SubjectKind};
use foretell::{Assessment, Engine, Input};
use proptest::prelude::*;

use super::engine;
use crate::alerts::timeline::day;

/// Old names with new ones that sort alike, and how an item says what it was called.
const NAMES: [&str; 12] = [
    "m", "calc", "small", "trial", "health", "use", "part", "first", "second", "third", "p", "kid",
];

const CONFIG: &str = r#"
[[metrics]]
name = "{m}"
[[metrics]]
name = "{calc}"
expr = "{m} * 2"
[[segments]]
name = "{small}"
when = "({m} ?? 9) < 3"
[[segments]]
name = "large"
[[stages]]
name = "{trial}"
when = "{calc} < 6"
[[stages]]
name = "paying"
[[metrics]]
name = "{kid}"
subject = "account"
expr = "subscriptions.{m}.sum + subscriptions.{health}.mean_by_{m} / 100"
[[scorecards]]
name = "{health}"
margin = 12
min_stay = "2d"
bands = [{ name = "red" }, { name = "amber", from = 30 }, { name = "green", from = 60 }]
[[scorecards.groups]]
name = "{use}"
factors = [
  { name = "{part}", metric = "{m}", points.linear = { worst = 0, best = 6 }, missing = { carry = "3d" } },
  { metric = "{calc}", points.linear = { worst = 0, best = 9 }, missing = { carry = "2d" } },
]
[[rules]]
name = "{first}"
when = '{m} > 2 || {health}.band.previous == "green"'
for = "2d"
keep_firing_for = "1d"
playbook = "{p}"
[[rules]]
name = "{second}"
when = 'alerts.{first} && {calc}.change_2d != 0 || segment == "{small}" && segment.days > 1'
cooldown = "3d"
for = 2
playbook = "{p}"
[[rules]]
name = "{third}"
subject = "account"
when = '{kid}.change_1d > 0 || subscriptions.{m}.sum.days > 1'
repeat_every = "2d"
[[rules]]
name = "still"
when = '{health}.{use}.change_2d < 0 || stage.previous == "{trial}" || {m}.change_1d.previous > 1'
[[playbooks]]
name = "{p}"
stop_when = "({m} ?? 1) == 0"
steps = [
  { channel = "call", title = "call", deadline = "1d", escalate_to = "lead" },
  { channel = "email", title = "write", after = "2d" },
]
"#;

/// The config in which the names of the set are new, and say what they were called where `formerly` is.
fn config(new: u32, formerly: bool) -> String {
    let mut text = CONFIG.to_owned();
    for (at, name) in NAMES.iter().enumerate() {
        let is_new = new & (1 << at) != 0;
        let now = if is_new { format!("{name}_now") } else { (*name).to_owned() };
        let said =
            if is_new && formerly { format!("\nformerly = [\"{name}\"]") } else { String::new() };
        text =
            text.replace(&format!("name = \"{{{name}}}\"\n"), &format!("name = \"{now}\"{said}\n"));
        let inline = said.replace('\n', ", ");
        text =
            text.replace(&format!("name = \"{{{name}}}\","), &format!("name = \"{now}\"{inline},"));
        text = text.replace(&format!("{{{name}}}"), &now);
    }
    text
}

fn frames(metric: &str, values: [u8; 3]) -> [Frame; 2] {
    let mut below = Frame::new(SubjectKind::Subscription, ["a", "b", "c"]).unwrap();
    below
        .insert(metric, Column::numbers(values.map(|it| (it < 7).then_some(f64::from(it)))))
        .unwrap();
    below.set_parents(SubjectKind::Account, vec![Some("z".into()); 3]).unwrap();
    [below, Frame::new(SubjectKind::Account, ["z"]).unwrap()]
}

/// All that is told, without ids, in which the names of things are.
fn told(out: &Assessment) -> String {
    let mut events = out.events().to_vec();
    events.iter_mut().for_each(|it| it.id.clear());
    let mut actions = out.actions().to_vec();
    for it in &mut actions {
        it.id.clear();
        it.escalation_of = None;
    }
    let changes = out.enrolment_changes();
    format!("{events:#?}\n{actions:#?}\n{changes:#?}\n{:#?}\n{:#?}", out.alerts(), out.enrolments())
}

fn run(
    engines: [&Engine; 2],
    metrics: [&str; 2],
    cut: usize,
    nights: &[[u8; 3]],
) -> (Vec<String>, serde_json::Value) {
    let mut state = State::new();
    let mut all = Vec::new();
    for (at, values) in nights.iter().enumerate() {
        let late = usize::from(cut <= at);
        let [below, above] = frames(metrics[late], *values);
        let input = Input::frame(&below).and_frame(&above);
        let out = engines[late].assess(&input, day(at as u64), &state).unwrap();
        assert_eq!(out.faults(), []);
        if cut <= at {
            let scores: BTreeMap<&str, _> =
                out.scorecards().map(|it| (it, out.scores(it).collect::<Vec<_>>())).collect();
            all.push(format!("{}\n{scores:?}", told(&out)));
            let again = engines[late].assess(&input, day(at as u64), out.state()).unwrap();
            assert_eq!(again.state(), out.state());
        }
        state = serde_json::from_str(&serde_json::to_string(out.state()).unwrap()).unwrap();
    }
    // The ids of what was said hold the names of their days.
    let mut stored = serde_json::to_value(&state).unwrap();
    stored["sum"].take();
    stored["sections"].as_object_mut().map(|sections| sections.remove("record"));
    (all, stored)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nights_under_old_names_count_under_new_ones(
        new in 1u32..1 << NAMES.len(),
        cut in 1usize..8,
        nights in proptest::collection::vec(proptest::array::uniform3(0u8..8), 9),
    ) {
        let (old, now) = (engine(&config(0, false)), engine(&config(new, true)));
        let metric = if new & 1 == 0 { "m" } else { "m_now" };
        let renamed = run([&old, &now], ["m", metric], cut, &nights);
        let always = run([&now, &now], [metric, metric], cut, &nights);
        for (night, (left, right)) in renamed.0.iter().zip(&always.0).enumerate() {
            prop_assert_eq!(left, right, "night {} after the change", night);
        }
        prop_assert_eq!(renamed.1, always.1);
    }
}

/// The law is worth something only where there is something to lose.
#[test]
fn without_former_names_much_is_lost() {
    let nights: Vec<[u8; 3]> = (0..9).map(|it| [3 + it % 2, 5, 1 + it % 3]).collect();
    let every = (1 << NAMES.len()) - 1;
    let old = engine(&config(0, false));
    for (formerly, is_same) in [(true, true), (false, false)] {
        let now = engine(&config(every, formerly));
        let renamed = run([&old, &now], ["m", "m_now"], 5, &nights);
        let always = run([&now, &now], ["m_now", "m_now"], 5, &nights);
        assert_eq!(renamed == always, is_same);
    }
}
