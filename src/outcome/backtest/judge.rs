//! What was said, held against what happened.

use chrono::NaiveDate;

use super::judged::{JudgeOptions, Judged, SourceJudgement};
use super::recorded_days::Card;
use super::weigh::{Bench, View, judged_aim};
use super::{Aim, Backtest};
use crate::alert::{Exposure, Firing, firings};
use crate::frame::SubjectKind;

/// Holds what was said against what happened. The passes are of one config over parts of a history that share no subject
/// on a day: one book each, or one pass over all.
///
/// An alert counts on the first day on which somebody was told. It is a hit where the loss comes after the lead and within
/// the horizon of the aim's window.
///
/// ```
/// # #[cfg(feature = "toml")] {
/// use foretell::frame::{Column, Frame, SubjectKind::Subscription};
/// use foretell::book::OutcomeKind;
/// use foretell::outcome::backtest::{Aim, Backtest, JudgeOptions, judge};
/// use foretell::outcome::history::{Happening, History, Horizon};
/// use foretell::{Config, Engine, Input};
///
/// let engine = Engine::compile(&Config::parse(r#"
///     [[metrics]]
///     name = "quiet_days"
///
///     [[rules]]
///     name = "no_login"
///     when = "quiet_days >= 20"
/// "#))?;
/// let frame = |quiet: [f64; 2]| -> Result<Frame, Box<dyn std::error::Error>> {
///     let mut frame = Frame::new(Subscription, ["acme", "globex"])?;
///     frame.insert("quiet_days", Column::numbers(quiet.map(Some)))?;
///     Ok(frame)
/// };
/// let frames = [frame([14.0, 3.0])?, frame([21.0, 4.0])?];
/// let days = ["2026-03-01".parse()?, "2026-03-08".parse()?];
/// let said = Backtest::run(&engine, days.into_iter().zip(frames.iter().map(Input::frame)));
///
/// let lost = Happening::new("acme", "2026-04-01".parse()?, OutcomeKind::Churned);
/// let history = History::new([lost], [("globex", "2026-12-31".parse()?)]);
/// let window = Horizon { lead: 7, horizon: 56 };
/// let aim = Aim::new("cancelled", Subscription, history, window);
///
/// let judged = judge(&[&said], &[aim], &JudgeOptions::default());
/// let any = judged.any_rule("cancelled").ok_or("an aim")?;
/// assert_eq!((any.hits, any.false_alarms), (1, 0));
/// assert_eq!(any.lead.as_ref().and_then(|it| it.median), Some(24.0));
/// println!("{judged}");
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn judge(passes: &[&Backtest], aims: &[Aim], options: &JudgeOptions) -> Judged {
    let views: Vec<Vec<View<'_>>> =
        aims.iter().map(|aim| passes.iter().map(|pass| View::new(pass, aim)).collect()).collect();
    let mut exposure = Exposure::default();
    for pass in passes {
        exposure.add(pass.exposure());
    }
    let bench = Bench { passes, aims, views: &views, exposure: &exposure };
    let rules: &[(String, SubjectKind)] = passes.first().map_or(&[], |pass| &pass.rules);
    let all: Vec<Vec<Firing>> = passes.iter().map(|pass| firings(pass.events())).collect();
    let mut sources: Vec<SourceJudgement> =
        rules.iter().map(|(name, kind)| bench.rule(Some(name), Some(*kind), &all)).collect();
    if !rules.is_empty() {
        let mut kinds: Vec<SubjectKind> = rules.iter().map(|rule| rule.1).collect();
        kinds.dedup();
        let one = kinds.first().copied().filter(|_| kinds.len() == 1);
        sources.push(bench.rule(None, one, &all));
    }
    let cards: &[Card] = passes.first().map_or(&[], |pass| &pass.cards.0);
    if options.budget > 0.0 {
        sources.extend(cards.iter().map(|card| bench.card(card, options)));
    }
    let days: Vec<NaiveDate> = passes.iter().flat_map(|pass| pass.days()).collect();
    let days = days.iter().min().zip(days.iter().max()).map(|(first, last)| [*first, *last]);
    Judged {
        days,
        aims: aims.iter().zip(&views).map(|(aim, views)| judged_aim(aim, views)).collect(),
        sources,
        cards: cards.iter().flat_map(|card| bench.bands(card)).collect(),
    }
}
