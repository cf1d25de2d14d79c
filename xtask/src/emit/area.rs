//! The folder of an area: the handle with its methods, the builders, the types and what is known of its operations.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::Result;
use heck::ToUpperCamelCase as _;
use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::code::Code;
use super::{builders, docs, meta, types};
use crate::files::Output;
use crate::surface::{Area, Body, Operation, Param, ParamPlace, Surface, Ty, TypeDef};

/// The name of an area's handle.
pub(crate) fn handle(area: &str) -> String {
    format!("{}Api", area.to_upper_camel_case())
}

pub(crate) fn emit(surface: &Surface, area: &Area, folder: &Path, output: &mut Output) -> Result<()> {
    let own: Vec<&TypeDef> =
        surface.types.values().filter(|def| def.areas.len() == 1 && def.areas.contains(&area.name)).collect();
    let write = |output: &mut Output, name: &str, code: Code| -> Result<()> {
        let path = folder.join(name);
        output.add(path.clone(), code.finish(&path)?);
        Ok(())
    };
    write(output, "mod.rs", module(surface, area, !own.is_empty())?)?;
    write(output, "builder.rs", builders::file(surface, area)?)?;
    write(output, "meta.rs", meta::file(surface, area)?)?;
    if !own.is_empty() {
        let mut code = Code::new(&format!("Types of the area `{}`.", area.name));
        types::emit(&mut code, surface, &own, false)?;
        write(output, "types.rs", code)?;
    }
    Ok(())
}

fn module(surface: &Surface, area: &Area, own_types: bool) -> Result<Code> {
    let version = format_ident!("{}", surface.version.name());
    let handle = format_ident!("{}", handle(&area.name));
    let shared: Vec<_> = surface
        .types
        .values()
        .filter(|def| def.areas.len() > 1 && def.areas.contains(&area.name))
        .map(|def| format_ident!("{}", def.name))
        .collect();
    let shared = (!shared.is_empty()).then(|| quote!(pub use crate::#version::shared::{#(#shared),*};));
    let own = own_types.then(|| {
        quote!(
            mod types;
            pub use types::*;
        )
    });
    let (reads, writes): (Vec<&Operation>, Vec<&Operation>) =
        area.operations.iter().partition(|operation| operation.method == "get");
    let reads: Vec<TokenStream> = reads.into_iter().map(|operation| method(surface, operation)).collect();
    let writes: Vec<TokenStream> = writes.into_iter().map(|operation| method(surface, operation)).collect();
    let reads = (!reads.is_empty()).then(|| quote!(impl<A: Access> #handle<A> { #(#reads)* }));
    let writes = (!writes.is_empty()).then(|| {
        quote! {
            /// Operations that write; a read-only client does not have them.
            impl #handle { #(#writes)* }
        }
    });
    let imports = imports(area);
    let doc = format!(" The operations of the area `{}`.", area.name);
    let mut code = Code::new(&area.doc);
    code.items(quote! {
        pub mod builder;
        pub mod meta;
        #own
        #shared

        #imports
        use crate::{Access, Call, Client, ReadWrite};

        #[doc = #doc]
        #[derive(Clone, Debug)]
        pub struct #handle<A: Access = ReadWrite> {
            client: Client<A>,
        }

        impl<A: Access> #handle<A> {
            pub(in crate::#version) fn new(client: &Client<A>) -> Self {
                Self { client: client.clone() }
            }
        }

        #reads
        #writes
    })?;
    Ok(code)
}

/// What the arguments of the methods need beside the area's own types.
fn imports(area: &Area) -> TokenStream {
    let mut names = BTreeSet::new();
    for operation in &area.operations {
        for param in operation.params.iter().filter(|param| param.required) {
            if *param.ty.unboxed() == Ty::Time {
                names.insert("Timestamp");
            }
        }
    }
    let names: Vec<_> = names.into_iter().map(|name| format_ident!("{name}")).collect();
    if names.is_empty() { quote!() } else { quote!(use crate::{#(#names),*};) }
}

fn method(surface: &Surface, operation: &Operation) -> TokenStream {
    let name = format_ident!("{}", operation.name);
    let builder = format_ident!("{}", builders::name(operation));
    let meta = format_ident!("{}", meta::name(operation));
    let words = docs::attributes(&words(surface, operation));
    let required: Vec<&Param> = operation.params.iter().filter(|param| param.required).collect();
    let mut arguments: Vec<TokenStream> = required.iter().map(|param| argument(param)).collect();
    let mut steps = Vec::new();
    for param in &required {
        let ident = format_ident!("{}", param.ident);
        let wire = &param.wire;
        if param.place == ParamPlace::Path {
            let value = into(&param.ty, quote!(#ident));
            steps.push(quote!(.path(#wire, #value)));
        }
    }
    if let Some(body) = &operation.body {
        let (argument, step) = body_argument(body);
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
    let deprecated = operation.meta.deprecated.then(|| quote!(#[deprecated]));
    let arity = (arguments.len() > 6).then(|| quote!(#[allow(clippy::too_many_arguments)]));
    quote! {
        #words
        #deprecated
        #arity
        pub fn #name(&self, #(#arguments),*) -> builder::#builder {
            builder::#builder::new(Call::new(&self.client, &meta::#meta)#(#steps)*)#(#late)*
        }
    }
}

/// What a method's argument is declared as: convenient for the caller, plain in the signature.
pub(crate) fn argument(param: &Param) -> TokenStream {
    let ident = format_ident!("{}", param.ident);
    let ty = accepted(&param.ty);
    quote!(#ident: #ty)
}

/// What stands for a type in an argument.
pub(crate) fn accepted(ty: &Ty) -> TokenStream {
    match ty {
        Ty::Text => quote!(&str),
        Ty::Time => quote!(impl Into<Timestamp>),
        Ty::Named(_) => {
            let ty = ty.tokens();
            quote!(impl Into<#ty>)
        }
        Ty::Vec(item) => {
            let item = match &**item {
                Ty::Text => quote!(impl AsRef<str>),
                item => item.tokens(),
            };
            quote!(impl IntoIterator<Item = #item>)
        }
        other => other.tokens(),
    }
}

/// The value of an argument as the call takes it.
pub(crate) fn into(ty: &Ty, value: TokenStream) -> TokenStream {
    match ty {
        Ty::Time | Ty::Named(_) => {
            let ty = ty.tokens();
            quote!(Into::<#ty>::into(#value))
        }
        _ => value,
    }
}

fn body_argument(body: &Body) -> (TokenStream, TokenStream) {
    match &body.ty {
        Ty::Vec(item) => {
            let item = item.tokens();
            let limits = builders::limits(&body.limits);
            (quote!(body: &[#item]), quote!(.json_list(body, #limits)))
        }
        ty if body.form => {
            let ty = ty.tokens();
            (quote!(form: #ty), quote!(.form(form)))
        }
        ty => {
            let ty = ty.tokens();
            (quote!(body: &#ty), quote!(.json(body)))
        }
    }
}

/// The words of an operation: what it does, then what the metadata says of it.
fn words(surface: &Surface, operation: &Operation) -> String {
    let meta = &operation.meta;
    let mut facts = format!("`{} {}`, {}.", operation.method.to_uppercase(), operation.path, surface.version.name());
    facts += &format!(" Needs the permission **{}** (`{}`).", meta.permission_name, meta.permission);
    if let Some(entitlement) = &meta.entitlement {
        facts += &format!(" Needs the plan feature `{entitlement}`.");
    }
    if meta.beta {
        facts += " Beta: Drata may change it without notice.";
    }
    if let Some(paging) = &operation.paging {
        facts += &if paging.by_cursor {
            format!(" Pages by cursor, up to {} rows a page.", paging.max_size)
        } else {
            format!(" Pages by number, up to {} rows a page.", paging.max_size)
        };
    }
    if meta.upsert {
        facts += " Sent twice, it writes once.";
    }
    let mut words = operation.doc.clone();
    if operation.json_alternative {
        words += " This is the form without a file, as JSON.";
    }
    let reference = format!(
        "[Reference](https://developers.drata.com/openapi/reference/{}/operation/{}/)",
        surface.version.name(),
        operation.id
    );
    [words, facts, reference].join("\n\n")
}
