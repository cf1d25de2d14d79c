//! The types: a plain struct each, and a call of the macro that reads or writes it.

use std::collections::BTreeSet;

use anyhow::Result;
use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::code::{Code, identifiers};
use super::{docs, version};
use crate::surface::{Field, Kind, Surface, Ty, TypeDef};

pub(crate) fn emit(code: &mut Code, surface: &Surface, types: &[&TypeDef], shared: bool) -> Result<()> {
    imports(code, surface, types)?;
    for def in types {
        let condition = if shared { version::condition(surface, def) } else { None };
        let attribute: TokenStream = condition.as_deref().unwrap_or_default().parse().unwrap_or_default();
        let condition = condition.map(|condition| condition + "\n").unwrap_or_default();
        match &def.kind {
            Kind::Enum(variants) => {
                let list: Vec<String> =
                    variants.iter().map(|(variant, wire)| format!("{variant} = {wire:?}")).collect();
                code.text(&format!("\n{condition}{}", declaration("open_enum", def, &list)));
            }
            Kind::Ids(forms) => {
                let list: Vec<String> = forms.iter().map(|(form, prefix)| format!("{form} = {prefix:?}")).collect();
                code.text(&format!("\n{condition}{}", declaration("id_forms", def, &list)));
            }
            Kind::Answer(fields) => {
                code.items(structure(def, fields, &attribute, true))?;
                code.text(&format!("\n{condition}{}", call("model", def, fields)));
            }
            Kind::Request(fields) => {
                code.items(structure(def, fields, &attribute, false))?;
                code.items(constructor(def, fields, &attribute))?;
                code.text(&format!("\n{condition}{}", call("request_model", def, fields)));
            }
            Kind::Form(fields) => {
                code.items(structure(def, fields, &attribute, false))?;
                code.items(constructor(def, fields, &attribute))?;
                code.text(&format!("\n{condition}{}", call("form_model", def, fields)));
            }
        }
    }
    Ok(())
}

/// The names that the types need, and no others.
fn imports(code: &mut Code, surface: &Surface, types: &[&TypeDef]) -> Result<()> {
    let mut macros = BTreeSet::new();
    let mut ours = BTreeSet::new();
    let mut json = BTreeSet::new();
    let mut named = BTreeSet::new();
    let mut maps = false;
    for def in types {
        match &def.kind {
            Kind::Enum(_) => macros.insert("open_enum::open_enum"),
            Kind::Ids(_) => macros.insert("id_forms::id_forms"),
            Kind::Answer(_) => {
                ours.insert("Extra");
                macros.insert("model::model")
            }
            Kind::Request(_) => macros.insert("request_model::request_model"),
            Kind::Form(_) => macros.insert("request_model::form_model"),
        };
        for field in def.kind.fields() {
            field.ty.collect(&mut named);
            let used = identifiers(field.ty.tokens());
            let has = |name: &str| used.contains(name);
            ours.extend(["List", "Patch", "Timestamp", "Upload"].into_iter().filter(|name| has(name)));
            json.extend(["Map", "Value"].into_iter().filter(|name| has(name)));
            maps |= has("BTreeMap");
        }
    }
    let own: BTreeSet<&str> = types.iter().map(|def| def.name.as_str()).collect();
    let foreign: Vec<_> =
        named.iter().filter(|name| !own.contains(name.as_str())).map(|name| format_ident!("{name}")).collect();
    let version = format_ident!("{}", surface.version.name());
    let foreign = (!foreign.is_empty()).then(|| quote!(use crate::#version::shared::{#(#foreign),*};));
    let macros = macros.into_iter().filter_map(|path| path.parse::<TokenStream>().ok());
    let ours: Vec<_> = ours.into_iter().map(|name| format_ident!("{name}")).collect();
    let ours = (!ours.is_empty()).then(|| quote!(use crate::{#(#ours),*};));
    let json: Vec<_> = json.into_iter().map(|name| format_ident!("{name}")).collect();
    let json = (!json.is_empty()).then(|| quote!(use serde_json::{#(#json),*};));
    let maps = maps.then(|| {
        quote!(
            use std::collections::BTreeMap;
        )
    });
    code.items(quote! {
        #maps
        #json
        #(use crate::support::#macros;)*
        #foreign
        #ours
    })
}

/// The words of a type; one without has its name on the wire.
fn words(def: &TypeDef) -> String {
    match (&def.kind, def.doc.as_str()) {
        (Kind::Form(_), "") => format!("`{}` as a form that can send files.", def.vendor.trim_end_matches("Form")),
        (_, "") => format!("`{}` of the contract.", def.vendor),
        (_, words) => words.to_owned(),
    }
}

fn structure(def: &TypeDef, fields: &[Field], condition: &TokenStream, answer: bool) -> TokenStream {
    let name = format_ident!("{}", def.name);
    let words = docs::attributes(&words(def));
    let fields = fields.iter().map(|field| {
        let ident = format_ident!("{}", field.ident);
        let ty = field.ty.tokens();
        let words = docs::attributes(&field_words(field));
        quote!(#words pub #ident: #ty)
    });
    // A form may hold a reader, which equals nothing.
    let derives = match def.kind {
        Kind::Form(_) => quote!(#[derive(Clone, Debug)]),
        _ => quote!(#[derive(Clone, Debug, PartialEq)]),
    };
    let extra = answer.then(|| {
        quote!(/// What came beyond the contract.
        pub extra: Extra)
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

fn field_words(field: &Field) -> String {
    let mut words = if field.doc.is_empty() { format!("`{}`", field.wire) } else { field.doc.clone() };
    if let Some(most) = field.limits.get("max_length") {
        words += &format!(" At most {most} characters.");
    }
    if let Some(most) = field.limits.get("max_items") {
        words += &format!(" At most {most} items.");
    }
    if field.deprecated {
        words += " Deprecated by Drata.";
    }
    words
}

/// `new` with what is required, and a setter for each of the rest.
fn constructor(def: &TypeDef, fields: &[Field], condition: &TokenStream) -> TokenStream {
    let name = format_ident!("{}", def.name);
    let arguments = fields.iter().filter(|field| field.required).map(|field| {
        let ident = format_ident!("{}", field.ident);
        let ty = taken(&field.ty);
        quote!(#ident: #ty)
    });
    let values = fields.iter().map(|field| {
        let ident = format_ident!("{}", field.ident);
        if !field.required {
            return quote!(#ident: Default::default());
        }
        match converted(&field.ty, quote!(#ident)) {
            Some(value) => quote!(#ident: #value),
            None => quote!(#ident),
        }
    });
    let setters = fields.iter().filter(|field| !field.required).map(|field| {
        let ident = format_ident!("{}", field.ident);
        let words = docs::attributes(&format!("Sets [`{0}`](Self::{0}).", field.ident));
        let (ty, value) = match &field.ty {
            Ty::Patch(_) => {
                let ty = field.ty.tokens();
                (quote!(impl Into<#ty>), quote!(#ident.into()))
            }
            ty => {
                let present = ty.present();
                let value = converted(present, quote!(#ident)).unwrap_or_else(|| quote!(#ident));
                (taken(present), quote!(Some(#value)))
            }
        };
        quote! {
            #words
            #[must_use]
            pub fn #ident(mut self, #ident: #ty) -> Self {
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

/// What a constructor or a setter takes for a type.
fn taken(ty: &Ty) -> TokenStream {
    match ty {
        Ty::Text | Ty::Time | Ty::File | Ty::Json => {
            let ty = ty.tokens();
            quote!(impl Into<#ty>)
        }
        Ty::Vec(item) => {
            let item = taken_item(item);
            quote!(impl IntoIterator<Item = #item>)
        }
        other => other.tokens(),
    }
}

fn taken_item(item: &Ty) -> TokenStream {
    match item {
        Ty::Text | Ty::Time | Ty::File => {
            let ty = item.tokens();
            quote!(impl Into<#ty>)
        }
        other => other.tokens(),
    }
}

/// How what was taken becomes the field; `None` when it is the field.
fn converted(ty: &Ty, value: TokenStream) -> Option<TokenStream> {
    match ty {
        Ty::Text | Ty::Time | Ty::File | Ty::Json => Some(quote!(#value.into())),
        Ty::Vec(item) if matches!(**item, Ty::Text | Ty::Time | Ty::File) => {
            Some(quote!(#value.into_iter().map(Into::into).collect()))
        }
        Ty::Vec(_) => Some(quote!(#value.into_iter().collect())),
        _ => None,
    }
}

/// A declaration by macro: `open_enum! { … }`.
fn declaration(name: &str, def: &TypeDef, list: &[String]) -> String {
    let words = docs::comments(&words(def), "    ");
    let list: String = list.iter().map(|item| format!("        {item},\n")).collect();
    format!("{name}! {{\n{words}    pub enum {} {{\n{list}    }}\n}}\n", def.name)
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
                    field.limits.0.iter().map(|(limit, value)| format!("{limit}: {value}")).collect();
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
    if list.is_empty() {
        format!("{name}!({} {{}});\n", def.name)
    } else {
        format!("{name}!({} {{\n{list}}});\n", def.name)
    }
}
