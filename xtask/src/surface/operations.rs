//! The pass over progenitor's methods: a signature holds the types of an operation's parameters, body and answer.

use std::collections::BTreeMap;

use anyhow::{Result, bail};
use serde_json::Value;
use syn::{FnArg, GenericArgument, ImplItem, ImplItemFn, Item, Pat, PathArguments, ReturnType, Type};

use super::{Answer, Body, Limits, Meta, Operation, Paging, Param, ParamPlace, Ty, TypeDef};
use crate::diagnosis::Diagnosis;
use crate::document::{Document, Place, items, text};
use crate::import::facts::{BETA, ENTITLEMENT, PERMISSION, PERMISSION_NAME};
use crate::names;
use crate::normalise::operation_names::VENDOR_ID;
use crate::normalise::responses::may_be_empty;
use crate::normalise::{AREA, Envelope, MULTIPART_TWIN, SUCCESSES};
use crate::overlay::{DOC, RUST_NAME};

/// Every operation of the document.
pub(crate) fn operations(
    document: &Document,
    file: &syn::File,
    types: &BTreeMap<String, TypeDef>,
) -> Result<Vec<Operation>> {
    let methods = methods(file);
    document
        .operations()
        .enumerate()
        .map(|(index, (place, operation))| match methods.get(&format!("op_{index}")) {
            Some(method) => read(&place, operation, method, types),
            None => bail!("progenitor left out operation {}", text(operation, VENDOR_ID)),
        })
        .collect()
}

fn methods(file: &syn::File) -> BTreeMap<String, &ImplItemFn> {
    let implementations = file.items.iter().filter_map(|item| match item {
        Item::Impl(implementation) => Some(&implementation.items),
        _ => None,
    });
    implementations
        .flatten()
        .filter_map(|item| match item {
            ImplItem::Fn(method) => Some((method.sig.ident.to_string(), method)),
            _ => None,
        })
        .collect()
}

fn read(place: &Place, operation: &Value, method: &ImplItemFn, types: &BTreeMap<String, TypeDef>) -> Result<Operation> {
    let id = text(operation, VENDOR_ID).to_owned();
    let unknown = |what: &str| {
        Diagnosis::new(
            place.pointer(),
            format!("no rule knows the type of {what}"),
            format!("in corrections.yaml: `operation: {id}` and a `merge` that gives it a plainer schema"),
        )
        .in_operation(&id)
    };
    let arguments: BTreeMap<String, &Type> = method
        .sig
        .inputs
        .iter()
        .filter_map(|argument| match argument {
            FnArg::Typed(typed) => match &*typed.pat {
                Pat::Ident(pattern) => Some((pattern.ident.to_string(), &*typed.ty)),
                _ => None,
            },
            FnArg::Receiver(_) => None,
        })
        .collect();

    let mut params = Vec::new();
    for (index, parameter) in items(operation, "parameters").iter().enumerate() {
        let wire = text(parameter, "name").to_owned();
        let ty = arguments
            .get(&format!("p_{index}"))
            .and_then(|ty| Ty::parse(ty))
            .ok_or_else(|| unknown(&format!("parameter {wire}")))?;
        let place = match text(parameter, "in") {
            "path" => ParamPlace::Path,
            "header" => ParamPlace::Header,
            _ => ParamPlace::Query,
        };
        params.push(Param {
            place,
            ident: match text(parameter, RUST_NAME) {
                "" => names::ident(&wire),
                name => name.to_owned(),
            },
            ty: ty.present().clone(),
            required: place == ParamPlace::Path || parameter["required"] == true,
            doc: text(parameter, DOC).to_owned(),
            limits: Limits::of(&parameter["schema"]),
            wire,
        });
    }
    // Placeholders in the order of the path, the rest as the contract has them.
    params.sort_by_key(|param| match param.place {
        ParamPlace::Path => place.path.find(&format!("{{{}}}", param.wire)).unwrap_or_default(),
        ParamPlace::Query | ParamPlace::Header => usize::MAX,
    });

    let schema = operation.pointer("/requestBody/content/application~1json/schema");
    let body = match (schema, arguments.get("body")) {
        (Some(schema), Some(ty)) => Some(Body {
            ty: Ty::parse(ty).ok_or_else(|| unknown("the request body"))?,
            form: operation.get(MULTIPART_TWIN).is_some(),
            limits: Limits::of(schema),
        }),
        (Some(_), None) => return Err(unknown("the request body").into()),
        (None, _) => None,
    };
    let successes: Vec<(u64, String)> = items(operation, SUCCESSES)
        .iter()
        .map(|success| (success[0].as_u64().unwrap_or_default(), success[1].as_str().unwrap_or_default().to_owned()))
        .collect();
    let has_json = successes.iter().any(|(_, media)| media == "application/json");
    let json = match has_json {
        true => Some(answer_type(method).ok_or_else(|| unknown("the answer"))?.tolerant()),
        false => None,
    };
    let mut texts: Vec<String> = successes
        .iter()
        .filter(|(_, media)| !media.is_empty() && media != "application/json")
        .map(|(_, media)| media.clone())
        .collect();
    texts.dedup();
    let answer = Answer {
        // Drata answers any write without a body now and then; a read without one has nothing to say.
        optional: json.is_some() && (place.method != "get" || may_be_empty(operation)),
        json,
        texts,
    };
    let paging = match (Envelope::of(operation), &answer.json) {
        (Some(envelope), Some(page)) => {
            Some(paging(envelope, page, &params, types).ok_or_else(|| unknown("the items of the page"))?)
        }
        _ => None,
    };
    let flag = |key: &str| operation.get(key) == Some(&Value::Bool(true));
    Ok(Operation {
        area: text(operation, AREA).to_owned(),
        name: text(operation, RUST_NAME).to_owned(),
        method: place.method.clone(),
        path: place.path.split('#').next().unwrap_or_default().to_owned(),
        doc: text(operation, DOC).to_owned(),
        params,
        body,
        answer,
        paging,
        meta: Meta {
            permission: first_text(&operation[PERMISSION]),
            permission_name: text(operation, PERMISSION_NAME).to_owned(),
            entitlement: Some(first_text(&operation[ENTITLEMENT])).filter(|name| !name.is_empty()),
            beta: flag(BETA),
            deprecated: flag("deprecated"),
            upsert: flag("x-upsert"),
            bodies: items(operation, "x-bodies").iter().filter_map(Value::as_str).map(str::to_owned).collect(),
            successes,
        },
        json_alternative: flag("x-json-alternative"),
        undocumented_form: flag("x-undocumented-form"),
        id,
    })
}

/// A text, or the first of a list of texts.
fn first_text(value: &Value) -> String {
    value.as_str().or_else(|| value.get(0).and_then(Value::as_str)).unwrap_or_default().to_owned()
}

/// `T` of `Result<ResponseValue<T>, Error<()>>`.
fn answer_type(method: &ImplItemFn) -> Option<Ty> {
    let ReturnType::Type(_, result) = &method.sig.output else { return None };
    let value = first_argument(result)?;
    Ty::parse(first_argument(value)?)
}

fn first_argument(ty: &Type) -> Option<&Type> {
    let Type::Path(path) = ty else { return None };
    let PathArguments::AngleBracketed(arguments) = &path.path.segments.last()?.arguments else { return None };
    arguments.args.iter().find_map(|argument| match argument {
        GenericArgument::Type(inner) => Some(inner),
        _ => None,
    })
}

fn paging(envelope: Envelope, page: &Ty, params: &[Param], types: &BTreeMap<String, TypeDef>) -> Option<Paging> {
    let size = params.iter().find(|param| param.wire == if envelope.by_cursor { "size" } else { "limit" });
    let item = match follow(page, &envelope.items, types)?.present() {
        Ty::List(item) => (**item).clone(),
        _ => return None,
    };
    Some(Paging {
        by_cursor: envelope.by_cursor,
        item,
        items: envelope.items,
        total: envelope.total,
        cursor: envelope.cursor,
        max_size: size.and_then(|param| param.limits.get("maximum")).unwrap_or(50),
        max_page: params.iter().find(|param| param.wire == "page").and_then(|param| param.limits.get("maximum")),
        counts: params.iter().any(|param| param.wire == "includeTotalCount"),
    })
}

/// The type at a path of fields.
pub(crate) fn follow(from: &Ty, path: &[String], types: &BTreeMap<String, TypeDef>) -> Option<Ty> {
    path.iter().try_fold(from.clone(), |ty, wire| {
        let def = types.get(ty.present().unboxed().named()?)?;
        def.kind.fields().iter().find(|field| field.wire == *wire).map(|field| field.ty.clone())
    })
}
