//! From moments to local time and back, over every change of clocks.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};

use super::days::Opening;
use crate::time::Zone;

/// Years in which changes of clocks are looked for: those of dates.
const YEARS: (i32, i32) = (1900, 2200);

/// How far apart it is looked, in days: less than any two changes of clocks that undo one another lie
/// apart (four weeks, around a Ramadan). Tested by `every_change_of_clocks_is_found`.
const APART: i64 = 7;

/// The offsets of a zone, and what was open up to each change.
#[derive(Debug, Clone)]
pub(super) struct Clock {
    pieces: Vec<Piece>,
}

/// A time with one offset.
#[derive(Debug, Clone, Copy)]
struct Piece {
    /// Its first moment.
    start: NaiveDateTime,
    offset: TimeDelta,
    /// What was open up to its start.
    at_start: i64,
    /// That without what local time says for its start.
    base: i64,
}

impl Clock {
    pub(super) fn new(zone: &Zone, opening: &Opening) -> Self {
        let mut pieces: Vec<Piece> = Vec::new();
        for (start, offset) in changes(zone) {
            let local = shifted(start, offset);
            let before = pieces.last().map(|piece| piece.worked(opening, start));
            let at_start = before.unwrap_or(i64::MIN);
            let base = before.map_or(0, |before| before - opening.worked(local));
            pieces.push(Piece { start, offset, at_start, base });
        }
        Self { pieces }
    }

    /// What was open before a moment.
    pub(super) fn worked(&self, opening: &Opening, at: NaiveDateTime) -> i64 {
        let piece = self.piece(at);
        piece.map_or(0, |piece| piece.worked(opening, at))
    }

    /// The first moment by which so much was open.
    pub(super) fn when(&self, opening: &Opening, worked: i64) -> Option<NaiveDateTime> {
        let at = self.pieces.partition_point(|piece| piece.at_start < worked);
        let piece = self.pieces.get(at.checked_sub(1)?)?;
        opening.when(worked.checked_sub(piece.base)?)?.checked_sub_signed(piece.offset)
    }

    /// The first moment at which local time has come so far.
    pub(super) fn first(&self, local: NaiveDateTime) -> NaiveDateTime {
        let day = TimeDelta::days(1);
        let at = self.place(shifted(local, -day));
        for (number, piece) in self.pieces.iter().enumerate().skip(at) {
            let moment = shifted(local, -piece.offset).max(piece.start);
            if self.pieces.get(number + 1).is_none_or(|next| moment < next.start) {
                return moment;
            }
        }
        local
    }

    fn place(&self, at: NaiveDateTime) -> usize {
        self.pieces.partition_point(|piece| piece.start <= at).saturating_sub(1)
    }

    fn piece(&self, at: NaiveDateTime) -> Option<&Piece> {
        self.pieces.get(self.place(at))
    }
}

impl Piece {
    fn worked(&self, opening: &Opening, at: NaiveDateTime) -> i64 {
        self.base + opening.worked(shifted(at, self.offset))
    }
}

fn shifted(at: NaiveDateTime, by: TimeDelta) -> NaiveDateTime {
    at.checked_add_signed(by).unwrap_or(at)
}

/// The offsets of a zone, each from its first moment.
fn changes(zone: &Zone) -> Vec<(NaiveDateTime, TimeDelta)> {
    if let Some(known) = zone.known_changes() {
        let minutes = |it: (NaiveDateTime, i32)| (it.0, TimeDelta::minutes(i64::from(it.1)));
        return known.into_iter().map(minutes).collect();
    }
    let offset = |at: NaiveDateTime| TimeDelta::seconds(i64::from(zone.offset(at)));
    let start = |year: i32| {
        NaiveDate::from_ymd_opt(year, 1, 1).unwrap_or_default().and_time(NaiveTime::MIN)
    };
    let (mut at, end) = (start(YEARS.0), start(YEARS.1 + 1));
    let mut all = vec![(NaiveDateTime::MIN, offset(at))];
    while at < end {
        let next = shifted(at, TimeDelta::days(APART));
        let after = offset(next);
        if offset(at) != after {
            let (mut low, mut high) = (at, next);
            // The second from which it is as it is at the end.
            while TimeDelta::seconds(1) < high - low {
                let middle = shifted(low, TimeDelta::seconds((high - low).num_seconds() / 2));
                if offset(middle) == after { high = middle } else { low = middle }
            }
            all.push((high, after));
        }
        at = next;
    }
    all
}

#[cfg(all(test, feature = "zones"))]
mod tests {
    use chrono::{NaiveDateTime, TimeDelta};

    use super::{Clock, Opening};
    use crate::time::Zone;

    /// Those whose clocks change most often among them: around each Ramadan, by half an hour, by a day.
    #[test]
    fn every_change_of_clocks_is_found() {
        for name in [
            "Africa/Casablanca",
            "Africa/Cairo",
            "America/New_York",
            "Asia/Gaza",
            "Australia/Lord_Howe",
            "Europe/Berlin",
            "Pacific/Apia",
        ] {
            let zone: Zone = name.parse().unwrap();
            let clock = Clock::new(&zone, &Opening::default());
            let mut at: NaiveDateTime = "1970-01-01T00:00:00".parse().unwrap();
            let end: NaiveDateTime = "2100-01-01T00:00:00".parse().unwrap();
            let mut wrong = Vec::new();
            while at < end {
                let offset = TimeDelta::seconds(i64::from(zone.offset(at)));
                if clock.piece(at).unwrap().offset != offset {
                    wrong.push(at.to_string());
                }
                at += TimeDelta::hours(7);
            }
            assert_eq!(wrong, Vec::<String>::new(), "{name}");
            // To the second.
            for (one, two) in clock.pieces.iter().zip(&clock.pieces[1..]) {
                let before = two.start - TimeDelta::seconds(1);
                assert_eq!(
                    TimeDelta::seconds(i64::from(zone.offset(before))),
                    one.offset,
                    "{name}"
                );
            }
        }
    }
}
