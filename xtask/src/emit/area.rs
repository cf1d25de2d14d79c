//! The folder of an area: the handle with its methods, the builders, the types and the metadata of its operations.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::Result;
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use super::arguments::{Taker, accepted, body, converted, limits};
use super::code::Code;
use super::exercise::Samples;
use super::scribe::{At, Scribe};
use super::{builders, docs, example, meta, types};
use crate::files::Output;
use crate::model::{Api, Area, Operation, Param, ParamPlace, Style, TypeDef};

pub(crate) fn emit(samples: &Samples<'_>, area: &Area, folder: &Path, output: &mut Output) -> Result<()> {
    let api = samples.api;
    let own: Vec<&TypeDef> =
        api.types.values().filter(|def| def.areas.len() == 1 && def.areas.contains(&area.name)).collect();
    let write = |output: &mut Output, name: &str, code: Code| -> Result<()> {
        let path = folder.join(name);
        output.add(path.clone(), code.finish(&path)?);
        Ok(())
    };
    write(output, "mod.rs", module(samples, area, !own.is_empty())?)?;
    write(output, "builder.rs", builders::file(api, area)?)?;
    write(output, "meta.rs", meta::file(api, area)?)?;
    if !own.is_empty() {
        let code = types::file(&format!("Types of the area `{}`.", area.name), api, &own, false)?;
        write(output, "types.rs", code)?;
    }
    Ok(())
}

fn module(samples: &Samples<'_>, area: &Area, own_types: bool) -> Result<Code> {
    let api = samples.api;
    let scribe = Scribe::new(api, At::Module);
    let version = scribe.version();
    let handle = format_ident!("{}", area.handle);
    let shared = api.types.values().filter(|def| def.areas.len() > 1 && def.areas.contains(&area.name));
    let shared = exports(shared.map(|def| &def.name), quote!(crate::#version::shared));
    let ids = exports(
        api.ids.values().filter(|id| id.areas.contains(&area.name)).map(|id| &id.name),
        quote!(crate::#version::ids),
    );
    let own = own_types.then(|| {
        quote!(
            mod types;
            pub use types::*;
        )
    });
    let (reads, writes): (Vec<&Operation>, Vec<&Operation>) =
        area.operations.iter().partition(|operation| operation.method == "get");
    let reads: Vec<TokenStream> = reads.into_iter().map(|operation| method(&scribe, operation)).collect();
    let writes: Vec<TokenStream> = writes.into_iter().map(|operation| method(&scribe, operation)).collect();
    let reads = (!reads.is_empty()).then(|| quote!(impl<A: crate::Access> #handle<A> { #(#reads)* }));
    let writes = (!writes.is_empty()).then(|| {
        quote! {
            /// Operations that write; a read-only client does not have them.
            impl #handle { #(#writes)* }
        }
    });
    let doc = format!(" The operations of the area `{}`.", area.name);
    let about = [Some(&area.doc), area.versions.as_ref()].into_iter().flatten().map(|words| docs::linked(api, words));
    let mut code = Code::new(&about.collect::<Vec<_>>().join("\n\n"));
    code.example(&example::block(samples, area));
    code.items(quote! {
        pub mod builder;
        pub mod meta;
        #own
        #shared
        #ids

        #[doc = #doc]
        #[derive(Clone, Debug)]
        pub struct #handle<A: crate::Access = crate::ReadWrite> {
            client: crate::Client<A>,
        }

        impl<A: crate::Access> #handle<A> {
            pub(in crate::#version) fn new(client: &crate::Client<A>) -> Self {
                Self { client: client.clone() }
            }
        }

        #reads
        #writes
    })?;
    Ok(code)
}

fn exports<'a>(names: impl Iterator<Item = &'a String>, from: TokenStream) -> Option<TokenStream> {
    let names: BTreeSet<Ident> = names.map(|name| format_ident!("{name}")).collect();
    let names = names.into_iter();
    (names.len() > 0).then(|| quote!(pub use #from::{#(#names),*};))
}

fn method(scribe: &Scribe<'_>, operation: &Operation) -> TokenStream {
    let name = format_ident!("{}", operation.name);
    let builder = format_ident!("{}", operation.builder);
    let meta = format_ident!("{}", operation.constant);
    let words = docs::attributes(&words(scribe.api, operation));
    let required: Vec<&Param> = operation.params.iter().filter(|param| param.required).collect();
    let mut arguments: Vec<TokenStream> = required
        .iter()
        .map(|param| {
            let (ident, ty) = (format_ident!("{}", param.ident), accepted(scribe, &param.ty, Taker::Builder));
            quote!(#ident: #ty)
        })
        .collect();
    let mut steps = Vec::new();
    for param in required.iter().filter(|param| param.place == ParamPlace::Path) {
        let ident = format_ident!("{}", param.ident);
        let wire = &param.wire;
        let value = converted(scribe, &param.ty, quote!(#ident), Taker::Builder);
        steps.push(match param.style {
            Style::Join(separator) => quote!(.path_joined(#wire, #separator, #value)),
            Style::Json => quote!(.path_json(#wire, &#value)),
            Style::Pairs(within) => quote!(.path_properties(#wire, #within, &#value)),
            Style::Label(separator) => behind(wire, ".", separator, &value),
            Style::Matrix(separator) => behind(wire, &format!(";{wire}="), separator, &value),
            _ if param.limits.is_empty() => quote!(.path(#wire, #value)),
            _ => {
                let limits = limits(&param.limits);
                quote!(.path_checked(#wire, #value, #limits))
            }
        });
    }
    if let (Some(_), Some(media)) = (&operation.response.json, &operation.response.accept) {
        steps.push(quote!(.accept_json(#media)));
    }
    if let Some(one) = &operation.body {
        let (argument, step) = body(scribe, one);
        arguments.push(argument);
        steps.push(step);
    }
    let late: Vec<TokenStream> = required
        .iter()
        .filter(|param| param.place != ParamPlace::Path)
        .map(|param| {
            let ident = format_ident!("{}", param.ident);
            quote!(.#ident(#ident))
        })
        .collect();
    let deprecated = operation.deprecated.as_ref().map(|deprecation| match &deprecation.successor {
        Some(successor) => {
            let note = format!("use `{successor}` instead");
            quote!(#[deprecated(note = #note)])
        }
        None => quote!(#[deprecated]),
    });
    let arity = (arguments.len() > 6).then(|| quote!(#[allow(clippy::too_many_arguments)]));
    quote! {
        #words
        #deprecated
        #arity
        pub fn #name(&self, #(#arguments),*) -> builder::#builder {
            builder::#builder::new(crate::Call::new(&self.client, &meta::#meta)#(#steps)*)#(#late)*
        }
    }
}

/// The step that fills a placeholder with a value, or several, behind a text.
fn behind(wire: &str, before: &str, separator: Option<char>, value: &TokenStream) -> TokenStream {
    match separator {
        None => quote!(.path_behind(#wire, #before, #value)),
        // Each of an exploded matrix has the name again.
        Some(';') => quote!(.path_several(#wire, #before, #before, #value)),
        Some(separator) => {
            let between = separator.to_string();
            quote!(.path_several(#wire, #before, #between, #value))
        }
    }
}

/// The description of an operation: what it does, then what the metadata says of it.
fn words(api: &Api, operation: &Operation) -> String {
    let meta = &operation.meta;
    let mut facts = format!("`{} {}`, {}.", operation.method.to_uppercase(), operation.path, api.version.name());
    facts += &match (meta.permission_name.as_str(), meta.permission.as_str()) {
        ("", "") => String::new(),
        ("", permission) => format!(" Needs the permission `{permission}`."),
        (name, permission) => format!(" Needs the permission **{name}** (`{permission}`)."),
    };
    if let Some(entitlement) = &meta.entitlement {
        facts += &format!(" Needs the plan feature `{entitlement}`.");
    }
    if meta.beta {
        facts += " Beta: Drata may change it without notice.";
    }
    if let Some(paging) = &operation.paging {
        let by = if paging.by_cursor { "cursor" } else { "number" };
        facts += &format!(" Pages by {by}, up to {} rows a page.", paging.max_size);
    }
    if meta.upsert {
        facts += " An idempotent upsert.";
    }
    let mut words = docs::linked(api, &operation.doc);
    if operation.json_alternative {
        words += " This is the request without a file, as JSON.";
    }
    let reference = format!(
        "[Reference](https://developers.drata.com/openapi/reference/{}/operation/{}/)",
        api.version.name(),
        operation.id
    );
    [words.as_str(), &facts, &reference]
        .iter()
        .filter(|part| !part.is_empty())
        .copied()
        .collect::<Vec<_>>()
        .join("\n\n")
}
