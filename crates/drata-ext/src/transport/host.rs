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
    http: reqwest::Client,
    base: BaseUrl,
    keys: Arc<Keys>,
    headers: HeaderMap,
    inner: Exchange,
}

impl Attempts for Keyed {
    async fn attempt(&self, request: &Request, turn: &mut Turn) -> Result<Response, Failure> {
        let outgoing = match &request.link {
            Some(link) => self.to_link(request, link.expose())?,
            None => self.to_service(request, turn).await.map_err(Failure::last)?,
        };
        self.inner.send(request, turn, &self.http, outgoing).await
    }
}

impl Keyed {
    /// Sends requests to `base`, each with `headers` but those that are not the program's to set.
    pub(crate) fn new(
        http: reqwest::Client,
        base: BaseUrl,
        keys: Arc<Keys>,
        mut headers: HeaderMap,
        inner: Exchange,
    ) -> Self {
        OURS.iter().for_each(|name| drop(headers.remove(name)));
        Self { http, base, keys, headers, inner }
    }

    async fn to_service(&self, request: &Request, turn: &Turn) -> Result<reqwest::Request, Error> {
        let query = request.query.iter().map(|(name, value)| (name.as_ref(), value.as_str()));
        let url = self.base.join(request.version, &request.path, query)?;
        let Some(key) = self.keys.header() else {
            return Err(Error::configuration("no API key was set: give Builder::api_key one"));
        };
        let mut out = reqwest::Request::new(request.method.clone(), url);
        let headers = out.headers_mut();
        headers.clone_from(&self.headers);
        for (name, value) in request.headers.iter().filter(|(name, _)| !OURS.contains(name)) {
            headers.insert(name, value.clone());
        }
        headers.insert(header::AUTHORIZATION, key);
        if let Some(accept) = request.accept {
            headers.insert(header::ACCEPT, HeaderValue::from_static(accept));
        }
        match &request.body {
            Body::Empty if request.method == Method::GET => {}
            // Some servers and proxies want to be told that a writing request has no body.
            Body::Empty => drop(headers.insert(header::CONTENT_LENGTH, HeaderValue::from_static("0"))),
            Body::Json(content) => {
                headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
                *out.body_mut() = Some(content.clone().into());
            }
            Body::Raw { content_type, content } => {
                let content_type = HeaderValue::from_str(content_type).map_err(|_| {
                    let problem = format!("the media type {content_type:?} of the body cannot stand in a header");
                    Error::invalid(request.operation, problem)
                })?;
                headers.insert(header::CONTENT_TYPE, content_type);
                *out.body_mut() = Some(content.clone().into());
            }
            Body::Form(form) => {
                headers.remove(header::CONTENT_TYPE);
                let form = form::build(form, &turn.activity).await?;
                let out = reqwest::RequestBuilder::from_parts(self.http.clone(), out).multipart(form);
                return out.build().map_err(|error| Failure::of_client(request.operation, error, None).error);
            }
            _ => return Err(Error::invalid(request.operation, "this kind of body is unknown to the transport")),
        }
        Ok(out)
    }

    /// The store of files gets nothing of ours but what the download asks for.
    fn to_link(&self, request: &Request, link: &str) -> Result<reqwest::Request, Failure> {
        let refuse = |problem: String| Failure::last(Error::invalid(None, format!("the download link {problem}")));
        let url = Url::parse(link).map_err(|error| refuse(format!("is not a URL: {error}")))?;
        check_scheme(&url).map_err(refuse)?;
        let mut out = self.http.request(Method::GET, url);
        for (name, value) in request.headers.iter().filter(|(name, _)| !OURS.contains(name)) {
            out = out.header(name, value);
        }
        out.build().map_err(|error| Failure::of_client(request.operation, error, None))
    }
}

/// The endpoint name shown in errors, where it is not the client's own: the host of a signed link.
pub(crate) fn endpoint_of(request: &Request) -> Option<Arc<str>> {
    let link = request.link.as_ref()?;
    Some(Url::parse(link.expose()).map_or_else(|_| "the store of files".into(), |url| host_and_port(&url).into()))
}
