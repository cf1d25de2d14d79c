//! An in-memory Drata: every operation of both versions of the API over real HTTP, for tests without an account.

mod auth;
mod body;
mod clock;
mod contract;
mod csv;
mod description;
mod distort;
mod effects;
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
mod validate;
mod world;

pub use auth::{Features, Permissions};
pub use contract::operation::ApiVersion;
pub use fault::Fault;
pub use rate_limit::{RateLimit, RetryAfter};
pub use record::{Received, Requests};
pub use sandbox::{Builder, Sandbox};
