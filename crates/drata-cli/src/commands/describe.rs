//! `drata describe`: what is known of an operation, with a sample of its body or the schema of its parts.

use clap::{Arg, ArgAction, ArgMatches, Command};
use clap_complete::ArgValueCandidates;
use drata_contract::Contract;
use drata_contract::operation::ApiVersion;
use drata_contract::sample::{Extent, sample};
use drata_contract::schema::{Additional, Format, SchemaId, Schemas, Shape};
use drata_ext::by_name::Known;
use serde_json::{Map, Value, json};

use crate::args::about::{command_name, facts, sample_line};
use crate::args::candidates;
use crate::args::globals::Globals;
use crate::failure::Failure;
use crate::output::Screen;

/// How deep a schema is written out.
const DEEP: usize = 12;

pub(crate) fn command() -> Command {
    Command::new("describe")
        .about("What is known of an operation, with a sample of its body")
        .arg(
            Arg::new("operation")
                .required(true)
                .num_args(1..=3)
                .value_name("OPERATION")
                .help("Such as `v2 risks create`, `risks create` or v2::risks::create")
                .add(ArgValueCandidates::new(candidates::operations)),
        )
        .arg(Arg::new("example").long("example").action(ArgAction::SetTrue).help("A body to begin with"))
        .arg(
            Arg::new("schema")
                .long("schema")
                .action(ArgAction::SetTrue)
                .conflicts_with("example")
                .help("JSON Schema of parameters, body and response"),
        )
}

pub(crate) fn run(matches: &ArgMatches, globals: &Globals) -> Result<(), Failure> {
    let words: Vec<String> = matches.get_many::<String>("operation").into_iter().flatten().cloned().collect();
    let known = find(&words)?;
    let screen = Screen::new(globals);
    if matches.get_flag("example") {
        let Some(schema) = known.operation.json_body().or_else(|| known.operation.form_body()) else {
            return Err(Failure::usage(format!("{} takes no body", known.meta.rust_path)));
        };
        return screen.show_json(&sample(&known.contract.schemas, schema, Extent::Full));
    }
    if matches.get_flag("schema") {
        return screen.show_json(&schema(known));
    }
    match screen.format {
        crate::output::format::Format::Auto | crate::output::format::Format::Table => {
            println_lines(&format!("{}\n\nSample:\n  {}", facts(known), sample_line(known)))
        }
        _ => screen.show_json(&summary(known)),
    }
}

fn println_lines(text: &str) -> Result<(), Failure> {
    use std::io::Write as _;
    let mut out = Screen::out();
    writeln!(out, "{text}")?;
    Ok(out.flush()?)
}

/// Finds an operation by `v2 risks create`, `risks create`, `v2::risks::create` or the vendor's identifier.
pub(crate) fn find(words: &[String]) -> Result<Known, Failure> {
    let joined = words.join(" ").replace("::", " ");
    let parts: Vec<String> = joined.split_whitespace().map(|part| part.replace('-', "_")).collect();
    let versions: Vec<ApiVersion> = match parts.first().map(String::as_str) {
        Some("v1") => vec![ApiVersion::V1],
        Some("v2") => vec![ApiVersion::V2],
        _ => vec![ApiVersion::V2, ApiVersion::V1],
    };
    let rest = if matches!(parts.first().map(String::as_str), Some("v1" | "v2")) { &parts[1..] } else { &parts[..] };
    for version in versions {
        let contract = Contract::of(version).map_err(Failure::other)?;
        if let [area, name] = rest
            && let Some(operation) = contract.at(&format!("{}::{area}::{name}", version.as_str()))
        {
            return Ok(Known::new(contract, operation));
        }
    }
    Known::find(&words.join("::")).map_err(|_| {
        Failure::usage(format!(
            "no operation is called {:?}: `drata ops {}` looks for it",
            words.join(" "),
            words.join(" ")
        ))
    })
}

/// What is known of an operation, for programs.
pub(crate) fn summary(known: Known) -> Value {
    let Known { operation, meta, .. } = known;
    json!({
        "name": meta.rust_path,
        "command": command_name(known),
        "about": operation.doc,
        "method": operation.method.as_str(),
        "path": format!("{}{}", meta.version.path_prefix(), operation.path),
        "reads": operation.is_read(),
        "list": operation.rows().is_some(),
        "permission": meta.permission,
        "permissionName": meta.permission_name,
        "plan": meta.entitlement,
        "beta": meta.beta,
        "replaces": operation.replaces,
        "pages": meta.pagination.as_str(),
        "parameters": operation.parameters.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(),
        "bodies": meta.request_bodies,
    })
}

/// JSON Schema of an operation's parameters, body and response.
pub(crate) fn schema(known: Known) -> Value {
    let Known { contract, operation, meta } = known;
    let schemas = &contract.schemas;
    let mut parameters = Map::new();
    for parameter in &operation.parameters {
        let mut schema = of(schemas, parameter.schema, DEEP);
        if !parameter.doc.is_empty() {
            schema["description"] = parameter.doc.as_ref().into();
        }
        parameters.insert(parameter.name.clone(), schema);
    }
    let required: Vec<&str> = operation
        .parameters
        .iter()
        .filter(|parameter| parameter.required)
        .map(|parameter| parameter.name.as_str())
        .collect();
    let body = operation.json_body().or_else(|| operation.form_body()).map(|body| of(schemas, body, DEEP));
    let response = operation.success().and_then(|success| success.json()).map(|success| of(schemas, success, DEEP));
    json!({
        "name": meta.rust_path,
        "parameters": { "type": "object", "properties": parameters, "required": required, "additionalProperties": false },
        "body": body,
        "response": response,
    })
}

/// A schema as JSON Schema, references written out.
pub(crate) fn of(schemas: &Schemas, id: SchemaId, deep: usize) -> Value {
    let schema = schemas.get(id);
    let mut out = Map::new();
    let kind = |name: &str| if schema.nullable { json!([name, "null"]) } else { json!(name) };
    match &schema.shape {
        Shape::Any | Shape::Reference(_) => {}
        Shape::Boolean => _ = out.insert("type".to_owned(), kind("boolean")),
        Shape::Integer(bounds) | Shape::Number(bounds) => {
            let name = if matches!(schema.shape, Shape::Integer(_)) { "integer" } else { "number" };
            out.insert("type".to_owned(), kind(name));
            for (name, limit) in [("minimum", bounds.minimum), ("maximum", bounds.maximum)] {
                if limit.is_finite() {
                    out.insert(name.to_owned(), json!(limit));
                }
            }
        }
        Shape::Text(text) => {
            out.insert("type".to_owned(), kind("string"));
            if let Some(format) = format(text.format) {
                out.insert("format".to_owned(), format.into());
            }
            if text.max_length != usize::MAX {
                out.insert("maxLength".to_owned(), text.max_length.into());
            }
        }
        Shape::Enum(values) => {
            let null = schema.nullable.then_some(&Value::Null);
            out.insert("enum".to_owned(), values.iter().chain(null).cloned().collect());
        }
        Shape::Array(array) => {
            out.insert("type".to_owned(), kind("array"));
            if deep > 0 {
                out.insert("items".to_owned(), of(schemas, array.items, deep - 1));
            }
            if array.max_items != usize::MAX {
                out.insert("maxItems".to_owned(), array.max_items.into());
            }
        }
        Shape::OneOf(choices) if deep > 0 => {
            out.insert("oneOf".to_owned(), choices.iter().map(|choice| of(schemas, *choice, deep - 1)).collect());
        }
        Shape::OneOf(_) => {}
        Shape::Object(object) => {
            out.insert("type".to_owned(), kind("object"));
            if deep > 0 {
                let properties =
                    object.properties.iter().map(|one| (one.name.to_string(), of(schemas, one.schema, deep - 1)));
                out.insert("properties".to_owned(), Value::Object(properties.collect()));
            }
            let required: Value =
                object.properties.iter().filter(|one| one.required).map(|one| one.name.to_string()).collect();
            if required != json!([]) {
                out.insert("required".to_owned(), required);
            }
            if matches!(object.additional, Additional::Forbidden) {
                out.insert("additionalProperties".to_owned(), false.into());
            }
        }
    }
    if !schema.doc.is_empty() {
        out.insert("description".to_owned(), schema.doc.as_ref().into());
    }
    Value::Object(out)
}

fn format(format: Format) -> Option<&'static str> {
    match format {
        Format::Plain => None,
        Format::DateTime => Some("date-time"),
        Format::Date => Some("date"),
        Format::Email => Some("email"),
        Format::Uri => Some("uri"),
        Format::Uuid => Some("uuid"),
        Format::Binary => Some("binary"),
    }
}
