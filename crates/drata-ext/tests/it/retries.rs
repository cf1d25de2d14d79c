//! Which failures are tried again, how often and when.

use std::sync::LazyLock;
use std::time::{Duration, SystemTime};

use drata_ext::api::Form;
use drata_ext::{OperationMeta, RetryPolicy, Upload};
use futures_util::StreamExt as _;
use serde_json::json;
use tokio::time::Instant;

use crate::operations::{CREATE, READ, REPLACE, UPSERT, call, error_of};
use crate::server::{Reply, Server};

/// How often the server is asked when it responds with `first` once and is well after that.
async fn requests(operation: &'static LazyLock<OperationMeta>, first: Reply) -> (usize, Result<(), drata_ext::Error>) {
    let server = Server::script([first, Reply::ok(json!({}))]).await;
    let drata = server.builder().read_timeout(Duration::from_millis(50)).build().unwrap();
    let outcome = call(&drata, operation).receive_nothing().await;
    (server.count(), outcome.map(drata_ext::api::Response::into_body))
}

#[tokio::test]
async fn what_may_be_repeated_is_repeated_after_failures_that_may_pass() {
    for operation in [&READ, &REPLACE, &UPSERT] {
        for failure in [
            Reply::error(408, "slow"),
            Reply::error(429, "much"),
            Reply::bad_gateway(),
            Reply::error(503, "down"),
            Reply::error(504, "late"),
            Reply::reset(),
            Reply::ok(json!({"long": "enough to be cut"})).cut(),
            Reply::silence(),
            Reply::ok(json!({"long": "enough to stall"})).stalled(),
        ] {
            let (count, outcome) = requests(operation, failure.clone()).await;
            assert_eq!(count, 2, "{} {failure:?}", operation.method);
            assert!(outcome.is_ok(), "{outcome:?}");
        }
    }
}

#[tokio::test]
async fn a_write_that_may_have_happened_is_not_repeated() {
    for failure in [
        Reply::error(408, "slow"),
        Reply::error(500, "failed"),
        Reply::error(524, "the origin took too long"),
        Reply::bad_gateway(),
        Reply::error(503, "down"),
        Reply::error(504, "late"),
        Reply::reset(),
        Reply::ok(json!({"long": "enough to be cut"})).cut(),
        Reply::silence(),
    ] {
        let (count, outcome) = requests(&CREATE, failure.clone()).await;
        assert_eq!(count, 1, "{failure:?}");
        let error = outcome.unwrap_err();
        assert!(error.outcome_unknown(), "{error}");
        assert_eq!(error.attempts(), 1);
    }
}

#[tokio::test]
async fn a_write_that_was_refused_before_it_began_is_repeated() {
    let (count, outcome) = requests(&CREATE, Reply::error(429, "much")).await;
    assert_eq!((count, outcome.is_ok()), (2, true));
    for status in [400, 409, 501] {
        let (count, outcome) = requests(&CREATE, Reply::error(status, "no")).await;
        assert_eq!((count, outcome.unwrap_err().outcome_unknown()), (1, false), "{status}");
    }
}

#[tokio::test]
async fn a_write_that_never_left_is_repeated() {
    // A port that nobody listens on.
    let server = Server::script([Reply::ok(json!({}))]).await;
    let drata = server.client();
    drop(server);
    tokio::task::yield_now().await;
    let error = error_of(call(&drata, &CREATE)).await;
    assert!(error.is_connect(), "{error}");
    assert!(!error.outcome_unknown());
    assert_eq!(error.attempts(), 5);
}

#[tokio::test]
async fn failures_that_stay_are_not_repeated() {
    for status in [400, 401, 402, 403, 404, 409, 412, 413, 422, 501] {
        let (count, outcome) = requests(&READ, Reply::error(status, "no")).await;
        assert_eq!(count, 1, "{status}");
        assert_eq!(outcome.unwrap_err().status().map(|status| status.as_u16()), Some(status));
    }
}

#[tokio::test]
async fn attempts_are_limited_for_the_client_and_for_the_call() {
    let server = Server::script([Reply::bad_gateway()]).await;
    let drata = server.client();
    assert_eq!(error_of(call(&drata, &READ)).await.attempts(), 5);
    assert_eq!(server.count(), 5);

    let mut twice = call(&drata, &READ);
    twice.request_mut().options.max_attempts = Some(2);
    assert_eq!(error_of(twice).await.attempts(), 2);

    let once = server.builder().retry_policy(RetryPolicy::never()).build().unwrap();
    assert_eq!(error_of(call(&once, &READ)).await.attempts(), 1);
    assert_eq!(server.count(), 8);
}

/// A client whose own waits are nil, so that what is left is what the service asked for.
fn without_backoff(server: &Server) -> drata_ext::Drata {
    let policy = RetryPolicy::default().with_backoff(Duration::ZERO, Duration::ZERO);
    server.builder().retry_policy(policy).build().unwrap()
}

#[tokio::test(start_paused = true)]
async fn retry_after_is_waited_for() {
    let date = |seconds| httpdate::fmt_http_date(SystemTime::now() + Duration::from_secs(seconds));
    for (value, at_least, at_most) in [("7".to_owned(), 7, 7), (date(60), 58, 60), ("120".to_owned(), 120, 120)] {
        let server =
            Server::script([Reply::error(429, "much").header("retry-after", &value), Reply::ok(json!({}))]).await;
        let drata = without_backoff(&server);
        let start = Instant::now();
        call(&drata, &CREATE).receive_nothing().await.unwrap();
        let waited = start.elapsed().as_secs();
        assert!((at_least..=at_most).contains(&waited), "{value}: {waited}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_deadline_bounds_the_sleeping_too() {
    let server = Server::script([Reply::error(429, "much").header("retry-after", "30")]).await;
    let drata = without_backoff(&server);
    let mut call = call(&drata, &READ);
    call.request_mut().options.deadline = Some(Duration::from_secs(20));
    let start = Instant::now();
    let error = error_of(call).await;
    // There is no point in sleeping up to a deadline behind which nothing follows.
    assert_eq!(start.elapsed(), Duration::ZERO);
    assert!(error.is_rate_limited());
    assert_eq!(error.retry_after(), Some(Duration::from_secs(30)));
}

#[tokio::test]
async fn the_deadline_ends_an_attempt_that_hangs() {
    let server = Server::script([Reply::bad_gateway(), Reply::silence()]).await;
    let mut call = call(&server.client(), &READ);
    call.request_mut().options.deadline = Some(Duration::from_millis(100));
    let error = error_of(call).await;
    assert!(error.is_deadline() && error.is_timeout(), "{error}");
    assert_eq!(error.attempts(), 2);
    let last = std::error::Error::source(&error).unwrap().to_string();
    assert!(last.contains("502 bad gateway"), "{last}");
}

#[tokio::test]
async fn the_deadline_also_ends_a_stream_that_hangs() {
    let server = Server::script([Reply::new(200, "text/csv", "a,b\n1,2\n").stalled()]).await;
    let mut call = call(&server.client(), &READ);
    call.request_mut().options.deadline = Some(Duration::from_millis(100));
    let mut stream = call.receive_stream("text/csv").await.unwrap();
    assert_eq!(stream.next().await.unwrap().unwrap(), "a,b\n");
    let error = stream.next().await.unwrap().unwrap_err();
    assert!(error.is_deadline(), "{error}");
    assert!(stream.next().await.is_none());
}

#[tokio::test]
async fn all_calls_of_a_client_share_a_budget_of_retries() {
    let server = Server::script([Reply::bad_gateway()]).await;
    let drata = server.client();
    for _ in 0..100 {
        error_of(call(&drata, &READ)).await;
    }
    // 100 first attempts, and the budget's 100 retries instead of 400.
    assert_eq!(server.count(), 200);
}

#[tokio::test]
async fn a_body_is_built_anew_for_each_try() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("roster.csv");
    std::fs::write(&path, "id,email\n1,ada@example.com\n").unwrap();
    let server = Server::script([Reply::bad_gateway(), Reply::reset(), Reply::ok(json!({}))]).await;
    let drata = server.client();

    let mut form = Form::default();
    form.text("kind", "people");
    form.file("file", Upload::from_path(&path));
    form.file("file", Upload::from_bytes("b.txt", "bytes"));
    let mut put = call(&drata, &REPLACE);
    put.request_mut().body = drata_ext::api::Body::Form(form);
    put.receive_nothing().await.unwrap();

    let received = server.received();
    assert_eq!(received.len(), 3);
    for request in &received {
        let text = request.text();
        assert!(text.contains("1,ada@example.com") && text.contains("bytes") && text.contains("people"), "{text}");
    }
}

#[tokio::test]
async fn a_reader_that_can_be_read_once_is_sent_once() {
    let server = Server::script([Reply::error(429, "much")]).await;
    let drata = server.client();
    let mut form = Form::default();
    form.file("file", Upload::once("a.csv", &b"id\n1\n"[..]));
    let mut put = call(&drata, &REPLACE);
    put.request_mut().body = drata_ext::api::Body::Form(form);

    let again = put.clone();
    assert!(error_of(put).await.is_rate_limited());
    assert_eq!(server.count(), 1);
    let error = error_of(again).await;
    assert!(error.is_invalid_request(), "{error}");
    assert_eq!(server.count(), 1);
}

#[tokio::test]
async fn a_500_is_repeated_for_reads_alone() {
    for (operation, expected) in [(&READ, 2), (&REPLACE, 1), (&UPSERT, 1), (&CREATE, 1)] {
        let (count, outcome) = requests(operation, Reply::error(500, "oops")).await;
        assert_eq!((count, outcome.is_ok()), (expected, expected == 2), "{}", operation.method);
    }
    let server = Server::script([Reply::error(500, "oops")]).await;
    assert_eq!(error_of(call(&server.client(), &READ)).await.attempts(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_service_that_asks_to_wait_an_hour_is_not_asked_again_before() {
    let server = Server::script([Reply::error(429, "much").header("retry-after", "3600"), Reply::ok(json!({}))]).await;
    let drata = server.builder().rate_limiter(drata_ext::RateLimiter::default()).build().unwrap();
    let start = Instant::now();
    let error = error_of(call(&drata, &READ)).await;
    assert!(error.is_rate_limited() && error.to_string().contains("try again in 3600s"), "{error}");
    // The next call is held back without being sent.
    let error = error_of(call(&drata, &READ)).await;
    assert!(error.is_held_back() && error.retry_after() > Some(Duration::from_secs(3500)), "{error}");
    assert_eq!((server.count(), start.elapsed()), (1, Duration::ZERO));
    tokio::time::advance(Duration::from_secs(3600)).await;
    call(&drata, &READ).receive_nothing().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn no_duration_and_no_header_panics() {
    for value in ["18446744073709551615", "99999999999999999999999"] {
        let server =
            Server::script([Reply::error(503, "down").header("retry-after", value), Reply::ok(json!({}))]).await;
        let policy =
            RetryPolicy::default().with_backoff(Duration::MAX, Duration::MAX).with_max_retry_after(Duration::MAX);
        let builder = server.builder().retry_policy(policy).read_timeout(Duration::MAX).connect_timeout(Duration::MAX);
        let drata = builder.deadline(Duration::MAX).build().unwrap();
        let waiting = tokio::time::timeout(Duration::from_secs(86_400), call(&drata, &READ).receive_nothing());
        assert!(waiting.await.is_err(), "it waits as long as it was told to");
    }
}
