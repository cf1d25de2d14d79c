//! What the client does on the wire, seen by a server that follows a script.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod adversary;
mod downloads;
mod errors;
mod faults;
mod http2;
#[cfg(feature = "full")]
mod jobs;
mod key_safety;
mod layers;
mod lists;
mod operations;
mod pace;
#[cfg(feature = "full")]
mod properties;
mod proxies;
mod rate_limits;
#[cfg(feature = "v2-events")]
mod reports;
mod retries;
mod server;
#[cfg(feature = "v2-custom-data-records")]
mod sessions;
mod timeouts;
#[cfg(any(feature = "rustls", feature = "rustls-ring"))]
mod tls;
mod uploads;
