//! `cargo xtask`: from the vendor's document to the generated crate.
//!
//! Data flows through the steps in one direction: `import` makes the contract, `overlay` corrects and describes it, `plain`
//! makes it plain, `model` is its typed model, `emit` writes it. `compare` holds two contracts and two models side by side;
//! `lint` says what is wrong with a document. `commands` are the ways in from a shell.

mod commands;
mod compare;
mod contract;
mod diagnosis;
mod document;
mod emit;
mod field_rules;
mod files;
mod git;
mod import;
mod keys;
mod lint;
mod model;
mod names;
mod overlay;
mod plain;
mod steps;
mod version;

/// The stack that a document as deep as JSON may be needs: each level takes many frames of progenitor's.
pub const STACK: usize = 256 << 20;

pub use commands::main;
pub use diagnosis::{Diagnosis, Findings, Weight};
pub use steps::{Alone, alone, differences_from_itself};
pub use version::Version;
