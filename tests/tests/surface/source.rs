//! The generated source of an area, read with `syn`.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use drata_api::ApiVersion;
use quote::ToTokens;
use syn::{Expr, ExprLit, FnArg, ImplItem, ImplItemFn, Item, ItemEnum, ItemStruct, Lit, Pat, ReturnType, Visibility};

/// What an area offers.
pub(crate) struct Area {
    methods: BTreeMap<String, Method>,
    pub(crate) types: Types,
}

/// A method of an area's handle, and the builder that it returns.
pub(crate) struct Method {
    pub(crate) signature: String,
    pub(crate) setters: Vec<String>,
    /// What its builder returns, and in which media types.
    pub(crate) responses: Vec<String>,
}

/// The public types of a file, by name.
#[derive(Default)]
pub(crate) struct Types {
    pub(crate) structs: BTreeMap<String, Vec<String>>,
    pub(crate) enums: BTreeMap<String, Vec<String>>,
}

impl Area {
    pub(crate) fn read(version: ApiVersion, name: &str) -> Self {
        let file = parse(version, &format!("{name}/builder.rs")).expect("every area has builders");
        let (setters, responses) = (builders(&file), responses(&file));
        let module = parse(version, &format!("{name}/mod.rs")).expect("every area has a module");
        let methods = functions(&module)
            .map(|(_, function)| {
                let returned = match &function.sig.output {
                    ReturnType::Type(_, ty) => tokens(ty),
                    ReturnType::Default => String::new(),
                };
                let builder = returned.trim_start_matches("builder::");
                let setters = setters.get(builder).map_or(&[][..], Vec::as_slice);
                let responses = responses.get(builder).cloned().unwrap_or_default();
                (function.sig.ident.to_string(), Method::new(function, setters, responses))
            })
            .collect();
        let types = parse(version, &format!("{name}/types.rs")).map(|file| Types::read(&file)).unwrap_or_default();
        Self { methods, types }
    }

    pub(crate) fn method(&self, name: &str) -> &Method {
        self.methods.get(name).unwrap_or_else(|| panic!("no method {name}"))
    }
}

impl Method {
    fn new(function: &ImplItemFn, setters: &[ImplItemFn], responses: Vec<String>) -> Self {
        Self {
            signature: format!("fn {}({})", function.sig.ident, arguments(function)),
            setters: setters.iter().map(|setter| format!("{}({})", setter.sig.ident, arguments(setter))).collect(),
            responses,
        }
    }
}

impl Types {
    /// The types that areas share.
    pub(crate) fn shared(version: ApiVersion) -> Self {
        parse(version, "shared.rs").map(|file| Self::read(&file)).unwrap_or_default()
    }

    fn read(file: &syn::File) -> Self {
        let mut types = Self::default();
        for item in &file.items {
            match item {
                Item::Struct(item) if is_public(&item.vis) => {
                    let fields = item.fields.iter().filter(|field| is_public(&field.vis)).filter_map(|field| {
                        let ident = field.ident.as_ref().filter(|ident| *ident != "extra")?;
                        Some(format!("{ident}: {}", tokens(&field.ty)))
                    });
                    types.structs.insert(item.ident.to_string(), fields.collect());
                }
                Item::Macro(item) if item.mac.path.is_ident("open_enum") || item.mac.path.is_ident("id_forms") => {
                    let item: ItemEnum = item.mac.parse_body().expect("the macro takes an enumeration");
                    types.enums.insert(item.ident.to_string(), item.variants.iter().map(value).collect());
                }
                _ => {}
            }
        }
        types
    }
}

/// A variant by its value on the wire.
fn value(variant: &syn::Variant) -> String {
    match &variant.discriminant {
        Some((_, Expr::Lit(ExprLit { lit: Lit::Str(text), .. }))) => text.value(),
        _ => variant.ident.to_string(),
    }
}

/// A generated file; `None` when there is none.
fn parse(version: ApiVersion, path: &str) -> Option<syn::File> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../crates/drata-api/src");
    let text = fs::read_to_string(root.join(version.as_str()).join(path)).ok()?;
    Some(syn::parse_file(&text).unwrap_or_else(|error| panic!("{path}: {error}")))
}

/// The public functions of each builder.
fn builders(file: &syn::File) -> BTreeMap<String, Vec<ImplItemFn>> {
    let mut found: BTreeMap<String, Vec<ImplItemFn>> = BTreeMap::new();
    for (builder, function) in functions(file) {
        found.entry(builder).or_default().push(function.clone());
    }
    found
}

/// What the macros say about the requests and responses of each builder.
fn responses(file: &syn::File) -> BTreeMap<String, Vec<String>> {
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for item in &file.items {
        let Item::Macro(item) = item else { continue };
        if item.mac.path.is_ident("builder") {
            let item: ItemStruct = item.mac.parse_body().expect("the macro takes a structure");
            let kinds: Vec<String> = item.fields.iter().map(|field| tokens(&field.ty)).collect();
            found.entry(item.ident.to_string()).or_default().push(format!("-> {}", kinds.join(" -> ")));
        } else if item.mac.path.is_ident("media") {
            let text = tokens(&item.mac.tokens);
            let (builder, media) = text.split_once(" : ").expect("the macro takes a builder and a media type");
            found.entry(builder.to_owned()).or_default().push(media.to_owned());
        }
    }
    found
}

/// The public functions of inherent implementations, with the type that has them.
fn functions(file: &syn::File) -> impl Iterator<Item = (String, &ImplItemFn)> {
    let inherent = file.items.iter().filter_map(|item| match item {
        Item::Impl(item) if item.trait_.is_none() => Some((tokens(&item.self_ty), &item.items)),
        _ => None,
    });
    inherent.flat_map(|(ty, items)| {
        items.iter().filter_map(move |item| match item {
            ImplItem::Fn(function) if is_public(&function.vis) => Some((ty.clone(), function)),
            _ => None,
        })
    })
}

fn is_public(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}

/// The arguments of a function but for `self`.
fn arguments(function: &ImplItemFn) -> String {
    let arguments = function.sig.inputs.iter().filter_map(|argument| match argument {
        FnArg::Typed(typed) => Some(match &*typed.pat {
            // A setter's argument is called like the setter.
            Pat::Ident(pattern) if pattern.ident == function.sig.ident => tokens(&typed.ty),
            pattern => format!("{}: {}", tokens(pattern), tokens(&typed.ty)),
        }),
        FnArg::Receiver(_) => None,
    });
    arguments.collect::<Vec<_>>().join(", ")
}

/// Code as a person writes it.
fn tokens(code: &impl ToTokens) -> String {
    const SPACED: [(&str, &str); 8] =
        [(" < ", "<"), (" >", ">"), ("< ", "<"), (" :: ", "::"), (" , ", ", "), ("& ", "&"), ("[ ", "["), (" ]", "]")];
    SPACED.iter().fold(code.to_token_stream().to_string(), |text, (spaced, tight)| text.replace(spaced, tight))
}
