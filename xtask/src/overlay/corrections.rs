//! `corrections.yaml`: groups of actions, each group with its reason and its evidence.
//!
//! ```yaml
//! - reason: the declared type contradicts what the service sends
//!   evidence: the samples show "1"
//!   actions:
//!     - schema: ConnectionResponsePublicDto
//!       property: id
//!       merge: { type: integer }
//! ```
//!
//! An action is one of `merge` (RFC 7386), `replace`, `remove: true`, `add` (for what is not there yet) and `name` (the
//! name in Rust: of a tag, an operation, a schema, or of the type of a parameter or a property).

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};

use super::RUST_NAME;
use super::target::{Target, parent_mut};
use super::yaml::{self, Node};
use crate::document::{Document, items};
use crate::normalise::AREA;

/// One action, and where it is written.
#[derive(Debug)]
pub(crate) struct Correction {
    place: String,
    target: Target,
    action: Action,
}

#[derive(Debug)]
enum Action {
    Name(String),
    Merge(Value),
    Replace(Value),
    Remove,
    Add(Value),
}

/// Reads `corrections.yaml`.
pub(crate) fn parse(file: &str, text: &str) -> Result<Vec<Correction>> {
    yaml::parse(file, text, |root| {
        let mut all = Vec::new();
        for group in root.list()? {
            let (mut reason, mut evidence, mut actions) = (false, false, None);
            for (key, node) in group.entries()? {
                match key {
                    "reason" => reason = !node.text()?.trim().is_empty(),
                    "evidence" => evidence = !node.text()?.trim().is_empty(),
                    "actions" => actions = Some(node.list()?),
                    other => bail!("{}: `{other}` is not one of reason, evidence, actions", node.place()),
                }
            }
            if !(reason && evidence) {
                bail!("{}: every group of corrections has a `reason` and its `evidence`", group.place());
            }
            for action in actions.with_context(|| format!("{}: a group has `actions`", group.place()))? {
                all.push(correction(&action)?);
            }
        }
        Ok(all)
    })
}

fn correction(node: &Node<'_>) -> Result<Correction> {
    let mut target = Target::default();
    let mut action = None;
    for (key, value) in node.entries()? {
        let parsed = match key {
            "merge" => Action::Merge(value.json()?),
            "replace" => Action::Replace(value.json()?),
            "add" => Action::Add(value.json()?),
            "name" => Action::Name(value.text()?.to_owned()),
            "remove" => match value.json()? {
                Value::Bool(true) => Action::Remove,
                other => bail!("{}: `remove` is `true` or not there, not {other}", value.place()),
            },
            _ if target.take(key, value.text()?) => continue,
            other => bail!("{}: `{other}` is neither part of a target nor an action", value.place()),
        };
        if action.replace(parsed).is_some() {
            bail!("{}: an action does one thing; write two", value.place());
        }
    }
    let action =
        action.with_context(|| format!("{}: nothing to do: merge, replace, remove, add or name", node.place()))?;
    Ok(Correction { place: node.place(), target, action })
}

impl Correction {
    /// Applies it, or says in which line it no longer fits.
    pub(crate) fn apply(&self, document: &mut Document) -> Result<()> {
        let changed = match &self.target.tag {
            Some(tag) => self.apply_to_tag(document, tag),
            None => self.apply_at(document),
        };
        match changed {
            Ok(true) => Ok(()),
            Ok(false) => {
                bail!("{}: changes nothing: {} is that way already; remove the action", self.place, self.target)
            }
            Err(error) => {
                Err(error
                    .context(format!("{}: does not match: {}; remove or mend the action", self.place, self.target)))
            }
        }
    }

    /// A tag's action is written into every operation that carries it first.
    fn apply_to_tag(&self, document: &mut Document, tag: &str) -> Result<bool> {
        let Action::Name(name) = &self.action else { bail!("a tag can only be given a `name`") };
        let mut matched = false;
        document.each_operation(|_, operation| {
            let own = operation.get("tags").and_then(|tags| tags.get(0)).and_then(Value::as_str);
            if own == Some(tag) {
                operation.insert(AREA.to_owned(), name.clone().into());
                matched = true;
            }
        });
        if matched { Ok(true) } else { bail!("no operation carries the tag {tag:?}") }
    }

    fn apply_at(&self, document: &mut Document) -> Result<bool> {
        let pointer = self.target.pointer(document)?;
        let (parent, key) = parent_mut(document, &pointer).with_context(|| format!("nothing stands at {pointer}"))?;
        let slot = match parent {
            Value::Object(map) => map.get_mut(&key),
            Value::Array(list) => key.parse().ok().and_then(|index: usize| list.get_mut(index)),
            _ => None,
        };
        match (&self.action, slot) {
            (Action::Add(_), Some(_)) => bail!("{pointer} is there already, so it cannot be added"),
            (Action::Add(value), None) => {
                parent
                    .as_object_mut()
                    .with_context(|| format!("{pointer} has no object above it"))?
                    .insert(key, value.clone());
                Ok(true)
            }
            (_, None) => bail!("nothing stands at {pointer}"),
            (Action::Name(name), Some(slot)) => {
                let before = std::mem::replace(&mut named(slot)[RUST_NAME], name.clone().into());
                Ok(before != **name)
            }
            (Action::Merge(patch), Some(slot)) => {
                let before = slot.clone();
                merge(slot, patch);
                Ok(*slot != before)
            }
            (Action::Replace(value), Some(slot)) => Ok(std::mem::replace(slot, value.clone()) != *value),
            (Action::Remove, Some(_)) => {
                remove(parent, &key);
                // A property that goes is not required any more either.
                if let Some((owner, _)) = pointer.rsplit_once("/properties/")
                    && let Some(owner) = document.0.pointer_mut(owner)
                {
                    forget_required(owner);
                }
                Ok(true)
            }
        }
    }
}

fn remove(parent: &mut Value, key: &str) {
    match parent {
        Value::Object(map) => {
            map.shift_remove(key);
        }
        Value::Array(list) => {
            if let Ok(index) = key.parse::<usize>() {
                list.remove(index);
            }
        }
        _ => {}
    }
}

/// What a name is for: a parameter's or a list's is that of the type within.
fn named(target: &mut Value) -> &mut Value {
    let inner = ["schema", "items"].into_iter().find(|key| target.get(key).is_some_and(Value::is_object));
    match inner {
        Some(key) => named(&mut target[key]),
        None => target,
    }
}

/// RFC 7386: objects are merged member by member, `null` removes, all else replaces.
fn merge(target: &mut Value, patch: &Value) {
    let Value::Object(patch) = patch else {
        *target = patch.clone();
        return;
    };
    if !target.is_object() {
        *target = json!({});
    }
    let Value::Object(map) = target else { unreachable!("made an object above") };
    for (key, value) in patch {
        if value.is_null() {
            map.shift_remove(key);
        } else {
            merge(map.entry(key.clone()).or_insert(Value::Null), value);
        }
    }
}

/// Names that are required and are no properties any more, after corrections removed them.
pub(crate) fn forget_required(schema: &mut Value) {
    let kept: Vec<Value> = items(schema, "required")
        .iter()
        .filter(|name| {
            name.as_str().is_some_and(|name| schema.pointer("/properties").is_some_and(|all| all.get(name).is_some()))
        })
        .cloned()
        .collect();
    if let Some(required) = schema.get_mut("required") {
        *required = kept.into();
    }
}
