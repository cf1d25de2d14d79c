//! What a program holds.

use std::fmt;
use std::sync::Arc;

use drata_api::{Access, Client, ReadOnly, ReadWrite};
use http::Method;

use super::raw_call::RawCall;
use crate::permissions::Permissions;
use crate::transport::api_key::ApiKey;
use crate::transport::rate_limiter::RateLimiter;
use crate::transport::{Parts, Stack};

/// A client for one Drata account. Cheap to clone; clones share connections, limiter and retry budget.
///
/// ```no_run
/// use drata_ext::Drata;
///
/// # async fn example() -> Result<(), drata_ext::Error> {
/// let drata = Drata::from_env()?;
/// let company: serde_json::Value = drata.get("/v2/company").receive().await?;
/// # Ok(())
/// # }
/// ```
///
/// A client that may only read has no writing operations, and refuses other requests that write:
///
/// ```compile_fail
/// # async fn example(drata: drata_ext::Drata) -> Result<(), drata_ext::Error> {
/// let drata = drata.read_only();
/// drata.v1().connections().delete(1).await?;
/// # Ok(())
/// # }
/// ```
///
/// ```compile_fail
/// # async fn example(drata: drata_ext::Drata) {
/// let drata = drata.read_only();
/// drata.request(http::Method::POST, "/v2/tasks");
/// # }
/// ```
pub struct Drata<A: Access = ReadWrite> {
    client: Client<A>,
    shared: Arc<Shared>,
}

/// What clones share, whatever they may do.
struct Shared {
    parts: Parts,
    limiter: RateLimiter,
}

impl Drata {
    pub(super) fn new(parts: Parts, limiter: RateLimiter) -> Self {
        Self { client: Client::new(parts.stack(false)), shared: Arc::new(Shared { parts, limiter }) }
    }

    /// Begins a request that the contract does not know, sent like all others. `path` stands below the base URL and begins
    /// with `/`, or with `/v2/` for version 2.
    ///
    /// `PUT` and `DELETE` count as safe to send twice, `POST` and `PATCH` do not.
    pub fn request(&self, method: Method, path: impl AsRef<str>) -> RawCall {
        RawCall::new(&self.client, method, path.as_ref())
    }
}

impl<A: Access> Drata<A> {
    /// Returns version 1 of the API.
    #[cfg(feature = "_v1")]
    pub fn v1(&self) -> drata_api::v1::V1<A> {
        drata_api::v1::V1::new(&self.client)
    }

    /// Returns version 2 of the API.
    #[cfg(feature = "_v2")]
    pub fn v2(&self) -> drata_api::v2::V2<A> {
        drata_api::v2::V2::new(&self.client)
    }

    /// Returns the same client without its writing operations: a program that holds only this cannot change the account. Below
    /// all its layers it refuses every other method than `GET`, `HEAD` and `OPTIONS`.
    pub fn read_only(&self) -> Drata<ReadOnly> {
        let stack: Stack = self.shared.parts.stack(true);
        Drata { client: Client::new(stack).read_only(), shared: Arc::clone(&self.shared) }
    }

    /// Begins a reading request that the contract does not know. See [`Drata::request`] about `path`.
    pub fn get(&self, path: impl AsRef<str>) -> RawCall {
        RawCall::new(&self.client, Method::GET, path.as_ref())
    }

    /// Returns the client that generated areas are made from.
    pub fn client(&self) -> &Client<A> {
        &self.client
    }

    /// Sends requests with `key` from now on, in this client and all its clones: for keys that are rotated while a program
    /// runs. Requests under way keep the earlier one, which is redacted as before.
    pub fn set_api_key(&self, key: ApiKey) {
        self.shared.parts.keys.replace(key);
    }

    /// Returns the limiter, to read its state or to share it with another client.
    pub fn rate_limiter(&self) -> &RateLimiter {
        &self.shared.limiter
    }

    /// Returns the permissions of all operations called so far: run the program once with a key that may do everything, and
    /// this is what its own key needs. Requests written by hand are not counted.
    pub fn permissions_used(&self) -> Permissions {
        self.shared.parts.recorder.permissions()
    }
}

impl<A: Access> Clone for Drata<A> {
    fn clone(&self) -> Self {
        Self { client: self.client.clone(), shared: Arc::clone(&self.shared) }
    }
}

impl<A: Access> fmt::Debug for Drata<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Drata")
            .field("access", &A::default())
            .field("endpoint", &self.shared.parts.endpoint)
            .field("rate_limiter", &self.shared.limiter.state())
            .finish_non_exhaustive()
    }
}
