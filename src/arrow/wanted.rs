//! Which columns a reader takes.

use std::collections::BTreeMap;

use crate::engine::Engine;
use crate::frame::SubjectKind;
use crate::value::Kind;

/// Which columns are to be taken, found out once for a table and not for each of its pieces.
#[derive(Debug, Default)]
pub(super) struct Wanted<'a> {
    /// Of each name that is given its kind, none where it is passed over; nothing at all where all are taken.
    kinds: Option<BTreeMap<&'a str, Option<Kind>>>,
}

impl<'a> Wanted<'a> {
    /// What an engine wants of the names that are given, in one pass over what it reads. Without an engine all are wanted.
    pub(super) fn new(
        engine: Option<&Engine>,
        kind: SubjectKind,
        given: impl Iterator<Item = &'a String>,
    ) -> Self {
        let Some(engine) = engine else { return Self::default() };
        let mut kinds: BTreeMap<&str, Option<Kind>> =
            given.map(|name| (name.as_str(), None)).collect();
        for (name, kind, _) in engine.givable(kind) {
            if let Some(it) = kinds.get_mut(name) {
                it.get_or_insert(kind);
            }
        }
        Self { kinds: Some(kinds) }
    }

    /// The kind of values that a column should have, if it is to be taken.
    pub(super) fn of(&self, name: &str) -> Option<Option<Kind>> {
        match &self.kinds {
            Some(kinds) => kinds.get(name).copied().flatten().map(Some),
            None => Some(None),
        }
    }
}

#[cfg(all(test, feature = "toml"))]
mod tests {
    use super::*;
    use crate::config::Config;

    #[test]
    fn what_is_wanted_is_what_the_engine_takes() {
        let config = Config::parse(
            r#"
            metrics = [
                { name = "logins" },
                { name = "paid", type = "flag" },
                { name = "plan", type = "text", attribute = "custom.plan" },
                { name = "twice", expr = "logins * 2" },
                { name = "size", subject = "account" },
            ]
            [[scorecards]]
            name = "health"
            factors = [{ metric = "twice", points.linear = { worst = 0, best = 40 } }]
            "#,
        );
        let engine = Engine::compile(&config).unwrap();
        let names = ["logins", "paid", "plan", "twice", "size", "health", "nothing", "custom.plan"];
        let names = names.map(str::to_owned);
        let all = Wanted::new(None, SubjectKind::Account, names.iter());
        for kind in SubjectKind::ALL {
            let wanted = Wanted::new(Some(&engine), kind, names.iter());
            for name in &names {
                let found = engine.givable(kind).find(|metric| metric.0 == name);
                assert_eq!(wanted.of(name), found.map(|metric| Some(metric.1)), "{kind} {name}");
                assert_eq!(all.of(name), Some(None));
            }
        }
    }
}
