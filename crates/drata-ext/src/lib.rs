//! A client for the Drata API, built for unattended jobs.
//!
//! Every operation of both versions of the API is a typed call: `drata.v1()` and `drata.v2()` lead to the areas, an area has
//! the operations, an operation has a setter for each of its parameters, and `.await` sends it.
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
//! let page = drata.v1().connections().list().limit(10).await?;
//! println!("{} connections", page.total);
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
//! The [guide] has a chapter for each task, from the first call to the upgrade.
//!
//! # What it takes care of
//!
//! - **Retries that cannot write twice.** What may be sent again follows from the operation, not from the status alone:
//!   see [`RetryPolicy`]. A failure after which a write may have happened says so: [`Error::outcome_unknown`].
//! - **The limit of 500 requests a minute**, which counts by address: see [`RateLimiter`], which the clients of a process
//!   share for a host.
//! - **The key.** It goes to one host, over https, and is shown nowhere: it is taken out of whatever a server sends back.
//!   Redirects are not followed, and signed links are fetched without it: see [`Drata::download`].
//! - **Time and memory.** The connect timeout, the read timeout, a deadline for the whole call and a limit of size stand on the
//!   [`Builder`], and for one call on its [`Operation`].
//! - **Whole lists** as streams, with the next pages on their way: see [`ListExt`]. A [`Checkpoint`] resumes in another
//!   process.
//! - **Files**, sent whole or not at all: [`Upload`]; downloads that resume: [`Download`].
//! - **Errors that say what to do**: see [`Error`].
//! - **Programs that must not write** hold what [`Drata::read_only`] returns, which has no writing operations and refuses
//!   other requests that write.
//! - **Traces**: a span for each call and each attempt, with the names that OpenTelemetry has for HTTP clients.
//!
//! # Beside single calls
//!
//! | | |
//! |---|---|
//! | `custom_data::CustomDataSession` | replaces all records of a custom resource, and keeps a ledger of every record |
//! | [`Drata::hris_upsert`] | employee records in batches, each result matched with its row |
//! | [`Drata::evidence`] | a file of evidence by the name of its item |
//! | [`Drata::event_report`] | the PDF of an event |
//! | [`ListChanges`], [`NewItems`] | what has changed since a list was read last |
//!
//! # Headers, layers, transports
//!
//! `send_response()` returns a success with its status, headers and request id. [`RawCall`] sends what the contract does not
//! know. A [`Layer`] sees every call of a client, and [`Builder::transport`] puts a transport of the program's own in place of
//! the network, for tests of whatever takes a `&Drata`; `testing::Script` is one that follows a script.
//!
//! # What it does not do
//!
//! It keeps no copy of responses, does not guess the region from the key, and does not wait for what the service does after
//! it has responded, such as the publishing of a policy.
//!
//! # Features
//!
//! Each area of the API is a feature (`v1-connections`, `v2-risks`); `v1`, `v2` and, by default, `full` stand for many. A
//! program that names the few areas it uses compiles faster.
//!
//! | Feature | |
//! |---|---|
//! | `rustls` (default), `rustls-ring`, `native-tls` | TLS by rustls with aws-lc, by rustls with ring, by the platform's library |
//! | `gzip` (default) | compressed responses |
//! | `socks` | proxies that speak SOCKS |
//! | `schemars` | JSON schemas of the API's types |
//! | `by-name` | `Drata::operation` calls what a program knows only by name |
//! | `testing` | samples of responses, and a transport that follows a script |

// Pages name the features that a reader can turn on, not those that other features turn on.
#![cfg_attr(docsrs, feature(doc_cfg), doc(auto_cfg(hide(feature = "_v1", feature = "_v2", feature = "_rustls"))))]

#[cfg(feature = "by-name")]
pub mod by_name;
mod client;
mod files;
// Pages alone: programs have no use for it.
#[cfg(any(doc, doctest))]
pub mod guide;
mod jobs;
mod lists;
mod permissions;
#[cfg(feature = "testing")]
pub mod testing;
mod transport;

pub use bytes;
pub use drata_api as api;
#[cfg(feature = "_v1")]
pub use drata_api::v1;
#[cfg(feature = "_v2")]
pub use drata_api::v2;
pub use drata_api::{
    Access, ApiVersion, ByteStream, Checkpoint, Error, Extra, Form, Idempotency, List, Operation, OperationMeta, Paged,
    ParseEnumError, Patch, ReadOnly, ReadWrite, Rejected, Response, RetryPolicy, Timestamp, UnknownValue, Upload,
    Validate, Violation,
};
pub use http;
pub use jiff;

pub use self::client::{Builder, Drata, RawCall, RawList, Region};
pub use self::files::{Download, base64_file, base64_files};
#[cfg(feature = "v2-events")]
pub use self::jobs::EventReport;
#[cfg(feature = "v2-custom-data-records")]
pub use self::jobs::custom_data;
pub use self::jobs::{Change, ListChanges, NewItems};
#[cfg(feature = "v2-evidence")]
pub use self::jobs::{Evidence, EvidenceUpload};
#[cfg(feature = "v2-hris-user-identities")]
pub use self::jobs::{HrisOutcome, HrisReport, HrisRow, HrisUpsert};
pub use self::lists::{Items, ListExt, Page, Pages, Progress, TotalChange};
pub use self::permissions::{Permission, Permissions, permissions};
pub use self::transport::api_key::ApiKey;
pub use self::transport::rate_limiter::RateLimiter;
pub use self::transport::user::{Layer, Next};
pub use self::transport::window::RateLimiterState;

/// What most programs import.
pub mod prelude {
    pub use crate::{Drata, Error, ListExt, Operation, Upload};
}

/// The examples of the READMEs compile, and those that need no account run.
#[cfg(doctest)]
mod readme {
    #[doc = include_str!("../README.md")]
    struct OfTheCrate;
    #[doc = include_str!("../../../README.md")]
    struct OfTheWorkspace;
}
