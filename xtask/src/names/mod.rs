//! Names in Rust: the rules that propose them, the scopes that give each out once, and the table that keeps them.

pub(crate) mod rules;
pub(crate) mod scope;
mod table;

pub(crate) use scope::Scope;
pub(crate) use table::{Section, Table};
