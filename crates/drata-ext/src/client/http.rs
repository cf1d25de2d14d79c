//! The HTTP client below the layers.

use std::time::Duration;

use drata_api::Error;
use reqwest::redirect::Policy;

use super::proxy_choice::ProxyChoice;
use crate::transport::base_url::BaseUrl;
use crate::transport::connecting::ConnectLimit;
use crate::transport::failure::root_cause;
use crate::transport::proxies::Proxies;

/// Names the program to the service. Its edge rejects some HTTP libraries' own names.
const USER_AGENT: &str = concat!("drata-rs/", env!("CARGO_PKG_VERSION"));
/// How long an HTTP/2 connection may be silent before it is asked whether it lives, and how long it has to respond.
const HTTP2_PING: Duration = Duration::from_secs(15);
const HTTP2_PONG: Duration = Duration::from_secs(10);

/// What the HTTP client is set up with.
#[derive(Clone, Default)]
pub(crate) struct HttpSettings {
    pub(crate) user_agent_suffix: Option<String>,
    pub(crate) proxy: ProxyChoice,
    pub(crate) root_certificates: Vec<Vec<u8>>,
    pub(crate) identity: Option<Vec<u8>>,
    pub(crate) http2_prior_knowledge: bool,
}

/// The HTTP client, and which proxy its requests go through.
pub(crate) struct Http {
    pub(crate) client: reqwest::Client,
    pub(crate) proxies: Proxies,
}

impl HttpSettings {
    /// Builds the client for requests to `base`.
    pub(crate) fn build(&self, base: &BaseUrl) -> Result<Http, Error> {
        if base.needs_tls() && !cfg!(any(feature = "_rustls", feature = "native-tls")) {
            return Err(Error::configuration(
                "the client is built without TLS, which an https address needs: enable one of the features rustls, \
                 rustls-ring and native-tls of drata-ext",
            ));
        }
        let mut http = reqwest::Client::builder()
            .user_agent(self.user_agent())
            // In place of its own limit, which is one for all calls.
            .connector_layer(ConnectLimit)
            // The key goes to one host: a redirect is a response, never a way.
            .redirect(Policy::none())
            .referer(false)
            // Retries are decided here, where it is known what may be repeated.
            .retry(reqwest::retry::never())
            .tcp_keepalive(Duration::from_secs(30))
            // A connection that died in silence is noticed before a read timeout is.
            .http2_keep_alive_interval(HTTP2_PING)
            .http2_keep_alive_timeout(HTTP2_PONG)
            // Below the minute that load balancers keep a connection for, so that writes do not meet one just closed.
            .pool_idle_timeout(Duration::from_secs(45));
        if self.http2_prior_knowledge {
            http = http.http2_prior_knowledge();
        }
        let (http, proxies) = self.proxy.apply(http, base)?;
        let mut http = tls(http)?;
        for pem in &self.root_certificates {
            http = add_certificates(http, pem)?;
        }
        if let Some(pem) = &self.identity {
            http = add_identity(http, pem)?;
        }
        let client = http.build().map_err(|error| {
            Error::configuration(format!("the HTTP client cannot be set up: {}", root_cause(&error)))
        })?;
        Ok(Http { client, proxies })
    }

    fn user_agent(&self) -> String {
        match &self.user_agent_suffix {
            Some(suffix) => format!("{USER_AGENT} {suffix}"),
            None => USER_AGENT.to_owned(),
        }
    }
}

/// Chooses the TLS library. With more than one feature, rustls is used, with aws-lc before ring.
#[cfg(feature = "rustls")]
fn tls(http: reqwest::ClientBuilder) -> Result<reqwest::ClientBuilder, Error> {
    Ok(http.tls_backend_rustls())
}

#[cfg(all(feature = "rustls-ring", not(feature = "rustls")))]
fn tls(http: reqwest::ClientBuilder) -> Result<reqwest::ClientBuilder, Error> {
    // The HTTP client uses the process's provider, which the program may have chosen already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Ok(http.tls_backend_rustls())
}

#[cfg(not(feature = "_rustls"))]
fn tls(http: reqwest::ClientBuilder) -> Result<reqwest::ClientBuilder, Error> {
    Ok(http)
}

#[cfg(any(feature = "_rustls", feature = "native-tls"))]
fn add_certificates(http: reqwest::ClientBuilder, pem: &[u8]) -> Result<reqwest::ClientBuilder, Error> {
    let certificates = reqwest::Certificate::from_pem_bundle(pem)
        .map_err(|error| Error::configuration(format!("the root certificates are not PEM: {}", root_cause(&error))))?;
    if certificates.is_empty() {
        return Err(Error::configuration("the root certificates hold no certificate: PEM is expected"));
    }
    Ok(http.tls_certs_merge(certificates))
}

#[cfg(not(any(feature = "_rustls", feature = "native-tls")))]
fn add_certificates(_: reqwest::ClientBuilder, _: &[u8]) -> Result<reqwest::ClientBuilder, Error> {
    Err(Error::configuration("root certificates need one of the features rustls, rustls-ring and native-tls"))
}

#[cfg(feature = "_rustls")]
fn add_identity(http: reqwest::ClientBuilder, pem: &[u8]) -> Result<reqwest::ClientBuilder, Error> {
    // The parser's own words may quote the key.
    let identity = reqwest::Identity::from_pem(pem).map_err(|_| {
        Error::configuration("the client certificate is not PEM with a certificate and its private key, unencrypted")
    })?;
    Ok(http.identity(identity))
}

#[cfg(not(feature = "_rustls"))]
fn add_identity(_: reqwest::ClientBuilder, _: &[u8]) -> Result<reqwest::ClientBuilder, Error> {
    Err(Error::configuration("a client certificate needs one of the features rustls and rustls-ring"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_https_address_needs_tls_when_the_client_is_built() {
        let built = HttpSettings::default().build(&BaseUrl::parse("https://drata.example.com").unwrap());
        let has_tls = cfg!(any(feature = "_rustls", feature = "native-tls"));
        assert_eq!(built.is_ok(), has_tls);
        if let Err(error) = built {
            assert!(error.is_configuration() && error.to_string().contains("without TLS"), "{error}");
        }
    }
}
