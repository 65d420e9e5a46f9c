//! What tests reach on their way, and what they leave out.

use std::collections::BTreeSet;

use super::{TestCoverage, actions_of, playbooks};
use crate::alert::Change;
use crate::config::Config;
use crate::engine::Assessment;
use crate::frame::SubjectKind;

/// What was seen in any test.
#[derive(Debug, Default)]
pub(super) struct Seen {
    fired: BTreeSet<String>,
    bands: BTreeSet<(String, String)>,
    playbooks: BTreeSet<String>,
}

impl Seen {
    pub(super) fn add(&mut self, out: &Assessment) {
        let fired = out.events().iter().filter(|event| event.change == Change::Fired);
        self.fired.extend(fired.map(|event| event.rule.clone()));
        for card in out.scorecards() {
            let bands = out.scores(card).filter_map(|row| row.band);
            self.bands.extend(bands.map(|band| (card.to_owned(), band.to_owned())));
        }
        for kind in SubjectKind::ALL {
            for action in
                out.subjects(kind).iter().flat_map(|subject| actions_of(out, kind, subject))
            {
                let playbook = action.split('/').next().unwrap_or("");
                self.playbooks.insert(playbook.to_owned());
            }
        }
    }

    /// What of a config was not seen, in its order.
    pub(super) fn missing(&self, config: &Config) -> TestCoverage {
        let rules = config.rules.iter().map(|rule| rule.name.clone());
        let bands = config
            .scorecards
            .iter()
            .flat_map(|card| card.bands.iter().map(|band| (card.name.clone(), band.name.clone())));
        let playbooks = playbooks(config).into_iter().map(str::to_owned);
        TestCoverage {
            rules_not_fired: rules.filter(|rule| !self.fired.contains(rule)).collect(),
            bands_not_reached: bands.filter(|band| !self.bands.contains(band)).collect(),
            playbooks_not_begun: playbooks
                .filter(|playbook| !self.playbooks.contains(playbook))
                .collect(),
        }
    }
}
