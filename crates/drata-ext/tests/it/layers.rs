//! The layers of the transport, seen from outside.

use std::io::Write as _;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use drata_ext::api::{Body, Request, Response, ResponseBody, SendFuture, Transport};
use drata_ext::{ApiKey, Drata, Layer, Next, Operation as _, RateLimiter};
use http::{HeaderValue, Method, StatusCode};
use serde_json::json;

use crate::operations::{CREATE, READ, Things, call, error_of};
use crate::server::{KEY, Reply, Server};

/// Notes what passes, and adds a header.
struct Noting(&'static str, Arc<Mutex<Vec<String>>>);

impl Layer for Noting {
    fn send<'a>(&'a self, mut request: Request, next: Next<'a>) -> SendFuture<'a> {
        request.headers.push(("x-layer".parse().unwrap(), HeaderValue::from_static(self.0)));
        self.1.lock().unwrap().push(format!("{} before", self.0));
        Box::pin(async move {
            let outcome = next.send(request).await;
            let what = outcome.as_ref().map_or_else(|error| error.attempts().to_string(), |ok| ok.status.to_string());
            self.1.lock().unwrap().push(format!("{} after {what}", self.0));
            outcome
        })
    }
}

#[tokio::test]
async fn the_program_s_layers_see_each_call_once_in_their_order() {
    let server = Server::script([Reply::bad_gateway(), Reply::ok(json!({})), Reply::error(404, "no")]).await;
    let notes = Arc::new(Mutex::new(Vec::new()));
    let builder =
        server.builder().layer(Noting("outer", Arc::clone(&notes))).layer(Noting("inner", Arc::clone(&notes)));
    let drata = builder.build().unwrap();
    call(&drata, &READ).receive_nothing().await.unwrap();
    error_of(call(&drata, &READ)).await;
    assert_eq!(
        *notes.lock().unwrap(),
        [
            "outer before",
            "inner before",
            "inner after 200 OK",
            "outer after 200 OK",
            "outer before",
            "inner before",
            "inner after 1",
            "outer after 1",
        ]
    );
    assert_eq!(server.received()[0].headers["x-layer"], "inner");
}

/// Turns every request into one that deletes.
struct Deleting;

impl Layer for Deleting {
    fn send<'a>(&'a self, mut request: Request, next: Next<'a>) -> SendFuture<'a> {
        request.method = Method::DELETE;
        next.send(request)
    }
}

#[tokio::test]
async fn a_read_only_client_writes_nothing_whatever_is_done_by_hand() {
    let server = Server::script([Reply::ok(json!({}))]).await;
    let drata = server.client().read_only();
    let mut changed = drata.get("/things");
    changed.call_mut().request_mut().method = Method::DELETE;
    assert!(changed.receive_nothing().await.unwrap_err().is_read_only());
    assert!(error_of(call(&drata, &CREATE)).await.is_read_only());
    let request = Request::new(drata_ext::ApiVersion::V1, Method::PUT, "/x");
    assert!(drata.client().transport().send(request).await.unwrap_err().is_read_only());
    // Also below the program's own layers.
    let layered = server.builder().layer(Deleting).build_read_only().unwrap();
    assert!(layered.get("/things").receive_nothing().await.unwrap_err().is_read_only());
    assert_eq!(server.count(), 0);
    drata.get("/things").receive_nothing().await.unwrap();
}

/// Returns the path of each request as JSON.
#[derive(Debug)]
struct Echo;

impl Transport for Echo {
    fn send(&self, request: Request) -> SendFuture<'_> {
        let body = json!({"path": request.path, "link": request.link.is_some()}).to_string();
        let response = Response::new(StatusCode::OK, http::HeaderMap::new(), ResponseBody::Buffered(body.into()));
        Box::pin(std::future::ready(Ok(response)))
    }
}

#[tokio::test]
async fn a_transport_of_the_program_s_own_needs_no_key_and_no_network() {
    let drata = Drata::builder().transport(Echo).build().unwrap();
    let read: serde_json::Value = drata.get("/v2/groups").receive().await.unwrap();
    assert_eq!(read["path"], "/groups");
    let file = drata.download("https://files.example/x?signature=1").bytes().await.unwrap();
    let file: serde_json::Value = serde_json::from_slice(&file).unwrap();
    assert_eq!(file, serde_json::json!({"link": true, "path": ""}));
    let read_only = drata.read_only();
    assert!(error_of(call(&read_only, &CREATE)).await.is_read_only());
}

#[tokio::test]
async fn the_key_is_redacted_from_successes_too() {
    let server = Server::script([
        Reply::ok(json!([KEY, 1])).header("x-request-id", KEY),
        Reply::ok(json!({"data": [1, KEY], "total": 2})),
        Reply::new(200, "text/csv", format!("a,{KEY}\n")),
        Reply::new(302, "text/plain", "").header("location", &format!("https://{}.example/", KEY.to_lowercase())),
        Reply::json(200, json!({"deep": KEY})),
    ])
    .await;
    let drata = server.client();
    let response = call(&drata, &READ).receive_json::<Vec<serde_json::Value>>().await.unwrap();
    assert_eq!((response.request_id(), response.body[0].as_str()), (Some("[key]"), Some("[key]")));
    let error = drata_ext::ListExt::collect_all(Things::numbered(drata.client())).await.unwrap_err();
    assert!(!format!("{error} {error:?} {:?}", error.raw_body()).contains(KEY), "{error}");
    assert_eq!(call(&drata, &READ).receive_text("text/csv").await.unwrap().body, "a,[key]\n");
    error_of(call(&drata, &READ)).await;
    let error = call(&drata, &READ).receive::<Vec<i64>>().await.unwrap_err();
    assert!(!format!("{error} {error:?} {:?}", error.raw_body()).contains(KEY), "{error}");
}

/// Keeps what it sees.
struct Recording(Arc<Mutex<String>>);

impl Layer for Recording {
    fn send<'a>(&'a self, request: Request, next: Next<'a>) -> SendFuture<'a> {
        Box::pin(async move {
            let outcome = next.send(request).await;
            // `Debug` shows the size of a body, and the error what it says.
            *self.0.lock().unwrap() += &format!("{outcome:?}");
            if let Ok(Response { body: ResponseBody::Buffered(body), .. }) = &outcome {
                *self.0.lock().unwrap() += &String::from_utf8_lossy(body);
            }
            outcome
        })
    }
}

#[tokio::test]
async fn a_layer_of_the_program_s_own_sees_no_key_either() {
    let seen = Arc::new(Mutex::new(String::new()));
    let echo = Reply::new(200, "text/plain", format!("you sent {KEY}")).header("server", KEY);
    let server = Server::script([echo, Reply::error(400, KEY)]).await;
    let drata = server.builder().layer(Recording(Arc::clone(&seen))).build().unwrap();
    call(&drata, &READ).receive_nothing().await.unwrap();
    error_of(call(&drata, &READ)).await;
    let seen = seen.lock().unwrap();
    assert!(!seen.contains(KEY) && seen.matches("[key]").count() == 3, "{seen}");
}

#[tokio::test]
async fn the_key_can_be_changed_without_another_client() {
    let server = Server::script([Reply::ok(json!({}))]).await;
    let drata = server.client();
    let clone = drata.clone().read_only();
    drata.set_api_key(ApiKey::new("another-key-for-tests").unwrap());
    call(&clone, &READ).receive_nothing().await.unwrap();
    assert_eq!(server.received()[0].headers["authorization"], "Bearer another-key-for-tests");
}

#[tokio::test]
async fn headers_are_the_program_s_but_for_those_of_the_transport() {
    let server = Server::script([Reply::ok(json!({}))]).await;
    let builder = server.builder().header("x-gateway".parse().unwrap(), HeaderValue::from_static("blue"));
    let drata = builder.header(http::header::AUTHORIZATION, HeaderValue::from_static("Basic x")).build().unwrap();
    let response = drata.get("/things").header("if-match", "v3").header("authorization", "none").await.unwrap();
    assert_eq!(response.status, StatusCode::OK);
    let headers = &server.received()[0].headers;
    assert_eq!(
        (&headers["x-gateway"], &headers["if-match"]),
        (&HeaderValue::from_static("blue"), &HeaderValue::from_static("v3"))
    );
    assert_eq!(headers["authorization"], format!("Bearer {KEY}"));
    let error = drata.get("/things").header("x-y", "a\nb").await.unwrap_err();
    assert!(error.is_invalid_request() && server.count() == 1, "{error}");
}

#[tokio::test]
async fn a_response_takes_no_more_memory_than_it_may() {
    let large = || Reply::new(200, "application/json", format!("\"{}\"", "x".repeat(100_000)));
    let server = Server::script([large()]).await;
    let drata = server.builder().max_response_bytes(10_000).build().unwrap();
    let error = error_of(call(&drata, &READ)).await;
    assert!(error.is_response_too_large() && error.attempts() == 1, "{error}");
    assert!(error.to_string().contains("larger than 10000 bytes"), "{error}");
    let read: String = drata.get("/things").max_response_bytes(1_000_000).receive().await.unwrap();
    assert_eq!(read.len(), 100_000);
}

#[cfg(feature = "gzip")]
#[tokio::test]
async fn a_compressed_response_counts_by_what_it_holds() {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(format!("\"{}\"", "x".repeat(10_000_000)).as_bytes()).unwrap();
    let body = encoder.finish().unwrap();
    assert!(body.len() < 20_000);
    let server =
        Server::start(move |_| Reply::new(200, "application/json", body.clone()).header("content-encoding", "gzip"))
            .await;
    let drata = server.client();
    let read: String = drata.get("/things").receive().await.unwrap();
    assert_eq!(read.len(), 10_000_000);
    assert_eq!(server.received()[0].headers["accept-encoding"], "gzip");
    let bounded = server.builder().max_response_bytes(1_000_000).build().unwrap();
    assert!(error_of(call(&bounded, &READ)).await.is_response_too_large());
}

#[tokio::test(start_paused = true)]
async fn the_default_deadline_does_not_count_the_wait_for_the_rate_limit() {
    let server = Server::script([Reply::ok(json!({}))]).await;
    let drata = server.builder().rate_limiter(RateLimiter::per_minute(5)).build().unwrap();
    let calls: Vec<_> = (0..40).map(|_| tokio::spawn(call(&drata, &READ).receive_nothing())).collect();
    for one in calls {
        one.await.unwrap().unwrap();
    }
    assert_eq!(server.count(), 40);

    let mut late = call(&drata, &READ);
    late.request_mut().options.deadline = Some(Duration::from_secs(30));
    let error = error_of(late).await;
    assert!(error.is_deadline() && error.is_held_back(), "{error}");
    assert!(error.to_string().contains("the rate limit of 5 requests a minute leaves room in"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_dropped_while_it_connects_gives_its_permit_back() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let limiter = RateLimiter::per_minute(2);
    let base = format!("https://{}/public", listener.local_addr().unwrap());
    let drata = Drata::builder().api_key(KEY).base_url(base).rate_limiter(limiter.clone()).build().unwrap();
    for _ in 0..5 {
        let dropped = tokio::time::timeout(Duration::from_secs(1), call(&drata, &READ).receive_nothing()).await;
        assert!(dropped.is_err());
    }
    assert_eq!((limiter.state().in_window, limiter.state().waiting), (0, 0));
}

#[tokio::test]
async fn clients_of_one_host_share_their_limit_by_default() {
    let server = Server::script([Reply::ok(json!({}))]).await;
    let build = || Drata::builder().api_key(KEY).base_url(server.url()).build().unwrap();
    let (one, other) = (build(), build());
    call(&one, &READ).receive_nothing().await.unwrap();
    assert_eq!(other.rate_limiter().state().in_window, 1);
    let elsewhere = Drata::builder().api_key(KEY).base_url("http://127.0.0.1:1").build().unwrap();
    assert_eq!(elsewhere.rate_limiter().state().in_window, 0);
}

#[tokio::test]
async fn debug_shows_shapes_and_no_contents() {
    let server = Server::script([Reply::ok(json!({}))]).await;
    let drata = server.client();
    let mut post = call(&drata, &CREATE);
    post.request_mut().body = Body::Json(r#"{"ssn":"123-45-6789"}"#.into());
    post.query("email", "ada@example.com");
    let raw =
        drata.request(Method::POST, "/users/ada@example.com").header("x-secret", "s3cret").json(&json!("123-45-6789"));
    let shown = format!("{post:?} {raw:?} {:?} {:?}", drata.download("https://x.example/?s=s1gned"), drata);
    for secret in ["6789", "ada@", "s3cret", "s1gned", KEY] {
        assert!(!shown.contains(secret), "{secret} in {shown}");
    }
    let mut sensitive = HeaderValue::from_static("s3cret");
    sensitive.set_sensitive(true);
    let marked = drata.get("/x").extra_header("x-token".parse().unwrap(), sensitive);
    assert!(!marked.call().to_string().contains("s3cret"));
}

#[tokio::test]
async fn a_setter_that_is_called_again_corrects_itself() {
    let server = Server::script([Reply::ok(json!({"data": [], "pagination": {"cursor": null}}))]).await;
    let drata = server.client();
    let error = drata.v2().workspaces().list().size(1000).await.unwrap_err();
    assert!(error.to_string().contains("size"), "{error}");
    assert!(drata.v2().workspaces().list().size(1000).size(100).await.is_ok());
}
