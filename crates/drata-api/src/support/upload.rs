//! A file on its way to the service.

use std::fmt;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use tokio::io::AsyncRead;

/// A file to send in a form: its content, its name and its media type.
///
/// From bytes or a path it can be sent again after a failed attempt; [`Upload::once`] takes a reader, which cannot, so such a
/// call is tried once. Files are streamed from their path, never wholly read into memory.
///
/// To cancel an upload, drop the future of its call, for example by `tokio::select!` or by aborting its task: the connection
/// is closed in the middle of the body, so the service sees no whole request, and no other attempt is made. A call that is
/// dropped while it waits for the response was sent, and may have had its effect.
///
/// ```
/// use drata_api::Upload;
///
/// let roster = Upload::from_bytes("roster.csv", "id,email\n1,ada@example.com\n");
/// assert_eq!(roster.file_name(), "roster.csv");
/// assert_eq!(roster.content_type(), "text/csv");
/// ```
#[derive(Clone)]
pub struct Upload {
    source: Source,
    file_name: String,
    content_type: Option<String>,
    progress: Option<Progress>,
}

/// Called with the bytes sent so far in this attempt.
type Progress = Arc<dyn Fn(u64) + Send + Sync>;

/// Where the content of an [`Upload`] comes from.
#[derive(Clone)]
#[non_exhaustive]
pub enum Source {
    /// Memory.
    Bytes(Bytes),
    /// A file, opened anew for each attempt.
    Path(PathBuf),
    /// A reader that can be read once.
    Once(OnceReader),
}

impl Upload {
    /// A file from memory.
    pub fn from_bytes(file_name: impl Into<String>, content: impl Into<Bytes>) -> Self {
        Self::new(Source::Bytes(content.into()), file_name.into())
    }

    /// A file from disk, streamed when it is sent. Its name is the last part of the path.
    ///
    /// Each attempt of a call opens it anew. What is no regular file, such as a pipe, is read once: when its bytes were read,
    /// the call is not retried, since the rest would be sent as if it was all.
    pub fn from_path(path: impl Into<PathBuf>) -> Self {
        let path = path.into();
        let name = path.file_name().map_or_else(|| "file".to_owned(), |name| name.to_string_lossy().into_owned());
        Self::new(Source::Path(path), name)
    }

    /// A file from a reader, streamed when it is sent. The call is never retried, since the reader cannot start over.
    pub fn once(file_name: impl Into<String>, reader: impl AsyncRead + Send + 'static) -> Self {
        Self::new(Source::Once(OnceReader::new(reader)), file_name.into())
    }

    fn new(source: Source, file_name: String) -> Self {
        Self { source, file_name, content_type: None, progress: None }
    }

    /// Sets the media type instead of deriving it from the file name's extension.
    #[must_use]
    pub fn with_content_type(mut self, content_type: impl Into<String>) -> Self {
        self.content_type = Some(content_type.into());
        self
    }

    /// Sets the file name.
    #[must_use]
    pub fn with_file_name(mut self, file_name: impl Into<String>) -> Self {
        self.file_name = file_name.into();
        self
    }

    /// Calls `progress` with the number of bytes handed to the connection so far; it starts over with each attempt.
    #[must_use]
    pub fn with_progress(mut self, progress: impl Fn(u64) + Send + Sync + 'static) -> Self {
        self.progress = Some(Arc::new(progress));
        self
    }

    /// The file name sent with the part.
    pub fn file_name(&self) -> &str {
        &self.file_name
    }

    /// The media type sent with the part.
    pub fn content_type(&self) -> &str {
        self.content_type.as_deref().unwrap_or_else(|| media_type(&self.file_name))
    }

    /// Where the content comes from.
    pub fn source(&self) -> &Source {
        &self.source
    }

    /// Reports bytes handed to the connection; for transports.
    pub fn report_progress(&self, sent: u64) {
        if let Some(progress) = &self.progress {
            progress(sent);
        }
    }

    /// Whether it can be sent again.
    pub fn is_repeatable(&self) -> bool {
        !matches!(self.source, Source::Once(_))
    }
}

impl fmt::Debug for Upload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("Upload");
        out.field("file_name", &self.file_name).field("content_type", &self.content_type());
        match &self.source {
            Source::Bytes(bytes) => out.field("bytes", &bytes.len()),
            Source::Path(path) => out.field("path", path),
            Source::Once(_) => out.field("once", &true),
        };
        out.finish()
    }
}

impl From<PathBuf> for Upload {
    fn from(path: PathBuf) -> Self {
        Self::from_path(path)
    }
}

impl From<&Path> for Upload {
    fn from(path: &Path) -> Self {
        Self::from_path(path)
    }
}

/// A reader that the first taker gets.
#[derive(Clone)]
pub struct OnceReader(Arc<Mutex<Option<BoxedReader>>>);

/// An owned reader.
pub type BoxedReader = Pin<Box<dyn AsyncRead + Send>>;

impl OnceReader {
    fn new(reader: impl AsyncRead + Send + 'static) -> Self {
        Self(Arc::new(Mutex::new(Some(Box::pin(reader)))))
    }

    /// Takes the reader; `None` when it was taken before.
    pub fn take(&self) -> Option<BoxedReader> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// Media types of the extensions that the service documents for uploads.
fn media_type(file_name: &str) -> &'static str {
    let extension = file_name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
    match extension.as_deref() {
        Some("csv") => "text/csv",
        Some("doc") => "application/msword",
        Some("docx") => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        Some("gif") => "image/gif",
        Some("htm" | "html") => "text/html",
        Some("jpeg" | "jpg") => "image/jpeg",
        Some("json") => "application/json",
        Some("log" | "txt") => "text/plain",
        Some("markdown" | "md") => "text/markdown",
        Some("mp4") => "video/mp4",
        Some("msg") => "application/vnd.ms-outlook",
        Some("odp") => "application/vnd.oasis.opendocument.presentation",
        Some("ods") => "application/vnd.oasis.opendocument.spreadsheet",
        Some("odt") => "application/vnd.oasis.opendocument.text",
        Some("pdf") => "application/pdf",
        Some("png") => "image/png",
        Some("pptx") => "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        Some("xlsx") => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        Some("zip") => "application/zip",
        _ => "application/octet-stream",
    }
}
