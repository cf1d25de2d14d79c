//! What a sandbox holds: which rows there are, what was written to them, files, the clock.

pub(crate) mod clock;
pub(crate) mod files;
mod links;
pub(crate) mod memo;
pub(crate) mod memory;
pub(crate) mod numbers;
pub(crate) mod relate;
pub(crate) mod row;
pub(crate) mod settings;
pub(crate) mod signed;
pub(crate) mod store;
