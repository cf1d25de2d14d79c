//! A list operation, paged as a typed one.

use std::fmt;
use std::marker::PhantomData;

use drata_api::{Call, ItemKey, Operation, PageParts, Paged};

use super::meta::Known;
use super::page::NamedPage;
use super::row::Row;

/// A list operation that is known by name, with rows of type `R`. Made by [`NamedCall::list`](super::NamedCall::list);
/// [`ListExt`](crate::ListExt) reads it.
pub struct NamedList<R> {
    call: Call,
    known: Known,
    row: PhantomData<fn() -> R>,
}

impl<R> NamedList<R> {
    pub(super) fn new(call: Call, known: Known) -> Self {
        Self { call, known, row: PhantomData }
    }
}

impl<R> Clone for NamedList<R> {
    fn clone(&self) -> Self {
        Self { call: self.call.clone(), known: self.known, row: PhantomData }
    }
}

impl<R> fmt::Debug for NamedList<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("NamedList").field(&self.known).finish()
    }
}

impl<R: Row> Operation for NamedList<R> {
    type Output = NamedPage;

    fn call(&self) -> &Call {
        &self.call
    }

    fn call_mut(&mut self) -> &mut Call {
        &mut self.call
    }
}

impl<R: Row> Paged for NamedList<R> {
    type Page = NamedPage;
    type Item = R;

    fn split(_: NamedPage) -> PageParts<R> {
        // Where the parts stand is known with the call alone.
        PageParts::new(None, None, None)
    }

    fn split_page(&self, page: NamedPage) -> PageParts<R> {
        page.split(self.known.operation)
    }

    fn key(item: &R) -> Option<ItemKey> {
        item.key()
    }
}
