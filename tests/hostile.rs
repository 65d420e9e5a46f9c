//! No config, whatever its author had in mind, costs its reader more than a moment and a little
//! memory: each is refused with a fault that says what is wrong.
//!
//! Each row is compiled in a process of its own (this binary, started again), on a thread with the
//! stack that Rust gives by default, so that a stack that overflows fails its row and not the
//! tests. `cargo test hostile -- --nocapture` shows the figures.

mod rows;
mod runs;

use std::fmt::Write as _;
use std::time::Duration;

use foretell::{Config, Engine};

use rows::rows;

/// The row that a child process is to measure, by number.
const ROW: &str = "FORETELL_HOSTILE_ROW";
/// What a row may take, in milliseconds of one processor and in kilobytes of memory above what the process had. Where a
/// machine is slow or busy, a row that takes longer may take so many times as long as [`PLAIN`] takes there.
const MOST_TIME: u128 = 1000;
const MOST_TIMES: u128 = 5;
/// A row that a config of ordinary rules would come to if it were as long as it may be.
const PLAIN: &str = "1,999 tiny rules";
const MOST_MEMORY: u64 = 64 * 1024;
/// The stack of a thread, as Rust gives it.
const STACK: usize = 2 << 20;
/// When a row is given up.
const LONGEST: Duration = Duration::from_secs(120);
/// How often a row is tried where the machine was busy; the least counts.
const TRIES: usize = 3;

/// What a process says of itself, in kilobytes; none where there is no such file.
#[expect(clippy::disallowed_methods, reason = "the system tells of memory in a file")]
fn kilobytes(what: &str) -> Option<u64> {
    let text = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = text.lines().find(|it| it.starts_with(what))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

/// The time that this thread has had, on whatever else the machine spent its own; where the system
/// does not say, the time that has passed.
#[expect(clippy::disallowed_methods, reason = "a test may look at a clock")]
fn spent() -> Duration {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanos = text.split(' ').next().and_then(|it| it.parse().ok());
    let passed = || std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    nanos.map_or_else(passed, Duration::from_nanos)
}

/// The codes of the faults of a text, each once, in the order in which they come.
fn codes(text: &str) -> Vec<&'static str> {
    let found = match Engine::compile(&Config::parse(text)) {
        Ok(engine) if engine.warnings().is_empty() => return vec!["compiles"],
        Ok(engine) => foretell::Faults(engine.warnings().to_vec()),
        Err(faults) => faults,
    };
    // What a host does with them counts too.
    assert!(found.to_string().len() < 1 << 20, "the faults are too long");
    let mut codes = if found.has_errors() { Vec::new() } else { vec!["compiles"] };
    for it in found.list() {
        if !codes.contains(&it.code.as_str()) {
            codes.push(it.code.as_str());
        }
    }
    codes
}

/// One row in a process of its own: milliseconds, kilobytes, and the codes.
#[test]
#[ignore = "the other test starts it"]
fn one_row() {
    #[expect(clippy::disallowed_methods, reason = "the parent says which row")]
    let number = std::env::var(ROW).expect("the other test starts it");
    let number: usize = number.parse().unwrap();
    let row = rows().into_iter().nth(number).unwrap();
    let text = (row.text)();
    let measure = move || {
        let before = kilobytes("VmRSS:");
        let (mut best, mut most) = (u128::MAX, MOST_TIME);
        let mut memory = 0;
        let mut found = Vec::new();
        for run in 0..TRIES {
            let begun = spent();
            found = codes(&text);
            best = best.min(spent().saturating_sub(begun).as_millis());
            if let (0, Some(before), Some(peak)) = (run, before, kilobytes("VmHWM:")) {
                memory = peak.saturating_sub(before);
            }
            if best < most {
                break;
            }
            let plain = rows().into_iter().find(|row| row.name == PLAIN).unwrap();
            let plain = (plain.text)();
            let begun = spent();
            codes(&plain);
            most = most.max(spent().saturating_sub(begun).as_millis() * MOST_TIMES);
        }
        println!("\nmeasured {best} {most} {memory} {}", found.join(" "));
    };
    std::thread::Builder::new().stack_size(STACK).spawn(measure).unwrap().join().unwrap();
}

/// What a row took and may take in milliseconds, what it took in kilobytes, and the codes of its faults.
struct Measured {
    time: u128,
    most: u128,
    memory: u64,
    found: String,
}

/// Measures a row in another process, which is ended when it takes far too long.
#[expect(
    clippy::disallowed_types,
    clippy::disallowed_methods,
    reason = "a row may not hurt the tests"
)]
fn child(number: usize) -> Result<Measured, String> {
    let mut child = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["hostile::one_row", "--exact", "--ignored", "--nocapture"])
        .env(ROW, number.to_string())
        .env("RUST_BACKTRACE", "0")
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let begun = std::time::Instant::now();
    while child.try_wait().unwrap().is_none() && begun.elapsed() < LONGEST {
        std::thread::sleep(Duration::from_millis(2));
    }
    let _ = child.kill();
    let out = child.wait_with_output().unwrap();
    let text = String::from_utf8_lossy(&out.stdout).into_owned();
    let line = text.lines().find_map(|it| it.strip_prefix("measured "));
    let mut words = line.unwrap_or_default().splitn(4, ' ');
    let mut number = || words.next().and_then(|it| it.parse::<u64>().ok());
    match (number(), number(), number()) {
        (Some(time), Some(most), Some(memory)) => {
            let found = words.next().unwrap_or_default().to_owned();
            Ok(Measured { time: time.into(), most: most.into(), memory, found })
        }
        _ => Err(format!("{}: {}", out.status, String::from_utf8_lossy(&out.stderr))),
    }
}

#[test]
fn no_config_hurts() {
    let mut table = String::new();
    let mut wrong = Vec::new();
    for (number, row) in rows().iter().enumerate() {
        let bytes = (row.text)().len();
        let Measured { time, most, memory, found } = match child(number) {
            Ok(it) => it,
            Err(why) => {
                wrong.push(format!("{} ended its process: {why}", row.name));
                continue;
            }
        };
        let _ = writeln!(
            table,
            "{:<52} {bytes:>8} bytes {time:>6} ms {memory:>7} kB  {found}",
            row.name
        );
        if !found.split(' ').any(|it| it == row.code) {
            wrong.push(format!("{}: wanted {}, got {found}", row.name, row.code));
        }
        if time >= most || memory >= MOST_MEMORY {
            wrong.push(format!("{}: {time} of {most} ms and {memory} kB", row.name));
        }
    }
    println!("{table}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
