//! A client for the Drata API.

mod activity;
mod api_key;
mod base_url;
mod body;
mod builder;
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
