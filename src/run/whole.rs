//! Scorecards that run whole, with how sure everything is, and the columns that say how sure a value is.

use crate::frame::{Column, Data, NO_DAY, SubjectKind, Table, chunks, given};
use crate::plan::extras::Extra;
use crate::plan::steps::{Outputs, Step, Work};
use crate::result::assessment::CardResult;
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
            outputs.extras.iter().map(|it| (it.0, Default::default())).collect();
        for rows in chunks(rows) {
            let run = |rows| self.out.with_context(self.past, card, table, |it| card.run(it, rows));
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
        let bands: Vec<String> = card.bands.list.iter().map(|it| it.name.clone()).collect();
        let kind = card.kind;
        let days = || {
            let days: Vec<i32> = cells.iter().map(|it| it.oldest.unwrap_or(NO_DAY)).collect();
            days.iter().any(|it| *it != NO_DAY).then_some(days)
        };
        let solid = |of: fn(&ScoreCell) -> bool| cells.iter().map(of).collect::<Vec<bool>>();
        let number =
            |of: fn(&ScoreCell) -> f64| Column::of(Data::Number(cells.iter().map(of).collect()));
        let band = |of: fn(&ScoreCell) -> Option<usize>| {
            let name = |it: &ScoreCell| of(it).and_then(|it| bands.get(it));
            Column::texts(cells.iter().map(name))
        };
        let columns = [
            (outputs.score, number(|it| it.score).with_seen(days()), solid(|it| it.solid)),
            (outputs.raw_score, number(|it| it.raw).with_seen(days()), solid(|it| it.raw_solid)),
            (outputs.coverage, number(|it| it.coverage), solid(|it| it.coverage_solid)),
            (outputs.band, band(|it| it.band), solid(|it| it.solid)),
            (outputs.raw_band, band(|it| it.raw_band), solid(|it| it.solid)),
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
        self.out.cards.push(CardResult { name: card.name.clone(), kind, bands, cells });
    }

    /// Fills how sure a value of children is.
    pub(crate) fn kin(&mut self, step: &'a Step) {
        let Work::Kin { child, from, take, tree, of, range, sure } = &step.work else { return };
        let parents = self.out.tables.get(step.kind.index()).map_or(0, Table::len);
        let below = self.out.tables.get(child.index());
        let them = self.rows.get(child.index());
        let links = them.map(|it| it.owners(step.kind, *child, *tree));
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
        columns.iter_mut().enumerate().filter(|it| settles(it.0)).for_each(|it| settle(it.1));
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
        let name = self.out.names.get(kind.index()).and_then(|it| it.get(value));
        let frame = self.source.input.frame_of(kind);
        let given = name.zip(frame).is_some_and(|(name, it)| given(it.all_given(), name).is_some());
        let least = |row: usize| {
            let there = of.iter().filter(|it| !table.is_missing(it.0, row));
            there.map(|it| table.number(it.1, row)).fold(f64::NAN, f64::min)
        };
        let rows = || 0..table.len();
        let values = rows().map(|it| if given { f64::NAN } else { least(it) }).collect();
        let sure =
            |row: usize| of.iter().all(|it| table.is_solid(it.0, row) && table.is_solid(it.1, row));
        (Column::of(Data::Number(values)), rows().map(sure).collect())
    }
}
