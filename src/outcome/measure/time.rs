//! Measures of order in time.

/// The chance that of two subjects the one with the higher risk is lost first, ties in risk counting half: Harrell's C.
///
/// `time` is when each was lost, or, where `lost` is false, until when it is known to have been kept (it is
/// censored). A pair counts where it is known who was lost first; one kept until the very time at which another
/// was lost outlived it. `None` where no pair counts, lengths differ, or a number is NaN.
///
/// # Source
/// Harrell and others (1982), JAMA 247(18), 2543-2546; ties as in `concordance_index` of lifelines.
#[must_use]
pub fn concordance(time: &[f64], lost: &[bool], risk: &[f64]) -> Option<f64> {
    let sound = time.len() == lost.len() && time.len() == risk.len();
    if !sound || time.iter().chain(risk).any(|value| value.is_nan()) {
        return None;
    }
    let mut values: Vec<f64> = risk.iter().map(|value| value + 0.0).collect();
    values.sort_by(f64::total_cmp);
    values.dedup_by(|left, right| left.to_bits() == right.to_bits());
    let rank = |risk: f64| values.partition_point(|known| *known < risk);
    let mut rows: Vec<(f64, bool, usize)> = time
        .iter()
        .zip(lost)
        .zip(risk)
        .map(|((time, lost), risk)| (time + 0.0, *lost, rank(*risk)))
        .collect();
    rows.sort_by(|left, right| left.0.total_cmp(&right.0).then(right.1.cmp(&left.1)));
    // Who was lost before, by rank of risk.
    let mut gone = Sums::new(values.len());
    let (mut pairs, mut right) = (0.0, 0.0);
    let mut rest = rows.as_slice();
    while let Some((now, _, _)) = rest.first() {
        let same = rest.iter().take_while(|row| row.0.to_bits() == now.to_bits()).count();
        let (block, later) = rest.split_at(same);
        let (died, kept): (Vec<Row>, Vec<Row>) = block.iter().partition(|row| row.1);
        let mut against = |rank: usize, gone: &Sums| {
            let (below, up_to) = (gone.below(rank), gone.below(rank + 1));
            let above = gone.total - up_to;
            pairs += gone.total;
            right += above + (up_to - below) / 2.0;
        };
        died.iter().for_each(|row| against(row.2, &gone));
        died.iter().for_each(|row| gone.add(row.2));
        kept.iter().for_each(|row| against(row.2, &gone));
        rest = later;
    }
    (pairs > 0.0).then(|| right / pairs)
}

/// Time, whether lost, rank of the risk.
type Row = (f64, bool, usize);

/// Counts by rank, with sums over the lower ranks in logarithmic time (a Fenwick tree).
struct Sums {
    tree: Vec<f64>,
    total: f64,
}

impl Sums {
    fn new(ranks: usize) -> Self {
        Self { tree: vec![0.0; ranks + 1], total: 0.0 }
    }

    fn add(&mut self, rank: usize) {
        self.total += 1.0;
        let mut at = rank + 1;
        while let Some(it) = self.tree.get_mut(at) {
            *it += 1.0;
            at += at & at.wrapping_neg();
        }
    }

    /// How many have a lower rank.
    fn below(&self, rank: usize) -> f64 {
        let (mut at, mut sum) = (rank, 0.0);
        while at > 0 {
            sum += self.tree.get(at).copied().unwrap_or(0.0);
            at &= at - 1;
        }
        sum
    }
}
