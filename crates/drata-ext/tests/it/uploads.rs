//! Forms on the wire.

use std::sync::{Arc, Mutex};

use drata_ext::api::{Body, Form};
use drata_ext::{Drata, Upload};
use serde_json::json;
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpListener;
use tokio::sync::mpsc;

use crate::operations::{CREATE, REPLACE, call, error_of};
use crate::server::{KEY, Received, Reply, Server};

async fn sent(form: Form) -> Received {
    let server = Server::script([Reply::ok(json!({}))]).await;
    let mut post = call(&server.client(), &CREATE);
    post.request_mut().body = Body::Form(form);
    post.receive_nothing().await.unwrap();
    server.received().remove(0)
}

#[tokio::test]
async fn parts_have_their_names_files_and_types() {
    let mut form = Form::default();
    form.text("controlIds", "1");
    form.text("controlIds", "2");
    form.file("file", Upload::from_bytes("plan \"B\"\r\nX-Evil: 1.pdf", "%PDF"));
    let request = sent(form).await;
    let text = request.text();
    assert_eq!(text.matches("name=\"controlIds\"").count(), 2, "{text}");
    assert!(text.contains("filename=\"plan \\\"B\\\"__X-Evil: 1.pdf\""), "{text}");
    assert!(text.contains("Content-Type: application/pdf\r\n\r\n%PDF\r\n"), "{text}");
    // The length is known, so it is said.
    assert_eq!(request.headers["content-length"], request.body.len().to_string());
}

#[tokio::test]
async fn a_reader_is_streamed_without_a_length() {
    let mut form = Form::default();
    form.file("file", Upload::once("big.bin", &[7u8; 200_000][..]));
    let request = sent(form).await;
    assert_eq!(request.headers["transfer-encoding"], "chunked");
    assert_eq!(request.body.iter().filter(|byte| **byte == 7).count(), 200_000);
}

#[tokio::test]
async fn progress_counts_the_bytes_of_each_attempt() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let mut form = Form::default();
    let upload = Upload::from_bytes("big.bin", vec![1; 150_000]).with_progress({
        let seen = Arc::clone(&seen);
        move |sent| seen.lock().unwrap().push(sent)
    });
    form.file("file", upload);
    sent(form).await;
    let seen = seen.lock().unwrap();
    assert_eq!(*seen, [65_536, 131_072, 150_000]);
}

#[tokio::test]
async fn a_file_that_is_not_there_is_an_error_that_names_it() {
    let server = Server::script([Reply::ok(json!({}))]).await;
    let mut post = call(&server.client(), &CREATE);
    let mut form = Form::default();
    form.file("file", Upload::from_path("/no/such/roster.csv"));
    post.request_mut().body = Body::Form(form);
    let error = error_of(post).await;
    assert!(error.is_io(), "{error}");
    assert!(error.to_string().contains("/no/such/roster.csv"), "{error}");
    assert!(!error.outcome_unknown());
    assert_eq!(server.count(), 0);
}

#[tokio::test]
async fn a_call_that_is_dropped_takes_its_upload_back() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}/public", listener.local_addr().unwrap());
    let drata = Drata::builder().api_key(KEY).base_url(base).build().unwrap();

    // It has no end, so that it is cancelled on its way.
    let (report, mut sent) = mpsc::unbounded_channel();
    let endless = Upload::once("endless.bin", tokio::io::repeat(7)).with_progress(move |bytes| {
        let _ = report.send(bytes);
    });
    let mut form = Form::default();
    form.file("file", endless);
    let mut post = call(&drata, &CREATE);
    post.request_mut().body = Body::Form(form);
    let upload = tokio::spawn(post.receive_nothing());

    let (mut connection, _) = listener.accept().await.unwrap();
    assert!(sent.recv().await.is_some());
    upload.abort();
    let mut received = Vec::new();
    connection.read_to_end(&mut received).await.unwrap();
    assert!(received.starts_with(b"POST /public/things HTTP/1.1\r\n"));
    assert!(!received.ends_with(b"\r\n0\r\n\r\n"), "a body that ends is a request that counts");
    // The reader and its reports are gone with the call.
    while sent.recv().await.is_some() {}
    assert!(upload.await.unwrap_err().is_cancelled());
}

/// A form with one file, sent to the server.
async fn send_file(server: &Server, upload: Upload) -> Result<(), drata_ext::Error> {
    let mut form = Form::default();
    form.file("file", upload);
    let mut post = call(&server.client(), &CREATE);
    post.request_mut().body = Body::Form(form);
    post.receive_nothing().await.map(drata_ext::api::Response::into_body)
}

#[cfg(unix)]
#[tokio::test]
async fn a_pipe_is_sent_to_its_end_and_an_empty_one_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&path).status().unwrap().success());
    let server = Server::script([Reply::ok(json!({}))]).await;
    for (content, sends) in [("id,email\n1,ada@example.com\n", true), ("", false)] {
        let writer = std::thread::spawn({
            let path = path.clone();
            move || std::fs::write(path, content).unwrap()
        });
        let outcome = send_file(&server, Upload::from_path(&path)).await;
        writer.join().unwrap();
        assert_eq!(outcome.is_ok(), sends, "{outcome:?}");
        if let Err(error) = outcome {
            assert!(error.is_io() && error.to_string().contains("it is empty"), "{error}");
        }
    }
    assert_eq!(server.count(), 1);
    assert!(server.received()[0].text().contains("1,ada@example.com"));
}

#[cfg(unix)]
#[tokio::test]
async fn what_is_left_of_a_pipe_is_not_sent_as_if_it_was_all() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pipe");
    for status in [503, 429] {
        assert!(std::process::Command::new("mkfifo").arg(&path).status().unwrap().success());
        let busy = Reply::error(status, "busy").header("retry-after", "0");
        let server = Server::script([busy, Reply::ok(json!({}))]).await;
        let writer = std::thread::spawn({
            let path = path.clone();
            move || std::fs::write(path, "id,email\n1,ada@example.com\n").unwrap()
        });
        let mut form = Form::default();
        form.file("file", Upload::from_path(&path));
        let mut put = call(&server.client(), &REPLACE).path("id", 1);
        put.request_mut().body = Body::Form(form);
        let error = error_of(put).await;
        writer.join().unwrap();
        assert_eq!((error.status().unwrap().as_u16(), error.attempts(), server.count()), (status, 1, 1));
        std::fs::remove_file(&path).unwrap();
    }
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn files_without_a_length_are_sent_or_refused_but_never_empty() {
    let server = Server::script([Reply::ok(json!({}))]).await;
    send_file(&server, Upload::from_path("/proc/version")).await.unwrap();
    assert!(server.received()[0].text().contains("Linux"));
    let folder = tempfile::tempdir().unwrap();
    let empty = folder.path().join("empty.csv");
    std::fs::write(&empty, "").unwrap();
    for path in [std::path::Path::new("/dev/null"), &empty] {
        let error = send_file(&server, Upload::from_path(path)).await.unwrap_err();
        assert!(error.is_io() && error.to_string().contains("it is empty"), "{error}");
    }
    // On purpose, an empty file can be sent.
    send_file(&server, Upload::from_bytes("empty.csv", "")).await.unwrap();
    assert_eq!(server.count(), 2);
}

#[cfg(unix)]
#[tokio::test(start_paused = true)]
async fn a_pipe_that_nobody_writes_to_ends_in_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&path).status().unwrap().success());
    let server = Server::script([Reply::ok(json!({}))]).await;
    let error = send_file(&server, Upload::from_path(&path)).await.unwrap_err();
    assert!(error.is_io() && error.to_string().contains("nothing could be read from it for 60s"), "{error}");
    assert_eq!(server.count(), 0);
}

#[tokio::test]
async fn a_reader_that_is_slow_or_fails_is_blamed_itself() {
    let server = Server::script([Reply::ok(json!({}))]).await;
    let mut form = Form::default();
    form.file("file", Upload::once("slow.bin", tokio::io::empty().chain(Never)));
    let mut post = call(&server.client(), &CREATE);
    post.request_mut().body = Body::Form(form);
    post.request_mut().options.read_timeout = Some(std::time::Duration::from_millis(50));
    let error = error_of(post).await;
    assert!(
        error.is_io() && error.to_string().contains("the reader of \"slow.bin\" delivered nothing for 50ms"),
        "{error}"
    );
    assert!(!error.outcome_unknown());

    let error = send_file(&server, Upload::once("bad.bin", Failing)).await.unwrap_err();
    assert!(
        error.is_io() && error.to_string().contains("the reader of \"bad.bin\" cannot be read: it is broken"),
        "{error}"
    );
}

/// A reader that never delivers anything.
struct Never;

impl tokio::io::AsyncRead for Never {
    fn poll_read(
        self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
        _: &mut tokio::io::ReadBuf<'_>,
    ) -> std::task::Poll<std::io::Result<()>> {
        std::task::Poll::Pending
    }
}

/// A reader that fails.
struct Failing;

impl tokio::io::AsyncRead for Failing {
    fn poll_read(
        self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
        _: &mut tokio::io::ReadBuf<'_>,
    ) -> std::task::Poll<std::io::Result<()>> {
        std::task::Poll::Ready(Err(std::io::Error::other("it is broken")))
    }
}
