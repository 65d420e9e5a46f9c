//! Health scores of subscriptions that explain themselves.

pub mod expr;
pub mod fault;
