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

#[tokio::test]
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
