//! The limit that is kept on this side.

use std::time::Duration;

use drata_ext::RateLimiter;
use serde_json::json;
use tokio::time::Instant;

use crate::operations::{READ, call, error_of};
use crate::server::{Reply, Server};

#[tokio::test(start_paused = true)]
async fn clients_that_share_a_limiter_share_the_limit() {
    let server = Server::script([Reply::ok(json!({}))]).await;
    let limiter = RateLimiter::per_minute(4);
    let one = server.builder().rate_limiter(limiter.clone()).build().unwrap();
    let other = server.builder().rate_limiter(limiter.clone()).build().unwrap();
    let start = Instant::now();
    for _ in 0..2 {
        call(&one, &READ).receive_nothing().await.unwrap();
        call(&other, &READ).receive_nothing().await.unwrap();
    }
    assert_eq!(start.elapsed(), Duration::ZERO);
    assert_eq!(limiter.state().in_window, 4);
    call(&one, &READ).receive_nothing().await.unwrap();
    assert_eq!(start.elapsed(), Duration::from_secs(60));
}

#[tokio::test(start_paused = true)]
async fn a_429_slows_every_client_of_the_limiter() {
    let server = Server::script([Reply::error(429, "much").header("retry-after", "9"), Reply::ok(json!({}))]).await;
    let limiter = RateLimiter::default();
    let drata = server.builder().rate_limiter(limiter.clone()).build().unwrap();
    call(&drata, &READ).receive_nothing().await.unwrap();
    let state = drata.rate_limiter().state();
    assert_eq!((state.throttled, state.per_minute), (1, 500));
    assert!((250..=270).contains(&state.per_minute_now), "{state:?}");
}

#[tokio::test(start_paused = true)]
async fn a_call_whose_turn_comes_behind_its_deadline_fails_at_once() {
    let server = Server::script([Reply::ok(json!({}))]).await;
    let drata = server.builder().rate_limiter(RateLimiter::per_minute(1)).build().unwrap();
    call(&drata, &READ).receive_nothing().await.unwrap();
    let mut late = call(&drata, &READ);
    late.request_mut().options.deadline = Some(Duration::from_secs(30));
    let error = error_of(late).await;
    assert!(error.is_deadline());
    assert_eq!((error.attempts(), server.count()), (0, 1));
}
