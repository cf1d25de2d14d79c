//! A sample call of every operation through the public API: the least request that is valid, and one with everything set.
//!
//! The program `exercise`, the tests of tolerance and the snapshots of the wire all read these tables.

mod documented;
mod expression;
mod words;

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use serde_json::Value;

use self::documented::Documented;
use self::expression::{Expressions, Extent};
use super::code::Code;
use crate::document::{Document, JSON, MULTIPART, items, text};
use crate::files::Output;
use crate::model::{Api, Area, Body, Operation, Param, ParamPlace, Ty};

/// What the samples of a version are made from.
pub(super) struct Samples<'a> {
    pub(super) api: &'a Api,
    /// The contract as it was imported.
    pub(super) contract: &'a Document,
}

/// Where the tables of a version stand.
fn folder(api: &Api) -> PathBuf {
    Path::new("tests/src/samples").join(&api.module)
}

pub(crate) fn emit(api: &Api, contract: &Document, output: &mut Output) -> Result<()> {
    let folder = folder(api);
    output.own(&folder);
    for area in &api.areas {
        let path = folder.join(format!("{}.rs", area.name));
        output.add(path.clone(), table(&Samples { api, contract }, area)?.finish(&path)?);
    }
    let path = folder.join("mod.rs");
    output.add(path.clone(), index(api)?.finish(&path)?);
    Ok(())
}

/// The module of a version: its areas, and all their samples.
fn index(api: &Api) -> Result<Code> {
    let areas: Vec<_> = api.areas.iter().map(|area| format_ident!("{}", area.name)).collect();
    let mut code = Code::new(&format!("Sample calls of {}, area by area.", api.module));
    code.items(quote! {
        #(mod #areas;)*

        use crate::Sample;

        /// The samples of every area.
        pub(super) static AREAS: &[&[Sample]] = &[#(#areas::SAMPLES),*];
    })?;
    Ok(code)
}

fn table(input: &Samples<'_>, area: &Area) -> Result<Code> {
    let api = input.api;
    let samples = area.operations.iter().map(|operation| sample(input, operation)).collect::<Result<Vec<_>>>()?;
    let version = format_ident!("{}", api.module);
    let module = format_ident!("{}", area.name);
    let mut code = Code::new(&format!("Sample calls of the area `{}`.", area.name));
    code.text("\n// An operation that Drata deprecates is called as long as it is there; which names an area has follows from it.\n#![allow(deprecated, unused_imports)]\n");
    code.items(quote! {
        use drata_api::#version::#module::*;
        use drata_api::Operation as _;

        use crate::sample::{Sample, sent, sent_bytes, sent_page, wire};

        pub(super) static SAMPLES: &[Sample] = &[#(#samples),*];
    })?;
    Ok(code)
}

fn sample(input: &Samples<'_>, operation: &Operation) -> Result<TokenStream> {
    let facts = facts(&input.api.wire, operation)
        .with_context(|| format!("{} is not in the effective document", operation.id))?;
    let meta = format_ident!("{}", operation.constant);
    // An operation is exercised once: by its form, unless only a correction knows that one.
    let has_form = operation.body.as_ref().is_some_and(Body::is_form);
    let alternative = if operation.undocumented_form {
        has_form && operation.meta.bodies.len() > 1
    } else {
        operation.json_alternative
    };
    let minimal = call(input, facts, operation, Extent::Minimal);
    let full = call(input, facts, operation, Extent::Full);
    let bytes =
        operation.response.json.is_none() && operation.response.others.first().is_some_and(|other| other.binary);
    let minimal_sent = match (operation.paging.is_some(), operation.response.optional) {
        (true, _) => quote!(sent_page(#minimal)),
        (false, true) => quote!(sent(#minimal.send_optional())),
        (false, false) if bytes => quote!(sent_bytes(#minimal.send())),
        (false, false) => quote!(sent(#minimal.send())),
    };
    let texts = operation.response.others.iter().map(|other| {
        let media = &other.media;
        let first = operation.response.others.first() == Some(other);
        let send = match &operation.response.json {
            None if first => format_ident!("send"),
            _ => format_ident!("send_for_{}", other.word),
        };
        let sent = if other.binary { quote!(sent_bytes) } else { quote!(sent) };
        quote!((#media, |client| #sent(#minimal.#send())))
    });
    Ok(quote! {
        Sample {
            meta: &meta::#meta,
            alternative: #alternative,
            minimal: |client| #minimal_sent,
            full: |client| wire(&#full),
            texts: &[#(#texts),*],
        }
    })
}

/// The operation in the effective document, which knows the formats that the surface leaves out.
fn facts<'a>(document: &'a Document, operation: &Operation) -> Option<&'a Value> {
    document.operations().map(|(_, facts)| facts).find(|facts| text(facts, "operationId") == operation.id)
}

impl Samples<'_> {
    /// What the method of an operation takes, each with its parameter; a body has none and stands last.
    pub(super) fn arguments<'o>(&self, operation: &'o Operation) -> Vec<(Option<&'o Param>, TokenStream)> {
        let facts = facts(&self.api.wire, operation).unwrap_or(&Value::Null);
        arguments(self, facts, operation, Extent::Minimal)
    }
}

/// A parameter in the effective document.
fn fact<'a>(facts: &'a Value, param: &Param) -> &'a Value {
    let found = items(facts, "parameters")
        .iter()
        .find(|fact| text(fact, "name").eq_ignore_ascii_case(&param.wire) && fact["in"] == param.place.word());
    found.unwrap_or(&Value::Null)
}

/// The value of a parameter in a query or a header.
fn value(expressions: &Expressions<'_>, facts: &Value, param: &Param) -> TokenStream {
    let fact = fact(facts, param);
    match (fact["example"].as_str(), &param.ty) {
        (Some(shown), Ty::Str) => quote!(#shown),
        _ => expressions.within(&param.limits).argument(&param.ty, &fact["schema"]),
    }
}

fn arguments<'o>(
    input: &Samples<'_>,
    facts: &Value,
    operation: &'o Operation,
    extent: Extent,
) -> Vec<(Option<&'o Param>, TokenStream)> {
    let expressions = Expressions { api: input.api, extent, limits: None };
    let required = operation.params.iter().filter(|param| param.required);
    let mut arguments: Vec<(Option<&Param>, TokenStream)> = required
        .map(|param| {
            let fact = fact(facts, param);
            let value = match (param.place, fact["example"].as_i64(), &param.ty) {
                // An identifier of several forms that this operation documents as a number.
                (ParamPlace::Path, Some(number), Ty::Named(_)) => {
                    let number = proc_macro2::Literal::i64_unsuffixed(number);
                    quote!(#number)
                }
                (ParamPlace::Path, ..) => expressions.within(&param.limits).path_value(param, &fact["schema"]),
                (ParamPlace::Query | ParamPlace::Header, ..) => value(&expressions, facts, param),
            };
            (Some(param), value)
        })
        .collect();
    match &operation.body {
        None => {}
        Some(Body::Raw { .. }) => arguments.push((None, quote!("sample"))),
        Some(body) => {
            let media = if body.is_form() { MULTIPART } else { JSON };
            let schema = &facts["requestBody"]["content"][media]["schema"];
            arguments.push((None, expressions.body(body, schema)));
        }
    }
    arguments
}

/// The builder of a call, its setters called.
fn call(input: &Samples<'_>, facts: &Value, operation: &Operation, extent: Extent) -> TokenStream {
    let Samples { api, contract } = input;
    let documented = Documented::at(contract, &operation.path, &operation.method);
    let version = format_ident!("{}", api.module);
    let handle = format_ident!("{}", crate::names::rules::pascal(&api.module));
    let area = format_ident!("{}", operation.area);
    let name = format_ident!("{}", operation.name);
    let arguments = arguments(input, facts, operation, extent).into_iter().map(|(_, argument)| argument);
    let more_fields = match &operation.body {
        None | Some(Body::Raw { .. }) => Vec::new(),
        Some(body) => {
            let media = if body.is_form() { MULTIPART } else { JSON };
            let schema = &facts["requestBody"]["content"][media]["schema"];
            documented.more_fields(media, api.wire.resolve(schema))
        }
    };
    let sets = |param: &&Param| {
        !param.required && (extent == Extent::Full || documented.requires(param.place.word(), &param.wire))
    };
    let expressions = Expressions { api, extent, limits: None };
    let setters = operation.params.iter().filter(sets).map(|param| {
        let setter = format_ident!("{}", param.ident);
        let value = value(&expressions, facts, param);
        quote!(.#setter(#value))
    });
    let more_fields = more_fields
        .iter()
        .filter(|_| extent == Extent::Minimal)
        .map(|(field, value)| quote!(.extra_field(#field, #value)));
    quote!(drata_api::#version::#handle::new(client).#area().#name(#(#arguments),*)#(#setters)*#(#more_fields)*)
}
