//! Signed links.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::server::{KEY, Reply, Server};

fn link(server: &Server) -> String {
    format!("http://{}/files/plan.pdf?signature=s1gned", server.address())
}

fn file(size: usize) -> Reply {
    Reply::new(200, "application/pdf", (0..size).map(|index| (index % 251) as u8).collect::<Vec<_>>())
}

#[tokio::test]
async fn a_file_is_written_whole_and_the_key_stays_here() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("plan.pdf");
    let server = Server::script([Reply::bad_gateway(), file(300_000).cut(), file(300_000)]).await;
    let drata = server.client();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let download = drata.download(link(&server)).with_progress({
        let seen = Arc::clone(&seen);
        move |received, total| seen.lock().unwrap().push((received, total))
    });
    // On a task of its own, which needs the future to be `Send`.
    let target = path.clone();
    let size = tokio::spawn(async move { download.to_file(target).await }).await.unwrap().unwrap();
    assert_eq!(size, 300_000);
    assert_eq!(std::fs::read(&path).unwrap().len(), 300_000);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left beside it");
    assert_eq!(seen.lock().unwrap().last(), Some(&(300_000, Some(300_000))));
    for request in server.received() {
        assert!(!request.headers.contains_key("authorization"), "{request:?}");
        assert!(!format!("{request:?}").contains(KEY));
    }
}

#[tokio::test(start_paused = true)]
async fn a_download_that_fails_leaves_what_was_there() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("plan.pdf");
    std::fs::write(&path, "the old one").unwrap();
    let server = Server::script([file(300_000).cut()]).await;
    let error = server.client().download(link(&server)).to_file(&path).await.unwrap_err();
    assert!(error.is_transport(), "{error}");
    assert_eq!(error.attempts(), 5);
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "the old one");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[tokio::test]
async fn a_download_that_is_dropped_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("plan.pdf");
    let server = Server::script([file(300_000).stalled()]).await;
    let drata = server.client();
    let download = drata.download(link(&server)).to_file(&path);
    assert!(tokio::time::timeout(Duration::from_millis(50), download).await.is_err());
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn a_link_that_has_expired_says_so_and_is_not_shown() {
    let body = "<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code><Message>Request has expired</Message>\
                <Signature>s1gned</Signature></Error>";
    let server = Server::script([Reply::new(403, "application/xml", body)]).await;
    let drata = server.client();
    let error = drata.download(link(&server)).bytes().await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "403 forbidden, \"AccessDenied: Request has expired\": the signed link is not valid any more; \
         such links live for minutes, so ask for a new one"
    );
    let silent = Server::script([Reply::reset()]).await;
    let broken = drata.download(link(&silent)).bytes().await.unwrap_err();
    for error in [error, broken] {
        assert!(!format!("{error} {error:?} {:?}", error.raw_body()).contains("s1gned"));
    }
    assert!(!format!("{:?}", drata.download(link(&server))).contains("s1gned"));

    for bad in ["plan.pdf", "http://files.example.com/plan.pdf?signature=s1gned", "file:///etc/passwd"] {
        let error = drata.download(bad).bytes().await.unwrap_err();
        assert!(error.is_invalid_request(), "{error}");
        assert!(!error.to_string().contains("s1gned"), "{error}");
    }
}

#[tokio::test]
async fn a_folder_that_is_not_there_is_named() {
    let server = Server::script([file(10)]).await;
    let error = server.client().download(link(&server)).to_file("/no/such/folder/plan.pdf").await.unwrap_err();
    assert!(error.is_io() && error.to_string().contains("/no/such/folder/plan.pdf"), "{error}");
}

/// A store that serves parts, and breaks off the whole file in the middle.
fn store(request: &crate::server::Received, tag: &str) -> Reply {
    let content: Vec<u8> = (0..300_000).map(|index| (index % 251) as u8).collect();
    let serves = |reply: Reply| reply.header("accept-ranges", "bytes").header("etag", tag);
    let range = request.headers.get("range").map(|range| range.to_str().unwrap().to_owned());
    let same = request.headers.get("if-range").is_some_and(|tag_then| tag_then.to_str().unwrap() == tag);
    match range {
        Some(range) if same => {
            let start: usize = range.trim_start_matches("bytes=").trim_end_matches('-').parse().unwrap();
            let part = Reply::new(206, "application/pdf", content[start..].to_vec());
            serves(part).header("content-range", &format!("bytes {start}-299999/300000"))
        }
        _ if request.index == 0 => serves(Reply::new(200, "application/pdf", content).cut()),
        _ => serves(Reply::new(200, "application/pdf", content)),
    }
}

#[tokio::test]
async fn a_download_that_breaks_off_is_resumed_where_the_store_allows_it() {
    let server = Server::start(|request| store(request, "\"v1\"")).await;
    let bytes = server.client().download(link(&server)).bytes().await.unwrap();
    assert_eq!(bytes, (0..300_000).map(|index| (index % 251) as u8).collect::<Vec<_>>());
    let received = server.received();
    assert_eq!(received.len(), 2);
    assert!(received[1].headers["range"].to_str().unwrap().starts_with("bytes="), "{:?}", received[1].headers);
    assert!(!received[1].headers.contains_key("authorization"));
}

#[tokio::test]
async fn a_file_that_changed_meanwhile_is_downloaded_anew() {
    let server = Server::start(|request| store(request, if request.index == 0 { "\"v1\"" } else { "\"v2\"" })).await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("plan.pdf");
    assert_eq!(server.client().download(link(&server)).to_file(&path).await.unwrap(), 300_000);
    assert_eq!(std::fs::read(&path).unwrap(), (0..300_000).map(|index| (index % 251) as u8).collect::<Vec<_>>());
    assert_eq!(server.count(), 2);
}

#[tokio::test]
async fn a_target_that_cannot_be_written_is_known_before_anything_is_fetched() {
    let server = Server::script([file(10)]).await;
    let folder = tempfile::tempdir().unwrap();
    let error = server.client().download(link(&server)).to_file(folder.path()).await.unwrap_err();
    assert!(error.is_io() && error.to_string().contains("it is a folder"), "{error}");
    assert_eq!(server.count(), 0);
    let error = server.client().download(link(&server)).max_bytes(5).bytes().await.unwrap_err();
    assert!(error.is_response_too_large(), "{error}");
}

#[tokio::test]
async fn a_store_that_is_busy_is_not_a_link_that_has_expired() {
    let server = Server::script([Reply::new(429, "text/plain", "slow down").header("retry-after", "9999")]).await;
    let error = server.client().download(link(&server)).bytes().await.unwrap_err();
    assert!(error.to_string().contains("the store of files gets too many requests; try again in 9999s"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_store_that_sends_more_than_it_announced_is_not_followed() {
    // Each part begins where it should, and has no end.
    let server = Server::start(|request| {
        let part = vec![b'x'; 2_000];
        match request.headers.get("range").map(|range| range.to_str().unwrap().to_owned()) {
            Some(range) => {
                let start = range.trim_start_matches("bytes=").trim_end_matches('-').to_owned();
                Reply::new(206, "application/pdf", part)
                    .header("content-range", &format!("bytes {start}-9999999/*"))
                    .cut()
            }
            None => {
                Reply::new(200, "application/pdf", part).header("accept-ranges", "bytes").header("etag", "\"a\"").cut()
            }
        }
    })
    .await;
    let error = server.client().download(link(&server)).bytes().await.unwrap_err();
    assert!(error.to_string().contains("more than it announced"), "{error}");
    assert!(server.count() <= 4, "{}", server.count());
}

#[tokio::test(start_paused = true)]
async fn what_is_not_the_whole_file_takes_no_file_s_place() {
    let part = |range: &str| Reply::new(206, "application/pdf", vec![7; 10]).header("content-range", range);
    let begun = || {
        let whole = file(100).header("accept-ranges", "bytes").header("etag", "\"one\"");
        whole.cut()
    };
    for (replies, expected) in [
        (vec![part("bytes 0-9/100")], "another part"),
        (vec![part("nonsense")], "another part"),
        (vec![begun(), part("bytes 0-9/100")], "another part"),
        (vec![begun(), part("bytes 50-59/60")], "had 100 bytes, and now has 60"),
        (vec![Reply::new(204, "application/pdf", "")], "204 No Content"),
        (vec![Reply::new(202, "application/pdf", "later")], "202 Accepted"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("plan.pdf");
        std::fs::write(&path, "the old one").unwrap();
        let server = Server::script(replies).await;
        let error = server.client().download(link(&server)).to_file(&path).await.unwrap_err();
        assert!(error.to_string().contains(expected), "{error}");
        assert_eq!(std::fs::read(&path).unwrap(), b"the old one", "{expected}");
    }
}
