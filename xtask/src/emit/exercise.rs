//! A sample call of every operation through the public API: the least request that is valid, and one with everything set.
//!
//! The program `exercise`, the tests of tolerance and the snapshots of the wire all read these tables.

mod documented;
mod expression;

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use serde_json::Value;

use self::documented::Documented;
use self::expression::{Expressions, Extent};
use super::Input;
use super::code::{Code, identifiers};
use crate::document::{Document, JSON, MULTIPART, items, text};
use crate::files::Output;
use crate::surface::{Area, Operation, Param, ParamPlace, Surface, Ty};

/// Where the tables of a version stand.
fn folder(surface: &Surface) -> PathBuf {
    Path::new("tests/src/samples").join(surface.version.name())
}

pub(crate) fn emit(input: &Input, output: &mut Output) -> Result<()> {
    let surface = &input.surface;
    let folder = folder(surface);
    output.own(&folder);
    for area in &surface.areas {
        let path = folder.join(format!("{}.rs", area.name));
        output.add(path.clone(), table(input, area)?.finish(&path)?);
    }
    let path = folder.join("mod.rs");
    output.add(path.clone(), index(surface)?.finish(&path)?);
    Ok(())
}

/// The module of a version: its areas, and all their samples.
fn index(surface: &Surface) -> Result<Code> {
    let areas: Vec<_> = surface.areas.iter().map(|area| format_ident!("{}", area.name)).collect();
    let mut code = Code::new(&format!("Sample calls of {}, area by area.", surface.version.name()));
    code.items(quote! {
        #(mod #areas;)*

        use crate::Sample;

        /// The samples of every area.
        pub(super) static AREAS: &[&[Sample]] = &[#(#areas::SAMPLES),*];
    })?;
    Ok(code)
}

fn table(input: &Input, area: &Area) -> Result<Code> {
    let surface = &input.surface;
    let samples = area.operations.iter().map(|operation| sample(input, operation)).collect::<Result<Vec<_>>>()?;
    let version = format_ident!("{}", surface.version.name());
    let handle = format_ident!("{}", surface.version.name().to_uppercase());
    let module = format_ident!("{}", area.name);
    let used = identifiers(quote!(#(#samples)*));
    let names = expression::imports(&used);
    let helpers = ["Sample", "sent", "sent_page", "wire"].into_iter().filter(|name| used.contains(*name));
    let helpers = helpers.map(|name| format_ident!("{name}"));
    let more = used.contains("extra_field").then(|| {
        quote!(
            use drata_api::Operation as _;
        )
    });
    let mut code = Code::new(&format!("Sample calls of the area `{}`.", area.name));
    if area.operations.iter().any(|operation| operation.meta.deprecated) {
        code.text("\n// An operation that Drata deprecates is called as long as it is there.\n#![allow(deprecated)]\n");
    }
    code.items(quote! {
        #names
        #more
        use drata_api::#version::#handle;
        use drata_api::#version::#module::*;

        use crate::sample::{#(#helpers),*};

        pub(super) static SAMPLES: &[Sample] = &[#(#samples),*];
    })?;
    Ok(code)
}

fn sample(input: &Input, operation: &Operation) -> Result<TokenStream> {
    let facts = facts(&input.document, operation)
        .with_context(|| format!("{} is not in the effective document", operation.id))?;
    let meta = format_ident!("{}", super::meta::name(operation));
    // An operation is exercised once: by its form, unless only a correction knows that one.
    let has_form = operation.body.as_ref().is_some_and(|body| body.form);
    let alternative = if operation.undocumented_form {
        has_form && operation.meta.bodies.len() > 1
    } else {
        operation.json_alternative
    };
    let minimal = call(input, facts, operation, Extent::Minimal);
    let full = call(input, facts, operation, Extent::Full);
    let minimal_sent = match (operation.paging.is_some(), operation.answer.optional) {
        (true, _) => quote!(sent_page(#minimal)),
        (false, true) => quote!(sent(#minimal.send_optional())),
        (false, false) => quote!(sent(#minimal.send())),
    };
    let texts = operation.answer.texts.iter().map(|media| {
        let send = match &operation.answer.json {
            Some(_) => format_ident!("send_for_{}", media.rsplit('/').next().unwrap_or(media)),
            None => format_ident!("send"),
        };
        quote!((#media, |client| sent(#minimal.#send())))
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

/// The builder of a call, its setters called.
fn call(input: &Input, facts: &Value, operation: &Operation, extent: Extent) -> TokenStream {
    let Input { surface, document, contract } = input;
    let documented = Documented::new(contract, &operation.id);
    let version = format_ident!("{}", surface.version.name().to_uppercase());
    let area = format_ident!("{}", operation.area);
    let name = format_ident!("{}", operation.name);
    let expressions = Expressions { surface, document, extent };
    let fact_of = |param: &Param| {
        let found = items(facts, "parameters")
            .iter()
            .find(|fact| text(fact, "name") == param.wire && fact["in"] == place(param));
        found.unwrap_or(&Value::Null)
    };
    let schema_of = |param: &Param| &fact_of(param)["schema"];
    let value_of = |param: &Param| match (fact_of(param)["example"].as_str(), &param.ty) {
        (Some(shown), Ty::Text) => quote!(#shown),
        _ => expressions.argument(&param.ty, schema_of(param)),
    };
    let mut arguments: Vec<TokenStream> = operation
        .params
        .iter()
        .filter(|param| param.required)
        .map(|param| match param.place {
            ParamPlace::Path => match (fact_of(param)["example"].as_i64(), &param.ty) {
                // An identifier of several forms that this operation documents as a number.
                (Some(number), Ty::Named(name)) => {
                    let name = format_ident!("{name}");
                    let number = proc_macro2::Literal::i64_unsuffixed(number);
                    quote!(#name::Id(#number))
                }
                _ => expressions.path_value(param, schema_of(param)),
            },
            ParamPlace::Query | ParamPlace::Header => value_of(param),
        })
        .collect();
    let mut more_fields = Vec::new();
    if let Some(body) = &operation.body {
        let media = if body.form { MULTIPART } else { JSON };
        let schema = &facts["requestBody"]["content"][media]["schema"];
        arguments.push(expressions.body(&body.ty, body.form, schema));
        more_fields = documented.more_fields(media, document.resolve(schema));
    }
    let sets =
        |param: &&Param| !param.required && (extent == Extent::Full || documented.requires(place(param), &param.wire));
    let setters = operation.params.iter().filter(sets).map(|param| {
        let setter = format_ident!("{}", super::builders::setter_name(param));
        let value = value_of(param);
        quote!(.#setter(#value))
    });
    let more_fields = more_fields
        .iter()
        .filter(|_| extent == Extent::Minimal)
        .map(|(field, value)| quote!(.extra_field(#field, #value)));
    quote!(#version::new(client).#area().#name(#(#arguments),*)#(#setters)*#(#more_fields)*)
}

fn place(param: &Param) -> &'static str {
    match param.place {
        ParamPlace::Path => "path",
        ParamPlace::Query => "query",
        ParamPlace::Header => "header",
    }
}
