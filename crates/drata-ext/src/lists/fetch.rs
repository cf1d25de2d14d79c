//! One page on its way.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use drata_api::{Error, List, PageParts, PageRef, Paged, Pagination, Rejected, Response};
use serde_json::value::RawValue;
use tokio_util::task::AbortOnDropHandle;
use tracing::{Instrument as _, Span};

/// A page that arrived, decoded, and its body as it came.
type Page<P> = (Response<<P as Paged>::Page>, Bytes);

/// A page taken apart.
pub(super) struct Fetched<T> {
    pub(super) items: List<T>,
    pub(super) total: Option<i64>,
    pub(super) cursor: Option<String>,
    /// What lists within its items rejected.
    pub(super) report: Vec<Rejected>,
    /// The page as it came, where its rows have no keys to tell by.
    pub(super) body: Option<Bytes>,
}

/// A page being fetched, on a task of its own, so that it goes on while the consumer works. Dropped, it is cancelled.
pub(super) struct Fetch<P: Paged> {
    pub(super) page: PageRef,
    task: AbortOnDropHandle<Result<Page<P>, Error>>,
}

impl<P: Paged> Fetch<P> {
    pub(super) fn start(list: &P, page: PageRef) -> Self {
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
        let fetch = call.receive_json_and_body();
        let span = Span::current();
        // Nobody listens, as a rule.
        let task = if span.is_disabled() { tokio::spawn(fetch) } else { tokio::spawn(fetch.instrument(span)) };
        Self { page, task: AbortOnDropHandle::new(task) }
    }

    pub(super) fn poll(&mut self, context: &mut Context<'_>) -> Poll<Result<Page<P>, Error>> {
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
pub(super) fn take_apart<P: Paged>(list: &P, (page, body): Page<P>) -> Result<Fetched<P::Item>, Error> {
    let PageParts { items, total, cursor, .. } = list.split_page(page.body);
    let Some(items) = items else {
        // Taken for an empty page, it would end the walk as if all was well.
        let operation = list.call().request().operation;
        return Err(Error::decode(operation, page.status, "", "there is no list of items", Bytes::new()));
    };
    let report = within_items(page.rejected, items.rejected());
    let is_numbered = matches!(list.pagination(), Pagination::Number { .. });
    let has_keys = || items.iter().any(|item| P::key(item).is_some());
    let body = (is_numbered && !has_keys()).then_some(body);
    Ok(Fetched { items, total, cursor, report, body })
}

/// Whether the lists of two pages are the same. The page's number, which may stand beside them, does not count.
pub(super) fn have_same_lists(one: &[u8], other: &[u8]) -> bool {
    let lists = |body| {
        let mut lists = Vec::new();
        let page: &RawValue = serde_json::from_slice(body).ok()?;
        collect_lists(page.get(), &mut lists).then_some(lists)
    };
    // What is no JSON did not come here.
    lists(one).zip(lists(other)).is_some_and(|(one, other)| one == other)
}

/// Collects the lists of a value that stand in no other list; `false` if it is nested too deeply to look at.
fn collect_lists<'a>(value: &'a str, lists: &mut Vec<&'a str>) -> bool {
    match value.as_bytes().first() {
        Some(b'[') => lists.push(value),
        Some(b'{') => {
            let fields: Result<BTreeMap<String, &RawValue>, _> = serde_json::from_str(value);
            return fields.is_ok_and(|fields| fields.values().all(|field| collect_lists(field.get(), lists)));
        }
        _ => {}
    }
    true
}

/// What was rejected but for the items of the page itself, which are delivered as errors.
fn within_items(mut rejected: Vec<Rejected>, items: &[Rejected]) -> Vec<Rejected> {
    let is_item = |one: &Rejected| items.iter().any(|item| item.index() == one.index() && item.list() == one.list());
    rejected.retain(|one| !is_item(one));
    rejected
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_the_same_by_their_lists_wherever_these_stand() {
        let same = |one: &str, other: &str| have_same_lists(one.as_bytes(), other.as_bytes());
        assert!(same(r#"{"data":[{"a":1}],"page":1}"#, r#" {"page":2, "data":[{"a":1}]}"#));
        assert!(same(r#"{"data":{"rows":[1],"page":1}}"#, r#"{"data":{"rows":[1],"page":2}}"#));
        assert!(!same(r#"{"data":[{"a":1}],"page":1}"#, r#"{"data":[{"a":2}],"page":1}"#));
        assert!(!same("[1]", "[1,2]") && same("[1]", "[1]"));
        assert!(!same("no JSON", "no JSON"));
    }
}
