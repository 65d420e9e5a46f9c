//! Families in parts: accounts and subscriptions whose metrics read one another.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use foretell::engine::{Assessment, PartitionKey, Population};
use foretell::frame::{Column, Frame, SubjectKind};
use foretell::state::State;
use foretell::{Config, Engine, Input};
use proptest::prelude::*;

use super::world::day;
use crate::laws::cases;

const CONFIG: &str = r#"
[[metrics]]
name = "use"

[[metrics]]
name = "nps"
subject = "account"

[[metrics]]
name = "all_use"
subject = "account"
expr = "subscriptions.use.sum"

[[scorecards]]
name = "health"
margin = 5
bands = [{ name = "red" }, { name = "green", from = 50 }]
factors = [
    { metric = "use", weight = 3, points.linear = { worst = 0, best = 4 }, missing = { carry = "2d" } },
    { metric = "account.nps", points.linear = { worst = 0, best = 4 } },
]

[[scorecards]]
name = "whole"
subject = "account"
bands = [{ name = "red" }, { name = "green", from = 50 }]
factors = [{ metric = "subscriptions.health.mean", points.linear = { worst = 0, best = 100 } }]

[[rules]]
name = "weak"
when = "health < 50"
playbook = "visit"

[[rules]]
name = "all_weak"
subject = "account"
when = "whole < 50 && (all_use ?? 0) < 6"
severity = "critical"

[[inhibit]]
on = "parent"
source = ["all_weak"]
target = ["weak"]

[[playbooks]]
name = "visit"
steps = [{ name = "first", channel = "call", title = "call" }, { name = "then", after = "2d", channel = "call", title = "again" }]
"#;

fn engine() -> &'static Engine {
    static ENGINE: LazyLock<Engine> =
        LazyLock::new(|| Engine::compile(&Config::parse(CONFIG)).unwrap());
    &ENGINE
}

/// Of each account its value and those of its subscriptions.
type Accounts = Vec<(Option<u8>, Vec<Option<u8>>)>;

fn accounts() -> impl Strategy<Value = Accounts> {
    let value = || prop::option::weighted(0.85, 0..5_u8);
    prop::collection::vec((value(), prop::collection::vec(value(), 1..4)), 4)
}

/// The frames of the accounts that are in a part.
fn frames(all: &Accounts, is_in: &dyn Fn(usize) -> bool) -> [Frame; 2] {
    let chosen: Vec<_> = all.iter().enumerate().filter(|it| is_in(it.0)).collect();
    let ids = chosen.iter().map(|(at, _)| format!("a{at}"));
    let mut accounts = Frame::new(SubjectKind::Account, ids).unwrap();
    let nps = chosen.iter().map(|(_, it)| it.0.map(f64::from));
    accounts.insert("nps", Column::numbers(nps)).unwrap();
    let rows = || chosen.iter().flat_map(|(at, it)| (0..).zip(&it.1).map(move |row| (*at, row)));
    let ids = rows().map(|(at, (number, _))| format!("s{at}_{number}"));
    let mut subscriptions = Frame::new(SubjectKind::Subscription, ids).unwrap();
    let values = rows().map(|(_, (_, value))| value.map(f64::from));
    subscriptions.insert("use", Column::numbers(values)).unwrap();
    let parents = rows().map(|(at, _)| Some(Arc::from(format!("a{at}")))).collect();
    subscriptions.set_parents(SubjectKind::Account, parents).unwrap();
    [accounts, subscriptions]
}

fn assess(frames: &[Frame; 2], night: usize, state: &State, is_part: bool) -> Assessment {
    let [accounts, subscriptions] = frames;
    let input = Input::frame(accounts).and_frame(subscriptions);
    let input = if is_part { input.as_part() } else { input };
    let done = engine().assess(&input, day(night), state);
    done.or_else(foretell::engine::AssessError::accept).unwrap()
}

/// The number of the account in the id of it or of a subscription of it.
fn account(id: &str) -> usize {
    id.trim_start_matches(char::is_alphabetic).split('_').next().unwrap().parse().unwrap()
}

fn said(out: &Assessment) -> Vec<String> {
    let mut all: Vec<String> =
        out.events().iter().map(|it| serde_json::to_string(it).unwrap()).collect();
    all.extend(out.actions().iter().map(|it| serde_json::to_string(it).unwrap()));
    for (card, kind) in [("health", SubjectKind::Subscription), ("whole", SubjectKind::Account)] {
        assert_eq!(out.scores(card).count(), out.subjects(kind).len());
        all.extend(out.scores(card).map(|score| format!("{card} {score:?}")));
    }
    all
}

proptest! {
    #![proptest_config(cases(48))]

    #[test]
    fn families_in_parts_have_the_bits_of_the_whole(
        nights in prop::collection::vec(accounts(), 2..8),
        places in prop::collection::vec(0..3_u8, 4),
        repeats in prop::collection::vec(any::<bool>(), 8),
    ) {
        prop_assert_eq!(engine().partition_key(), PartitionKey::Family);
        let mut state = State::delivering();
        for (number, all) in nights.iter().enumerate() {
            // The same night again, with what the night after has.
            let again = repeats[number].then(|| nights.get(number + 1)).flatten();
            for all in [Some(all), again].into_iter().flatten() {
                let whole = assess(&frames(all, &|_| true), number, &state, false);
                let mut parts = engine().split(&state, |_, id| places[account(id)]);
                let (mut after, mut told, mut population) = (Vec::new(), Vec::new(), Population::default());
                let keys: BTreeMap<u8, ()> = places.iter().map(|key| (*key, ())).collect();
                for key in keys.keys().rev() {
                    let part = frames(all, &|at| places[at] == *key);
                    let out = assess(&part, number, &parts.take(key), true);
                    told.extend(said(&out));
                    population.merge(out.population());
                    after.push(out.into_state());
                }
                let mut wanted = said(&whole);
                wanted.sort();
                told.sort();
                prop_assert_eq!(told, wanted, "night {}", number);
                prop_assert_eq!(&population, whole.population());
                let merged = State::merge(after).unwrap();
                prop_assert_eq!(&merged, whole.state(), "night {}", number);
                state = merged;
            }
            state.hand_out(&foretell::state::HandOut::new().at_most(number));
        }
    }
}
