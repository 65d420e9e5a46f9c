//! What is kept of every day: who was assessed, with which scores and bands. Ids are kept once.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::NaiveDate;

use crate::engine::Assessment;
use crate::frame::{Column, Data, SubjectKind};

/// Who was assessed on each day, by number.
#[derive(Debug, Clone, Default)]
pub(super) struct RecordedDays {
    pub(super) days: Vec<Day>,
    /// By kind.
    known: BTreeMap<SubjectKind, Known>,
}

/// The subjects of a kind, numbered as they first came.
#[derive(Debug, Clone, Default)]
struct Known {
    ids: Vec<Arc<str>>,
    numbers: BTreeMap<Arc<str>, u32>,
}

/// One day.
#[derive(Debug, Clone)]
pub(super) struct Day {
    pub(super) as_of: NaiveDate,
    /// The numbers of those assessed, in their order, by kind.
    present: BTreeMap<SubjectKind, Vec<u32>>,
}

impl RecordedDays {
    pub(super) fn add(&mut self, out: &Assessment) {
        let mut present = BTreeMap::new();
        for kind in SubjectKind::ALL {
            let ids = out.subjects(kind);
            if ids.is_empty() {
                continue;
            }
            let before = self.days.last().map_or(&[][..], |day| day.present(kind));
            let numbers = self.known.entry(kind).or_default().number(ids, before);
            present.insert(kind, numbers);
        }
        self.days.push(Day { as_of: out.as_of().day(), present });
    }

    pub(super) fn subjects(&self, kind: SubjectKind) -> &[Arc<str>] {
        self.known.get(&kind).map_or(&[], |known| &known.ids)
    }

    pub(super) fn number(&self, kind: SubjectKind, id: &str) -> Option<u32> {
        self.known.get(&kind)?.numbers.get(id).copied()
    }
}

/// How far ahead a subject is looked for before it counts as moved: enough for those that leave in a day, and little work
/// where the order is another every day.
const AHEAD: usize = 64;

impl Known {
    /// The number of each subject. Most stand in the order of the day before, a few are new or gone.
    fn number(&mut self, ids: &[Arc<str>], before: &[u32]) -> Vec<u32> {
        let mut before = before.iter().copied();
        let mut guess = before.next();
        let mut out = Vec::with_capacity(ids.len());
        for id in ids {
            let same = |it: &u32| self.ids.get(*it as usize).is_some_and(|known| known == id);
            let number = match guess.filter(same) {
                Some(it) => it,
                None => match self.numbers.get(id) {
                    Some(it) => {
                        let number = *it;
                        // Those between are gone.
                        let ahead = before.clone().take(AHEAD).position(|other| other == number);
                        if let Some(ahead) = ahead {
                            before.nth(ahead);
                        }
                        number
                    }
                    None => {
                        let number = u32::try_from(self.ids.len()).unwrap_or(u32::MAX);
                        self.ids.push(Arc::clone(id));
                        self.numbers.insert(Arc::clone(id), number);
                        out.push(number);
                        continue;
                    }
                },
            };
            out.push(number);
            guess = before.next();
        }
        out
    }
}

impl Day {
    pub(super) fn present(&self, kind: SubjectKind) -> &[u32] {
        self.present.get(&kind).map_or(&[], Vec::as_slice)
    }
}

/// The scores of every scorecard.
#[derive(Debug, Clone, Default)]
pub(super) struct Cards(pub(super) Vec<Card>);

/// The scores of one scorecard.
#[derive(Debug, Clone)]
pub(super) struct Card {
    pub(super) name: String,
    pub(super) kind: SubjectKind,
    /// Lowest first.
    pub(super) bands: Vec<String>,
    /// By day, in the order of those present; NaN for none.
    scores: Vec<Vec<f64>>,
    /// The same, by number.
    in_band: Vec<Vec<u8>>,
}

/// The number of no band.
const NO_BAND: u8 = u8::MAX;

impl Cards {
    pub(super) fn new(names: impl Iterator<Item = (String, SubjectKind)>) -> Self {
        let card = |(name, kind)| Card {
            name,
            kind,
            bands: Vec::new(),
            scores: Vec::new(),
            in_band: Vec::new(),
        };
        Self(names.map(card).collect())
    }

    pub(super) fn add(&mut self, out: &Assessment) {
        for card in &mut self.0 {
            if card.scores.is_empty() {
                let bands = out.bands(&card.name);
                card.bands = bands.iter().filter_map(|row| row.band).map(str::to_owned).collect();
            }
            let column = |name: &str| out.column(card.kind, name).map(Column::data);
            let scores = match column(&card.name) {
                Some(Data::Number(all)) => all.clone(),
                _ => vec![f64::NAN; out.subjects(card.kind).len()],
            };
            let bands = match column(&format!("{}.band", card.name)) {
                Some(Data::Text { codes, labels }) => {
                    let number = |band: &Arc<str>| {
                        let at = card.bands.iter().position(|name| **name == **band);
                        at.and_then(|place| u8::try_from(place).ok()).unwrap_or(NO_BAND)
                    };
                    let numbers: Vec<u8> = labels.texts().iter().map(number).collect();
                    let number = |code: &u32| numbers.get(*code as usize).copied();
                    codes.iter().map(|code| number(code).unwrap_or(NO_BAND)).collect()
                }
                _ => vec![NO_BAND; scores.len()],
            };
            card.scores.push(scores);
            card.in_band.push(bands);
        }
    }

    pub(super) fn find(&self, name: &str) -> Option<&Card> {
        self.0.iter().find(|card| card.name == name)
    }
}

impl Card {
    /// Score, NaN for none, and number of the band of each one present on a day.
    pub(super) fn day(&self, at: usize) -> impl Iterator<Item = (f64, u8)> {
        let scores = self.scores.get(at).into_iter().flatten().copied();
        scores.zip(self.in_band.get(at).into_iter().flatten().copied())
    }

    pub(super) fn band_name(&self, number: u8) -> Option<&str> {
        self.bands.get(usize::from(number)).map(String::as_str)
    }
}
