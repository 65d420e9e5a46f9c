//! When a record is there: from its first day on, until the first day on which it is over. One table of all records.
//!
//! Whatever a parent makes of its children, and every word about a record's state, asks this table, so that on no
//! day a record is both there and over. docs/days.md shows it to people.

use chrono::{Days, NaiveDate};

use super::asset::{Contact, Deployment, Entitlement, License};
use super::event::{AssessmentRecord, Engagement, Invoice, Outcome, Override, Survey, Usage};
use super::record::Life;
use super::subject::{Account, Case, Company, Subscription};
use crate::time::Stamp;

/// The day itself is the first one out.
fn on(out: Option<Stamp>) -> Option<NaiveDate> {
    out.map(Stamp::date)
}

/// The day is the last one in.
fn after(last: Option<Stamp>) -> Option<NaiveDate> {
    let next = |it: Stamp| it.date().checked_add_days(Days::new(1)).unwrap_or(NaiveDate::MAX);
    last.map(next)
}

/// The earlier of two days, where there is one.
fn first(left: Option<NaiveDate>, right: Option<NaiveDate>) -> Option<NaiveDate> {
    [left, right].into_iter().flatten().min()
}

macro_rules! lives {
    ($($record:ident: $(|$it:ident| $over:expr)?;)+) => {
        $(impl Life for $record {
            const ENDS: bool = lives!(@ends $($it)?);

            fn over_from(&self) -> Option<NaiveDate> {
                lives!(@over self $($it $over)?)
            }
        })+
    };
    (@ends) => { false };
    (@ends $it:ident) => { true };
    (@over $this:ident) => { None };
    (@over $this:ident $it:ident $over:expr) => {{
        let $it = $this;
        $over
    }};
}

lives! {
    Company: ;
    Account: ;
    // Lost from the day of its cancellation, and on the day on which the next term would begin.
    Subscription: |subscription| first(on(subscription.cancelled_on), on(subscription.end));
    License: |license| after(license.end);
    Entitlement: |entitlement| after(entitlement.end);
    Deployment: |deployment| on(deployment.retired);
    Contact: |contact| on(contact.left);
    Override: |it| after(it.until);
    // Resolved cases happened all the same: they count by their dates.
    Case: ;
    Survey: ;
    Invoice: ;
    Engagement: ;
    AssessmentRecord: ;
    Outcome: ;
    Usage: ;
}
