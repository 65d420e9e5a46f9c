//! The fields of records that are no subjects.

use chrono::NaiveDate;

use super::slot::{Fields, Parts, Slot, amount, days_ago, flag, number, past, plan, text};
use crate::book::{
    AssessmentRecord, Cell, Contact, Deployment, Engagement, EngagementKind, Entitlement, Invoice,
    License, Life as _, Outcome, OutcomeKind, Override, Survey, SurveyKind, record::Record as _,
};
use crate::money::{Amount, Currency};
use crate::time::Stamp;

impl Fields for License {
    const SLOTS: &'static [Slot<Self>] = &[
        text("id", |it: &Self, _| it.id.as_deref()),
        text("product", |it: &Self, _| it.product.as_deref()),
        number("quantity", |it: &Self, _| it.quantity).range(0.0, f64::MAX),
        number("used", |it: &Self, _| it.used).range(0.0, f64::MAX),
        past("start", |it: &Self| it.start).unit("days ago"),
        plan("end", |it: &Self| it.end).unit("days ago"),
        flag("is_active", |it: &Self, day| Some(it.is_there(day))).must().same(),
    ];
}

impl Fields for Deployment {
    const SLOTS: &'static [Slot<Self>] = &[
        text("id", |it: &Self, _| it.id.as_deref()),
        text("name", |it: &Self, _| it.name.as_deref()),
        text("version", |it: &Self, _| it.version.as_deref()),
        text("region", |it: &Self, _| it.region.as_deref()),
        number("size", |it: &Self, _| it.size).range(0.0, f64::MAX),
        past("created", |it: &Self| it.created).unit("days ago"),
        past("retired", |it: &Self| it.retired).unit("days ago").same(),
        flag("is_active", |it: &Self, day| Some(it.is_there(day))).must().same(),
    ];
}

impl Fields for Contact {
    const SLOTS: &'static [Slot<Self>] = &[
        text("id", |it: &Self, _| it.id.as_deref()),
        text("name", |it: &Self, _| it.name.as_deref()),
        text("role", |it: &Self, _| it.role.as_deref()),
        number("sentiment", |it: &Self, _| it.sentiment).range(-1.0, 1.0),
        past("since", |it: &Self| it.since).unit("days ago"),
        past("last_contacted", |it: &Self| it.last_contacted).unit("days ago"),
        past("left", |it: &Self| it.left).unit("days ago").same(),
        flag("has_left", |it: &Self, day| Some(it.is_over(day))).must().same(),
    ];
}

impl Fields for Entitlement {
    const SLOTS: &'static [Slot<Self>] = &[
        text("name", |it: &Self, _| Some(&it.name)).must(),
        text("id", |it: &Self, _| it.id.as_deref()),
        text("level", |it: &Self, _| it.level.as_deref()),
        number("quantity", |it: &Self, _| it.quantity).range(0.0, f64::MAX),
        number("used", |it: &Self, _| it.used).range(0.0, f64::MAX),
        past("start", |it: &Self| it.start).unit("days ago"),
        plan("end", |it: &Self| it.end).unit("days ago"),
        flag("is_active", |it: &Self, day| Some(it.is_there(day))).must().same(),
    ];
}

impl Fields for Survey {
    const PARTS: Parts = Parts::Known(&SurveyKind::NAMES);
    const SLOTS: &'static [Slot<Self>] = &[
        number("score", |it: &Self, _| Some(it.score)).must(),
        text("kind", |it: &Self, _| Some(it.kind.name())).must().one_of(&SurveyKind::NAMES),
        past("date", |it: &Self| Some(it.date)).must().unit("days ago"),
        text("id", |it: &Self, _| it.id.as_deref()),
        number("scale", |it: &Self, _| it.scale),
        text("contact", |it: &Self, _| it.contact.as_deref()),
        text("comment", |it: &Self, _| it.comment.as_deref()),
    ];

    fn part(&self) -> &str {
        self.kind.name()
    }
}

impl Fields for Invoice {
    const SLOTS: &'static [Slot<Self>] = &[
        amount("amount", |it: &Self| it.amount),
        text("currency", |it: &Self, _| it.currency.as_ref().map(Currency::as_str)),
        text("id", |it: &Self, _| it.id.as_deref()),
        past("issued", |it: &Self| Some(it.issued)).must().unit("days ago"),
        plan("due", |it: &Self| it.due).unit("days ago"),
        past("paid", |it: &Self| it.paid).unit("days ago"),
        flag("is_paid", |it: &Self, day| Some(it.is_paid(day))).must(),
        flag("is_credit", |it: &Self, _| Some(it.is_credit())).must(),
        flag("is_overdue", |it: &Self, day| it.is_overdue(day)),
        number("days_late", |it: &Self, day| it.days_late(day)).range(0.0, f64::MAX).unit("days"),
    ];
}

impl Invoice {
    /// Whether money is given back.
    fn is_credit(&self) -> bool {
        self.amount.is_some_and(Amount::is_negative)
    }

    /// Whether nothing is owed on it any more; of a credit note nothing ever is.
    fn is_paid(&self, as_of: NaiveDate) -> bool {
        self.is_credit() || self.paid.is_some_and(|paid| paid.date() <= as_of)
    }

    fn is_overdue(&self, as_of: NaiveDate) -> Option<bool> {
        if self.is_credit() {
            return Some(false);
        }
        self.due.map(|due| due.date() < as_of && !self.is_paid(as_of))
    }

    /// Days from the due date to the payment, or to the day while it is unpaid; 0 when in time. A
    /// credit note would make a late payer look punctual, so it has none.
    fn days_late(&self, as_of: NaiveDate) -> Option<f64> {
        if self.is_credit() {
            return None;
        }
        let until = self.paid.map(Stamp::date).filter(|paid| *paid <= as_of).unwrap_or(as_of);
        self.due.map(|due| days_ago(due, until).max(0.0))
    }
}

impl Fields for Engagement {
    const PARTS: Parts = Parts::Known(&EngagementKind::NAMES);
    const SLOTS: &'static [Slot<Self>] = &[
        text("kind", |it: &Self, _| Some(it.kind.name())).must().one_of(&EngagementKind::NAMES),
        past("date", |it: &Self| Some(it.date)).must().unit("days ago"),
        text("id", |it: &Self, _| it.id.as_deref()),
        text("title", |it: &Self, _| it.title.as_deref()),
        text("contact", |it: &Self, _| it.contact.as_deref()),
        number("attendees", |it: &Self, _| it.attendees).range(0.0, f64::MAX),
        number("minutes", |it: &Self, _| it.minutes).range(0.0, f64::MAX).unit("minutes"),
    ];

    fn part(&self) -> &str {
        self.kind.name()
    }
}

/// The value of an assessment while it holds: one that has expired is not known any more, and does
/// not bring an older one back.
fn judgement(it: &AssessmentRecord, day: NaiveDate) -> Option<&Cell> {
    Some(&it.value).filter(|_| it.expires.is_none_or(|it| day <= it.date()))
}

impl Fields for AssessmentRecord {
    const PARTS: Parts = Parts::Any;
    const SLOTS: &'static [Slot<Self>] = &[
        number("value", |it: &Self, day| judgement(it, day).and_then(Cell::number)),
        text("value_text", |it: &Self, day| match judgement(it, day) {
            Some(Cell::Text(it)) => Some(it),
            _ => None,
        }),
        flag("value_flag", |it: &Self, day| judgement(it, day).and_then(Cell::flag)),
        text("name", |it: &Self, _| Some(&it.name)).must(),
        past("date", |it: &Self| Some(it.date)).must().unit("days ago"),
        plan("expires", |it: &Self| it.expires).unit("days ago"),
        text("by", |it: &Self, _| it.by.as_deref()),
        text("id", |it: &Self, _| it.id.as_deref()),
    ];

    fn part(&self) -> &str {
        &self.name
    }
}

impl Fields for Override {
    const SLOTS: &'static [Slot<Self>] = &[
        number("value", |it: &Self, _| Some(it.value)).must().range(0.0, 100.0),
        text("scorecard", |it: &Self, _| Some(&it.scorecard)).must(),
        text("author", |it: &Self, _| Some(&it.author)).must(),
        text("reason", |it: &Self, _| Some(&it.reason)).must(),
        past("from", |it: &Self| Some(it.from)).must().unit("days ago"),
        plan("until", |it: &Self| it.until).unit("days ago"),
        flag("is_active", |it: &Self, day| Some(it.is_there(day))).must().same(),
    ];
}

impl Fields for Outcome {
    const SLOTS: &'static [Slot<Self>] = &[
        text("outcome", |it: &Self, _| Some(it.outcome.name())).must().one_of(&OutcomeKind::NAMES),
        past("date", |it: &Self| Some(it.date)).must().unit("days ago"),
        flag("is_lost", |it: &Self, _| Some(it.outcome.is_lost())).must(),
        amount("value_before", |it: &Self| it.value_before).range(0.0, f64::MAX),
        amount("value_after", |it: &Self| it.value_after).range(0.0, f64::MAX),
        text("reason", |it: &Self, _| it.reason.as_deref()),
    ];
}
