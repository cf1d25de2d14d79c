//! Event reports, which the service makes as a job.

use std::time::Duration;

use serde_json::json;
use tokio::time::Instant;

use crate::server::{Reply, Server};

fn job(status: &str, result: Option<String>) -> Reply {
    let body = json!({
        "jobId": "j1", "status": status, "result": result, "createdAt": "2026-01-01T00:00:00.000Z",
        "completedAt": null, "errorMessage": if status == "Failed" { Some("no such event") } else { None }
    });
    Reply::ok(body)
}

#[tokio::test(start_paused = true)]
async fn the_job_is_asked_for_until_it_is_done() {
    let link = "https://files.example.com/event.pdf?s=1".to_owned();
    // The documents spell the state in both ways.
    for done in ["Completed", "COMPLETED"] {
        let server = Server::script([
            job("Pending", None),
            job("Running", None),
            job("Running", None),
            job(done, Some(link.clone())),
        ])
        .await;
        let start = Instant::now();
        assert_eq!(server.client().event_report("e1").link().await.unwrap(), link);
        assert_eq!(start.elapsed(), Duration::from_millis(500 + 1000 + 2000));
        let received = server.received();
        assert_eq!((received[0].method.as_str(), received[0].path()), ("POST", "/public/v2/events/e1/download-jobs"));
        assert_eq!((received[3].method.as_str(), received[3].path()), ("GET", "/public/v2/events/e1/download-jobs/j1"));
    }
}

#[tokio::test(start_paused = true)]
async fn a_job_that_fails_or_does_not_end_is_an_error() {
    let failing = Server::script([job("Pending", None), job("Failed", None)]).await;
    let error = failing.client().event_report("e1").link().await.unwrap_err();
    assert!(error.is_job() && error.to_string().contains("no such event"), "{error}");

    let endless = Server::script([job("Running", None)]).await;
    let start = Instant::now();
    let error = endless.client().event_report("e1").max_wait(Duration::from_secs(60)).link().await.unwrap_err();
    assert!(error.is_job() && error.to_string().contains("max_wait of 60s"), "{error}");
    assert_eq!(start.elapsed(), Duration::from_secs(60), "no earlier and no later");
}
