//! What comes back, as people and programs want it.

pub(crate) mod clean;
mod csv;
pub(crate) mod fields;
pub(crate) mod filter;
pub(crate) mod format;
mod rows;
mod screen;
mod show;
mod table;

pub(crate) use csv::CsvRows;
pub(crate) use rows::Rows;
pub(crate) use screen::{Screen, is_dumb, note};
