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
//! An action is one of `merge` (RFC 7386), `replace`, `remove: true` and `add` (for what is not there yet). Names in Rust
//! stand in `names.yaml`.

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};

use super::target::{Target, parent_mut};
use super::yaml::{self, Node};
use crate::document::{Document, forget_required};

/// One action, and where it is written.
#[derive(Debug)]
pub(crate) struct Correction {
    place: String,
    target: Target,
    action: Action,
}

#[derive(Debug)]
enum Action {
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
    let action = action.with_context(|| format!("{}: nothing to do: merge, replace, remove or add", node.place()))?;
    Ok(Correction { place: node.place(), target, action })
}

impl Correction {
    /// Applies it, or says in which line it no longer fits.
    pub(crate) fn apply(&self, document: &mut Document) -> Result<()> {
        let changed = self.apply_at(document);
        match changed {
            Ok(true) => Ok(()),
            Ok(false) => {
                bail!("{}: changes nothing: {} is that way already; remove the action", self.place, self.target)
            }
            Err(error) => {
                Err(error.context(format!("{}: does not match: {}; remove or fix the action", self.place, self.target)))
            }
        }
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
