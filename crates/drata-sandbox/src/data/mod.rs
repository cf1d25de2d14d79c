//! Data that looks real and follows from the seed alone.

mod choice;
pub(crate) mod coerce;
pub(crate) mod companies;
pub(crate) mod csv;
pub(crate) mod dates;
pub(crate) mod definition;
mod derived;
mod excerpt;
mod fields;
pub(crate) mod locate;
pub(crate) mod nested;
pub(crate) mod painter;
pub(crate) mod people;
mod refs;
mod scalar;
pub(crate) mod theme;
mod written;
