//! The pages of a list, one by one.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use drata_api::{Checkpoint, Error, PageRef, Paged, Rejected};
use futures_core::Stream;

use super::progress::Progress;
use super::walk::Walk;

/// A page of a list.
#[derive(Debug)]
#[non_exhaustive]
pub struct Page<T> {
    /// Its items; one that did not decode is an error with its raw JSON.
    pub items: Vec<Result<T, Error>>,
    /// What lists within the items rejected: the items decoded all the same, without what is named here.
    pub report: Vec<Rejected>,
    /// Where to resume after this page; `None` when it is known to be the last one.
    pub checkpoint: Option<Checkpoint>,
}

/// The pages of a list. Made by [`ListExt::pages`](crate::ListExt::pages).
///
/// An error ends the walk, and carries a [`Checkpoint`] to resume from.
#[must_use = "a stream does nothing until it is read"]
pub struct Pages<P: Paged> {
    walk: Walk<P>,
}

impl<P: Paged> Pages<P> {
    pub(super) fn new(list: P) -> Self {
        Self { walk: Walk::new(list) }
    }

    /// Sets how many pages are fetched at once, once their number is known; 4 by default. Lists paged by cursor are always
    /// fetched one page ahead.
    pub fn concurrency(mut self, pages: usize) -> Self {
        self.walk.set_concurrency(pages);
        self
    }

    /// Asks for the number of rows of a list paged by cursor, where the service can tell it; see [`Progress::total`].
    pub fn with_total(mut self) -> Self {
        self.walk.ask_total();
        self
    }

    /// Goes on where an earlier walk through the same list stopped.
    ///
    /// # Errors
    ///
    /// When the checkpoint belongs to another list or another query ([`Error::is_checkpoint`]).
    pub fn resume(mut self, checkpoint: &Checkpoint) -> Result<Self, Error> {
        self.walk.resume(checkpoint)?;
        Ok(self)
    }

    /// Returns the next page; `None` after the last one.
    pub async fn next(&mut self) -> Option<Result<Page<P::Item>, Error>> {
        std::future::poll_fn(|context| self.poll_page(context)).await
    }

    /// Returns how far the walk is.
    pub fn progress(&self) -> Progress {
        self.walk.progress()
    }

    fn poll_page(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Page<P::Item>, Error>>> {
        let arrived = match ready!(self.walk.poll_page(context)) {
            Some(Ok(arrived)) => arrived,
            Some(Err(error)) => return Poll::Ready(Some(Err(error))),
            None => return Poll::Ready(None),
        };
        let items: Vec<_> = arrived.rows.collect();
        self.walk.delivered(items.len() as u64);
        let walk = &self.walk;
        let resume_at = |page: PageRef| walk.checkpoint(page, 0, usize::MAX);
        Poll::Ready(Some(Ok(Page { items, report: arrived.report, checkpoint: arrived.next.map(resume_at) })))
    }
}

impl<P: Paged> fmt::Debug for Pages<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pages").field("progress", &self.progress()).finish_non_exhaustive()
    }
}

/// Nothing in it is pinned.
impl<P: Paged> Unpin for Pages<P> {}

impl<P: Paged> Stream for Pages<P> {
    type Item = Result<Page<P::Item>, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll_page(context)
    }
}
