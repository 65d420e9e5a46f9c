//! Records of what happened to a subject: usage, surveys, invoices, meetings, outcomes.

use serde::{Deserialize, Serialize};

use super::cell::Cell;
use super::check::Checks;
use super::record::{Bounds, Record, Refs, custom_fields, record, three_refs};
use crate::frame::SubjectKind;
use crate::money::{Amount, Currency};
use crate::time::Stamp;

/// What a survey asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum SurveyKind {
    /// How likely a recommendation is, 0 to 10.
    Nps,
    /// How content the customer is, 1 to 5 if no other scale is declared.
    Csat,
    /// How easy it was, 1 to 7 if no other scale is declared.
    Ces,
}

impl SurveyKind {
    pub(crate) const NAMES: [&'static str; 3] = ["nps", "csat", "ces"];

    /// Its name in data and configs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Nps => "nps",
            Self::Csat => "csat",
            Self::Ces => "ces",
        }
    }
}

/// What an engagement was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum EngagementKind {
    /// A meeting or call.
    Meeting,
    /// A training.
    Training,
    /// A webinar or event.
    Webinar,
    /// A post in the community.
    CommunityPost,
    /// A part in marketing: a reference, a case study, a talk.
    Marketing,
    /// Feedback on the product.
    ProductFeedback,
}

impl EngagementKind {
    pub(crate) const NAMES: [&'static str; 6] =
        ["meeting", "training", "webinar", "community_post", "marketing", "product_feedback"];

    /// Its name in data and configs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Meeting => "meeting",
            Self::Training => "training",
            Self::Webinar => "webinar",
            Self::CommunityPost => "community_post",
            Self::Marketing => "marketing",
            Self::ProductFeedback => "product_feedback",
        }
    }
}

/// What an override does to a score.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum OverrideKind {
    /// The score is the value.
    Set,
    /// The score is at most the value.
    Cap,
    /// The score is at least the value.
    Floor,
}

/// What happened to a subscription at a renewal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum OutcomeKind {
    /// Renewed as it was.
    Renewed,
    /// Renewed for more.
    Expanded,
    /// Renewed for less.
    Contracted,
    /// Ended by the customer's word.
    Churned,
    /// Ended because nobody renewed it.
    Lapsed,
}

impl OutcomeKind {
    pub(crate) const NAMES: [&'static str; 5] =
        ["renewed", "expanded", "contracted", "churned", "lapsed"];

    /// Its name in data.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Renewed => "renewed",
            Self::Expanded => "expanded",
            Self::Contracted => "contracted",
            Self::Churned => "churned",
            Self::Lapsed => "lapsed",
        }
    }

    /// Whether the subscription was lost.
    #[must_use]
    pub const fn is_lost(self) -> bool {
        matches!(self, Self::Churned | Self::Lapsed)
    }
}

record! {
    /// One value of a usage series on one day. Several on one day all count.
    ///
    /// Usage before its subscription's first day, or after its last, is refused.
    Usage
    must {
        /// The series: `logins`, `active_seats`.
        name: String,
        /// When it was used.
        date: Stamp,
        /// How much, finite.
        value: f64,
    }
    may {
        /// Its id, unique among usage where there is one.
        id: String,
        /// The subscription that was used.
        subscription_id: String,
        /// The account that used it.
        account_id: String,
        /// The company that used it.
        company_id: String,
    }
}

record! {
    /// One answer to a survey.
    Survey
    must {
        /// What was asked.
        kind: SurveyKind,
        /// When it was answered.
        date: Stamp,
        /// The answer, in the scale of its kind.
        score: f64,
    }
    may {
        /// Its id, unique among surveys where there is one.
        id: String,
        /// The subscription it is about.
        subscription_id: String,
        /// The account it is about.
        account_id: String,
        /// The company it is about.
        company_id: String,
        /// The case it is about.
        case_id: String,
        /// The highest score of its scale, where it is not its kind's own.
        scale: f64,
        /// Who answered.
        contact: String,
        /// What they wrote.
        comment: String,
    }
}

record! {
    /// An invoice, or a credit note: an invoice of less than nothing, for which nobody waits to be
    /// paid. It counts as paid from its day, is never overdue and has no `days_late`; its amount
    /// sums with those of the others, so that 100 billed and 40 given back are 60.
    Invoice
    must {
        /// When it was issued.
        issued: Stamp,
    }
    may {
        /// Its id, unique among invoices where there is one.
        id: String,
        /// The subscription it is for.
        subscription_id: String,
        /// The account it is for.
        account_id: String,
        /// The company it is for.
        company_id: String,
        /// When it is to be paid.
        due: Stamp,
        /// When it was paid; unpaid until then.
        paid: Stamp,
        /// How much; below zero for a credit note or a refund.
        amount: Amount,
        /// In which currency.
        currency: Currency,
    }
}

record! {
    /// A time at which the customer took part in something.
    Engagement
    must {
        /// What it was.
        kind: EngagementKind,
        /// When it was.
        date: Stamp,
    }
    may {
        /// Its id, unique among engagements where there is one.
        id: String,
        /// The subscription it is about.
        subscription_id: String,
        /// The account it is about.
        account_id: String,
        /// The company it is about.
        company_id: String,
        /// What it was called.
        title: String,
        /// Who took part.
        contact: String,
        /// How many of the customer's people took part, 0 or more.
        attendees: f64,
        /// How long it took in minutes, 0 or more.
        minutes: f64,
    }
}

record! {
    /// What a person thinks of a subject.
    AssessmentRecord
    must {
        /// What kind of subject.
        subject: SubjectKind,
        /// Which one.
        subject_id: String,
        /// What is assessed: `csm_sentiment`.
        name: String,
        /// When it was said.
        date: Stamp,
        /// The judgement: a number, a text or a flag.
        value: Cell,
    }
    may {
        /// Its id, unique among assessments where there is one.
        id: String,
        /// Who said it.
        by: String,
        /// The last day in: it still holds on that day.
        expires: Stamp,
    }
}

record! {
    /// A score set by hand.
    Override
    must {
        /// What kind of subject.
        subject: SubjectKind,
        /// Which one.
        subject_id: String,
        /// Of which scorecard.
        scorecard: String,
        /// What it does.
        kind: OverrideKind,
        /// The score, 0 to 100.
        value: f64,
        /// Why.
        reason: String,
        /// Who did it.
        author: String,
        /// Its first day.
        from: Stamp,
    }
    may {
        /// Its id, unique among overrides where there is one.
        id: String,
        /// Its last day in; it still holds on that day.
        until: Stamp,
    }
}

record! {
    /// What happened at a renewal.
    Outcome
    must {
        /// The subscription.
        subscription_id: String,
        /// When it happened.
        date: Stamp,
        /// What happened.
        outcome: OutcomeKind,
    }
    may {
        /// Its id, unique among outcomes where there is one.
        id: String,
        /// Recurring amount a year before, 0 or more.
        value_before: Amount,
        /// Recurring amount a year after, 0 or more.
        value_after: Amount,
        /// The currency of both.
        currency: Currency,
        /// Why, in the host's words.
        reason: String,
    }
}

impl Record for Usage {
    const TABLE: &'static str = "usage";
    const BOUNDS: Bounds = Bounds::WithinTerm;

    fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }
    fn stamp(&self) -> Option<Stamp> {
        Some(self.date)
    }
    fn check(&self, checks: &mut Checks<'_>) {
        checks.filled("name", &self.name);
        checks.finite("value", Some(self.value));
    }
    three_refs!();
    custom_fields!();
}

impl Record for Survey {
    const TABLE: &'static str = "surveys";

    fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }
    fn refs(&self) -> Refs<'_> {
        [
            self.company_id.as_deref(),
            self.account_id.as_deref(),
            self.subscription_id.as_deref(),
            self.case_id.as_deref(),
        ]
    }
    fn stamp(&self) -> Option<Stamp> {
        Some(self.date)
    }
    fn check(&self, checks: &mut Checks<'_>) {
        checks.within("scale", self.scale, 1.0, 1000.0);
        let (low, high) = match self.kind {
            SurveyKind::Nps => (0.0, 10.0),
            SurveyKind::Csat => (1.0, 5.0),
            SurveyKind::Ces => (1.0, 7.0),
        };
        checks.within("score", Some(self.score), low, self.scale.unwrap_or(high));
    }
    custom_fields!();
}

impl Record for Invoice {
    const TABLE: &'static str = "invoices";

    fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }
    fn stamp(&self) -> Option<Stamp> {
        Some(self.issued)
    }
    fn currency(&self) -> Option<Currency> {
        self.currency
    }
    fn has_amount(&self) -> bool {
        self.amount.is_some()
    }
    fn check(&self, checks: &mut Checks<'_>) {
        checks.order(("issued", Some(self.issued)), ("due", self.due));
        checks.order(("issued", Some(self.issued)), ("paid", self.paid));
    }
    three_refs!();
    custom_fields!();
}

impl Record for Engagement {
    const TABLE: &'static str = "engagements";

    fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }
    fn stamp(&self) -> Option<Stamp> {
        Some(self.date)
    }
    fn check(&self, checks: &mut Checks<'_>) {
        checks.at_least_zero("attendees", self.attendees);
        checks.at_least_zero("minutes", self.minutes);
    }
    three_refs!();
    custom_fields!();
}

/// A reference by kind and id.
fn subject_ref(kind: SubjectKind, id: &str) -> Refs<'_> {
    let mut refs = [None; 4];
    if let Some(slot) = refs.get_mut(kind.index()) {
        *slot = Some(id);
    }
    refs
}

impl Record for AssessmentRecord {
    const TABLE: &'static str = "assessments";

    fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }
    fn refs(&self) -> Refs<'_> {
        subject_ref(self.subject, &self.subject_id)
    }
    fn stamp(&self) -> Option<Stamp> {
        Some(self.date)
    }
    fn check(&self, checks: &mut Checks<'_>) {
        checks.filled("name", &self.name);
        checks.order(("date", Some(self.date)), ("expires", self.expires));
        checks.cell("value", &self.value);
    }
    fn value_mut(&mut self) -> Option<&mut Cell> {
        Some(&mut self.value)
    }
    fn ref_key(_: SubjectKind) -> String {
        "subject_id".to_owned()
    }
    custom_fields!();
}

impl Record for Override {
    const TABLE: &'static str = "overrides";

    fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }
    fn refs(&self) -> Refs<'_> {
        subject_ref(self.subject, &self.subject_id)
    }
    fn stamp(&self) -> Option<Stamp> {
        Some(self.from)
    }
    fn check(&self, checks: &mut Checks<'_>) {
        checks.filled("scorecard", &self.scorecard);
        checks.filled("reason", &self.reason);
        checks.filled("author", &self.author);
        checks.within("value", Some(self.value), 0.0, 100.0);
        checks.order(("from", Some(self.from)), ("until", self.until));
    }
    fn ref_key(_: SubjectKind) -> String {
        "subject_id".to_owned()
    }
    custom_fields!();
}

impl Record for Outcome {
    const TABLE: &'static str = "outcomes";
    const BOUNDS: Bounds = Bounds::NotBeforeStart;

    fn bounds(&self) -> Bounds {
        // What never began can be lost all the same.
        if self.outcome.is_lost() { Bounds::Free } else { Self::BOUNDS }
    }

    fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }
    fn refs(&self) -> Refs<'_> {
        subject_ref(SubjectKind::Subscription, &self.subscription_id)
    }
    fn stamp(&self) -> Option<Stamp> {
        Some(self.date)
    }
    fn currency(&self) -> Option<Currency> {
        self.currency
    }
    fn has_amount(&self) -> bool {
        self.value_before.or(self.value_after).is_some()
    }
    fn check(&self, checks: &mut Checks<'_>) {
        checks.amount("value_before", self.value_before);
        checks.amount("value_after", self.value_after);
    }
    custom_fields!();
}
