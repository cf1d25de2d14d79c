//! Forms and files on their way out.

use std::io;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::{Bytes, BytesMut};
use drata_api::{Form, PartValue, Source, Upload};
use futures_core::Stream;
use futures_util::stream;
use reqwest::multipart;
use tokio::io::AsyncRead;
use tokio::time::timeout;

use super::activity::Activity;
use super::failure::LocalError;
use super::source::{self, Opened};
use drata_api::Error;

/// How much of a file is held in memory at a time.
const CHUNK: usize = 64 * 1024;

/// Builds the form for one attempt: files are opened anew, a one-shot reader is taken.
pub(crate) async fn build(form: &Form, activity: &Activity) -> Result<multipart::Form, Error> {
    let mut out = multipart::Form::new();
    for part in &form.parts {
        let name = part.name.clone().into_owned();
        out = match &part.value {
            PartValue::Text(text) => out.text(name, text.clone()),
            PartValue::File(upload) => out.part(name, file(upload, activity).await?),
        };
    }
    Ok(out)
}

async fn file(upload: &Upload, activity: &Activity) -> Result<multipart::Part, Error> {
    let part = match upload.source() {
        Source::Bytes(content) => {
            let name: Arc<str> = format!("the content of {:?}", upload.file_name()).into();
            let length = content.len() as u64;
            let body = Reported::new(slices(content.clone()), name, upload, activity);
            multipart::Part::stream_with_length(reqwest::Body::wrap_stream(body), length)
        }
        Source::Path(path) => from_path(path, upload, activity).await?,
        Source::Once(reader) => {
            let name: Arc<str> = format!("the reader of {:?}", upload.file_name()).into();
            let Some(reader) = reader.take() else {
                return Err(Error::invalid(None, format!("{name} was read by an earlier call: make a new one")));
            };
            let body = Reported::new(chunks(reader, None, Arc::clone(&name)), name, upload, activity);
            multipart::Part::stream(reqwest::Body::wrap_stream(body))
        }
        _ => return Err(Error::invalid(None, "this kind of upload is unknown to the transport")),
    };
    let part = part.file_name(printable(upload.file_name()));
    part.mime_str(upload.content_type())
        .map_err(|_| Error::invalid(None, format!("{:?} is not a media type", upload.content_type())))
}

/// The length of a regular file is trusted, and checked while it is read. Everything else, such as a pipe or a file of `/proc`,
/// is read to its end, and has to hold something: an empty part would say that there is nothing.
async fn from_path(path: &Path, upload: &Upload, activity: &Activity) -> Result<multipart::Part, Error> {
    let name: Arc<str> = format!("the file {}", path.display()).into();
    let problem = |error| Error::io(format!("{name} cannot be read"), error);
    let opened = source::open(path).await.map_err(problem)?;
    if let Opened::Regular { file, length, watch } = opened {
        let body = chunks(file, Some((length, watch)), Arc::clone(&name));
        let body = Reported::new(body, Arc::clone(&name), upload, activity);
        return Ok(multipart::Part::stream_with_length(reqwest::Body::wrap_stream(body), length));
    }
    let reader = opened.into_reader();
    let mut content = Box::pin(chunks(reader, None, Arc::clone(&name)));
    // Nothing is sent before the first piece is there.
    let first = std::future::poll_fn(|context| content.as_mut().poll_next(context));
    let first = timeout(source::FIRST_BYTE_TIMEOUT, first).await.map_err(|_| {
        let why = format!("nothing could be read from it for {:?}", source::FIRST_BYTE_TIMEOUT);
        problem(io::Error::new(io::ErrorKind::TimedOut, why))
    })?;
    let first = match first {
        Some(first) => first.map_err(problem)?,
        None => {
            let why = "it is empty; to send an empty file on purpose, use Upload::from_bytes";
            return Err(problem(io::Error::new(io::ErrorKind::UnexpectedEof, why)));
        }
    };
    activity.spend_body();
    let whole = futures_util::StreamExt::chain(stream::iter([Ok(first)]), content);
    let body = Reported::new(whole, name, upload, activity);
    Ok(multipart::Part::stream(reqwest::Body::wrap_stream(body)))
}

/// What a reader holds, in pieces. A file of a known length has to have it, and to stay as it was: the last piece is delivered
/// only when it is certain.
fn chunks(
    reader: impl AsyncRead + Send + 'static,
    expected: Option<(u64, source::Watch)>,
    name: Arc<str>,
) -> impl Stream<Item = io::Result<Bytes>> + Send + 'static {
    let state = (Box::pin(reader), BytesMut::with_capacity(CHUNK), 0, false);
    stream::try_unfold(state, move |(mut reader, mut buffer, sent, done)| {
        let (expected, name) = (expected.clone(), Arc::clone(&name));
        async move {
            if done {
                return Ok(None);
            }
            buffer.reserve(CHUNK);
            let most = match &expected {
                Some((length, _)) => usize::try_from(length - sent).unwrap_or(CHUNK).min(CHUNK),
                None => CHUNK,
            };
            let read = source::read(&mut reader, &mut buffer, most)
                .await
                .map_err(|error| local(&name, "cannot be read", error))?;
            let total = sent + read as u64;
            let Some((length, watch)) = expected else {
                return Ok((read > 0).then(|| (buffer.split().freeze(), (reader, buffer, total, false))));
            };
            if read == 0 {
                return Err(changed(&name, &format!("it ended after {sent} of {length} bytes")));
            }
            if total == length && !watch.is_unchanged(length).await {
                return Err(changed(&name, "it was written to"));
            }
            Ok(Some((buffer.split().freeze(), (reader, buffer, total, total == length))))
        }
    })
}

fn changed(name: &str, how: &str) -> io::Error {
    let problem = format!("{name} changed while it was sent: {how}");
    io::Error::other(LocalError { problem: problem.into(), kind: io::ErrorKind::InvalidData })
}

fn local(name: &str, what: &str, error: io::Error) -> io::Error {
    let kind = error.kind();
    io::Error::new(kind, LocalError { problem: format!("{name} {what}: {error}").into(), kind })
}

/// A body that reports what it delivers, and when it waits for what it delivers.
struct Reported<S> {
    content: Pin<Box<S>>,
    name: Arc<str>,
    upload: Upload,
    activity: Activity,
    sent: u64,
}

impl<S> Reported<S> {
    fn new(content: S, name: Arc<str>, upload: &Upload, activity: &Activity) -> Self {
        Self { content: Box::pin(content), name, upload: upload.clone(), activity: activity.clone(), sent: 0 }
    }
}

impl<S: Stream<Item = io::Result<Bytes>>> Stream for Reported<S> {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let next = self.content.as_mut().poll_next(context);
        match &next {
            Poll::Pending => self.activity.reading(&self.name),
            Poll::Ready(chunk) => {
                self.activity.touch();
                if let Some(Ok(chunk)) = chunk {
                    self.sent += chunk.len() as u64;
                    self.upload.report_progress(self.sent);
                }
            }
        }
        next
    }
}

fn slices(mut content: Bytes) -> impl Stream<Item = io::Result<Bytes>> + Send + 'static {
    let pieces = std::iter::from_fn(move || (!content.is_empty()).then(|| content.split_to(content.len().min(CHUNK))));
    stream::iter(pieces.map(Ok))
}

/// A file name without line breaks and the like, which would end the part's header.
fn printable(file_name: &str) -> String {
    file_name.chars().map(|letter| if letter.is_control() { '_' } else { letter }).collect()
}

#[cfg(test)]
mod tests {
    use futures_util::TryStreamExt as _;
    use proptest::prelude::*;

    use super::*;

    async fn sent(content: impl Stream<Item = io::Result<Bytes>>) -> io::Result<Vec<u8>> {
        content
            .try_fold(Vec::new(), async |mut all, chunk| {
                all.extend_from_slice(&chunk);
                Ok(all)
            })
            .await
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn a_file_arrives_as_it_is(content in prop::collection::vec(any::<u8>(), 1..200_000)) {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("file");
            std::fs::write(&path, &content).unwrap();
            let arrived = runtime.block_on(async {
                let Opened::Regular { file, length, watch } = source::open(&path).await.unwrap() else { panic!("regular") };
                sent(chunks(file, Some((length, watch)), "it".into())).await.unwrap()
            });
            prop_assert_eq!(arrived, content);
        }

        #[test]
        fn no_file_name_ends_the_header_of_its_part(name in any::<String>()) {
            prop_assert!(!printable(&name).chars().any(char::is_control));
        }
    }

    #[tokio::test]
    async fn a_file_that_changes_while_it_is_sent_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        for change in ["shrinks", "grows", "is rewritten"] {
            std::fs::write(&path, vec![b'a'; 300_000]).unwrap();
            let Opened::Regular { file, length, watch } = source::open(&path).await.unwrap() else { panic!("regular") };
            let mut content = Box::pin(chunks(file, Some((length, watch)), "it".into()));
            content.try_next().await.unwrap();
            match change {
                "shrinks" => std::fs::write(&path, "b").unwrap(),
                "grows" => std::fs::write(&path, vec![b'b'; 400_000]).unwrap(),
                _ => {
                    // A clock of the disk that is too coarse to see the change would be a reason to fail here.
                    std::thread::sleep(std::time::Duration::from_millis(20));
                    std::fs::write(&path, vec![b'b'; 300_000]).unwrap();
                }
            }
            let error = sent(content).await.unwrap_err();
            assert!(error.to_string().contains("changed while it was sent"), "{change}: {error}");
        }
    }
}
