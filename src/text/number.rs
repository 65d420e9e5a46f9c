//! Money, percent, dates and counts as people read them: one format everywhere.
