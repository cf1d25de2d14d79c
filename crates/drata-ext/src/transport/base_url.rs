//! The address that the key belongs to.

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

use drata_api::ApiVersion;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::Url;

use drata_api::Error;

/// What stays as it is in a query: the unreserved characters of RFC 3986.
const QUERY: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The address that both versions of the API stand below, checked.
#[derive(Clone)]
pub(crate) struct BaseUrl {
    url: Url,
    label: Arc<str>,
}

impl BaseUrl {
    /// The address of a region, which errors name by the region.
    pub(crate) fn of_region(name: &str, address: &str) -> Result<Self, Error> {
        let mut base = Self::parse(address)?;
        base.label = format!("the region {name} ({})", base.host()).into();
        Ok(base)
    }

    /// Takes an address of the user's. What is wrong with it is said without its user name and password.
    pub(crate) fn parse(text: &str) -> Result<Self, Error> {
        let refuse = |problem: String| Err(Error::configuration(format!("the base URL {problem}")));
        let mut url = match Url::parse(text.trim()) {
            Ok(url) => url,
            Err(error) if error.to_string().contains("without a base") => {
                return refuse("has no scheme: begin it with https://".to_owned());
            }
            Err(error) => return refuse(format!("is not a URL: {error}")),
        };
        if !url.username().is_empty() || url.password().is_some() {
            return refuse("holds a user name or a password: give the address alone".to_owned());
        }
        if url.query().is_some() || url.fragment().is_some() {
            return refuse(format!("{} holds a query or a fragment: end it at the path", without_query(&url)));
        }
        if let Err(error) = check_scheme(&url) {
            return refuse(error);
        }
        let path = url.path().trim_end_matches('/').to_owned();
        if path.ends_with("/v2") {
            return refuse(format!("{url} ends with a version: leave \"/v2\" out, it is added where it belongs"));
        }
        url.set_path(&path);
        let label = host_and_port(&url).into();
        Ok(Self { url, label })
    }

    /// The address of `path` (encoded, beginning with `/`) below the root of `version`.
    pub(crate) fn join<'a>(
        &self,
        version: ApiVersion,
        path: &str,
        query: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Url, Error> {
        // `/` is what a URL without a path has.
        let mut address = self.url.as_str().trim_end_matches('/').to_owned();
        address.push_str(version.path_prefix());
        // Whatever the path is, it begins after the host.
        if !path.starts_with('/') {
            address.push('/');
        }
        address.push_str(path);
        for (index, (name, value)) in query.into_iter().enumerate() {
            address.push(if index == 0 { '?' } else { '&' });
            address.extend(utf8_percent_encode(name, QUERY));
            address.push('=');
            address.extend(utf8_percent_encode(value, QUERY));
        }
        let url = Url::parse(&address)
            .map_err(|error| Error::invalid(None, format!("the path does not make a URL: {error}")))?;
        // A parser takes dots out of a path however they are written. What is left has to stand below the base URL.
        if !self.is_base_of(&url, version) {
            let problem = "the path leads out of the base URL: it holds \".\" or \"..\" as a segment, encoded perhaps";
            return Err(Error::invalid(None, problem));
        }
        Ok(url)
    }

    /// Whether `url` is on the same host, below the root of `version`.
    fn is_base_of(&self, url: &Url, version: ApiVersion) -> bool {
        let root = format!("{}{}/", self.url.path().trim_end_matches('/'), version.path_prefix());
        let same_host = url.scheme() == self.url.scheme()
            && url.host_str() == self.url.host_str()
            && url.port_or_known_default() == self.url.port_or_known_default()
            && url.username().is_empty();
        same_host && url.path().starts_with(&root)
    }

    /// The endpoint name shown in errors: the region, or the host.
    pub(crate) fn label(&self) -> Arc<str> {
        Arc::clone(&self.label)
    }

    pub(crate) fn host(&self) -> &str {
        self.url.host_str().unwrap_or_default()
    }

    pub(crate) fn port(&self) -> u16 {
        self.url.port_or_known_default().unwrap_or_default()
    }

    /// The host with its port, which rate limits are shared by.
    pub(crate) fn authority(&self) -> String {
        format!("{}:{}", self.host(), self.port())
    }

    /// Whether requests go over TLS.
    pub(crate) fn needs_tls(&self) -> bool {
        self.url.scheme() == "https"
    }

    pub(crate) fn is_loopback(&self) -> bool {
        is_loopback(&self.url)
    }
}

impl fmt::Debug for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.url.as_str())
    }
}

/// Allows https, and http to this machine.
pub(crate) fn check_scheme(url: &Url) -> Result<(), String> {
    match url.scheme() {
        "https" => Ok(()),
        "http" if is_loopback(url) => Ok(()),
        "http" => Err(format!("{} is not https, which only this machine itself may do without", host_and_port(url))),
        other => Err(format!("has the scheme {other:?}: only https is allowed")),
    }
}

/// The host and, where it is not the scheme's own, the port.
pub(crate) fn host_and_port(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

/// Whether an address is this machine's.
pub(crate) fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    host == "localhost" || host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

fn without_query(url: &Url) -> String {
    let mut url = url.clone();
    url.set_query(None);
    url.set_fragment(None);
    url.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_https_leaves_this_machine() {
        for good in [
            "https://drata.example.com/public/",
            "http://127.0.0.1:8700/public",
            "http://localhost",
            "http://[::1]:1/x",
        ] {
            assert!(BaseUrl::parse(good).is_ok(), "{good}");
        }
        for bad in [
            "http://public-api.drata.com/public",
            "http://127.0.0.1.example.com",
            "http://localhost.example.com",
            "ftp://127.0.0.1",
            "https://user:pass@public-api.drata.com",
            "https://public-api.drata.com/public/v2/",
            "https://public-api.drata.com/public?x=1",
            "public-api.drata.com",
        ] {
            let error = BaseUrl::parse(bad).unwrap_err();
            assert!(error.is_configuration(), "{bad}");
            assert!(!error.to_string().contains("pass@"), "{error}");
        }
    }

    #[test]
    fn paths_and_queries_are_joined_as_the_contract_says() {
        let base = BaseUrl::parse("https://example.com/public/").unwrap();
        let v1 = base.join(ApiVersion::V1, "/connections", [("expand[]", "a b"), ("q", "x&y+z")]).unwrap();
        assert_eq!(v1.as_str(), "https://example.com/public/connections?expand%5B%5D=a%20b&q=x%26y%2Bz");
        let v2 = base.join(ApiVersion::V2, "/users/email%3Aada%40example.com", []).unwrap();
        assert_eq!(v2.as_str(), "https://example.com/public/v2/users/email%3Aada%40example.com");
        // Nothing in a path leads to another host.
        let bare = BaseUrl::parse("http://127.0.0.1:1").unwrap();
        for path in ["//evil.example/x", "@evil.example/x", ".evil.example", "0/x", ":80@evil.example"] {
            assert_eq!(base.join(ApiVersion::V1, path, []).unwrap().host_str(), Some("example.com"), "{path}");
            let url = bare.join(ApiVersion::V1, path, []).unwrap();
            assert_eq!((url.host_str(), url.port()), (Some("127.0.0.1"), Some(1)), "{path}");
        }
        assert_eq!(bare.join(ApiVersion::V1, "/a", []).unwrap().as_str(), "http://127.0.0.1:1/a");
    }
}
