//! The builders: one for each operation, with a setter for each optional parameter.

use std::collections::BTreeSet;

use anyhow::{Result, anyhow};
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
const TAKEN: [&str; 4] = ["send", "new", "call", "call_mut"];

pub(crate) fn file(surface: &Surface, area: &Area) -> Result<Code> {
    let mut code = Code::new(&format!("Builders of the requests of the area `{}`.", area.name));
    let mut used = BTreeSet::new();
    let mut items = Vec::new();
    let mut macros = String::new();
    for operation in &area.operations {
        items.push(builder(surface, area, operation, &mut used));
        let output = output(operation).to_string().replace(' ', "").replace(",", ", ");
        macros += &format!("operation!({} => {output});\n", name(operation));
    }
    let mut names: BTreeSet<&str> = ["Call", "Error"].into();
    if area.operations.iter().any(|operation| operation.paging.is_some()) {
        names.extend(["ItemKey", "PageParts", "Paged"]);
    }
    let macro_tokens: TokenStream = macros.parse().map_err(|error| anyhow!("{macros}: not Rust: {error}"))?;
    let written = identifiers(quote!(#(#items)* #macro_tokens));
    names.extend(["Timestamp", "ByteStream"].into_iter().filter(|name| written.contains(*name)));
    let names: Vec<_> = names.into_iter().map(|name| format_ident!("{name}")).collect();
    let own: Vec<_> = used.iter().map(|name| format_ident!("{name}")).collect();
    let own = (!own.is_empty()).then(|| quote!(use super::{#(#own),*};));
    let value = written.contains("Value").then(|| {
        quote!(
            use serde_json::Value;
        )
    });
    let map = written.contains("Map").then(|| {
        quote!(
            use serde_json::Map;
        )
    });
    code.items(quote! {
        #own
        use crate::support::operation::operation;
        use crate::{#(#names),*};
        #map
        #value
    })?;
    for item in items {
        code.items(item)?;
    }
    code.text("\n");
    code.text(&macros);
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
    match (&operation.answer.json, operation.answer.optional) {
        (Some(ty), true) => {
            let ty = qualified(ty);
            quote!(Option<#ty>)
        }
        (Some(ty), false) => qualified(ty),
        (None, _) if !operation.answer.texts.is_empty() => quote!(String),
        (None, _) => quote!(()),
    }
}

fn builder(surface: &Surface, area: &Area, operation: &Operation, used: &mut BTreeSet<String>) -> TokenStream {
    let builder = format_ident!("{}", name(operation));
    let words = format!(" Builds [`{}`](super::{}::{}).", operation.name, handle(&area.name), operation.name);
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
    let rename = operation.body.as_ref().is_some_and(|body| body.form).then(|| {
        quote! {
            /// Sends the parts called `from` under another name: for a service that expects another than the contract says.
            pub fn rename_part(mut self, from: &str, to: impl Into<String>) -> Self {
                self.call.rename_part(from, to);
                self
            }
        }
    });
    let send = send(operation);
    let texts = operation.answer.texts.iter().map(|media| text_methods(media, operation));
    let paged = operation.paging.as_ref().map(|paging| paged(surface, operation, paging, used));
    quote! {
        #[doc = #words]
        #[derive(Clone, Debug)]
        #[must_use = "a request does nothing until it is sent"]
        pub struct #builder {
            call: Call,
        }

        impl #builder {
            pub(super) fn new(call: Call) -> Self {
                Self { call }
            }

            #(#required)*
            #(#optional)*
            #rename
            #send
            #(#texts)*
        }

        #paged
    }
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

fn send(operation: &Operation) -> TokenStream {
    let output = output(operation);
    let (receive, note) = match (&operation.answer.json, operation.answer.optional) {
        (Some(_), true) => (
            quote!(self.call.receive_optional().await),
            " Sends the request; `None` when Drata answered without a body, which it may do for a write.",
        ),
        (Some(_), false) => (quote!(self.call.receive().await), " Sends the request."),
        (None, _) => match operation.answer.texts.first() {
            Some(media) => {
                (quote!(self.call.receive_text(#media).await), " Sends the request and reads the answer as text.")
            }
            None => (quote!(self.call.receive_nothing().await), " Sends the request."),
        },
    };
    quote! {
        #[doc = #note]
        ///
        /// # Errors
        /// See [`Error`]: the request breaks a rule of the contract, does not arrive, is refused, or its answer is not what
        /// the contract says.
        pub async fn send(self) -> Result<#output, Error> {
            #receive
        }
    }
}

/// The methods that ask for another media type than JSON.
fn text_methods(media: &str, operation: &Operation) -> TokenStream {
    let kind = media.rsplit('/').next().unwrap_or(media);
    let stream = format_ident!("stream_{kind}");
    let stream_words = format!(" Sends the request and hands on the answer as `{media}` while it arrives.");
    let whole = operation.answer.json.is_some().then(|| {
        let send = format_ident!("send_for_{kind}");
        let words = format!(" Sends the request and reads the answer as `{media}`.");
        quote! {
            #[doc = #words]
            ///
            /// # Errors
            /// As [`send`](Self::send); and when the answer is not UTF-8.
            pub async fn #send(self) -> Result<String, Error> {
                self.call.receive_text(#media).await
            }
        }
    });
    quote! {
        #whole

        #[doc = #stream_words]
        ///
        /// # Errors
        /// As [`send`](Self::send); the stream itself ends with an error when the answer breaks off.
        pub async fn #stream(self) -> Result<ByteStream, Error> {
            self.call.receive_stream(#media).await
        }
    }
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

/// The way from a page to one of its parts, as an `Option`; the items are taken, the rest is copied.
fn access(surface: &Surface, page: &Ty, path: &[String], take: bool) -> TokenStream {
    let mut ty = page.clone();
    let mut value = quote!(page);
    let mut optional = false;
    for wire in path {
        let def = ty.present().unboxed().named().and_then(|name| surface.types.get(name));
        let Some(field) = def.and_then(|def| def.kind.fields().iter().find(|field| field.wire == *wire)) else {
            return quote!(None);
        };
        let ident = format_ident!("{}", field.ident);
        let is_option = matches!(field.ty, Ty::Option(_));
        value = match (optional, is_option, take) {
            (false, _, true) => quote!(#value.#ident),
            (false, _, false) if *field.ty.present() == Ty::Int => quote!(#value.#ident),
            (false, _, false) => quote!(#value.#ident.clone()),
            (true, false, true) => quote!(#value.map(|it| it.#ident)),
            (true, true, true) => quote!(#value.and_then(|it| it.#ident)),
            (true, false, false) if field.ty == Ty::Int => quote!(#value.as_ref().map(|it| it.#ident)),
            (true, false, false) => quote!(#value.as_ref().map(|it| it.#ident.clone())),
            (true, true, false) if *field.ty.present() == Ty::Int => quote!(#value.as_ref().and_then(|it| it.#ident)),
            (true, true, false) => quote!(#value.as_ref().and_then(|it| it.#ident.clone())),
        };
        optional |= is_option;
        ty = field.ty.clone();
    }
    if optional { value } else { quote!(Some(#value)) }
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
