//! One request on its way through: faults, limits, the operation, the record.

use std::sync::PoisonError;
use std::time::Duration;

use bytes::Bytes;
use http::Method;
use http::header::{ALLOW, RETRY_AFTER};
use http::request::Parts;
use http_body::Body;

use super::record::{self, Received};
use super::service::{Sent, Service};
use super::{description, storage};
use crate::contract::operation::Operation;
use crate::contract::route::Found;
use crate::exchange::body::{self, Unread};
use crate::exchange::failure::Failure;
use crate::exchange::params;
use crate::exchange::reply::{Content, NOT_SIMULATED, Reply};
use crate::faults::distort;
use crate::faults::{Aimed, Effect, Fault};
use crate::state::{clock, signed};

/// Answers a request that arrived at a time since the sandbox started, and records it. Without a reply the connection is to
/// be reset. The faults are those that still have to happen to the reply on its way.
pub(crate) async fn handle<B>(
    service: &Service,
    parts: &Parts,
    incoming: B,
    at: Duration,
) -> (Option<Reply>, Vec<Fault>)
where
    B: Body<Data = Bytes>,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let mut exchange = Exchange {
        service,
        method: parts.method.clone(),
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        operation: None,
        violations: Vec::new(),
        body: Bytes::new(),
        faults: Vec::new(),
    };
    let reply = exchange.reply(parts, incoming, at).await;
    let resets = exchange.faults.iter().any(|fault| fault.effect == Effect::Reset);
    let received = Received {
        at,
        method: exchange.method,
        path: exchange.path,
        query: exchange.query,
        headers: record::masked(&parts.headers),
        body: exchange.body,
        operation: exchange.operation.map(|operation| (operation.version, operation.id.clone())),
        status: if resets { 0 } else { reply.status },
        violations: exchange.violations,
        not_simulated: reply.headers.iter().any(|(name, _)| *name == NOT_SIMULATED.0),
    };
    service.log.lock().unwrap_or_else(PoisonError::into_inner).add(received);
    ((!resets).then_some(reply), exchange.faults)
}

/// One request on its way through.
struct Exchange<'a> {
    service: &'a Service,
    method: Method,
    path: String,
    query: String,
    operation: Option<&'static Operation>,
    violations: Vec<String>,
    body: Bytes,
    faults: Vec<Fault>,
}

impl Exchange<'_> {
    async fn reply<B>(&mut self, parts: &Parts, incoming: B, at: Duration) -> Reply
    where
        B: Body<Data = Bytes>,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let query = params::pairs(&self.query);
        if self.method == Method::GET
            && let Some(document) = description::at(&self.path, &self.service.world.links.base)
        {
            return Reply::json(200, document, None);
        }
        let is_link = signed::is_link(&self.path);
        let found = self.service.world.catalog.router.find(&self.method, &self.path);
        if let Found::Operation(place, _) = &found {
            self.operation = Some(&self.service.world.catalog.operations[*place]);
        }
        let aimed = match self.operation {
            Some(operation) => Aimed::Operation(operation),
            None if is_link => Aimed::File,
            None => Aimed::Nowhere,
        };
        self.faults = self.service.faults.lock().unwrap_or_else(PoisonError::into_inner).strike(aimed);
        let latency = self.wait().await;
        clock::as_of(at + latency, self.answer(parts, incoming, found, is_link, &query)).await
    }

    async fn answer<B>(
        &mut self,
        parts: &Parts,
        incoming: B,
        found: Found,
        is_link: bool,
        query: &[(String, String)],
    ) -> Reply
    where
        B: Body<Data = Bytes>,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        if is_link {
            if let Some(error) = self.error(false) {
                return error;
            }
            let limit = self.service.world.settings.upload_limit;
            self.body = match body::read(incoming, limit).await {
                Ok(body) => body,
                Err(_) => return self.failure(&Failure::new(413, format!("the body is larger than {limit} bytes"))),
            };
            return storage::answer(&self.service.world, parts, query, self.body.clone(), &mut self.violations);
        }
        if let Err(refused) = self.admit() {
            return refused;
        }
        if let Some(error) = self.error(false) {
            return error;
        }
        let reply = match found {
            Found::Nothing => {
                self.violations.push("no operation has this path".to_owned());
                self.failure(&Failure::new(404, format!("no operation has the path {}", self.path)))
            }
            Found::OtherMethods(methods) => self.other_methods(&methods),
            Found::Operation(place, path) => {
                let operation = &self.service.world.catalog.operations[place];
                match self.operate(operation, path, query, parts, incoming).await {
                    Ok(reply) => reply,
                    Err(failure) => self.failure(&failure),
                }
            }
        };
        self.error(true).unwrap_or_else(|| self.distort(reply, query))
    }

    async fn operate<B>(
        &mut self,
        operation: &'static Operation,
        path: Vec<String>,
        query: &[(String, String)],
        parts: &Parts,
        incoming: B,
    ) -> Result<Reply, Failure>
    where
        B: Body<Data = Bytes>,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let is_form = body::media(&parts.headers).is_some_and(|media| media == "multipart/form-data");
        let settings = &self.service.world.settings;
        let limit = if is_form { settings.upload_limit } else { settings.json_limit };
        self.body = match body::read(incoming, limit).await {
            Ok(body) => body,
            Err(Unread::TooLarge) => {
                return Err(Failure::new(413, format!("the body is larger than {limit} bytes")));
            }
            Err(Unread::Broken) => return Err(Failure::new(400, "the body ended before it was complete")),
        };
        let sent = Sent { path, query, headers: &parts.headers, body: self.body.clone() };
        self.service.answer(operation, sent, &mut self.violations).await
    }

    fn failure(&self, failure: &Failure) -> Reply {
        Reply::json(failure.status, failure.body(self.service.world.catalog, self.operation), None)
    }

    fn other_methods(&mut self, methods: &[Method]) -> Reply {
        let allowed = methods.iter().map(Method::as_str).collect::<Vec<_>>().join(", ");
        self.violations.push(format!("this path has no operation with this method, only {allowed}"));
        let failure = Failure::new(405, format!("{} is not one of {allowed}", self.method));
        self.failure(&failure).with_header(ALLOW.as_str(), allowed)
    }

    /// Waits as the settings and the faults demand, and says how long that was.
    async fn wait(&self) -> Duration {
        let general = *self.service.latency.lock().unwrap_or_else(PoisonError::into_inner);
        let faults = self.faults.iter().map(|fault| match fault.effect {
            Effect::Latency(latency) => latency,
            _ => Duration::ZERO,
        });
        let latency = faults.fold(general, |all, one| all + one);
        if !latency.is_zero() {
            tokio::time::sleep(latency).await;
        }
        latency
    }

    fn admit(&self) -> Result<(), Reply> {
        let mut limiter = self.service.limiter.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(limiter) = limiter.as_mut() else { return Ok(()) };
        limiter.admit(self.service.world.clock.elapsed(), self.service.world.clock.now()).map_err(|retry_after| {
            let reply = self.failure(&Failure::new(429, "too many requests in this minute"));
            match retry_after {
                Some(value) => reply.with_header(RETRY_AFTER.as_str(), value),
                None => reply,
            }
        })
    }

    /// The error that a fault answers with, before the request did what it asks for or after.
    fn error(&self, afterwards: bool) -> Option<Reply> {
        let mut faults = self.faults.iter().filter(|fault| fault.afterwards == afterwards);
        faults.find_map(|fault| match &fault.effect {
            Effect::Status(status) => {
                let reply = self.failure(&Failure::new(*status, format!("a fault with status {status} was asked for")));
                Some(with_retry_after(reply, fault))
            }
            Effect::Html(status) => Some(with_retry_after(Reply::html(*status), fault)),
            // Answered by nobody: what the request asks for is not done either.
            Effect::Reset => Some(Reply::empty(500)),
            _ => None,
        })
    }

    fn distort(&self, mut reply: Reply, query: &[(String, String)]) -> Reply {
        let cursor = query.iter().find(|(name, _)| name == "cursor").map(|(_, value)| value.as_str());
        if let Content::Written(json, schema) = &reply.content
            && !self.faults.is_empty()
            && let Ok(value) = serde_json::from_slice(json)
        {
            reply.content = Content::Json(value, *schema);
        }
        if let Content::Json(value, schema) = &mut reply.content
            && reply.status < 400
        {
            for fault in &self.faults {
                distort::apply(&fault.effect, &self.service.world.catalog.schemas, *schema, value, cursor);
            }
        }
        reply
    }
}

fn with_retry_after(reply: Reply, fault: &Fault) -> Reply {
    match &fault.retry_after {
        Some(value) => reply.with_header(RETRY_AFTER.as_str(), value.clone()),
        None => reply,
    }
}
