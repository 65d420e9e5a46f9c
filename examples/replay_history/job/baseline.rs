//! What single detectors reached on the same history, where somebody wrote it down beside it.

use std::path::Path;

use serde_json::Value;

/// One detector at one threshold.
pub(super) struct Baseline {
    pub(super) name: &'static str,
    pub(super) precision: f64,
    pub(super) base: f64,
    pub(super) recall: f64,
    pub(super) lead_days: f64,
}

/// Of many detectors the two that ask what the rules ask, and the best of all.
const SHOWN: [&str; 3] = ["zero_streak", "ratio_2w_vs_median8w", "pettitt12_down_peer_adj"];

/// Reads `baselines.json` in the folder above the history; none where there is none.
pub(super) fn baselines(data: &Path) -> Vec<Baseline> {
    at_budget(data, "budget_0.02")
}

/// The same with another share of all weeks flagged: `budget_0.05` or `budget_0.02`.
pub(super) fn at_budget(data: &Path, budget: &str) -> Vec<Baseline> {
    let text = data.parent().map(|it| std::fs::read_to_string(it.join("baselines.json")));
    let Some(Ok(text)) = text else { return Vec::new() };
    let Ok(all) = serde_json::from_str::<Value>(&text) else { return Vec::new() };
    let of = |name: &'static str| {
        let it = all.get("oulad_alerts_8_weeks")?.get(name)?.get(budget)?;
        let number = |key: &str| it.get(key)?.as_f64();
        Some(Baseline {
            name,
            precision: number("episode_precision")?,
            base: number("base_rate")?,
            recall: number("recall")?,
            lead_days: 7.0 * number("lead_weeks_median")?,
        })
    };
    SHOWN.into_iter().filter_map(of).collect()
}
