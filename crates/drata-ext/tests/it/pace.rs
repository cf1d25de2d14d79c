//! How fast walks are, counted in the time that the server and the consumer take. The clock is paused, so it is exact.

use std::time::Duration;

use drata_ext::ListExt;
use serde_json::json;
use tokio::time::{Instant, sleep};

use crate::operations::Things;
use crate::server::{Reply, Server};

const LATENCY: Duration = Duration::from_millis(20);

#[tokio::test(start_paused = true)]
async fn ten_thousand_rows_eight_pages_at_once() {
    let server = Server::start(|request| {
        let page = request.number("page").unwrap_or(1);
        let rows: Vec<_> = ((page - 1) * 50..10_000.min(page * 50)).collect();
        Reply::ok(json!({"data": rows, "total": 10_000})).delayed(LATENCY)
    })
    .await;
    let mut items = Things::numbered(server.client().client()).stream().concurrency(8);
    let start = Instant::now();
    let mut count = 0;
    while let Some(item) = items.next().await {
        item.unwrap();
        count += 1;
    }
    assert_eq!(count, 10_000);
    // The first page, then the others eight at once; the last of them, empty, shows that the list ends.
    let ideal = LATENCY.mul_f64(1.0 + 200.0 / 8.0);
    let ratio = start.elapsed().as_secs_f64() / ideal.as_secs_f64();
    assert!(ratio <= 1.15, "{ratio:.3} of the ideal");
}

#[tokio::test(start_paused = true)]
async fn the_next_page_comes_while_the_consumer_works() {
    const PAGES: usize = 40;
    let server = Server::start(|request| {
        let page = request.number("cursor").unwrap_or(0);
        let cursor = (page + 1 < PAGES).then(|| (page + 1).to_string());
        Reply::ok(json!({"data": [page], "pagination": {"cursor": cursor}})).delayed(LATENCY)
    })
    .await;
    let mut pages = Things::cursor(server.client().client()).pages();
    let start = Instant::now();
    let mut count = 0;
    while let Some(page) = pages.next().await {
        page.unwrap();
        count += 1;
        sleep(LATENCY).await;
    }
    assert_eq!(count, PAGES);
    let ideal = LATENCY * PAGES as u32;
    let ratio = start.elapsed().as_secs_f64() / ideal.as_secs_f64();
    assert!(ratio <= 1.15, "{ratio:.3} of the ideal");
}
