//! Scores in columns, told to the run.

use super::Engine;
use crate::result::scores::Scores;
use crate::run::input::Input;
use crate::state::State;
use crate::time::AsOf;

impl Engine {
    /// Scores every subject of the input as of a day or a moment and asks every rule, in columns.
    ///
    /// `state` is what the last assessment handed on, or [`State::new`]: bands are held by it, and names read
    /// what was. It is not taken a step further; see [`Engine::assess`] for alerts and all that explains.
    ///
    /// ```
    /// # #[cfg(feature = "toml")] {
    /// use chrono::NaiveDate;
    /// use foretell::frame::{Column, Frame, SubjectKind};
    /// use foretell::{Config, Engine, Input, State};
    ///
    /// let engine = Engine::compile(&Config::parse(r#"
    ///     [[metrics]]
    ///     name = "days_since_login"
    ///
    ///     [[scorecards]]
    ///     name = "health"
    ///     bands = [{ name = "red" }, { name = "green", from = 50 }]
    ///     factors = [{ metric = "days_since_login", points.linear = { worst = 60, best = 0 } }]
    /// "#))?;
    /// let mut frame = Frame::new(SubjectKind::Subscription, ["s1", "s2"])?;
    /// frame.insert("days_since_login", Column::numbers([Some(45.0), Some(6.0)]))?;
    ///
    /// let day: NaiveDate = "2026-03-01".parse()?;
    /// let scores = engine.score(&Input::frame(&frame), day, &State::new());
    /// assert_eq!(scores.score("health"), Some(&[25.0, 90.0][..]));
    /// assert_eq!(scores.band("health", 1), Some("green"));
    /// # }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn score(&self, input: &Input<'_>, as_of: impl Into<AsOf>, state: &State) -> Scores {
        self.compiled.score(input, as_of, state)
    }

    /// The same in the memory of results that are not needed any more, of this engine or another.
    ///
    /// With books of many thousand subjects it spares the system the work of handing out memory. For one subject
    /// after another, while customers wait, hand in what the last gave: a frame of one row over results of one
    /// row of the same kind is then scored without columns in between, in a quarter of the time, unless
    /// [`Engine::plan`] says that the config needs them. The bits are the same either way.
    ///
    /// ```
    /// # #[cfg(feature = "toml")] {
    /// # use foretell::frame::{Column, Frame, SubjectKind};
    /// # use foretell::{Config, Engine, Input, State};
    /// # let engine = Engine::compile(&Config::parse(r#"
    /// #     metrics = [{ name = "logins" }]
    /// #     [[scorecards]]
    /// #     name = "health"
    /// #     factors = [{ metric = "logins", points.linear = { worst = 0, best = 50 } }]
    /// # "#))?;
    /// # use foretell::time::AsOf;
    /// let (day, state) = ("2026-03-01".parse::<AsOf>()?, State::new());
    /// let mut last = None;
    /// for (id, logins) in [("s1", 10.0), ("s2", 45.0), ("s3", 25.0)] {
    ///     let mut frame = Frame::new(SubjectKind::Subscription, [id])?;
    ///     frame.insert("logins", Column::numbers([Some(logins)]))?;
    ///     let input = Input::frame(&frame);
    ///     let scores = match last.take() {
    ///         Some(used) => engine.score_again(used, &input, day, &state),
    ///         None => engine.score(&input, day, &state),
    ///     };
    ///     assert_eq!(scores.score("health"), Some(&[logins * 2.0][..]));
    ///     last = Some(scores);
    /// }
    /// # }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn score_again(
        &self,
        used: Scores,
        input: &Input<'_>,
        as_of: impl Into<AsOf>,
        state: &State,
    ) -> Scores {
        self.compiled.score_again(used, input, as_of, state)
    }
}
