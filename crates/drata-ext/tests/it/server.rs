//! A small HTTP server that responds as the test says, well or badly, and remembers what it was asked.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use drata_ext::{Builder, Drata, RateLimiter, RetryPolicy};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::task::AbortOnDropHandle;

/// The key that every test uses; it must never be seen.
pub(crate) const KEY: &str = "k3y-THAT-must-never-be-seen";

/// A request as it arrived.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    pub(crate) method: String,
    /// Path and query as they came.
    pub(crate) target: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
    /// How many requests came before it.
    pub(crate) index: usize,
}

impl Received {
    pub(crate) fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }

    /// The value of a query parameter, not decoded.
    pub(crate) fn query(&self, name: &str) -> Option<&str> {
        let (_, query) = self.target.split_once('?')?;
        query
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .find(|(other, _)| *other == name)
            .map(|(_, value)| value)
    }

    pub(crate) fn number(&self, name: &str) -> Option<usize> {
        self.query(name)?.parse().ok()
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// A response, and what goes wrong with it.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    status: StatusCode,
    headers: HeaderMap,
    body: Vec<u8>,
    delay: Duration,
    fault: Fault,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Fault {
    None,
    /// The connection is closed before the response.
    Reset,
    /// Half of the body is sent, then the connection is closed.
    Cut,
    /// No response is sent.
    Silence,
    /// Half of the body is sent, then nothing.
    Stall,
}

impl Reply {
    pub(crate) fn new(status: u16, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        let mut headers = HeaderMap::new();
        headers.insert("content-type", HeaderValue::from_str(content_type).unwrap());
        Self {
            status: StatusCode::from_u16(status).unwrap(),
            headers,
            body: body.into(),
            delay: Duration::ZERO,
            fault: Fault::None,
        }
    }

    pub(crate) fn json(status: u16, body: Value) -> Self {
        Self::new(status, "application/json", body.to_string())
    }

    pub(crate) fn ok(body: Value) -> Self {
        Self::json(200, body)
    }

    /// The vendor's shape of an error.
    pub(crate) fn error(status: u16, message: &str) -> Self {
        Self::json(status, serde_json::json!({"statusCode": status, "message": message, "code": 10000}))
    }

    pub(crate) fn bad_gateway() -> Self {
        Self::new(502, "text/html", "<html><head><title>502 Bad Gateway</title></head></html>")
    }

    pub(crate) fn reset() -> Self {
        Self { fault: Fault::Reset, ..Self::new(200, "text/plain", "") }
    }

    pub(crate) fn silence() -> Self {
        Self { fault: Fault::Silence, ..Self::new(200, "text/plain", "") }
    }

    pub(crate) fn cut(self) -> Self {
        Self { fault: Fault::Cut, ..self }
    }

    pub(crate) fn stalled(self) -> Self {
        Self { fault: Fault::Stall, ..self }
    }

    pub(crate) fn is_throttled(&self) -> bool {
        self.status == StatusCode::TOO_MANY_REQUESTS
    }

    pub(crate) fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.insert(HeaderName::from_static(name), HeaderValue::from_str(value).unwrap());
        self
    }

    pub(crate) fn delayed(self, delay: Duration) -> Self {
        Self { delay, ..self }
    }
}

type Handler = dyn Fn(&Received) -> Reply + Send + Sync;

/// A running server; dropped, it stops.
pub(crate) struct Server {
    address: String,
    received: Arc<Mutex<Vec<Received>>>,
    _task: AbortOnDropHandle<()>,
}

impl Server {
    /// Responds to every request as `handler` says.
    pub(crate) async fn start(handler: impl Fn(&Received) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let received = Arc::new(Mutex::new(Vec::new()));
        let handler: Arc<Handler> = Arc::new(handler);
        let task = tokio::spawn({
            let received = Arc::clone(&received);
            async move {
                while let Ok((stream, _)) = listener.accept().await {
                    tokio::spawn(serve(stream, Arc::clone(&handler), Arc::clone(&received)));
                }
            }
        });
        Self { address, received, _task: AbortOnDropHandle::new(task) }
    }

    /// Responds to the requests with `replies`, one after the other, the last one again and again.
    pub(crate) async fn script(replies: impl IntoIterator<Item = Reply>) -> Self {
        let replies: Vec<_> = replies.into_iter().collect();
        Self::start(move |request| replies[request.index.min(replies.len() - 1)].clone()).await
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/public", self.address)
    }

    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// A client for it, with no limit and short waits.
    pub(crate) fn builder(&self) -> Builder {
        Drata::builder()
            .api_key(KEY)
            .base_url(self.url())
            .rate_limiter(RateLimiter::unlimited())
            .retry_policy(RetryPolicy::default().with_backoff(Duration::from_millis(1), Duration::from_millis(2)))
            .seed(7)
    }

    pub(crate) fn client(&self) -> Drata {
        self.builder().build().unwrap()
    }

    pub(crate) fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap().clone()
    }

    pub(crate) fn count(&self) -> usize {
        self.received.lock().unwrap().len()
    }
}

async fn serve(stream: TcpStream, handler: Arc<Handler>, received: Arc<Mutex<Vec<Received>>>) {
    let _ = stream.set_nodelay(true);
    let mut stream = BufReader::new(stream);
    while let Some(mut request) = read_request(&mut stream).await {
        let reply = {
            let mut received = received.lock().unwrap();
            request.index = received.len();
            received.push(request.clone());
            drop(received);
            handler(&request)
        };
        if !reply.delay.is_zero() {
            tokio::time::sleep(reply.delay).await;
        }
        if write_reply(stream.get_mut(), &reply).await.is_none() {
            return;
        }
    }
}

async fn read_request(stream: &mut BufReader<TcpStream>) -> Option<Received> {
    let mut line = String::new();
    stream.read_line(&mut line).await.ok()?;
    let mut words = line.split_whitespace();
    let (method, target) = (words.next()?.to_owned(), words.next()?.to_owned());
    let mut headers = HeaderMap::new();
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).await.ok()?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        headers.append(HeaderName::from_bytes(name.as_bytes()).ok()?, HeaderValue::from_str(value.trim()).ok()?);
    }
    let body = if headers.contains_key("transfer-encoding") {
        read_chunks(stream).await?
    } else {
        let length = headers.get("content-length").and_then(|value| value.to_str().ok()?.parse().ok()).unwrap_or(0);
        let mut body = vec![0; length];
        stream.read_exact(&mut body).await.ok()?;
        body
    };
    Some(Received { method, target, headers, body, index: 0 })
}

async fn read_chunks(stream: &mut BufReader<TcpStream>) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).await.ok()?;
        let size = usize::from_str_radix(line.trim(), 16).ok()?;
        let mut chunk = vec![0; size + 2];
        stream.read_exact(&mut chunk).await.ok()?;
        if size == 0 {
            return Some(body);
        }
        body.extend_from_slice(&chunk[..size]);
    }
}

/// `None` when the connection is done for.
async fn write_reply(stream: &mut TcpStream, reply: &Reply) -> Option<()> {
    match reply.fault {
        Fault::Reset => return None,
        Fault::Silence => std::future::pending().await,
        Fault::None | Fault::Cut | Fault::Stall => {}
    }
    let mut head = format!("HTTP/1.1 {}\r\ncontent-length: {}\r\n", reply.status, reply.body.len());
    for (name, value) in &reply.headers {
        head += &format!("{name}: {}\r\n", value.to_str().unwrap());
    }
    head += "\r\n";
    let sent = if reply.fault == Fault::None { reply.body.len() } else { reply.body.len() / 2 };
    // In one piece: a head whose body has to wait is what some tests want, and they say so.
    let mut response = head.into_bytes();
    response.extend_from_slice(&reply.body[..sent]);
    stream.write_all(&response).await.ok()?;
    match reply.fault {
        Fault::None => Some(()),
        Fault::Stall => std::future::pending().await,
        _ => None,
    }
}
