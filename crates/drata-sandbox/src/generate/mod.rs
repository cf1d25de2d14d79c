//! Data that looks real and follows from the seed alone.

pub(crate) mod coerce;
pub(crate) mod companies;
pub(crate) mod dates;
pub(crate) mod hash;
mod nested;
pub(crate) mod painter;
pub(crate) mod people;
mod scalar;
pub(crate) mod theme;
mod written;

pub(crate) use drata_contract::role;
