//! Health scores of subscriptions that explain themselves.

pub mod fault;
pub mod value;
pub mod node;
pub mod time;
pub mod frame;
pub mod config;
pub mod expr;
