//! What HTTP/2 says about a request that was not processed.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use drata_ext::{Drata, RateLimiter, RetryPolicy};
use h2::Reason;
use h2::server::SendResponse;
use tokio::net::TcpListener;
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
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/public", listener.local_addr().unwrap());
    let requests = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&requests);
    let task = tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let count = Arc::clone(&count);
            tokio::spawn(async move {
                let mut connection = h2::server::handshake(stream).await.unwrap();
                while let Some(Ok((_, mut respond))) = connection.accept().await {
                    match script[count.fetch_add(1, Ordering::Relaxed).min(script.len() - 1)] {
                        Does::Respond => reply(&mut respond),
                        Does::Reset(reason) => respond.send_reset(reason),
                    }
                }
            });
        }
    });
    let drata = Drata::builder()
        .api_key(KEY)
        .base_url(url)
        .http2_prior_knowledge()
        .rate_limiter(RateLimiter::unlimited())
        .retry_policy(RetryPolicy::default().with_backoff(Duration::from_millis(1), Duration::from_millis(2)))
        .build()
        .unwrap();
    (drata, requests, AbortOnDropHandle::new(task))
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
