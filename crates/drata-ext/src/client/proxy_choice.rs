//! Which proxy a client is set up with.

use drata_api::Error;
use reqwest::{ClientBuilder, Proxy, Url};

use crate::transport::base_url::{BaseUrl, host_and_port, is_loopback};
use crate::transport::proxies::{Environment, Proxies};

/// Which proxy requests go through.
#[derive(Clone, Default)]
pub(crate) enum ProxyChoice {
    /// What the environment says; none to this machine itself.
    #[default]
    Environment,
    None,
    Url(String),
}

impl ProxyChoice {
    /// Sets the proxy of an HTTP client for requests to `base`.
    pub(crate) fn apply(&self, http: ClientBuilder, base: &BaseUrl) -> Result<(ClientBuilder, Proxies), Error> {
        match self {
            // Loopback is asked directly. Links to other hosts go through the environment's proxy all the same.
            Self::Environment if base.is_loopback() => {
                let environment = Environment::of_process().but(base.host());
                // Asking for the way of each request costs more than it may look: the address is parsed anew.
                if !environment.has_addresses() {
                    return Ok((http.no_proxy(), Proxies::None));
                }
                let proxies = environment.clone();
                let proxy = Proxy::custom(move |url| environment.address(url));
                Ok((http.no_proxy().proxy(proxy), Proxies::Environment(proxies)))
            }
            Self::Environment => Ok((http, Proxies::Environment(Environment::of_process()))),
            Self::None => Ok((http.no_proxy(), Proxies::None)),
            Self::Url(text) => {
                let (proxy, shown) = named(text, base)?;
                Ok((http.proxy(proxy), Proxies::Named(shown.into())))
            }
        }
    }
}

/// The proxy of an address, and how errors name it.
fn named(text: &str, base: &BaseUrl) -> Result<(Proxy, String), Error> {
    // What the URL holds may be a password, so it is not shown.
    let refuse = |problem: &str| Err(Error::configuration(format!("the proxy's address {problem}")));
    let Ok(url) = Url::parse(text) else {
        return refuse("is not a URL: begin it with http:// or https://");
    };
    let socks = url.scheme().starts_with("socks");
    if socks && !cfg!(feature = "socks") {
        return refuse("begins with socks: enable the feature socks of drata-ext");
    }
    if !socks && !matches!(url.scheme(), "http" | "https") {
        return refuse("has another scheme than http, https and socks5");
    }
    // Without TLS the proxy would read the key, which goes to the base URL in clear.
    if !base.needs_tls() && !is_loopback(&url) {
        return refuse("is on another machine, and the base URL is http: the key would reach the proxy in clear");
    }
    match Proxy::all(text) {
        Ok(proxy) => Ok((proxy, host_and_port(&url))),
        Err(_) => refuse("cannot be used"),
    }
}
