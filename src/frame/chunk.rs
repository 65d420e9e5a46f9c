//! Work by chunks of rows: one after another, or with the feature `rayon` on the threads of its pool.
//!
//! What a chunk comes to does not depend on the others, so the bits are the same whatever the split.

use std::ops::Range;

/// Rows at a time: the scratch of a chunk stays in the nearest cache (DESIGN.md, "Frame").
pub(crate) const CHUNK: usize = 1024;

/// The rows of a table in chunks.
pub(crate) fn chunks(rows: usize) -> impl Iterator<Item = Range<usize>> {
    (0..rows).step_by(CHUNK).map(move |start| start..(start + CHUNK).min(rows))
}

/// Does something with each item, in the room given, or in room that is made once for each thread.
pub(crate) fn each<T: Send, R: Default>(
    room: &mut R,
    items: impl Iterator<Item = T>,
    act: impl Fn(&mut R, T) + Sync,
) {
    #[cfg(feature = "rayon")]
    {
        use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};
        let items: Vec<T> = items.collect();
        if items.len() > 1 {
            items.into_par_iter().for_each_init(R::default, |room, it| act(room, it));
        } else {
            items.into_iter().for_each(|piece| act(room, piece));
        }
    }
    #[cfg(not(feature = "rayon"))]
    items.for_each(|piece| act(room, piece));
}

/// So many items, on the threads of the pool if they are new: whatever is in them is to be written over.
pub(crate) fn stretch<T: Copy + Send + Sync>(all: &mut Vec<T>, rows: usize, blank: T) {
    #[cfg(feature = "rayon")]
    if all.is_empty() && rows > CHUNK {
        use rayon::iter::ParallelIterator as _;
        // Memory that is touched for the first time costs more than what is then written there.
        let blocks = rayon::iter::repeat_n([blank; CHUNK], rows.div_ceil(CHUNK));
        *all = blocks.collect::<Vec<[T; CHUNK]>>().into_flattened();
        all.truncate(rows);
        return;
    }
    all.resize(rows, blank);
}
