//! A host's own function in a rule: pure, of scalars, checked by name, number and kind of arguments.
#![allow(clippy::print_stdout, reason = "an example talks to people")]

use std::error::Error;

use foretell::expr::{Functions, Kind, Value};
use foretell::frame::{Column, Frame, SubjectKind};
use foretell::time::AsOf;
use foretell::{Config, Engine, Input, State};

const CONFIG: &str = r#"
    [[metrics]]
    name = "arr"

    [[metrics]]
    name = "days_to_renewal"

    [[metrics]]
    name = "health"

    [[rules]]
    name = "money_at_risk"
    severity = "critical"
    when = "money_at_risk(arr, health) >= 20000 && days_to_renewal <= 90"
    message = "${round(money_at_risk(arr, health))} a year at risk in ${days_to_renewal} days"
"#;

/// How much of a recurring amount is in danger, given a health score of 0 to 100.
fn money_at_risk(arguments: &[Value]) -> Value {
    match arguments {
        [Value::Number(arr), Value::Number(health)] => {
            Value::Number(arr * (100.0 - health) / 100.0)
        }
        _ => Value::Missing,
    }
}

/// Where the rule fires, where it is quiet, and what a wrong call is told.
pub(crate) fn story() -> Result<String, Box<dyn Error>> {
    let mut functions = Functions::new();
    let two_numbers = [Kind::Number, Kind::Number];
    functions.register("money_at_risk", &two_numbers, Kind::Number, money_at_risk)?;
    let engine = Engine::compile_with(&Config::parse(CONFIG), functions.clone())?;

    let mut book = Frame::new(SubjectKind::Subscription, ["acme", "globex", "initech"])?;
    book.insert("arr", Column::numbers([Some(60_000.0), Some(15_000.0), None]))?;
    book.insert("health", Column::numbers([Some(35.0), Some(10.0), Some(5.0)]))?;
    book.insert("days_to_renewal", Column::numbers([Some(45.0), Some(30.0), Some(60.0)]))?;
    let assessment =
        engine.assess(&Input::frame(&book), "2026-03-01".parse::<AsOf>()?, &State::new())?;

    let mut text = String::new();
    for rule in assessment.rules() {
        for alert in &rule.matches {
            text += &format!("{}: {}\n", alert.subject, alert.message);
        }
        text += &format!("quiet {}, no data {:?}\n", rule.quiet, rule.no_data);
    }
    let wrong = CONFIG.replace("(arr, health) >=", "(arr) >=");
    if let Err(faults) = Engine::compile_with(&Config::parse(&wrong), functions) {
        text += &format!("\n{faults}\n");
    }
    Ok(text)
}

fn main() -> Result<(), Box<dyn Error>> {
    print!("{}", story()?);
    Ok(())
}
