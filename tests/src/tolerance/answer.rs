//! The check of one type.

use drata_api::{ApiVersion, List, Rejected};
use drata_contract::schema::SchemaId;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::change::{Case, Expected, changes, wrong};
use super::conclude;
use super::site::sites;
use crate::contract::{Contract, Shape};
use crate::instance::{Extent, instance};

/// A field that is a list, whether it has to be there or not.
pub trait Rejections {
    /// The items that were rejected.
    fn rejections(&self) -> &[Rejected];
}

impl<T> Rejections for List<T> {
    fn rejections(&self) -> &[Rejected] {
        self.rejected()
    }
}

impl<T: Rejections> Rejections for Option<T> {
    fn rejections(&self) -> &[Rejected] {
        self.as_ref().map_or(&[], T::rejections)
    }
}

impl<T: Rejections> Rejections for Box<T> {
    fn rejections(&self) -> &[Rejected] {
        (**self).rejections()
    }
}

/// A list of a type: its name on the wire, and how to ask for what it rejected.
type ListField<T> = (&'static str, fn(&T) -> &[Rejected]);

/// Checks that a type reads whatever its schema allows, and a bit more, and writes it back the same.
///
/// # Panics
/// When it does not.
pub fn check_answer<T: Serialize + DeserializeOwned>(version: ApiVersion, place: &str, lists: &[ListField<T>]) {
    let contract = Contract::of(version);
    let schema = contract.schema(place);
    let full = instance(contract, schema, Extent::Full);
    let minimal = instance(contract, schema, Extent::Minimal);
    // What is deeper is the business of the types that stand there.
    let direct = sites(contract, schema, &full).into_iter().filter(|site| site.path.is_direct());
    let mut problems: Vec<String> =
        [Case::unchanged("a full instance", full.clone()), Case::unchanged("a minimal instance", minimal)]
            .into_iter()
            .chain(direct.flat_map(|site| changes(contract, &site)).map(|change| Case::one(&full, &change)))
            .filter_map(|case| problem::<T>(&case))
            .collect();
    for list in lists {
        problems.extend(rejection_problems(contract, schema, &full, list));
    }
    conclude(std::any::type_name::<T>(), &problems);
}

fn problem<T: Serialize + DeserializeOwned>(case: &Case) -> Option<String> {
    let read = serde_json::from_str::<T>(&case.input.to_string());
    let problem = match (&case.expected, read) {
        (Expected::Written(expected), Ok(value)) => {
            let written = serde_json::to_value(&value).expect("an answer can be written");
            (written != *expected).then(|| format!("written back as {written}"))?
        }
        (Expected::Written(_), Err(error)) => format!("refused: {error}"),
        (Expected::Refused { .. }, Ok(_)) => "was read".to_owned(),
        (Expected::Refused { missing: Some(name), .. }, Err(error))
            if !error.to_string().contains(&format!("`{name}`")) =>
        {
            format!("the error does not name {name}: {error}")
        }
        (Expected::Refused { .. }, Err(_)) => return None,
    };
    Some(format!("{}: {problem}", case.what))
}

/// What is wrong with how a list rejects bad items between good ones.
fn rejection_problems<T: Serialize + DeserializeOwned>(
    contract: &Contract,
    schema: SchemaId,
    full: &Value,
    (name, rejections): &ListField<T>,
) -> Vec<String> {
    let Shape::Object(object) = contract.shape(schema) else { return vec!["not an object".to_owned()] };
    let Some(Shape::List(items)) = object.property(name).map(|list| contract.shape(list.schema)) else {
        return vec![format!("{name} is no list in the contract")];
    };
    let good = full[*name][0].clone();
    let mut problems = Vec::new();
    for (bad, path) in bad_items(contract, items, &good) {
        let mut input = full.clone();
        input[*name] = json!([good, bad, good]);
        let text = input.to_string();
        match serde_json::from_str::<T>(&text) {
            Err(error) => problems.push(format!("{name} with {bad}: refused: {error}")),
            Ok(value) => match rejections(&value) {
                [one]
                    if one.index() == 1
                        && one.path() == path
                        && serde_json::from_str::<Value>(one.raw()).is_ok_and(|raw| raw == bad) => {}
                other => problems.push(format!("{name} with {bad}: wanted index 1 and path {path:?}, not {other:?}")),
            },
        }
    }
    problems
}

/// Items that cannot be read, and the path of what is wrong with each.
fn bad_items(contract: &Contract, items: SchemaId, good: &Value) -> Vec<(Value, String)> {
    let shape = contract.shape(items);
    let mut bad: Vec<(Value, String)> = wrong(shape).map(|bad| (bad, String::new())).into_iter().collect();
    if let Shape::Object(object) = shape {
        let scalar = object.properties.iter().find_map(|property| match contract.shape(property.schema) {
            Shape::Any | Shape::List(_) | Shape::Map(_) | Shape::Object(..) => None,
            shape => Some((property.name.to_string(), wrong(shape)?)),
        });
        if let Some((name, wrong)) = scalar {
            let mut item = good.clone();
            item[&name] = wrong;
            bad.push((item, name));
        }
    }
    bad
}
