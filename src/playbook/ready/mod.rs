//! The playbooks that come with the crate: what a customer success team would do, read from no metric,
//! so that any config can use them. Their lengths and roles are our choice, after common practice: look
//! at the data first, ask before offering, one person in charge, an end with a decision; each walks to
//! its end in `each_ready_made_playbook_walks_to_its_end`.

mod growth;
mod risk;

use crate::config::{Channel, DayCount, PlaybookConfig, ReadyMade, StepConfig};
use crate::time::Delay;
use growth::{EXPANSION, RENEWAL};
use risk::{ESCALATION, LOW_USAGE, ONBOARDING, SPONSOR};

/// A step: name, days after the step before, channel, owner, deadline in days (0 for none), who is
/// told when it is missed, title, text.
type Row = (
    &'static str,
    u32,
    Channel,
    &'static str,
    u32,
    Option<&'static str>,
    &'static str,
    &'static str,
);

const LEAD: Option<&str> = Some("csm_lead");

/// A ready-made playbook with a name.
fn ready(which: ReadyMade) -> PlaybookConfig {
    let (rows, until_resolved, days) = match which {
        ReadyMade::LowUsage => (LOW_USAGE, true, DayCount::Business),
        ReadyMade::OnboardingStalled => (ONBOARDING, true, DayCount::Business),
        ReadyMade::RenewalApproaching => (RENEWAL, true, DayCount::Business),
        // The new one must be won whether or not an alert still says that the old one left.
        ReadyMade::SponsorLeft => (SPONSOR, false, DayCount::Business),
        // It is not over when the numbers are well again, and does not wait for Monday.
        ReadyMade::Escalation => (ESCALATION, false, DayCount::Calendar),
        ReadyMade::ExpansionReady => (EXPANSION, true, DayCount::Business),
    };
    PlaybookConfig {
        until_resolved: Some(until_resolved),
        days: Some(days),
        steps: rows.iter().map(step).collect(),
        ..PlaybookConfig::default()
    }
}

fn step((name, after, channel, owner, deadline, escalate_to, title, text): &Row) -> StepConfig {
    StepConfig {
        name: Some((*name).to_owned()),
        after: Delay::Days(*after),
        channel: *channel,
        owner: Some((*owner).to_owned()),
        title: (*title).to_owned(),
        text: Some((*text).to_owned()),
        deadline: (*deadline > 0).then_some(Delay::Days(*deadline)),
        escalate_to: escalate_to.map(str::to_owned),
        ..StepConfig::default()
    }
}

/// A playbook with what its ready-made one gives where it says nothing itself.
pub(crate) fn filled(written: &PlaybookConfig) -> PlaybookConfig {
    let mut all = written.clone();
    if all.calendar.is_some() {
        all.days = all.days.or(Some(DayCount::Business));
    }
    let Some(ready) = written.ready_made.map(ready) else { return all };
    all.until_resolved = all.until_resolved.or(ready.until_resolved);
    all.days = all.days.or(ready.days);
    if all.steps.is_empty() {
        all.steps = ready.steps;
    }
    all
}
