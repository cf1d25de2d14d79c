//! One page on its way.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use drata_api::{Error, List, PageParts, PageRef, Paged, Pagination, Rejected, Response};
use serde_json::Value;
use tokio_util::task::AbortOnDropHandle;
use tracing::Instrument as _;

/// A page that arrived.
pub(super) struct Fetched<T> {
    pub(super) items: List<T>,
    pub(super) total: Option<i64>,
    pub(super) cursor: Option<String>,
    /// What lists within its items rejected.
    pub(super) report: Vec<Rejected>,
    /// What the rows are, where they have no keys to tell by.
    pub(super) fingerprint: Option<u64>,
}

/// A page being fetched, on a task of its own, so that it goes on while the consumer works. Dropped, it is cancelled.
pub(super) struct Fetch<T> {
    pub(super) page: PageRef,
    task: AbortOnDropHandle<Result<Fetched<T>, Error>>,
}

impl<T: Send + 'static> Fetch<T> {
    pub(super) fn start<P: Paged<Item = T>>(list: &P, page: PageRef) -> Self {
        let list = list.clone();
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
        let fetch =
            async move { call.receive_json_and_body().await.and_then(|(page, body)| take_apart(&list, page, &body)) };
        Self { page, task: AbortOnDropHandle::new(tokio::spawn(fetch.in_current_span())) }
    }

    pub(super) fn poll(&mut self, context: &mut Context<'_>) -> Poll<Result<Fetched<T>, Error>> {
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

/// Takes a page of `list` apart.
pub(super) fn take_apart<P: Paged>(list: &P, page: Response<P::Page>, body: &[u8]) -> Result<Fetched<P::Item>, Error> {
    let PageParts { items, total, cursor, .. } = list.split_page(page.body);
    let Some(items) = items else {
        // Taken for an empty page, it would end the walk as if all was well.
        let operation = list.call().request().operation;
        return Err(Error::decode(operation, page.status, "", "there is no list of items", Bytes::new()));
    };
    let report = within_items(page.rejected, items.rejected());
    let is_numbered = matches!(list.pagination(), Pagination::Number { .. });
    let has_keys = || items.iter().any(|item| P::key(item).is_some());
    let fingerprint = (is_numbered && !has_keys()).then(|| fingerprint(body));
    Ok(Fetched { items, total, cursor, report, fingerprint })
}

/// What the lists of a page hold. The page's number, which may stand beside them, does not count.
fn fingerprint(body: &[u8]) -> u64 {
    let page = serde_json::from_slice(body).unwrap_or(Value::Null);
    let mut hasher = DefaultHasher::new();
    hash_lists(&page, &mut hasher);
    hasher.finish()
}

fn hash_lists(value: &Value, hasher: &mut DefaultHasher) {
    match value {
        Value::Array(_) => value.to_string().hash(hasher),
        Value::Object(fields) => fields.values().for_each(|field| hash_lists(field, hasher)),
        _ => {}
    }
}

/// What was rejected but for the items of the page itself, which are delivered as errors.
fn within_items(mut rejected: Vec<Rejected>, items: &[Rejected]) -> Vec<Rejected> {
    let is_item = |one: &Rejected| items.iter().any(|item| item.index() == one.index() && item.list() == one.list());
    rejected.retain(|one| !is_item(one));
    rejected
}
