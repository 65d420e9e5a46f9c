//! Health scores of subscriptions that explain themselves.

pub mod fault;

pub mod expr;
