//! Learning from few rows, again and again: is it ever worse than equal weights?

use foretell::outcome::Draw;
use serde_json::json;

use super::args::Options;
use super::complaint::Complaint;
use super::table::{Feature, Table};
use super::{Job, Sides};

/// What came of so many rows.
pub(crate) struct Few {
    pub(crate) rows: usize,
    pub(crate) draws: usize,
    /// Mean log loss of learned and of equal weights on the rows held out.
    pub(crate) learned: f64,
    pub(crate) equal: f64,
    /// The standard error of their mean difference over the draws.
    pub(crate) error: f64,
    /// The largest excess of learned over equal in one draw, in standard errors of that draw's own difference.
    pub(crate) worst: f64,
    /// In how many draws anything was learned.
    pub(crate) took: usize,
}

pub(super) fn answer(
    table: &Table,
    features: &[Feature],
    sides: &Sides,
    options: &Options,
) -> Result<String, Complaint> {
    let job = Job { table, features, sides, options };
    let mut text = format!(
        "{:>6} {:>6} {:>9} {:>9} {:>10} {:>10} {:>8} {:>8}\n",
        "rows", "draws", "equal", "learned", "gain", "std error", "worst", "learned"
    );
    let mut lines = Vec::new();
    for rows in &options.resample {
        let it = few(&job, *rows)?;
        text += &format!(
            "{:>6} {:>6} {:>9.4} {:>9.4} {:>10.4} {:>10.4} {:>8.2} {:>8}\n",
            it.rows,
            it.draws,
            it.equal,
            it.learned,
            it.equal - it.learned,
            it.error,
            it.worst,
            it.took
        );
        lines.push(json!({
            "rows": it.rows, "draws": it.draws, "equal": it.equal, "learned": it.learned,
            "standard_error": it.error, "worst": it.worst, "took": it.took,
        }));
    }
    if options.json {
        text += &format!("{}\n", json!({ "few": lines }));
    }
    Ok(text)
}

fn few(job: &Job<'_>, rows: usize) -> Result<Few, Complaint> {
    let mut draw = Draw::new(job.options.seed);
    let (mut learned, mut equal, mut gains) = (0.0, 0.0, Vec::new());
    let (mut worst, mut took) = (f64::NEG_INFINITY, 0);
    for at in 0..job.options.draws {
        let mut train = draw.some_of(&job.sides.train, rows);
        train.sort_unstable();
        let it = job.learn(&train, 0, at as u64 + 1, &mut Vec::new())?.report;
        let losses = it.before.log_loss.zip(it.after.log_loss);
        let (before, after) = losses.ok_or_else(|| Complaint::new("nothing is held out"))?;
        learned += after;
        equal += before;
        gains.push(before - after);
        took += usize::from(it.choice.learned != "nothing");
        if let Some((gain, interval)) = it.gain.filter(|it| it.1.standard_error > 0.0) {
            worst = worst.max(-gain / interval.standard_error);
        }
    }
    let count = gains.len() as f64;
    let mean = gains.iter().sum::<f64>() / count;
    let spread = gains.iter().map(|it| (it - mean).powi(2)).sum::<f64>() / (count - 1.0).max(1.0);
    Ok(Few {
        rows,
        draws: gains.len(),
        learned: learned / count,
        equal: equal / count,
        error: (spread / count).sqrt(),
        worst,
        took,
    })
}
