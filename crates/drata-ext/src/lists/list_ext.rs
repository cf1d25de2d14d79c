//! What every list operation offers beside one page.

use drata_api::{Error, Paged, Pagination};

use super::fetch;
use super::items::Items;
use super::pages::Pages;

/// Walks through whole lists: on every list operation of both versions.
///
/// Pages are as large as the service allows, unless the operation was given a size. The next ones are fetched while the
/// program works on this one, so a walk needs a Tokio runtime.
pub trait ListExt: Paged {
    /// Returns all items as a stream, one by one.
    fn stream(self) -> Items<Self> {
        Items::new(self)
    }

    /// Returns all items as a stream, page by page.
    fn pages(self) -> Pages<Self> {
        Pages::new(self)
    }

    /// Collects all items, which takes memory for all of them. The first error is the outcome, also one of a single item; see
    /// [`collect_lossy`](Self::collect_lossy) to keep the others.
    fn collect_all(self) -> impl Future<Output = Result<Vec<Self::Item>, Error>> + Send {
        async move {
            let mut items = self.stream();
            let mut all = Vec::new();
            while let Some(item) = items.next().await {
                all.push(item?);
            }
            Ok(all)
        }
    }

    /// Collects all items, and the errors of those that did not decode ([`Error::is_item`]). Any other error is the outcome.
    fn collect_lossy(self) -> impl Future<Output = Result<(Vec<Self::Item>, Vec<Error>), Error>> + Send {
        async move {
            let mut items = self.stream();
            let (mut all, mut rejected) = (Vec::new(), Vec::new());
            while let Some(item) = items.next().await {
                match item {
                    Ok(item) => all.push(item),
                    Err(error) if error.is_item() => rejected.push(error),
                    Err(error) => return Err(error),
                }
            }
            Ok((all, rejected))
        }
    }

    /// Returns the first item, if there is one. Sends one request, for a page of one row.
    fn first(mut self) -> impl Future<Output = Result<Option<Self::Item>, Error>> + Send {
        let operation = self.call().request().operation;
        let size = match self.pagination() {
            Pagination::Number { .. } => Some("limit"),
            Pagination::Cursor { .. } => Some("size"),
            _ => None,
        };
        if let Some(size) = size {
            self.call_mut().query(size, 1);
        }
        let call = self.call().clone();
        async move {
            let page = call.receive_json_and_body().await?;
            let page = fetch::take_apart(&self, page)?;
            page.items.into_results().next().transpose().map_err(|rejected| Error::item(operation, &rejected))
        }
    }
}

impl<P: Paged> ListExt for P {}
