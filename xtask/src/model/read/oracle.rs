//! Types by progenitor: it is given the plain document's schemas and asked, through its type space, what each field,
//! parameter, body and response is in Rust.
//!
//! Schemas and fields go in with numbers for names, so that what comes back is matched by number, never by spelling.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::sync::Once;

use progenitor::{GenerationSettings, Generator};
use serde_json::{Map, Value, json};
use typify::{TypeDetails, TypeId, TypeSpace};

use crate::diagnosis::{Diagnosis, Findings};
use crate::document::{Document, SCHEMAS, escape, items, members, reference, text};
use crate::model::Ty;
use crate::plain::{body_schema, response_schema};

/// What progenitor is told a file is.
const FILE: &str = "Upload";

/// The types of every schema and every operation, before anything has a name.
pub(super) struct Oracle {
    /// The key of each schema by its number.
    keys: Vec<String>,
    generator: Generator,
    /// The types of the fields of each number's struct, by the number of the field.
    structs: BTreeMap<String, Vec<TypeId>>,
}

/// A set of types that belong together: the fields of a schema, or the parts of an operation.
struct Carrier {
    pointer: String,
    parts: Vec<Value>,
}

impl Oracle {
    /// Gives everything to progenitor. What it cannot take is any JSON, with a finding that names it.
    pub(super) fn ask(document: &Document, found: &mut Findings) -> Option<Self> {
        let keys: Vec<String> = document.schemas().map(|(key, _)| key.clone()).collect();
        let numbers: BTreeMap<&str, usize> =
            keys.iter().enumerate().map(|(number, key)| (key.as_str(), number)).collect();
        let mut carriers: BTreeMap<String, Carrier> = BTreeMap::new();
        for (number, (key, schema)) in document.schemas().enumerate() {
            let parts = members(schema, "properties").map(|(_, property)| stripped(property, &numbers)).collect();
            carriers.insert(format!("T{number}"), Carrier { pointer: format!("{SCHEMAS}/{}", escape(key)), parts });
        }
        let enums: Vec<bool> = document.schemas().map(|(_, schema)| schema.get("enum").is_some()).collect();
        for (number, (place, operation)) in document.operations().enumerate() {
            let parts = parts(operation).into_iter().map(|schema| stripped(schema, &numbers)).collect();
            carriers.insert(format!("O{number}"), Carrier { pointer: place.pointer(), parts });
        }
        let generator = match attempt(&carriers, &enums) {
            Ok(generator) => generator,
            Err(problem) => {
                open_the_culprits(&mut carriers, &enums, found);
                match attempt(&carriers, &enums) {
                    Ok(generator) => generator,
                    Err(_) => {
                        found.push(Diagnosis::refused(
                            SCHEMAS,
                            format!("progenitor does not take the schemas together: {problem}"),
                            "compare the contract with the one before: a schema that changed is the cause",
                        ));
                        return None;
                    }
                }
            }
        };
        let structs = structs(generator.get_type_space());
        Some(Self { keys, generator, structs })
    }

    /// The types of a schema's properties, in their order.
    pub(super) fn properties(&self, number: usize) -> Vec<Ty> {
        self.types(&format!("T{number}"))
    }

    /// The types of an operation's parts, as [`parts`] lists them.
    pub(super) fn operation(&self, number: usize) -> Vec<Ty> {
        self.types(&format!("O{number}"))
    }

    fn types(&self, carrier: &str) -> Vec<Ty> {
        self.structs.get(carrier).into_iter().flatten().map(|id| self.ty(id)).collect()
    }

    /// A type of progenitor's. Named types carry the key of their schema.
    fn ty(&self, id: &TypeId) -> Ty {
        let space = self.generator.get_type_space();
        let Ok(found) = space.get_type(id) else { return Ty::Json };
        let inner = |id: &TypeId| Box::new(self.ty(id));
        match found.details() {
            TypeDetails::Builtin("bool") => Ty::Bool,
            TypeDetails::Builtin("i64") => Ty::Int,
            TypeDetails::Builtin("f64") => Ty::Float,
            TypeDetails::Builtin(FILE) => Ty::File,
            TypeDetails::Builtin(name) if name.contains("DateTime") => Ty::Time,
            TypeDetails::String => Ty::Str,
            TypeDetails::Option(id) => Ty::Option(inner(&id)),
            TypeDetails::Box(id) => Ty::Boxed(inner(&id)),
            TypeDetails::Vec(id) | TypeDetails::Set(id) | TypeDetails::Array(id, _) => Ty::Vec(inner(&id)),
            TypeDetails::Map(_, id) => match *inner(&id) {
                Ty::Json => Ty::Object,
                value => Ty::Map(Box::new(value)),
            },
            TypeDetails::Struct(_) | TypeDetails::Enum(_) => {
                let number = found.name().strip_prefix('T').and_then(|number| number.parse::<usize>().ok());
                number.and_then(|number| self.keys.get(number)).map_or(Ty::Json, |key| Ty::Named(key.clone()))
            }
            TypeDetails::Newtype(newtype) => self.ty(&newtype.inner()),
            TypeDetails::Builtin(_) | TypeDetails::Tuple(_) | TypeDetails::Unit => Ty::Json,
        }
    }
}

/// The schemas of an operation: its parameters in their order, its body, its response.
pub(super) fn parts(operation: &Value) -> Vec<&Value> {
    let parameters = items(operation, "parameters").iter().map(|parameter| &parameter["schema"]);
    parameters.chain(body_schema(operation)).chain(response_schema(operation)).collect()
}

/// A schema as progenitor gets it: its type and nothing else.
fn stripped(schema: &Value, numbers: &BTreeMap<&str, usize>) -> Value {
    if let Some(name) = reference(schema) {
        return match numbers.get(name) {
            Some(number) => json!({ "$ref": format!("#/components/schemas/T{number}") }),
            None => json!({}),
        };
    }
    let mut out = Map::new();
    let kind = text(schema, "type");
    if !kind.is_empty() {
        out.insert("type".to_owned(), kind.into());
    }
    if let Some(format) = schema.get("format") {
        out.insert("format".to_owned(), format.clone());
    }
    match schema.get("items") {
        Some(items) => drop(out.insert("items".to_owned(), stripped(items, numbers))),
        None if kind == "array" => drop(out.insert("items".to_owned(), json!({}))),
        None => {}
    }
    match schema.get("additionalProperties") {
        Some(inner) if inner.is_object() => {
            drop(out.insert("additionalProperties".to_owned(), stripped(inner, numbers)))
        }
        Some(flag) => drop(out.insert("additionalProperties".to_owned(), flag.clone())),
        None => {}
    }
    out.into()
}

/// One run of progenitor, with a panic made an error.
fn attempt(carriers: &BTreeMap<String, Carrier>, enums: &[bool]) -> Result<Generator, String> {
    let mut schemas = Map::new();
    for (name, carrier) in carriers {
        let number = name.strip_prefix('T').and_then(|number| number.parse::<usize>().ok());
        let schema = match number {
            Some(number) if enums.get(number) == Some(&true) => json!({ "type": "string", "enum": ["a", "b"] }),
            _ => {
                // A schema without any field would be a map.
                let open = [json!({})];
                let parts = match carrier.parts.as_slice() {
                    [] if number.is_some() => &open,
                    parts => parts,
                };
                let named = parts.iter().enumerate().map(|(index, part)| (format!("f{index}"), part.clone()));
                let required: Vec<String> = (0..parts.len()).map(|index| format!("f{index}")).collect();
                json!({ "type": "object", "properties": named.collect::<Map<_, _>>(), "required": required })
            }
        };
        schemas.insert(name.clone(), schema);
    }
    let document = json!({
        "openapi": "3.0.3",
        "info": { "title": "types", "version": "1" },
        "paths": {},
        "components": { "schemas": schemas },
    });
    let spec: openapiv3::OpenAPI =
        serde_json::from_value(document).map_err(|error| format!("not OpenAPI 3.0: {error}"))?;
    let mut settings = GenerationSettings::default();
    // The schema's type is that of progenitor's own schemars, which is a version behind ours.
    let file = serde_json::from_value(json!({ "type": "string", "format": "binary" }));
    settings.with_conversion(file.map_err(|error| error.to_string())?, FILE, std::iter::empty());
    let mut generator = Generator::new(&settings);
    let tokens = quietly(|| catch_unwind(AssertUnwindSafe(|| generator.generate_tokens(&spec))));
    match tokens {
        Ok(Ok(_)) => Ok(generator),
        Ok(Err(error)) => Err(error.to_string()),
        Err(panic) => {
            let said = panic.downcast_ref::<String>().cloned();
            let said = said.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
            Err(format!("panicked: {}", said.unwrap_or_else(|| "without a message".to_owned())))
        }
    }
}

/// Runs something whose panic becomes a finding, so that its own report would only frighten.
fn quietly<T>(run: impl FnOnce() -> T) -> T {
    thread_local!(static QUIET: Cell<bool> = const { Cell::new(false) });
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let report = take_hook();
        set_hook(Box::new(move |panic| {
            if !QUIET.get() {
                report(panic);
            }
        }));
    });
    QUIET.set(true);
    let result = run();
    QUIET.set(false);
    result
}

/// Finds each part that progenitor does not take alone and opens it.
fn open_the_culprits(carriers: &mut BTreeMap<String, Carrier>, enums: &[bool], found: &mut Findings) {
    // Alone, a part refers to nothing: what it refers to has a turn of its own.
    let loose = |part: &Value| {
        let mut part = part.clone();
        crate::document::walk("", &mut part, &mut |_, schema| {
            if schema.get("$ref").is_some() {
                *schema = json!({});
            }
        });
        part
    };
    for (name, carrier) in carriers.iter_mut() {
        let alone = |parts: Vec<Value>| {
            let one = Carrier { pointer: String::new(), parts };
            attempt(&BTreeMap::from([("O0".to_owned(), one)]), enums)
        };
        if alone(carrier.parts.iter().map(loose).collect()).is_ok() {
            continue;
        }
        for (index, part) in carrier.parts.iter_mut().enumerate() {
            if let Err(problem) = alone(vec![loose(part)]) {
                found.push(Diagnosis::unusual(
                    "untyped",
                    carrier.pointer.clone(),
                    format!(
                        "progenitor does not take part {index} of {name}: {}",
                        problem.lines().next().unwrap_or_default()
                    ),
                    "it is any JSON to a user",
                    "in corrections.yaml: a `replace` that makes its schema plainer",
                ));
                *part = json!({});
            }
        }
    }
}

/// The types of the fields of each struct, by the number of the field.
fn structs(space: &TypeSpace) -> BTreeMap<String, Vec<TypeId>> {
    let mut found = BTreeMap::new();
    for ty in space.iter_types() {
        if let TypeDetails::Struct(of) = ty.details() {
            let mut fields: Vec<(usize, TypeId)> =
                of.properties().filter_map(|(name, id)| Some((name.strip_prefix('f')?.parse().ok()?, id))).collect();
            fields.sort_by_key(|(index, _)| *index);
            found.insert(ty.name(), fields.into_iter().map(|(_, id)| id).collect());
        }
    }
    found
}
