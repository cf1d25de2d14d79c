//! A server that means harm, or is broken beyond what HTTP allows.

use std::future::Future as _;
use std::io::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Waker};
use std::time::Duration;

use drata_ext::{Builder, Drata, Error, Form, ListExt as _, RateLimiter, RetryPolicy, Upload};
use http::Method;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_util::task::AbortOnDropHandle;

use crate::operations::{CREATE, READ, Things, call, error_of};
use crate::server::{KEY, Reply, Server};

/// A server that writes bytes as they are, one response a connection, and closes it.
struct Raw {
    url: String,
    connections: Arc<AtomicUsize>,
    _task: AbortOnDropHandle<()>,
}

impl Raw {
    /// Sends `response`, and then `more` again and again, if there is any.
    async fn start(response: impl Into<Vec<u8>>, more: &'static [u8]) -> Self {
        Self::script([response.into()], more).await
    }

    /// Sends the responses, one after the other, the last one again and again.
    async fn script(responses: impl IntoIterator<Item = Vec<u8>>, more: &'static [u8]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/public", listener.local_addr().unwrap());
        let connections = Arc::new(AtomicUsize::new(0));
        let responses: Vec<Arc<[u8]>> = responses.into_iter().map(Into::into).collect();
        let task = tokio::spawn({
            let connections = Arc::clone(&connections);
            async move {
                while let Ok((mut stream, _)) = listener.accept().await {
                    let index = connections.fetch_add(1, Ordering::Relaxed);
                    let response = Arc::clone(&responses[index.min(responses.len() - 1)]);
                    tokio::spawn(async move {
                        let mut request = vec![0; 64 * 1024];
                        let _ = stream.read(&mut request).await;
                        if stream.write_all(&response).await.is_err() {
                            return;
                        }
                        while !more.is_empty() && stream.write_all(more).await.is_ok() {}
                        let _ = stream.shutdown().await;
                        // What is still sent is read, so that the end is a close and no reset.
                        while stream.read(&mut request).await.is_ok_and(|read| read > 0) {}
                    });
                }
            }
        });
        Self { url, connections, _task: AbortOnDropHandle::new(task) }
    }

    fn builder(&self) -> Builder {
        Drata::builder()
            .api_key(KEY)
            .base_url(&self.url)
            .rate_limiter(RateLimiter::unlimited())
            .retry_policy(RetryPolicy::never())
            .read_timeout(Duration::from_secs(10))
    }

    fn client(&self) -> Drata {
        self.builder().build().unwrap()
    }
}

/// A chunk of 8,182 bytes.
static MANY: [u8; 8190] = {
    let mut chunk = [b'x'; 8190];
    let size = *b"1ff6\r\n";
    let mut at = 0;
    while at < size.len() {
        chunk[at] = size[at];
        at += 1;
    }
    chunk[8188] = b'\r';
    chunk[8189] = b'\n';
    chunk
};

fn head(more: &str) -> String {
    format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n{more}\r\n")
}

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

/// Reading fails with an error, which holds neither the key nor megabytes.
async fn fails(response: impl Into<Vec<u8>>, more: &'static [u8]) -> Error {
    let server = Raw::start(response, more).await;
    let drata = server.builder().max_response_bytes(1_000_000).build().unwrap();
    let error = call(&drata, &READ).receive::<Value>().await.unwrap_err();
    let shown = format!("{error} {error:?}");
    assert!(shown.len() < 5_000 && !shown.contains(KEY), "{shown}");
    assert!(!error.outcome_unknown(), "a read has no outcome: {error}");
    error
}

#[tokio::test]
async fn heads_that_are_too_large_are_errors() {
    let long = head(&format!("x-long: {}\r\n", "x".repeat(1_000_000)));
    assert!(fails(long, b"").await.is_transport());
    let many: String = (0..10_000).map(|index| format!("x-{index}: {index}\r\n")).collect();
    assert!(fails(head(&many), b"").await.is_transport());
    assert!(fails("HTTP/1.1 200 OK\r\n", b"x-more: and more\r\n").await.is_transport());
}

#[tokio::test]
async fn what_is_no_http_is_an_error_and_for_a_write_an_open_outcome() {
    let responses = [
        "",
        "ICY 200 OK\r\n\r\n",
        "HTTP/9.9 200 OK\r\n\r\n",
        "HTTP/1.1 0 OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 7\r\n\r\n1234567",
        "HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n1",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n1\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nffffffffffffffff\r\n1",
        "HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n[1",
    ];
    let twice = responses.iter().flat_map(|response| [response.as_bytes().to_vec(), response.as_bytes().to_vec()]);
    let server = Raw::script(twice, b"").await;
    let drata = server.client();
    for response in responses {
        let error = error_of(call(&drata, &READ)).await;
        assert!(error.is_transport() && !error.outcome_unknown(), "{response:?}: {error}");
        let error = error_of(call(&drata, &CREATE)).await;
        assert!(error.outcome_unknown() && error.attempts() == 1, "{response:?}: {error}");
    }
    assert_eq!(server.connections.load(Ordering::Relaxed), 2 * responses.len(), "one attempt each");
}

#[tokio::test]
async fn bodies_that_never_end_are_read_up_to_the_limit() {
    static MORE: &[u8] = &MANY;
    let endless = head("transfer-encoding: chunked\r\n");
    let error = fails(endless, MORE).await;
    assert!(error.is_response_too_large(), "{error}");
    let announced = head("content-length: 99999999999999\r\n");
    assert!(fails(announced, MORE).await.is_response_too_large());
    let failing = "HTTP/1.1 500 Oh\r\ntransfer-encoding: chunked\r\n\r\n";
    let error = fails(failing, MORE).await;
    assert_eq!((error.status().unwrap().as_u16(), error.raw_body().unwrap().len()), (500, 64 * 1024));
}

#[cfg(feature = "gzip")]
#[tokio::test]
async fn what_is_compressed_badly_or_too_well_is_an_error() {
    let bomb = gzip(&vec![b' '; 4_000_000]);
    let with = |headers: &str, body: &[u8]| [head(headers).as_bytes(), body].concat();
    let length = |body: &[u8]| format!("content-encoding: gzip\r\ncontent-length: {}\r\n", body.len());
    assert!(fails(with(&length(&bomb), &bomb), b"").await.is_response_too_large());
    // Twice: what is inside is not looked into.
    let twice = gzip(&bomb);
    assert!(fails(with(&length(&twice), &twice), b"").await.is_decode());
    let nested = format!("content-encoding: gzip, gzip\r\ncontent-length: {}\r\n", twice.len());
    assert!(fails(with(&nested, &twice), b"").await.is_decode());
    // Cut, of another length than it says, and no compression at all.
    let good = gzip(b"[1,2,3]");
    let cut = &good[..good.len() - 6];
    assert!(fails(with(&length(cut), cut), b"").await.is_transport());
    let mut lying = good.clone();
    let end = lying.len() - 1;
    lying[end] ^= 1;
    assert!(fails(with(&length(&lying), &lying), b"").await.is_transport());
    assert!(fails(with(&length(b"[1,2,3]"), b"[1,2,3]"), b"").await.is_transport());
}

#[tokio::test]
async fn content_that_is_no_json_is_an_error_that_shows_none_of_it() {
    let deep = "[".repeat(100_000);
    for body in [
        &b"{\"email\": \"ada@example.com\""[..],
        b"[\"ada@example.com\xff\"]",
        b"\xef\xbb\xbf[1]",
        b"ada@example.com",
        b"[1] ada@example.com",
        b"\"\\ud800\"",
        deep.as_bytes(),
        b"",
    ] {
        let error = fails([head("").as_bytes(), body].concat(), b"").await;
        assert!(error.is_decode(), "{error}");
        assert!(!format!("{error} {error:?}").contains("ada@"), "{error}");
    }
}

#[tokio::test]
async fn what_comes_before_and_after_a_response_does_no_harm() {
    let informed = format!(
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: <x>\r\n\r\n{}5\r\n[1,2]\r\n0\r\nx-trailer: {KEY}\r\n\r\n",
        head("transfer-encoding: chunked\r\n")
    );
    let server = Raw::start(informed, b"").await;
    let response = call(&server.client(), &READ).receive_json::<Vec<i64>>().await.unwrap();
    assert_eq!((response.body.as_slice(), format!("{:?}", response.headers).contains(KEY)), (&[1, 2][..], false));
    let error = fails("HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n", b"").await;
    assert!(!error.is_redirect(), "{error}");
    let error = fails("HTTP/1.1 304 Not Modified\r\n\r\n", b"").await;
    assert_eq!((error.status().unwrap().as_u16(), error.is_redirect()), (304, false));
    let error = fails(format!("HTTP/1.1 307 No\r\nlocation: http://{KEY}.example/{KEY}\r\n\r\n"), b"").await;
    assert!(error.is_redirect() && !error.to_string().to_lowercase().contains(&KEY.to_lowercase()), "{error}");
}

#[tokio::test]
async fn a_rejection_counts_also_when_it_comes_before_the_file_is_sent() {
    let rejection = "HTTP/1.1 413 Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
    let server = Raw::start(rejection, b"").await;
    for upload in [Upload::from_bytes("a.csv", vec![b'x'; 5_000_000]), Upload::from_path("/dev/zero")] {
        let mut form = Form::default();
        form.file("file", upload);
        let error = server.client().request(Method::POST, "/things").form(form).await.unwrap_err();
        assert!(error.is_too_large(), "{error}");
    }
}

#[tokio::test]
async fn waits_that_cannot_be_meant_do_not_last() {
    for wait in ["1.5", "-1", "1e9", "Fri, 31 Dec 1999 23:59:59 GMT", "0", "next week"] {
        let busy = Reply::error(503, "busy").header("retry-after", wait);
        let server = Server::script([busy, Reply::ok(json!([]))]).await;
        let read = call(&server.client(), &READ).receive::<Vec<i64>>();
        assert!(tokio::time::timeout(Duration::from_secs(9), read).await.unwrap().is_ok(), "{wait}");
    }
    let never = Reply::error(503, "busy").header("retry-after", "Fri, 31 Dec 9999 23:59:59 GMT");
    let server = Server::script([never]).await;
    let error = error_of(call(&server.client(), &READ)).await;
    assert!(error.attempts() == 1 && error.retry_after().unwrap() > Duration::from_secs(1 << 32), "{error}");
}

#[tokio::test]
async fn nothing_is_sent_when_there_is_no_time_for_it() {
    let server = Server::script([Reply::ok(json!([]))]).await;
    for limit in [Duration::ZERO, Duration::from_nanos(1)] {
        let mut hurried = call(&server.client(), &CREATE);
        hurried.request_mut().options.deadline = Some(limit);
        let error = error_of(hurried).await;
        assert!(error.is_deadline() && error.attempts() == 0 && !error.outcome_unknown(), "{error}");
    }
    assert_eq!(server.count(), 0);
}

#[tokio::test]
async fn a_call_that_is_dropped_anywhere_leaves_nothing_behind() {
    let server = Server::script([Reply::ok(json!([1]))]).await;
    let limiter = RateLimiter::per_minute(10_000);
    let drata = server.builder().rate_limiter(limiter.clone()).build().unwrap();
    call(&drata, &READ).receive::<Vec<i64>>().await.unwrap();
    for polls in 0..40 {
        let mut form = Form::default();
        form.file("file", Upload::from_bytes("a", "content"));
        for upload in [false, true] {
            let mut one = Box::pin(async {
                if upload {
                    drata.request(Method::POST, "/things").form(form.clone()).await.map(drop)
                } else {
                    call(&drata, &READ).receive::<Vec<i64>>().await.map(drop)
                }
            });
            for _ in 0..polls {
                if one.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready() {
                    break;
                }
                tokio::task::yield_now().await;
            }
        }
    }
    assert_eq!(limiter.state().waiting, 0);
    let mut calls = tokio::task::JoinSet::new();
    (0..20).for_each(|_| drop(calls.spawn(call(&drata, &READ).receive::<Vec<i64>>())));
    assert!(calls.join_all().await.iter().all(Result::is_ok), "and the client still works");
}

#[tokio::test]
async fn a_thousand_calls_at_once_share_what_there_is() {
    let server = Server::script([Reply::ok(json!([1]))]).await;
    let limiter = RateLimiter::per_minute(700);
    let drata = server.builder().rate_limiter(limiter.clone()).build().unwrap();
    let mut calls = tokio::task::JoinSet::new();
    for _ in 0..1_000 {
        let mut one = call(&drata, &READ);
        one.request_mut().options.deadline = Some(Duration::from_secs(50));
        calls.spawn(one.receive::<Vec<i64>>());
    }
    let (good, bad): (Vec<_>, Vec<_>) = calls.join_all().await.into_iter().partition(Result::is_ok);
    assert_eq!((good.len(), bad.len(), server.count()), (700, 300, 700));
    assert!(bad.iter().all(|one| one.as_ref().unwrap_err().is_held_back()));
    assert_eq!(limiter.state().waiting, 0);
}

#[tokio::test]
async fn pages_that_are_none_or_more_than_asked_for_lose_nothing() {
    for page in [json!({"data": null, "total": 1}), json!({"total": 3}), json!("x"), json!({"data": null})] {
        let server = Server::script([Reply::ok(page.clone())]).await;
        let error = Things::numbered(server.client().client()).collect_all().await.unwrap_err();
        assert!(error.is_decode(), "{page}: {error}");
        let error = Things::numbered(server.client().client()).first().await.unwrap_err();
        assert!(error.is_decode(), "{page}: {error}");
    }
    let lone = Server::script([Reply::ok(json!({"data": 7, "total": 1}))]).await;
    assert_eq!(Things::numbered(lone.client().client()).collect_all().await.unwrap(), [7]);
    for (cursor, more) in [(json!(""), false), (Value::Null, false), (json!("c"), true)] {
        let first = Reply::ok(json!({"data": [1], "pagination": {"cursor": cursor}}));
        let second = Reply::ok(json!({"data": [2], "pagination": {"cursor": null}}));
        let server = Server::script([first, second]).await;
        let all = Things::cursor(server.client().client()).collect_all().await.unwrap();
        assert_eq!(all, if more { vec![1, 2] } else { vec![1] });
    }
}
