//! A table scored piece by piece, so that what is in between stays near the processor.

use arrow_array::RecordBatch;
use arrow_schema::Schema;

use super::read::FrameReader;
use super::results::scores_alone;
use crate::engine::{Engine, Input, Scores};
use crate::fault::{Code, Faults};
use crate::state::State;
use crate::time::AsOf;

/// Rows of a piece: their columns fit the second cache, and are small enough that memory for them is handed out and taken back
/// without asking the system. Our choice; only time depends on it, which `pieces_are_one_table` tests.
pub(super) const PIECE: usize = 1 << 13;

/// Scores of a table.
///
/// ```
/// # #[cfg(feature = "toml")] {
/// use std::sync::Arc;
///
/// use arrow_array::{Float64Array, RecordBatch, StringArray};
/// use foretell::arrow::{FrameReader, score_table};
/// use foretell::frame::SubjectKind::Subscription;
/// use foretell::time::AsOf;
/// use foretell::{Config, Engine};
///
/// let engine = Engine::compile(&Config::parse(r#"
///     metrics = [{ name = "logins" }]
///     [[scorecards]]
///     name = "health"
///     factors = [{ metric = "logins", points.linear = { worst = 0, best = 40 } }]
/// "#))?;
/// let batch = RecordBatch::try_from_iter([
///     ("id", Arc::new(StringArray::from(vec!["acme", "globex"])) as _),
///     ("logins", Arc::new(Float64Array::from(vec![Some(10.0), Some(40.0)])) as _),
/// ])?;
/// let reader = FrameReader::new(Subscription).ids("id").of(&engine);
/// let table = score_table(&engine, &reader, (&batch.schema(), &[batch.clone()]), "2026-03-01".parse::<AsOf>()?)?;
/// assert_eq!(table.last.score("health"), Some(&[25.0, 100.0][..]));
/// assert_eq!(table.batches.iter().map(RecordBatch::num_rows).sum::<usize>(), 2);
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ScoredTable {
    /// What [`scores`](super::scores) gives, without ids, in the order of the rows.
    pub batches: Vec<RecordBatch>,
    /// The scores of the last piece, which know the day, the faults and the scorecards of all.
    pub last: Scores,
}

/// Scores the subjects of a table as of a day or moment, without a past and without subjects of other kinds.
///
/// It has the bits of [`Engine::score`](crate::Engine::score), and takes less time and memory where the table is long and its ids
/// rise, or it has none.
///
/// # Errors
/// What [`FrameReader::read`] refuses.
pub fn score_table(
    engine: &Engine,
    reader: &FrameReader<'_>,
    (schema, batches): (&Schema, &[RecordBatch]),
    as_of: impl Into<AsOf>,
) -> Result<ScoredTable, Faults> {
    let as_of = as_of.into();
    let named = reader;
    let reader = reader.clone().nameless();
    let state = State::new();
    let mut out = Vec::new();
    let mut last: Option<Scores> = None;
    if reader.splits(schema, batches) {
        let rows = |it: &RecordBatch| (0..it.num_rows()).step_by(PIECE);
        let pieces = batches.iter().flat_map(|batch| {
            rows(batch)
                .map(|from| batch.slice(from, PIECE.min(batch.num_rows().saturating_sub(from))))
        });
        let wanted = reader.wanted(schema);
        for piece in pieces {
            // What is wrong is said with the rows of the whole; so is for whom a function of the host's has failed.
            let Ok(frame) = reader.read_as(&wanted, schema, &[piece]) else {
                last = None;
                break;
            };
            let input = Input::frame(&frame);
            let scores = match last.take() {
                Some(used) => engine.score_again(used, &input, as_of, &state),
                None => engine.score(&input, as_of, &state),
            };
            if has_failed(&scores) {
                last = None;
                break;
            }
            out.push(scores_alone(&scores, frame.kind()));
            last = Some(scores);
        }
    }
    if let Some(last) = last {
        return Ok(ScoredTable { batches: out, last });
    }
    let frame = reader.read(schema, batches)?;
    let mut last = engine.score(&Input::frame(&frame), as_of, &state);
    if has_failed(&last) {
        last = engine.score(&Input::frame(&named.read(schema, batches)?), as_of, &state);
    }
    Ok(ScoredTable { batches: vec![scores_alone(&last, frame.kind())], last })
}

fn has_failed(scores: &Scores) -> bool {
    scores.faults().iter().any(|fault| fault.code == Code::Faulted)
}
