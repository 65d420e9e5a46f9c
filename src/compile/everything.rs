//! Compiles everything that a config declares, used or not, and finds names that are duplicated.

use std::collections::BTreeSet;

use super::resolve::Resolver;
use crate::fault::{Code, Fault};
use crate::frame::SubjectKind;
use crate::money::Currency;

impl Resolver<'_> {
    /// Compiles everything that the config declares, used or not.
    pub(crate) fn everything(&self) {
        let config = self.config;
        if let Some(text) = &config.currency
            && let Err(why) = text.parse::<Currency>()
        {
            self.fault(Fault::new(Code::OutOfRange, "currency", why));
        }
        let kind = |it: Option<SubjectKind>| it.unwrap_or(config.subject);
        self.check_names_once();
        for (at, metric) in config.metrics.iter().enumerate() {
            self.find(kind(metric.subject), &metric.name, &format!("metrics[{at}]"));
        }
        for (name, list, classes) in
            [("segment", "segments", &config.segments), ("stage", "stages", &config.stages)]
        {
            for (at, class) in classes.iter().enumerate() {
                self.find(kind(class.subject), name, &format!("{list}[{at}]"));
            }
        }
        for (at, card) in config.scorecards.iter().enumerate() {
            self.find(kind(card.subject), &card.name, &format!("scorecards[{at}]"));
        }
    }

    /// Names that are duplicated, or for two things.
    fn check_names_once(&self) {
        let config = self.config;
        let kind = |it: Option<SubjectKind>| Some(it.unwrap_or(config.subject));
        let metrics = config.metrics.iter().enumerate().map(|(at, it)| {
            (format!("metrics[{at}]"), kind(it.subject), "metric", it.name.as_str())
        });
        let cards = config.scorecards.iter().enumerate().map(|(at, it)| {
            (format!("scorecards[{at}]"), kind(it.subject), "scorecard", it.name.as_str())
        });
        // Results are asked for by the name of a scorecard or rule alone.
        self.check_duplicates(cards.clone().map(|card| (card.0, None, card.2, card.3)));
        // Conditions read all of these by name.
        let mut seen = BTreeSet::new();
        let cards = cards.filter(|card| seen.insert(card.3));
        let mut read: Vec<_> = metrics.chain(cards).collect();
        for (name, list, classes) in
            [("segment", "segments", &config.segments), ("stage", "stages", &config.stages)]
        {
            let mut kinds: Vec<_> = classes.iter().map(|class| kind(class.subject)).collect();
            kinds.sort_unstable();
            kinds.dedup();
            read.extend(kinds.into_iter().map(|kind| (list.to_owned(), kind, name, name)));
            let named = classes.iter().enumerate();
            self.check_duplicates(named.map(|(at, it)| {
                (format!("{list}[{at}]"), kind(it.subject), name, it.name.as_str())
            }));
        }
        self.check_duplicates(read.into_iter());
        self.check_duplicates(
            config
                .rules
                .iter()
                .enumerate()
                .map(|(at, it)| (format!("rules[{at}]"), None, "rule", it.name.as_str())),
        );
    }
}
