//! A small service around foretell: it loads a book, keeps the state in SQLite and delivers to a webhook.
//!
//! `examples/service/README.md` says what is stored, when, and how it recovers.

mod book;
mod hook;
mod order;
mod service;
mod step;
mod store;

use std::io::{self, BufRead as _, Write as _};
use std::process::ExitCode;

use foretell::engine::AssessError;

use order::{Order, Settings};
use service::Service;

/// What goes wrong is said and ends the process: whoever gave the order gives it again.
type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            drop(writeln!(io::stderr(), "error: {why}"));
            // A night that somebody has to look at is no broken one.
            let guarded =
                matches!(why.downcast_ref::<AssessError>(), Some(AssessError::Guarded(_)));
            ExitCode::from(if guarded { 3 } else { 1 })
        }
    }
}

fn run(arguments: &[String]) -> Result<()> {
    let settings = Settings::parse(arguments)?;
    let mut service = Service::open(&settings)?;
    // What a crash left is delivered before anything else is done.
    service.deliver()?;
    for it in &settings.orders {
        say(&it.parse::<Order>()?, &mut service)?;
    }
    if settings.orders.is_empty() {
        for line in io::stdin().lock().lines() {
            say(&line?.parse()?, &mut service)?;
        }
    }
    Ok(())
}

/// Carries an order out and says that it is done, so that it is not given again.
fn say(order: &Order, service: &mut Service) -> Result<()> {
    let what = service.carry_out(order)?;
    writeln!(io::stdout(), "done: {order}: {what}")?;
    Ok(())
}
