//! Laws and rows of learning.
