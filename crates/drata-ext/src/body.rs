//! Bodies of answers.

use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use drata_api::{ByteStream, OperationMeta};
use futures_util::stream;
use reqwest::Response;
use tokio::time::{Instant, timeout, timeout_at};

use crate::Error;
use crate::failure::Failure;

/// The most bytes reserved because a header announces them.
const MAX_RESERVED: usize = 4 * 1024 * 1024;

/// The next piece, or `None` at the end.
pub(crate) async fn chunk(
    answer: &mut Response,
    operation: Option<&'static OperationMeta>,
    limit: Duration,
) -> Result<Option<Bytes>, Failure> {
    match timeout(limit, answer.chunk()).await {
        Ok(Ok(chunk)) => Ok(chunk),
        Ok(Err(error)) => Err(Failure::of_client(operation, error, limit)),
        Err(_) => Err(Failure::of_silence(operation, limit)),
    }
}

/// All of it. `limit` is the longest silence.
pub(crate) async fn whole(
    answer: &mut Response,
    operation: Option<&'static OperationMeta>,
    limit: Duration,
) -> Result<Bytes, Failure> {
    let length = answer.content_length().map_or(0, |length| usize::try_from(length).unwrap_or(usize::MAX));
    let Some(first) = chunk(answer, operation, limit).await? else { return Ok(Bytes::new()) };
    if first.len() == length {
        // What is announced is all that comes; reading on frees the connection for the next request.
        chunk(answer, operation, limit).await?;
        return Ok(first);
    }
    let mut all = BytesMut::with_capacity(length.min(MAX_RESERVED).max(first.len()));
    all.extend_from_slice(&first);
    while let Some(next) = chunk(answer, operation, limit).await? {
        all.extend_from_slice(&next);
    }
    Ok(all.freeze())
}

/// As much as arrives, up to about `most` bytes: for answers that are errors already.
pub(crate) async fn beginning(answer: &mut Response, limit: Duration, most: usize) -> Bytes {
    let mut all = BytesMut::new();
    while all.len() < most
        && let Ok(Some(next)) = chunk(answer, None, limit).await
    {
        all.extend_from_slice(&next);
    }
    all.freeze()
}

/// Piece by piece, as it arrives. `limit` is the longest silence, `deadline` the time for the whole call and its end.
pub(crate) fn stream(
    answer: Response,
    operation: Option<&'static OperationMeta>,
    endpoint: Arc<str>,
    limit: Duration,
    deadline: Option<(Duration, Instant)>,
) -> ByteStream {
    Box::pin(stream::try_unfold(answer, move |mut answer| {
        let endpoint = Arc::clone(&endpoint);
        async move {
            let next = chunk(&mut answer, operation, limit);
            let next = match deadline {
                None => next.await,
                Some((asked, until)) => timeout_at(until, next)
                    .await
                    .unwrap_or_else(|_| Err(Failure::last(Error::deadline(operation, asked, None)))),
            };
            let next = next.map_err(|failure| failure.error.with_endpoint(endpoint).with_attempts(1))?;
            Ok::<_, Error>(next.map(|bytes| (bytes, answer)))
        }
    }))
}
