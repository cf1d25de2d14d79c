//! Bodies of responses.

use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use drata_api::{ByteStream, OperationMeta};
use futures_util::stream;
use http::HeaderValue;
use reqwest::Response;
use tokio::time::{Instant, timeout, timeout_at};

use super::activity::Activity;
use super::failure::Failure;
use drata_api::Error;

/// The most bytes reserved because a header announces them.
const MAX_RESERVED: usize = 4 * 1024 * 1024;

/// Why a body could not be read.
#[derive(Debug)]
pub(crate) enum Problem {
    /// It is larger than it may be.
    TooLarge,
    /// It broke off.
    Broken(reqwest::Error),
}

/// Reads a body of at most `limit` bytes, decompressed, and reports each piece.
pub(crate) async fn buffered(
    response: &mut Response,
    announced: Option<&HeaderValue>,
    limit: usize,
    activity: &Activity,
) -> Result<Bytes, Problem> {
    let announced = announced.and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if announced.is_some_and(|length| length > limit) {
        return Err(Problem::TooLarge);
    }
    let mut chunk = async || {
        let chunk = response.chunk().await.map_err(Problem::Broken);
        activity.touch();
        chunk
    };
    let Some(first) = chunk().await? else { return Ok(Bytes::new()) };
    if first.len() > limit {
        return Err(Problem::TooLarge);
    }
    if announced == Some(first.len()) {
        // What is announced is all there is; reading on frees the connection for the next request.
        chunk().await?;
        return Ok(first);
    }
    let mut all = BytesMut::with_capacity(announced.unwrap_or(0).clamp(first.len(), MAX_RESERVED.max(first.len())));
    all.extend_from_slice(&first);
    while let Some(next) = chunk().await? {
        if all.len() + next.len() > limit {
            return Err(Problem::TooLarge);
        }
        all.extend_from_slice(&next);
    }
    Ok(all.freeze())
}

/// Reads at most `most` bytes within `time`: for responses that are errors already.
pub(crate) async fn beginning(response: &mut Response, time: Duration, most: usize) -> Bytes {
    let mut all = BytesMut::new();
    let reading = async {
        while all.len() < most
            && let Ok(Some(next)) = response.chunk().await
        {
            all.extend_from_slice(&next[..next.len().min(most - all.len())]);
        }
    };
    // What arrived until then is what there is.
    let _ = timeout(time, reading).await;
    all.freeze()
}

/// A body that is delivered as it arrives.
pub(crate) struct Streamed {
    pub(crate) response: Response,
    pub(crate) operation: Option<&'static OperationMeta>,
    pub(crate) endpoint: Arc<str>,
    /// The longest gap between received bytes.
    pub(crate) read_timeout: Duration,
    /// The time for the whole call, and its end.
    pub(crate) deadline: Option<(Duration, Instant)>,
    pub(crate) is_link: bool,
}

/// Delivers a body piece by piece.
pub(crate) fn stream(body: Streamed) -> ByteStream {
    Box::pin(stream::try_unfold(body, move |mut body| async move {
        match body.next().await {
            Ok(next) => Ok(next.map(|bytes| (bytes, body))),
            Err(error) => {
                let error = error.with_endpoint(Arc::clone(&body.endpoint)).with_attempts(1);
                Err(if body.is_link { error.with_link() } else { error })
            }
        }
    }))
}

impl Streamed {
    async fn next(&mut self) -> Result<Option<Bytes>, Error> {
        let (operation, read_timeout, deadline) = (self.operation, self.read_timeout, self.deadline);
        let next = async {
            match timeout(read_timeout, self.response.chunk()).await {
                Ok(chunk) => chunk.map_err(|error| Failure::of_client(operation, error, None).error),
                Err(_) => Err(Error::read_timeout(operation, read_timeout)),
            }
        };
        match deadline {
            None => next.await,
            Some((limit, until)) => {
                timeout_at(until, next).await.unwrap_or_else(|_| Err(Error::deadline(operation, limit, None)))
            }
        }
    }
}
