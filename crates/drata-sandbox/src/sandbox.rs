//! What a test holds.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::contract::Catalog;
use crate::contract::operation::ApiVersion;
use crate::faults::Fault;
use crate::faults::rate_limit::{Limiter, RateLimit};
use crate::http::auth::{Access, Features, Permissions};
use crate::http::record::Requests;
use crate::http::replay::{self, Replayed};
use crate::http::service::Service;

/// A running in-memory Drata. It stops when it is dropped.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// let sandbox = drata_sandbox::Sandbox::builder().records(1_000).seed(7).start().await?;
/// assert!(sandbox.base_url().ends_with("/public"));
/// # Ok(())
/// # }
/// ```
pub struct Sandbox {
    service: Arc<Service>,
    address: SocketAddr,
    key: String,
    stop: watch::Sender<bool>,
    server: JoinHandle<()>,
}

impl fmt::Debug for Sandbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sandbox").field("base_url", &self.base_url()).finish_non_exhaustive()
    }
}

impl Sandbox {
    pub(crate) fn new(
        service: Arc<Service>,
        address: SocketAddr,
        key: String,
        stop: watch::Sender<bool>,
        server: JoinHandle<()>,
    ) -> Self {
        Self { service, address, key, stop, server }
    }

    /// Whether the contract has an operation of this name, in the forms that [`Fault::on`] takes.
    pub fn has_operation(name: &str) -> bool {
        Catalog::shared().is_ok_and(|catalog| catalog.named(name).next().is_some())
    }

    /// The base URL of version 1, such as `http://127.0.0.1:40123/public`; version 2 is below `/v2` of it.
    pub fn base_url(&self) -> String {
        format!("http://{}{}", self.address, ApiVersion::V1.root())
    }

    /// The address it listens on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// A key that may do everything, or the first one of the builder's.
    pub fn api_key(&self) -> &str {
        &self.key
    }

    /// What has been received so far.
    pub fn requests(&self) -> Requests {
        self.service.log.lock().unwrap_or_else(PoisonError::into_inner).snapshot()
    }

    /// Sends recorded requests again, in their order and each at the time at which it was received, and returns the
    /// responses. A sandbox with the same seed, the same settings and the same
    /// [`Builder::start_time`](crate::Builder::start_time) responds as the one that recorded them did; signed links differ
    /// only in the address of the sandbox.
    ///
    /// # Errors
    ///
    /// When a request cannot be sent again, because the record holds only the first 64 KiB of its body.
    pub async fn replay(&self, requests: &Requests) -> io::Result<Vec<Replayed>> {
        replay::replay(&self.service, requests.all()).await
    }

    /// Forgets what has been received so far.
    pub fn clear_requests(&self) {
        self.service.log.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Brings the first state back: what was created, changed, deleted and uploaded is forgotten. Keys, faults and what
    /// was received stay.
    pub fn reset(&self) {
        self.service.world.reset();
    }

    /// Adds a fault to those that there are.
    ///
    /// # Panics
    ///
    /// When the fault names an operation that the contract does not have: the test would test nothing.
    pub fn add_fault(&self, fault: Fault) {
        if let Some(name) = fault.operation() {
            assert!(Self::has_operation(name), "no operation of the contract is called {name:?}");
        }
        self.service.faults.lock().unwrap_or_else(PoisonError::into_inner).add(fault);
    }

    /// Removes all faults.
    pub fn clear_faults(&self) {
        self.service.faults.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Delays every response from now on.
    pub fn set_latency(&self, latency: Duration) {
        *self.service.latency.lock().unwrap_or_else(PoisonError::into_inner) = latency;
    }

    /// Limits the requests from now on, or lets all through.
    pub fn set_rate_limit(&self, limit: Option<RateLimit>) {
        *self.service.limiter.lock().unwrap_or_else(PoisonError::into_inner) = limit.map(Limiter::new);
    }

    /// Adds a key, or changes what one may do.
    pub fn set_key(&self, key: impl Into<String>, permissions: Permissions) {
        self.access(|access| drop(access.keys.insert(key.into(), permissions)));
    }

    /// Revokes a key.
    pub fn revoke_key(&self, key: &str) {
        self.access(|access| drop(access.keys.remove(key)));
    }

    /// Changes which paid features the plan holds.
    pub fn set_features(&self, features: Features) {
        self.access(|access| access.features = features);
    }

    /// Changes whether the terms are accepted.
    pub fn set_terms_accepted(&self, accepted: bool) {
        self.access(|access| access.terms_accepted = accepted);
    }

    fn access(&self, change: impl FnOnce(&mut Access)) {
        change(&mut self.service.access.write().unwrap_or_else(PoisonError::into_inner));
    }

    /// Stops accepting connections and waits until the open ones have finished what they are doing.
    pub async fn shutdown(mut self) {
        // No receiver is left only when the server has ended already.
        let _ = self.stop.send(true);
        let _ = (&mut self.server).await;
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        self.server.abort();
    }
}
