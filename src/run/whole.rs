//! Scorecards that run whole, with how sure everything is, and the columns that say how sure a value is.

use crate::frame::{Column, Data, NO_DAY, SubjectKind, Table, chunks, given};
use crate::plan::extras::Extra;
use crate::plan::steps::{Outputs, Step, Work};
use crate::result::card::CardResult;
use crate::run::kin::{beneath, kin};
use crate::run::steps::Run;
use crate::run::tree::Tree;
use crate::score::{ScoreCell, settle};

/// Values, and whether each is solid.
type Filled = (Vec<f64>, Vec<bool>);

impl<'a> Run<'a> {
    /// Fills what a scorecard gives, each with whether it is solid, and the days of its oldest inputs.
    pub(crate) fn card(&mut self, number: usize, outputs: &Outputs) {
        let Some(card) = self.engine.cards.get(&number) else { return };
        let Some(table) = self.out.tables.get(card.kind.index()) else { return };
        let rows = table.len();
        let mut cells: Vec<ScoreCell> = Vec::with_capacity(rows);
        let mut groups: Vec<Filled> = vec![Default::default(); outputs.groups.len()];
        let mut extras: Vec<(Extra, Filled)> =
            outputs.extras.iter().map(|extra| (extra.0, Default::default())).collect();
        for rows in chunks(rows) {
            let run = |rows| {
                self.out.with_context(self.past, card, table, |context| card.run(context, rows))
            };
            let chunk = run(rows.clone());
            for (all, part) in groups.iter_mut().zip(&chunk.groups) {
                all.0.extend_from_slice(&part.score);
                all.1.extend((0..rows.len()).map(|at| part.cell(at).is_solid()));
            }
            for (extra, out) in &mut extras {
                extra.fill(&chunk, self.out.as_of, out);
            }
            cells.extend(chunk.results);
        }
        let result = CardResult::of(card, cells);
        let (bands, cells) = (&result.bands, result.known().unwrap_or_default());
        let kind = card.kind;
        let days = || {
            let days: Vec<i32> = cells.iter().map(|cell| cell.oldest.unwrap_or(NO_DAY)).collect();
            days.iter().any(|day| *day != NO_DAY).then_some(days)
        };
        let solid = |of: fn(&ScoreCell) -> bool| cells.iter().map(of).collect::<Vec<bool>>();
        let number =
            |of: fn(&ScoreCell) -> f64| Column::of(Data::Number(cells.iter().map(of).collect()));
        let band = |of: fn(&ScoreCell) -> Option<usize>| {
            let name = |it: &ScoreCell| of(it).and_then(|band| bands.get(band));
            Column::texts(cells.iter().map(name))
        };
        let columns = [
            (outputs.score, number(|cell| cell.score).with_seen(days()), solid(|cell| cell.solid)),
            (
                outputs.raw_score,
                number(|cell| cell.raw).with_seen(days()),
                solid(|cell| cell.raw_solid),
            ),
            (outputs.coverage, number(|cell| cell.coverage), solid(|cell| cell.coverage_solid)),
            (outputs.band, band(|cell| cell.band), solid(|cell| cell.solid)),
            (outputs.raw_band, band(|cell| cell.raw_band), solid(|cell| cell.solid)),
        ];
        let groups = outputs.groups.iter().copied().zip(groups);
        let extras = outputs.extras.iter().zip(extras).map(|(it, (_, filled))| (it.1, filled));
        let more = groups
            .chain(extras)
            .map(|(slot, (values, solid))| (slot, Column::of(Data::Number(values)), solid));
        let columns: Vec<_> = columns.into_iter().chain(more).collect();
        if let Some(table) = self.out.tables.get_mut(kind.index()) {
            for (slot, column, solid) in columns {
                table.set(slot, column, Some(solid));
            }
        }
        self.out.cards.push(result);
    }

    /// Fills how sure a value of children is.
    pub(crate) fn kin(&mut self, step: &'a Step) {
        let Work::Kin { child, from, take, tree, of, range, sure } = &step.work else { return };
        let parents = self.out.tables.get(step.kind.index()).map_or(0, Table::len);
        let below = self.out.tables.get(child.index());
        let them = self.rows.get(child.index());
        let links = them.map(|rows| rows.owners(step.kind, *child, *tree));
        let ours = self.rows.get(step.kind.index());
        let (columns, certain) = match (below, links, ours) {
            (Some(below), Some(links), Some(ours)) if *tree => {
                let tree = Tree::new(&ours.up);
                beneath(&tree, (below, *from), &links, *take, (*of, *range))
            }
            (Some(below), Some(links), _) => {
                kin(parents, (below, *from), &links, *take, (*of, *range))
            }
            _ => (std::array::from_fn(|_| vec![f64::NAN; parents]), vec![false; parents]),
        };
        let mut columns: [Vec<f64>; 4] = columns;
        // What scores come to is settled as they are; so are the ends.
        let scores = self.engine.settled.holds(*child, *from);
        let settles = |at: usize| at == 0 || scores && at < 3;
        columns
            .iter_mut()
            .enumerate()
            .filter(|pair| settles(pair.0))
            .for_each(|pair| settle(pair.1));
        let Some(table) = self.out.tables.get_mut(step.kind.index()) else { return };
        let slots = [Some(sure.share), sure.low, sure.high, sure.lacks];
        let solids = [Some(certain), None, None, None];
        for ((slot, column), solid) in slots.into_iter().zip(columns).zip(solids) {
            if let Some(slot) = slot {
                table.set(slot, Column::of(Data::Number(column)), solid);
            }
        }
    }

    /// The least share of what a value is calculated from; nothing where it is given.
    pub(crate) fn least(
        &self,
        table: &Table,
        kind: SubjectKind,
        of: &[(usize, usize)],
        value: usize,
    ) -> (Column, Vec<bool>) {
        let name = self.out.names.get(kind.index()).and_then(|names| names.get(value));
        let frame = self.source.input.frame_of(kind);
        let given = name.zip(frame).is_some_and(|(name, it)| given(it.all_given(), name).is_some());
        let least = |row: usize| {
            let there = of.iter().filter(|pair| !table.is_missing(pair.0, row));
            there.map(|pair| table.number(pair.1, row)).fold(f64::NAN, f64::min)
        };
        let rows = || 0..table.len();
        let values = rows().map(|row| if given { f64::NAN } else { least(row) }).collect();
        let sure = |row: usize| {
            of.iter().all(|pair| table.is_solid(pair.0, row) && table.is_solid(pair.1, row))
        };
        (Column::of(Data::Number(values)), rows().map(sure).collect())
    }
}
