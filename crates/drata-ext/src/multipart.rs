//! Forms and files on their way out.

use std::io;

use bytes::Bytes;
use drata_api::{Form, PartValue, Source, Upload};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use reqwest::multipart;
use tokio::fs::File;
use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio_util::io::ReaderStream;

use crate::Error;
use crate::activity::Activity;

/// How much of a file is held in memory at a time.
const CHUNK: usize = 64 * 1024;

/// Builds the form for one try: files are opened anew, a one-shot reader is taken.
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
            let length = content.len() as u64;
            multipart::Part::stream_with_length(body(slices(content.clone()), upload, activity), length)
        }
        Source::Path(path) => {
            let problem = |error| Error::io(format!("the file {} cannot be read", path.display()), error);
            let file = File::open(path).await.map_err(problem)?;
            let metadata = file.metadata().await.map_err(problem)?;
            if metadata.is_dir() {
                return Err(problem(io::Error::from(io::ErrorKind::IsADirectory)));
            }
            // A file that grows meanwhile is sent as long as it was.
            let content = read(file.take(metadata.len()));
            multipart::Part::stream_with_length(body(content, upload, activity), metadata.len())
        }
        Source::Once(reader) => {
            let Some(reader) = reader.take() else {
                let problem =
                    format!("the reader of {:?} was read by an earlier call: make a new one", upload.file_name());
                return Err(Error::invalid(None, problem));
            };
            multipart::Part::stream(body(read(reader), upload, activity))
        }
        _ => return Err(Error::invalid(None, "this kind of upload is unknown to the transport")),
    };
    let part = part.file_name(printable(upload.file_name()));
    part.mime_str(upload.content_type())
        .map_err(|_| Error::invalid(None, format!("{:?} is not a media type", upload.content_type())))
}

/// A body that reports what it hands on.
fn body<S>(content: S, upload: &Upload, activity: &Activity) -> reqwest::Body
where
    S: stream::Stream<Item = io::Result<Bytes>> + Send + 'static,
{
    let (upload, activity) = (upload.clone(), activity.clone());
    let mut sent = 0;
    reqwest::Body::wrap_stream(content.inspect_ok(move |chunk| {
        sent += chunk.len() as u64;
        activity.touch();
        upload.report_progress(sent);
    }))
}

fn read(reader: impl AsyncRead + Send + 'static) -> impl stream::Stream<Item = io::Result<Bytes>> + Send + 'static {
    ReaderStream::with_capacity(reader, CHUNK)
}

fn slices(mut content: Bytes) -> impl stream::Stream<Item = io::Result<Bytes>> + Send + 'static {
    stream::iter(std::iter::from_fn(move || (!content.is_empty()).then(|| content.split_to(content.len().min(CHUNK)))))
        .map(Ok)
}

/// A file name without line breaks and the like, which would end the part's header.
fn printable(file_name: &str) -> String {
    file_name.chars().map(|letter| if letter.is_control() { '_' } else { letter }).collect()
}
