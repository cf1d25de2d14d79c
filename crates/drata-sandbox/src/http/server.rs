//! The HTTP server around a world.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use http::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderName};
use http::{HeaderValue, Request, Response};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::outgoing::Outgoing;
use super::service::Service;
use super::{control, handling};
use crate::exchange::reply::Reply;
use crate::faults::{Effect, Fault};

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

/// The connection is to be reset instead of a response.
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
    let (reply, faults) = handling::handle(service, &parts, incoming, at).await;
    reply.map(|reply| deliver(reply, &faults)).ok_or(ResetConnection)
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
