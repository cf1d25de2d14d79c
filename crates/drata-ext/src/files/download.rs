//! Files behind signed links.

use std::fmt;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use drata_api::{Access, ByteStream, Client, Error, ReadOnly, Request, Response, ResponseBody, SignedLink};
use futures_util::StreamExt as _;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use tokio::fs::File;
use tokio::io::{AsyncSeekExt as _, AsyncWriteExt as _};
use tokio::task::spawn_blocking;
use tokio::time::{Instant, sleep};

use super::target::Target;
use crate::client::Drata;

/// How often a download that breaks off is resumed or begun anew, as long as it gets no further.
const ATTEMPTS: u32 = 5;
/// The wait before it is, which doubles with each time that got no further.
const WAIT: Duration = Duration::from_millis(500);
/// The most bytes that are read into memory, unless the program says it.
const MAX_BYTES: usize = 64 * 1024 * 1024;

impl<A: Access> Drata<A> {
    /// Begins to download the file behind a signed link, as responses hold it. The key is not sent along.
    pub fn download(&self, link: impl Into<String>) -> Download {
        Download::new(self.client().read_only(), SignedLink::new(link.into()))
    }
}

/// The download of a file behind a signed link, as responses hold it (`signedUrl`, `downloadUrl`). Made by
/// [`Drata::download`].
///
/// The link itself is the permission and lives for minutes: the key is not sent along, and the link is shown in no error.
/// A download that breaks off is resumed where the store of files allows it, and begun anew where it does not.
///
/// ```no_run
/// # async fn example(drata: drata_ext::Drata, link: String) -> Result<(), drata_ext::Error> {
/// let bytes = drata.download(link).to_file("evidence.pdf").await?;
/// println!("{bytes} bytes");
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use = "a download does nothing until it is awaited"]
pub struct Download {
    client: Client<ReadOnly>,
    request: Request,
    progress: Option<Arc<Progress>>,
    max_bytes: usize,
}

/// Called with the bytes received so far, and with the whole size where it is known.
type Progress = dyn Fn(u64, Option<u64>) + Send + Sync;

impl Download {
    fn new(client: Client<ReadOnly>, link: SignedLink) -> Self {
        let mut request = Request::download(link);
        // Compressed on the way, a part of it could not be told from the whole.
        request.headers.push((header::ACCEPT_ENCODING, HeaderValue::from_static("identity")));
        Self { client, request, progress: None, max_bytes: MAX_BYTES }
    }

    /// Calls `progress` with the bytes received so far and the whole size, where it is known. It starts over when the
    /// download begins anew.
    pub fn with_progress(mut self, progress: impl Fn(u64, Option<u64>) + Send + Sync + 'static) -> Self {
        self.progress = Some(Arc::new(progress));
        self
    }

    /// Sets the connect timeout; the client's by default.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.request.options.connect_timeout = Some(timeout);
        self
    }

    /// Sets the read timeout: the longest gap between received bytes; the client's by default.
    pub fn read_timeout(mut self, timeout: Duration) -> Self {
        self.request.options.read_timeout = Some(timeout);
        self
    }

    /// Limits the whole download, its attempts and the waits between them; no limit by default.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.request.options.deadline = Some(deadline);
        self
    }

    /// Sets the most bytes that [`bytes`](Self::bytes) reads into memory; 64 MiB by default. Files on disk have no limit.
    pub fn max_bytes(mut self, bytes: usize) -> Self {
        self.max_bytes = bytes;
        self
    }

    /// Writes the file to `path` and returns its size.
    ///
    /// The target is checked before anything is fetched. The file is written beside its place and moved there when it is
    /// complete, so `path` holds all of it or what it held before. A file that is replaced keeps its permissions; a symbolic
    /// link is refused. Dropping the future removes what was written.
    ///
    /// # Errors
    ///
    /// When the link is not valid, the transfer fails, or the file cannot be written.
    pub async fn to_file(self, path: impl Into<PathBuf>) -> Result<u64, Error> {
        let path = path.into();
        let name = format!("the file {} cannot be written", path.display());
        let problem = |error| Error::io(name.clone(), error);
        let target = join(spawn_blocking(move || Target::prepare(path))).await.map_err(problem)?;
        let file = File::from_std(target.writer().map_err(problem)?);
        let mut sink = Disk { file, problem: &problem };
        let size = self.transfer(&mut sink).await?;
        join(spawn_blocking(move || target.finish())).await.map_err(problem)?;
        Ok(size)
    }

    /// Reads the file into memory.
    ///
    /// # Errors
    ///
    /// When the link is not valid, the transfer fails, or the file is larger than [`max_bytes`](Self::max_bytes).
    pub async fn bytes(self) -> Result<Bytes, Error> {
        let mut sink = Memory { bytes: BytesMut::new(), most: self.max_bytes };
        self.transfer(&mut sink).await?;
        Ok(sink.bytes.freeze())
    }

    /// Fetches the file into `sink`, as often as it breaks off and gets further.
    async fn transfer(&self, sink: &mut impl Sink) -> Result<u64, Error> {
        let until = self.request.options.deadline.and_then(|limit| Instant::now().checked_add(limit));
        let mut place = Place { received: 0, total: None, validator: None };
        let mut failed = 0;
        loop {
            let before = place.received;
            let broken = match self.fetch(&mut place, until, sink).await {
                Ok(()) => return Ok(place.received),
                Err(Broken::Final(error)) => return Err(error),
                Err(Broken::Off(error)) => error,
            };
            failed = if place.received > before { 1 } else { failed + 1 };
            let wait = WAIT.saturating_mul(1 << (failed - 1).min(6));
            let has_time = until.is_none_or(|until| Instant::now() + wait < until);
            if failed >= ATTEMPTS || !has_time || broken.is_deadline() {
                return Err(broken.with_attempts(failed));
            }
            tracing::debug!(received = place.received, resumes = place.validator.is_some(), "the download broke off");
            sleep(wait).await;
        }
    }

    /// Fetches the file once, from `place` on where the store allows it.
    async fn fetch(&self, place: &mut Place, until: Option<Instant>, sink: &mut impl Sink) -> Result<(), Broken> {
        let mut request = self.request.clone();
        if let Some(until) = until {
            request.options.deadline = Some(until.saturating_duration_since(Instant::now()));
        }
        let rest_of = place.validator.clone().filter(|_| place.received > 0);
        let is_rest = rest_of.is_some();
        if let Some(validator) = rest_of {
            let range = HeaderValue::try_from(format!("bytes={}-", place.received));
            request.headers.extend(range.ok().map(|range| (header::RANGE, range)));
            request.headers.push((header::IF_RANGE, validator));
        }
        // The transport has tried as often as its policy says already.
        let response = self.client.transport().send(request).await.map_err(Broken::Final)?;
        let Response { status, headers, body, .. } = response;
        let refuse = |problem: String| Err(Broken::Final(Error::broken(None, problem).with_link()));
        match status {
            StatusCode::PARTIAL_CONTENT => {
                // A part that nobody asked for would be taken for the whole.
                let Some(part) = Part::of(&headers).filter(|part| is_rest && part.start == place.received) else {
                    return refuse("the store of files sent another part than was asked for".to_owned());
                };
                if let (Some(before), Some(total)) = (place.total, part.total)
                    && before != total
                {
                    return refuse(format!("the file had {before} bytes, and now has {total}"));
                }
                place.total = place.total.or(part.total);
            }
            StatusCode::OK | StatusCode::NON_AUTHORITATIVE_INFORMATION => {
                // All of it, from its beginning.
                if place.received > 0 {
                    sink.clear().await.map_err(Broken::Final)?;
                }
                *place = Place { received: 0, total: length(&headers), validator: validator(&headers) };
            }
            _ => return refuse(format!("the store of files responded with {status}, which comes with no file")),
        }
        self.receive(place, body, sink).await?;
        match place.total {
            Some(total) if place.received != total => {
                let problem = format!("{} of {total} bytes were received", place.received);
                Err(Broken::Off(Error::broken(None, problem).with_link()))
            }
            _ => sink.finish().await.map_err(Broken::Final),
        }
    }

    async fn receive(&self, place: &mut Place, body: ResponseBody, sink: &mut impl Sink) -> Result<(), Broken> {
        let mut stream: ByteStream = match body {
            ResponseBody::Stream(stream) => stream,
            ResponseBody::Buffered(bytes) => Box::pin(futures_util::stream::iter([Ok(bytes)])),
        };
        while let Some(chunk) = stream.next().await {
            let chunk = chunk.map_err(Broken::Off)?;
            // What is more than was announced is not the file, and would have no end.
            if place.total.is_some_and(|total| chunk.len() as u64 > total.saturating_sub(place.received)) {
                let problem = "the store of files sent more than it announced";
                return Err(Broken::Final(Error::broken(None, problem).with_link()));
            }
            sink.write(&chunk).await.map_err(Broken::Final)?;
            place.received += chunk.len() as u64;
            if let Some(progress) = &self.progress {
                progress(place.received, place.total);
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Download {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Download").field("link", &self.request.link).finish_non_exhaustive()
    }
}

/// How far a download is.
struct Place {
    received: u64,
    /// The whole size, where it is known.
    total: Option<u64>,
    /// What tells that the rest belongs to what was received. Without it, a download begins anew.
    validator: Option<HeaderValue>,
}

/// Why a transfer ended.
enum Broken {
    /// It may go on.
    Off(Error),
    /// It may not.
    Final(Error),
}

/// What a download is written to.
trait Sink: Send {
    fn write(&mut self, chunk: &[u8]) -> impl Future<Output = Result<(), Error>> + Send;
    fn clear(&mut self) -> impl Future<Output = Result<(), Error>> + Send;
    fn finish(&mut self) -> impl Future<Output = Result<(), Error>> + Send;
}

struct Memory {
    bytes: BytesMut,
    most: usize,
}

impl Sink for Memory {
    async fn write(&mut self, chunk: &[u8]) -> Result<(), Error> {
        if self.bytes.len() + chunk.len() > self.most {
            return Err(Error::too_large(None, StatusCode::OK, self.most).with_link());
        }
        self.bytes.extend_from_slice(chunk);
        Ok(())
    }

    async fn clear(&mut self) -> Result<(), Error> {
        self.bytes.clear();
        Ok(())
    }

    async fn finish(&mut self) -> Result<(), Error> {
        Ok(())
    }
}

struct Disk<'a, P> {
    file: File,
    problem: &'a P,
}

impl<P: Fn(io::Error) -> Error + Sync> Sink for Disk<'_, P> {
    async fn write(&mut self, chunk: &[u8]) -> Result<(), Error> {
        self.file.write_all(chunk).await.map_err(self.problem)
    }

    async fn clear(&mut self) -> Result<(), Error> {
        self.file.set_len(0).await.map_err(self.problem)?;
        self.file.rewind().await.map(drop).map_err(self.problem)
    }

    async fn finish(&mut self) -> Result<(), Error> {
        self.file.flush().await.map_err(self.problem)
    }
}

fn length(headers: &HeaderMap) -> Option<u64> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// A part of a file, as `Content-Range` says it.
struct Part {
    start: u64,
    /// The size of the whole file, where it is known.
    total: Option<u64>,
}

impl Part {
    fn of(headers: &HeaderMap) -> Option<Self> {
        let range = headers.get(header::CONTENT_RANGE)?.to_str().ok()?.strip_prefix("bytes ")?;
        let (start, rest) = range.split_once('-')?;
        let (_, total) = rest.split_once('/')?;
        Some(Self { start: start.trim().parse().ok()?, total: total.trim().parse().ok() })
    }
}

/// A strong entity tag, or the time of the last change, if the store serves parts at all.
fn validator(headers: &HeaderMap) -> Option<HeaderValue> {
    let serves_parts = headers.get(header::ACCEPT_RANGES).is_some_and(|units| units == "bytes");
    let tag = headers.get(header::ETAG).filter(|tag| !tag.as_bytes().starts_with(b"W/"));
    tag.or_else(|| headers.get(header::LAST_MODIFIED)).filter(|_| serves_parts).cloned()
}

async fn join<T>(task: tokio::task::JoinHandle<io::Result<T>>) -> io::Result<T> {
    task.await.unwrap_or_else(|error| Err(io::Error::other(error)))
}
