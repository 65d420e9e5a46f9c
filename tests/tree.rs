//! Companies over companies: what one reads of its subsidiaries, of its whole tree, and how long that takes.

use std::fmt::Write as _;

use foretell::book::{Book, Tables};
use foretell::fault::Code;
use foretell::frame::{Column, Frame, SubjectKind};
use foretell::time::AsOf;
use foretell::value::Value;
use foretell::{Assessment, Config, Engine, Input, State};

/// hq over north and south, north over far; opco begins later and lies between hq and deep.
const BOOK: &str = r#"{
    "companies": [
        { "id": "far", "parent_id": "north", "employees": 4 },
        { "id": "hq", "employees": 1 },
        { "id": "north", "parent_id": "hq", "employees": 2 },
        { "id": "south", "parent_id": "hq", "employees": 3 },
        { "id": "opco", "parent_id": "hq", "employees": 50, "created": "2026-06-01" },
        { "id": "deep", "parent_id": "opco", "employees": 5 },
        { "id": "alone" }
    ],
    "accounts": [
        { "id": "a1", "company_id": "hq" }, { "id": "a2", "company_id": "far" }, { "id": "a3", "company_id": "far" },
        { "id": "a4", "company_id": "south" }, { "id": "a5", "company_id": "deep" }, { "id": "a6" }
    ],
    "subscriptions": [
        { "id": "s1", "account_id": "a1", "arr": 0.1 }, { "id": "s2", "account_id": "a2", "arr": 0.2 },
        { "id": "s3", "account_id": "a3", "arr": 0.3 }, { "id": "s4", "account_id": "a4", "arr": 0.3 },
        { "id": "s5", "account_id": "a5", "arr": 9, "end": "2026-03-01" },
        { "id": "s6", "company_id": "north", "plan": "free" }, { "id": "s7", "account_id": "a6", "arr": 1000 }
    ]
}"#;

const DAY: &str = "2026-03-01";

fn compile(text: &str) -> Engine {
    Engine::compile(&Config::parse(text)).unwrap_or_else(|it| panic!("{text}: {it}"))
}

fn config(metric: &str) -> String {
    format!(
        "subject = 'company'\n[[metrics]]\nname = 'm'\n{metric}\n\
         [[scorecards]]\nname = 'size'\n\
         factors = [{{ metric = 'employees', points.linear = {{ worst = 0, best = 10 }} }}]\n\
         [[rules]]\nname = 'r'\nwhen = '(m ?? 0) > 0'\n"
    )
}

fn shown(out: &Assessment) -> String {
    let ids = out.subjects(SubjectKind::Company);
    let value = |id: &str| match out.value(SubjectKind::Company, "m", id) {
        Value::Missing => "-".to_owned(),
        other => other.to_string(),
    };
    ids.iter().map(|it| format!("{it}={}", value(it))).collect::<Vec<_>>().join(" ")
}

#[test]
fn a_company_reads_its_children_and_its_tree() {
    let book = Book::strict(serde_json::from_str(BOOK).unwrap()).unwrap();
    for (day, metric, expected) in [
        // Direct children alone; what has not begun is none, and nothing is its child.
        (DAY, "expr = 'companies.count'", "far=0 hq=2 north=1 south=0 deep=0 alone=0"),
        (DAY, "expr = 'companies.employees.sum'", "far=0 hq=5 north=4 south=0 deep=0 alone=0"),
        (DAY, "expr = 'companies.size.min'", "far=- hq=20 north=40 south=- deep=- alone=-"),
        (DAY, "from = 'companies'\ntake = 'count'", "far=0 hq=2 north=1 south=0 deep=0 alone=0"),
        (
            DAY,
            "from = 'companies'\ntake = 'max'\nfield = 'employees'\nwhere = 'employees > 2'",
            "far=- hq=3 north=4 south=- deep=- alone=-",
        ),
        // The tree with itself, past what has not begun.
        (DAY, "expr = 'tree.companies.count'", "far=1 hq=5 north=2 south=1 deep=1 alone=1"),
        (
            DAY,
            "expr = 'tree.companies.employees.sum'",
            "far=4 hq=15 north=6 south=3 deep=5 alone=-",
        ),
        (DAY, "expr = 'tree.companies.size.max'", "far=40 hq=50 north=40 south=30 deep=50 alone=-"),
        (
            DAY,
            "expr = 'tree.companies.size.mean'",
            "far=40 hq=30 north=30 south=30 deep=50 alone=-",
        ),
        (DAY, "expr = 'tree.accounts.count'", "far=2 hq=5 north=2 south=1 deep=1 alone=0"),
        // What is over is in no tree, and a sum is the nearest number to the true one.
        (DAY, "expr = 'tree.subscriptions.count'", "far=2 hq=5 north=3 south=1 deep=0 alone=0"),
        (
            DAY,
            "expr = 'tree.subscriptions.arr.sum'",
            "far=0.5 hq=0.9 north=0.5 south=0.3 deep=0 alone=0",
        ),
        (DAY, "expr = 'tree.subscriptions.arr.count'", "far=2 hq=4 north=2 south=1 deep=0 alone=0"),
        (
            DAY,
            "expr = 'tree.subscriptions.arr.median'",
            "far=0.25 hq=0.25 north=0.25 south=0.3 deep=- alone=-",
        ),
        (
            DAY,
            "expr = 'tree.subscriptions.arr.distinct'",
            "far=2 hq=3 north=2 south=1 deep=0 alone=0",
        ),
        (
            DAY,
            "expr = 'tree.subscriptions.is_cancelled'",
            "far=0 hq=0 north=0 south=0 deep=0 alone=0",
        ),
        (
            "2026-02-28",
            "expr = 'tree.subscriptions.arr.max'",
            "far=0.3 hq=9 north=0.3 south=0.3 deep=9 alone=-",
        ),
        (
            "2026-06-01",
            "expr = 'tree.companies.count + companies.count'",
            "far=1 hq=9 north=3 south=1 opco=3 deep=1 alone=1",
        ),
    ] {
        let engine = compile(&config(metric));
        for input in [Input::book(&book), Input::book(&book).with_ended()] {
            let out = engine.assess(&input, day.parse::<AsOf>().unwrap(), &State::new()).unwrap();
            assert_eq!(shown(&out), expected, "{metric}");
        }
    }
}

#[test]
fn an_account_reads_the_tree_of_its_company() {
    let book = Book::strict(serde_json::from_str(BOOK).unwrap()).unwrap();
    let engine = compile(
        "[[metrics]]\nname = 'm'\nsubject = 'account'\nexpr = 'company.tree.accounts.count'\n\
         [[rules]]\nname = 'r'\nsubject = 'account'\nwhen = 'm > 4'\n",
    );
    let out =
        engine.assess(&Input::book(&book), DAY.parse::<AsOf>().unwrap(), &State::new()).unwrap();
    let firing: Vec<&str> = out.rules()[0].matches.iter().map(|it| it.subject.as_ref()).collect();
    assert_eq!(firing, ["a1"]);
}

#[test]
fn a_roll_up_of_itself_is_a_cycle_and_other_kinds_have_no_tree() {
    for (metric, code) in [
        ("expr = 'companies.m.sum + 1'", Code::Cycle),
        ("expr = 'tree.companies.m.sum'", Code::Cycle),
        ("expr = 'tree.m.sum'", Code::UnknownName),
        ("expr = 'tree.companies.nothing.sum'", Code::UnknownName),
        ("expr = 'tree.companies.industry.sum'", Code::WrongType),
        ("subject = 'account'\nexpr = 'tree.subscriptions.count'", Code::UnknownName),
        ("subject = 'account'\nexpr = 'accounts.count'", Code::UnknownName),
        ("subject = 'account'\nfrom = 'companies'\ntake = 'count'", Code::Incompatible),
    ] {
        let text = config(metric).replace("(m ?? 0) > 0", "employees > 0");
        let faults = Engine::compile(&Config::parse(&text)).expect_err(metric);
        assert!(faults.list().iter().any(|it| it.code == code), "{metric}: {faults}");
    }
}

/// Companies given in columns have no loader to refuse a ring of them.
#[test]
fn given_companies_have_trees_and_rings_are_faults() {
    let mut frame = Frame::new(SubjectKind::Company, ["a", "b", "c", "d", "e", "f"]).unwrap();
    let parents = [None, Some("a"), Some("b"), Some("e"), Some("d"), Some("d")];
    frame.set_parents(SubjectKind::Company, parents.map(|it| it.map(Into::into)).into()).unwrap();
    frame.insert("n", Column::numbers((1..7).map(|it| Some(f64::from(it))))).unwrap();
    let engine = compile(&config("expr = 'tree.companies.n.sum'\n[[metrics]]\nname = 'n'"));
    let out =
        engine.assess(&Input::frame(&frame), DAY.parse::<AsOf>().unwrap(), &State::new()).unwrap();
    assert_eq!(shown(&out), "a=6 b=5 c=3 d=10 e=5 f=6");
    let said: Vec<String> = out
        .faults()
        .iter()
        .map(|it| format!("{} {}: {}", it.code, it.place.path, it.message))
        .collect();
    assert_eq!(said, ["cycle companies: given companies are below themselves: `d`, `e`"]);
}

#[test]
fn a_config_tests_its_trees() {
    let engine = compile(
        "subject = 'company'\nmetrics = [{ name = 'n' }]\n\
         [[rules]]\nname = 'large'\nwhen = 'tree.companies.n.sum > 5'\n\
         [[tests]]\nname = 'a daughter grows'\nsteps = 3\n\
         subjects = [\
           { id = 'hq', given = { n = 1 }, events = ['large fired at 1'] },\
           { id = 'd', parents = { company = 'hq' }, given = { n = '2 5 5' } },\
         ]\n",
    );
    let report = engine.run_tests();
    assert!(report.passed() && report.tests.len() == 1, "{report}");
}

/// A hundred thousand companies, each with an account, from rows `id,parent`.
fn many(parent: impl Fn(usize) -> Option<usize>) -> Tables {
    let mut text = String::from("{\"companies\":[");
    let count = 100_000;
    for at in 0..count {
        let comma = if at == 0 { "" } else { "," };
        let above = parent(at).map_or_else(String::new, |it| format!(",\"parent_id\":\"c{it}\""));
        write!(text, "{comma}{{\"id\":\"c{at}\"{above}}}").unwrap();
    }
    text += "],\"accounts\":[";
    for at in 0..count {
        let comma = if at == 0 { "" } else { "," };
        write!(text, "{comma}{{\"id\":\"a{at}\",\"company_id\":\"c{at}\",\"n\":{}}}", at % 7)
            .unwrap();
    }
    text += "]}";
    serde_json::from_str(&text).unwrap()
}

/// Every take over trees of any depth and width in linear time: quadratic, each would take hours.
#[test]
fn a_hundred_thousand_companies_in_a_chain_and_in_a_star() {
    let takes = ["sum", "mean", "min", "max", "median", "distinct", "count"];
    let metrics: Vec<String> = takes
        .iter()
        .map(|it| format!("{{ name = '{it}_', expr = 'tree.accounts.n.{it}' }}"))
        .collect();
    let engine = compile(&format!(
        "subject = 'company'\nmetrics = [{}, {{ name = 'n', subject = 'account', attribute = 'n' }}]\n\
         [[rules]]\nname = 'r'\nwhen = '{} + companies.count >= 0'\n",
        metrics.join(", "),
        takes.map(|it| format!("{it}_")).join(" + "),
    ));
    for (tables, children) in
        [(many(|at| at.checked_sub(1)), 1.0), (many(|at| (at > 0).then_some(0)), 99_999.0)]
    {
        let book = Book::strict(tables).unwrap();
        let out = engine
            .assess(&Input::book(&book), DAY.parse::<AsOf>().unwrap(), &State::new())
            .unwrap();
        assert_eq!(out.rules()[0].matches.len(), 100_000);
        let of = |name: &str, id: &str| out.value(SubjectKind::Company, name, id).number().unwrap();
        let top: Vec<f64> = takes.iter().map(|it| of(&format!("{it}_"), "c0")).collect();
        // 14,285 times 0 to 6, and 0 to 4.
        assert_eq!(top, [299_995.0, 2.99995, 0.0, 6.0, 3.0, 7.0, 100_000.0]);
        let ends = [of("companies.count", "c0"), of("sum_", "c99999")];
        assert_eq!(ends.map(Some), [children, 4.0].map(Some));
    }
}

/// A ring of a hundred thousand: each of them is told of, in few words, and in linear time.
#[test]
fn a_ring_of_a_hundred_thousand_companies_is_told_in_few_words() {
    let tables = many(|at| Some((at + 1) % 99_998).filter(|_| at < 99_998));
    let loaded = Book::lenient(tables);
    assert_eq!(loaded.book.subjects(SubjectKind::Company).len(), 2);
    assert_eq!(loaded.book.subjects(SubjectKind::Account).len(), 2);
    let cycles: Vec<_> = loaded.rejected.iter().filter(|it| it.reason == "cycle").collect();
    assert_eq!(cycles.len(), 99_998);
    assert_eq!(
        cycles[7].fault.message,
        "its parent company `c8` is below the company itself: `c0`, `c1`, `c2` and 99995 more are in a ring"
    );
    assert!(cycles.iter().all(|it| it.fault.code == Code::Cycle && it.fault.message.len() < 120));
}
