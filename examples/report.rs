//! Results as HTML or text: `cargo run --features report --example report -- subject --out FILE`.
//!
//! What can be shown: `-- --help`.
#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "an example reads its arguments, writes the file it is asked for, and talks to people"
)]

#[path = "report/course.rs"]
mod course;

use std::error::Error;
use std::process::ExitCode;

use foretell::frame::{Column, Frame, SubjectKind};
use foretell::report::{self, Report};
use foretell::time::AsOf;
use foretell::{Assessment, Config, Engine, Input, State};

pub(crate) use course::Course;

/// What there is of the course.
pub(crate) const COURSE: [&str; 4] = ["losses", "post_mortem", "forecast", "renewal"];

const HELP: &str = "\
Shows the results of a small book, or of a course, as an HTML document.

    cargo run --features report --example report -- [WHAT] [FLAGS]

    WHAT         subject, explanation, comparison, change, overview or plan; subject if not said.
                 Of the course in examples/data: losses, post_mortem, forecast or renewal
    --of ID      which enrolment of the course post_mortem and renewal are about
    --text       text instead of HTML
    --fragment   without the document around it, for a page or a notebook
    --out FILE   to a file instead of standard output
    --help       this text";

/// Enrolments of the course of which there is something to see.
const LOST: &str = "e522";
const RENEWS: &str = "e522";

/// How many losses and renewals are listed.
const MOST: usize = 15;

const CONFIG: &str = r#"
    name = "Northwind subscriptions"

    [[metrics]]
    name = "active_share"
    label = "share of seats in use"
    range = [0, 1]
    [[metrics]]
    name = "logins_28d"
    label = "logins in four weeks"
    [[metrics]]
    name = "features"
    label = "features in use"
    unit = "of 12"
    [[metrics]]
    name = "open_p1"
    label = "open urgent cases"
    [[metrics]]
    name = "first_reply"
    label = "time to first reply"
    unit = "h"
    [[metrics]]
    name = "nps"
    label = "last NPS answer"
    [[metrics]]
    name = "days_to_renewal"

    [[scorecards]]
    name = "health"
    margin = 2
    bands = [{ name = "red" }, { name = "yellow", from = 40 }, { name = "green", from = 70 }]

    [[scorecards.groups]]
    name = "adoption"
    weight = 50
    factors = [
        { metric = "active_share", weight = 3, points.linear = { worst = 0.1, best = 0.8 } },
        { metric = "logins_28d", weight = 2, points.linear = { worst = 0, best = 400 } },
        { metric = "features", weight = 1, points.linear = { worst = 1, best = 9 } },
    ]
    [[scorecards.groups]]
    name = "support"
    weight = 30
    factors = [
        { metric = "open_p1", weight = 2, points.linear = { worst = 3, best = 0 } },
        { metric = "first_reply", weight = 1, points.linear = { worst = 48, best = 4 } },
    ]
    [[scorecards.groups]]
    name = "voice"
    weight = 20
    factors = [{ metric = "nps", points.linear = { worst = 0, best = 10 } }]

    [[rules]]
    name = "seats_unused"
    severity = "critical"
    when = "active_share < 0.4 && days_to_renewal <= 120"
    message = "${percent(active_share)} of the seats are used, ${days(days_to_renewal)} before renewal"
    owner = "account manager"
    [[rules]]
    name = "urgent_case"
    when = "open_p1 > 0"
    for = "3d"
    message = "${counted(open_p1, \"urgent case\", \"urgent cases\")} open"
"#;

/// A metric with what it is of each subscription.
type Row<'a> = (&'a str, [Option<f64>; 4]);

const IDS: [&str; 4] = ["acme-pro", "globex-team", "initech-basic", "umbrella-pro"];

const EARLIER: [Row<'_>; 7] = [
    ("active_share", [Some(0.71), Some(0.82), Some(0.44), Some(0.90)]),
    ("logins_28d", [Some(310.0), Some(520.0), Some(88.0), Some(407.0)]),
    ("features", [Some(6.0), Some(9.0), Some(3.0), Some(8.0)]),
    ("open_p1", [Some(0.0), Some(0.0), Some(1.0), Some(0.0)]),
    ("first_reply", [Some(9.0), Some(6.0), None, Some(11.0)]),
    ("nps", [Some(8.0), Some(9.0), None, None]),
    ("days_to_renewal", [Some(122.0), Some(300.0), Some(40.0), Some(210.0)]),
];

const LATER: [Row<'_>; 7] = [
    ("active_share", [Some(0.31), Some(0.80), Some(0.35), Some(0.88)]),
    ("logins_28d", [Some(95.0), Some(498.0), Some(51.0), Some(433.0)]),
    ("features", [Some(5.0), Some(9.0), Some(2.0), Some(8.0)]),
    ("open_p1", [Some(1.0), Some(0.0), Some(2.0), Some(0.0)]),
    ("first_reply", [Some(21.0), Some(5.0), None, Some(12.0)]),
    ("nps", [None, Some(9.0), None, Some(7.0)]),
    ("days_to_renewal", [Some(92.0), Some(270.0), Some(10.0), Some(180.0)]),
];

fn frame(rows: &[Row<'_>]) -> Result<Frame, Box<dyn Error>> {
    let mut frame = Frame::new(SubjectKind::Subscription, IDS)?;
    for (name, values) in rows {
        frame.insert(*name, Column::numbers(values.iter().copied()))?;
    }
    Ok(frame)
}

/// The engine and its assessments of two days.
fn assessed() -> Result<(Engine, [Assessment; 2]), Box<dyn Error>> {
    let engine = Engine::compile(&Config::parse(CONFIG))?;
    let (earlier, later) = (frame(&EARLIER)?, frame(&LATER)?);
    let before =
        engine.assess(&Input::frame(&earlier), "2026-02-01".parse::<AsOf>()?, &State::new())?;
    let after =
        engine.assess(&Input::frame(&later), "2026-03-03".parse::<AsOf>()?, before.state())?;
    Ok((engine, [before, after]))
}

/// A report on the course in `examples/data`.
pub(crate) fn of_course(
    course: &Course,
    what: &str,
    of: Option<&str>,
) -> Result<Report, Box<dyn Error>> {
    let health = (&course.engine, course::CARD);
    Ok(match what {
        "losses" => report::losses(&course.losses()?, MOST),
        "post_mortem" => {
            let all = course.losses()?;
            let lost = all.of(of.unwrap_or(LOST)).ok_or("no such loss")?;
            report::post_mortem(Some(&course.engine), lost)
        }
        "forecast" => report::forecast(&course.forecast()?, None, MOST),
        _ => report::renewal(Some(health), &course.forecast()?, of.unwrap_or(RENEWS))
            .ok_or("no such renewal")?,
    })
}

/// One of the reports.
pub(crate) fn story(what: &str, of: Option<&str>) -> Result<Report, Box<dyn Error>> {
    if COURSE.contains(&what) {
        return of_course(&Course::read()?, what, of);
    }
    let (engine, [before, after]) = assessed()?;
    let explain = |it| engine.explain(it, "health", IDS[0]).ok_or("no such subscription");
    Ok(match what {
        "subject" => report::subject(&engine, &after, "health", IDS[0]).ok_or("unknown")?,
        "explanation" => report::explanation(Some(&engine), &explain(&after)?),
        "comparison" => report::comparison(&engine, &explain(&before)?, &explain(&after)?),
        "change" => report::change(&engine.change(&explain(&before)?, &explain(&after)?)),
        "overview" => report::overview(&engine, &after, 3),
        "plan" => report::plan(&engine.plan()),
        other => return Err(format!("nothing is called `{other}`\n\n{HELP}").into()),
    })
}

fn run() -> Result<(), Box<dyn Error>> {
    let (mut what, mut out) = ("subject".to_owned(), None);
    let (mut text, mut fragment, mut of) = (false, false, None);
    let mut arguments = std::env::args().skip(1);
    while let Some(it) = arguments.next() {
        match it.as_str() {
            "--help" => {
                println!("{HELP}");
                return Ok(());
            }
            "--text" => text = true,
            "--fragment" => fragment = true,
            "--of" => of = Some(arguments.next().ok_or("--of needs an id")?),
            "--out" => out = Some(arguments.next().ok_or("--out needs a file")?),
            _ => what = it,
        }
    }
    let report = story(&what, of.as_deref())?;
    let shown = match (text, fragment) {
        (true, _) => report.to_string(),
        (false, true) => report.html(),
        (false, false) => report.page(),
    };
    match out {
        Some(file) => std::fs::write(file, shown)?,
        None => print!("{shown}"),
    }
    Ok(())
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("{why}");
            ExitCode::from(2)
        }
    }
}
