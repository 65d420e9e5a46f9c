//! What is measured in a process of its own: how much memory a large run takes at its peak, whether
//! a million calls for one row leave anything behind, and how long a run takes on so many threads.
//!
//! Memory is what the kernel says of the process, so it is there on Linux alone.

use std::hint::black_box;
use std::process::Command;
use std::time::Instant;

use foretell::frame::Frame;

use crate::answers::{GROUPS, RULES};
use crate::clock::median;
use crate::foretell_side::{Side, drawn, frame};
use crate::hand::METRICS;
use crate::measure::{LIVE_FRAMES, singles};
use crate::workload::{Spec, generate};

/// The first argument of a child.
pub const CHILD: &str = "--child";

/// Bytes a row that foretell is given: one number a metric. Names of rows are not counted, although
/// their memory is.
const INPUT: usize = METRICS * size_of::<f64>();
/// Bytes a row that it gives: score and coverage, the groups' scores, the band, an answer a rule.
const OUTPUT: usize = (2 + GROUPS) * size_of::<f64>() + size_of::<u32>() + RULES;

/// How many calls warm up before the growth is measured.
const WARM: usize = 20_000;

/// Bytes from `/proc/self/status`; none where there is no such file.
/// What the system says of this process under a key, in bytes.
pub(crate) fn status(key: &str) -> Option<f64> {
    let text = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = text.lines().find_map(|it| it.strip_prefix(key)?.strip_prefix(':'))?;
    let kilobytes: f64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kilobytes * 1024.0)
}

/// The peak memory of scoring so many rows, over the size of input columns and outputs.
#[must_use]
pub fn peak(rows: usize) -> Option<f64> {
    child("peak", rows)
}

/// The bytes that are held after so many calls for one row, and were not before.
#[must_use]
pub fn growth(calls: usize) -> Option<f64> {
    child("growth", calls)
}

/// The nanoseconds of wall time that so many rows take on so many threads.
#[must_use]
pub fn wall(rows: usize, threads: usize) -> Option<f64> {
    child_with("wall", rows, &[("RAYON_NUM_THREADS", threads)])
}

fn child(what: &str, count: usize) -> Option<f64> {
    child_with(what, count, &[])
}

fn child_with(what: &str, count: usize, settings: &[(&str, usize)]) -> Option<f64> {
    let mut command = Command::new(std::env::current_exe().ok()?);
    command.args([CHILD, what, &count.to_string()]);
    command.envs(settings.iter().map(|(name, value)| (name, value.to_string())));
    let done = command.output().ok()?;
    let said = String::from_utf8(done.stdout).ok()?;
    if !done.status.success() {
        eprintln!("{}", String::from_utf8_lossy(&done.stderr));
    }
    said.trim().parse().ok()
}

/// What a child does: prints one number, or nothing where memory cannot be read.
pub fn run_child(what: &str, count: usize) {
    let spec = Spec::read();
    let side = Side::new(&spec, true);
    let measured = match what {
        "peak" => peak_here(&spec, &side, count),
        "wall" => Some(wall_here(&spec, &side, count)),
        _ => growth_here(&spec, &side, count),
    };
    if let Some(it) = measured {
        println!("{it}");
    }
}

fn peak_here(spec: &Spec, side: &Side, rows: usize) -> Option<f64> {
    let before = status("VmRSS")?;
    let frame = drawn(spec, rows);
    let outcome = side.run(black_box(&frame));
    let peak = status("VmHWM")?;
    drop((frame, outcome));
    Some((peak - before) / (rows * (INPUT + OUTPUT)) as f64)
}

fn wall_here(spec: &Spec, side: &Side, rows: usize) -> f64 {
    let frame = drawn(spec, rows);
    let time = |_| {
        let begun = Instant::now();
        black_box(side.run(black_box(&frame)));
        begun.elapsed().as_nanos() as f64
    };
    median((0..7).map(time).collect())
}

fn growth_here(spec: &Spec, side: &Side, calls: usize) -> Option<f64> {
    let books = singles(&generate(spec, LIVE_FRAMES), LIVE_FRAMES);
    let frames: Vec<Frame> = books.iter().map(|it| frame(spec, it)).collect();
    let mut last = None;
    let mut call = |times: usize| {
        for (time, frame) in frames.iter().cycle().take(times).enumerate() {
            side.run_again(black_box(frame), &mut last);
            black_box(&last);
            // Now and then results are dropped and made anew.
            if time % 1024 == 0 {
                black_box(side.run(black_box(frame)));
            }
        }
    };
    call(WARM);
    let before = status("VmRSS")?;
    call(calls);
    Some(status("VmRSS")? - before)
}
