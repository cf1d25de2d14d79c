//! What generic pagination needs to know of a list operation; implemented by generated builders.

use serde::de::DeserializeOwned;

use super::item_key::ItemKey;
use super::list::List;
use super::meta::Pagination;
use super::operation::Operation;

/// A list operation.
pub trait Paged: Operation<Output = Self::Page> + Clone + 'static {
    /// One page as the service sends it.
    type Page: DeserializeOwned + Send + 'static;
    /// One item of it.
    type Item: DeserializeOwned + Send + 'static;

    /// Takes a page apart.
    fn split(page: Self::Page) -> PageParts<Self::Item>;

    /// Returns what identifies an item within its list, if it has something that does.
    fn key(item: &Self::Item) -> Option<ItemKey>;

    /// Returns how the list pages: as the contract says of its operation.
    fn pagination(&self) -> Pagination {
        self.call().request().operation.map_or(Pagination::None, |operation| operation.pagination)
    }
}

/// The parts of a page that pagination reads.
#[derive(Debug)]
#[non_exhaustive]
pub struct PageParts<T> {
    /// The items, those that did not decode included; `None` when the response is not a page at all.
    pub items: Option<List<T>>,
    /// How many rows there are on all pages, where the page says it.
    pub total: Option<i64>,
    /// The cursor of the next page; `None` on the last one and on lists paged by number.
    pub cursor: Option<String>,
}

impl<T> PageParts<T> {
    #[doc(hidden)]
    pub fn new(items: Option<List<T>>, total: Option<i64>, cursor: Option<String>) -> Self {
        Self { items, total, cursor: cursor.filter(|cursor| !cursor.is_empty()) }
    }
}
