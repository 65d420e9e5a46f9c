//! Intervals of shares: what 95% means in standard deviations, and the score interval of Wilson.

/// The 97.5% quantile of the standard normal distribution: 95% lie between it and its negative.
pub(crate) const REACH_95: f64 = 1.959_963_984_540_054;

/// The share of `part` in `whole`, with the ends of its interval: `reach` standard deviations to either side. `None` of
/// nothing. More than all counts as all.
///
/// # Source
/// The score interval of Wilson (1927), JASA 22(158), 209-212, which Brown, Cai and DasGupta (2001), Statistical Science
/// 16(2), 101-133, advise for small samples.
pub(crate) fn wilson(part: usize, whole: usize, reach: f64) -> Option<[f64; 3]> {
    if whole == 0 {
        return None;
    }
    let n = whole as f64;
    let share = part.min(whole) as f64 / n;
    let squared = reach * reach;
    let centre = (share + squared / (2.0 * n)) / (1.0 + squared / n);
    let spread = (share * (1.0 - share) / n + squared / (4.0 * n * n)).sqrt();
    let half = reach * spread / (1.0 + squared / n);
    // Rounding must not take an end past the share or out of 0 to 1.
    Some([share, (centre - half).clamp(0.0, share), (centre + half).clamp(share, 1.0)])
}
