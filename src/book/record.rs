//! What a record is to the book: where it hangs, when it happened, what it must not say.

use std::any::Any;
use std::collections::BTreeMap;
use std::fmt::Debug;

use chrono::NaiveDate;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::cell::{Cell, Mark};
use super::check::Checks;
use crate::frame::SubjectKind;
use crate::money::Currency;
use crate::time::Stamp;

/// Ids of the subjects that a record names, by [`SubjectKind::index`].
pub(crate) type Refs<'a> = [Option<&'a str>; 4];

/// Which days a record may have, given its subscription's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Bounds {
    Free,
    NotBeforeStart,
    WithinTerm,
}

/// A record whose dates can be seen one by one; what declares a record type makes it one.
pub(crate) trait Dated {
    /// Changes every date, given with the name of its field.
    fn each_stamp(&mut self, act: &mut dyn FnMut(&'static str, &mut Stamp));
    /// Whether any date is meant.
    fn has_stamp(&self, is_meant: &dyn Fn(&'static str, Stamp) -> bool) -> bool;
}

/// The day from which a record is over.
pub(crate) trait Life {
    /// Whether there is such a day. What cannot be over either stays or is an event, which counts by its date.
    const ENDS: bool;

    /// The first day on which it is over; none where it never is.
    fn over_from(&self) -> Option<NaiveDate>;

    /// Whether it is over on a day.
    fn is_over(&self, day: NaiveDate) -> bool {
        self.over_from().is_some_and(|from| from <= day)
    }
}

/// A typed record of one table.
pub(crate) trait Record:
    Dated + Life + Debug + Serialize + DeserializeOwned + 'static
{
    /// The table's name in data and configs.
    const TABLE: &'static str;
    /// What it is as a subject.
    const SUBJECT: Option<SubjectKind> = None;
    /// Whether it must belong to a subject.
    const NEEDS_PARENT: bool = true;
    /// The names of its fields.
    const FIELDS: &'static [&'static str];
    const BOUNDS: Bounds = Bounds::Free;

    /// Which days this very record may have.
    fn bounds(&self) -> Bounds {
        Self::BOUNDS
    }

    fn id(&self) -> Option<&str>;
    fn refs(&self) -> Refs<'_>;
    /// When it came to exist; always there if `None`.
    fn stamp(&self) -> Option<Stamp>;
    /// Whether it has begun by a day, and is not over.
    fn is_there(&self, day: NaiveDate) -> bool {
        self.stamp().is_none_or(|stamp| stamp.date() <= day) && !self.is_over(day)
    }
    fn custom(&self) -> &BTreeMap<String, Cell>;
    fn custom_mut(&mut self) -> &mut BTreeMap<String, Cell>;
    /// Finds what the record says that cannot be.
    fn check(&self, checks: &mut Checks<'_>);
    /// The field that names its subject of that kind.
    fn ref_key(kind: SubjectKind) -> String {
        format!("{kind}_id")
    }
    /// The currency of its amounts.
    fn currency(&self) -> Option<Currency> {
        None
    }
    /// Whether it states any amount.
    fn has_amount(&self) -> bool {
        false
    }
    /// A cell that is the record's very value and must be read as one.
    fn value_mut(&mut self) -> Option<&mut Cell> {
        None
    }
}

/// Changes a field, if it is a date.
pub(crate) fn change_stamp(
    field: &mut dyn Any,
    name: &'static str,
    act: &mut dyn FnMut(&'static str, &mut Stamp),
) {
    if let Some(it) = field.downcast_mut::<Stamp>() {
        act(name, it);
    } else if let Some(Mark::On(it)) = field.downcast_mut::<Mark>() {
        act(name, it);
    }
}

/// Whether a field is a date that is meant.
pub(crate) fn is_stamp(
    field: &dyn Any,
    name: &'static str,
    is_meant: &dyn Fn(&'static str, Stamp) -> bool,
) -> bool {
    let mark = field.downcast_ref().copied().and_then(Mark::stamp);
    field.downcast_ref().copied().or(mark).is_some_and(|stamp| is_meant(name, stamp))
}

/// Declares a record type: what it must have, and what it may have.
macro_rules! record {
    (
        $(#[$meta:meta])* $name:ident
        must { $($(#[$must_meta:meta])* $must:ident: $must_type:ty,)* }
        may { $($(#[$may_meta:meta])* $may:ident: $may_type:ty,)* }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
        #[non_exhaustive]
        pub struct $name {
            $($(#[$must_meta])* pub $must: $must_type,)*
            $(
                $(#[$may_meta])*
                #[serde(default, skip_serializing_if = "Option::is_none")]
                pub $may: Option<$may_type>,
            )*
            /// Every other field, by name.
            #[serde(flatten)]
            pub custom: std::collections::BTreeMap<String, $crate::book::Cell>,
        }

        impl $crate::book::record::Dated for $name {
            fn each_stamp(
                &mut self,
                act: &mut dyn FnMut(&'static str, &mut $crate::time::Stamp),
            ) {
                use $crate::book::record::change_stamp;
                $(change_stamp(&mut self.$must, stringify!($must), act);)*
                $(
                    if let Some(it) = &mut self.$may {
                        change_stamp(it, stringify!($may), act);
                    }
                )*
            }
            fn has_stamp(&self, is_meant: &dyn Fn(&'static str, $crate::time::Stamp) -> bool) -> bool {
                use $crate::book::record::is_stamp;
                $(is_stamp(&self.$must, stringify!($must), is_meant) ||)*
                $(self.$may.as_ref().is_some_and(|field| is_stamp(field, stringify!($may), is_meant)) ||)*
                false
            }
        }

        impl $name {
            pub(crate) const NAMES: &'static [&'static str] =
                &[$(stringify!($must),)* $(stringify!($may),)*];

            /// A record with what it must have; fill in the rest.
            #[allow(clippy::too_many_arguments, reason = "a record has what it must have")]
            #[must_use]
            pub fn new($($must: impl Into<$must_type>),*) -> Self {
                Self {
                    $($must: $must.into(),)*
                    $($may: None,)*
                    custom: std::collections::BTreeMap::new(),
                }
            }
        }
    };
}
pub(super) use record;

/// For a record type that must have nothing: an empty one is its default.
macro_rules! default_record {
    ($($name:ident)+) => {
        $(impl Default for $name {
            fn default() -> Self {
                Self::new()
            }
        })+
    };
}
pub(super) use default_record;

/// The parts of [`Record`] that are the same in every table.
macro_rules! custom_fields {
    () => {
        const FIELDS: &'static [&'static str] = Self::NAMES;

        fn custom(&self) -> &std::collections::BTreeMap<String, $crate::book::Cell> {
            &self.custom
        }
        fn custom_mut(&mut self) -> &mut std::collections::BTreeMap<String, $crate::book::Cell> {
            &mut self.custom
        }
    };
}
pub(super) use custom_fields;

/// The references of a record to company, account and subscription.
macro_rules! three_refs {
    () => {
        fn refs(&self) -> $crate::book::record::Refs<'_> {
            [
                self.company_id.as_deref(),
                self.account_id.as_deref(),
                self.subscription_id.as_deref(),
                None,
            ]
        }
    };
}
pub(super) use three_refs;
