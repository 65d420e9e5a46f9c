//! What an assessment is made from.

use std::collections::{BTreeMap, BTreeSet};

use crate::alert::Suppressions;
use crate::book::Book;
use crate::book::moment::Until;
use crate::frame::{Frame, SubjectKind};
use crate::playbook::ActionReport;
use crate::time::{AsOf, Calendar};
use crate::watch::{Watched, Watcher};

/// Records, given columns, or both.
///
/// Where a book and a frame are about the same kind of subject, the book says which subjects there
/// are and whose, and a column of the frame wins over what would be derived from the book.
///
/// ```
/// # #[cfg(feature = "toml")] {
/// # use foretell::frame::{Column, Frame, SubjectKind};
/// # use foretell::time::AsOf;
/// use foretell::{Config, Engine, Input, State};
///
/// let engine = Engine::compile(&Config::parse(r#"
///     metrics = [{ name = "plan", type = "text", attribute = "plan" }, { name = "logins" }]
///     rules = [{ name = "pro_and_quiet", when = 'plan == "pro" && logins < 5' }]
/// "#))?;
/// # use foretell::book::{Book, Subscription, Tables};
/// // Who there is and what they bought is in records; what they do comes as a column.
/// let mut acme = Subscription::new("acme");
/// acme.plan = Some("pro".into());
/// let mut tables = Tables::default();
/// tables.push(acme);
/// let book = Book::strict(tables)?;
/// let mut frame = Frame::new(SubjectKind::Subscription, ["acme"])?;
/// frame.insert("logins", Column::numbers([Some(2.0)]))?;
/// let input = Input::book(&book).and_frame(&frame);
/// let night = engine.assess(&input, "2026-03-01".parse::<AsOf>()?, &State::new())?;
/// assert_eq!(night.alerts()[0].subject, "acme");
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Input<'a> {
    pub(crate) book: Option<&'a Book>,
    /// By kind of subject.
    frames: [Option<&'a Frame>; SubjectKind::ALL.len()],
    pub(crate) with_ended: bool,
    /// Whether it is a part of a whole.
    pub(crate) is_part: bool,
    pub(crate) suppressions: Option<&'a Suppressions>,
    pub(crate) reports: &'a [ActionReport],
    pub(crate) work_calendar: Option<&'a Calendar>,
    /// The kinds of which all subjects are given.
    complete: [bool; SubjectKind::ALL.len()],
    gone: &'a [(SubjectKind, String)],
    /// Until when the records of tables and usage series are complete.
    pub(crate) feeds: BTreeMap<String, AsOf>,
    pub(crate) watched: Watched<'a>,
}

impl<'a> Input<'a> {
    /// The records of a book.
    #[must_use]
    pub fn book(book: &'a Book) -> Self {
        Self { book: Some(book), ..Self::default() }
    }

    /// The columns of a frame.
    #[must_use]
    pub fn frame(frame: &'a Frame) -> Self {
        Self::default().and_frame(frame)
    }

    /// The same with the columns of a frame, instead of any for the same kind of subject.
    #[must_use]
    pub fn and_frame(mut self, frame: &'a Frame) -> Self {
        if let Some(it) = self.frames.get_mut(frame.kind().index()) {
            *it = Some(frame);
        }
        self
    }

    /// The same with somebody who hears how far an assessment is, and may end it ([`AssessError::Stopped`]). Scores alone are not watched.
    ///
    /// [`AssessError::Stopped`]: crate::engine::AssessError::Stopped
    #[must_use]
    pub fn watched(mut self, watcher: &'a dyn Watcher) -> Self {
        self.watched = Watched::by(watcher);
        self
    }

    /// The same with subjects of the book that have ended by the day of the assessment:
    /// subscriptions cancelled or past their end, cases resolved. They are left out otherwise. What parents make of
    /// their children is the same with them and without.
    #[must_use]
    pub const fn with_ended(mut self) -> Self {
        self.with_ended = true;
        self
    }

    /// The same as a part of a whole, with the part of the state that is about its subjects
    /// ([`Engine::split`](crate::Engine::split)): what is decided over all subjects is not decided. Guards trip for the whole
    /// ([`Engine::tripped`](crate::Engine::tripped)), and that a feed is silent is not noted.
    ///
    /// [`Engine::partition_key`](crate::Engine::partition_key) says what must stay together. Reports, silences and snoozes go to each part whole.
    #[must_use]
    pub const fn as_part(mut self) -> Self {
        self.is_part = true;
        self
    }

    /// The same with what must be quiet.
    #[must_use]
    pub const fn with_suppressions(mut self, suppressions: &'a Suppressions) -> Self {
        self.suppressions = Some(suppressions);
        self
    }

    /// The same with what became of actions of earlier days. Each is remembered where something waits for
    /// it; one that is handed in twice counts once.
    #[must_use]
    pub const fn with_reports(mut self, reports: &'a [ActionReport]) -> Self {
        self.reports = reports;
        self
    }

    /// The same with the days of work of playbooks that count them and name no calendar. It also stands for the
    /// calendar of its name in the config, wherever that is named. Without one the config's own counts, and
    /// without that Saturdays and Sundays are off.
    #[must_use]
    pub const fn with_work_calendar(mut self, calendar: &'a Calendar) -> Self {
        self.work_calendar = Some(calendar);
        self
    }

    /// The same, with all subjects of these kinds: one that is not among them is gone. Of other kinds one that is not there is set
    /// aside: its alerts wait, and its bands stay.
    #[must_use]
    pub fn complete(mut self, kinds: impl IntoIterator<Item = SubjectKind>) -> Self {
        for kind in kinds {
            if let Some(it) = self.complete.get_mut(kind.index()) {
                *it = true;
            }
        }
        self
    }

    /// The same with subjects that are gone: their alerts end, and nothing is remembered of them.
    #[must_use]
    pub const fn with_gone(mut self, gone: &'a [(SubjectKind, String)]) -> Self {
        self.gone = gone;
        self
    }

    /// Whether all subjects of a kind are given.
    pub(crate) fn is_complete(&self, kind: SubjectKind) -> bool {
        self.complete.get(kind.index()).copied().unwrap_or(false)
    }

    /// Whether a subject that is not among those that are assessed is gone, as the input says or as its record does.
    pub(crate) fn is_gone(&self, kind: SubjectKind, id: &str) -> bool {
        self.is_complete(kind)
            || self.gone.iter().any(|(of, gone)| *of == kind && gone == id)
            || self.is_in_book(kind, id)
    }

    /// Whether a subject that is not assessed has a record, and so is over.
    pub(crate) fn is_in_book(&self, kind: SubjectKind, id: &str) -> bool {
        self.book.is_some_and(|book| book.row_of(kind, id).is_some())
    }

    /// The subjects that are said to be gone, to look up many.
    pub(crate) fn named_gone(&self) -> BTreeSet<(SubjectKind, &str)> {
        self.gone.iter().map(|(kind, id)| (*kind, id.as_str())).collect()
    }

    /// The same with a day, its end, or a moment until which all records of a feed are there: of a table, `usage`, or of
    /// a series or part of it, `usage.logins`, which goes before its table. Said of several by calling it for each.
    ///
    /// Of a later day what such records come to is no data, so that a feed that stands still makes nobody silent: see
    /// [`FeedConfig::lag`](crate::config::FeedConfig::lag) for how late one may be, and [`Note::Stalled`](crate::result::assessment::Note::Stalled), which
    /// says it once. A feed that is not named is taken as complete.
    ///
    /// ```
    /// # #[cfg(feature = "toml")] {
    /// use foretell::book::{Book, Subscription, Tables, Usage};
    /// use foretell::time::AsOf;
    /// use foretell::{Config, Engine, Input, State};
    ///
    /// let engine = Engine::compile(&Config::parse(r#"
    ///     metrics = [{ name = "quiet", from = "usage.logins", take = "days_since_last" }]
    /// "#))?;
    /// let mut tables = Tables::default();
    /// tables.push(Subscription::new("s1"));
    /// let mut logins = Usage::new("logins", "2026-03-01".parse::<foretell::time::Stamp>()?, 5.0);
    /// logins.subscription_id = Some("s1".into());
    /// tables.push(logins);
    /// let book = Book::strict(tables)?;
    /// let until: AsOf = "2026-03-02".parse()?;
    /// let input = Input::book(&book).complete_until("usage", until);
    /// let quiet = |day: &str| -> Result<foretell::value::Value, String> {
    ///     let out = engine.assess(&input, day.parse::<AsOf>()?, &State::new()).map_err(|it| it.to_string())?;
    ///     Ok(out.value(foretell::frame::SubjectKind::Subscription, "quiet", "s1"))
    /// };
    /// assert_eq!(quiet("2026-03-02")?, foretell::value::Value::Number(1.0));
    /// assert_eq!(quiet("2026-03-21")?, foretell::value::Value::Missing);
    /// # }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn complete_until(mut self, feed: impl Into<String>, until: impl Into<AsOf>) -> Self {
        self.feeds.insert(feed.into(), until.into());
        self
    }

    /// A day or moment in the zone of the book. Without a book a moment has the day that was written with it.
    pub(crate) fn settled(&self, as_of: AsOf) -> AsOf {
        self.book.map_or(as_of, |book| as_of.in_zone(book.zone()))
    }

    /// The book as it is known at a moment, where that is another than the book of the day.
    pub(crate) fn known(&self, as_of: AsOf) -> Option<Book> {
        self.book?.known(Until { day: as_of.day(), moment: as_of.moment()? })
    }

    /// The same with another book.
    pub(crate) fn with_book<'b>(&self, book: Option<&'b Book>) -> Input<'b>
    where
        'a: 'b,
    {
        Input { book: book.or(self.book), ..self.clone() }
    }

    /// The frame of a kind of subject.
    pub(crate) fn frame_of(&self, kind: SubjectKind) -> Option<&'a Frame> {
        self.frames.get(kind.index()).copied().flatten()
    }

    /// Whether it is known which subjects of a kind there are.
    pub(crate) fn has(&self, kind: SubjectKind) -> bool {
        self.frame_of(kind).is_some() || self.book.is_some_and(|book| book.has_table(kind.plural()))
    }

    /// The frame of one subject, where it is all there is.
    pub(crate) fn one_subject(&self) -> Option<&'a Frame> {
        let mut frames = self.frames.iter().copied().flatten();
        let (first, second) = (frames.next()?, frames.next());
        let alone = self.book.is_none() && second.is_none() && self.feeds.is_empty();
        (alone && first.len() == 1).then_some(first)
    }
}
