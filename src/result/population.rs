//! What is counted over all subjects of a night, so that a night in parts is held against the last one as a whole.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::config::{GuardConfig, Percent};
use crate::frame::SubjectKind;
use crate::result::tripped::Tripped;
use crate::state::Tally;

/// What a night counts over its subjects: small, and put together in any order.
///
/// Guards are about a whole book. Where it is assessed in parts ([`Input::as_part`](crate::Input::as_part)), what each part counted is
/// added up, and [`Engine::tripped`](crate::Engine::tripped) says what exceeds a guard.
///
/// ```
/// # #[cfg(feature = "toml")] {
/// # use foretell::frame::{Column, Frame, SubjectKind};
/// # use foretell::time::AsOf;
/// use foretell::engine::Population;
/// use foretell::{Config, Engine, Input, State};
///
/// let engine = Engine::compile(&Config::parse(r#"
///     metrics = [{ name = "logins" }]
///     rules = [{ name = "no_login", when = "logins < 1" }]
///     guards = { max_new_alerts = "50%", from_subjects = 1 }
/// "#))?;
/// let (mut state, mut tripped) = (State::new(), Vec::new());
/// for (day, logins) in [("2026-03-01", 5.0), ("2026-03-02", 0.0)] {
///     let (mut population, mut after) = (Population::default(), Vec::new());
///     let mut parts = engine.split(&state, |_, id| id.to_owned());
///     for id in ["acme", "globex"] {
///         let mut frame = Frame::new(SubjectKind::Subscription, [id])?;
///         frame.insert("logins", Column::numbers([Some(logins)]))?;
///         let own = parts.take(&id.to_owned());
///         let part = engine.assess(&Input::frame(&frame).as_part(), day.parse::<AsOf>()?, &own)?;
///         population.merge(part.population());
///         after.push(part.into_state());
///     }
///     state = State::merge(after)?;
///     assert_eq!(population.subjects(SubjectKind::Subscription), 2);
///     tripped = engine.tripped(&population, &state);
/// }
/// assert_eq!((tripped[0].guard, tripped[0].count, tripped[0].of), ("max_new_alerts", 2, 2));
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Population {
    kinds: BTreeMap<SubjectKind, Counted>,
}

/// What is counted of a kind of subject.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Counted {
    /// How many were assessed.
    pub(crate) here: usize,
    /// How many there are, and how many of their values are missing.
    pub(crate) tally: Tally,
    /// How many of those that are remembered are gone.
    pub(crate) gone: usize,
    /// Whether all were given.
    pub(crate) is_complete: bool,
    /// For how many an alert began.
    pub(crate) begun: usize,
    /// How many are in another band than before, by scorecard.
    pub(crate) moved: BTreeMap<String, usize>,
    /// How many events were taken back.
    pub(crate) withdrawn: usize,
}

impl Population {
    pub(crate) fn of(kinds: BTreeMap<SubjectKind, Counted>) -> Self {
        Self { kinds }
    }

    /// How many subjects of a kind were assessed.
    #[must_use]
    pub fn subjects(&self, kind: SubjectKind) -> usize {
        self.kinds.get(&kind).map_or(0, |counted| counted.here)
    }

    /// Adds what another part of the night counted.
    pub fn merge(&mut self, other: &Self) {
        for (kind, other) in &other.kinds {
            let Some(own) = self.kinds.get_mut(kind) else {
                self.kinds.insert(*kind, other.clone());
                continue;
            };
            own.here += other.here;
            own.tally.add(&other.tally);
            own.gone += other.gone;
            own.is_complete &= other.is_complete;
            own.begun += other.begun;
            own.withdrawn += other.withdrawn;
            for (card, moved) in &other.moved {
                *own.moved.entry(card.clone()).or_default() += moved;
            }
        }
    }

    /// What exceeds a guard; `before` is what was counted at the night before. `cards` are the scorecards in the order of the config.
    pub(crate) fn tripped(
        &self,
        guards: &GuardConfig,
        before: &BTreeMap<SubjectKind, Tally>,
        cards: &[&str],
    ) -> Vec<Tripped> {
        let mut all = Vec::new();
        let none = Counted::default();
        for (kind, last) in before {
            let kind = *kind;
            let now = self.kinds.get(&kind).unwrap_or(&none);
            if let Some(least) = guards.min_subjects.filter(|least| now.here < *least) {
                let it =
                    Tripped::new("min_subjects", kind, (now.here, last.subjects), Percent(0.0));
                all.push(Tripped { limit: least, ..it });
            }
            let of = last.subjects;
            if of < guards.from_subjects.max(1) {
                continue;
            }
            let mut ask = |guard, count: usize, most: Percent, name: Option<&str>| {
                if count as f64 > most.0 * of as f64 {
                    let it = Tripped::new(guard, kind, (count, of), most);
                    all.push(Tripped { name: name.map(str::to_owned), ..it });
                }
            };
            // Of those of which nothing is remembered it is known where all are given.
            let fewer = if now.is_complete { of.saturating_sub(now.tally.subjects) } else { 0 };
            ask("max_gone", now.gone.max(fewer), guards.max_gone, None);
            for (metric, count) in &now.tally.missing {
                let named =
                    guards.max_missing.get(metric).or_else(|| guards.max_missing.get("any"));
                let Some(most) = named else { continue };
                let before = last.missing.get(metric).copied().unwrap_or(0);
                let more = (*count as f64 / now.tally.subjects as f64 - before as f64 / of as f64)
                    * of as f64;
                ask("max_missing", more.max(0.0).round() as usize, *most, Some(metric));
            }
            ask("max_new_alerts", now.begun, guards.max_new_alerts, None);
            for card in cards {
                let moved = now.moved.get(*card).copied().unwrap_or(0);
                ask("max_band_moves", moved, guards.max_band_moves, Some(card));
            }
        }
        for (kind, now) in self.kinds.iter().filter(|entry| entry.1.withdrawn > 0) {
            let of = before.get(kind).map_or(0, |tally| tally.subjects);
            let most = guards.max_withdrawn;
            if of >= guards.from_subjects.max(1) && now.withdrawn as f64 > most.0 * of as f64 {
                all.push(Tripped::new("max_withdrawn", *kind, (now.withdrawn, of), most));
            }
        }
        all
    }
}
