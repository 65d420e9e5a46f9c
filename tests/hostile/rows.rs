//! Configs that nobody would write in good faith.

/// A hostile config: what is wrong with it, the fault that says so, and its text.
pub(super) struct Row {
    pub(super) name: &'static str,
    pub(super) code: &'static str,
    pub(super) text: Box<dyn Fn() -> String>,
}

/// What most rows read.
const METRICS: &str = "[[metrics]]\nname = \"n\"\n[[metrics]]\nname = \"t\"\ntype = \"text\"\n";

/// One rule with this condition.
fn rule(when: &str) -> String {
    format!("{METRICS}[[rules]]\nname = \"r\"\nwhen = '''{when}'''\n")
}

/// So many of something that knows its number.
fn many(count: usize, part: impl Fn(usize) -> String) -> String {
    (0..count).map(part).collect()
}

/// A text that is within the limit of a config and repeats a part as often as there is room.
fn full(part: &str) -> String {
    part.repeat((foretell::Config::LONGEST_TEXT - 1) / part.len())
}

/// A text as long as a config may be, of parts that know their number, after a beginning.
fn filled(begin: &str, part: impl Fn(usize) -> String) -> String {
    let mut text = begin.to_owned();
    for at in 0.. {
        let part = part(at);
        if text.len() + part.len() > foretell::Config::LONGEST_TEXT {
            break;
        }
        text += &part;
    }
    text
}

/// Conditions that the language does not have, or has no room for.
const CONDITIONS: &[(&str, &str, &str)] = &[
    ("an endless loop", "forbidden", "loop { }"),
    ("a while loop", "forbidden", "let i = 0; while i < 9 { i += 1 } i > 2"),
    ("a for loop", "forbidden", "for i in 0..1000000000 { n } n > 2"),
    ("a do loop", "forbidden", "do { n } while true"),
    ("a closure", "forbidden", "let f = |x| x + 1; f.call(n) > 2"),
    ("a closure that holds itself", "expression-syntax", "let x = (); let f = || x; x = f; true"),
    ("a curry bomb", "forbidden", "let f = Fn(\"n\"); loop { f = f.curry(f) }"),
    (
        "a curry bomb without a loop",
        "forbidden",
        "let f = Fn(\"a\").curry(n).curry(n); f.call() > 1",
    ),
    ("a function", "forbidden", "fn f(x) { f(x) + f(x) } f(n) > 2"),
    ("eval", "forbidden", "eval(\"loop { }\")"),
    ("eval of a grown text", "forbidden", "eval(t + t) == 3"),
    ("an import", "forbidden", "import \"other\" as o; o::x > 2"),
    ("a name of a module", "forbidden", "global::n > 2"),
    ("a sleep", "forbidden", "sleep(1000) == 1"),
    ("a clock", "forbidden", "timestamp() > 2"),
    ("printing", "unused", "print(t); true"),
    ("a thrown error", "forbidden", "throw n"),
    ("a caught error", "forbidden", "try { n } catch { 1 }"),
    ("an early return", "forbidden", "return true"),
    ("a match", "forbidden", "match n { 1 => true, _ => false }"),
    ("a switch without cases", "expression-syntax", "switch n { "),
    ("a growing text", "forbidden", "let s = t; s += s; s += s; s == \"\""),
    ("texts joined", "wrong-type", "t + t == \"\""),
    ("a text grown by a call", "forbidden", "t.pad(9223372036854775807, \"x\") == \"\""),
    ("a huge blob", "forbidden", "blob(9223372036854775807) == 1"),
    ("a text with a hole", "forbidden", "`${t}${t}` == \"\""),
    ("a map", "forbidden", "#{ a: n }.a > 2"),
    ("a map that grows", "expression-syntax", "let m = n; m[\"a\"] = m; true"),
    ("a list of lists", "forbidden", "[[n], [n]] == 1"),
    ("a list that holds itself", "expression-syntax", "let a = [n]; a = [a]; true"),
    ("a huge range", "compiles", "n in 0..9007199254740992"),
    ("a number that is not finite", "not-finite", "n > 1e999"),
    ("a tower of powers", "not-finite", "n > 9.0 ** 9.0 ** 9.0 ** 9.0"),
    ("the size of an object", "forbidden", "n.len() > 2"),
    ("a property", "unknown-name", "n.m.o.p > 2"),
];

/// Conditions made of one part, repeated: what it opens, what it closes, and how often.
const REPEATED: &[(&str, &str, &str, &str, usize)] = &[
    ("100,000 terms", "limit", "n > 1 && ", "true", 100_000),
    ("as many terms as there is room for", "limit", "n>1&&", "n>1", 3000),
    ("a long sum", "limit", "n+", "n > 1", 4000),
    ("1 MB of one name", "limit", "x", "", 1_000_000),
    ("16 kB of one name", "unknown-name", "x", "", 16_000),
    ("1 MB of digits", "limit", "9", "", 1_000_000),
    ("16 kB of digits", "not-finite", "9", " > n", 16_000),
    ("16 kB of decimals", "wrong-type", "0.1+", "0.1", 20),
    ("1 MB of brackets", "limit", "(", "", 1_000_000),
    ("16 kB of brackets", "limit", "(", "", 16_000),
    ("16 kB of lists", "limit", "[", "", 16_000),
    ("16 kB of blocks", "limit", "{", "", 16_000),
    ("16 kB of closing brackets", "expression-syntax", ")", "", 4000),
    ("16 kB of signs", "limit", "-", "n > 1", 16_000),
    ("4,000 signs", "limit", "- ", "n > 1", 4000),
    ("4,000 negations", "limit", "!", "true", 4000),
    ("4,000 powers", "limit", "n**", "n > 1", 2000),
    ("nested conditions", "limit", "if n > 1 { ", "n > 1", 1000),
    ("a long chain of else", "limit", "if n > 1 { true } else ", "{ true }", 600),
    ("a long chain of defaults", "limit", "n??", "1 > 1", 2000),
    ("nested calls", "limit", "abs(", "n", 4000),
    ("a call with many arguments", "expression-syntax", "max(n,", "n", 1),
    ("a long chain of comparisons", "wrong-type", "n<", "n", 30),
    ("many statements", "limit", "n;", "n > 1", 8000),
    ("a few statements", "unused", "n;", "n > 1", 1000),
    ("many names", "limit", "let a = n; ", "true", 1400),
    ("many unknown names", "unknown-name", "zz > 1 && ", "true", 250),
    ("many foreign marks", "forbidden", "# ", "", 8000),
    ("many foreign words", "forbidden", "loop ", "", 3000),
    ("many quotes", "expression-syntax", "\"", "", 4_001),
    ("many letters that are none", "expression-syntax", "é", "", 8000),
    ("many dots", "forbidden", ". ", "", 4000),
    ("a name of many parts", "unknown-name", "a.", "a > 1", 8000),
    ("a name below many parents", "unknown-name", "account.", "n > 1", 2000),
    ("names that are closed too often", "expression-syntax", "(n)) ", "", 1000),
];

/// Whole texts.
fn whole() -> Vec<Row> {
    fn row(name: &'static str, code: &'static str, text: impl Fn() -> String + 'static) -> Row {
        Row { name, code, text: Box::new(text) }
    }
    let metric = |at: usize| format!("[[metrics]]\nname = \"m{at}\"\n");
    let tiny = |at: usize| format!("[[rules]]\nname=\"r{at}\"\nwhen=\"n>{at}\"\n");
    let inhibit =
        |at: usize| format!("[[inhibit]]\nsource=[\"r{at}\"]\ntarget_severity=\"warning\"\n");
    let card = |more: &str| format!("{METRICS}[[scorecards]]\nname=\"s\"\n{more}\n");
    let one = |more: &str| format!("{METRICS}[[rules]]\nname=\"r\"\nwhen=\"n>1\"\n{more}\n");
    let start = |text: &str| format!("{text}{}", full("x").split_off(text.len() + 9));
    vec![
        // Longer than a text may be.
        row("1 MB of comments", "limit", || "#".repeat(1 << 20)),
        row("1 MB of rules", "limit", move || many(30_000, tiny)),
        row("1 MB of a dotted key", "limit", || "a.".repeat(500_000) + "a=1"),
        // As long as a text may be.
        row("keys without values", "syntax", || full("=\n")),
        row("opening brackets", "syntax", || full("[")),
        row("nested lists", "syntax", || format!("a = {}", full("[").split_off(9))),
        row("nested lists that are closed", "syntax", || {
            format!("a = {}{}", "[".repeat(60_000), "]".repeat(60_000))
        }),
        row("nested tables", "syntax", || format!("a = {}", full("{a=").split_off(9))),
        row("a header of 10,000 parts", "limit", || format!("[{}a]\n", "a.".repeat(10_000))),
        row("quotes", "syntax", || full("\"")),
        row("an open text", "syntax", move || start("name = \"")),
        row("one line", "unknown-key", move || start("nam = \"") + "\""),
        row("one name", "limit", move || start("[[metrics]]\nname = \"") + "\""),
        row("one key", "unknown-key", move || start("") + "=1"),
        row("one number", "out-of-range", || format!("name = {}", full("9").split_off(9))),
        row("zero bytes", "syntax", || full("\0")),
        row("unknown keys", "limit", || filled("", |at| format!("k{at}=1\n"))),
        row("1,999 unknown keys", "unknown-key", || many(1999, |at| format!("k{at}=1\n"))),
        row("a long key with many below it", "unknown-key", || {
            format!("[{}]\n", "k".repeat(100_000)) + &*many(1999, |at| format!("k{at}=1\n"))
        }),
        row("one key, again and again", "limit", || full("name=1\n")),
        row("dotted keys", "limit", || filled("", |at| format!("a{at}.b.c=1\n"))),
        row("tables in lists in tables", "unknown-key", || {
            format!("x=[{}]\n", format!("[{}],", "{a=1},".repeat(1900)).repeat(11))
        }),
        row("empty rules", "limit", || full("[[rules]]\n")),
        row("1,999 empty rules", "missing-key", || "[[rules]]\n".repeat(1999)),
        row("rules that are numbers", "wrong-type", || format!("rules=[{}]", "1,".repeat(1999))),
        row("wrong types", "wrong-type", || "[[rules]]\nname=1\nwhen=2\n".repeat(1999)),
        row("rules with unknown keys", "unknown-key", || {
            many(1999, |at| format!("[[rules]]\nname=\"r{at}\"\nwhen=\"true\"\nk=1\n"))
        }),
        row("more rules than there may be", "limit", move || {
            METRICS.to_owned() + &*many(2001, tiny)
        }),
        row("1,999 tiny rules", "compiles", move || METRICS.to_owned() + &*many(1999, tiny)),
        row("one rule, again and again", "duplicate", || {
            METRICS.to_owned() + &*"[[rules]]\nname=\"r\"\nwhen=\"n>1\"\n".repeat(1999)
        }),
        row("rules that read unknown names", "unknown-name", || {
            many(1999, |at| format!("[[rules]]\nname=\"r{at}\"\nwhen=\"x{at}>1\"\n"))
        }),
        row("rules and a fault of syntax", "unknown-name", || {
            let rule = |at: usize| format!("[[rules]]\nname=\"r{at}\"\nwhen=\"x{at}>1\"\n");
            many(1999, rule) + "name = = 1\n"
        }),
        row("more metrics than there may be", "limit", move || filled("", metric)),
        row("1,999 metrics", "compiles", move || many(1999, metric)),
        row("metrics in a circle", "limit", || {
            many(1999, |at| {
                format!("[[metrics]]\nname=\"m{at}\"\nexpr=\"m{}+1\"\n", (at + 1) % 1999)
            })
        }),
        row("metrics that read all others", "limit", || {
            let all = many(300, |at| format!("m{at}+"));
            many(60, |at| format!("[[metrics]]\nname=\"m{at}\"\nexpr=\"{all}1\"\n"))
        }),
        row("unknown names beside 1,999 metrics", "limit", move || {
            let names = many(1500, |at| format!("y{at}>1||"));
            many(1999, metric) + &*format!("[[rules]]\nname=\"r\"\nwhen='{names}true'\n")
        }),
        row("long names, each nearly known", "unknown-name", || {
            let name =
                |letter: char, at: usize| format!("{letter}{at:03}{}{letter}", "x".repeat(55));
            let metric = |at: usize| format!("[[metrics]]\nname=\"{}\"\n", name('m', at));
            let rule =
                |at: usize| format!("[[rules]]\nname=\"r{at}\"\nwhen=\"{}>1\"\n", name('r', at));
            many(800, metric) + &*many(400, rule)
        }),
        row("`let` in every rule, beside 1,000 metrics", "compiles", move || {
            let rule = |at: usize| {
                let lets = "let a=m1;let b=a;let c=b;let d=c;let e=d;";
                format!("[[rules]]\nname=\"r{at}\"\nwhen=\"{lets}e>{at}\"\n")
            };
            many(1000, metric) + &*many(1000, rule)
        }),
        row("a metric of 1,999 texts in many terms", "compiles", || {
            let values = many(1999, |at| format!("\"v{at}\","));
            let terms = |from: usize| {
                let terms = many(200, |at| format!("t!=\"v{}\"&&", (from * 200 + at) % 1999));
                format!("[[rules]]\nname=\"r{from}\"\nwhen='{terms}true'\n")
            };
            format!("[[metrics]]\nname=\"t\"\ntype=\"text\"\nvalues=[{values}]\n")
                + &*many(40, terms)
        }),
        row("a metric of 60 texts in many terms", "compiles", || {
            let values = many(60, |at| format!("\"v{at}\","));
            let terms = |from: usize| {
                let terms = many(300, |at| format!("t!=\"v{}\"||", (from + at) % 60));
                format!("[[rules]]\nname=\"r{from}\"\nwhen='{terms}true'\n")
            };
            format!("[[metrics]]\nname=\"t\"\ntype=\"text\"\nvalues=[{values}]\n")
                + &*many(36, terms)
        }),
        row("as much condition as there is room for", "compiles", || {
            let terms = many(300, |at| format!("n>{at}&&"));
            let rule = |at: usize| format!("[[rules]]\nname=\"r{at}\"\nwhen='{terms}n>{at}000'\n");
            METRICS.to_owned() + &*many(55, rule)
        }),
        row("segments", "compiles", || {
            let segment = |at: usize| format!("[[segments]]\nname=\"s{at}\"\nwhen=\"n>{at}\"\n");
            METRICS.to_owned() + &*many(1999, segment)
        }),
        // The best band is out of reach, which takes as many sums as there are ways that parts may be missing.
        row("scorecards of factors with many points", "unreachable", || {
            let points = many(40, |at| format!("a{at}={},", at as f64 * 2.1));
            let map =
                |at: usize| format!("{{metric=\"t\",name=\"x{at}\",points.map={{{points}}}}},");
            let factors = many(8, map);
            let card = |at: usize| {
                format!(
                    "[[scorecards]]\nname=\"s{at}\"\nfactors=[{factors}]\n\
                     bands=[{{name=\"low\"}},{{name=\"top\",from=90}}]\n"
                )
            };
            "[[metrics]]\nname=\"t\"\ntype=\"text\"\n".to_owned() + &*many(18, card)
        }),
        row("segments of texts", "compiles", || {
            let segment = |at: usize| {
                format!("[[segments]]\nname=\"s{at}\"\nwhen='t==\"a{at}\"&&n=={at}||n/3.0>{at}'\n")
            };
            "metrics=[{name=\"t\",type=\"text\"},{name=\"n\"}]\n".to_owned() + &*many(1500, segment)
        }),
        row("factors", "limit", move || {
            card(&format!(
                "factors=[{}]",
                many(2001, |at| format!("{{metric=\"n\",name=\"f{at}\"}},"))
            ))
        }),
        row("1,999 factors", "missing-key", move || {
            card(&format!(
                "factors=[{}]",
                many(1999, |at| format!("{{metric=\"n\",name=\"f{at}\"}},"))
            ))
        }),
        row("groups in groups", "syntax", move || {
            card(&format!("groups=[{}", "{name=\"g\",groups=[".repeat(5000)))
        }),
        row("bands", "limit", move || {
            card(&format!("bands=[{}]", many(2500, |at| format!("{{name=\"b{at}\",from={at}}},"))))
        }),
        row("bands with one name", "duplicate", move || {
            card(&format!("bands=[{}]", many(1999, |at| format!("{{name=\"b\",from={at}}},"))))
        }),
        row("knots", "limit", move || {
            let knots = many(9000, |at| format!("[{at},1],"));
            card(&format!("factors=[{{metric=\"n\",points.piecewise=[{knots}]}}]"))
        }),
        row("1,999 knots in the wrong order", "bad-order", move || {
            let knots = many(1999, |at| format!("[{},1],", 1999 - at));
            card(&format!("factors=[{{metric=\"n\",points.piecewise=[{knots}]}}]"))
        }),
        row("1,999 cases", "limit", move || {
            let cases = many(1999, |at| format!("{{when=\"n>{at}\",value=1}},"));
            card(&format!("factors=[{{metric=\"n\",weight=[{cases}]}}]"))
        }),
        row("labels", "limit", move || {
            one(&format!("labels={{{}}}", many(9000, |at| format!("l{at}=\"\","))))
        }),
        row("evidence", "limit", move || one(&format!("because=[{}]", "\"n\",".repeat(9000)))),
        row("unknown evidence", "unknown-name", move || {
            one(&format!("because=[{}]", many(1999, |at| format!("\"x{at}\","))))
        }),
        row("inhibitions of unknown rules", "limit", || {
            many(1999, |at| format!("[[inhibit]]\nsource=[\"a{at}\"]\ntarget=[\"b\"]\n"))
        }),
        row("names in an inhibition", "unknown-name", move || {
            let names = many(1999, |at| format!("\"x{at}\","));
            one(&format!("[[inhibit]]\nsource=[{names}]\ntarget=[\"r\"]"))
        }),
        row("rules that all silence all others", "unused", move || {
            let all = "[[inhibit]]\nsource_severity=\"warning\"\ntarget_severity=\"warning\"\n";
            METRICS.to_owned() + &*many(1999, tiny) + &*all.repeat(50)
        }),
        row("rules that silence one another", "cycle", move || {
            METRICS.to_owned() + &*many(1400, tiny) + &*many(50, inhibit)
        }),
        row("more inhibitions than there may be", "limit", move || {
            METRICS.to_owned() + &*many(1400, tiny) + &*many(51, inhibit)
        }),
        row("a message of 128 kB", "limit", move || {
            one(&format!("message='{}'", "${n}".repeat(30_000)))
        }),
        row("a message of many holes", "unknown-name", move || {
            one(&format!("message='{}'", "${x}".repeat(4000)))
        }),
        row("a message of many nested braces", "expression-syntax", move || {
            one(&format!("message='{}'", "${".repeat(8000)))
        }),
        row("a long list and a fault at its end", "unknown-name", || {
            rule(&format!("n in [{}1] && x > 1", "1,".repeat(1900)))
        }),
        row("a switch of as many cases as there may be, each of many values", "compiles", || {
            let values =
                |it: usize| (0..16).map(|at| format!("{}|", it * 17 + at)).collect::<String>();
            let case = |it: usize| format!("{}{} => n > {it}, ", values(it), it * 17 + 16);
            rule(&format!("switch n ?? 0 {{ {}_ => false }}", many(99, case)))
        }),
        row("a switch of more", "limit", || {
            rule(&format!(
                "switch n ?? 0 {{ {}_ => false }}",
                many(400, |it| format!("{it} => true, "))
            ))
        }),
        row("switches in one another", "limit", || {
            rule(&format!(
                "{}n > 1{}",
                "switch n ?? 0 { 1 => ".repeat(200),
                ", _ => true }".repeat(200)
            ))
        }),
        row("switches of many cases in the conditions of one another", "compiles", || {
            let cases = many(60, |it| format!("{it} => n > 7, "));
            let close = format!(" => true, {cases} _ => false }}");
            rule(&format!("{}n > 1{}", "switch n ?? 0 { 99 if ".repeat(4), close.repeat(4)))
        }),
        row("escapes", "limit", move || {
            format!("{METRICS}[[rules]]\nname=\"r\"\nwhen=\"{}\"\n", "\\u0041".repeat(20_000))
        }),
        row("a fault behind many escapes", "unknown-name", move || {
            format!("{METRICS}[[rules]]\nname=\"r\"\nwhen=\"{}\"\n", "\\u0041".repeat(2500))
        }),
        row("a name of the past of a past of a past", "limit", move || {
            one(&format!("because=[\"n{}\"]", ".previous".repeat(8000)))
        }),
        row("1,900 windows on one name", "compiles", move || {
            one(&format!("because=[{}]", many(1900, |at| format!("\"n.change_{}d\",", at + 1))))
        }),
        row("rules that read one another in a circle", "limit", || {
            many(1900, |at| {
                format!("[[rules]]\nname=\"r{at}\"\nwhen=\"alerts.r{}\"\n", (at + 1) % 1900)
            })
        }),
        row("a playbook of 1,500 steps that ask", "compiles", move || {
            let step = |at: usize| {
                format!(
                    "[[playbooks.steps]]\nname=\"s{at}\"\nchannel=\"call\"\ntitle=\"${{n}}\"\nwhen=\"n>{at}\"\n"
                )
            };
            one("playbook=\"p\"\n[[playbooks]]\nname=\"p\"") + &*many(1500, step)
        }),
        row("1,999 ready-made playbooks", "compiles", || {
            many(1999, |at| format!("[[playbooks]]\nname=\"p{at}\"\nready_made=\"low_usage\"\n"))
        }),
        row("1,500 tests of a million steps", "limit", move || {
            let test = |at: usize| {
                format!("[[tests]]\nname=\"t{at}\"\nevents=[]\ngiven.n=\"0+1x1000000\"\n")
            };
            one("") + &*many(1500, test)
        }),
        row("a test of 9,000 events", "out-of-range", move || {
            let events = many(9000, |at| format!("fired at {at},"));
            one(&format!(
                "[[tests]]\nname=\"t\"\ngiven.n=\"0x60\"\nevents=[\"r {events} fired at 0\"]"
            ))
        }),
        row("long conditions, each wrong", "limit", || {
            many(9, |at| {
                format!("[[rules]]\nname=\"r{at}\"\nwhen='{}true'\n", "z > 1 && ".repeat(1300))
            })
        }),
    ]
}

/// Every row.
pub(super) fn rows() -> Vec<Row> {
    let mut rows: Vec<Row> = CONDITIONS
        .iter()
        .map(|(name, code, when)| Row { name, code, text: Box::new(|| rule(when)) })
        .collect();
    rows.extend(REPEATED.iter().map(|(name, code, open, close, count)| Row {
        name,
        code,
        text: Box::new(|| rule(&(open.repeat(*count) + *close))),
    }));
    rows.extend(whole());
    rows
}
