//! How long things may take, as the client or a single call has it.

use std::time::Duration;

use drata_ext::{Drata, Error, Operation, RateLimiter, RetryPolicy};
use http::Method;
use tokio::net::TcpListener;
use tokio::time::Instant;
use tokio_util::task::AbortOnDropHandle;

use crate::operations::Things;
use crate::server::{KEY, Reply, Server};

/// Seconds, for short.
const fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

/// A server that takes connections and says nothing, so that no TLS handshake ends.
struct Mute {
    url: String,
    _task: AbortOnDropHandle<()>,
}

impl Mute {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("https://{}/public", listener.local_addr().unwrap());
        let task = tokio::spawn(async move {
            let mut held = Vec::new();
            while let Ok((stream, _)) = listener.accept().await {
                held.push(stream);
            }
        });
        Self { url, _task: AbortOnDropHandle::new(task) }
    }

    /// A client that waits 5 seconds for a byte.
    fn client(&self, policy: RetryPolicy) -> Drata {
        let builder = Drata::builder().api_key(KEY).base_url(&self.url).retry_policy(policy);
        builder.rate_limiter(RateLimiter::unlimited()).read_timeout(seconds(5)).build().unwrap()
    }
}

/// How a call failed, and how long it took.
async fn failure(call: impl Operation) -> (Error, Duration) {
    let start = Instant::now();
    let error = call.call().clone().receive_nothing().await.expect_err("nobody responds");
    (error, start.elapsed())
}

/// Whether two times are the same, but for the millisecond to which timers are rounded.
fn about(left: Duration, right: Duration) -> bool {
    left.abs_diff(right) < Duration::from_millis(20)
}

#[tokio::test(start_paused = true)]
async fn a_connection_is_established_in_time_or_not_at_all() {
    let server = Mute::start().await;
    let drata = server.client(RetryPolicy::never());
    let list = || Things::numbered(drata.client());

    let (error, took) = failure(list()).await;
    assert!(about(took, seconds(10)), "the client's: {took:?}");
    assert!(error.is_connect(), "{error}");
    assert!(error.to_string().ends_with("within 10s"), "{error}");

    // Shorter for one call, and longer; the 5 seconds of silence do not count before there is a connection.
    for limit in [seconds(1), seconds(30)] {
        let (error, took) = failure(list().connect_timeout(limit)).await;
        assert!(about(took, limit), "{took:?}");
        assert!(error.to_string().ends_with(&format!("within {limit:?}")), "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_write_that_met_no_connection_is_tried_again() {
    let server = Mute::start().await;
    let policy = RetryPolicy::default().with_backoff(Duration::ZERO, Duration::ZERO).with_max_attempts(3);
    let drata = server.client(policy);
    let (error, took) = failure(drata.request(Method::POST, "/things").connect_timeout(seconds(2))).await;
    assert!(about(took, seconds(6)), "{took:?}");
    assert_eq!(error.attempts(), 3);
    assert!(!error.outcome_unknown(), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_deadline_ends_a_call_that_is_still_connecting() {
    let server = Mute::start().await;
    let drata = server.client(RetryPolicy::never());
    let (error, took) = failure(Things::numbered(drata.client()).deadline(seconds(3))).await;
    assert!(about(took, seconds(3)), "{took:?}");
    assert!(error.to_string().contains("not done within the deadline of 3s"), "{error}");
}

#[tokio::test]
async fn silence_is_borne_as_long_as_the_call_says() {
    let server = Server::script([Reply::silence()]).await;
    let drata = server.builder().retry_policy(RetryPolicy::never()).build().unwrap();
    let limit = Duration::from_millis(20);
    let (error, _) = failure(Things::numbered(drata.client()).read_timeout(limit)).await;
    assert!(error.to_string().ends_with("sent nothing for 20ms"), "{error}");
    let (error, _) = failure(Things::numbered(drata.client()).attempt_timeout(limit)).await;
    assert!(error.is_transport() && !error.is_connect(), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_write_whose_attempt_ends_while_it_connects_was_not_sent() {
    let server = Mute::start().await;
    let policy = RetryPolicy::default().with_backoff(Duration::ZERO, Duration::ZERO).with_max_attempts(2);
    let drata = server.client(policy);
    let (error, _) = failure(drata.request(Method::POST, "/things").attempt_timeout(seconds(2))).await;
    assert_eq!((error.attempts(), error.outcome_unknown()), (2, false), "{error}");
    let (error, _) = failure(drata.request(Method::POST, "/things").deadline(seconds(2))).await;
    assert!(!error.outcome_unknown(), "{error}");
}

#[tokio::test]
async fn a_response_that_is_sent_in_pieces_ends_with_the_attempt_timeout() {
    let server = Server::script([Reply::ok(serde_json::json!({"long": "enough to stall"})).stalled()]).await;
    let drata = server.builder().retry_policy(RetryPolicy::never()).build().unwrap();
    let (error, _) = failure(drata.get("/things").attempt_timeout(Duration::from_millis(50))).await;
    assert!(error.to_string().contains("did not finish the response within the attempt timeout of 50ms"), "{error}");
}

#[tokio::test]
async fn an_error_that_drips_does_not_hold_its_call_up() {
    let server = Server::script([Reply::error(503, "a long explanation").stalled()]).await;
    let drata = server.builder().retry_policy(RetryPolicy::never()).build().unwrap();
    let (error, took) = failure(drata.get("/things").read_timeout(Duration::from_millis(50))).await;
    assert!(error.is_server_error() && took < Duration::from_secs(5), "{error} {took:?}");
}
