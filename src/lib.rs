//! Health scores of subscriptions that explain themselves.

pub mod book;
pub mod config;
pub mod fault;
pub mod frame;
mod metric;
pub mod money;
pub mod node;
pub mod time;
pub mod value;
