//! Files of every kind, opened so that nothing waits for ever.

use std::io;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::BytesMut;
use tokio::fs::File;
use tokio::io::{AsyncRead, AsyncReadExt as _};

/// How long the first byte of a pipe or device is waited for.
pub(crate) const FIRST_BYTE_TIMEOUT: Duration = Duration::from_secs(60);

/// A file that was opened.
pub(crate) enum Opened {
    /// A regular file that says how long it is.
    Regular { file: File, length: u64, watch: Watch },
    /// What has no length that could be trusted: a device, a file of `/proc`, an empty file.
    Unknown(File),
    /// A pipe.
    #[cfg(unix)]
    Pipe(tokio::net::unix::pipe::Receiver),
}

impl Opened {
    pub(crate) fn into_reader(self) -> Pin<Box<dyn AsyncRead + Send>> {
        match self {
            Self::Regular { file, .. } | Self::Unknown(file) => Box::pin(file),
            #[cfg(unix)]
            Self::Pipe(pipe) => Box::pin(pipe),
        }
    }
}

/// Opens a file for reading. A pipe is opened without waiting for its writer.
pub(crate) async fn open(path: &Path) -> io::Result<Opened> {
    let metadata = tokio::fs::metadata(path).await?;
    if metadata.is_dir() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt as _;
        if metadata.file_type().is_fifo() {
            return tokio::net::unix::pipe::OpenOptions::new().open_receiver(path).map(Opened::Pipe);
        }
        if metadata.file_type().is_socket() {
            return Err(io::Error::new(io::ErrorKind::Unsupported, "it is a socket"));
        }
    }
    let file = File::open(path).await?;
    // Of the file that is open, not of what may stand at the path by now.
    let metadata = file.metadata().await?;
    if !metadata.is_file() || metadata.len() == 0 {
        return Ok(Opened::Unknown(file));
    }
    let watch = Watch { file: Arc::new(file.try_clone().await?), modified: metadata.modified().ok() };
    Ok(Opened::Regular { file, length: metadata.len(), watch })
}

/// What a regular file was like when it was opened.
#[derive(Clone, Debug)]
pub(crate) struct Watch {
    file: Arc<File>,
    modified: Option<SystemTime>,
}

impl Watch {
    /// Whether the file still has `length` and was not written to.
    pub(crate) async fn is_unchanged(&self, length: u64) -> bool {
        match self.file.metadata().await {
            Ok(now) => now.len() == length && now.modified().ok() == self.modified,
            Err(_) => false,
        }
    }
}

/// Reads at most `most` bytes into `buffer`.
pub(crate) async fn read(
    reader: &mut Pin<Box<impl AsyncRead>>,
    buffer: &mut BytesMut,
    most: usize,
) -> io::Result<usize> {
    let most = u64::try_from(most).unwrap_or(u64::MAX);
    reader.as_mut().take(most).read_buf(buffer).await
}
