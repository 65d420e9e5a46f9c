//! What a playbook cannot mean is a fault, at its place.

use foretell::config::Config;
use foretell::fault::{Fault, Severity};
use foretell::{Engine, Faults};

fn faults(text: &str) -> Vec<Fault> {
    match Engine::compile(&Config::parse(text)) {
        Ok(engine) => engine.warnings().to_vec(),
        Err(Faults(list)) => list,
    }
}

/// Codes with what they mark; warnings in brackets.
fn show(faults: &[Fault]) -> String {
    let one = |it: &Fault| {
        let from = it.place.column.unwrap_or(1) as usize - 1;
        let length = it.place.length.unwrap_or(0) as usize;
        let snippet = it.place.snippet.as_deref().unwrap_or("");
        let marked: String = snippet.chars().skip(from).take(length).collect();
        match it.severity {
            Severity::Error => format!("{}: {marked}", it.code),
            _ => format!("({}: {marked})", it.code),
        }
    };
    faults.iter().map(one).collect::<Vec<_>>().join(" ")
}

const STEP: &str = "[[playbooks.steps]]\nchannel = \"call\"\ntitle = \"t\"";

/// A config whose rule begins the playbook `p` with these keys.
fn config(playbook: &str) -> String {
    format!(
        "[[metrics]]\nname = \"x\"\n\
         [[rules]]\nname = \"r\"\nwhen = \"x > 5\"\nplaybook = \"p\"\n[[playbooks]]\nname = \"p\"\n{playbook}\n"
    )
}

#[test]
fn what_a_playbook_cannot_mean_is_a_fault() {
    let rows: &[(&str, &str)] = &[
        ("STEP", ""),
        ("when = \"x > 1\"\nstop_when = \"x < 1\"\nSTEP", ""),
        ("", "empty: [[playbooks]]"),
        ("steps = []", "empty: [[playbooks]]"),
        ("ready_made = \"low_usage\"", ""),
        ("ready_made = \"low_usage\"\nSTEP", ""),
        ("ready_made = \"low_usag\"", "unknown-name: \"low_usag\""),
        ("one_per = \"subjekt\"\nSTEP", "unknown-name: \"subjekt\""),
        ("days = \"busines\"\nSTEP", "unknown-name: \"busines\""),
        ("until_resolved = 3\nSTEP", "wrong-type: 3"),
        ("unti_resolved = true\nSTEP", "unknown-key: unti_resolved"),
        ("when = \"xx > 1\"\nSTEP", "unknown-name: xx"),
        ("when = \"x\"\nSTEP", "wrong-type: x"),
        ("stop_when = \"yy > 1\"\nSTEP", "unknown-name: yy"),
        ("when = \"x > 1\"\nstop_when = \"x>1\"\nSTEP", "(contradiction: \"x>1\")"),
        ("STEP\nSTEP", "duplicate: [[playbooks.steps]]"),
        ("STEP\nSTEP\nname = \"again\"", ""),
        ("STEP\nname = \"\"", "empty: \"\""),
        ("STEP\nowner = \" \"", "empty: \" \""),
        ("STEP\nafter = \"soon\"", "out-of-range: \"soon\""),
        ("STEP\nafter = 3", "wrong-type: 3"),
        ("STEP\ndeadline = \"3d\"", ""),
        ("STEP\ndeadline = \"0d\"", "out-of-range: \"0d\""),
        ("STEP\ndeadline = \"0w\"", "out-of-range: \"0w\""),
        ("STEP\nescalate_to = \"lead\"", "missing-key: [[playbooks.steps]]"),
        ("STEP\ndeadline = \"3d\"\nescalate_to = \"lead\"", ""),
        ("STEP\ndeadline = \"3d\"\nescalate_to = \"\"", "empty: \"\""),
        ("STEP\nafter_done = true", "(unused: after_done)"),
        ("STEP\nSTEP\nname = \"b\"\nafter_done = true", ""),
        ("STEP\nwhen = \"zz > 1\"", "unknown-name: zz"),
        ("STEP\ntext = 'now ${x}'", "maybe-missing: x"),
        ("STEP\ntext = 'now ${x ?? 0}'", ""),
        ("STEP\nwhen = \"x > 1\"\ntext = 'now ${x}'", ""),
        ("STEP\nwhen = \"is_missing(x)\"\ntext = 'now ${x}'", "maybe-missing: x"),
        ("STEP\ntext = 'now ${zz}'", "unknown-name: zz"),
        ("[[playbooks.steps]]\nchannel = \"call\"\ntitle = '${x}'", "maybe-missing: x"),
        ("[[playbooks.steps]]\nchannel = \"call\"\ntitle = \"\"", "empty: \"\""),
        ("[[playbooks.steps]]\nchannel = \"call\"", "missing-key: [[playbooks.steps]]"),
        ("[[playbooks.steps]]\nchannel = \"cal\"\ntitle = \"t\"", "unknown-name: \"cal\""),
        ("[[playbooks.steps]]\ntitle = \"t\"", "missing-key: [[playbooks.steps]]"),
        ("stop_when = \"!alerts.r\"\nSTEP", ""),
        ("stop_when = \"!alerts.rr\"\nSTEP", "unknown-name: alerts.rr"),
        ("STEP\n[[playbooks]]\nname = \"p\"\nSTEP", "duplicate: [[playbooks]]"),
        ("STEP\n[[playbooks]]\nname = \"q\"\nSTEP", "(unused: name)"),
        ("STEP\n[[playbooks]]\nname = \"a b\"\nSTEP", "(unused: name) bad-name: \"a b\""),
        ("subject = \"account\"\nSTEP", "incompatible: \"p\""),
        (
            "STEP\n[[rules]]\nname = \"s\"\nwhen = \"x > 6\"\nplaybook = \"pp\"",
            "unknown-name: \"pp\"",
        ),
    ];
    let mut wrong = Vec::new();
    for (playbook, wanted) in rows {
        let found = faults(&config(&playbook.replace("STEP", STEP)));
        let got = show(&found);
        if got != *wanted {
            wrong.push(format!("{playbook}\n  wanted {wanted}\n  got    {got}\n{}", Faults(found)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_misspelt_playbook_is_told_with_its_neighbour() {
    let text = config(STEP).replace("playbook = \"p\"", "playbook = \"recover_usge\"");
    let text = text.replace("name = \"p\"", "name = \"recover_usage\"");
    let found = faults(&text);
    assert_eq!(found[0].message, "there is no playbook `recover_usge`");
    assert_eq!(found[0].help.as_deref(), Some("did you mean `recover_usage`?"));
    let [_, unused] = &found[..] else { panic!("{found:?}") };
    assert_eq!(unused.message, "no rule begins the playbook `recover_usage`");
}

#[test]
fn faults_of_playbooks_are_worded_as_promised() {
    for text in [
        config(""),
        config("subject = \"account\"\n[[playbooks.steps]]\nchannel = \"x\"\ntitle = \"\""),
        config(&format!(
            "{STEP}\nescalate_to = \"a\"\ndeadline = \"0d\"\n{STEP}\nescalate_to = \"\""
        )),
    ] {
        let found = faults(&text);
        assert!(!found.is_empty());
        for it in found.iter().flat_map(|it| [Some(&it.message), it.help.as_ref()]).flatten() {
            assert!(!it.starts_with(char::is_uppercase) && !it.ends_with('.'), "{it}");
            assert_eq!(it.matches('`').count() % 2, 0, "{it}");
        }
    }
}
