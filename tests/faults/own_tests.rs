//! Mistakes in a config's own tests, one a row, as in [`super::rows`].
//!
//! A row is what follows `name = "x"` in a test of a config with the metrics `n`, `m`, `r`, `f` and `t` of
//! subscriptions and `p` of accounts, the scorecard `s` with the bands `low` and `high`, the rule `u`
//! about subscriptions and the rule `v` about accounts.

use foretell::fault::Code;

/// What stands before the row.
pub(super) const BEFORE: &str = r#"
[[scorecards]]
name = "s"
bands = [{ name = "low" }, { name = "high", from = 50 }]
factors = [{ metric = "r" }]

[[rules]]
name = "u"
when = "n > 3"

[[rules]]
name = "v"
subject = "account"
when = "p > 3"

[[tests]]
name = "x"
"#;

pub(super) const ROWS: &[(&str, Code, &str)] = &[
    // The test itself.
    ("given = { n = 1 }", Code::Empty, "[[tests]]"),
    ("evnts = []", Code::UnknownKey, "evnts"),
    ("events = []\nstart = 2026-02-30", Code::Syntax, "2026-02-30"),
    ("events = []\nstart = \"soon\"", Code::OutOfRange, "\"soon\""),
    ("events = []\nstart = 2026-01-01T10:00:00", Code::OutOfRange, "2026-01-01T10:00:00"),
    ("events = []\nevery = \"0d\"", Code::OutOfRange, "\"0d\""),
    ("events = []\nsteps = 0", Code::OutOfRange, "0"),
    ("events = []\nsteps = 99999", Code::OutOfRange, "99999"),
    ("events = []\nsteps = 3\nskip = [1, 3]", Code::OutOfRange, "3"),
    ("events = []\nsteps = 2\nskip = [1, 0]", Code::Empty, "[1, 0]"),
    ("events = []\nsteps = 300\nevery = \"1y\"", Code::OutOfRange, "[[tests]]"),
    ("events = []\nsteps = 3\n[[tests]]\nname = \"x\"\nevents = []", Code::Duplicate, "[[tests]]"),
    ("events = []\n[[tests]]\nname = \"\"\nevents = []", Code::Empty, "\"\""),
    ("events = []\n[[tests]]\nevents = []", Code::MissingKey, "[[tests]]"),
    // What is given.
    ("events = []\ngiven = { nn = 1 }", Code::UnknownName, "nn"),
    ("events = []\ngiven = { p = 1 }", Code::UnknownName, "p"),
    ("events = []\ngiven = { s = 1 }", Code::Incompatible, "s"),
    ("events = []\ngiven = { age_days = 1 }", Code::Unused, "age_days"),
    ("events = []\ngiven = { n = nan }", Code::NotFinite, "nan"),
    ("events = []\ngiven = { n = [1, 2] }", Code::WrongType, "[1, 2]"),
    ("events = []\ngiven = { n = true }", Code::WrongType, "true"),
    ("events = []\ngiven = { t = 1 }", Code::WrongType, "1"),
    ("events = []\ngiven = { n = \"1 'a' 2\" }", Code::WrongType, "'a'"),
    ("events = []\ngiven = { t = \"a\" }", Code::TestSyntax, "a"),
    ("events = []\ngiven = { n = \"1 2 x3 4\" }", Code::TestSyntax, "x3"),
    ("events = []\ngiven = { n = \"1 0+1 4\" }", Code::TestSyntax, "0+1"),
    ("events = []\ngiven = { n = '' }", Code::Empty, "'"),
    ("events = []\ngiven = { n = \"1x40000\" }", Code::Limit, "1x40000"),
    ("events = []\ngiven = { n = \"1 2e308+1x3 2\" }", Code::NotFinite, "2e308+1x3"),
    ("events = []\ngiven = { n = \"1 2 3\", m = \"1 2\" }", Code::OutOfRange, "\"1 2\""),
    ("events = []\nsteps = 2\ngiven = { n = \"1 2 3\" }", Code::OutOfRange, "\"1 2 3\""),
    // Several subjects.
    (
        "given = { n = 1 }\nsubjects = [{ id = \"a\", events = [] }]",
        Code::Incompatible,
        "{ n = 1 }",
    ),
    ("subjects = [{ events = [] }]", Code::MissingKey, "{ events = [] }"),
    ("subjects = [{ id = \"\", events = [] }]", Code::Empty, "\"\""),
    ("subjects = [{ id = \"a\", events = [] }, { id = \"a\" }]", Code::Duplicate, "\"a\""),
    (
        "subjects = [{ id = \"a\", events = [], parents = { account = \"b\" } }]",
        Code::UnknownName,
        "\"b\"",
    ),
    (
        "subjects = [{ id = \"a\", events = [], parents = { case = \"b\" } }]",
        Code::Incompatible,
        "\"b\"",
    ),
    (
        "subjects = [{ id = \"a\", events = [], parents = { acount = \"b\" } }]",
        Code::UnknownName,
        "{ acount = \"b\" }",
    ),
    ("subjects = [{ id = \"a\", events = [], present = 1 }]", Code::WrongType, "1"),
    ("subjects = [{ id = \"a\", events = [], present = \"1 0\" }]", Code::WrongType, "1"),
    (
        "subjects = [{ id = \"a\" }, { id = \"b\" }]\nexpect = [{ at = 0, scores = { s = 1 } }]",
        Code::MissingKey,
        "{ at = 0, scores = { s = 1 } }",
    ),
    (
        "subjects = [{ id = \"a1\" }]\nexpect = [{ at = 0, of = \"a2\", scores = { s = 1 } }]",
        Code::UnknownName,
        "\"a2\"",
    ),
    // Events of the whole test.
    ("events = [\"u fired\"]", Code::MissingKey, "u fired"),
    ("events = [\"w fired at 0\"]", Code::UnknownName, "\"w fired at 0\""),
    ("events = [\"v fired at 0\"]", Code::Incompatible, "\"v fired at 0\""),
    ("events = [\"u fired at 0, fird at 0\"]", Code::UnknownName, "fird at 0"),
    ("events = [\"u fired at 0, resolved at 1\"]", Code::OutOfRange, "resolved at 1"),
    ("events = [\"u fired at 2026-01-02\"]", Code::OutOfRange, "u fired at 2026-01-02"),
    ("events = [\"u fired at dawn\"]", Code::TestSyntax, "u fired at dawn"),
    ("events = [\"u fired (loud) at 0\"]", Code::UnknownName, "u fired (loud) at 0"),
    ("events = [\"u fired (silenced at 0\"]", Code::TestSyntax, "(silenced at 0"),
    ("steps = 2\nskip = [1]\nevents = [\"u fired at 1\"]", Code::Incompatible, "u fired at 1"),
    ("actions = [\"call\"]", Code::MissingKey, "\"call\""),
    ("actions = [\"call at 0\"]", Code::TestSyntax, "\"call at 0\""),
    ("actions = [\"call/first at 0\"]", Code::UnknownName, "\"call/first at 0\""),
    // Single steps.
    ("expect = [{ scores = { s = 1 } }]", Code::MissingKey, "{ scores = { s = 1 } }"),
    ("expect = [{ at = 0 }]", Code::Empty, "{ at = 0 }"),
    ("expect = [{ at = -1, scores = { s = 1 } }]", Code::OutOfRange, "-1"),
    ("expect = [{ at = 1, scores = { s = 1 } }]", Code::OutOfRange, "1"),
    ("expect = [{ at = 2026-01-02, scores = { s = 1 } }]", Code::OutOfRange, "2026-01-02"),
    ("expect = [{ at = 2026-02-30, scores = { s = 1 } }]", Code::Syntax, "2026-02-30"),
    ("expect = [{ at = true, scores = { s = 1 } }]", Code::WrongType, "true"),
    ("expect = [{ at = 0, scores = { ss = 1 } }]", Code::UnknownName, "ss"),
    ("expect = [{ at = 0, scores = { s = 101 } }]", Code::OutOfRange, "101"),
    ("expect = [{ at = 0, scores = { s = \"none\" } }]", Code::WrongType, "\"none\""),
    ("expect = [{ at = 0, bands = { s = \"hihg\" } }]", Code::UnknownName, "\"hihg\""),
    ("expect = [{ at = 0, values = { nn = 1 } }]", Code::UnknownName, "nn"),
    ("expect = [{ at = 0, values = { \"s.cover\" = 1 } }]", Code::UnknownName, "\"s.cover\""),
    ("expect = [{ at = 0, values = { n = \"a\" } }]", Code::WrongType, "\"a\""),
    ("expect = [{ at = 0, values = { n = inf } }]", Code::NotFinite, "inf"),
    ("expect = [{ at = 0, alerts = { uu = \"firing\" } }]", Code::UnknownName, "uu"),
    ("expect = [{ at = 0, alerts = { v = \"firing\" } }]", Code::Incompatible, "v"),
    ("expect = [{ at = 0, alerts = { u = \"fireing\" } }]", Code::UnknownName, "fireing"),
    ("expect = [{ at = 0, messages = { uu = \"x\" } }]", Code::UnknownName, "uu"),
    ("expect = [{ at = 0, events = [\"u fired at 0\"] }]", Code::Incompatible, "\"u fired at 0\""),
    ("expect = [{ at = 0, events = [\"fired\"] }]", Code::TestSyntax, "fired"),
    ("expect = [{ at = 0, actions = [\"call/first\"] }]", Code::UnknownName, "\"call/first\""),
    ("expect = [{ at = 0, scores = { s = 1 }, tolerance = -1 }]", Code::OutOfRange, "-1"),
    // What is quiet.
    ("events = []\nsilences = [{ from = 0, until = 1 }]", Code::Empty, "{ from = 0, until = 1 }"),
    (
        "events = []\nsilences = [{ rules = [\"uu\"], from = 0, until = 1 }]",
        Code::UnknownName,
        "\"uu\"",
    ),
    (
        "events = []\nsilences = [{ subjects = [\"a\"], from = 0, until = 1 }]",
        Code::UnknownName,
        "\"a\"",
    ),
    (
        "events = []\nsilences = [{ rules = [\"u\"], from = 1, until = 1 }]",
        Code::BadOrder,
        "{ rules = [\"u\"], from = 1, until = 1 }",
    ),
    ("events = []\nsnoozes = [{ rule = \"v\", from = 0, until = 1 }]", Code::Incompatible, "\"v\""),
    ("events = []\ncalendars = [{}]", Code::Empty, "{}"),
    ("events = []\ncalendars = [{ spans = [[1, 0]] }]", Code::BadOrder, "[1, 0]"),
];
