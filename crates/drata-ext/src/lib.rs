//! A client for the Drata API, to be run unattended.
//!
//! Every operation of both versions of the API is a typed call: `drata.v1()` and `drata.v2()` lead to the areas, an area has
//! the operations, an operation has a setter for each of its parameters, and `.send()` sends it.
//!
//! ```
//! use drata_ext::prelude::*;
//! use drata_ext::v1::connections::ConnectionState;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! // Without an account: an in-memory Drata, of the crate `drata-sandbox`. With one: `Drata::from_env()`.
//! let sandbox = drata_sandbox::Sandbox::start().await?;
//! let drata = Drata::builder().api_key(sandbox.api_key()).base_url(sandbox.base_url()).build()?;
//!
//! let mut broken = drata.v1().connections().list().state(ConnectionState::Misconfigured).stream();
//! while let Some(connection) = broken.next().await {
//!     let connection = connection?;
//!     println!("{} failed at {:?}", connection.client_type, connection.failed_at);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # What it takes care of
//!
//! - **Retries that cannot write twice.** What may be sent again follows from the operation, not from the status alone:
//!   see [`RetryPolicy`]. A failure after which a write may have happened says so: [`Error::outcome_unknown`].
//! - **The limit of 500 requests a minute**, which counts by address: see [`RateLimiter`], which clients can share.
//! - **The key.** It goes to one host, over https, and is shown nowhere. Redirects are not followed, and signed links are
//!   fetched without it: see [`Drata::download`].
//! - **Time.** A limit for connecting, for silence and for the whole call stands on the [`Builder`], and for one call on its
//!   [`Operation`].
//! - **Whole lists** as streams, with the next pages on their way: see [`ListExt`]. A [`Checkpoint`] goes on in another
//!   process.
//! - **Errors that say what to do**: see [`Error`].
//! - **Programs that must not write** hold what [`Drata::read_only`] returns, which has no writing operations.
//! - **Traces**: a span for each call and each try, with the names that OpenTelemetry has for HTTP clients.
//!
//! # What it does not do
//!
//! It keeps no copy of answers, does not guess the region from the key, and does not wait for what the service does after
//! it has answered, such as the publishing of a policy.
//!
//! # Features
//!
//! Each area of the API is a feature (`v1-connections`, `v2-risks`); `v1`, `v2` and, by default, `full` stand for many. A
//! program that names the few areas it uses compiles in a fraction of the time. `rustls` (by default) and `native-tls` are
//! about TLS, `socks` about proxies. With `by-name`, `Drata::operation` calls what a
//! program knows only by name.

mod activity;
mod api_key;
mod base64_file;
mod base_url;
mod body;
mod builder;
#[cfg(feature = "by-name")]
pub mod by_name;
mod connecting;
mod download;
mod drata;
#[cfg(feature = "v2-events")]
mod event_report;
mod failure;
mod multipart;
mod pager;
mod permissions;
mod rate_limiter;
mod raw_call;
mod region;
mod retrier;
mod retry_after;
mod retry_budget;
mod retry_policy;
#[cfg(feature = "v2-custom-data-records")]
mod session;
mod trace;
mod transport;

pub use drata_api as api;
#[cfg(feature = "_v1")]
pub use drata_api::v1;
#[cfg(feature = "_v2")]
pub use drata_api::v2;
pub use drata_api::{
    Access, ApiVersion, ByteStream, Checkpoint, Error, Extra, Form, Idempotency, List, Operation, OperationMeta, Paged,
    Patch, ReadOnly, ReadWrite, Rejected, Timestamp, Upload,
};

pub use self::api_key::ApiKey;
pub use self::base64_file::{base64_file, base64_files};
pub use self::builder::Builder;
pub use self::download::Download;
pub use self::drata::Drata;
#[cfg(feature = "v2-events")]
pub use self::event_report::EventReport;
pub use self::pager::{Items, ListExt, Page, Pages, Progress, TotalChange};
pub use self::permissions::{Permission, Permissions, permissions};
pub use self::rate_limiter::{RateLimiter, RateLimiterState};
pub use self::raw_call::RawCall;
pub use self::region::Region;
pub use self::retry_policy::RetryPolicy;
#[cfg(feature = "v2-custom-data-records")]
pub use self::session::CustomDataSession;

/// What most programs import.
pub mod prelude {
    pub use crate::{Drata, Error, ListExt, Operation, Upload};
}

/// The examples of the README compile.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct Readme;
