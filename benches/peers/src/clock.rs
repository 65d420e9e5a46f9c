//! Time: the processor time of this thread, so that a busy machine disturbs little, and medians of
//! repetitions in turn, so that what disturbs one disturbs all.

use std::time::{Duration, Instant};

use cpu_time::ThreadTime;

/// How long one sample should take at least; shorter work is repeated within it.
const SAMPLE: Duration = Duration::from_millis(20);

/// What is timed, with how many rows one call covers.
pub struct Job<'a> {
    name: String,
    rows: usize,
    work: Box<dyn FnMut() + 'a>,
}

impl std::fmt::Debug for Job<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} on {} rows", self.name, self.rows)
    }
}

impl<'a> Job<'a> {
    /// Something to be timed.
    pub fn new(name: impl Into<String>, rows: usize, work: impl FnMut() + 'a) -> Self {
        Self { name: name.into(), rows, work: Box::new(work) }
    }
}

/// What says itself how long it took, with how many rows it covers.
pub struct Timed<'a> {
    name: String,
    rows: usize,
    work: Box<dyn FnMut() -> Duration + 'a>,
}

impl std::fmt::Debug for Timed<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} on {} rows", self.name, self.rows)
    }
}

impl<'a> Timed<'a> {
    /// Something that times itself.
    pub fn new(name: impl Into<String>, rows: usize, work: impl FnMut() -> Duration + 'a) -> Self {
        Self { name: name.into(), rows, work: Box::new(work) }
    }
}

/// What a job costs.
#[derive(Debug, Clone)]
pub struct Cost {
    /// The job.
    pub name: String,
    /// Nanoseconds of processor time a row: the median of the repetitions.
    pub ns: f64,
    /// The same in each repetition.
    samples: Vec<f64>,
}

impl Cost {
    /// How often it costs what another does that took turns with it: the median of the ratios within each
    /// repetition. A shared machine is slower for seconds, which then is no part of it.
    #[must_use]
    pub fn over(&self, other: &Self) -> f64 {
        median(self.samples.iter().zip(&other.samples).map(|(one, two)| one / two).collect())
    }
}

/// Runs the jobs in turn, as often as said, and gives the median cost of each in their order. At
/// least three times; no more than `most` in all once each has its three.
#[must_use]
pub fn costs(mut jobs: Vec<Job<'_>>, repetitions: usize, most: Duration) -> Vec<Cost> {
    let mut calls = Vec::new();
    for job in &mut jobs {
        // The first call warms up and says how many make a sample.
        let one = cpu(&mut job.work, 1);
        let fit = SAMPLE.as_nanos() / one.as_nanos().max(1);
        calls.push(usize::try_from(fit).unwrap_or(usize::MAX).clamp(1, 1_000_000));
    }
    let begun = Instant::now();
    let mut samples = vec![Vec::new(); jobs.len()];
    for repetition in 0..repetitions.max(3) {
        if 3 <= repetition && most < begun.elapsed() {
            break;
        }
        for ((job, calls), samples) in jobs.iter_mut().zip(&calls).zip(&mut samples) {
            let time = cpu(&mut job.work, *calls);
            samples.push(time.as_nanos() as f64 / (*calls * job.rows) as f64);
        }
    }
    let names = jobs.into_iter().map(|it| it.name);
    let cost = |(name, samples): (_, Vec<f64>)| Cost { name, ns: median(samples.clone()), samples };
    names.zip(samples).map(cost).collect()
}

/// The time of one piece of work, without what was made for it and what is dropped after it.
pub fn once<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let begun = ThreadTime::now();
    let out = work();
    (out, begun.elapsed())
}

/// What jobs cost that say themselves how long they took (see [`once`]), each called once in every repetition, in turn.
#[must_use]
pub fn costs_of(mut jobs: Vec<Timed<'_>>, repetitions: usize) -> Vec<Cost> {
    let mut samples = vec![Vec::new(); jobs.len()];
    for _ in 0..repetitions {
        for (job, samples) in jobs.iter_mut().zip(&mut samples) {
            samples.push((job.work)().as_nanos() as f64 / job.rows as f64);
        }
    }
    let names = jobs.into_iter().map(|it| it.name);
    let cost = |(name, samples): (_, Vec<f64>)| Cost { name, ns: median(samples.clone()), samples };
    names.zip(samples).map(cost).collect()
}

fn cpu(work: &mut dyn FnMut(), calls: usize) -> Duration {
    let begun = ThreadTime::now();
    for _ in 0..calls {
        work();
    }
    begun.elapsed()
}

/// The middle value; of an even number the mean of the middle two.
///
/// # Panics
/// Without values.
#[must_use]
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    if values.len() % 2 == 1 { values[middle] } else { (values[middle - 1] + values[middle]) / 2.0 }
}
