//! How a builder pages: the way from a page to its items, its total and its cursor.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::scribe::Scribe;
use crate::model::{Field, Operation, Paging, Ty};

pub(crate) fn paged(scribe: &Scribe<'_>, operation: &Operation, paging: &Paging) -> TokenStream {
    let builder = format_ident!("{}", operation.builder);
    let page = operation.response.json.clone().unwrap_or(Ty::Json);
    let (page_ty, item) = (scribe.ty(&page), scribe.ty(&paging.item));
    let items = access(scribe, &page, &paging.items, true);
    let total = paging.total.as_ref().map_or_else(|| quote!(None), |path| access(scribe, &page, path, false));
    let cursor = paging.cursor.as_ref().map_or_else(|| quote!(None), |path| cursor(scribe, &page, path));
    let paths = [Some(&paging.items), paging.total.as_ref(), paging.cursor.as_ref()];
    let deprecated =
        paths.into_iter().flatten().any(|path| on_the_way(scribe, &page, path).any(|field| field.deprecated));
    let deprecated = deprecated.then(|| quote!(#[allow(deprecated)]));
    let key = key(scribe, paging);
    quote! {
        #deprecated
        impl crate::Listed for #builder {
            type Page = #page_ty;
            type Item = #item;

            fn split(page: Self::Page) -> crate::PageParts<Self::Item> {
                let (total, cursor) = (#total, #cursor);
                crate::PageParts::new(#items, total, cursor)
            }

            fn key(_item: &Self::Item) -> Option<crate::ItemKey> {
                #key
            }
        }
    }
}

/// The fields on the way from a page to one of its parts.
fn on_the_way<'a>(scribe: &'a Scribe<'_>, page: &Ty, path: &'a [String]) -> impl Iterator<Item = &'a Field> {
    let mut ty = page.clone();
    path.iter().map_while(move |wire| {
        let field = scribe.api.field(&ty, wire)?;
        ty = field.ty.clone();
        Some(field)
    })
}

/// The way to the next cursor, as its text.
fn cursor(scribe: &Scribe<'_>, page: &Ty, path: &[String]) -> TokenStream {
    let value = access(scribe, page, path, false);
    match on_the_way(scribe, page, path).last().map(|field| field.ty.present()) {
        Some(Ty::Str) | None => value,
        Some(_) => quote!(#value.map(|it| crate::WireText::wire_text(&it))),
    }
}

/// The way from a page to one of its parts, as an `Option`. What stands in the page itself is moved out of it; what stands
/// in a part that may be absent is moved if `take`, and copied otherwise.
fn access(scribe: &Scribe<'_>, page: &Ty, path: &[String], take: bool) -> TokenStream {
    let mut ty = page.clone();
    let mut value = quote!(page);
    // Whether `value` is an `Option`, and whether it is one of a reference.
    let (mut optional, mut borrowed) = (false, false);
    for wire in path {
        let Some(field) = scribe.api.field(&ty, wire) else { return quote!(None) };
        let ident = format_ident!("{}", field.ident);
        let is_option = matches!(field.ty, Ty::Option(_));
        if optional && !take && !borrowed {
            value = quote!(#value.as_ref());
            borrowed = true;
        }
        value = match (optional, is_option, borrowed) {
            (false, _, _) => quote!(#value.#ident),
            (true, true, true) => quote!(#value.and_then(|it| it.#ident.as_ref())),
            (true, false, true) => quote!(#value.map(|it| &it.#ident)),
            (true, true, false) => quote!(#value.and_then(|it| it.#ident)),
            (true, false, false) => quote!(#value.map(|it| it.#ident)),
        };
        optional |= is_option;
        ty = field.ty.clone();
    }
    match (optional, borrowed) {
        (true, true) => quote!(#value.cloned()),
        (true, false) => value,
        (false, _) => quote!(Some(#value)),
    }
}

/// What identifies an item.
fn key(scribe: &Scribe<'_>, paging: &Paging) -> TokenStream {
    let field = paging.key.as_ref().and_then(|key| scribe.api.field(&paging.item, key));
    let Some(field) = field else { return quote!(None) };
    let ident = format_ident!("{}", field.ident);
    match &field.ty {
        Ty::Int | Ty::Id(_) => quote!(Some(_item.#ident.into())),
        Ty::Str => quote!(Some(_item.#ident.as_str().into())),
        Ty::Option(inner) if matches!(**inner, Ty::Int | Ty::Id(_)) => quote!(_item.#ident.map(Into::into)),
        Ty::Option(inner) if **inner == Ty::Str => quote!(_item.#ident.as_deref().map(Into::into)),
        _ => quote!(None),
    }
}
