//! Types and operations of the Drata API.
//!
//! The modules [`v1`] and [`v2`] are generated from the contract, one module for each area of the API, each behind a
//! feature of its name (`v1-connections`). What they need at run time stands at the root and is written by hand.
//!
//! This crate knows no key, no host and no network: it turns typed calls into [`Request`]s for a [`Transport`]. Programs
//! use the crate `drata-ext`, which brings one.

// Pages name the features that a reader can turn on, not the two that areas turn on for them.
#![cfg_attr(docsrs, feature(doc_cfg), doc(auto_cfg(hide(feature = "_v1", feature = "_v2"))))]

#[cfg_attr(test, allow(dead_code, unused_macros, unused_imports, reason = "the generated code uses them"))]
mod support;

// Generated code has its own layout, and `cargo xtask codegen --check` guards it.
// The unit tests are those of `support`; without the versions they build in seconds.
#[cfg(all(feature = "_v1", not(test)))]
#[rustfmt::skip]
pub mod v1;
#[cfg(all(feature = "_v2", not(test)))]
#[rustfmt::skip]
pub mod v2;

pub use bytes::Bytes;
pub use support::call::Call;
pub use support::checkpoint::{Checkpoint, ListIdentity, PageRef, Position};
pub use support::client::{Access, Client, ReadOnly, ReadWrite};
pub use support::error::{Error, Redact};
pub use support::extra::Extra;
pub use support::id::Id;
pub use support::item_key::ItemKey;
pub use support::list::List;
pub use support::meta::{ApiVersion, Idempotency, OperationMeta, Pagination};
pub use support::open_enum::{ParseEnumError, UnknownValue};
pub use support::operation::Operation;
#[doc(hidden)]
pub use support::paged::Listed;
pub use support::paged::{PageParts, Paged};
#[doc(hidden)]
pub use support::parameters::property_texts;
pub use support::patch::Patch;
pub use support::rejected::Rejected;
pub use support::request::{
    Body, ByteStream, CallOptions, Delivery, Form, Part, PartValue, Request, Response, ResponseBody, SendFuture,
    SignedLink, Transport,
};
pub use support::retry_policy::RetryPolicy;
#[cfg(feature = "testing")]
pub use support::testing::sample;
pub use support::timestamp::{Timestamp, TimestampError};
pub use support::upload::{BoxedReader, OnceReader, Source, Upload};
pub use support::validate::{Limits, Number, Validate, Violation};
pub use support::wire::WireText;

/// The examples of the README compile.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
