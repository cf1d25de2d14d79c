//! What holds for every input: nothing panics, nothing is lost.

use drata_ext::api::{Request, ResponseBody, SendFuture, Transport};
use drata_ext::{Checkpoint, Drata, ListExt, Response};
use futures_util::FutureExt as _;
use http::{HeaderMap, StatusCode};
use proptest::prelude::*;
use serde_json::json;

use crate::operations::Things;

/// Returns what a function makes of each request.
struct Answers<F>(F);

impl<F> std::fmt::Debug for Answers<F> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Answers")
    }
}

impl<F: Fn(&Request) -> Vec<u8> + Send + Sync + 'static> Transport for Answers<F> {
    fn send(&self, request: Request) -> SendFuture<'_> {
        let body = ResponseBody::Buffered((self.0)(&request).into());
        Box::pin(std::future::ready(Ok(Response::new(StatusCode::OK, HeaderMap::new(), body))))
    }
}

fn drata(responses: impl Fn(&Request) -> Vec<u8> + Send + Sync + 'static) -> Drata {
    Drata::builder().transport(Answers(responses)).build().unwrap()
}

fn number(request: &Request, name: &str) -> Option<usize> {
    request.query.iter().find(|(other, _)| other == name).and_then(|(_, value)| value.parse().ok())
}

/// JSON that is almost a page of connections, and text that is no JSON at all.
fn body() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("null".to_owned()),
        any::<bool>().prop_map(|value| value.to_string()),
        any::<i64>().prop_map(|value| value.to_string()),
        "[0-9]{1,40}(\\.[0-9]{1,20})?([eE][+-]?[0-9]{1,3})?",
        "\"[ -~&&[^\"\\\\]]{0,10}\"",
        "[ -~]{0,10}",
    ];
    let names = prop::sample::select(vec![
        "data",
        "total",
        "page",
        "limit",
        "id",
        "clientType",
        "state",
        "clientId",
        "providerTypes",
        "value",
        "isEnabled",
        "connected",
        "other",
    ]);
    leaf.prop_recursive(4, 64, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(|items| format!("[{}]", items.join(","))),
            prop::collection::vec((names.clone(), inner), 0..8).prop_map(|fields| {
                let fields: Vec<_> = fields.iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
                format!("{{{}}}", fields.join(","))
            }),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn no_response_makes_reading_panic(body in body()) {
        let bytes = body.clone().into_bytes();
        let drata = drata(move |_| bytes.clone());
        let outcome = drata.v1().connections().list().send_response().now_or_never().unwrap();
        if let Ok(response) = outcome {
            // What was read can be written, and read again.
            let written = serde_json::to_string(&response.body).unwrap();
            prop_assert!(serde_json::from_str::<drata_ext::v1::connections::ConnectionPage>(&written).is_ok(), "{written}");
        } else if let Err(error) = outcome {
            prop_assert!(error.to_string().len() < 5_000);
        }
    }

    #[test]
    fn no_text_makes_a_checkpoint_that_panics(text in "[ -~]{0,80}") {
        if let Ok(checkpoint) = serde_json::from_str::<Checkpoint>(&text) {
            checkpoint.delivered();
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_walk_that_is_resumed_delivers_every_row_once(
        rows in 0..200usize,
        limit in 1..60i64,
        stops in prop::collection::vec(0..80usize, 0..4),
        by_cursor in any::<bool>(),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let drata = drata(move |request| {
            let size = number(request, if by_cursor { "size" } else { "limit" }).unwrap_or(20);
            let start = match (by_cursor, number(request, "cursor"), number(request, "page")) {
                (true, cursor, _) => cursor.unwrap_or(0),
                (false, _, page) => (page.unwrap_or(1) - 1) * size,
            };
            let end = rows.min(start + size);
            let data: Vec<_> = (start..end.max(start)).collect();
            let cursor = (end < rows).then(|| end.to_string());
            let page = if by_cursor { json!({"data": data, "pagination": {"cursor": cursor}}) } else { json!({"data": data, "total": rows}) };
            page.to_string().into_bytes()
        });
        let list = || if by_cursor { Things::cursor(drata.client()) } else { Things::numbered(drata.client()).limit(limit) };
        let seen = runtime.block_on(async {
            let mut seen = Vec::new();
            let mut saved: Option<String> = None;
            for stop in stops.into_iter().chain([usize::MAX]) {
                let mut items = list().stream();
                if let Some(saved) = &saved {
                    items = items.resume(&serde_json::from_str(saved).unwrap()).unwrap();
                }
                for _ in 0..stop {
                    match items.next().await {
                        Some(item) => seen.push(item.unwrap()),
                        None => return seen,
                    }
                }
                saved = items.checkpoint().map(|checkpoint| serde_json::to_string(&checkpoint).unwrap());
            }
            seen
        });
        prop_assert_eq!(seen, (0..rows as i64).collect::<Vec<_>>());
    }
}

#[test]
fn rejected_items_are_written_back_wherever_items_were_removed() {
    let read: drata_ext::List<i64> = serde_json::from_str(r#"[1, "bad", 2, "worse", 3]"#).unwrap();
    let mut cleared = read.clone();
    cleared.clear();
    assert_eq!(serde_json::to_string(&cleared).unwrap(), r#"["bad","worse"]"#);
    let mut shorter = read.clone();
    shorter.truncate(1);
    assert_eq!(serde_json::to_string(&shorter).unwrap(), r#"[1,"bad","worse"]"#);
    assert_eq!(serde_json::to_string(&read).unwrap(), r#"[1,"bad",2,"worse",3]"#);
    assert_eq!(shorter.into_results().count(), 3);
}
