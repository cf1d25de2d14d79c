//! How a client is set up.

use std::env;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use drata_api::{Client, ReadOnly};
use reqwest::Proxy;
use reqwest::redirect::Policy;

use crate::base_url::BaseUrl;
use crate::connecting::ConnectLimit;
use crate::permissions::Recorder;
use crate::retrier::Retrier;
use crate::transport::{HttpTransport, Timeouts};
use crate::{ApiKey, Drata, Error, RateLimiter, Region, RetryPolicy};

/// Names the program to the service. Its edge refuses some HTTP libraries' own names.
const USER_AGENT: &str = concat!("drata-rs/", env!("CARGO_PKG_VERSION"));

/// Sets up a [`Drata`]. Made by [`Drata::builder`].
#[derive(Clone)]
#[must_use]
pub struct Builder {
    key: Option<String>,
    region: Region,
    base_url: Option<String>,
    timeouts: Timeouts,
    retry_policy: RetryPolicy,
    rate_limiter: RateLimiter,
    user_agent_suffix: Option<String>,
    proxy: ProxyChoice,
    root_certificates: Vec<Vec<u8>>,
    seed: Option<u64>,
}

/// Which proxy requests go through.
#[derive(Clone)]
enum ProxyChoice {
    /// What the environment says; none to this machine itself.
    Environment,
    None,
    Url(String),
}

impl Default for Builder {
    fn default() -> Self {
        Self {
            key: None,
            region: Region::default(),
            base_url: None,
            timeouts: Timeouts {
                connect: Duration::from_secs(10),
                read: Duration::from_secs(60),
                call: Duration::from_secs(300),
            },
            retry_policy: RetryPolicy::default(),
            rate_limiter: RateLimiter::default(),
            user_agent_suffix: None,
            proxy: ProxyChoice::Environment,
            root_certificates: Vec::new(),
            seed: None,
        }
    }
}

impl Builder {
    /// Takes key and address from the environment: `DRATA_API_KEY`, and `DRATA_REGION` (`us`, `eu` or `apac`) or
    /// `DRATA_BASE_URL`, of which the latter goes first. Empty variables count as absent.
    ///
    /// # Errors
    ///
    /// When there is no key, or a variable's value is not allowed.
    pub fn from_env() -> Result<Self, Error> {
        Self::from_variables(|name| env::var(name).ok())
    }

    fn from_variables(variable: impl Fn(&str) -> Option<String>) -> Result<Self, Error> {
        let value = |name| variable(name).filter(|value| !value.trim().is_empty());
        let Some(key) = value("DRATA_API_KEY") else {
            return Err(Error::configuration(
                "DRATA_API_KEY is not set: set it to a key from Settings, API Keys in the web application",
            ));
        };
        let mut builder = Self::default().api_key(key);
        if let Some(region) = value("DRATA_REGION") {
            builder.region = region.parse()?;
        }
        builder.base_url = value("DRATA_BASE_URL");
        Ok(builder)
    }

    /// Sets the key. Needed.
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

    /// Sets how long a connection may take to come about, its TLS handshake included; 10 seconds by default.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.timeouts.connect = timeout;
        self
    }

    /// Sets how long nothing may arrive, from the end of the request on and between two pieces of the answer; a minute by
    /// default. The time in which a connection comes about does not count.
    pub fn read_timeout(mut self, timeout: Duration) -> Self {
        self.timeouts.read = timeout;
        self
    }

    /// Sets how long a call may take with all its tries and waits; five minutes by default. It does not end the transfer
    /// of files, which take as long as they take; a single call can be given a deadline for that too.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.timeouts.call = deadline;
        self
    }

    /// Sets when failed tries are repeated.
    pub fn retry_policy(mut self, policy: RetryPolicy) -> Self {
        self.retry_policy = policy;
        self
    }

    /// Sets the limiter, so that several clients of a process can share one.
    pub fn rate_limiter(mut self, limiter: RateLimiter) -> Self {
        self.rate_limiter = limiter;
        self
    }

    /// Adds the name of the program to the User-Agent, such as `roster-sync/1.4`.
    pub fn user_agent_suffix(mut self, suffix: impl Into<String>) -> Self {
        self.user_agent_suffix = Some(suffix.into());
        self
    }

    /// Sets the proxy, such as `http://proxy.example.com:3128`. By default the environment says it (`HTTPS_PROXY`,
    /// `NO_PROXY`).
    pub fn proxy(mut self, url: impl Into<String>) -> Self {
        self.proxy = ProxyChoice::Url(url.into());
        self
    }

    /// Uses no proxy, whatever the environment says.
    pub fn no_proxy(mut self) -> Self {
        self.proxy = ProxyChoice::None;
        self
    }

    /// Trusts the PEM-encoded certificates of `pem` beside the platform's, for networks that inspect TLS.
    pub fn root_certificates(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.root_certificates.push(pem.into());
        self
    }

    /// Makes the random part of the waits between tries repeatable, for tests.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }

    /// Makes the client.
    ///
    /// # Errors
    ///
    /// When the key is missing or a setting is not allowed.
    pub fn build(self) -> Result<Drata, Error> {
        let key = ApiKey::new(self.key.as_deref().unwrap_or_default())?;
        let base = match &self.base_url {
            Some(url) => BaseUrl::parse(url)?,
            None => BaseUrl::of_region(self.region)?,
        };
        let http = self.http(&base).map_err(|problem| Error::configuration(key.redact_text(problem)))?;
        let transport = Arc::new(HttpTransport {
            http,
            base,
            key,
            timeouts: self.timeouts,
            retrier: Retrier::new(self.retry_policy, self.seed),
            limiter: self.rate_limiter,
            recorder: Recorder::default(),
        });
        Ok(Drata::new(Client::new(Arc::clone(&transport)), transport))
    }

    /// Makes a client that offers reading operations only.
    ///
    /// # Errors
    ///
    /// As [`Builder::build`].
    pub fn build_read_only(self) -> Result<Drata<ReadOnly>, Error> {
        Ok(self.build()?.read_only())
    }

    fn http(&self, base: &BaseUrl) -> Result<reqwest::Client, String> {
        let mut http = reqwest::Client::builder()
            .user_agent(self.user_agent())
            // In place of its own limit, which is one for all calls.
            .connector_layer(ConnectLimit)
            // The key goes to one host: a redirect is an answer, never a way.
            .redirect(Policy::none())
            .referer(false)
            // Retries are decided here, where it is known what may be repeated.
            .retry(reqwest::retry::never())
            .tcp_keepalive(Duration::from_secs(30))
            // Below the minute that load balancers keep a connection for, so that writes do not meet one just closed.
            .pool_idle_timeout(Duration::from_secs(45));
        http = match &self.proxy {
            ProxyChoice::Environment if !base.is_loopback() => http,
            ProxyChoice::Environment | ProxyChoice::None => http.no_proxy(),
            ProxyChoice::Url(url) => {
                // What the URL holds may be a password.
                http.proxy(Proxy::all(url).map_err(|_| "the proxy's address is not a URL".to_owned())?)
            }
        };
        for pem in &self.root_certificates {
            http = add_certificates(http, pem)?;
        }
        http.build()
            .map_err(|error| format!("the HTTP client cannot be set up: {}", crate::failure::root_cause(&error)))
    }

    fn user_agent(&self) -> String {
        match &self.user_agent_suffix {
            Some(suffix) => format!("{USER_AGENT} {suffix}"),
            None => USER_AGENT.to_owned(),
        }
    }
}

#[cfg(any(feature = "rustls", feature = "native-tls"))]
fn add_certificates(http: reqwest::ClientBuilder, pem: &[u8]) -> Result<reqwest::ClientBuilder, String> {
    let certificates = reqwest::Certificate::from_pem_bundle(pem)
        .map_err(|error| format!("the root certificates are not PEM: {}", crate::failure::root_cause(&error)))?;
    if certificates.is_empty() {
        return Err("the root certificates hold no certificate: PEM is expected".to_owned());
    }
    Ok(http.tls_certs_merge(certificates))
}

#[cfg(not(any(feature = "rustls", feature = "native-tls")))]
fn add_certificates(_: reqwest::ClientBuilder, _: &[u8]) -> Result<reqwest::ClientBuilder, String> {
    Err("root certificates need one of the features rustls and native-tls".to_owned())
}

impl fmt::Debug for Builder {
    /// The settings without the key and without the proxy's address, which may hold a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder")
            .field("key", &self.key.as_ref().map(|_| "hidden"))
            .field("region", &self.region)
            .field("timeouts", &self.timeouts)
            .field("retry_policy", &self.retry_policy)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(variables: &[(&str, &str)]) -> Result<Builder, Error> {
        Builder::from_variables(|name| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn the_environment_names_key_region_and_address() {
        let eu = from(&[("DRATA_API_KEY", "k"), ("DRATA_REGION", "EU")]).unwrap();
        assert_eq!((eu.region, eu.base_url.as_deref()), (Region::Eu, None));

        let local = from(&[("DRATA_API_KEY", "k"), ("DRATA_BASE_URL", "http://127.0.0.1:1")]).unwrap();
        assert_eq!(local.base_url.as_deref(), Some("http://127.0.0.1:1"));

        let missing = from(&[("DRATA_API_KEY", " "), ("DRATA_REGION", "eu")]).unwrap_err();
        assert!(missing.to_string().starts_with("DRATA_API_KEY is not set"), "{missing}");

        let unknown = from(&[("DRATA_API_KEY", "k"), ("DRATA_REGION", "mars")]).unwrap_err();
        assert_eq!(unknown.to_string(), "the region \"mars\" is none of us, eu, apac");
    }
}
