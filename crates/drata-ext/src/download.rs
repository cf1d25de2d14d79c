//! Files behind signed links.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::{Bytes, BytesMut};
use drata_api::{CallOptions, Idempotency};
use http::header;
use reqwest::{Response, Url};
use tempfile::NamedTempFile;
use tokio::fs::File;
use tokio::io::AsyncWriteExt as _;
use tokio::task::spawn_blocking;

use crate::activity::Activity;
use crate::base_url::{check_scheme, host_and_port};
use crate::failure::Failure;
use crate::retrier::Terms;
use crate::retry_after::retry_after;
use crate::transport::{AttemptTimeouts, Shared};
use crate::{Error, RateLimiter, body};

/// The most bytes read of a refusal.
const MAX_REFUSAL: usize = 16 * 1024;

/// The download of a file behind a signed link, as answers hold it (`signedUrl`, `downloadUrl`). Made by
/// [`Drata::download`](crate::Drata::download).
///
/// The link itself is the permission and lives for minutes: the key is not sent along, and the link is shown in no error.
/// A download that breaks off begins anew, as often as the client's policy allows.
///
/// ```no_run
/// # async fn example(drata: drata_ext::Drata, link: String) -> Result<(), drata_ext::Error> {
/// let bytes = drata.download(link).to_file("evidence.pdf").await?;
/// println!("{bytes} bytes");
/// # Ok(())
/// # }
/// ```
#[must_use = "a download does nothing until it is awaited"]
pub struct Download {
    transport: Shared,
    link: String,
    progress: Option<Arc<Progress>>,
    options: CallOptions,
}

/// Called with the bytes received so far, and with the whole size where it is known.
type Progress = dyn Fn(u64, Option<u64>) + Send + Sync;

impl Download {
    pub(crate) fn new(transport: Shared, link: String) -> Self {
        Self { transport, link, progress: None, options: CallOptions::default() }
    }

    /// Calls `progress` with the bytes received so far and the whole size, where it is known. It starts over when the
    /// download begins anew.
    pub fn with_progress(mut self, progress: impl Fn(u64, Option<u64>) + Send + Sync + 'static) -> Self {
        self.progress = Some(Arc::new(progress));
        self
    }

    /// Sets how long a connection to the store may take to come about; the client's connect timeout by default.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.options.connect_timeout = Some(timeout);
        self
    }

    /// Sets how long nothing may arrive; the client's read timeout by default.
    pub fn read_timeout(mut self, timeout: Duration) -> Self {
        self.options.read_timeout = Some(timeout);
        self
    }

    /// Limits the whole download, its tries and the waits between them; no limit by default.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.options.deadline = Some(deadline);
        self
    }

    /// Writes the file to `path` and returns its size.
    ///
    /// It is written beside its place and moved there when it is complete, so `path` holds all of it or what it held
    /// before. Dropping the future removes what was written.
    ///
    /// # Errors
    ///
    /// When the link is not valid, the transfer fails, or the file cannot be written.
    pub async fn to_file(self, path: impl Into<PathBuf>) -> Result<u64, Error> {
        let path = path.into();
        let (file, size) = self.run(|answer| self.save(answer, &path)).await?;
        let problem = cannot_write(&path);
        let target = path.clone();
        join(spawn_blocking(move || {
            file.as_file().sync_all()?;
            file.persist(target).map_err(|error| error.error)
        }))
        .await
        .map_err(problem)?;
        Ok(size)
    }

    /// Reads the file into memory.
    ///
    /// # Errors
    ///
    /// When the link is not valid or the transfer fails.
    pub async fn bytes(self) -> Result<Bytes, Error> {
        self.run(|answer| self.collect(answer)).await
    }

    /// Fetches the link, and again where that may help, and gives the answer to `read`.
    async fn run<T, F>(&self, read: impl Fn(Response) -> F + Send + Sync) -> Result<T, Error>
    where
        F: Future<Output = Result<T, Failure>> + Send,
    {
        let url = match Url::parse(&self.link) {
            Ok(url) => url,
            Err(error) => return Err(Error::invalid(None, format!("the download link is not a URL: {error}"))),
        };
        if let Err(problem) = check_scheme(&url) {
            return Err(Error::invalid(None, format!("the download link {problem}")));
        }
        let terms = Terms {
            operation: None,
            endpoint: host_and_port(&url).into(),
            idempotency: Idempotency::Safe,
            repeatable: true,
            max_attempts: None,
            deadline: self.options.deadline,
            // Links lead to a store of files, which the service's limit is not about.
            limiter: RateLimiter::unlimited(),
        };
        let (url, read) = (&url, &read);
        self.transport.retrier.run(&terms, |_| async move { read(self.fetch(url).await?).await }).await
    }

    async fn fetch(&self, url: &Url) -> Result<Response, Failure> {
        let answer = self.timeouts().send(None, self.transport.http.get(url.clone()), &Activity::new()).await?;
        match answer.status() {
            status if status.is_success() => Ok(answer),
            status if status.is_redirection() => Err(Failure::last(Error::redirect(None, status, None).with_link())),
            _ => Err(self.refusal(answer).await),
        }
    }

    async fn refusal(&self, mut answer: Response) -> Failure {
        let (status, headers) = (answer.status(), std::mem::take(answer.headers_mut()));
        let wait = retry_after(&headers, SystemTime::now());
        let text = body::beginning(&mut answer, self.timeouts().read, MAX_REFUSAL).await;
        let text = reason(&String::from_utf8_lossy(&text));
        let error = Error::status_code(None, status, headers, text.into());
        Failure::of_status(error.with_retry_after(wait).with_link())
    }

    async fn collect(&self, answer: Response) -> Result<Bytes, Failure> {
        let mut incoming = Incoming::new(self, answer);
        let mut all = BytesMut::new();
        while let Some(chunk) = incoming.next().await? {
            all.extend_from_slice(&chunk);
        }
        Ok(all.freeze())
    }

    async fn save(&self, answer: Response, path: &Path) -> Result<(NamedTempFile, u64), Failure> {
        let problem = |error| Failure::last(cannot_write(path)(error));
        let target = path.to_owned();
        let temporary = join(spawn_blocking(move || beside(&target))).await.map_err(problem)?;
        let mut file = File::from_std(temporary.as_file().try_clone().map_err(problem)?);
        let mut incoming = Incoming::new(self, answer);
        while let Some(chunk) = incoming.next().await? {
            file.write_all(&chunk).await.map_err(problem)?;
        }
        file.flush().await.map_err(problem)?;
        Ok((temporary, incoming.received))
    }

    fn timeouts(&self) -> AttemptTimeouts {
        self.transport.attempt_timeouts(&self.options)
    }
}

impl fmt::Debug for Download {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let host = Url::parse(&self.link).map(|url| host_and_port(&url)).unwrap_or_default();
        f.debug_struct("Download").field("host", &host).finish_non_exhaustive()
    }
}

/// A file as it arrives.
struct Incoming<'a> {
    download: &'a Download,
    answer: Response,
    received: u64,
    total: Option<u64>,
}

impl<'a> Incoming<'a> {
    fn new(download: &'a Download, answer: Response) -> Self {
        let total = length(&answer);
        Self { download, answer, received: 0, total }
    }

    async fn next(&mut self) -> Result<Option<Bytes>, Failure> {
        let next = body::chunk(&mut self.answer, None, self.download.timeouts().read).await?;
        if let Some(chunk) = &next {
            self.received += chunk.len() as u64;
            if let Some(progress) = &self.download.progress {
                progress(self.received, self.total);
            }
        }
        Ok(next)
    }
}

fn length(answer: &Response) -> Option<u64> {
    answer.headers().get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// A file in the same folder, and so on the same disk, that vanishes unless it is kept.
fn beside(path: &Path) -> io::Result<NamedTempFile> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    builder.prefix(".download-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        // As any file that a program creates; the user's mask applies.
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    builder.tempfile_in(folder)
}

fn cannot_write(path: &Path) -> impl Fn(io::Error) -> Error {
    let problem = format!("the file {} cannot be written", path.display());
    move |error| Error::io(problem.clone(), error)
}

async fn join<T>(task: tokio::task::JoinHandle<io::Result<T>>) -> io::Result<T> {
    task.await.unwrap_or_else(|error| Err(io::Error::other(error)))
}

/// What a store says about its refusal, without the parts of the link that it may repeat.
fn reason(text: &str) -> String {
    let element = |name: &str| {
        let (_, rest) = text.split_once(&format!("<{name}>"))?;
        rest.split_once('<').map(|(value, _)| value)
    };
    match (element("Code"), element("Message")) {
        (Some(code), Some(message)) => format!("{code}: {message}"),
        (Some(one), None) | (None, Some(one)) => one.to_owned(),
        (None, None) => String::new(),
    }
}
