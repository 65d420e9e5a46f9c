//! What each guard holds a night against: a table of nights.

use foretell::engine::AssessError;
use foretell::frame::{Column, Frame, SubjectKind};
use foretell::{Config, Engine, Input, State};

use crate::alerts::timeline::day;

/// What remembers every subject.
const CARD: &str = "[[scorecards]]\nname = 's'\nbands = [{ name = 'red' }, { name = 'green', from = 50 }]\n\
    factors = [{ metric = 'x', points.linear = { worst = 9, best = 0 } }]\n";

/// What a row shows; the guards; whether there are bands too; the nights, and what is said of the last.
///
/// A night is how many subjects have which `x`, and which `y` behind a stroke: `_` is none, `-` who is not there. `whole` are
/// all subjects that there are, `gone` says of each that is not there that it is gone, `again` is the night before once
/// more, and `back1` is the second once more, from the state of the first. A night that trips a guard is accepted.
type Row = (&'static str, &'static str, bool, &'static [&'static str], &'static str);

const ROWS: &[Row] = &[
    (
        "what a run again takes back",
        "",
        false,
        &["200*0", "185*0 15*1", "again 200*0"],
        "15 of 200 subscriptions exceed `max_withdrawn`, which allows 10",
    ),
    ("a few", "", false, &["200*0", "190*0 10*1", "again 200*0"], ""),
    (
        "what earlier nights take back",
        "",
        false,
        &["200*0", "185*0 15*1", "185*0 15*1", "back1 200*0", "200*0"],
        "15 of 200 subscriptions exceed `max_withdrawn`, which allows 10",
    ),
    (
        "by its own share",
        "max_withdrawn = '8%'",
        false,
        &["200*0", "185*0 15*1", "again 200*0"],
        "",
    ),
    ("the first night has no last one", "", false, &["100*0 100*1", "again 200*0"], ""),
    ("as many as are allowed", "", false, &["200*0", "180*0 20*1"], ""),
    (
        "one more",
        "",
        false,
        &["200*0", "179*0 21*1"],
        "21 of 200 subscriptions exceed `max_new_alerts`, which allows 20",
    ),
    ("ends are no beginnings", "", false, &["150*0 50*1", "200*0"], ""),
    (
        "a run again is held against the night before, not against the run before",
        "",
        false,
        &["200*0", "whole 100*0", "again whole 100*0"],
        "100 of 200 subscriptions exceed `max_gone`, which allows 10",
    ),
    ("what was missing before is no news", "", false, &["100*0 100*_", "100*0 100*_"], ""),
    ("nor is a little more", "", false, &["100*0 100*_", "60*0 140*_"], ""),
    (
        "much more is",
        "",
        false,
        &["100*0 100*_", "59*0 141*_"],
        "41 of 200 subscriptions of `x` exceed `max_missing`, which allows 40",
    ),
    (
        "each metric has its own share, or that of any",
        "max_missing = { x = '50%', any = '10%' }",
        false,
        &["200*0/0", "120*0/0 50*_/0 30*0/_"],
        "30 of 200 subscriptions of `y` exceed `max_missing`, which allows 20",
    ),
    ("or none", "max_missing = { x = '50%' }", false, &["200*0/0", "100*0/_ 100*_/_"], ""),
    ("a night without anyone says nothing of anyone", "", true, &["200*0", "200*-"], ""),
    (
        "and the next is held against the one before it",
        "",
        true,
        &["200*0", "200*-", "whole 150*0 50*-"],
        "50 of 200 subscriptions exceed `max_gone`, which allows 10",
    ),
    (
        "also where that was assessed twice",
        "",
        true,
        &["200*0", "whole 150*0 50*-", "again 200*-", "whole 150*0 50*-"],
        "",
    ),
    (
        "who is set aside is one of them",
        "",
        true,
        &["200*0", "150*0 50*-", "whole 150*0 50*-"],
        "50 of 200 subscriptions exceed `max_gone`, which allows 10",
    ),
    (
        "a run again with a few leaves the others",
        "",
        true,
        &["200*0", "200*0", "again 10*0 190*-"],
        "",
    ),
    (
        "but those who were set aside then",
        "",
        true,
        &["200*0", "150*0 50*-", "again 150*0 50*-"],
        "50 of 200 subscriptions of `x` exceed `max_missing`, which allows 40; \
        50 of 200 subscriptions of `y` exceed `max_missing`, which allows 40",
    ),
    (
        "each may be said to be gone",
        "",
        true,
        &["200*0", "gone 150*0 50*-"],
        "50 of 200 subscriptions exceed `max_gone`, which allows 10",
    ),
    (
        "nothing need be remembered of those that are gone",
        "",
        false,
        &["200*0", "whole 150*0 50*-"],
        "50 of 200 subscriptions exceed `max_gone`, which allows 10",
    ),
    (
        "others may have come",
        "",
        true,
        &["200*0 50*-", "whole 50*- 200*0"],
        "50 of 200 subscriptions exceed `max_gone`, which allows 10",
    ),
];

fn night(text: &str, kept: &[State], engine: &Engine) -> (String, State) {
    let mut state = kept.last().unwrap().clone();
    let (mut ids, mut gone, mut x, mut y) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut at = 0;
    let (mut whole, mut all_gone) = (false, false);
    let mut on = state.as_of().map_or(0, |it| (it.day() - day(0)).num_days() as u64 + 1);
    for token in text.split_whitespace() {
        if let Some(night) = token.strip_prefix("back") {
            on = night.parse().unwrap();
            state = kept[on as usize].rewind(&state);
            continue;
        }
        let Some((count, values)) = token.split_once('*') else {
            match token {
                "whole" => whole = true,
                "gone" => all_gone = true,
                "again" => on -= 1,
                other => panic!("{other}"),
            }
            continue;
        };
        for _ in 0..count.parse().unwrap() {
            let id = format!("s{at:03}");
            at += 1;
            if values == "-" {
                gone.push((SubjectKind::Subscription, id));
                continue;
            }
            let (of_x, of_y) = values.split_once('/').unwrap_or((values, "0"));
            ids.push(id);
            x.push(of_x.parse::<f64>().ok());
            y.push(of_y.parse::<f64>().ok());
        }
    }
    let mut frame = Frame::new(SubjectKind::Subscription, ids).unwrap();
    frame.insert("x", Column::numbers(x)).unwrap();
    frame.insert("y", Column::numbers(y)).unwrap();
    let mut input = Input::frame(&frame);
    if whole {
        input = input.complete([SubjectKind::Subscription]);
    }
    if all_gone {
        input = input.with_gone(&gone);
    }
    let out = engine.assess(&input, day(on), &state);
    let said = out.as_ref().err().map(ToString::to_string).unwrap_or_default();
    (said, out.or_else(AssessError::accept).unwrap().state().clone())
}

#[test]
fn each_guard_trips_where_the_table_says() {
    for (name, guards, card, nights, wanted) in ROWS {
        let card = if *card { CARD } else { "" };
        let text = format!(
            "metrics = [{{ name = 'x' }}, {{ name = 'y' }}]\n[guards]\n{guards}\n{card}\
             [[rules]]\nname = 'r'\nwhen = 'x == 1 && (y ?? 0) >= 0'"
        );
        let engine = Engine::compile(&Config::parse(&text)).unwrap();
        let (mut said, mut kept) = (String::new(), vec![State::new()]);
        for text in *nights {
            let (why, state) = night(text, &kept, &engine);
            said = why;
            kept.push(state);
        }
        assert_eq!(said, *wanted, "{name}");
    }
}
