//! Which proxy a request goes through, for errors that name it.

use std::env;
use std::fmt;
use std::sync::Arc;

use hyper_util::client::proxy::matcher::Matcher;
use reqwest::Url;

/// The proxies of a client.
#[derive(Clone, Debug)]
pub(crate) enum Proxies {
    None,
    /// One for all requests, as errors name it.
    Named(Arc<str>),
    Environment(Environment),
}

impl Proxies {
    /// The proxy of a request to `url`: its host and port, without user name and password.
    pub(crate) fn name(&self, url: &Url) -> Option<String> {
        match self {
            Self::None => None,
            Self::Named(name) => Some((**name).to_owned()),
            Self::Environment(environment) => environment.name(url),
        }
    }
}

/// The proxies that the environment named when the client was built, by the rules that the HTTP client has for them too.
#[derive(Clone)]
pub(crate) struct Environment {
    matcher: Arc<Matcher>,
    /// A host that is asked directly.
    exempt: Option<String>,
    /// Those for http and for https, with user name and password.
    addresses: [Option<Url>; 2],
}

impl Environment {
    /// What the environment of this process says now.
    pub(crate) fn of_process() -> Self {
        let address = |own: [&str; 2]| {
            let text = own.iter().chain(&["ALL_PROXY", "all_proxy"]).find_map(|name| env::var(name).ok())?;
            // A scheme may be left out.
            let parsed = Url::parse(&text).ok().filter(Url::has_host);
            parsed.or_else(|| Url::parse(&format!("http://{text}")).ok())
        };
        let addresses = [address(["HTTP_PROXY", "http_proxy"]), address(["HTTPS_PROXY", "https_proxy"])];
        Self { matcher: Arc::new(Matcher::from_system()), exempt: None, addresses }
    }

    /// Whether there is an address of any proxy.
    pub(crate) fn has_addresses(&self) -> bool {
        self.addresses.iter().any(Option::is_some)
    }

    /// The same, with one more host that is asked directly.
    pub(crate) fn but(self, host: &str) -> Self {
        Self { exempt: Some(host.to_owned()), ..self }
    }

    fn name(&self, url: &Url) -> Option<String> {
        if self.exempt.as_deref().is_some_and(|exempt| url.host_str() == Some(exempt)) {
            return None;
        }
        let proxy = self.matcher.intercept(&url.as_str().parse().ok()?)?;
        let authority = proxy.uri().authority()?;
        // The library takes the user name and the password out; this makes sure.
        authority.as_str().rsplit('@').next().map(str::to_owned)
    }

    /// The address of the proxy for a request to `url`, with user name and password.
    pub(crate) fn address(&self, url: &Url) -> Option<Url> {
        self.name(url)?;
        self.addresses[usize::from(url.scheme() == "https")].clone()
    }
}

impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Environment")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proxy_is_named_by_host_and_port_where_it_is_used() {
        let matcher = Matcher::builder().https("http://user:pa55@proxy.example.com:3128").no(".internal, 10.0.0.0/8");
        let environment = Environment { matcher: Arc::new(matcher.build()), exempt: None, addresses: [None, None] }
            .but("direct.example");
        let name = |url: &str| Proxies::Environment(environment.clone()).name(&Url::parse(url).unwrap());
        assert_eq!(name("https://drata.example/x").as_deref(), Some("proxy.example.com:3128"));
        for direct in ["https://a.internal", "https://10.1.2.3", "https://direct.example/x", "http://drata.example"] {
            assert_eq!(name(direct), None, "{direct}");
        }
        assert!(!format!("{environment:?}").contains("pa55"));
    }
}
