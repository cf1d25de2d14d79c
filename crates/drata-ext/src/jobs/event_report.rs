//! The PDF of an event, which the service makes on request.

use std::path::PathBuf;
use std::time::Duration;

use drata_api::Error;
use drata_api::v2::events::{EventDownloadJob, meta};
use tokio::time::{Instant, sleep_until};

use crate::client::Drata;
use crate::transport::time::after;

/// The wait before the job is asked for the first time; it doubles with each time.
const FIRST_WAIT: Duration = Duration::from_millis(500);
/// The longest wait between two questions.
const LONGEST_WAIT: Duration = Duration::from_secs(10);

/// The report of an event as a PDF: started as a job of the service, asked for until it is done. Made by
/// [`Drata::event_report`].
///
/// ```no_run
/// # async fn example(drata: drata_ext::Drata) -> Result<(), drata_ext::Error> {
/// drata.event_report("a3c8b6f2-0000-4000-8000-000000000000").to_file("event.pdf").await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use = "a report does nothing until it is awaited"]
pub struct EventReport {
    drata: Drata,
    event_id: String,
    max_wait: Duration,
}

impl Drata {
    /// The report of the event `event_id` as a PDF.
    pub fn event_report(&self, event_id: impl Into<String>) -> EventReport {
        EventReport { drata: self.clone(), event_id: event_id.into(), max_wait: Duration::from_secs(300) }
    }
}

impl EventReport {
    /// Sets how long the job may take; five minutes by default.
    pub fn max_wait(mut self, max_wait: Duration) -> Self {
        self.max_wait = max_wait;
        self
    }

    /// Has the report made and returns the signed link to it, which lives for ten minutes.
    ///
    /// # Errors
    ///
    /// When the job fails or takes too long ([`Error::is_job`]), and as any call.
    pub async fn link(&self) -> Result<String, Error> {
        let events = self.drata.v2().events();
        let until = after(Instant::now(), self.max_wait);
        let mut job = events.create_download_job(&self.event_id).await?;
        let mut wait = FIRST_WAIT;
        loop {
            match state(&job) {
                State::Done => return job.result.ok_or_else(|| self.failed("it is done, but there is no link to it")),
                State::Failed => {
                    let reason = job.error_message.as_deref().unwrap_or("the service does not say why");
                    return Err(self.failed(reason));
                }
                State::Working if Instant::now() >= until => {
                    let problem = format!(
                        "it is {} after the max_wait of {:?}; raise it, or ask later",
                        job.status, self.max_wait
                    );
                    return Err(self.failed(&problem));
                }
                State::Working => {}
            }
            // The last question is asked when the time is up, not before.
            sleep_until(after(Instant::now(), wait).min(until)).await;
            wait = (wait * 2).min(LONGEST_WAIT);
            job = events.get_download_job(&self.event_id, &job.job_id).await?;
        }
    }

    /// Has the report made and writes it to `path`, whole or not at all. Returns its size.
    ///
    /// # Errors
    ///
    /// As [`EventReport::link`], and when the file cannot be written.
    pub async fn to_file(&self, path: impl Into<PathBuf>) -> Result<u64, Error> {
        let link = self.link().await?;
        self.drata.download(link).to_file(path).await
    }

    fn failed(&self, reason: &str) -> Error {
        let problem = format!("the report of the event {} was not made: {reason}", self.event_id);
        Error::job(Some(&meta::GET_DOWNLOAD_JOB), problem)
    }
}

/// What a job's status means.
enum State {
    Working,
    Done,
    Failed,
}

/// The service spells its states in different ways, so their case does not count.
fn state(job: &EventDownloadJob) -> State {
    match job.status.as_str().to_ascii_lowercase().as_str() {
        "completed" => State::Done,
        "failed" => State::Failed,
        _ => State::Working,
    }
}
