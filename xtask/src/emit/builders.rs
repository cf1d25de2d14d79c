//! The builders: one for each operation, with a setter for each optional parameter.

use std::collections::BTreeSet;

use anyhow::Result;
use heck::ToUpperCamelCase as _;
use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::area::{accepted, handle, into};
use super::code::{Code, identifiers};
use super::docs;
use crate::surface::{Area, Limits, Operation, Paging, Param, ParamPlace, Surface, Ty};

/// The name of an operation's builder.
pub(crate) fn name(operation: &Operation) -> String {
    operation.name.to_upper_camel_case()
}

/// Setter names that an operation's other methods have already.
const TAKEN: [&str; 8] =
    ["send", "new", "call", "call_mut", "into_future", "rename_part", "send_optional", "send_response"];

pub(crate) fn file(surface: &Surface, area: &Area) -> Result<Code> {
    let mut code = Code::new(&format!("Builders of the requests of the area `{}`.", area.name));
    let mut used = BTreeSet::new();
    let builders: Vec<Builder> =
        area.operations.iter().map(|operation| builder(surface, area, operation, &mut used)).collect();
    let written: BTreeSet<String> = builders
        .iter()
        .flat_map(|builder| [&builder.items, &builder.response])
        .flat_map(|tokens| identifiers(tokens.clone()))
        .collect();
    let names = ["ItemKey", "PageParts", "Paged", "Timestamp"].into_iter().filter(|name| written.contains(*name));
    let names: Vec<_> = names.map(|name| format_ident!("{name}")).collect();
    let own: Vec<_> = used.iter().map(|name| format_ident!("{name}")).collect();
    let own = (!own.is_empty()).then(|| quote!(use super::{#(#own),*};));
    let names = (!names.is_empty()).then(|| quote!(use crate::{#(#names),*};));
    let json: Vec<_> = ["Map", "Value"].into_iter().filter(|name| written.contains(*name)).collect();
    let json: Vec<_> = json.into_iter().map(|name| format_ident!("{name}")).collect();
    let json = (!json.is_empty()).then(|| quote!(use serde_json::{#(#json),*};));
    let media = area.operations.iter().any(|operation| !operation.answer.texts.is_empty());
    let macros = if media { quote!({builder, media}) } else { quote!(builder) };
    code.items(quote! {
        #own
        use crate::support::builder::#macros;
        #names
        #json
    })?;
    for builder in builders {
        code.text(&builder.declaration);
        if !builder.items.is_empty() {
            code.items(builder.items)?;
        }
    }
    Ok(code)
}

/// A type among the builders, where `List` is the name of one of them.
fn qualified(ty: &Ty) -> TokenStream {
    match ty {
        Ty::List(item) => {
            let item = qualified(item);
            quote!(crate::List<#item>)
        }
        other => other.tokens(),
    }
}

/// What a successful call returns.
pub(crate) fn output(operation: &Operation) -> TokenStream {
    match &operation.answer.json {
        Some(ty) => qualified(ty),
        None if !operation.answer.texts.is_empty() => quote!(String),
        None => quote!(()),
    }
}

/// A builder on its way to text.
struct Builder {
    /// The call of the macro that defines it, and of those that add to it.
    declaration: String,
    /// What the declaration names.
    response: TokenStream,
    /// Its setters, and how it pages.
    items: TokenStream,
}

fn builder(surface: &Surface, area: &Area, operation: &Operation, used: &mut BTreeSet<String>) -> Builder {
    let builder = format_ident!("{}", name(operation));
    let (required, optional): (Vec<&Param>, Vec<&Param>) =
        operation.params.iter().filter(|param| param.place != ParamPlace::Path).partition(|param| param.required);
    for param in required.iter().chain(&optional) {
        param.ty.collect(used);
    }
    if let Some(ty) = &operation.answer.json {
        ty.collect(used);
    }
    let required = required.into_iter().map(|param| setter(param, quote!(pub(super))));
    let optional = optional.into_iter().map(|param| setter(param, quote!(pub)));
    let setters: Vec<TokenStream> = required.chain(optional).collect();
    let setters = (!setters.is_empty()).then(|| quote!(impl #builder { #(#setters)* }));
    let paged = operation.paging.as_ref().map(|paging| paged(surface, operation, paging, used));
    Builder { declaration: declaration(area, operation), response: output(operation), items: quote!(#setters #paged) }
}

/// The calls of the macros that define a builder.
fn declaration(area: &Area, operation: &Operation) -> String {
    let builder = name(operation);
    let output = output(operation).to_string().replace(' ', "").replace(",", ", ");
    let response = match (&operation.answer.json, operation.answer.optional, operation.answer.texts.first()) {
        (Some(_), true, _) => format!("JsonOptional<{output}>"),
        (Some(_), false, _) => format!("Json<{output}>"),
        (None, _, Some(media)) => format!("Text<{media:?}>"),
        (None, _, None) => "Nothing".to_owned(),
    };
    let form = if operation.body.as_ref().is_some_and(|body| body.form) { "Form, " } else { "" };
    let mut text = format!(
        "\nbuilder! {{\n    /// Builds [`{method}`](super::{handle}::{method}).\n    pub struct {builder}({form}{response});\n}}\n",
        method = operation.name,
        handle = handle(&area.name),
    );
    for media in &operation.answer.texts {
        let kind = media.rsplit('/').next().unwrap_or(media);
        let send = if operation.answer.json.is_some() { format!("send_for_{kind}, ") } else { String::new() };
        text += &format!("media!({builder}: {media:?}, {send}stream_{kind});\n");
    }
    text
}

/// The name of a parameter's setter.
pub(crate) fn setter_name(param: &Param) -> String {
    if TAKEN.contains(&param.ident.as_str()) { format!("{}_", param.ident) } else { param.ident.clone() }
}

fn setter(param: &Param, visibility: TokenStream) -> TokenStream {
    let ident = format_ident!("{}", setter_name(param));
    let wire = &param.wire;
    let words = docs::attributes(&setter_words(param));
    let value = into(&param.ty, quote!(#ident));
    let step = match (&param.ty, param.place) {
        (_, ParamPlace::Header) => quote!(self.call.header(#wire, #value)),
        (Ty::Vec(item), _) => {
            let limits = limits(&param.limits);
            match &**item {
                Ty::Text => {
                    quote!(self.call.query_each(#wire, #ident.into_iter().map(|it| it.as_ref().to_owned()), #limits))
                }
                _ => quote!(self.call.query_each(#wire, #ident, #limits)),
            }
        }
        (Ty::Int, _) if !param.limits.is_empty() => {
            let low = param.limits.get("minimum").map_or_else(|| quote!(i64::MIN), literal);
            let high = param.limits.get("maximum").map_or_else(|| quote!(i64::MAX), literal);
            quote!(self.call.query_within(#wire, #value, #low..=#high))
        }
        (Ty::Text, _) if !param.limits.is_empty() => {
            let limits = limits(&param.limits);
            quote!(self.call.query_limited(#wire, #value, #limits))
        }
        _ => quote!(self.call.query(#wire, #value)),
    };
    let ty = accepted(&param.ty);
    quote! {
        #words
        #visibility fn #ident(mut self, #ident: #ty) -> Self {
            #step;
            self
        }
    }
}

/// The words of a setter: its own, else the name on the wire; then the range.
fn setter_words(param: &Param) -> String {
    let place = if param.place == ParamPlace::Header { "header" } else { "query parameter" };
    let mut words = if param.doc.is_empty() { format!("The {place} `{}`.", param.wire) } else { param.doc.clone() };
    match (param.limits.get("minimum"), param.limits.get("maximum")) {
        (Some(low), Some(high)) => words += &format!("\n\nFrom {low} to {high}."),
        (Some(low), None) => words += &format!("\n\nAt least {low}."),
        (None, Some(high)) => words += &format!("\n\nAt most {high}."),
        (None, None) => {}
    }
    words
}

/// The limits as an expression.
pub(crate) fn limits(limits: &Limits) -> TokenStream {
    if limits.is_empty() {
        return quote!(crate::Limits::NONE);
    }
    let names = limits.0.keys().map(|name| format_ident!("{name}"));
    let values = limits.0.values().map(|value| literal(*value));
    quote!(crate::Limits { #(#names: #values,)* ..crate::Limits::NONE })
}

/// A limit as a literal, which takes the type of its place: `i64` or `usize`.
fn literal(value: i64) -> TokenStream {
    let literal = proc_macro2::Literal::i64_unsuffixed(value);
    quote!(#literal)
}

fn paged(surface: &Surface, operation: &Operation, paging: &Paging, used: &mut BTreeSet<String>) -> TokenStream {
    let builder = format_ident!("{}", name(operation));
    paging.item.collect(used);
    let page_ty = operation.answer.json.as_ref().map(Ty::tokens).unwrap_or_default();
    let item = paging.item.tokens();
    let page = operation.answer.json.clone().unwrap_or(Ty::Json);
    let items = access(surface, &page, &paging.items, true);
    let total = paging.total.as_ref().map_or_else(|| quote!(None), |path| access(surface, &page, path, false));
    let cursor = paging.cursor.as_ref().map_or_else(|| quote!(None), |path| access(surface, &page, path, false));
    let key = key(surface, &paging.item);
    quote! {
        impl Paged for #builder {
            type Page = #page_ty;
            type Item = #item;

            fn split(page: Self::Page) -> PageParts<Self::Item> {
                let (total, cursor) = (#total, #cursor);
                PageParts::new(#items, total, cursor)
            }

            fn key(_item: &Self::Item) -> Option<ItemKey> {
                #key
            }
        }
    }
}

/// The way from a page to one of its parts, as an `Option`. What stands in the page itself is moved out of it; what stands in
/// a part that may be absent is moved if `take`, and copied otherwise.
fn access(surface: &Surface, page: &Ty, path: &[String], take: bool) -> TokenStream {
    let mut ty = page.clone();
    let mut value = quote!(page);
    // Whether `value` is an `Option`, and whether it is one of a reference.
    let (mut optional, mut borrowed) = (false, false);
    for wire in path {
        let def = ty.present().unboxed().named().and_then(|name| surface.types.get(name));
        let Some(field) = def.and_then(|def| def.kind.fields().iter().find(|field| field.wire == *wire)) else {
            return quote!(None);
        };
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

/// What identifies an item: its `id`.
fn key(surface: &Surface, item: &Ty) -> TokenStream {
    let field = item
        .named()
        .and_then(|name| surface.types.get(name))
        .and_then(|def| def.kind.fields().iter().find(|field| field.wire == "id"));
    match field.map(|field| &field.ty) {
        Some(Ty::Int) => quote!(Some(_item.id.into())),
        Some(Ty::Text) => quote!(Some(_item.id.as_str().into())),
        Some(Ty::Option(inner)) if **inner == Ty::Int => quote!(_item.id.map(Into::into)),
        Some(Ty::Option(inner)) if **inner == Ty::Text => quote!(_item.id.as_deref().map(Into::into)),
        _ => quote!(None),
    }
}
