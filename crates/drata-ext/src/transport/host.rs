//! The key and the host: where a request goes, and what it says about itself.

use std::sync::Arc;

use drata_api::{Body, Request, Response};
use http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use reqwest::Url;

use super::base_url::{BaseUrl, check_scheme, host_and_port};
use super::exchange::Exchange;
use super::failure::Failure;
use super::form;
use super::layer::Attempts;
use super::redact::Keys;
use super::turn::Turn;
use drata_api::Error;

/// Headers that are this layer's to set: a caller's are ignored.
const OURS: [HeaderName; 3] = [header::AUTHORIZATION, header::HOST, header::CONTENT_LENGTH];

/// Sends requests with the key to one host, and signed links without it to theirs.
pub(crate) struct Keyed {
    pub(crate) http: reqwest::Client,
    pub(crate) base: BaseUrl,
    pub(crate) keys: Arc<Keys>,
    pub(crate) headers: HeaderMap,
    pub(crate) inner: Exchange,
}

impl Attempts for Keyed {
    async fn attempt(&self, request: &Request, turn: &mut Turn) -> Result<Response, Failure> {
        let outgoing = match &request.link {
            Some(link) => self.to_link(request, link.expose()),
            None => self.to_service(request, turn).await,
        };
        self.inner.send(request, turn, outgoing.map_err(Failure::last)?).await
    }
}

impl Keyed {
    async fn to_service(&self, request: &Request, turn: &Turn) -> Result<reqwest::RequestBuilder, Error> {
        let query = request.query.iter().map(|(name, value)| (name.as_ref(), value.as_str()));
        let url = self.base.join(request.version, &request.path, query)?;
        let mut out = self.http.request(request.method.clone(), url);
        let Some(key) = self.keys.header() else {
            return Err(Error::configuration("no API key was set: give Builder::api_key one"));
        };
        let mut headers = self.headers.clone();
        for (name, value) in &request.headers {
            headers.insert(name, value.clone());
        }
        OURS.iter().for_each(|name| drop(headers.remove(name)));
        headers.insert(header::AUTHORIZATION, key);
        if let Some(accept) = request.accept {
            headers.insert(header::ACCEPT, HeaderValue::from_static(accept));
        }
        out = out.headers(headers);
        Ok(match &request.body {
            Body::Empty if request.method == Method::GET => out,
            // Some servers and proxies want to be told that a writing request has no body.
            Body::Empty => out.header(header::CONTENT_LENGTH, 0),
            Body::Json(content) => out.header(header::CONTENT_TYPE, "application/json").body(content.clone()),
            Body::Raw { content_type, content } => {
                out.header(header::CONTENT_TYPE, content_type.as_ref()).body(content.clone())
            }
            Body::Form(form) => out.multipart(form::build(form, &turn.activity).await?),
            _ => return Err(Error::invalid(request.operation, "this kind of body is unknown to the transport")),
        })
    }

    /// The store of files gets nothing of ours but what the download asks for.
    fn to_link(&self, request: &Request, link: &str) -> Result<reqwest::RequestBuilder, Error> {
        let url = match Url::parse(link) {
            Ok(url) => url,
            Err(error) => return Err(Error::invalid(None, format!("the download link is not a URL: {error}"))),
        };
        check_scheme(&url).map_err(|problem| Error::invalid(None, format!("the download link {problem}")))?;
        let mut out = self.http.request(Method::GET, url);
        for (name, value) in request.headers.iter().filter(|(name, _)| !OURS.contains(name)) {
            out = out.header(name, value);
        }
        Ok(out)
    }
}

/// The endpoint name shown in errors, where it is not the client's own: the host of a signed link.
pub(crate) fn endpoint_of(request: &Request) -> Option<Arc<str>> {
    let link = request.link.as_ref()?;
    Some(Url::parse(link.expose()).map_or_else(|_| "the store of files".into(), |url| host_and_port(&url).into()))
}
