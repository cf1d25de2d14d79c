//! What help says of an operation, and a command line that calls it.

use drata_contract::operation::Place;
use drata_contract::sample::{self, Extent, is_file, sample};
use drata_contract::schema::{FieldRule, Format, SchemaId, Schemas, Shape};
use drata_contract::text::written;
use drata_ext::by_name::Known;
use serde_json::{Map, Value, json};

use super::flags::kebab;
use super::inputs::{Input, Target, inputs};

/// The first sentence of a description.
pub(crate) fn first_sentence(doc: &str) -> &str {
    let end = doc.find(". ").map_or(doc.len(), |end| end);
    doc[..end].trim_end_matches('.').lines().next().unwrap_or_default()
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
    let body = known.operation.json_body().or_else(|| known.operation.form_body());
    let whole = body.map(|body| sample(schemas, body, Extent::Required));
    // A rule may need a field that is not required by itself.
    let mut needed = whole.as_ref().and_then(Value::as_object).cloned().unwrap_or_default();
    let file = known.operation.form_body().and_then(|form| needed_file(schemas, form));
    if let Some((rule, _)) = file {
        rule.fields.iter().for_each(|name| drop(needed.remove(&**name)));
    }
    for Input { flag, target, .. } in inputs(known) {
        match target {
            Target::Parameter(parameter) if parameter.place == Place::Path => {
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
            Target::Field(field) if field.required || needed.contains_key(&*field.name) => {
                has_body = true;
                line += &field_of_sample(schemas, &flag, field.schema);
            }
            // Of what may be left out, a name says the most, and a file more than the rest.
            Target::Field(field) => {
                let rank = if ["name", "title", "description"].contains(&&*field.name) { 0 } else { 2 };
                optional.push((rank, field_of_sample(schemas, &flag, field.schema)));
            }
            Target::File(field) if field.required || file.is_some_and(|(_, name)| *name == *field.name) => {
                has_body = true;
                line += &format!(" --{flag} FILE");
            }
            Target::File(_) => optional.push((1, format!(" --{flag} FILE"))),
            Target::Parameter(_) => {}
        }
    }
    optional.sort_by_key(|(rank, _)| *rank);
    let optional = optional.into_iter().next().map(|(_, sample)| sample);
    if let (Some(body), Some(whole)) = (body, whole) {
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

/// A rule about fields that needs one of them, and the file among them.
fn needed_file(schemas: &Schemas, form: SchemaId) -> Option<(&FieldRule, &str)> {
    let object = schemas.object(form)?;
    let is_a_file = |name: &&str| object.property(name).is_some_and(|field| is_file(schemas, field.schema));
    object.rules.iter().filter(|rule| !rule.how_many.allows(0)).find_map(|rule| {
        let file = rule.fields.iter().map(|name| &**name).find(is_a_file)?;
        Some((rule, file))
    })
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
