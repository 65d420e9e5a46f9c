//! What an implementation says of the workload, and whether two of them say the same.

/// How many groups the workload has.
pub const GROUPS: usize = 4;
/// How many rules the workload has.
pub const RULES: usize = 20;

/// The band of a subscription without a score.
pub const NO_BAND: u8 = 3;
/// A rule does not fire.
pub const NO: u8 = 0;
/// A rule fires.
pub const YES: u8 = 1;
/// What a rule mentions is missing where it matters.
pub const NO_DATA: u8 = 2;

/// How near two scores must be, relative to the larger, or to 1 where both are small: the order of
/// additions is free.
const NEAR: f64 = 1e-9;

/// Scores, bands and what rules say, in columns.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Answers {
    /// The total score; NaN for none.
    pub total: Vec<f64>,
    /// The groups' scores; NaN for none.
    pub groups: [Vec<f64>; GROUPS],
    /// 0 for the lowest band; [`NO_BAND`].
    pub bands: Vec<u8>,
    /// What each rule says: [`NO`], [`YES`] or [`NO_DATA`].
    pub rules: Vec<Vec<u8>>,
}

/// Counts that tell at a glance whether the data and the answers are right.
#[derive(Debug, Clone, PartialEq)]
pub struct Checksums {
    /// The sum of the totals.
    pub totals: f64,
    /// How many subscriptions are in each band, then how many in none.
    pub bands: [usize; 4],
    /// How often each rule fires.
    pub fired: Vec<usize>,
    /// How often each rule has no data.
    pub no_data: Vec<usize>,
    /// The sum over subscriptions of `(row mod 1009 + 1) * rules firing`.
    pub weighted: u64,
}

impl Answers {
    /// Room for the answers about so many rows.
    #[must_use]
    pub fn with_rows(rows: usize) -> Self {
        Self {
            total: vec![f64::NAN; rows],
            groups: std::array::from_fn(|_| vec![f64::NAN; rows]),
            bands: vec![NO_BAND; rows],
            rules: vec![vec![NO; rows]; RULES],
        }
    }

    /// How many rows there are.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.total.len()
    }

    /// The answers about the first rows.
    #[must_use]
    pub fn first(&self, rows: usize) -> Self {
        Self {
            total: self.total[..rows].to_vec(),
            groups: std::array::from_fn(|it| self.groups[it][..rows].to_vec()),
            bands: self.bands[..rows].to_vec(),
            rules: self.rules.iter().map(|it| it[..rows].to_vec()).collect(),
        }
    }

    /// The counts.
    #[must_use]
    pub fn checksums(&self) -> Checksums {
        let mut bands = [0; 4];
        for band in &self.bands {
            bands[usize::from(*band)] += 1;
        }
        let count = |wanted: u8| -> Vec<usize> {
            self.rules.iter().map(|it| it.iter().filter(|it| **it == wanted).count()).collect()
        };
        let weighted = |rule: &Vec<u8>| -> u64 {
            let fires = rule.iter().zip(0_u64..).filter(|(it, _)| **it == YES);
            fires.map(|(_, row)| row % 1009 + 1).sum()
        };
        Checksums {
            totals: self.total.iter().filter(|it| !it.is_nan()).sum(),
            bands,
            fired: count(YES),
            no_data: count(NO_DATA),
            weighted: self.rules.iter().map(weighted).sum(),
        }
    }

    /// The first difference from other answers, if there is any: scores to 1e-9 of their size, all
    /// else exactly.
    #[must_use]
    pub fn difference(&self, other: &Self) -> Option<String> {
        let scores = |name: &str, left: &[f64], right: &[f64]| {
            let far = |(left, right): (&f64, &f64)| {
                left.is_nan() != right.is_nan()
                    || (left - right).abs() > NEAR * left.abs().max(right.abs()).max(1.0)
            };
            let row = left.iter().zip(right).position(far)?;
            Some(format!("{name} of row {row}: {} and {}", left[row], right[row]))
        };
        let codes = |name: &str, left: &[u8], right: &[u8]| {
            let row = left.iter().zip(right).position(|(left, right)| left != right)?;
            Some(format!("{name} of row {row}: {} and {}", left[row], right[row]))
        };
        if self.rows() != other.rows() || self.rules.len() != other.rules.len() {
            return Some(format!("{} and {} rows", self.rows(), other.rows()));
        }
        let groups = self.groups.iter().zip(&other.groups).enumerate();
        let rules = self.rules.iter().zip(&other.rules).enumerate();
        let mut groups = groups.map(|(at, it)| scores(&format!("group {at}"), it.0, it.1));
        let mut rules = rules.map(|(at, it)| codes(&format!("rule {at}"), it.0, it.1));
        scores("total", &self.total, &other.total)
            .or_else(|| codes("band", &self.bands, &other.bands))
            .or_else(|| groups.find_map(|it| it))
            .or_else(|| rules.find_map(|it| it))
    }
}
