//! Request bodies: read within a limit, parsed, typed and checked.

use std::collections::BTreeMap;
use std::convert::Infallible;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use drata_contract::check;
use futures_util::stream;
use http::HeaderMap;
use http::header::CONTENT_TYPE;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use serde_json::{Map, Value};

use crate::contract::operation::{Body, Operation};
use crate::contract::schema::{Format, Object, SchemaId, Schemas, Shape};
use crate::exchange::failure::Failure;
use crate::exchange::params;

/// A parsed body.
#[derive(Debug, Default)]
pub(crate) struct Payload {
    pub(crate) value: Value,
    pub(crate) files: Vec<Upload>,
    /// What the vendor documents and the contract does not have; it is left out and noted.
    pub(crate) noted: Vec<String>,
    /// Where each item is judged alone: the items that are refused, by their places, and why.
    pub(crate) refused: BTreeMap<usize, String>,
}

/// An uploaded file.
#[derive(Clone, Debug)]
pub(crate) struct Upload {
    /// The field of the form, or the property of the body, that it came in.
    pub(crate) field: String,
    pub(crate) name: String,
    pub(crate) media: String,
    pub(crate) content: Bytes,
}

impl Payload {
    /// The properties of the body, none when it is no object.
    pub(crate) fn properties(&self) -> Map<String, Value> {
        self.value.as_object().cloned().unwrap_or_default()
    }
}

/// Why a body could not be read.
#[derive(Debug)]
pub(crate) enum Unread {
    TooLarge,
    /// The client went away.
    Broken,
}

/// Reads a whole body of at most `limit` bytes.
pub(crate) async fn read<B>(incoming: B, limit: usize) -> Result<Bytes, Unread>
where
    B: http_body::Body<Data = Bytes>,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    match Limited::new(incoming, limit).collect().await {
        Ok(body) => Ok(body.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(Unread::TooLarge),
        Err(_) => Err(Unread::Broken),
    }
}

/// The media type of a body, without its parameters.
pub(crate) fn media(headers: &HeaderMap) -> Option<String> {
    let text = headers.get(CONTENT_TYPE)?.to_str().ok()?;
    Some(text.split(';').next().unwrap_or(text).trim().to_ascii_lowercase())
}

/// Parses and checks the body of a request.
pub(crate) async fn parse(
    schemas: &Schemas,
    operation: &Operation,
    headers: &HeaderMap,
    bytes: Bytes,
) -> Result<Payload, Failure> {
    let media = media(headers);
    let Some(body) = &operation.body else { return undocumented(media.as_deref(), headers, bytes).await };
    if bytes.is_empty() && media.as_deref() != Some("multipart/form-data") {
        return match body.required {
            true => Err(Failure::new(400, "the body is required")),
            false => Ok(Payload::default()),
        };
    }
    let media = media.unwrap_or_else(|| "application/json".to_owned());
    let Some((_, schema)) = body.content.iter().find(|(known, _)| *known == media) else {
        return Err(unknown_media(body, &media));
    };
    let mut payload = match media.as_str() {
        "application/json" => json(&bytes)?,
        "multipart/form-data" => form(schemas, *schema, headers, bytes).await?,
        _ => Payload { value: String::from_utf8_lossy(&bytes).into_owned().into(), ..Payload::default() },
    };
    if let Some(schema) = schema {
        if ITEM_BY_ITEM.contains(&operation.short_id()) {
            payload.refused = take_items_apart(schemas, *schema, &payload.value)?;
        } else {
            payload.noted = take_documented(operation, &mut payload.value);
            accept(schemas, *schema, &payload.value, "")?;
        }
    }
    take_encoded_files(&mut payload)?;
    Ok(payload)
}

/// Operations that take what is good of a batch and refuse the rest, item by item.
const ITEM_BY_ITEM: &[&str] = &["createCustomHrisUserIdentities"];

/// Properties that the vendor documents and nobody should send, by their operations: they are corrected away in the contract.
const ONLY_DOCUMENTED: &[(&str, &str)] = &[("createTicket", "getParsedRequestDto")];

/// Takes properties that are only documented out of a body, and notes them.
fn take_documented(operation: &Operation, body: &mut Value) -> Vec<String> {
    let Some(map) = body.as_object_mut() else { return Vec::new() };
    let own = ONLY_DOCUMENTED.iter().filter(|(id, _)| operation.short_id() == *id);
    let found = own.filter(|(_, name)| map.remove(*name).is_some());
    found.map(|(_, name)| format!("{name} is not a property of the body")).collect()
}

/// Checks a value as the service does: what the contract does not know should not be there.
fn accept(schemas: &Schemas, schema: SchemaId, value: &Value, at: &str) -> Result<(), Failure> {
    let mut problems = check::check(schemas, schema, value, at);
    let unknown = check::undeclared(schemas, schema, value);
    problems.extend(unknown.iter().map(|path| {
        let joint = if at.is_empty() { "" } else { "." };
        format!("property {at}{joint}{path} should not exist")
    }));
    if problems.is_empty() { Ok(()) } else { Err(Failure::invalid(&problems)) }
}

/// Checks the items of a batch one by one, once the batch itself is as it should be.
fn take_items_apart(schemas: &Schemas, schema: SchemaId, value: &Value) -> Result<BTreeMap<usize, String>, Failure> {
    let (Some(items), Some(each)) = (value.as_array(), schemas.items(schema)) else {
        accept(schemas, schema, value, "")?;
        return Ok(BTreeMap::new());
    };
    let whole = check::check(schemas, schema, value, "");
    let of_the_batch: Vec<_> = whole.into_iter().filter(|problem| !problem.starts_with('[')).collect();
    if !of_the_batch.is_empty() {
        return Err(Failure::invalid(&of_the_batch));
    }
    let refused = items.iter().enumerate().filter_map(|(place, item)| {
        let failure = accept(schemas, each, item, &format!("[{place}]")).err()?;
        Some((place, failure.message))
    });
    Ok(refused.collect())
}

/// A body where the contract has none: kept as it came, since some operations read one nevertheless.
async fn undocumented(media: Option<&str>, headers: &HeaderMap, bytes: Bytes) -> Result<Payload, Failure> {
    match media {
        Some("multipart/form-data") => {
            parts(headers, bytes).await.map(|(_, files)| Payload { files, ..Payload::default() })
        }
        Some(media) if !bytes.is_empty() => {
            let file = Upload { field: String::new(), name: String::new(), media: media.to_owned(), content: bytes };
            Ok(Payload { files: vec![file], ..Payload::default() })
        }
        _ => Ok(Payload::default()),
    }
}

fn unknown_media(body: &Body, media: &str) -> Failure {
    let known: Vec<_> = body.content.iter().map(|(known, _)| known.as_str()).collect();
    Failure::new(400, format!("the content type {media} is not one of {}", known.join(", ")))
}

fn json(bytes: &[u8]) -> Result<Payload, Failure> {
    let value =
        serde_json::from_slice(bytes).map_err(|error| Failure::new(400, format!("the body is not JSON: {error}")))?;
    Ok(Payload { value, ..Payload::default() })
}

/// A form as the object that its schema describes: repeated fields are arrays, files stand as their names.
async fn form(
    schemas: &Schemas,
    schema: Option<SchemaId>,
    headers: &HeaderMap,
    bytes: Bytes,
) -> Result<Payload, Failure> {
    let (fields, files) = parts(headers, bytes).await?;
    let object = schema.and_then(|schema| schemas.object(schema));
    let mut map: Map<String, Value> = Map::new();
    for (field, text) in fields {
        let (name, property) = known_field(object.map(|object| &**object), &field);
        let schema =
            property.and_then(|name| object.and_then(|object| object.property(name))).map(|found| found.schema);
        let items = schema.and_then(|schema| schemas.items(schema));
        let is_binary = items.or(schema).is_some_and(|schema| is_binary(schemas, schema));
        if is_binary && !files.iter().any(|file| file.field == field) {
            return Err(Failure::new(400, format!("{field} must be a file: its part of the form needs a filename")));
        }
        let value = items.or(schema).map_or_else(|| text.as_str().into(), |schema| typed(schemas, schema, &text));
        match (items, map.get_mut(name)) {
            (Some(_), Some(Value::Array(all))) => all.push(value),
            (Some(_), _) => drop(map.insert(name.to_owned(), Value::Array(vec![value]))),
            (None, _) => drop(map.insert(name.to_owned(), value)),
        }
    }
    Ok(Payload { value: Value::Object(map), files, ..Payload::default() })
}

fn is_binary(schemas: &Schemas, schema: SchemaId) -> bool {
    matches!(&schemas.get(schema).shape, Shape::Text(text) if text.format == Format::Binary)
}

fn typed(schemas: &Schemas, schema: SchemaId, text: &str) -> Value {
    match &schemas.get(schema).shape {
        Shape::Text(limits) if limits.format == Format::Binary => text.into(),
        _ => params::typed(schemas, schema, text),
    }
}

/// The property that a field is for: its own name, or without the brackets that some clients add to arrays.
fn known_field<'a>(object: Option<&Object>, field: &'a str) -> (&'a str, Option<&'a str>) {
    let known = |name: &str| object.is_some_and(|object| object.property(name).is_some());
    match field.strip_suffix("[]") {
        Some(bare) if known(bare) => (bare, Some(bare)),
        _ => (field, known(field).then_some(field)),
    }
}

/// The fields of a form with their texts, and its files. A file is a field too: its text is its name.
async fn parts(headers: &HeaderMap, bytes: Bytes) -> Result<(Vec<(String, String)>, Vec<Upload>), Failure> {
    let refused = |error: multer::Error| Failure::new(400, format!("the form does not parse: {error}"));
    let header = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let boundary = multer::parse_boundary(header).map_err(refused)?;
    let whole = stream::iter([Ok::<_, Infallible>(bytes)]);
    let mut form = multer::Multipart::new(whole, boundary);
    let (mut fields, mut files) = (Vec::new(), Vec::new());
    while let Some(part) = form.next_field().await.map_err(refused)? {
        let field = part.name().unwrap_or_default().to_owned();
        let file = part.file_name().map(str::to_owned);
        let media = part.content_type().map(ToString::to_string);
        let content = part.bytes().await.map_err(refused)?;
        match file {
            Some(name) => {
                fields.push((field.clone(), name.clone()));
                let media = media.unwrap_or_else(|| "application/octet-stream".to_owned());
                files.push(Upload { field, name, media, content });
            }
            None => fields.push((field, String::from_utf8_lossy(&content).into_owned())),
        }
    }
    Ok((fields, files))
}

/// Files may come inside JSON: `base64File` is a JSON text of a data URL and a name, `base64Files` one of a list of them.
fn take_encoded_files(payload: &mut Payload) -> Result<(), Failure> {
    let text = |field: &str| payload.value.get(field).and_then(Value::as_str).filter(|text| !text.is_empty());
    let parsed = |text: &str| serde_json::from_str::<Value>(text).ok();
    let mut files = Vec::new();
    if let Some(text) = text("base64File") {
        let file = parsed(text).as_ref().and_then(encoded_file);
        files.push(file.ok_or_else(|| not_encoded("base64File must be a JSON text of an object"))?);
    }
    if let Some(text) = text("base64Files") {
        let list = parsed(text);
        let list = list.as_ref().and_then(Value::as_array).and_then(|list| list.iter().map(encoded_file).collect());
        let list: Vec<_> = list.ok_or_else(|| not_encoded("base64Files must be a JSON text of a list of objects"))?;
        files.extend(list);
    }
    payload.files.extend(files);
    Ok(())
}

fn not_encoded(problem: &str) -> Failure {
    Failure::new(400, format!("{problem} with base64String (a data URL) and filename"))
}

fn encoded_file(file: &Value) -> Option<Upload> {
    let url = file.get("base64String")?.as_str()?.strip_prefix("data:")?;
    let (media, content) = url.split_once(";base64,")?;
    let name = file.get("filename")?.as_str()?.to_owned();
    let field = "base64File".to_owned();
    Some(Upload { field, name, media: media.to_owned(), content: STANDARD.decode(content).ok()?.into() })
}
