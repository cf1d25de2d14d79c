//! `drata describe`: what is known of an operation, with a sample of its body or the schema of its parts.

use clap::{Arg, ArgAction, ArgMatches, Command};
use drata_contract::Contract;
use drata_contract::operation::ApiVersion;
#[cfg(test)]
use drata_contract::sample::is_file;
use drata_contract::sample::{self, Extent, sample};
use drata_contract::schema::{Additional, Format, SchemaId, Schemas, Shape};
use drata_contract::text::written;
use drata_ext::by_name::Known;
use serde_json::{Map, Value, json};

use crate::args::flags::kebab;
use crate::args::globals::Globals;
use crate::args::operation::{Input, Target, inputs};
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
                .help("Such as `v2 risks create`, `risks create` or v2::risks::create"),
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

/// The words that call an operation: `v2 risks create`.
pub(crate) fn command_name(known: Known) -> String {
    let operation = known.operation;
    format!("{} {} {}", operation.version.as_str(), kebab(&operation.area), kebab(&operation.name))
}

/// What an operation does and needs, for help.
pub(crate) fn facts(known: Known) -> String {
    let Known { operation, meta, .. } = known;
    let mut lines = vec![operation.doc.trim().to_owned(), String::new()];
    lines.push(format!("  request     {} {}{}", operation.method, meta.version.path_prefix(), operation.path));
    lines.push(format!("  permission  {} ({})", operation.permission_name, operation.permissions.join(", ")));
    if !operation.entitlements.is_empty() {
        lines.push(format!("  plan        {}", operation.entitlements.join(", ")));
    }
    if let Some(paging) = &operation.paging {
        let by = if paging.by_cursor { "by cursor" } else { "by number" };
        lines.push(format!("  pages       {by}, at most {} rows each", paging.max_size));
    }
    if let Some(replaces) = &operation.replaces {
        lines.push(format!("  replaces    {replaces}"));
    }
    if operation.beta {
        lines.push("  beta        Drata may change it without notice".to_owned());
    }
    if operation.deprecated {
        lines.push("  deprecated".to_owned());
    }
    lines.push(format!("  library     {}", meta.rust_path));
    lines.join("\n")
}

/// A command line that is valid, with what is required.
pub(crate) fn sample_line(known: Known) -> String {
    let schemas = &known.contract.schemas;
    let mut line = format!("drata {}", command_name(known));
    let mut nested = Map::new();
    let mut optional: Vec<(u8, String)> = Vec::new();
    let mut has_body = false;
    for Input { flag, target, .. } in inputs(known) {
        match target {
            Target::Parameter(parameter) if parameter.place == drata_contract::operation::Place::Path => {
                let value = match schemas.get(parameter.schema).shape {
                    // What is addressed by a string is addressed by a number in most accounts of samples, as long as
                    // the string has to be.
                    Shape::Text(text) if text.format == Format::Plain && !parameter.name.contains("mail") => {
                        format!("{:0>width$}", 1, width = text.min_length)
                    }
                    _ => text(schemas, parameter.schema, &parameter.name),
                };
                line += &format!(" {}", quoted(&value));
            }
            Target::Parameter(parameter) if parameter.required => {
                line += &format!(" --{flag} {}", quoted(&text(schemas, parameter.schema, &parameter.name)));
            }
            Target::Field(field) if field.required => {
                has_body = true;
                line += &field_of_sample(schemas, &flag, field.schema);
            }
            // Of what may be left out, a name says the most, and a file more than the rest.
            Target::Field(field) => {
                let rank = if ["name", "title", "description"].contains(&&*field.name) { 0 } else { 2 };
                optional.push((rank, field_of_sample(schemas, &flag, field.schema)));
            }
            Target::File(file) if file.required => {
                has_body = true;
                line += &format!(" --{flag} FILE");
            }
            Target::File(_) => optional.push((1, format!(" --{flag} FILE"))),
            Target::Parameter(_) => {}
        }
    }
    optional.sort_by_key(|(rank, _)| *rank);
    let optional = optional.into_iter().next().map(|(_, sample)| sample);
    let body = known.operation.json_body().or_else(|| known.operation.form_body());
    if let Some(body) = body {
        let whole = sample(schemas, body, Extent::Required);
        match (schemas.object(body), whole) {
            (Some(object), Value::Object(whole)) => {
                let has_flag = |name: &str| {
                    object.property(name).is_some_and(|property| crate::args::values::is_flat(schemas, property.schema))
                };
                nested.extend(whole.into_iter().filter(|(name, _)| !has_flag(name)));
                if !nested.is_empty() {
                    line += &format!(" --json {}", quoted(&Value::Object(nested).to_string()));
                } else if !has_body {
                    // A body without anything in it would be none.
                    line += &optional.unwrap_or_else(|| {
                        let whole = sample(schemas, body, Extent::Full);
                        let one = whole.as_object().and_then(|whole| whole.iter().next());
                        one.map_or_else(String::new, |(name, value)| {
                            format!(" --json {}", quoted(&json!({ name: value }).to_string()))
                        })
                    });
                }
            }
            (_, whole) => line += &format!(" --json {}", quoted(&whole.to_string())),
        }
    }
    line
}

fn field_of_sample(schemas: &Schemas, flag: &str, schema: SchemaId) -> String {
    let equals = if matches!(schemas.get(schema).shape, Shape::Boolean) { '=' } else { ' ' };
    format!(" --{flag}{equals}{}", quoted(&text(schemas, schema, flag)))
}

/// Whether an operation takes a form alone, and so a file.
#[cfg(test)]
pub(crate) fn needs_file(known: Known) -> bool {
    let form = known.operation.form_body().filter(|_| known.operation.json_body().is_none());
    let object = form.and_then(|form| known.contract.schemas.object(form));
    object.is_some_and(|object| object.properties.iter().any(|one| is_file(&known.contract.schemas, one.schema)))
}

fn text(schemas: &Schemas, schema: SchemaId, name: &str) -> String {
    let one = schemas.items(schema).unwrap_or(schema);
    written(&sample::named(schemas, one, name, Extent::Required))
}

/// A word as a shell takes it.
fn quoted(word: &str) -> String {
    let plain = !word.is_empty() && word.chars().all(|letter| letter.is_alphanumeric() || "-_./:@=,+".contains(letter));
    if plain { word.to_owned() } else { format!("'{}'", word.replace('\'', "'\\''")) }
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
