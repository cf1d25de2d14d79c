//! The contract of the Drata API at run time: operations, parameters, bodies, schemas with their limits, resources and
//! what a key needs.
//!
//! `cargo xtask codegen` writes the data; this crate compiles it once for the process. The sandbox, the tests and
//! programs that call operations by name read it here, so there is one reading of the contract.
//!
//! ```
//! use drata_contract::Contract;
//!
//! let contract = Contract::shared()?;
//! let list = contract.named("getConnections").next().expect("an operation of version 1");
//! assert_eq!((list.method.as_str(), list.path.as_str()), ("GET", "/connections"));
//! # Ok::<(), String>(())
//! ```

#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod check;
mod compile;
mod contract;
pub mod dates;
mod document;
pub mod hash;
pub mod operation;
pub mod resource;
pub mod role;
pub mod sample;
pub mod schema;
pub mod text;

pub use contract::{Area, Contract, V1, V2, document};

/// The examples of the README compile.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
