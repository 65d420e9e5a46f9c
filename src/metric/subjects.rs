//! The fields of subjects: their built-in attributes.

use chrono::{Datelike as _, Months, NaiveDate, NaiveDateTime};

use super::slot::{Fields, Slot, amount, days_ago, flag, hours, number, past, plan, text};
use crate::book::{Account, Case, Company, Life as _, Mark, Subscription};
use crate::time::Stamp;

/// Days since something that has happened by the day.
fn age(since: Option<Stamp>, as_of: NaiveDate) -> Option<f64> {
    since.filter(|since| since.date() <= as_of).map(|since| days_ago(since, as_of))
}

/// Whole calendar months since a day that has come.
///
/// A month is over on the same day of the next month, or on its last day where it has no such day.
fn months(since: Option<Stamp>, as_of: NaiveDate) -> Option<f64> {
    let start = since.map(Stamp::date).filter(|start| *start <= as_of)?;
    let years = as_of.year() - start.year();
    let months = years * 12 + as_of.month() as i32 - start.month() as i32;
    let months = u32::try_from(months).ok()?;
    let reached = start.checked_add_months(Months::new(months)).is_some_and(|day| day <= as_of);
    Some(f64::from(if reached { months } else { months.saturating_sub(1) }))
}

impl Fields for Company {
    const SLOTS: &'static [Slot<Self>] = &[
        text::<Self>("id", |it, _| Some(&it.id)).must(),
        text("name", |it, _| it.name.as_deref()),
        text("parent_id", |it, _| it.parent_id.as_deref()),
        text("industry", |it, _| it.industry.as_deref()),
        text("country", |it, _| it.country.as_deref()),
        text("owner", |it, _| it.owner.as_deref()),
        text("segment", |it, _| it.segment.as_deref()),
        number("employees", |it: &Self, _| it.employees).range(0.0, f64::MAX).unit("people"),
        past("created", |it: &Self| it.created).unit("days ago"),
        number("age_days", |it: &Self, day| age(it.created, day)).range(0.0, f64::MAX).unit("days"),
    ];
}

impl Fields for Account {
    const SLOTS: &'static [Slot<Self>] = &[
        text::<Self>("id", |it, _| Some(&it.id)).must(),
        text("company_id", |it, _| it.company_id.as_deref()),
        text("name", |it, _| it.name.as_deref()),
        text("industry", |it, _| it.industry.as_deref()),
        text("country", |it, _| it.country.as_deref()),
        text("region", |it, _| it.region.as_deref()),
        text("owner", |it, _| it.owner.as_deref()),
        text("segment", |it, _| it.segment.as_deref()),
        past("created", |it: &Self| it.created).unit("days ago"),
        number("age_days", |it: &Self, day| age(it.created, day)).range(0.0, f64::MAX).unit("days"),
        number("months_since_start", |it: &Self, day| months(it.created, day))
            .range(0.0, f64::MAX)
            .unit("months"),
    ];
}

impl Fields for Subscription {
    const SLOTS: &'static [Slot<Self>] = &[
        text::<Self>("id", |it, _| Some(&it.id)).must(),
        text("account_id", |it, _| it.account_id.as_deref()),
        text("product", |it, _| it.product.as_deref()),
        text("plan", |it, _| it.plan.as_deref()),
        text("status", |it: &Self, day| Some(it.status_on(day))).must(),
        number("seats", |it: &Self, _| it.seats).range(0.0, f64::MAX).unit("seats"),
        amount("arr", Self::yearly).range(0.0, f64::MAX).unit("a year"),
        amount("mrr", Self::monthly).range(0.0, f64::MAX).unit("a month"),
        amount("price", |it: &Self| it.price).range(0.0, f64::MAX),
        number("quantity", |it: &Self, _| it.quantity).range(0.0, f64::MAX),
        text("billing", |it, _| it.billing.as_deref()),
        amount("one_off", |it: &Self| it.one_off),
        number("discount", |it: &Self, _| it.discount).range(0.0, 100.0).unit("%"),
        number("renewals", |it: &Self, _| it.renewals).range(0.0, f64::MAX),
        number("upsells", |it: &Self, _| it.upsells).range(0.0, f64::MAX),
        flag("auto_renew", |it, _| it.auto_renew),
        text("owner", |it, _| it.owner.as_deref()),
        text("currency", |it, _| it.currency.as_ref().map(crate::money::Currency::as_str)),
        past("start", |it: &Self| it.start).unit("days ago"),
        plan("end", |it: &Self| it.end).unit("days ago"),
        plan("renewal_date", |it: &Self| it.renewal_date.or(it.end)).unit("days ago"),
        past("cancelled_on", |it: &Self| it.cancelled_on).unit("days ago").same(),
        number("age_days", |it: &Self, day| age(it.start, day)).range(0.0, f64::MAX).unit("days"),
        number("months_since_start", |it: &Self, day| months(it.start, day))
            .range(0.0, f64::MAX)
            .unit("months"),
        number("days_to_renewal", |it: &Self, day| {
            it.renewal_date.or(it.end).map(|date| 0.0 - days_ago(date, day))
        })
        .unit("days"),
        number("days_to_end", |it: &Self, day| it.end.map(|end| 0.0 - days_ago(end, day)))
            .unit("days"),
        flag::<Self>("is_cancelled", |it, day| Some(it.is_cancelled(day))).must().same(),
        flag::<Self>("is_over", |it, day| Some(it.is_over(day))).must().same(),
    ];
}

impl Subscription {
    /// The state on a day: the dates where they decide, then the host's word.
    fn status_on(&self, as_of: NaiveDate) -> &str {
        if self.is_cancelled(as_of) {
            "cancelled"
        } else if self.is_over(as_of) {
            "ended"
        } else if self.cancelled_on.is_some() {
            // The host's word may be about a cancellation that has not happened yet.
            "active"
        } else {
            self.status.as_deref().unwrap_or("active")
        }
    }
}

impl Fields for Case {
    const SLOTS: &'static [Slot<Self>] = &[
        text::<Self>("id", |it, _| Some(&it.id)).must(),
        text("subscription_id", |it, _| it.subscription_id.as_deref()),
        text("account_id", |it, _| it.account_id.as_deref()),
        text("severity", |it, _| it.severity.as_deref()),
        text("channel", |it, _| it.channel.as_deref()),
        text("owner", |it, _| it.owner.as_deref()),
        text("text", |it, _| it.text.as_deref()),
        text::<Self>("status", |it, day| {
            Some(if it.is_resolved(day) { "resolved" } else { "open" })
        })
        .must()
        .one_of(&["open", "resolved"]),
        flag::<Self>("is_open", |it, day| Some(!it.is_resolved(day))).must(),
        flag::<Self>("is_escalated", |it, day| {
            Some(it.escalated.is_some_and(|escalated| escalated.holds(day)))
        })
        .must(),
        number("reopened", |it: &Self, _| it.reopened).range(0.0, f64::MAX),
        // It is asked for when the case is closed.
        number("satisfaction", |it: &Self, day| {
            it.satisfaction.filter(|_| it.resolved.is_none() || it.is_resolved(day))
        }),
        past("opened", |it: &Self| Some(it.opened)).must().unit("days ago"),
        past("first_response", |it: &Self| it.first_response).unit("days ago"),
        past("resolved", |it: &Self| it.resolved).unit("days ago"),
        past("escalated", |it: &Self| it.escalated.and_then(Mark::stamp)).unit("days ago"),
        number("age_days", |it: &Self, day| it.age_days(day)).range(0.0, f64::MAX).unit("days"),
        hours("age_hours", |it: &Self, day, until| it.age(day, until)),
        hours("hours_to_first_response", |it: &Self, day, _| {
            it.first_response.filter(|moment| moment.date() <= day).map(|to| (it.opened, to))
        }),
        hours("hours_to_resolution", |it: &Self, day, _| {
            it.resolved.filter(|moment| moment.date() <= day).map(|to| (it.opened, to))
        }),
    ];
}

impl Case {
    /// When it was resolved, where that has come; `None` before it is opened.
    fn resolution(&self, as_of: NaiveDate) -> Option<Option<Stamp>> {
        let resolved = self.resolved.filter(|moment| moment.date() <= as_of);
        (self.opened.date() <= as_of).then_some(resolved)
    }

    /// From its opening until it is resolved, or up to the moment or the end of the day of the assessment; missing
    /// before it is opened.
    fn age(&self, as_of: NaiveDate, until: NaiveDateTime) -> Option<(Stamp, Stamp)> {
        Some((self.opened, self.resolution(as_of)?.unwrap_or(Stamp::moment(until))))
    }

    /// Its age until it is resolved, in whole days.
    fn age_days(&self, as_of: NaiveDate) -> Option<f64> {
        let until = self.resolution(as_of)?.map_or(as_of, Stamp::date);
        Some(days_ago(self.opened, until).max(0.0))
    }
}
