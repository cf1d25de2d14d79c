//! A bad day: a fifth of all responses fail, in every way there is.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use drata_ext::api::Body;
use drata_ext::{Drata, ListExt, RetryPolicy};
use futures_util::{StreamExt as _, stream};
use serde_json::json;

use crate::operations::{CREATE, REPLACE, Things, UPSERT, call};
use crate::server::{Received, Reply, Server};

const ROWS: usize = 120;

/// What happens to request number `index`: nothing, or one of the five faults, of which three come after the service did
/// what it was asked.
fn fault(index: usize, well: Reply) -> Reply {
    // A fixed sequence without pattern.
    let random =
        (index as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(31).wrapping_mul(0xbf58_476d_1ce4_e5b9)
            >> 40;
    if !random.is_multiple_of(5) {
        return well;
    }
    match random / 5 % 5 {
        0 => Reply::error(429, "much").header("retry-after", "0"),
        1 => Reply::bad_gateway(),
        2 => Reply::reset(),
        3 => well.cut(),
        _ => well.stalled(),
    }
}

fn page(request: &Received) -> Reply {
    if request.target.starts_with("/public/v2/") {
        let start = request.number("cursor").unwrap_or(0);
        let end = ROWS.min(start + 50);
        let cursor = (end < ROWS).then(|| end.to_string());
        return Reply::ok(json!({"data": (start..end).collect::<Vec<_>>(), "pagination": {"cursor": cursor}}));
    }
    let page = request.number("page").unwrap_or(1);
    let rows: Vec<_> = ((page - 1) * 50..ROWS.min(page * 50)).collect();
    Reply::ok(json!({"data": rows, "total": ROWS}))
}

fn client(server: &Server) -> Drata {
    let policy =
        RetryPolicy::default().with_max_attempts(15).with_backoff(Duration::from_millis(1), Duration::from_millis(2));
    server.builder().retry_policy(policy).read_timeout(Duration::from_millis(40)).build().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_walks_deliver_every_item_once() {
    let server = Server::start(|request| fault(request.index, page(request))).await;
    let drata = client(&server);
    let walks = stream::iter(0..1000).map(|number| {
        let list = if number % 2 == 0 { Things::numbered(drata.client()) } else { Things::cursor(drata.client()) };
        async move { list.collect_all().await.unwrap() }
    });
    let expected: Vec<_> = (0..ROWS as i64).collect();
    let mut finished = walks.buffer_unordered(32);
    let mut count = 0;
    while let Some(items) = finished.next().await {
        assert_eq!(items, expected);
        count += 1;
    }
    assert_eq!(count, 1000);
    assert!(server.count() > 3300, "the faults cost {} requests", server.count());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_write_happens_twice() {
    // How often each write was carried out. A 429 comes before that, everything else after it.
    let done: Arc<Mutex<HashMap<String, usize>>> = Arc::default();
    let server = Server::start({
        let done = Arc::clone(&done);
        move |request| {
            let reply = fault(request.index, Reply::ok(json!({"long": "enough to be cut"})));
            if !reply.is_throttled() {
                *done.lock().unwrap().entry(request.text()).or_default() += 1;
            }
            reply
        }
    })
    .await;
    let drata = client(&server);
    let writes = stream::iter(0..1000).map(|number| {
        let mut create = call(&drata, &CREATE);
        create.request_mut().body = Body::Json(number.to_string().into());
        async move { (number, create.receive_nothing().await) }
    });
    let outcomes: Vec<_> = writes.buffer_unordered(32).collect().await;
    let done = done.lock().unwrap();
    let (mut succeeded, mut unknown) = (0, 0);
    for (number, outcome) in outcomes {
        let times = done.get(&number.to_string()).copied().unwrap_or(0);
        match outcome {
            Ok(_) => {
                assert_eq!(times, 1, "write {number}");
                succeeded += 1;
            }
            Err(error) => {
                assert!(times <= 1 && error.outcome_unknown(), "write {number} was done {times} times: {error}");
                unknown += 1;
            }
        }
    }
    assert!(succeeded > 800 && unknown > 100, "{succeeded} succeeded, {unknown} are unknown");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn writes_that_may_be_repeated_all_succeed() {
    let server = Server::start(|request| fault(request.index, Reply::ok(json!({})))).await;
    let drata = client(&server);
    let writes = stream::iter(0..300).map(|number| {
        let operation = if number % 2 == 0 { &UPSERT } else { &REPLACE };
        call(&drata, operation).receive_nothing()
    });
    let failed = writes.buffer_unordered(32).filter(|outcome| std::future::ready(outcome.is_err())).count().await;
    assert_eq!(failed, 0);
}
