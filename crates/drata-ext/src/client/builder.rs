//! How a client is set up.

use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use drata_api::{Error, ReadOnly, RetryPolicy, Transport};
use http::{HeaderMap, HeaderName, HeaderValue};

use super::drata::Drata;
use super::http::HttpSettings;
use super::proxy_choice::ProxyChoice;
use super::region::Region;
use crate::permissions::Recorder;
use crate::transport::Parts;
use crate::transport::api_key::ApiKey;
use crate::transport::base_url::BaseUrl;
use crate::transport::bottom::Bottom;
use crate::transport::exchange::Exchange;
use crate::transport::host::Keyed;
use crate::transport::limits::{Limited, Timeouts};
use crate::transport::pace::Paced;
use crate::transport::rate_limiter::RateLimiter;
use crate::transport::redact::Keys;
use crate::transport::retry::Retried;
use crate::transport::retry_budget::RetryBudget;
use crate::transport::trace::Server;
use crate::transport::user::Layer;

/// The most bytes of a response that is buffered, unless the program says it: a page of the largest rows has a few.
const MAX_RESPONSE_BYTES: usize = 64 * 1024 * 1024;

impl Drata {
    /// Builds a client for the account that the environment names: see [`Builder::from_env`].
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
}

/// Sets up a [`Drata`]. Made by [`Drata::builder`].
#[derive(Clone)]
#[must_use]
pub struct Builder {
    key: Option<String>,
    region: Region,
    base_url: Option<String>,
    timeouts: Timeouts,
    retry_policy: RetryPolicy,
    rate_limiter: Option<RateLimiter>,
    max_response_bytes: usize,
    headers: HeaderMap,
    layers: Vec<Arc<dyn Layer>>,
    transport: Option<Arc<dyn Transport>>,
    http: HttpSettings,
    seed: Option<u64>,
}

impl Default for Builder {
    fn default() -> Self {
        Self {
            key: None,
            region: Region::default(),
            base_url: None,
            timeouts: Timeouts { connect: Duration::from_secs(10), read: Duration::from_secs(60), call: None },
            retry_policy: RetryPolicy::default(),
            rate_limiter: None,
            max_response_bytes: MAX_RESPONSE_BYTES,
            headers: HeaderMap::new(),
            layers: Vec::new(),
            transport: None,
            http: HttpSettings::default(),
            seed: None,
        }
    }
}

impl Builder {
    /// Sets the key. Needed, unless the program has a [`transport`](Self::transport) of its own.
    pub fn api_key(mut self, key: impl Into<String>) -> Self {
        self.key = Some(key.into());
        self
    }

    /// Sets the region of the account; [`Region::Us`] by default.
    pub fn region(mut self, region: Region) -> Self {
        self.region = region;
        self
    }

    /// Sets the address that both versions of the API stand below, such as `http://127.0.0.1:8700/public`, in place of
    /// a region's: for tests, gateways and private links. It must be https, unless it is this machine.
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = Some(url.into());
        self
    }

    /// Sets the connect timeout, TLS handshake included; 10 seconds by default.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.timeouts.connect = timeout;
        self
    }

    /// Sets the read timeout: the longest gap between received bytes, from the end of the request on; a minute by default.
    /// The time in which a connection is established does not count.
    pub fn read_timeout(mut self, timeout: Duration) -> Self {
        self.timeouts.read = timeout;
        self
    }

    /// Sets how long a call may take with all its attempts and waits, the wait for the rate limit included.
    ///
    /// By default it is five minutes without the wait for the rate limit, so that a program may start thousands of calls at
    /// once. It does not end the transfer of files, which take as long as they take; a single call can be given a deadline for
    /// that too.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.timeouts.call = Some(deadline);
        self
    }

    /// Sets how failed attempts are repeated; a single call can be given a policy of its own.
    pub fn retry_policy(mut self, policy: RetryPolicy) -> Self {
        self.retry_policy = policy;
        self
    }

    /// Sets the limiter, in place of the one that all clients of the process share for a host.
    pub fn rate_limiter(mut self, limiter: RateLimiter) -> Self {
        self.rate_limiter = Some(limiter);
        self
    }

    /// Sets the most bytes of a buffered response, decompressed; 64 MiB by default. A larger one is an error
    /// ([`Error::is_response_too_large`]), so that no server can fill the memory. Streams are not bounded.
    pub fn max_response_bytes(mut self, bytes: usize) -> Self {
        self.max_response_bytes = bytes;
        self
    }

    /// Adds a header to every request, for a gateway perhaps. `authorization`, `host` and `content-length` are ignored.
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }

    /// Puts a layer of the program's own around every call, within those that were put in before.
    pub fn layer(mut self, layer: impl Layer) -> Self {
        self.layers.push(Arc::new(layer));
        self
    }

    /// Sends calls through a transport of the program's own in place of the network: for tests without a server. The key, the
    /// address, limits and retries are then its business; layers, tracing and the read-only check stay.
    pub fn transport(mut self, transport: impl Transport) -> Self {
        self.transport = Some(Arc::new(transport));
        self
    }

    /// Adds the name of the program to the User-Agent, such as `roster-sync/1.4`.
    pub fn user_agent_suffix(mut self, suffix: impl Into<String>) -> Self {
        self.http.user_agent_suffix = Some(suffix.into());
        self
    }

    /// Sets the proxy, such as `http://proxy.example.com:3128`. By default the environment says it (`HTTPS_PROXY`,
    /// `NO_PROXY`).
    pub fn proxy(mut self, url: impl Into<String>) -> Self {
        self.http.proxy = ProxyChoice::Url(url.into());
        self
    }

    /// Uses no proxy, whatever the environment says.
    pub fn no_proxy(mut self) -> Self {
        self.http.proxy = ProxyChoice::None;
        self
    }

    /// Trusts the PEM-encoded certificates of `pem` beside the platform's, for networks that inspect TLS.
    pub fn root_certificates(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.http.root_certificates.push(pem.into());
        self
    }

    /// Presents a certificate to the server, for gateways that ask for one: the PEM-encoded certificate and its private key,
    /// unencrypted. Needs the feature `rustls` or `rustls-ring`.
    pub fn client_certificate(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.http.identity = Some(pem.into());
        self
    }

    /// Speaks HTTP/2 from the first byte, for gateways that do so without TLS.
    pub fn http2_prior_knowledge(mut self) -> Self {
        self.http.http2_prior_knowledge = true;
        self
    }

    /// Makes the random part of the waits between attempts repeatable, for tests.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }

    /// Builds the client.
    ///
    /// # Errors
    ///
    /// When the key is missing or a setting is not allowed ([`Error::is_configuration`]).
    pub fn build(self) -> Result<Drata, Error> {
        let key = match (&self.key, &self.transport) {
            (Some(key), _) => Some(ApiKey::new(key)?),
            (None, Some(_)) => None,
            (None, None) => {
                let problem = "no API key was set: give Builder::api_key one from Settings, API Keys in the web \
                               application";
                return Err(Error::configuration(problem));
            }
        };
        let base = match &self.base_url {
            Some(url) => BaseUrl::parse(url)?,
            None => BaseUrl::of_region(self.region.as_str(), self.region.base_url())?,
        };
        let keys = Arc::new(Keys::new(key));
        let limiter = self.rate_limiter.clone().unwrap_or_else(|| RateLimiter::shared(&base.authority()));
        let endpoint = base.label();
        let server = Arc::new(Server { address: base.host().to_owned(), port: base.port() });
        let layers = self.layers.as_slice().into();
        let bottom = match &self.transport {
            Some(transport) => Bottom::Custom(Arc::clone(transport)),
            None => Bottom::Network(Arc::new(self.network(base, Arc::clone(&keys), limiter.clone())?)),
        };
        let parts = Parts { server, recorder: Recorder::default(), keys, layers, bottom, endpoint };
        Ok(Drata::new(parts, limiter))
    }

    fn network(
        self,
        base: BaseUrl,
        keys: Arc<Keys>,
        limiter: RateLimiter,
    ) -> Result<Retried<Paced<Limited<Keyed>>>, Error> {
        let endpoint = base.label();
        let http = self.http.build(&base)?;
        let exchange = Exchange {
            endpoint: Arc::clone(&endpoint),
            timeouts: self.timeouts.clone(),
            max_response_bytes: self.max_response_bytes,
            proxies: http.proxies,
        };
        let keyed = Keyed::new(http.client, base, keys, self.headers, exchange);
        let deadline = self.timeouts.call;
        let limited = Limited { timeouts: self.timeouts, inner: keyed };
        let random = Mutex::new(self.seed.map_or_else(fastrand::Rng::new, fastrand::Rng::with_seed));
        Ok(Retried {
            policy: self.retry_policy,
            budget: RetryBudget::default(),
            random,
            deadline,
            endpoint,
            inner: Paced { limiter, inner: limited },
        })
    }

    /// Builds a client that offers reading operations only.
    ///
    /// # Errors
    ///
    /// As [`Builder::build`].
    pub fn build_read_only(self) -> Result<Drata<ReadOnly>, Error> {
        Ok(self.build()?.read_only())
    }
}

impl fmt::Debug for Builder {
    /// The settings without the key, headers, certificates and addresses, which may hold secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder")
            .field("key", &self.key.as_ref().map(|_| "hidden"))
            .field("region", &self.region)
            .field("timeouts", &self.timeouts)
            .field("retry_policy", &self.retry_policy)
            .field("max_response_bytes", &self.max_response_bytes)
            .field("layers", &self.layers.len())
            .field("transport", &self.transport.is_some())
            .finish_non_exhaustive()
    }
}
