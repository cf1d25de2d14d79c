//! An in-memory Drata: every operation of both versions of the API over real HTTP, for tests without an account.
//!
//! A [`Sandbox`] listens on a free port of the loopback interface, checks requests as the service does, keeps what they
//! change, and stops when it is dropped. Hundreds can run in one process.
//!
//! ```
//! use drata_sandbox::{Fault, Sandbox};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> std::io::Result<()> {
//! let sandbox = Sandbox::builder()
//!     .records(1_000)
//!     .seed(7)
//!     .fault(Fault::html(502).on("getConnections").next(2))
//!     .start()
//!     .await?;
//!
//! // Point the client under test at `sandbox.base_url()` with `sandbox.api_key()`, then look at what arrived.
//! assert_eq!(sandbox.requests().count("getConnections"), 0);
//! # Ok(())
//! # }
//! ```
//!
//! Routes, parameters, bodies and resources follow from the contract that is compiled into the crate; data follows from
//! the seed. A response whose effect is not acted out carries the header `x-drata-sandbox-effect: not-simulated`, and a
//! list names the filters that it could not apply in `x-drata-sandbox-ignored-filters`.
//!
//! The time of a sandbox is tokio's: latency, the window of a rate limit and the lifetime of signed links move with a
//! clock that a test pauses and advances.
//!
//! The feature `cli` (on by default) builds the program; without it the crate is the library alone.

#![cfg_attr(docsrs, feature(doc_cfg))]

mod builder;
mod contract;
mod data;
mod draw;
mod effects;
mod exchange;
mod faults;
mod http;
mod sandbox;
mod state;

pub use builder::Builder;
pub use contract::operation::ApiVersion;
pub use faults::Fault;
pub use faults::rate_limit::{RateLimit, RetryAfter};
pub use http::auth::{Features, Permissions};
pub use http::record::{Received, Requests};
pub use http::replay::Replayed;
pub use sandbox::Sandbox;
