//! One page on its way.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use drata_api::{PageParts, PageRef, Paged};
use tokio_util::task::AbortOnDropHandle;
use tracing::Instrument as _;

use crate::Error;

/// A page being fetched, on a task of its own, so that it goes on while the consumer works. Dropped, it is cancelled.
pub(super) struct Fetch<T> {
    pub(super) page: PageRef,
    task: AbortOnDropHandle<Result<PageParts<T>, Error>>,
}

impl<T: Send + 'static> Fetch<T> {
    pub(super) fn start<P: Paged<Item = T>>(list: &P, page: PageRef) -> Self {
        let mut call = list.call().clone();
        match &page {
            PageRef::Number(number) => call.query("page", i64::from(*number)),
            PageRef::Cursor(None) => {}
            PageRef::Cursor(Some(cursor)) => {
                // The total is told with the first page only.
                call.request_mut().query.retain(|(name, _)| name != "includeTotalCount");
                call.query("cursor", cursor.as_str());
            }
        }
        let fetch = async move { call.receive::<P::Page>().await.map(P::split) };
        Self { page, task: AbortOnDropHandle::new(tokio::spawn(fetch.in_current_span())) }
    }

    pub(super) fn poll(&mut self, context: &mut Context<'_>) -> Poll<Result<PageParts<T>, Error>> {
        Poll::Ready(match ready!(Pin::new(&mut self.task).poll(context)) {
            Ok(outcome) => outcome,
            // Nobody else holds the task, so it ended by a panic in a decoder, or because the runtime shuts down.
            Err(error) => match error.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                Err(error) => Err(Error::broken(None, "the runtime is shutting down").with_source(error)),
            },
        })
    }
}
