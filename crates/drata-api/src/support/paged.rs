//! What generic pagination needs to know of a list operation; implemented by generated builders.

use serde::de::DeserializeOwned;

use super::item_key::ItemKey;
use super::list::List;
use super::meta::Pagination;
use super::operation::Operation;

/// A generated builder of a list, so that the page of [`Paged`] does not list all of them.
#[doc(hidden)]
pub trait Listed: Operation<Output = Self::Page> + Clone + 'static {
    type Page: DeserializeOwned + Send + 'static;
    type Item: DeserializeOwned + Send + 'static;

    fn split(page: Self::Page) -> PageParts<Self::Item>;
    fn key(item: &Self::Item) -> Option<ItemKey>;
}

/// Every generated builder of a list pages.
impl<L: Listed> Paged for L {
    type Page = L::Page;
    type Item = L::Item;

    fn split(page: Self::Page) -> PageParts<Self::Item> {
        <L as Listed>::split(page)
    }

    fn key(item: &Self::Item) -> Option<ItemKey> {
        <L as Listed>::key(item)
    }
}

/// A list operation.
pub trait Paged: Operation<Output = Self::Page> + Clone + 'static {
    /// One page as the service sends it.
    type Page: DeserializeOwned + Send + 'static;
    /// One item of it.
    type Item: DeserializeOwned + Send + 'static;

    /// Takes a page apart.
    fn split(page: Self::Page) -> PageParts<Self::Item>;

    /// Takes a page of this call apart: for operations known by name alone, where the parts stand depends on the call.
    fn split_page(&self, page: Self::Page) -> PageParts<Self::Item> {
        Self::split(page)
    }

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
