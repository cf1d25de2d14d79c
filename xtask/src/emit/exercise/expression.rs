//! Sample values as Rust expressions: valid by the type, the limits and the format that the contract gives them.

use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote};
use serde_json::{Value, json};

use super::words::{fitting, sample, sample_string};
use crate::document::{items, members, text};
use crate::field_rules::FieldRule;
use crate::model::{Api, Body, Field, Kind, Limits, Param, Ty, TypeDef};

/// How many structs within each other have their optional fields set: where many hold each other, there is no end to it.
const DEEPEST: usize = 4;

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
#[derive(Clone, Copy)]
pub(super) struct Expressions<'a> {
    pub(super) api: &'a Api,
    pub(super) extent: Extent,
    /// The limits of the value, where the model has them: those of a composition stand in no schema of its own.
    pub(super) limits: Option<&'a Limits>,
}

impl<'a> Expressions<'a> {
    /// For a value of these limits.
    pub(super) fn within(self, limits: &'a Limits) -> Self {
        Self { limits: Some(limits), ..self }
    }

    /// What a method or a setter of a builder takes.
    pub(super) fn argument(&self, ty: &Ty, schema: &Value) -> TokenStream {
        match ty {
            Ty::Str | Ty::Time => self.literal(ty, schema),
            Ty::Id(_) => self.owned(&Ty::Int, schema, &[]),
            Ty::Vec(item) => {
                let (count, schema) = (self.count(schema), self.items_of(schema));
                let item = match &**item {
                    Ty::Str => self.literal(item, schema),
                    Ty::Id(_) => self.owned(&Ty::Int, schema, &[]),
                    item => self.owned(item, schema, &[]),
                };
                let items = vec![item; count];
                quote!([#(#items),*])
            }
            other => self.owned(other, schema, &[]),
        }
    }

    /// What a method takes for a placeholder of the path. There, a text without a format is an identifier in digits, as long
    /// as it has to be, unless its name says better.
    pub(super) fn path_value(&self, param: &Param, schema: &Value) -> TokenStream {
        let facts = self.resolve(schema);
        let open = ["format", "enum"].iter().all(|fact| facts.get(fact).is_none());
        match (open, &param.ty) {
            (true, Ty::Str) if param.wire == "email" => self.argument(&param.ty, &json!({ "format": "email" })),
            (true, Ty::Str) => {
                let least = self.limit("min_length", facts, "minLength").unwrap_or_default();
                let digits = format!("{:0>width$}", 1, width = least as usize);
                quote!(#digits)
            }
            _ => self.argument(&param.ty, schema),
        }
    }

    /// What a method takes for the body.
    pub(super) fn body(&self, body: &Body, schema: &Value) -> TokenStream {
        match body {
            Body::Json { ty: Ty::Vec(item), .. } => {
                let items = vec![self.owned(item, self.items_of(schema), &[]); self.count(schema)];
                quote!([#(#items),*])
            }
            Body::Json { ty: ty @ (Ty::Str | Ty::Time), .. } => self.literal(ty, schema),
            Body::Json { ty: ty @ (Ty::Object | Ty::Map(_)), .. } => {
                let value = self.owned(ty, schema, &[]);
                quote!(&#value)
            }
            Body::Json { ty, limits } => self.within(limits).owned(ty, schema, &[]),
            Body::Form { ty } => self.owned(ty, schema, &[]),
            Body::Raw { .. } => quote!("sample"),
        }
    }

    /// What a constructor or a setter of a request's struct takes.
    fn taken(&self, field: &Field, schema: &Value, within: &[&str]) -> TokenStream {
        let limited = Expressions { limits: Some(&field.limits), ..*self };
        limited.taken_as(field, schema, within)
    }

    fn taken_as(&self, field: &Field, schema: &Value, within: &[&str]) -> TokenStream {
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
            Ty::Vec(item) if circles(item, within) => quote!([]),
            Ty::Vec(item) => {
                let (count, schema) = (self.count(schema), self.items_of(schema));
                let item = match &**item {
                    Ty::Str | Ty::Time => self.literal(item, schema),
                    Ty::Id(_) => self.owned(&Ty::Int, schema, within),
                    other => self.owned(other, schema, within),
                };
                let items = vec![item; count];
                quote!([#(#items),*])
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
            Ty::Json => {
                let value = json_tokens(&self.any(schema));
                quote!(serde_json::json!(#value))
            }
            Ty::Object => quote!(serde_json::Map::from_iter([("key".to_owned(), serde_json::json!("value"))])),
            Ty::Named(name) => self.named(name, schema, within),
            Ty::Vec(item) | Ty::List(item) if circles(item, within) => quote!(vec![]),
            Ty::Map(value) if circles(value, within) => quote!(std::collections::BTreeMap::new()),
            Ty::Option(inner) | Ty::Patch(inner) if circles(inner, within) => quote!(None),
            Ty::Vec(item) | Ty::List(item) => {
                let items = vec![self.owned(item, self.items_of(schema), within); self.count(schema)];
                quote!(vec![#(#items),*])
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
        let value = |field: &Field| self.taken(field, self.property(schema, &field.wire), &within);
        let required = fields.iter().filter(|field| field.required).map(value);
        let setters = fields.iter().filter(|field| !field.required && self.sets(def, field, &within)).map(|field| {
            let setter = format_ident!("{}", field.setter);
            let value = value(field);
            quote!(.#setter(#value))
        });
        quote!(#ident::new(#(#required),*)#(#setters)*)
    }

    /// The schema of a property, of the object itself or of one that it is composed of.
    fn property<'b>(&'b self, schema: &'b Value, wire: &str) -> &'b Value {
        let of = |part: &'b Value| members(part, "properties").find(|(name, _)| *name == wire).map(|(_, found)| found);
        let parts = items(schema, "allOf").iter().map(|part| self.resolve(part));
        of(schema)
            .or_else(|| parts.map(|part| self.property(part, wire)).find(|found| !found.is_null()))
            .unwrap_or(&Value::Null)
    }

    /// Whether an optional field is set: never one that would begin the same struct again, and none too deep within to be
    /// worth its room.
    fn sets(&self, def: &TypeDef, field: &Field, within: &[&str]) -> bool {
        let holds_file = matches!(def.kind, Kind::Form(_)) && is_file(field.ty.present());
        let circles = field.ty.named().is_some_and(|name| within.contains(&name));
        let wanted = holds_file || self.extent == Extent::Full && !circles && within.len() <= DEEPEST;
        let rules = def.rules.iter().filter(|rule| rule.fields.contains(&field.wire));
        rules.fold(wanted, |wanted, rule| match chosen(def, rule) == Some(&field.wire) {
            true => wanted || rule.how_many.needs_one(),
            false => wanted && !rule.how_many.takes_one(),
        })
    }

    /// A text, a time or any JSON as a literal.
    fn literal(&self, ty: &Ty, schema: &Value) -> TokenStream {
        if *ty == Ty::Json {
            return self.owned(ty, schema, &[]);
        }
        let facts = self.resolve(schema);
        let length = |ours, wire| self.limit(ours, facts, wire).map(|length| length as usize);
        let literal = fitting(
            sample(*ty == Ty::Time, facts),
            length("min_length", "minLength"),
            length("max_length", "maxLength"),
        );
        quote!(#literal)
    }

    /// One, or the nearest number that the schema allows.
    fn number(&self, schema: &Value) -> f64 {
        let facts = self.resolve(schema);
        if let Some(shown) = facts["example"].as_f64() {
            return shown;
        }
        let (minimum, maximum) = (self.limit("minimum", facts, "minimum"), self.limit("maximum", facts, "maximum"));
        // A limit of the model's that differs from the schema's has moved to the next whole number already.
        let excludes =
            |limit: Option<f64>, key: &str, exclusive: &str| facts[exclusive] == true && limit == facts[key].as_f64();
        let above = if excludes(minimum, "minimum", "exclusiveMinimum") { 1.0 } else { 0.0 };
        let below = if excludes(maximum, "maximum", "exclusiveMaximum") { 1.0 } else { 0.0 };
        match (minimum.map(|limit| limit + above), maximum.map(|limit| limit - below)) {
            // Limits that leave no room for a whole step are far enough apart for half of it.
            (Some(least), Some(most)) if least > most => (least - above + most + below) / 2.0,
            (least, most) => 1_f64.max(least.unwrap_or(1.0)).min(most.unwrap_or(f64::MAX)),
        }
    }

    /// How many items a list needs: one at least, so that there is something to see.
    fn count(&self, schema: &Value) -> usize {
        let least = self.limit("min_items", self.resolve(schema), "minItems");
        least.map_or(1, |least| least as usize).clamp(1, 100)
    }

    /// A limit by the model, else by the schema.
    fn limit(&self, ours: &str, facts: &Value, wire: &str) -> Option<f64> {
        self.limits.and_then(|limits| limits.get(ours)).or_else(|| facts[wire].as_f64())
    }

    /// A value where a type leaves open what it is: that of a choice's first option.
    fn any(&self, schema: &Value) -> Value {
        let is_choice = ["oneOf", "anyOf"].iter().any(|key| !items(self.resolve(schema), key).is_empty());
        if is_choice { self.value(schema, 0) } else { json!({ "key": "value" }) }
    }

    /// A value by its schema alone.
    fn value(&self, schema: &Value, depth: usize) -> Value {
        // Something that holds itself has no whole value.
        if depth > 8 {
            return Value::Null;
        }
        let schema = self.resolve(schema);
        let options = items(schema, "oneOf").iter().chain(items(schema, "anyOf"));
        if let Some(option) = options.map(|one| self.resolve(one)).find(|one| text(one, "type") != "null") {
            return self.value(option, depth + 1);
        }
        match text(schema, "type") {
            "boolean" => true.into(),
            "number" if self.number(schema).fract() != 0.0 => self.number(schema).into(),
            "integer" | "number" => (self.number(schema).ceil() as i64).into(),
            "string" => sample_string(schema).into(),
            "array" => vec![self.value(&schema["items"], depth + 1); self.count(schema)].into(),
            _ if schema.get("properties").is_none() => json!({ "key": "value" }),
            // Deeper than this, only what is required is worth its room.
            _ => {
                let all = self.extent == Extent::Full && depth < 3;
                let required = items(schema, "required");
                let set = |name: &&String| all || required.iter().any(|one| one == name.as_str());
                let fields = members(schema, "properties").filter(|(name, _)| set(name));
                fields.map(|(name, property)| (name.clone(), self.value(property, depth + 1))).collect()
            }
        }
    }

    fn items_of<'b>(&'b self, schema: &'b Value) -> &'b Value {
        &self.resolve(schema)["items"]
    }

    /// The schema itself, behind references and lone `allOf`s.
    fn resolve<'b>(&'b self, schema: &'b Value) -> &'b Value {
        let resolved = self.api.wire.resolve(schema);
        let members = ["allOf", "oneOf", "anyOf"].map(|key| items(resolved, key));
        match members.into_iter().find(|members| !members.is_empty()) {
            Some([single]) => self.resolve(single),
            _ => resolved,
        }
    }
}

/// Whether a value of the type would begin a struct again that it is built in: what holds it stays empty.
fn circles(ty: &Ty, within: &[&str]) -> bool {
    matches!(ty.unboxed(), Ty::Named(name) if within.contains(&name.as_str()))
}

/// The field of a rule that a sample sets: the file of a form, else the first.
fn chosen<'a>(def: &'a TypeDef, rule: &'a FieldRule) -> Option<&'a String> {
    let is_of_rule = |field: &&Field| rule.fields.contains(&field.wire) && is_file(field.ty.present());
    let file = def.kind.fields().iter().find(is_of_rule);
    file.map(|field| &field.wire).or_else(|| rule.fields.first())
}

fn is_file(ty: &Ty) -> bool {
    match ty {
        Ty::File => true,
        Ty::Vec(item) => is_file(item),
        _ => false,
    }
}

/// JSON as the tokens of `json!`.
fn json_tokens(value: &Value) -> TokenStream {
    match value {
        Value::Null => quote!(null),
        Value::Bool(flag) => quote!(#flag),
        Value::Number(number) => match number.as_i64() {
            Some(whole) => {
                let whole = Literal::i64_unsuffixed(whole);
                quote!(#whole)
            }
            None => {
                let number = Literal::f64_unsuffixed(number.as_f64().unwrap_or_default());
                quote!(#number)
            }
        },
        Value::String(text) => quote!(#text),
        Value::Array(items) => {
            let items = items.iter().map(json_tokens);
            quote!([#(#items),*])
        }
        Value::Object(members) => {
            let members = members.iter().map(|(key, value)| {
                let value = json_tokens(value);
                quote!(#key: #value)
            });
            quote!({ #(#members),* })
        }
    }
}
