//! The types: a plain struct each, and a call of the macro that reads or writes it.

use anyhow::Result;
use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::arguments::{Taker, accepted, converted, limit};
use super::code::Code;
use super::scribe::{At, Scribe};
use super::{docs, features};
use crate::field_rules::{self, FieldRule};
use crate::model::{Api, Field, Kind, Ty, TypeDef};

/// A file of types.
pub(crate) fn file(words: &str, api: &Api, types: &[&TypeDef], shared: bool) -> Result<Code> {
    let scribe = Scribe::new(api, At::Declared(types.iter().map(|def| def.name.as_str()).collect()));
    let mut code = Code::new(words);
    code.text("\n// A field whose name says it all has no description.\n#![allow(missing_docs)]\n");
    if types.iter().any(|def| def.kind.fields().iter().any(|field| field.deprecated)) {
        code.text("// What Drata deprecates is read and written as long as it is there.\n#![allow(deprecated)]\n");
    }
    for def in types {
        let condition = if shared { features::condition(api, def) } else { None };
        let attribute: TokenStream = condition.as_deref().unwrap_or_default().parse().unwrap_or_default();
        let condition = condition.map(|condition| condition + "\n").unwrap_or_default();
        match &def.kind {
            Kind::Enum(variants) => {
                let list = variants.iter().map(|variant| format!("{} = {:?}", variant.name, variant.wire));
                code.text(&format!("\n{condition}{}", declaration(api, "open_enum", def, "", list)));
            }
            Kind::Forms(number, forms) => {
                let list = forms.iter().map(|form| format!("{} = {:?}", form.name, form.prefix));
                let number = number.as_ref().map_or("i64".to_owned(), |id| format!("crate::{}::ids::{id}", api.module));
                code.text(&format!("\n{condition}{}", declaration(api, "id_forms", def, &format!("({number})"), list)));
            }
            Kind::Response(fields) => {
                code.items(structure(&scribe, def, fields, &attribute))?;
                code.text(&format!("\n{condition}{}", call("model", def, fields)));
            }
            Kind::Request(fields) | Kind::Form(fields) => {
                code.items(structure(&scribe, def, fields, &attribute))?;
                code.items(constructor(&scribe, def, fields, &attribute))?;
                let name = if matches!(def.kind, Kind::Form(_)) { "form_model" } else { "request_model" };
                code.text(&format!("\n{condition}{}", call(name, def, fields)));
            }
        }
    }
    Ok(code)
}

/// The description of a type.
fn words(api: &Api, def: &TypeDef) -> String {
    let origin = def.origins.first().map_or("", String::as_str);
    let schema = origin.split(['.', '#']).next().unwrap_or_default();
    let words = match (&def.kind, def.doc.as_str()) {
        (Kind::Form(_), "") => format!("`{schema}` as a form that can send files."),
        (Kind::Request(_), "") => format!("What is sent as `{schema}`."),
        (Kind::Response(_), "") => format!("What is returned as `{schema}`."),
        (_, words) => words.to_owned(),
    };
    let rules = def.rules.iter().map(|rule| rule_words(def, rule));
    docs::linked(api, &[words].into_iter().chain(rules).collect::<Vec<_>>().join("\n\n"))
}

/// A rule about fields as the description of the struct says it.
fn rule_words(def: &TypeDef, rule: &FieldRule) -> String {
    let fields = of_rule(def.kind.fields(), rule).map(|field| format!("[`{0}`](field@Self::{0})", field.ident));
    let fields: Vec<String> = fields.collect();
    match (rule.how_many, fields.as_slice()) {
        (_, [only]) => format!("{only} must be set, which is checked before the request is sent."),
        (how_many, _) => {
            let how_many = how_many.word().replace('_', " ");
            format!("Set {how_many} {}, which is checked before the request is sent.", field_rules::listed(&fields))
        }
    }
}

fn structure(scribe: &Scribe<'_>, def: &TypeDef, fields: &[Field], condition: &TokenStream) -> TokenStream {
    let name = format_ident!("{}", def.name);
    let words = docs::attributes(&words(scribe.api, def));
    let fields = fields.iter().map(|field| {
        let ident = format_ident!("{}", field.ident);
        let ty = scribe.ty(&field.ty);
        let words = docs::attributes(&docs::linked(scribe.api, &field_words(field)));
        let deprecated = deprecated(field);
        quote!(#words #deprecated pub #ident: #ty)
    });
    // A form may hold a reader, which equals nothing.
    let derives = match def.kind {
        Kind::Form(_) => quote!(#[derive(Clone, Debug)]),
        _ => quote!(#[derive(Clone, Debug, PartialEq)]),
    };
    let extra = matches!(def.kind, Kind::Response(_)).then(|| {
        quote!(/// Fields that are not in the contract.
        pub extra: crate::Extra)
    });
    quote! {
        #words
        #condition
        #derives
        #[non_exhaustive]
        pub struct #name {
            #(#fields,)*
            #extra
        }
    }
}

fn deprecated(field: &Field) -> Option<TokenStream> {
    field.deprecated.then(|| quote!(#[deprecated]))
}

fn field_words(field: &Field) -> String {
    let mut words = docs::with_limits(field.doc.clone(), &field.limits);
    if field.deprecated {
        words += " Deprecated by Drata.";
    }
    words.trim().to_owned()
}

/// `new` with what is required, and a setter for each of the rest.
fn constructor(scribe: &Scribe<'_>, def: &TypeDef, fields: &[Field], condition: &TokenStream) -> TokenStream {
    let name = format_ident!("{}", def.name);
    let arguments = fields.iter().filter(|field| field.required).map(|field| {
        let ident = format_ident!("{}", field.ident);
        let ty = accepted(scribe, &field.ty, Taker::Request);
        quote!(#ident: #ty)
    });
    let values = fields.iter().map(|field| {
        let ident = format_ident!("{}", field.ident);
        if !field.required {
            return quote!(#ident: Default::default());
        }
        let value = converted(scribe, &field.ty, quote!(#ident), Taker::Request);
        // What is kept as it was taken is not said twice.
        if ident == value.to_string() { quote!(#ident) } else { quote!(#ident: #value) }
    });
    let setters = fields.iter().filter(|field| !field.required).map(|field| {
        let ident = format_ident!("{}", field.ident);
        let setter = format_ident!("{}", field.setter);
        let words = docs::attributes(&format!("Sets [`{0}`](field@Self::{0}).", field.ident));
        let (ty, value) = match &field.ty {
            Ty::Patch(_) => {
                let ty = scribe.ty(&field.ty);
                (quote!(impl Into<#ty>), quote!(#ident.into()))
            }
            ty => {
                let present = ty.present();
                let value = converted(scribe, present, quote!(#ident), Taker::Request);
                (accepted(scribe, present, Taker::Request), quote!(Some(#value)))
            }
        };
        let deprecated = deprecated(field);
        quote! {
            #words
            #deprecated
            #[must_use]
            pub fn #setter(mut self, #ident: #ty) -> Self {
                self.#ident = #value;
                self
            }
        }
    });
    let default = fields.iter().all(|field| !field.required).then(|| {
        quote! {
            #condition
            impl Default for #name {
                fn default() -> Self {
                    Self::new()
                }
            }
        }
    });
    let count = fields.iter().filter(|field| field.required).count();
    let arity = (count > 7).then(|| quote!(#[allow(clippy::too_many_arguments)]));
    let words = format!(" A new `{}` with what is required.", def.name);
    quote! {
        #condition
        impl #name {
            #[doc = #words]
            #arity
            pub fn new(#(#arguments),*) -> Self {
                Self { #(#values),* }
            }

            #(#setters)*
        }

        #default
    }
}

/// A declaration by macro: `open_enum! { … }`.
fn declaration(api: &Api, name: &str, def: &TypeDef, of: &str, list: impl Iterator<Item = String>) -> String {
    let words = words(api, def);
    let words = if words.is_empty() { String::new() } else { docs::comments(&words, "    ") };
    let list: String = list.map(|item| format!("        {item},\n")).collect();
    format!("{path}! {{\n{words}    pub enum {}{of} {{\n{list}    }}\n}}\n", def.name, path = path(name))
}

/// The path of a macro of the runtime.
fn path(name: &str) -> String {
    let module = match name {
        "form_model" => "request_model",
        other => other,
    };
    format!("crate::support::{module}::{name}")
}

/// A call that implements reading or writing: `model!(Connection { id: "id", … });`
fn call(name: &str, def: &TypeDef, fields: &[Field]) -> String {
    let list: String = fields
        .iter()
        .map(|field| {
            let limits = if name == "model" || field.limits.is_empty() {
                String::new()
            } else {
                let limits: Vec<String> =
                    field.limits.0.iter().map(|(name, value)| format!("{name}: {}", limit(name, *value))).collect();
                format!(" {{ {} }}", limits.join(", "))
            };
            let null = if name == "request_model" && field.required && matches!(field.ty, Ty::Option(_)) {
                " null"
            } else {
                ""
            };
            format!("    {}: {:?}{null}{limits},\n", field.ident, field.wire)
        })
        .collect();
    let path = path(name);
    let rules: String = def.rules.iter().map(|rule| rule_call(fields, rule)).collect();
    if list.is_empty() {
        format!("{path}!({} {{}});\n", def.name)
    } else {
        format!("{path}!({} {{\n{list}}}{rules});\n", def.name)
    }
}

/// A rule about fields as the macros take it: ` exactly_one_of(url: "url", file_key: "fileKey")`.
fn rule_call(fields: &[Field], rule: &FieldRule) -> String {
    let named = of_rule(fields, rule).map(|field| format!("{}: {:?}", field.ident, field.wire));
    let named: Vec<String> = named.collect();
    format!(" {}({})", rule.how_many.word(), named.join(", "))
}

/// The fields of a rule, in its order.
fn of_rule<'a>(fields: &'a [Field], rule: &'a FieldRule) -> impl Iterator<Item = &'a Field> {
    rule.fields.iter().filter_map(|wire| fields.iter().find(|field| field.wire == *wire))
}
