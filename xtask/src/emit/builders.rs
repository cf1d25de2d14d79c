//! The builders: one for each operation, with a setter for each parameter that is no placeholder.

use anyhow::Result;
use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::arguments::{Taker, accepted, converted, limits};
use super::code::Code;
use super::scribe::{At, Scribe};
use super::{docs, paging};
use crate::model::{Api, Area, Operation, Param, ParamPlace, Style, Ty};

pub(crate) fn file(api: &Api, area: &Area) -> Result<Code> {
    let scribe = Scribe::new(api, At::Below);
    let mut code = Code::new(&format!("Builders of the requests of the area `{}`.", area.name));
    let media = area.operations.iter().any(|operation| media(operation).next().is_some());
    let macros = if media { quote!({builder, media}) } else { quote!(builder) };
    code.items(quote!(use crate::support::builder::#macros;))?;
    for operation in &area.operations {
        code.text(&declaration(&scribe, area, operation)?);
        let items = items(&scribe, operation);
        if !items.is_empty() {
            code.items(items)?;
        }
    }
    Ok(code)
}

/// The setters of a builder, and how it pages.
fn items(scribe: &Scribe<'_>, operation: &Operation) -> TokenStream {
    let builder = format_ident!("{}", operation.builder);
    let (required, optional): (Vec<&Param>, Vec<&Param>) =
        operation.params.iter().filter(|param| param.place != ParamPlace::Path).partition(|param| param.required);
    let required = required.into_iter().map(|param| setter(scribe, param, quote!(pub(super))));
    let optional = optional.into_iter().map(|param| {
        let deprecated = param.deprecated.then(|| quote!(#[deprecated]));
        setter(scribe, param, quote!(#deprecated pub))
    });
    let setters: Vec<TokenStream> = required.chain(optional).collect();
    let setters = (!setters.is_empty()).then(|| quote!(impl #builder { #(#setters)* }));
    let paged = operation.paging.as_ref().map(|paging| paging::paged(scribe, operation, paging));
    quote!(#setters #paged)
}

/// The media types that have methods of their own, each with its methods.
fn media(operation: &Operation) -> impl Iterator<Item = (&crate::model::Other, Option<String>, String)> {
    operation.response.others.iter().enumerate().map(|(index, other)| {
        // What `send` returns already needs no second way.
        let sends = operation.response.json.is_some() || index > 0;
        (other, sends.then(|| format!("send_for_{}", other.word)), format!("stream_{}", other.word))
    })
}

/// The calls of the macros that define a builder.
fn declaration(scribe: &Scribe<'_>, area: &Area, operation: &Operation) -> Result<String> {
    let response = match (&operation.response.json, operation.response.others.first()) {
        (Some(ty), _) => {
            let kind = if operation.response.optional { "JsonOptional" } else { "Json" };
            format!("{kind}<{}>", super::code::tokens(&scribe.ty(ty)))
        }
        (None, Some(other)) => {
            let kind = if other.binary { "Binary" } else { "Text" };
            format!("{kind}<{:?}>", other.media)
        }
        (None, None) => "Nothing".to_owned(),
    };
    let form = if operation.body.as_ref().is_some_and(|body| body.is_form()) { "Form, " } else { "" };
    let words = format!(
        "{} Built by [`{}`](super::{}::{}).",
        docs::first_sentence(&operation.doc),
        operation.name,
        area.handle,
        operation.name
    );
    let words = docs::comments(words.trim(), "    ");
    let mut text = format!("\nbuilder! {{\n{words}    pub struct {}({form}{response});\n}}\n", operation.builder);
    for (other, send, stream) in media(operation) {
        let send = send.map(|send| format!("{send}, ")).unwrap_or_default();
        let binary = if other.binary { "binary " } else { "" };
        text += &format!("media!({}: {binary}{:?}, {send}{stream});\n", operation.builder, other.media);
    }
    Ok(text)
}

fn setter(scribe: &Scribe<'_>, param: &Param, visibility: TokenStream) -> TokenStream {
    let ident = format_ident!("{}", param.ident);
    let wire = &param.wire;
    let words = docs::attributes(&docs::linked(scribe.api, &setter_words(param)));
    let value = converted(scribe, &param.ty, quote!(#ident), Taker::Builder);
    let limits = limits(&param.limits);
    let step = match (param.style, param.place) {
        (Style::Join(separator), ParamPlace::Header) => quote!(header_joined(#wire, #separator, #value, #limits)),
        (Style::Pairs(within), ParamPlace::Header) => quote!(header_pairs(#wire, #within, &#value, #limits)),
        (Style::Json, ParamPlace::Header) => quote!(header_json(#wire, &#value)),
        (_, ParamPlace::Header) if param.limits.is_empty() => quote!(header(#wire, #value)),
        (_, ParamPlace::Header) => quote!(header_checked(#wire, #value, #limits)),
        (Style::Repeat, _) => quote!(query_list(#wire, #value, #limits)),
        (Style::Join(separator), _) => quote!(query_joined(#wire, #separator, #value, #limits)),
        (Style::Nested, _) => match &param.ty {
            Ty::Vec(item) => {
                let item = scribe.ty(item);
                quote!(query_nested(#wire, &Vec::<#item>::from_iter(#value), #limits))
            }
            _ => quote!(query_nested(#wire, &#value, #limits)),
        },
        (Style::Spread, _) => quote!(query_spread(&#value)),
        (Style::Json, _) => match &param.ty {
            Ty::Vec(item) => {
                let item = scribe.ty(item);
                quote!(query_json(#wire, &Vec::<#item>::from_iter(#value)))
            }
            _ => quote!(query_json(#wire, &#value)),
        },
        (Style::Plain | Style::Label(_) | Style::Matrix(_) | Style::Pairs(_), _) if param.limits.is_empty() => {
            quote!(query(#wire, #value))
        }
        (Style::Plain | Style::Label(_) | Style::Matrix(_) | Style::Pairs(_), _) => {
            quote!(query_checked(#wire, #value, #limits))
        }
    };
    let ty = accepted(scribe, &param.ty, Taker::Builder);
    quote! {
        #words
        #visibility fn #ident(mut self, #ident: #ty) -> Self {
            self.call.#step;
            self
        }
    }
}

/// The description of a setter: its own, else the name on the wire; then the range.
fn setter_words(param: &Param) -> String {
    let place = if param.place == ParamPlace::Header { "header" } else { "query parameter" };
    let words = if param.doc.is_empty() { format!("Sets the {place} `{}`.", param.wire) } else { param.doc.clone() };
    docs::with_limits(words, &param.limits)
}
