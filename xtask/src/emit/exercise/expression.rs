//! Sample values as Rust expressions: valid by the type, the limits and the format that the contract gives them.

use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote};
use serde_json::{Value, json};

use crate::document::text;
use crate::model::{Api, Body, Field, Kind, Param, Ty, TypeDef};

/// How much of a request is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Extent {
    /// What is required, and the file of a form.
    Minimal,
    /// Everything.
    Full,
}

/// Writes expressions for the values of one operation. The schemas of the effective document go along with the types,
/// because only they know formats.
pub(super) struct Expressions<'a> {
    pub(super) api: &'a Api,
    pub(super) extent: Extent,
}

impl Expressions<'_> {
    /// What a method or a setter of a builder takes.
    pub(super) fn argument(&self, ty: &Ty, schema: &Value) -> TokenStream {
        match ty {
            Ty::Str | Ty::Time => self.literal(ty, schema),
            Ty::Id(_) => self.owned(&Ty::Int, schema, &[]),
            Ty::Vec(item) => {
                let schema = self.items_of(schema);
                let item = match &**item {
                    Ty::Str => self.literal(item, schema),
                    Ty::Id(_) => self.owned(&Ty::Int, schema, &[]),
                    item => self.owned(item, schema, &[]),
                };
                quote!([#item])
            }
            other => self.owned(other, schema, &[]),
        }
    }

    /// What a method takes for a placeholder of the path. There, a text without a format is an identifier in digits, unless
    /// its name says better.
    pub(super) fn path_value(&self, param: &Param, schema: &Value) -> TokenStream {
        let facts = self.resolve(schema);
        let open = ["format", "enum", "minLength"].iter().all(|fact| facts.get(fact).is_none());
        match (open, &param.ty) {
            (true, Ty::Str) if param.wire == "email" => self.argument(&param.ty, &json!({ "format": "email" })),
            (true, Ty::Str) => quote!("1"),
            _ => self.argument(&param.ty, schema),
        }
    }

    /// What a method takes for the body.
    pub(super) fn body(&self, body: &Body, schema: &Value) -> TokenStream {
        match body {
            Body::Json { ty: Ty::Vec(item), .. } => {
                let item = self.owned(item, self.items_of(schema), &[]);
                quote!([#item])
            }
            Body::Json { ty: ty @ (Ty::Str | Ty::Time), .. } => self.literal(ty, schema),
            Body::Json { ty: ty @ (Ty::Object | Ty::Map(_)), .. } => {
                let value = self.owned(ty, schema, &[]);
                quote!(&#value)
            }
            Body::Json { ty, .. } | Body::Form { ty } => self.owned(ty, schema, &[]),
            Body::Raw { .. } => quote!("sample"),
        }
    }

    /// What a constructor or a setter of a request's struct takes.
    fn taken(&self, field: &Field, schema: &Value, within: &[&str]) -> TokenStream {
        match &field.ty {
            Ty::Str | Ty::Time | Ty::Json => self.literal(&field.ty, schema),
            Ty::Id(_) => self.owned(&Ty::Int, schema, within),
            // A setter takes what is in the `Option`; a `Patch` is converted into.
            Ty::Option(inner) if !field.required => {
                self.taken(&Field { ty: (**inner).clone(), required: true, ..field.clone() }, schema, within)
            }
            Ty::Patch(inner) => match &**inner {
                Ty::Str | Ty::Time => self.literal(inner, schema),
                Ty::Int | Ty::Id(_) => {
                    // Many types become a `Patch`, so the literal has to say which it is.
                    let value = Literal::i64_suffixed(self.number(schema).ceil() as i64);
                    quote!(#value)
                }
                other => self.owned(other, schema, within),
            },
            Ty::Vec(item) => {
                let schema = self.items_of(schema);
                let item = match &**item {
                    Ty::Str | Ty::Time => self.literal(item, schema),
                    Ty::Id(_) => self.owned(&Ty::Int, schema, within),
                    other => self.owned(other, schema, within),
                };
                quote!([#item])
            }
            other => self.owned(other, schema, within),
        }
    }

    /// A value that has exactly this type. `within` are the structs it is built in.
    fn owned(&self, ty: &Ty, schema: &Value, within: &[&str]) -> TokenStream {
        match ty {
            Ty::Bool => quote!(true),
            Ty::Int => {
                let value = Literal::i64_unsuffixed(self.number(schema).ceil() as i64);
                quote!(#value)
            }
            Ty::Id(_) => {
                let value = Literal::i64_suffixed(self.number(schema).ceil() as i64);
                quote!(#value.into())
            }
            Ty::Float => {
                let value = Literal::f64_unsuffixed(self.number(schema));
                quote!(#value)
            }
            Ty::Str => {
                let text = self.literal(ty, schema);
                quote!(#text.to_owned())
            }
            Ty::Time => {
                let text = self.literal(ty, schema);
                quote!(drata_api::Timestamp::from(#text))
            }
            Ty::File => {
                // A file of another kind than the usual document is one that the overlay shows.
                let shown = |key: &str| schema[crate::keys::SAMPLE][key].as_str();
                let name = shown("fileName").unwrap_or("sample.pdf");
                let content = shown("content").unwrap_or("%PDF-1.4\n");
                quote!(drata_api::Upload::from_bytes(#name, #content))
            }
            Ty::Json => quote!(serde_json::json!({ "key": "value" })),
            Ty::Object => quote!(serde_json::Map::from_iter([("key".to_owned(), serde_json::json!("value"))])),
            Ty::Named(name) => self.named(name, schema, within),
            Ty::Vec(item) | Ty::List(item) => {
                let item = self.owned(item, self.items_of(schema), within);
                quote!(vec![#item])
            }
            Ty::Map(value) => {
                let value = self.owned(value, &self.resolve(schema)["additionalProperties"], within);
                quote!(std::collections::BTreeMap::from([("key".to_owned(), #value)]))
            }
            Ty::Option(inner) | Ty::Patch(inner) => {
                let inner = self.owned(inner, schema, within);
                quote!(Some(#inner))
            }
            Ty::Boxed(inner) => {
                let inner = self.owned(inner, schema, within);
                quote!(Box::new(#inner))
            }
        }
    }

    fn named(&self, name: &str, schema: &Value, within: &[&str]) -> TokenStream {
        let ident = format_ident!("{name}");
        let Some(def) = self.api.types.get(name) else { return quote!(#ident) };
        match &def.kind {
            Kind::Enum(variants) => {
                let variant = variants.first().map(|variant| format_ident!("{}", variant.name));
                quote!(#ident::#variant)
            }
            Kind::Forms(_, forms) => match (forms.first(), self.resolve(schema)["example"].as_str()) {
                (Some(form), Some(example)) => {
                    let variant = format_ident!("{}", form.name);
                    let value = example.strip_prefix(form.prefix.as_str()).unwrap_or(example);
                    quote!(#ident::#variant(#value.to_owned()))
                }
                _ => quote!(#ident::from(1)),
            },
            Kind::Response(fields) | Kind::Request(fields) | Kind::Form(fields) => {
                self.object(def, fields, schema, within)
            }
        }
    }

    fn object(&self, def: &TypeDef, fields: &[Field], schema: &Value, within: &[&str]) -> TokenStream {
        let ident = format_ident!("{}", def.name);
        let schema = self.resolve(schema);
        let within: Vec<&str> = within.iter().copied().chain([def.name.as_str()]).collect();
        let value = |field: &Field| self.taken(field, &schema["properties"][&field.wire], &within);
        let required = fields.iter().filter(|field| field.required).map(value);
        let setters = fields.iter().filter(|field| !field.required && self.sets(def, field, &within)).map(|field| {
            let setter = format_ident!("{}", field.setter);
            let value = value(field);
            quote!(.#setter(#value))
        });
        quote!(#ident::new(#(#required),*)#(#setters)*)
    }

    /// Whether an optional field is set: never one that would begin the same struct again.
    fn sets(&self, def: &TypeDef, field: &Field, within: &[&str]) -> bool {
        let holds_file = matches!(def.kind, Kind::Form(_)) && is_file(field.ty.present());
        let circles = field.ty.named().is_some_and(|name| within.contains(&name));
        holds_file || self.extent == Extent::Full && !circles
    }

    /// A text, a time or any JSON as a literal.
    fn literal(&self, ty: &Ty, schema: &Value) -> TokenStream {
        if *ty == Ty::Json {
            return self.owned(ty, schema, &[]);
        }
        let literal = sample_string(*ty == Ty::Time, self.resolve(schema));
        quote!(#literal)
    }

    /// One, or the nearest number that the schema allows.
    fn number(&self, schema: &Value) -> f64 {
        let limit = |name: &str| self.resolve(schema)[name].as_f64();
        1_f64.max(limit("minimum").unwrap_or(1.0)).min(limit("maximum").unwrap_or(f64::MAX))
    }

    fn items_of<'b>(&'b self, schema: &'b Value) -> &'b Value {
        &self.resolve(schema)["items"]
    }

    /// The schema itself, behind references and lone `allOf`s.
    fn resolve<'b>(&'b self, schema: &'b Value) -> &'b Value {
        let resolved = self.api.wire.resolve(schema);
        match resolved["allOf"].as_array().map(Vec::as_slice) {
            Some([single]) => self.resolve(single),
            _ => resolved,
        }
    }
}

fn is_file(ty: &Ty) -> bool {
    match ty {
        Ty::File => true,
        Ty::Vec(item) => is_file(item),
        _ => false,
    }
}

/// A string of the schema's format and length.
pub(super) fn sample_string(time: bool, schema: &Value) -> String {
    let words = match text(schema, "format") {
        "email" => "ada@example.com".to_owned(),
        "uri" | "url" => "https://example.com/sample".to_owned(),
        "uuid" => "3fa85f64-5717-4562-b3fc-2c963f66afa6".to_owned(),
        "date" => "2026-01-15".to_owned(),
        "date-time" => "2026-01-15T09:30:00.000Z".to_owned(),
        _ if time => "2026-01-15T09:30:00.000Z".to_owned(),
        _ => match schema["enum"].get(0).and_then(Value::as_str) {
            Some(value) => value.to_owned(),
            None => "sample".to_owned(),
        },
    };
    let length = |name: &str| schema[name].as_u64().and_then(|length| usize::try_from(length).ok());
    match (length("minLength"), length("maxLength")) {
        (Some(least), _) if words.len() < least => words.repeat(least.div_ceil(words.len().max(1))),
        (_, Some(most)) if words.len() > most => words.chars().take(most).collect(),
        _ => words,
    }
}
