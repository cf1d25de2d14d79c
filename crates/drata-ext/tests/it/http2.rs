//! What HTTP/2 says about a request that was not processed.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use drata_ext::{Drata, RateLimiter, RetryPolicy};
use h2::Reason;
use h2::server::SendResponse;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::task::AbortOnDropHandle;

use crate::operations::{CREATE, READ, call, error_of};
use crate::server::KEY;

/// What the server does with a request.
#[derive(Clone, Copy)]
enum Does {
    Respond,
    /// The stream ends with this reason.
    Reset(Reason),
}

/// Speaks HTTP/2 without TLS, and does with each request what the script says, the last again and again.
async fn server(script: &'static [Does]) -> (Drata, Arc<AtomicUsize>, AbortOnDropHandle<()>) {
    accepting(move |stream, count| async move {
        let mut connection = h2::server::handshake(stream).await.unwrap();
        while let Some(Ok((_, mut respond))) = connection.accept().await {
            match script[count.fetch_add(1, Ordering::Relaxed).min(script.len() - 1)] {
                Does::Respond => reply(&mut respond),
                Does::Reset(reason) => respond.send_reset(reason),
            }
        }
    })
    .await
}

/// A client of a server that does this with each connection, and how many requests it counted.
async fn accepting<F: Future<Output: Send> + Send + 'static>(
    serve: impl Fn(TcpStream, Arc<AtomicUsize>) -> F + Send + 'static,
) -> (Drata, Arc<AtomicUsize>, AbortOnDropHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/public", listener.local_addr().unwrap());
    let requests = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&requests);
    let task = tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream, Arc::clone(&count)));
        }
    });
    (client(url), requests, AbortOnDropHandle::new(task))
}

fn client(url: String) -> Drata {
    Drata::builder()
        .api_key(KEY)
        .base_url(url)
        .http2_prior_knowledge()
        .rate_limiter(RateLimiter::unlimited())
        .retry_policy(RetryPolicy::default().with_backoff(Duration::from_millis(1), Duration::from_millis(2)))
        .build()
        .unwrap()
}

fn reply(respond: &mut SendResponse<Bytes>) {
    let mut body = respond.send_response(http::Response::new(()), false).unwrap();
    body.send_data(Bytes::from_static(b"7"), true).unwrap();
}

#[tokio::test]
async fn a_write_that_was_refused_is_repeated_and_one_that_was_reset_is_not() {
    let (drata, requests, _server) = server(&[Does::Reset(Reason::REFUSED_STREAM), Does::Respond]).await;
    assert_eq!(call(&drata, &CREATE).receive::<i64>().await.unwrap(), 7);
    assert_eq!(requests.load(Ordering::Relaxed), 2);
    for reason in [Reason::CANCEL, Reason::INTERNAL_ERROR, Reason::ENHANCE_YOUR_CALM] {
        let script: &'static [Does] = Box::leak(Box::new([Does::Reset(reason), Does::Respond]));
        let (drata, requests, _server) = server(script).await;
        let error = error_of(call(&drata, &CREATE)).await;
        assert!(error.outcome_unknown() && error.attempts() == 1, "{reason}: {error}");
        assert_eq!(requests.load(Ordering::Relaxed), 1, "{reason}");
    }
}

#[tokio::test]
async fn a_service_that_refuses_again_and_again_is_left_alone() {
    let (drata, requests, _server) = server(&[Does::Reset(Reason::REFUSED_STREAM)]).await;
    for operation in [&CREATE, &READ] {
        let error = error_of(call(&drata, operation)).await;
        assert!(!error.outcome_unknown() && error.attempts() == 5, "{error}");
        assert!(error.to_string().contains("had no effect"), "{error}");
    }
    assert_eq!(requests.load(Ordering::Relaxed), 10);
}

/// How a connection is shut down when a request arrives on it.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Shutdown {
    /// It is not.
    No,
    /// The request is above the last one that is served.
    Above,
    /// The request may be served, and the connection is closed without a response.
    Below,
    /// The request is served, and the connection is closed after that.
    Graceful,
    /// It is not, and nothing comes any more, as from a machine that is gone.
    Silent,
}

/// The types of HTTP/2 frames.
const DATA: u8 = 0;
const HEADERS: u8 = 1;
const SETTINGS: u8 = 4;
const GOAWAY: u8 = 7;

async fn write_frame(stream: &mut TcpStream, kind: u8, flags: u8, id: u32, payload: &[u8]) -> Option<()> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    let mut frame = vec![length[1], length[2], length[3], kind, flags];
    frame.extend(id.to_be_bytes());
    frame.extend(payload);
    stream.write_all(&frame).await.ok()
}

/// Speaks HTTP/2 frame by frame, since what a library sends at a shutdown is its own choice. Shuts connections down as the
/// script says, request by request.
async fn frames(mut stream: TcpStream, script: &[Shutdown], count: &AtomicUsize) -> Option<()> {
    stream.read_exact(&mut [0; 24]).await.ok()?;
    write_frame(&mut stream, SETTINGS, 0, 0, &[]).await?;
    loop {
        let mut head = [0; 9];
        stream.read_exact(&mut head).await.ok()?;
        let mut payload = vec![0; usize::from(head[1]) << 8 | usize::from(head[2])];
        stream.read_exact(&mut payload).await.ok()?;
        let id = u32::from_be_bytes([head[5], head[6], head[7], head[8]]);
        match head[3] {
            SETTINGS if head[4] == 0 => write_frame(&mut stream, SETTINGS, 1, 0, &[]).await?,
            HEADERS => {
                let shutdown = script[count.fetch_add(1, Ordering::Relaxed).min(script.len() - 1)];
                if !matches!(shutdown, Shutdown::No | Shutdown::Silent) {
                    let last = if shutdown == Shutdown::Above { id - 1 } else { id };
                    let no_error = 0_u32;
                    let payload = [last.to_be_bytes(), no_error.to_be_bytes()].concat();
                    write_frame(&mut stream, GOAWAY, 0, 0, &payload).await?;
                }
                if matches!(shutdown, Shutdown::No | Shutdown::Graceful) {
                    // 0x88 is the status 200, by the number that it has in the table of HTTP/2.
                    write_frame(&mut stream, HEADERS, 4, id, &[0x88]).await?;
                    write_frame(&mut stream, DATA, 1, id, b"7").await?;
                }
                if shutdown == Shutdown::Below {
                    stream.shutdown().await.ok()?;
                    return None;
                }
            }
            _ => {}
        }
    }
}

/// A client of a server that shuts connections down, and how many requests arrived.
async fn shutting_down(script: &'static [Shutdown]) -> (Drata, Arc<AtomicUsize>, AbortOnDropHandle<()>) {
    accepting(move |stream, count| async move { frames(stream, script, &count).await }).await
}

#[tokio::test]
async fn what_a_connection_that_is_shut_down_does_not_serve_is_repeated() {
    for operation in [&CREATE, &READ] {
        let (drata, requests, _server) = shutting_down(&[Shutdown::Above, Shutdown::Above, Shutdown::No]).await;
        assert_eq!(call(&drata, operation).receive::<i64>().await.unwrap(), 7);
        assert_eq!(requests.load(Ordering::Relaxed), 3);
    }
}

#[tokio::test]
async fn a_write_that_a_connection_may_have_served_before_it_was_shut_down_is_not_repeated() {
    let (drata, requests, _server) = shutting_down(&[Shutdown::Below, Shutdown::No]).await;
    let error = error_of(call(&drata, &CREATE)).await;
    assert!(error.outcome_unknown() && error.attempts() == 1, "{error}");
    assert_eq!(requests.load(Ordering::Relaxed), 1);
    let (drata, requests, _server) = shutting_down(&[Shutdown::Below, Shutdown::No]).await;
    assert_eq!(call(&drata, &READ).receive::<i64>().await.unwrap(), 7);
    assert_eq!(requests.load(Ordering::Relaxed), 2);
}

#[tokio::test]
async fn a_shutdown_in_good_order_costs_no_request() {
    let (drata, requests, _server) = shutting_down(&[Shutdown::Graceful]).await;
    for sent in 1..4 {
        assert_eq!(call(&drata, &CREATE).receive::<i64>().await.unwrap(), 7);
        assert_eq!(requests.load(Ordering::Relaxed), sent);
    }
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_does_not_respond_to_a_ping_is_given_up_long_before_the_read_timeout() {
    let start = tokio::time::Instant::now();
    let (drata, requests, _server) = shutting_down(&[Shutdown::Silent, Shutdown::No]).await;
    assert_eq!(call(&drata, &READ).receive::<i64>().await.unwrap(), 7);
    assert_eq!(requests.load(Ordering::Relaxed), 2);
    let took = start.elapsed();
    assert!(took >= Duration::from_secs(25) && took < Duration::from_secs(45), "{took:?}");
}
