//! Walks through lists.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use drata_ext::{Change, Checkpoint, ListChanges, ListExt, Progress};
use serde_json::json;

use crate::operations::{Nameless, Things};
use crate::server::{Received, Reply, Server};

/// The rows `from..` of a list of `total`, as page `page` of version 1.
fn numbered(request: &Received, total: usize) -> Reply {
    let (page, limit) = (request.number("page").unwrap_or(1), request.number("limit").unwrap_or(20));
    let rows: Vec<_> = ((page - 1) * limit..total.min(page * limit)).collect();
    Reply::ok(json!({"data": rows, "page": page, "limit": limit, "total": total}))
}

/// The same as a page of version 2, whose cursors are offsets.
fn by_cursor(request: &Received, total: usize) -> Reply {
    let (start, size) = (request.number("cursor").unwrap_or(0), request.number("size").unwrap_or(50));
    let end = total.min(start + size);
    let cursor = (end < total).then(|| end.to_string());
    let mut pagination = json!({"cursor": cursor});
    if request.query("includeTotalCount").is_some() {
        pagination["totalCount"] = json!(total);
    }
    Reply::ok(json!({"data": (start..end).collect::<Vec<_>>(), "pagination": pagination}))
}

fn all(total: i64) -> Vec<i64> {
    (0..total).collect()
}

#[tokio::test]
async fn every_item_comes_once_and_in_order() {
    for total in [0, 1, 49, 50, 51, 230, 1000] {
        let server = Server::start(move |request| numbered(request, total)).await;
        let items = Things::numbered(server.client().client()).collect_all().await.unwrap();
        assert_eq!(items, all(total as i64));
        assert_eq!(server.count(), total / 50 + 1, "the largest pages, up to the first that is not full");

        let server = Server::start(move |request| by_cursor(request, total)).await;
        let items = Things::cursor(server.client().client()).collect_all().await.unwrap();
        assert_eq!(items, all(total as i64));
        assert_eq!(server.count(), total.div_ceil(500).max(1));
    }
}

#[tokio::test]
async fn the_lists_own_parameters_are_kept() {
    let server = Server::start(|request| numbered(request, 100)).await;
    let drata = server.client();
    let items = Things::numbered(drata.client()).limit(10).page(9).filter("x").collect_all().await.unwrap();
    assert_eq!(items, (80..100).collect::<Vec<_>>());
    assert!(server.received().iter().all(|request| request.query("filter") == Some("x")));
}

#[tokio::test]
async fn the_first_item_costs_one_row() {
    let server = Server::start(|request| numbered(request, 100)).await;
    assert_eq!(Things::numbered(server.client().client()).first().await.unwrap(), Some(0));
    assert_eq!(server.received()[0].query("limit"), Some("1"));
    let empty = Server::start(|request| by_cursor(request, 0)).await;
    assert_eq!(Things::cursor(empty.client().client()).first().await.unwrap(), None);
}

#[tokio::test(start_paused = true)]
async fn numbered_pages_are_fetched_together_and_delivered_in_order() {
    let (busy, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let server = Server::start({
        let most = Arc::clone(&most);
        move |request| {
            // Requests that have arrived, and surely are not answered yet.
            most.fetch_max(busy.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            let busy = Arc::clone(&busy);
            tokio::spawn(async move {
                tokio::time::sleep(Duration::from_millis(5)).await;
                busy.fetch_sub(1, Ordering::SeqCst);
            });
            // Later pages come sooner.
            let late = if request.number("page").unwrap_or(1) % 2 == 0 { 20 } else { 10 };
            numbered(request, 1000).delayed(Duration::from_millis(late))
        }
    })
    .await;
    let mut items = Things::numbered(server.client().client()).stream().concurrency(6);
    let mut seen = Vec::new();
    while let Some(item) = items.next().await {
        seen.push(item.unwrap());
    }
    assert_eq!(seen, all(1000));
    let most = most.load(Ordering::SeqCst);
    assert!((4..=6).contains(&most), "{most} at once");
}

#[tokio::test(start_paused = true)]
async fn a_cursor_is_followed_one_page_ahead() {
    let server = Server::start(|request| by_cursor(request, 2000)).await;
    let drata = server.client();
    let mut items = Things::cursor(drata.client()).stream();
    assert_eq!(items.next().await.unwrap().unwrap(), 0);
    // The consumer is at the first item; the second page is on its way, the third is not.
    tokio::time::sleep(Duration::from_millis(20)).await;
    assert_eq!(server.count(), 2);
}

#[tokio::test]
async fn a_row_that_moved_comes_once_and_a_changed_total_is_reported() {
    // While the walk goes on, a row is inserted in front, so that the last row of a page is the first of the next.
    let server = Server::start(|request| {
        let page = request.number("page").unwrap_or(1);
        let moved = usize::from(page > 1);
        let rows: Vec<_> = ((page - 1) * 50 - moved..(page * 50 - moved).min(120)).collect();
        Reply::ok(json!({"data": rows, "total": 120 + moved}))
    })
    .await;
    let mut items = Things::numbered(server.client().client()).stream();
    let mut seen = Vec::new();
    while let Some(item) = items.next().await {
        seen.push(item.unwrap());
    }
    assert_eq!(seen, all(120));
    let progress = items.progress();
    assert_eq!((progress.delivered, progress.duplicates, progress.total), (120, 1, Some(121)));
    let change = progress.total_changed.unwrap();
    assert_eq!((change.first, change.latest), (120, 121));
}

#[tokio::test]
async fn an_empty_page_with_a_cursor_is_not_the_end() {
    let server = Server::start(|request| match request.number("cursor") {
        None => Reply::ok(json!({"data": [1], "pagination": {"cursor": "1"}})),
        Some(1) => Reply::ok(json!({"data": [], "pagination": {"cursor": "2"}})),
        _ => Reply::ok(json!({"data": [2], "pagination": {"cursor": ""}})),
    })
    .await;
    assert_eq!(Things::cursor(server.client().client()).collect_all().await.unwrap(), [1, 2]);
}

#[tokio::test]
async fn a_cursor_that_repeats_is_an_error_after_what_was_delivered() {
    let server = Server::start(|request| {
        let here = request.number("cursor").unwrap_or(0);
        Reply::ok(json!({"data": [here], "pagination": {"cursor": ((here + 1) % 3).max(1).to_string()}}))
    })
    .await;
    let mut items = Things::cursor(server.client().client()).stream();
    let mut seen = Vec::new();
    let error = loop {
        match items.next().await.unwrap() {
            Ok(item) => seen.push(item),
            Err(error) => break error,
        }
    };
    assert_eq!(seen, [0, 1, 2]);
    assert!(error.is_repeated_cursor() && error.checkpoint().is_some(), "{error}");
    assert!(items.next().await.is_none());
}

#[tokio::test]
async fn the_total_of_a_cursor_list_is_told_on_request() {
    let server = Server::start(|request| by_cursor(request, 700)).await;
    let drata = server.client();
    let mut items = Things::cursor(drata.client()).stream().with_total();
    while items.next().await.transpose().unwrap().is_some() {}
    assert_eq!(items.progress().total, Some(700));
    let received = server.received();
    assert_eq!(received[0].query("includeTotalCount"), Some("true"));
    assert_eq!(received[1].query("includeTotalCount"), None);

    let mut silent = Things::cursor(drata.client()).stream();
    silent.next().await;
    assert_eq!(silent.progress().total, None);
}

#[tokio::test]
async fn an_item_that_does_not_decode_costs_only_itself() {
    let server = Server::script([Reply::ok(json!({"data": [1, {"id": "x"}, 3], "total": 3}))]).await;
    let drata = server.client();
    let mut items = Things::numbered(drata.client()).stream();
    assert_eq!(items.next().await.unwrap().unwrap(), 1);
    let error = items.next().await.unwrap().unwrap_err();
    assert!(error.is_item() && error.is_decode());
    assert_eq!(error.raw_body().unwrap(), r#"{"id":"x"}"#);
    assert_eq!(error.decode_path(), Some("[1]"));
    assert_eq!(items.next().await.unwrap().unwrap(), 3);
    assert!(items.next().await.is_none());

    assert!(Things::numbered(drata.client()).collect_all().await.unwrap_err().is_item());
}

#[tokio::test]
async fn a_list_longer_than_the_service_serves_says_so_at_its_end() {
    let server = Server::start(|request| numbered(request, 1000)).await;
    let mut items = Things::bounded(server.client().client()).stream();
    let mut seen = Vec::new();
    let error = loop {
        match items.next().await.unwrap() {
            Ok(item) => seen.push(item),
            Err(error) => break error,
        }
    };
    assert_eq!(seen, all(150));
    assert!(error.is_page_limit(), "{error}");
    assert_eq!(server.count(), 3);
}

#[tokio::test]
async fn a_response_without_a_list_is_no_empty_page() {
    let server = Server::script([Reply::ok(json!({"total": 3}))]).await;
    let error = Things::numbered(server.client().client()).collect_all().await.unwrap_err();
    assert!(error.is_decode() && !error.is_item(), "{error}");
}

/// Reads `count` items and then stops, as a process does that is killed.
async fn stop_after(mut items: drata_ext::Items<Things>, count: usize) -> (Vec<i64>, String) {
    let mut seen = Vec::new();
    for _ in 0..count {
        seen.push(items.next().await.unwrap().unwrap());
    }
    (seen, serde_json::to_string(&items.checkpoint().unwrap()).unwrap())
}

#[tokio::test]
async fn a_checkpoint_resumes_where_another_process_stopped() {
    for stop in [0, 1, 49, 50, 51, 119, 120] {
        let server = Server::start(|request| numbered(request, 120)).await;
        let drata = server.client();
        let list = || Things::numbered(drata.client()).filter("a");
        let (mut seen, saved) = stop_after(list().stream(), stop).await;
        let checkpoint: Checkpoint = serde_json::from_str(&saved).unwrap();
        assert_eq!(checkpoint.delivered(), stop as u64);
        let mut items = list().stream().resume(&checkpoint).unwrap();
        while let Some(item) = items.next().await {
            seen.push(item.unwrap());
        }
        assert_eq!(seen, all(120), "stopped after {stop}");
        assert_eq!(items.progress().delivered, 120);
        assert_eq!(items.checkpoint(), None);
    }
    for stop in [0, 1, 499, 500, 501, 1199] {
        let server = Server::start(|request| by_cursor(request, 1200)).await;
        let drata = server.client();
        let (mut seen, saved) = stop_after(Things::cursor(drata.client()).stream(), stop).await;
        let checkpoint: Checkpoint = serde_json::from_str(&saved).unwrap();
        let mut items = Things::cursor(drata.client()).stream().resume(&checkpoint).unwrap();
        while let Some(item) = items.next().await {
            seen.push(item.unwrap());
        }
        assert_eq!(seen, all(1200), "stopped after {stop}");
    }
}

/// The rows from the 60th on, walked after `first` became the first row of what began at row 100; and what the walk says.
async fn resumed_with_first_row(first: usize) -> (Vec<i64>, Progress) {
    let start = Arc::new(AtomicUsize::new(100));
    let server = Server::start({
        let start = Arc::clone(&start);
        move |request| {
            let first = start.load(Ordering::Relaxed);
            let (page, limit) = (request.number("page").unwrap(), request.number("limit").unwrap());
            let end = 320.min(first + page * limit);
            let rows: Vec<_> = (first + (page - 1) * limit..end).collect();
            Reply::ok(json!({"data": rows, "page": page, "limit": limit, "total": 320 - first}))
        }
    })
    .await;
    let drata = server.client();
    let (_, saved) = stop_after(Things::numbered(drata.client()).stream(), 60).await;
    start.store(first, Ordering::Relaxed);
    let checkpoint = serde_json::from_str(&saved).unwrap();
    let mut items = Things::numbered(drata.client()).stream().resume(&checkpoint).unwrap();
    let mut rest = Vec::new();
    while let Some(item) = items.next().await {
        rest.push(item.unwrap());
    }
    (rest, items.progress())
}

#[tokio::test]
async fn rows_that_move_while_a_walk_is_interrupted_come_once() {
    let expected: Vec<i64> = (160..320).collect();
    let (rest, progress) = resumed_with_first_row(100).await;
    assert_eq!((rest, progress.total_changed), (expected.clone(), None));

    // Thirty new rows in front: the page begins with rows of the one before, and ends before what was delivered of it.
    let (rest, progress) = resumed_with_first_row(70).await;
    assert_eq!(rest, expected);
    assert_eq!(progress.delivered, 220);
    assert_eq!(progress.total_changed.map(|change| (change.first, change.latest)), Some((220, 250)));

    // Eight rows are gone: what is left of the delivered ones moved to the page before, and no other row is taken for them.
    let (rest, progress) = resumed_with_first_row(108).await;
    assert_eq!(rest, expected);
    assert_eq!(progress.total_changed.map(|change| (change.first, change.latest)), Some((220, 212)));
}

#[tokio::test]
async fn a_checkpoint_of_another_query_is_refused() {
    let server = Server::start(|request| numbered(request, 120)).await;
    let drata = server.client();
    let (_, saved) = stop_after(Things::numbered(drata.client()).filter("a").stream(), 60).await;
    let checkpoint: Checkpoint = serde_json::from_str(&saved).unwrap();
    for other in [
        Things::numbered(drata.client()).filter("b"),
        Things::numbered(drata.client()),
        Things::numbered(drata.client()).filter("a").limit(10),
        Things::bounded(drata.client()).filter("a"),
        Things::cursor(drata.client()).filter("a"),
    ] {
        let error = other.stream().resume(&checkpoint).unwrap_err();
        assert!(error.is_checkpoint(), "{error}");
    }
    assert!(Things::numbered(drata.client()).filter("a").pages().resume(&checkpoint).is_ok());
}

#[tokio::test]
async fn an_error_in_the_middle_carries_a_checkpoint() {
    let server = Server::start(|request| match (request.number("page"), request.index) {
        (Some(3), 0..20) => Reply::error(500, "oops"),
        _ => numbered(request, 230),
    })
    .await;
    let drata = server.client();
    let mut items = Things::numbered(drata.client()).stream();
    let mut seen = Vec::new();
    let error = loop {
        match items.next().await.unwrap() {
            Ok(item) => seen.push(item),
            Err(error) => break error,
        }
    };
    assert!(items.next().await.is_none(), "an error ends the walk");
    assert_eq!(seen, all(100));
    let checkpoint = error.checkpoint().unwrap();

    let recovered = Server::start(|request| numbered(request, 230)).await;
    let mut rest = Things::numbered(recovered.client().client()).stream().resume(checkpoint).unwrap();
    while let Some(item) = rest.next().await {
        seen.push(item.unwrap());
    }
    assert_eq!(seen, all(230));
}

#[tokio::test]
async fn pages_come_with_their_checkpoints() {
    let server = Server::start(|request| numbered(request, 120)).await;
    let drata = server.client();
    let mut pages = Things::numbered(drata.client()).pages();
    let first = pages.next().await.unwrap().unwrap();
    assert_eq!(first.items.len(), 50);
    let mut rest = Things::numbered(drata.client()).pages().resume(&first.checkpoint.unwrap()).unwrap();
    let mut sizes = Vec::new();
    while let Some(page) = rest.next().await {
        let page = page.unwrap();
        sizes.push((page.items.len(), page.checkpoint.is_some()));
    }
    assert_eq!(sizes, [(50, true), (20, false)]);
}

#[tokio::test(start_paused = true)]
async fn a_walk_that_is_dropped_stops_asking() {
    let server = Server::start(|request| numbered(request, 10_000).delayed(Duration::from_millis(5))).await;
    let mut items = Things::numbered(server.client().client()).stream();
    items.next().await.unwrap().unwrap();
    drop(items);
    tokio::time::sleep(Duration::from_millis(20)).await;
    let asked = server.count();
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(server.count(), asked);
}

#[tokio::test]
async fn a_list_whose_total_is_too_small_is_walked_to_its_end() {
    let server = Server::start(|request| {
        let (page, limit) = (request.number("page").unwrap_or(1), request.number("limit").unwrap_or(20));
        let rows: Vec<_> = ((page - 1) * limit..120.min(page * limit)).collect();
        Reply::ok(json!({"data": rows, "total": 50}))
    })
    .await;
    assert_eq!(Things::numbered(server.client().client()).collect_all().await.unwrap(), all(120));
}

/// A list whose rows have no keys.
fn keyless(drata: &drata_ext::Drata) -> Nameless {
    Nameless(Things::numbered(drata.client()))
}

#[tokio::test]
async fn rows_without_keys_are_walked_to_the_real_end_too() {
    for claimed in [None, Some(0), Some(50), Some(119), Some(120)] {
        let server = Server::start(move |request| {
            let (page, limit) = (request.number("page").unwrap_or(1), request.number("limit").unwrap_or(20));
            let rows: Vec<_> = ((page - 1) * limit..120.min(page * limit)).collect();
            Reply::ok(json!({"data": rows, "total": claimed, "page": page}))
        })
        .await;
        assert_eq!(keyless(&server.client()).collect_all().await.unwrap(), all(120), "{claimed:?}");
    }
}

#[tokio::test]
async fn a_service_that_shows_rows_without_keys_again_comes_to_an_end() {
    for (claimed, size, expected) in
        [(None, 50, 50), (Some(50), 50, 50), (Some(20), 50, 50), (Some(100), 50, 100), (None, 70, 70)]
    {
        let server = Server::start(move |request| {
            let rows: Vec<_> = (0..size).collect();
            Reply::ok(json!({"data": rows, "total": claimed, "page": request.number("page")}))
        })
        .await;
        let rows = keyless(&server.client()).collect_all().await.unwrap();
        assert_eq!(rows.len(), expected, "{claimed:?} {size}");
        assert!(server.count() <= 4);
    }
}

#[tokio::test]
async fn pages_larger_than_asked_for_are_not_taken_for_all() {
    let server = Server::start(|request| {
        let page = request.number("page").unwrap_or(1);
        let rows: Vec<_> = ((page - 1) * 70..200.min(page * 70)).collect();
        Reply::ok(json!({"data": rows}))
    })
    .await;
    assert_eq!(Things::numbered(server.client().client()).collect_all().await.unwrap(), all(200));
}

#[tokio::test]
async fn a_list_without_a_page_after_the_last_ends_there() {
    for status in [400, 404] {
        let server = Server::start(move |request| match request.number("page") {
            Some(3) => Reply::error(status, "no such page"),
            _ => numbered(request, 100),
        })
        .await;
        assert_eq!(Things::numbered(server.client().client()).collect_all().await.unwrap(), all(100));
    }
    // Before its end, such an error is one.
    let server = Server::start(|request| match request.number("page") {
        Some(2) => Reply::error(404, "gone"),
        _ => numbered(request, 100),
    })
    .await;
    assert!(Things::numbered(server.client().client()).collect_all().await.unwrap_err().is_not_found());
}

#[tokio::test]
async fn rows_that_share_a_key_are_told_apart_by_position() {
    // A list of findings, each with the id of what it was found in.
    let server = Server::start(|request| {
        let (page, limit) = (request.number("page").unwrap_or(1), request.number("limit").unwrap_or(20));
        let rows: Vec<_> = ((page - 1) * limit..120.min(page * limit)).map(|row| row / 7).collect();
        Reply::ok(json!({"data": rows, "total": 120}))
    })
    .await;
    let drata = server.client();
    let expected: Vec<i64> = (0..120).map(|row| row / 7).collect();
    assert_eq!(Things::numbered(drata.client()).collect_all().await.unwrap(), expected);

    for stop in [1, 50, 77] {
        let (mut seen, saved) = stop_after(Things::numbered(drata.client()).stream(), stop).await;
        let checkpoint: Checkpoint = serde_json::from_str(&saved).unwrap();
        let mut rest = Things::numbered(drata.client()).stream().resume(&checkpoint).unwrap();
        while let Some(item) = rest.next().await {
            seen.push(item.unwrap());
        }
        assert_eq!(seen, expected, "stopped after {stop}");
    }
}

#[tokio::test]
async fn the_first_item_is_one_request_also_when_others_are_quick() {
    let server = Server::start(|request| by_cursor(request, 1000)).await;
    let drata = server.client();
    for _ in 0..20 {
        assert_eq!(Things::cursor(drata.client()).first().await.unwrap(), Some(0));
    }
    assert_eq!(server.count(), 20);
}

#[tokio::test]
async fn items_and_errors_can_be_collected_together() {
    let server = Server::script([Reply::ok(json!({"data": [1, {"id": "x"}, 3], "total": 3}))]).await;
    let (items, errors) = Things::numbered(server.client().client()).collect_lossy().await.unwrap();
    assert_eq!((items, errors.len()), (vec![1, 3], 1));
    let failing = Server::script([Reply::error(403, "no")]).await;
    assert!(Things::numbered(failing.client().client()).collect_lossy().await.unwrap_err().is_forbidden());
}

#[tokio::test]
async fn a_page_number_that_cannot_be_counted_is_an_error() {
    let server = Server::start(|request| numbered(request, 100)).await;
    let drata = server.client();
    for page in [5_000_000_000, i64::from(u32::MAX)] {
        let error = Things::numbered(drata.client()).page(page).collect_all().await.unwrap_err();
        assert!(error.is_invalid_request() && error.to_string().contains(&page.to_string()), "{error}");
    }
    assert_eq!(
        Things::numbered(drata.client()).page(i64::from(u32::MAX) - 1).collect_all().await.unwrap(),
        Vec::<i64>::new()
    );
    assert_eq!(server.count(), 1);
}

#[tokio::test]
async fn a_checkpoint_keeps_the_size_that_its_page_numbers_count_by() {
    let server = Server::start(|request| numbered(request, 120)).await;
    let drata = server.client();
    let (mut seen, saved) = stop_after(Things::numbered(drata.client()).limit(20).stream(), 50).await;
    let checkpoint: Checkpoint = serde_json::from_str(&saved).unwrap();
    // The default size, which a later version of the contract may raise, does not make it another list.
    let mut rest = Things::numbered(drata.client()).stream().resume(&checkpoint).unwrap();
    while let Some(item) = rest.next().await {
        seen.push(item.unwrap());
    }
    assert_eq!(seen, all(120));
    assert_eq!(server.received().last().unwrap().query("limit"), Some("20"));
}

#[tokio::test]
async fn a_list_that_the_contract_does_not_know_is_walked_as_its_version_pages() {
    let old = Server::start(|request| numbered(request, 120)).await;
    let rows = old.client().get("/groups").query("filter", "x").list().collect_all().await.unwrap();
    assert_eq!(rows.len(), 120);
    assert!(
        old.received()
            .iter()
            .all(|request| request.query("filter") == Some("x") && request.query("limit") == Some("50"))
    );
    let new = Server::start(|request| by_cursor(request, 1200)).await;
    let mut items = new.client().get("/v2/groups").list().stream().with_total();
    let mut count = 0;
    while items.next().await.transpose().unwrap().is_some() {
        count += 1;
    }
    assert_eq!((count, items.progress().total, new.count()), (1200, Some(1200), 3));
}

#[tokio::test]
async fn an_item_that_moves_during_a_walk_is_not_taken_for_removed() {
    let walks = Arc::new(AtomicUsize::new(0));
    let server = Server::start({
        let walks = Arc::clone(&walks);
        move |request| {
            let page = request.number("page").unwrap_or(1);
            let walk =
                if page == 1 { walks.fetch_add(1, Ordering::Relaxed) } else { walks.load(Ordering::Relaxed) - 1 };
            // Row 10 is removed while the second walk is between its first page and its second.
            let is_removed = walk > 1 || (walk == 1 && page > 1);
            let rows: Vec<_> = (0..120).filter(|row| !(is_removed && *row == 10)).collect();
            let here: Vec<_> = rows.iter().skip((page - 1) * 50).take(50).collect();
            Reply::ok(json!({"data": here, "total": rows.len()}))
        }
    })
    .await;
    let drata = server.client();
    let list = || Things::numbered(drata.client());
    let mut seen = ListChanges::default();
    assert_eq!(seen.poll(list()).await.unwrap().len(), 120);
    assert_eq!(seen.poll(list()).await.unwrap(), [], "neither row 50, which moved, nor row 10, which was seen");
    assert_eq!(walks.load(Ordering::Relaxed), 3);
    assert_eq!(seen.poll(list()).await.unwrap(), [Change::Removed(10.into())]);
}
