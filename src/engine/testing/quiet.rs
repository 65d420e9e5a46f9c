//! What is kept quiet in a test.

use super::Subject;
use super::check::{Checker, Steps};
use crate::alert::{Matcher, QuietCalendar, Silence, Snooze, Suppressions};
use crate::config::{TestConfig, TestTime};
use crate::fault::{Code, Fault};

/// Who asks for what is quiet in a test, and why.
const AUTHOR: &str = "test";

impl Checker<'_, '_> {
    /// What is kept quiet, by days.
    pub(super) fn suppressions(
        &self,
        path: &str,
        config: &TestConfig,
        subjects: &[Subject],
        steps: &Steps,
    ) -> Suppressions {
        let (author, reason) = (AUTHOR.to_owned(), AUTHOR.to_owned());
        let mut all = Suppressions::default();
        for (at, it) in config.silences.iter().enumerate() {
            let path = format!("{path}.silences[{at}]");
            for (at, rule) in it.rules.iter().enumerate() {
                self.rule(&format!("{path}.rules[{at}]"), rule);
            }
            for (at, id) in it.subjects.iter().enumerate() {
                self.subject(&format!("{path}.subjects[{at}]"), id, subjects);
            }
            let matches = Matcher {
                rules: it.rules.clone(),
                kind: it.subject,
                subjects: it.subjects.clone(),
                severity: it.severity,
                labels: it.labels.clone(),
            };
            if matches.is_empty() {
                let message = "a silence that is about nothing silences nothing";
                let fault = Fault::new(Code::Empty, path.clone(), message);
                self.fault(fault.help("add `rules`, `subjects`, `severity` or `labels`"));
            }
            self.span(&path, it.from, it.until, steps);
            all.silences.push(Silence {
                id: format!("silence {at}"),
                matches,
                author: author.clone(),
                reason: reason.clone(),
                from: steps.day(it.from),
                until: steps.day(it.until),
            });
        }
        for (at, it) in config.snoozes.iter().enumerate() {
            let path = format!("{path}.snoozes[{at}]");
            let subject = self.the_subject(&path, it.of.as_deref(), subjects);
            self.rule_of(
                &format!("{path}.rule"),
                &it.rule,
                subject.and_then(|subject| subjects.get(subject)),
            );
            self.span(&path, it.from, it.until, steps);
            let subject = subject.and_then(|subject| subjects.get(subject));
            all.snoozes.push(Snooze {
                rule: it.rule.clone(),
                subject: subject.map_or_else(String::new, |subject| subject.id.clone()),
                author: author.clone(),
                reason: reason.clone(),
                from: steps.day(it.from),
                until: steps.day(it.until),
            });
        }
        for (at, it) in config.calendars.iter().enumerate() {
            let path = format!("{path}.calendars[{at}]");
            if it.spans.is_empty() && !it.weekends && it.calendar.is_none() {
                let message = "a calendar without days keeps nothing quiet";
                let fault = Fault::new(Code::Empty, path.clone(), message);
                self.fault(
                    fault.help("add `spans`, `weekends = true` or a `calendar` of the config"),
                );
            }
            if let Some(name) = &it.calendar {
                self.resolver.calendar(&format!("{path}.calendar"), name);
            }
            for (at, [from, until]) in it.spans.iter().enumerate() {
                self.span(&format!("{path}.spans[{at}]"), *from, *until, steps);
            }
            all.calendars.push(QuietCalendar {
                name: format!("calendar {at}"),
                spans: it
                    .spans
                    .iter()
                    .map(|span| span.map(|time| steps.day(time)).into())
                    .collect(),
                weekends: it.weekends,
                calendar: it.calendar.clone(),
                matches: Matcher::default(),
            });
        }
        all
    }

    fn span(&self, path: &str, from: TestTime, until: TestTime, steps: &Steps) {
        if steps.day(until) <= steps.day(from) {
            let message = format!("`until` must be after `from`, got {until} and {from}");
            self.fault(Fault::new(Code::BadOrder, path, message));
        }
    }
}
