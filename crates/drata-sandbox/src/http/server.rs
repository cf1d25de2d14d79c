//! The HTTP server around a world.

use std::pin::pin;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::header::{ALLOW, CONTENT_LENGTH, CONTENT_TYPE, HeaderName, RETRY_AFTER};
use http::{HeaderValue, Method, Request, Response};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::service::{Sent, Service};
use super::storage;
use crate::contract::operation::Operation;
use crate::contract::route::Found;
use crate::exchange::body::{self, Unread};
use crate::exchange::failure::Failure;
use crate::exchange::params;
use crate::exchange::reply::{Content, Reply};
use crate::faults::distort;
use crate::faults::{Aimed, Effect, Fault};
use crate::http::control;
use crate::http::description;
use crate::http::outgoing::Outgoing;
use crate::http::record::{self, Received};
use crate::state::signed;

/// Accepts connections until `stop` turns true, then lets the open ones finish what they are doing.
pub(crate) async fn run(listener: TcpListener, service: Arc<Service>, mut stop: watch::Receiver<bool>) {
    let mut connections = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = stop.wait_for(|stop| *stop) => break,
        };
        // Running out of file handles passes; the others keep being served meanwhile.
        let Ok((stream, _)) = accepted else {
            tokio::time::sleep(Duration::from_millis(10)).await;
            continue;
        };
        connections.spawn(serve(stream, service.clone(), stop.clone()));
        while connections.try_join_next().is_some() {}
    }
    drop(listener);
    while connections.join_next().await.is_some() {}
}

/// The connection is to be reset instead of an answer.
#[derive(Debug)]
struct ResetConnection;

impl std::fmt::Display for ResetConnection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the connection is reset on demand")
    }
}

impl std::error::Error for ResetConnection {}

async fn serve(stream: TcpStream, service: Arc<Service>, mut stop: watch::Receiver<bool>) {
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request| {
        let service = service.clone();
        async move { exchange(&service, request).await }
    });
    let connection = http1::Builder::new().header_read_timeout(None).serve_connection(TokioIo::new(stream), service);
    let mut connection = pin!(connection);
    // No timeouts: a test may pause and advance the clock. An error here is a client that went away or a fault that was asked for.
    tokio::select! {
        _ = connection.as_mut() => return,
        _ = stop.wait_for(|stop| *stop) => connection.as_mut().graceful_shutdown(),
    }
    let _ = connection.await;
}

async fn exchange(service: &Service, request: Request<Incoming>) -> Result<Response<Outgoing>, ResetConnection> {
    let (parts, incoming) = request.into_parts();
    if let Some(reply) = control::answer(service, &parts.method, parts.uri.path()) {
        return Ok(deliver(reply, &[]));
    }
    let at = service.world.clock.elapsed();
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
    let reply = exchange.reply(&parts, incoming).await;
    let resets = exchange.has(|effect| *effect == Effect::Reset);
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
    };
    service.log.lock().unwrap_or_else(PoisonError::into_inner).add(received);
    if resets { Err(ResetConnection) } else { Ok(deliver(reply, &exchange.faults)) }
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
    fn has(&self, is: impl Fn(&Effect) -> bool) -> bool {
        self.faults.iter().any(|fault| is(&fault.effect))
    }

    async fn reply(&mut self, parts: &http::request::Parts, incoming: Incoming) -> Reply {
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
        self.wait().await;
        if is_link {
            if let Some(error) = self.error(false) {
                return error;
            }
            let limit = self.service.world.settings.upload_limit;
            self.body = match body::read(incoming, limit).await {
                Ok(body) => body,
                Err(_) => return self.failure(&Failure::new(413, format!("the body is larger than {limit} bytes"))),
            };
            return storage::answer(&self.service.world, parts, &query, self.body.clone(), &mut self.violations);
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
                match self.operate(operation, path, &query, parts, incoming).await {
                    Ok(reply) => reply,
                    Err(failure) => self.failure(&failure),
                }
            }
        };
        self.error(true).unwrap_or_else(|| self.distort(reply, &query))
    }

    async fn operate(
        &mut self,
        operation: &'static Operation,
        path: Vec<String>,
        query: &[(String, String)],
        parts: &http::request::Parts,
        incoming: Incoming,
    ) -> Result<Reply, Failure> {
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

    async fn wait(&self) {
        let general = *self.service.latency.lock().unwrap_or_else(PoisonError::into_inner);
        let faults = self.faults.iter().map(|fault| match fault.effect {
            Effect::Latency(latency) => latency,
            _ => Duration::ZERO,
        });
        let latency = faults.fold(general, |all, one| all + one);
        if !latency.is_zero() {
            tokio::time::sleep(latency).await;
        }
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
            Effect::Status { status, retry_after } => {
                let reply = self.failure(&Failure::new(*status, format!("a fault with status {status} was asked for")));
                Some(match retry_after {
                    Some(value) => reply.with_header(RETRY_AFTER.as_str(), value.clone()),
                    None => reply,
                })
            }
            Effect::Html(status) => Some(Reply::html(*status)),
            // Answered by nobody: what the request asks for is not done either.
            Effect::Reset => Some(Reply::empty(500)),
            _ => None,
        })
    }

    fn distort(&self, mut reply: Reply, query: &[(String, String)]) -> Reply {
        let cursor = query.iter().find(|(name, _)| name == "cursor").map(|(_, value)| value.as_str());
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

fn deliver(reply: Reply, faults: &[Fault]) -> Response<Outgoing> {
    let (status, headers, media, bytes) = reply.into_bytes();
    let length = bytes.len();
    let pause = faults.iter().find_map(|fault| match fault.effect {
        Effect::Slow(pause) => Some(pause),
        _ => None,
    });
    let is_cut = faults.iter().any(|fault| fault.effect == Effect::Truncated) && length > 0;
    let body = match pause {
        _ if is_cut => Outgoing::cut(bytes),
        Some(pause) => Outgoing::slow(bytes, pause),
        None => Outgoing::whole(bytes),
    };
    let mut response = Response::new(body);
    *response.status_mut() = http::StatusCode::from_u16(status).unwrap_or(http::StatusCode::INTERNAL_SERVER_ERROR);
    let into = response.headers_mut();
    if status != 204 {
        into.insert(CONTENT_LENGTH, HeaderValue::from(length));
    }
    if let Some(media) = media.and_then(|media| HeaderValue::try_from(media).ok()) {
        into.insert(CONTENT_TYPE, media);
    }
    for (name, value) in headers {
        if let Ok(value) = HeaderValue::try_from(value) {
            into.insert(HeaderName::from_static(name), value);
        }
    }
    response
}
