//! What is expected of where records come from.

use serde::{Deserialize, Serialize};

use crate::time::Period;

/// How late the records of a table or a usage series may be.
///
/// ```
/// # #[cfg(feature = "toml")] {
/// use foretell::book::{Book, Subscription, Tables, Usage};
/// # use foretell::frame::SubjectKind;
/// # use foretell::time::{AsOf, Stamp};
/// use foretell::{Config, Engine, Input, State};
///
/// let engine = Engine::compile(&Config::parse(r#"
///     metrics = [{ name = "quiet", from = "usage.logins", take = "days_since_last" }]
///     feeds = [{ name = "usage", lag = "3d" }]
/// "#))?;
/// let mut tables = Tables::default();
/// tables.push(Subscription::new("s1"));
/// let mut logins = Usage::new("logins", "2026-03-01".parse::<Stamp>()?, 5.0);
/// logins.subscription_id = Some("s1".into());
/// tables.push(logins);
/// let book = Book::strict(tables)?;
/// let input = Input::book(&book).complete_until("usage", "2026-03-02".parse::<AsOf>()?);
///
/// // For three days more the answer is that of 2 March; then there is none.
/// for (day, quiet) in [("2026-03-05", "1"), ("2026-03-06", "missing")] {
///     let night = engine.assess(&input, day.parse::<AsOf>()?, &State::new())?;
///     assert_eq!(night.value(SubjectKind::Subscription, "quiet", "s1").shown(), quiet);
/// }
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct FeedConfig {
    /// The table, `usage`, or the series or part of it, `usage.logins`; that of a part goes before that of its table.
    pub name: String,
    /// How long after the day until which it is complete what it says still counts, as of that day; not at all if not
    /// said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lag: Option<Period>,
}
