//! Messages.

use super::{LANGUAGE, World, marked, slots, told, values};

fn show(text: &str, sure: &[&str], given: &str) -> String {
    let (program, problems) = LANGUAGE.compile_message(text, &World, &slots(sure));
    let Some(program) = program else {
        let all: Vec<String> = problems
            .iter()
            .map(|problem| format!("{} {:?}", problem.code, marked(text, problem)))
            .collect();
        return all.join(", ");
    };
    let values = values(given);
    told(&program.run(&mut |slot| values[slot].clone()))
}

#[test]
fn messages_show_values() {
    for (text, sure, given, wanted) in [
        ("plain text", &[][..], "", "plain text"),
        ("", &[], "", ""),
        ("No login for ${round(days)} days", &["days"], "days=12.5", "No login for 13 days"),
        ("${seats} seats", &[], "seats=5", "5 seats"),
        ("${active / seats}", &[], "active=1 seats=8", "0.125"),
        ("$${seats}, ${plan} & ${trial}", &[], "seats=5 plan=pro trial=true", "$5, pro & true"),
        ("`${plan}` \"q\" $ { } $x é", &[], "plan=pro", "`pro` \"q\" $ { } $x é"),
        ("${nps ?? \"unknown\"}", &[], "", "unknown"),
        ("${nps ?? \"unknown\"}", &[], "nps=7", "7"),
        ("${nps ?? 0}", &[], "", "0"),
        ("${if trial { \"a}b\" } else { \"c\" }}", &[], "trial=true", "a}b"),
        ("${if is_present(nps) { nps } else { 0 }}", &[], "nps=3", "3"),
        ("${is_present(nps) && nps > 1}", &[], "", "false"),
        ("${seats}", &[], "", "no data: seats"),
        ("${active / seats}", &[], "active=1 seats=0", "no data"),
    ] {
        assert_eq!(show(text, sure, given), wanted, "`{text}`");
    }
}

#[test]
fn what_may_be_missing_needs_a_guard() {
    for (text, sure, wanted) in [
        ("é ${days} days", &[][..], "maybe-missing \"days\""),
        (
            "${days} and ${nps} and ${nope}",
            &["nps"],
            "maybe-missing \"days\", unknown-name \"nope\"",
        ),
        ("${if is_missing(nps) { nps } else { 0 }}", &[], "maybe-missing \"nps\""),
        ("${nps > 1 && is_present(nps)}", &[], "maybe-missing \"nps\""),
        ("${nps ?? days}", &[], "maybe-missing \"days\""),
        ("${1 + (nps ?? \"a\")}", &[], "wrong-type \"\\\"a\\\"\""),
        ("${days", &[], "expression-syntax \"${\""),
        ("${}", &[], "expression-syntax \"}\""),
        ("${`a`}", &[], "forbidden \"`\""),
        ("${while true {}}", &[], "forbidden \"while\""),
    ] {
        assert_eq!(show(text, sure, ""), wanted, "`{text}`");
    }
    let (_, problems) = LANGUAGE.compile_message("${days}", &World, &slots(&[]));
    assert_eq!(problems[0].message, "`days` may be missing when this is shown");
    assert_eq!(
        problems[0].help.as_deref(),
        Some("write `${days ?? \"unknown\"}`, and the message between single quotes")
    );
    for text in ["${days / 7 + days}", "${switch days { 0 => \"today\", _ => \"before\" }}"] {
        let (_, problems) = LANGUAGE.compile_message(text, &World, &slots(&[]));
        let help: Vec<_> =
            problems.iter().map(|problem| problem.help.as_deref().unwrap()).collect();
        assert_eq!(help, ["write `(days ?? -1)` in place of `days`"], "`{text}`");
    }
}

#[test]
fn messages_know_what_they_read_and_have_an_end() {
    let text = "${plan} ${nps ?? 0} ${plan}";
    let program = LANGUAGE.compile_message(text, &World, &slots(&[])).0.unwrap();
    assert_eq!(program.slots().to_vec(), slots(&["plan", "nps"]).into_iter().collect::<Vec<_>>());
    assert_eq!(program.surely_read(), slots(&["plan"]));
    assert_eq!((program.text(), program.tree().is_none()), (text, true));
    let long = "x".repeat(20_000);
    assert_eq!(show(&long, &[], ""), "limit \"x\"");
    let owners = "${owner}".repeat(100);
    let owner = format!("owner={}", "x".repeat(1000));
    assert_eq!(
        show(&owners, &["owner"], &owner),
        "faulted: the message is longer than 65536 bytes"
    );
}
