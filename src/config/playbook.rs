//! Playbooks as written: what is to be done about a subject, step by step.

use serde::{Deserialize, Serialize};

use crate::any::is_false;
use crate::frame::SubjectKind;
use crate::time::Delay;

/// Steps to take while or after an alert fires; begun by the alerts of the rules that name it.
///
/// ```
/// # #[cfg(feature = "toml")] {
/// # use foretell::frame::{Column, Frame, SubjectKind};
/// # use foretell::time::AsOf;
/// use foretell::{Config, Engine, Input, State};
///
/// let engine = Engine::compile(&Config::parse(r#"
///     metrics = [{ name = "utilization" }]
///     rules = [{ name = "low_use", when = "utilization < 0.4", playbook = "recover" }]
///
///     [[playbooks]]
///     name = "recover"
///     until_resolved = true
///     steps = [{ channel = "call", owner = "csm", title = 'Ask why ${percent(utilization ?? 0)} are in use' }]
/// "#))?;
/// let mut frame = Frame::new(SubjectKind::Subscription, ["acme"])?;
/// frame.insert("utilization", Column::numbers([Some(0.2)]))?;
/// let day: AsOf = "2026-03-01".parse()?;
/// let night = engine.assess(&Input::frame(&frame), day, &State::new())?;
/// let call = &night.actions()[0];
/// assert_eq!((call.playbook.as_str(), call.step.as_str()), ("recover", "call"));
/// assert_eq!((call.owner.as_deref(), call.title.as_str()), (Some("csm"), "Ask why 20% are in use"));
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct PlaybookConfig {
    /// Its name.
    pub name: String,
    /// What it was called: runs that a state holds under these names are this playbook's.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub formerly: Vec<String>,
    /// What it is about; the config's subject if not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<SubjectKind>,
    /// A ready-made playbook that gives everything that is not written here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ready_made: Option<ReadyMade>,
    /// What must be true on the day it begins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<String>,
    /// What ends it before its last step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stop_when: Option<String>,
    /// Whether it ends with the alert that began it; it does not if not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until_resolved: Option<bool>,
    /// How many may be under way for a subject; one if not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub one_per: Option<OnePer>,
    /// Which days count; all if not said, days of work where there is a `calendar`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days: Option<DayCount>,
    /// Whose days of work count; those of the host's or the config's own calendar if not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calendar: Option<String>,
    /// Its steps, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<StepConfig>,
}

/// A step of a playbook.
///
/// ```
/// # #[cfg(feature = "toml")] {
/// use foretell::{Config, Engine};
///
/// let engine = Engine::compile(&Config::parse(r#"
///     metrics = [{ name = "utilization" }]
///     rules = [{ name = "low_use", when = "utilization < 0.4", playbook = "recover" }]
///
///     [[playbooks]]
///     name = "recover"
///     steps = [
///         { channel = "task", title = "Check the data" },
///         { channel = "call", title = "Call", after = "2d", deadline = "3d", escalate_to = "csm_lead" },
///     ]
///
///     [[tests]]
///     name = "a call two days later, and whoever does not make it is told of"
///     given = { utilization = "0.2x10" }
///     actions = ["recover/task at 0", "recover/call at 2", "recover/call (overdue) at 6"]
/// "#))?;
/// let report = engine.run_tests();
/// assert!(report.passed(), "{report}");
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct StepConfig {
    /// Its name within the playbook; that of its channel if not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// How long after the step before it is due, or after the beginning for the first; at once if not said. Months after
    /// months keep the day on which the first of them began to count.
    #[serde(default, skip_serializing_if = "Delay::is_zero")]
    pub after: Delay,
    /// How it is carried out.
    pub channel: Channel,
    /// Who carries it out: a role, for the host to find the person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// What to do, in a line; `${…}` holds expressions.
    pub title: String,
    /// What to do, in full; `${…}` holds expressions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// What must be true on the day it is due; it is skipped otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<String>,
    /// How long there is to carry it out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline: Option<Delay>,
    /// The role that is told when it was not reported by the deadline.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub escalate_to: Option<String>,
    /// Whether it waits until the step before was reported done or skipped.
    #[serde(default, skip_serializing_if = "is_false")]
    pub after_done: bool,
}

impl StepConfig {
    /// Its name, or that of its channel.
    #[must_use]
    pub fn name(&self) -> &str {
        self.name.as_deref().unwrap_or(self.channel.name())
    }
}

macro_rules! channels {
    ($($(#[doc = $doc:literal])+ $name:ident = $text:literal;)+) => {
        /// How a step is carried out; the host knows what that means.
        #[derive(
            Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
        )]
        #[non_exhaustive]
        pub enum Channel {
            /// A task for a person.
            #[default]
            #[serde(rename = "task")]
            Task,
            $($(#[doc = $doc])+ #[serde(rename = $text)] $name,)+
        }

        impl Channel {
            /// Every channel.
            pub const ALL: &'static [Self] = &[Self::Task, $(Self::$name,)+];

            /// Its name.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { Self::Task => "task", $(Self::$name => $text,)+ }
            }
        }
    };
}

channels! {
    /// A call.
    Call = "call";
    /// An email.
    Email = "email";
    /// A message in the product.
    InApp = "in_app";
    /// A message in a chat.
    Chat = "chat";
    /// A text message.
    Sms = "sms";
    /// A social network.
    Social = "social";
    /// Something by post.
    DirectMail = "direct_mail";
    /// An invitation to a webinar.
    Webinar = "webinar";
    /// An invitation to an event.
    Event = "event";
    /// A change of a record.
    CrmUpdate = "crm_update";
}

/// How many enrolments in a playbook may be under way for a subject.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum OnePer {
    /// One.
    #[default]
    Subject,
    /// One for each rule.
    Rule,
}

/// Which days delays and deadlines count.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum DayCount {
    /// All.
    #[default]
    Calendar,
    /// Days of work; nothing happens on other days.
    Business,
}

/// A playbook that comes with the crate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ReadyMade {
    /// A customer hardly uses what they pay for.
    LowUsage,
    /// A new customer does not get started.
    OnboardingStalled,
    /// A renewal is near.
    RenewalApproaching,
    /// The person who wanted the product has left.
    SponsorLeft,
    /// A customer is angry, or stands still because of a fault.
    Escalation,
    /// A customer could use more.
    ExpansionReady,
}

impl ReadyMade {
    /// Every one.
    pub const ALL: [Self; 6] = [
        Self::LowUsage,
        Self::OnboardingStalled,
        Self::RenewalApproaching,
        Self::SponsorLeft,
        Self::Escalation,
        Self::ExpansionReady,
    ];

    /// Its name in a config.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::LowUsage => "low_usage",
            Self::OnboardingStalled => "onboarding_stalled",
            Self::RenewalApproaching => "renewal_approaching",
            Self::SponsorLeft => "sponsor_left",
            Self::Escalation => "escalation",
            Self::ExpansionReady => "expansion_ready",
        }
    }
}
