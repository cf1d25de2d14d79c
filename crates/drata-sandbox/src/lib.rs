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
//! the seed. An answer whose effect is not acted out carries the header `x-drata-sandbox-effect: not-simulated`, and a
//! list names the filters that it could not apply in `x-drata-sandbox-ignored-filters`.
//!
//! The time of a sandbox is tokio's: latency, the window of a rate limit and the lifetime of signed links move with a
//! clock that a test pauses and advances.
//!
//! The feature `cli` (on by default) builds the program; without it the crate is the library alone.

#![cfg_attr(docsrs, feature(doc_cfg))]

mod auth;
mod body;
mod builder;
mod clock;
mod contract;
mod control;
mod csv;
mod description;
mod distort;
mod effects;
mod envelope;
mod failure;
mod fault;
mod filter;
mod generate;
mod list;
mod locate;
mod outgoing;
mod params;
mod plans;
mod rate_limit;
mod record;
mod reply;
mod route;
mod sandbox;
mod server;
mod settings;
mod signed;
mod sort;
mod store;
mod world;

pub use auth::{Features, Permissions};
pub use builder::Builder;
pub use contract::operation::ApiVersion;
pub use fault::Fault;
pub use rate_limit::{RateLimit, RetryAfter};
pub use record::{Received, Requests};
pub use sandbox::Sandbox;
