//! The workload: what `workload.json` says, and its numbers, the same bits on every machine.

use serde::Deserialize;

/// The workload as written.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    /// Where the generator starts.
    pub seed: u64,
    /// The share of values that are missing.
    pub missing_rate: f64,
    /// The columns, in order.
    pub metrics: Vec<Metric>,
    /// Groups of factors.
    pub groups: Vec<Group>,
    /// Parts of the scale, lowest first.
    pub bands: Vec<Band>,
    /// The rules, in order.
    pub rules: Vec<Rule>,
}

/// A metric and how its numbers are drawn.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Metric {
    /// Its name.
    pub name: String,
    min: f64,
    #[serde(default)]
    steps: f64,
    #[serde(default)]
    of: Option<String>,
    scale: f64,
    good: Good,
    power: u32,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Good {
    High,
    Low,
    None,
}

/// A weighted group of factors.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// Its name.
    pub name: String,
    /// Its weight among the groups.
    pub weight: f64,
    /// Its factors.
    pub factors: Vec<Factor>,
}

/// A metric turned into points.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Factor {
    /// What it reads.
    pub metric: String,
    /// Its weight in its group.
    pub weight: f64,
    /// Value and points at each knot.
    pub points: Vec<[f64; 2]>,
}

/// A part of the scale; the last has no end.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Band {
    /// Its name.
    pub name: String,
    /// Its upper edge, which belongs to the next.
    pub below: Option<f64>,
}

/// A rule.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Its name.
    pub id: String,
    /// Its condition.
    pub when: String,
}

impl Spec {
    /// The workload of this crate.
    #[must_use]
    pub fn read() -> Self {
        serde_json::from_str(include_str!("../workload.json")).expect("the workload is well formed")
    }

    /// The column of a metric; none for the name of a score.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<usize> {
        self.metrics.iter().position(|it| it.name == name)
    }
}

/// The columns of the workload; missing is NaN.
#[derive(Debug, Clone)]
pub struct Data {
    /// How long each column is.
    pub rows: usize,
    /// One column a metric, in the order of the workload.
    pub columns: Vec<Vec<f64>>,
}

/// The first `rows` subscriptions.
#[must_use]
pub fn generate(spec: &Spec, rows: usize) -> Data {
    let columns = (0..spec.metrics.len()).map(|metric| column(spec, metric, rows)).collect();
    Data { rows, columns }
}

/// One column of the first `rows` subscriptions.
#[must_use]
pub fn column(spec: &Spec, metric: usize, rows: usize) -> Vec<f64> {
    let mut values = Vec::with_capacity(rows);
    values.extend((0..rows as u64).map(|row| {
        let is_missing = draw(spec.seed, row, 2 + 2 * metric as u64) < spec.missing_rate;
        if is_missing { f64::NAN } else { whole(spec, row, metric) / spec.metrics[metric].scale }
    }));
    values
}

/// The whole number behind a value, before it is scaled.
fn whole(spec: &Spec, row: u64, at: usize) -> f64 {
    let metric = &spec.metrics[at];
    let health = draw(spec.seed, row, 0);
    let u = draw(spec.seed, row, 1 + 2 * at as u64);
    let t = match metric.good {
        Good::High => (health + u) * 0.5,
        Good::Low => ((1.0 - health) + u) * 0.5,
        Good::None => u,
    };
    let p = match metric.power {
        1 => t,
        2 => t * t,
        _ => t * t * t,
    };
    match &metric.of {
        Some(name) => {
            let of = spec.column(name).expect("`of` names a metric");
            (p * (whole(spec, row, of) + 1.0)).floor()
        }
        None => metric.min + (p * (metric.steps + 1.0)).floor(),
    }
}

/// Output `64 * row + column` of SplitMix64, as a number from 0 to below 1.
pub(crate) fn draw(seed: u64, row: u64, column: u64) -> f64 {
    let steps = row.wrapping_mul(64).wrapping_add(column).wrapping_add(1);
    let mut z = seed.wrapping_add(steps.wrapping_mul(0x9E37_79B9_7F4A_7C15));
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^= z >> 31;
    (z >> 11) as f64 * (0.5_f64).powi(53)
}
