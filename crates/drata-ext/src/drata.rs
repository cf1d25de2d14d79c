//! What a program holds.

use std::fmt;

use drata_api::{Access, Client, ReadOnly, ReadWrite};
use http::Method;

use crate::raw_call::RawCall;
use crate::transport::Shared;
use crate::{Builder, Download, Error, Permissions, RateLimiter};

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
pub struct Drata<A: Access = ReadWrite> {
    client: Client<A>,
    transport: Shared,
}

impl Drata {
    /// A client for the account that the environment names: see [`Builder::from_env`].
    ///
    /// # Errors
    ///
    /// When `DRATA_API_KEY` is not set, or a variable's value is not allowed.
    pub fn from_env() -> Result<Self, Error> {
        Builder::from_env()?.build()
    }

    /// Sets up a client.
    pub fn builder() -> Builder {
        Builder::default()
    }

    pub(crate) fn new(client: Client, transport: Shared) -> Self {
        Self { client, transport }
    }

    /// A request that the contract does not know, sent like all others. `path` stands below the base URL and begins with
    /// `/`, or with `/v2/` for version 2.
    ///
    /// `PUT` and `DELETE` count as safe to send twice, `POST` and `PATCH` do not.
    pub fn request(&self, method: Method, path: impl AsRef<str>) -> RawCall {
        RawCall::new(&self.client, method, path.as_ref())
    }
}

impl<A: Access> Drata<A> {
    /// Version 1 of the API.
    #[cfg(feature = "_v1")]
    pub fn v1(&self) -> drata_api::v1::V1<A> {
        drata_api::v1::V1::new(&self.client)
    }

    /// Version 2 of the API.
    #[cfg(feature = "_v2")]
    pub fn v2(&self) -> drata_api::v2::V2<A> {
        drata_api::v2::V2::new(&self.client)
    }

    /// The same client without its writing operations: a program that holds only this cannot change the account.
    pub fn read_only(&self) -> Drata<ReadOnly> {
        Drata { client: self.client.read_only(), transport: Shared::clone(&self.transport) }
    }

    /// A reading request that the contract does not know. See [`Drata::request`] about `path`.
    pub fn get(&self, path: impl AsRef<str>) -> RawCall {
        RawCall::new(&self.client, Method::GET, path.as_ref())
    }

    /// Downloads the file behind a signed link, as answers hold it. The key is not sent along.
    pub fn download(&self, link: impl Into<String>) -> Download {
        Download::new(Shared::clone(&self.transport), link.into())
    }

    /// The client that generated areas are made from.
    pub fn client(&self) -> &Client<A> {
        &self.client
    }

    /// The limiter, to read its state or to share it with another client.
    pub fn rate_limiter(&self) -> &RateLimiter {
        &self.transport.limiter
    }

    /// The permissions of all operations called so far: run the program once with a key that may do everything, and
    /// this is what its own key needs. Requests written by hand are not counted.
    pub fn permissions_used(&self) -> Permissions {
        self.transport.recorder.permissions()
    }
}

impl<A: Access> Clone for Drata<A> {
    fn clone(&self) -> Self {
        Self { client: self.client.clone(), transport: Shared::clone(&self.transport) }
    }
}

impl<A: Access> fmt::Debug for Drata<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Drata").field("access", &A::default()).field("transport", &self.transport).finish()
    }
}
