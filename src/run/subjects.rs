//! Who is assessed: the subjects of every kind, where their values stand, and whose they are.

mod company;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::NaiveDate;

use crate::book::Book;
use crate::fault::{Code, Fault, did_you_mean};
use crate::frame::{Frame, Given, NO_ROW, SubjectKind};
use crate::node::shorten;
use crate::plan::steps::Slot;
use crate::run::input::Input;
use crate::value::Kind;

/// How many of many are named in a message.
const NAMED: usize = 3;

/// The subjects of one kind: who they are and where their values stand.
#[derive(Debug, Clone, Default)]
pub(crate) struct Rows {
    pub(crate) ids: Arc<[Arc<str>]>,
    /// Rows in the book, where there is one.
    pub(crate) in_book: Option<Vec<u32>>,
    pub(crate) in_frame: InFrame,
    /// Rows of parents, per kind.
    pub(crate) parents: BTreeMap<SubjectKind, Vec<u32>>,
    /// Of companies, the row of the company that each belongs to.
    pub(crate) above: Vec<u32>,
    /// Of companies, the row of the nearest one that is assessed among those above; none is above itself.
    pub(crate) up: Vec<u32>,
    /// Which are over, where such are assessed too; they are in nothing that is said of their parents.
    pub(crate) over: Vec<bool>,
    /// Subjects of the book that are left out: they have not begun.
    pub(crate) unborn: usize,
    /// Subjects of the book that are left out: they have ended.
    pub(crate) ended: usize,
}

/// Where the rows stand in the frame.
#[derive(Debug, Clone, Default)]
pub(crate) enum InFrame {
    /// There is none.
    #[default]
    Nowhere,
    /// The rows are the frame's.
    Same,
    Rows(Vec<u32>),
}

/// Finds the subjects of every kind.
pub(crate) fn subjects(input: &Input<'_>, as_of: NaiveDate, faults: &mut Vec<Fault>) -> Vec<Rows> {
    SubjectKind::ALL.iter().map(|kind| rows(input, *kind, as_of, faults)).collect()
}

/// Finds out whose they are.
pub(crate) fn link(input: &Input<'_>, all: &mut [Rows], faults: &mut Vec<Fault>) {
    let companies = all.get_mut(SubjectKind::Company.index());
    companies.into_iter().for_each(|rows| company::link(input, rows, faults));
    for child in SubjectKind::ALL {
        for parent in SubjectKind::ALL.into_iter().filter(|parent| *parent < child) {
            let links = links(input, all, child, parent);
            if let Some(rows) = all.get_mut(child.index()) {
                rows.parents.insert(parent, links);
            }
        }
    }
}

fn rows(input: &Input<'_>, kind: SubjectKind, as_of: NaiveDate, faults: &mut Vec<Fault>) -> Rows {
    let frame = input.frame_of(kind);
    let Some(book) = input.book.filter(|book| frame.is_none() || !book.subjects(kind).is_empty())
    else {
        let ids = frame.map_or_else(Arc::default, |frame| Arc::clone(frame.shared_ids()));
        let in_frame = frame.map_or(InFrame::Nowhere, |_| InFrame::Same);
        return Rows { ids, in_frame, ..Rows::default() };
    };
    let born = book.born(kind, as_of);
    let ended = book.ended(kind, as_of);
    let is_born = |at: usize| born.get(at).copied().unwrap_or(true);
    let is_over = |at: usize| !input.with_ended && ended.get(at).copied().unwrap_or(false);
    let unborn = (0..born.len()).filter(|at| !is_born(*at)).count();
    let gone = (0..born.len()).filter(|at| is_born(*at) && is_over(*at)).count();
    let live: Vec<(u32, Arc<str>)> = book
        .subjects(kind)
        .iter()
        .enumerate()
        .filter(|(at, _)| is_born(*at) && !is_over(*at))
        .map(|(at, id)| (at as u32, Arc::clone(id)))
        .collect();
    let in_frame = frame.map_or(InFrame::Nowhere, |frame| {
        let places: BTreeMap<&str, u32> =
            frame.ids().iter().zip(0..).map(|(id, at)| (id.as_ref(), at)).collect();
        faults.extend(strangers(frame, book, kind));
        let row = |id: &str| places.get(id).copied().unwrap_or(NO_ROW);
        InFrame::Rows(live.iter().map(|(_, id)| row(id)).collect())
    });
    let (in_book, ids): (Vec<u32>, Vec<_>) = live.into_iter().unzip();
    let over = match input.with_ended {
        true => in_book.iter().map(|row| ended.get(*row as usize) == Some(&true)).collect(),
        false => Vec::new(),
    };
    let (ids, in_book) = (ids.into(), Some(in_book));
    Rows { ids, in_book, in_frame, over, unborn, ended: gone, ..Rows::default() }
}

/// The fault of given subjects that the book does not have: one for all of them.
fn strangers(frame: &Frame, book: &Book, kind: SubjectKind) -> Option<Fault> {
    let unknown = |it: &(usize, &Arc<str>)| book.row_of(kind, it.1).is_none();
    let mut strangers = frame.ids().iter().enumerate().filter(unknown);
    let first = strangers.next()?;
    let count = 1 + strangers.clone().count();
    let plural = kind.plural();
    let known = book.subjects(kind);
    if count == 1 {
        let message = format!("the given {kind} `{}` is not in the book", shorten(first.1));
        let fault = Fault::new(Code::UnknownReference, format!("{plural}[{}]", first.0), message);
        // Ids are often numbered: a suggestion among many is noise, and slow.
        let near = known.len() <= 50;
        let near = near.then(|| did_you_mean(first.1, known.iter().map(AsRef::as_ref)));
        return Some(fault.maybe_help(near.flatten()));
    }
    let named: Vec<String> = std::iter::once(first)
        .chain(strangers.take(NAMED - 1))
        .map(|(_, id)| format!("`{}`", shorten(id)))
        .collect();
    let more = match count - named.len() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let message = format!("{count} given {plural} are not in the book: {}{more}", named.join(", "));
    Some(Fault::new(Code::UnknownReference, plural, message))
}

/// For each row its parent's row among the subjects that are assessed.
fn links(input: &Input<'_>, all: &[Rows], child: SubjectKind, parent: SubjectKind) -> Vec<u32> {
    let (Some(children), Some(parents)) = (all.get(child.index()), all.get(parent.index())) else {
        return Vec::new();
    };
    if let (Some(frame), None) = (input.frame_of(child), &children.in_book) {
        let places: BTreeMap<&str, u32> =
            parents.ids.iter().zip(0..).map(|(id, at)| (id.as_ref(), at)).collect();
        let given = frame.parents(parent).unwrap_or(&[]);
        let place = |it: &Option<Arc<str>>| {
            it.as_ref().and_then(|id| places.get(id.as_ref())).copied().unwrap_or(NO_ROW)
        };
        let mut links: Vec<u32> = given.iter().map(place).collect();
        links.resize(children.ids.len(), NO_ROW);
        return links;
    }
    let (Some(book), Some(rows), Some(of_parents)) =
        (input.book, &children.in_book, &parents.in_book)
    else {
        return vec![NO_ROW; children.ids.len()];
    };
    let mut places = vec![NO_ROW; book.subjects(parent).len()];
    for (at, row) in of_parents.iter().enumerate() {
        if let Some(place) = places.get_mut(*row as usize) {
            *place = at as u32;
        }
    }
    let in_book = book.parent_rows(child, parent);
    rows.iter()
        .map(|row| in_book.get(*row as usize).copied().unwrap_or(NO_ROW))
        .map(|row| places.get(row as usize).copied().unwrap_or(NO_ROW))
        .collect()
}

impl Rows {
    /// For each row the parent of a kind that it counts for, or `NO_ROW`: none where it is over.
    pub(crate) fn owners(
        &self,
        parent: SubjectKind,
        own: SubjectKind,
        tree: bool,
    ) -> Cow<'_, [u32]> {
        let links = match (own == parent, tree) {
            (true, true) => Cow::Owned((0..).take(self.ids.len()).collect()),
            (true, false) => Cow::Borrowed(self.above.as_slice()),
            (false, _) => Cow::Borrowed(self.parents.get(&parent).map_or(&[][..], Vec::as_slice)),
        };
        if !self.over.contains(&true) {
            return links;
        }
        let over = self.over.iter().chain(std::iter::repeat(&false));
        links.iter().zip(over).map(|(link, over)| if *over { NO_ROW } else { *link }).collect()
    }

    /// Whether a given column can stand in a slot, row by row, with nothing to say about it.
    pub(crate) fn takes_as_it_is(&self, given: &Given, slot: &Slot) -> bool {
        let (low, high) = slot.range.unwrap_or((f64::NEG_INFINITY, f64::INFINITY));
        let inside = match given.column.kind() {
            Kind::Number => low <= given.extent.0 && given.extent.1 <= high,
            Kind::Flag => true,
            Kind::Text => slot.labels.is_none(),
        };
        inside && given.column.kind() == slot.kind && matches!(self.in_frame, InFrame::Same)
    }
}
