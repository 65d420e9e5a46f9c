//! Which rules are known never to be heard of.

use foretell::fault::Code;
use foretell::{Config, Engine};

/// Whether nobody can ever be told of `target`, for the keys of two rules.
fn mute(source: &str, target: &str, inhibit: &str) -> bool {
    let rule = |name: &str, keys: &str| {
        let keys = keys.replace("; ", "\n");
        format!("[[rules]]\nname = \"{name}\"\nwhen = {keys}\n")
    };
    let text = format!(
        "[[metrics]]\nname = \"x\"\n[[metrics]]\nname = \"y\"\n\
         [[metrics]]\nname = \"t\"\ntype = \"text\"\n{}{}[[inhibit]]\n{inhibit}\n",
        rule("source", source),
        rule("target", target)
    );
    let engine = Engine::compile(&Config::parse(&text)).unwrap_or_else(|it| panic!("{text}\n{it}"));
    let mute = engine.warnings().iter().filter(|it| it.code == Code::Unreachable);
    let mute: Vec<_> = mute.collect();
    for it in &mute {
        assert!(it.help.is_some() && it.place.line.is_some(), "{it:?}");
    }
    assert!(mute.len() < 2);
    mute.iter().any(|it| it.message.starts_with("alerts of `target` are always inhibited by"))
}

#[test]
fn a_rule_that_is_always_silenced_is_found_and_no_other() {
    let by_name = "source = [\"source\"]\ntarget = [\"target\"]";
    for (source, target, wanted) in [
        ("'x < 0.5'", "'x < 0.1'", true),
        ("'x < 0.5'", "'x < 0.5'; severity = \"info\"", true),
        ("'x < 0.5'", "'x <= 0.5'", false),
        ("'x < 0.1'", "'x < 0.5'", false),
        ("'x < 0.5'", "'x > 3'", false),
        ("'x < 0.5 || x > 9'", "'x > 10'", true),
        ("'x != 3'", "'x == 4'", true),
        ("'x in 0..10'", "'x in 2..=9'", true),
        ("'t in [\"a\", \"b\"]'", "'t == \"a\"'", true),
        ("'t != \"a\"'", "'t == \"b\"'", true),
        ("'x < 5 && y > 1'", "'x < 1 && y > 2'", true),
        // Where one name is missing, one of them may go on without the other.
        ("'x < 5'", "'x < 1 && y > 2'", false),
        ("'x < 5'", "'y > 2 && x < 1'", false),
        ("'(x ?? 1) < 5'", "'x < 1'", false),
        // A calculation may have no answer.
        ("'x * x < 5'", "'x == 1'", false),
        ("'x * x < 5'", "'x * x < 5'; for = \"3d\"", true),
        // Waits.
        ("'x < 5'; for = \"3d\"", "'x < 1'", false),
        ("'x < 5'; for = \"3d\"", "'x < 1'; for = \"3d\"", true),
        ("'x < 5'; for = \"3d\"", "'x < 1'; for = \"7d\"", true),
        ("'x < 5'; for = \"7d\"", "'x < 1'; for = \"3d\"", false),
        ("'x < 5'; for = \"28d\"", "'x < 1'; for = \"1mo\"", false),
        ("'x < 5'; for = 3", "'x < 1'; for = 3", true),
        ("'x < 5'; for = 3", "'x < 1'; for = \"3d\"", false),
        ("'x < 5'; for = 1", "'x < 1'", true),
        ("'x < 5'; for = \"3d\"; max_gap = \"1d\"", "'x < 1'; for = \"3d\"", false),
        // What ends them.
        ("'x < 5'; clear_when = 'x > 9'", "'x < 1'", true),
        ("'x < 5'; clear_when = 'x < 0.5'", "'x < 1'", false),
        ("'x < 5'", "'x < 1'; clear_when = 'x > 9'", false),
        ("'x < 5'; no_data = \"resolve\"", "'x < 1'", false),
        ("'x < 5'", "'x < 1'; no_data = \"alert\"", false),
        ("'x < 5'; keep_firing_for = \"3d\"", "'x < 1'; keep_firing_for = \"9d\"", true),
    ] {
        assert_eq!(mute(source, target, by_name), wanted, "{source} and {target}");
    }
    // Who silences whom.
    let severe = "'x < 5'; severity = \"critical\"";
    let by_severity = "source_severity = \"critical\"\ntarget_severity = \"warning\"";
    assert!(mute(severe, "'x < 1'", by_severity));
    assert!(!mute("'x < 1'", severe, by_severity));
    assert!(!mute("'x < 5'", "'x < 1'", "source = [\"target\"]\ntarget = [\"source\"]"));
    assert!(!mute("'x < 5'", "'x < 1'", &format!("{by_name}\non = \"parent\"")));
}

#[test]
fn an_inhibition_without_effect_says_why() {
    let why = |inhibit: &str| {
        let text = format!(
            "[[metrics]]\nname = \"x\"\n[[rules]]\nname = \"a\"\nwhen = 'x > 1'\n\
             [[rules]]\nname = \"b\"\nwhen = 'x < 1'\n[[inhibit]]\n{inhibit}\n"
        );
        let engine = Engine::compile(&Config::parse(&text)).unwrap();
        let [warning] = engine.warnings() else { panic!("{:?}", engine.warnings()) };
        assert_eq!(warning.code, Code::Unused);
        warning.help.clone().unwrap()
    };
    for (inhibit, wanted) in [
        (
            "source_severity = \"critical\"\ntarget = [\"b\"]",
            "no rule has the severity `critical` or a greater",
        ),
        (
            "source = [\"a\"]\nsource_severity = \"critical\"\ntarget = [\"b\"]",
            "no rule of `source` has the severity `critical` or a greater",
        ),
        (
            "source = [\"a\"]\ntarget_severity = \"info\"",
            "no rule has the severity `info` or a lesser",
        ),
        (
            "source = [\"a\"]\ntarget = [\"a\"]",
            "both rules must be about the same kind of subject, and only one on both sides",
        ),
    ] {
        assert_eq!(why(inhibit), wanted, "{inhibit}");
    }
}

#[test]
fn names_that_are_nearly_right_are_suggested() {
    for (keys, wanted) in [
        ("when = 'x > 1'\nseverity = \"critcal\"", "did you mean `critical`?"),
        ("when = 'x > 1'\nseverity = \"high\"", "expected one of `info`, `warning`, `critical`"),
        ("when = 'health.band == \"gren\"'", "did you mean `green`?"),
        ("when = 'health.band in [\"rad\"]'", "did you mean `red`?"),
        ("when = 'health.band == \"amber\"'", "it is one of `red`, `green`"),
    ] {
        let text = format!(
            "[[metrics]]\nname = \"x\"\n[[scorecards]]\nname = \"health\"\n\
             bands = [{{ name = \"red\" }}, {{ name = \"green\", from = 50 }}]\n\
             factors = [{{ metric = \"x\", points.linear = {{ worst = 0, best = 9 }} }}]\n\
             [[rules]]\nname = \"a\"\n{keys}\n"
        );
        let faults = Engine::compile(&Config::parse(&text)).unwrap_err();
        let [fault] = faults.list() else { panic!("{faults}") };
        assert_eq!(fault.help.as_deref(), Some(wanted), "{keys}");
    }
}
