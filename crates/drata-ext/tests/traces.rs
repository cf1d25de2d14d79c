//! What is shown: in traces, in `Debug`, in errors. Alone in its process, since what is traced is decided per process.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use drata_ext::{Drata, Error};
use serde_json::json;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::fmt::format::FmtSpan;

#[path = "it/operations.rs"]
#[allow(dead_code, reason = "shared with the other tests, which use all of it")]
mod operations;
#[path = "it/server.rs"]
#[allow(dead_code, reason = "shared with the other tests, which use all of it")]
mod server;

use operations::{CREATE, READ, call, error_of};
use server::{KEY, Reply, Server};

/// Everything that is traced, as text.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap()).into_owned()
    }
}

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// Everything an error shows.
fn shown(error: &Error) -> String {
    let mut all = format!("{error}\n{error:?}\n{error:#?}\n");
    let mut cause: Option<&dyn std::error::Error> = Some(error);
    while let Some(error) = cause {
        all += &format!("{error} {error:?}\n");
        cause = error.source();
    }
    all += &format!("{:?} {:?}", error.message(), error.raw_body());
    all
}

#[tokio::test]
async fn traces_say_what_happened_and_never_the_key() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_span_events(FmtSpan::FULL)
        .with_writer(log.clone())
        .with_ansi(false)
        .without_time()
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);

    let echo = |status| Reply::error(status, &format!("refused Bearer {KEY}")).header("x-request-id", "r-1");
    let replies = [
        echo(400),
        echo(401),
        echo(403),
        echo(429),
        echo(500),
        Reply::new(502, "text/html", format!("<html><title>{KEY}</title></html>")),
        Reply::new(302, "text/plain", "").header("location", &format!("https://elsewhere.example/?k={KEY}")),
        Reply::reset(),
        Reply::ok(json!({"long": "enough to be cut"})).cut(),
        Reply::silence(),
        Reply::new(200, "application/json", "not json"),
    ];
    let mut seen = String::new();
    for reply in replies {
        let server = Server::script([reply]).await;
        let drata = server.builder().read_timeout(Duration::from_millis(20)).build().unwrap();
        let mut post = call(&drata, &CREATE);
        post.request_mut().body = drata_ext::api::Body::Json(r#"{"a":"body-text"}"#.into());
        post.query("q", "query-text");
        let error = post.receive::<serde_json::Value>().await.unwrap_err();
        seen += &shown(&error);
        seen += &format!("{drata:?} {:#?} {:?}", drata.read_only(), drata.client());
        seen += &format!("{:?} {}", call(&drata, &READ), call(&drata, &READ));
        seen += &format!("{:?}", server.builder());
        assert_eq!(server.received()[0].headers["authorization"], format!("Bearer {KEY}"));
    }
    let refused = server_that_is_gone().await;
    seen += &shown(&error_of(call(&refused, &READ)).await);

    let log = log.text();
    for expected in [
        "drata.call{otel.kind=\"internal\"",
        "drata.operation.id=\"ThingsController_create\"",
        "url.template=\"/things\"",
        "drata.attempt{otel.kind=\"client\" http.request.method=\"POST\"",
        "server.address=\"127.0.0.1\" server.port=",
        "http.request.resend_count=1",
        "http.response.status_code=403",
        "error.type=\"429\"",
        "error.type=\"403\"",
        "error.type=\"connect\"",
        "otel.status_code=\"ERROR\"",
        "drata.attempts=5",
    ] {
        assert!(log.contains(expected), "{expected} is missing in {log}");
    }
    for text in [&seen, &log] {
        assert!(!text.contains(KEY), "{text}");
    }
    for secret in ["body-text", "query-text"] {
        assert!(!log.contains(secret), "{log}");
    }
}

#[tokio::test]
async fn the_span_of_the_program_is_left_alone_when_ours_is_not_wanted() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter("info,drata_ext=warn")
        .with_span_events(FmtSpan::FULL)
        .with_writer(log.clone())
        .with_ansi(false)
        .without_time()
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let server = Server::script([Reply::error(404, "no")]).await;
    let drata = server.client();
    let handler = tracing::info_span!(
        "handler",
        http.response.status_code = tracing::field::Empty,
        otel.status_code = tracing::field::Empty,
        error.type = tracing::field::Empty,
        drata.attempts = tracing::field::Empty,
    );
    tracing::Instrument::instrument(async { error_of(call(&drata, &READ)).await }, handler).await;
    let log = log.text();
    assert!(
        log.contains("handler")
            && !log.contains("status_code=404")
            && !log.contains("ERROR")
            && !log.contains("attempts="),
        "{log}"
    );
}

#[tokio::test]
async fn paths_with_values_are_traced_as_templates_and_rejected_items_by_position() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_span_events(FmtSpan::FULL)
        .with_writer(log.clone())
        .with_ansi(false)
        .without_time()
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let server = Server::script([Reply::ok(json!({
        "id": 1, "email": "ada@example.com", "roles": [{"id": "x-ray"}]
    }))])
    .await;
    let drata = server.client();
    let _ = drata.v1().users().get_by_email("ada@example.com").await;
    let _ = drata.get("/users/ada@example.com").query("q", "grace@example.com").await;
    let page = json!({"data": [1, {"ssn": "123-45-6789"}], "total": 2});
    let odd = Server::script([Reply::ok(page)]).await;
    let _ = drata_ext::ListExt::collect_lossy(operations::Things::numbered(odd.client().client())).await;
    let log = log.text();
    assert!(log.contains("an item was rejected") && log.contains("index=1"), "{log}");
    for personal in ["ada", "grace", "x-ray"] {
        assert!(!log.contains(&format!("{personal}@")) && !log.contains("123-45"), "{personal} in {log}");
    }
}

async fn server_that_is_gone() -> Drata {
    Server::script([Reply::ok(json!({}))]).await.client()
}
