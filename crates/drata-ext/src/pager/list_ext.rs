//! What every list operation offers beside one page.

use drata_api::{Paged, Pagination};

use super::items::Items;
use super::pages::Pages;
use crate::Error;

/// Walks through whole lists: on every list operation of both versions.
///
/// Pages are as large as the service allows, unless the operation was given a size. The next ones are fetched while the
/// program works on this one, so a walk needs a Tokio runtime.
pub trait ListExt: Paged {
    /// All items, one by one.
    fn stream(self) -> Items<Self> {
        Items::new(self)
    }

    /// All items, page by page.
    fn pages(self) -> Pages<Self> {
        Pages::new(self)
    }

    /// All items at once, which takes memory for all of them. The first error is the outcome, also one of a single item; to
    /// go on behind those, read [`ListExt::stream`].
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

    /// The first item, if there is one. Asks for no more than that.
    fn first(mut self) -> impl Future<Output = Result<Option<Self::Item>, Error>> + Send {
        let size = match self.call().request().operation.map(|operation| operation.pagination) {
            Some(Pagination::Number { .. }) => Some("limit"),
            Some(Pagination::Cursor { .. }) => Some("size"),
            Some(Pagination::None) | None => None,
        };
        if let Some(size) = size {
            self.call_mut().query(size, 1);
        }
        async move { self.stream().concurrency(1).next().await.transpose() }
    }
}

impl<P: Paged> ListExt for P {}
