//! What a host asks to be quiet is checked, and followed as far as it can be.

use crate::sections::section;
use foretell::alert::Suppressions;
use foretell::fault::Severity;
use foretell::frame::{Column, Frame, SubjectKind};
use foretell::{Config, Engine, Input, State};

const CONFIG: &str = "[[metrics]]\nname = \"x\"\n[[rules]]\nname = \"low_use\"\nwhen = \"x > 1\"\n";

/// The warnings about suppressions, given as TOML, on 2026-03-10; each as its code, path and message.
fn warnings(text: &str) -> Vec<String> {
    let quiet: Suppressions = toml::from_str(text).unwrap_or_else(|it| panic!("{text}\n{it}"));
    let engine = Engine::compile(&Config::parse(CONFIG)).unwrap();
    let mut frame = Frame::new(SubjectKind::Subscription, ["s1", "s2"]).unwrap();
    frame.insert("x", Column::numbers([Some(5.0), Some(5.0)])).unwrap();
    let input = Input::frame(&frame).with_suppressions(&quiet);
    let out = engine
        .assess(&input, "2026-03-10".parse::<foretell::time::AsOf>().unwrap(), &State::new())
        .unwrap();
    // Whatever is wrong, every alert fires and is recorded.
    assert_eq!(out.events().len(), 2, "{text}");
    assert_eq!(section(out.state(), "alerts").as_object().unwrap().len(), 1, "{text}");
    let show = |it: &foretell::fault::Fault| {
        assert_eq!(it.severity, Severity::Warning);
        let path = it.place.path.strip_prefix("suppressions.").unwrap();
        let help = it.help.as_ref().map_or_else(String::new, |it| format!(" ({it})"));
        format!("{} at {path}: {}{help}", it.code, it.message)
    };
    out.faults().iter().map(show).collect()
}

#[test]
fn what_must_be_quiet_is_checked() {
    let silence = |matches: &str, more: &str| {
        let all = "id = \"a\"\nauthor = \"ann\"\nreason = \"known\"\nfrom = \"2026-03-01\"\nuntil = \"2026-04-01\"\n";
        let mut lines: Vec<&str> = all.lines().collect();
        let given = |it: &str| more.split(' ').next().is_some_and(|key| it.starts_with(key));
        lines.retain(|it| more.is_empty() || !given(it));
        format!("[[silences]]\n{}\n{more}\nmatches = {{ {matches} }}\n", lines.join("\n"))
    };
    let snooze = |rule: &str, subject: &str| {
        format!(
            "[[snoozes]]\nrule = \"{rule}\"\nsubject = \"{subject}\"\nauthor = \"ann\"\n\
             reason = \"known\"\nfrom = \"2026-03-01\"\nuntil = \"2026-04-01\"\n"
        )
    };
    let fits = "rules = [\"low_use\"]";
    for (text, wanted) in [
        (silence(fits, ""), ""),
        (silence("subjects = [\"s1\"]", ""), ""),
        (silence("severity = \"warning\"", ""), ""),
        (
            silence(fits, "until = \"2026-03-01\""),
            "contradiction at silences[0].until: the silence `a` is over on 2026-03-01, which is \
             not after 2026-03-01 (the last day is the one before `until`)",
        ),
        // One that is over is kept by hosts, and no mistake.
        (silence(fits, "until = \"2026-03-10\""), ""),
        (silence(fits, "until = \"2026-03-11\""), ""),
        // One that is to come is as good.
        (silence(fits, "from = \"2026-03-30\""), ""),
        (
            silence(fits, "author = \" \""),
            "empty at silences[0].author: the silence `a` has no author",
        ),
        (
            silence(fits, "reason = \"\""),
            "empty at silences[0].reason: the silence `a` has no reason",
        ),
        (
            silence("", ""),
            "empty at silences[0].matches: the silence `a` matches on nothing, so it silences \
             nothing (name a rule, a subject, a severity or a label)",
        ),
        (
            silence("rules = [\"low_usee\"]", ""),
            "unknown-name at silences[0].matches.rules[0]: the silence `a` is for a rule \
             `low_usee`, which does not exist (did you mean `low_use`?)",
        ),
        (
            silence("subjects = [\"s1\", \"s9\"]", ""),
            "unknown-reference at silences[0].matches.subjects[1]: the silence `a` is for a subject \
             `s9`, which is not among those assessed",
        ),
        (
            silence(fits, "") + &*silence(fits, ""),
            "duplicate at silences[1].id: the silence `a` is duplicated",
        ),
        (snooze("low_use", "s1"), ""),
        (
            snooze("high_use", "s1"),
            "unknown-name at snoozes[0].rule: the snooze of `high_use` is for a rule `high_use`, \
             which does not exist",
        ),
        (
            snooze("low_use", "s9"),
            "unknown-reference at snoozes[0].subject: the snooze of `low_use` is for subscription \
             `s9`, which is not among those assessed",
        ),
        ("[[calendars]]\nname = \"days\"\nweekends = true\n".to_owned(), ""),
        (
            "[[calendars]]\nname = \"days\"\n".to_owned(),
            "empty at calendars[0].spans: the calendar `days` has no days (give spans of days, or \
             say `weekends`)",
        ),
        (
            "[[calendars]]\nname = \"days\"\nspans = [[\"2026-01-01\", \"2026-01-02\"]]\n"
                .to_owned(),
            "",
        ),
        (
            "[[calendars]]\nname = \"days\"\nspans = [[\"2026-01-02\", \"2026-01-01\"]]\n"
                .to_owned(),
            "contradiction at calendars[0].spans[0]: the calendar `days` is over on 2026-01-01, \
             which is not after 2026-01-02 (the last day is the one before `until`)",
        ),
    ] {
        let wanted: Vec<&str> = if wanted.is_empty() { Vec::new() } else { vec![wanted] };
        assert_eq!(warnings(&text), wanted, "{text}");
    }
    let many: String = (0..300).map(|at| snooze("low_use", &format!("x{at}"))).collect();
    assert_eq!(warnings(&many).len(), 100);
}
