//! The words of a text, as Unicode divides it.
