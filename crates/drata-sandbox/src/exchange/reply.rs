//! A response before it meets the network.

use bytes::Bytes;
use http::StatusCode;
use serde_json::Value;

use crate::contract::schema::SchemaId;

/// A response.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) content: Content,
}

/// The body of a response.
#[derive(Debug)]
pub(crate) enum Content {
    Empty,
    Json(Value, Option<SchemaId>),
    /// The same, as it goes over the wire.
    Written(Bytes, Option<SchemaId>),
    Bytes(String, Bytes),
}

/// Says that a response is valid and nothing happened.
pub(crate) const NOT_SIMULATED: (&str, &str) = ("x-drata-sandbox-effect", "not-simulated");

const JSON: &str = "application/json; charset=utf-8";

impl Reply {
    pub(crate) fn new(status: u16, content: Content) -> Self {
        Self { status, headers: Vec::new(), content }
    }

    pub(crate) fn empty(status: u16) -> Self {
        Self::new(status, Content::Empty)
    }

    pub(crate) fn json(status: u16, value: Value, schema: Option<SchemaId>) -> Self {
        Self::new(status, Content::Json(value, schema))
    }

    /// JSON that is written already.
    pub(crate) fn written(status: u16, json: Vec<u8>, schema: Option<SchemaId>) -> Self {
        Self::new(status, Content::Written(json.into(), schema))
    }

    pub(crate) fn with_header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// A page such as a gateway in front of the service answers with.
    pub(crate) fn html(status: u16) -> Self {
        let reason = StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason()).unwrap_or("Error");
        let page = format!(
            "<html>\n<head><title>{status} {reason}</title></head>\n<body>\n\
             <center><h1>{status} {reason}</h1></center>\n<hr><center>gateway</center>\n</body>\n</html>\n"
        );
        Self::new(status, Content::Bytes("text/html; charset=utf-8".to_owned(), page.into()))
    }

    /// The media type and the bytes of the body.
    pub(crate) fn into_bytes(self) -> (u16, Vec<(&'static str, String)>, Option<String>, Bytes) {
        let (media, bytes) = match self.content {
            Content::Empty => (None, Bytes::new()),
            Content::Json(value, _) => (Some(JSON.to_owned()), value.to_string().into()),
            Content::Written(json, _) => (Some(JSON.to_owned()), json),
            Content::Bytes(media, bytes) => (Some(media), bytes),
        };
        (self.status, self.headers, media, bytes)
    }
}
