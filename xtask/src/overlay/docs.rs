//! `docs.yaml`: our own descriptions of areas, operations, parameters, schemas and fields.

use anyhow::{Error, Result, anyhow, bail};
use serde_json::{Map, Value};

use super::target::Target;
use super::yaml::{self, Node};
use crate::document::{Document, text};
use crate::keys::{AREA_DOCS, AREA_EXAMPLES, AREA_VERSIONS, DOC};

/// Descriptions, each with the line it stands on.
#[derive(Debug, Default)]
pub(crate) struct Docs {
    areas: Vec<(String, String, String)>,
    /// Which version to take, for areas that both have.
    versions: Vec<(String, String)>,
    /// Examples of areas that tell more than what the generator writes.
    examples: Vec<(String, String)>,
    /// Descriptions of a parameter wherever it occurs, unless the operation has its own.
    parameters: Vec<(String, String, String)>,
    targets: Vec<(String, Target, String)>,
}

/// Reads `docs.yaml`.
pub(crate) fn parse(file: &str, text: &str) -> Result<Docs> {
    yaml::parse(file, text, |root| {
        let mut docs = Docs::default();
        for (section, node) in root.entries()? {
            match section {
                "areas" => docs.areas(&node)?,
                "parameters" => docs.parameters = words(&node)?,
                "operations" => docs.section(&node, "operation", "parameters", "parameter")?,
                "schemas" => docs.section(&node, "schema", "properties", "property")?,
                other => bail!("{}: `{other}` is not one of areas, parameters, operations, schemas", node.place()),
            }
        }
        Ok(docs)
    })
}

fn words(node: &Node<'_>) -> Result<Vec<(String, String, String)>> {
    node.entries()?.into_iter().map(|(name, node)| Ok((node.place(), name.to_owned(), trimmed(&node)?))).collect()
}

fn trimmed(node: &Node<'_>) -> Result<String> {
    Ok(node.text()?.trim().to_owned())
}

impl Docs {
    /// An area has a description, or a mapping of what its page says.
    fn areas(&mut self, node: &Node<'_>) -> Result<()> {
        for (tag, node) in node.entries()? {
            if node.text().is_ok() {
                self.areas.push((node.place(), tag.to_owned(), trimmed(&node)?));
                continue;
            }
            for (key, part) in node.entries()? {
                match key {
                    "doc" => self.areas.push((part.place(), tag.to_owned(), trimmed(&part)?)),
                    "versions" => self.versions.push((tag.to_owned(), trimmed(&part)?)),
                    "example" => self.examples.push((tag.to_owned(), trimmed(&part)?)),
                    other => bail!("{}: `{other}` is not one of doc, versions, example", part.place()),
                }
            }
        }
        Ok(())
    }

    fn section(&mut self, node: &Node<'_>, whole: &str, parts: &str, part: &str) -> Result<()> {
        for (name, node) in node.entries()? {
            let mut target = Target::default();
            target.take(whole, name);
            for (key, node) in node.entries()? {
                if key == "doc" {
                    self.targets.push((node.place(), target.clone(), trimmed(&node)?));
                } else if key == parts {
                    for (name, node) in node.entries()? {
                        let mut target = target.clone();
                        target.take(part, name);
                        self.targets.push((node.place(), target, trimmed(&node)?));
                    }
                } else {
                    bail!("{}: `{key}` is not one of doc, {parts}", node.place());
                }
            }
        }
        Ok(())
    }

    /// Puts the descriptions where they belong. Returns what is wrong with those of what does not exist.
    pub(crate) fn apply(&self, document: &mut Document) -> Vec<Error> {
        let mut dead = self.apply_to_parameters(document);
        for (place, target, words) in &self.targets {
            let described = match target.pointer(document) {
                Ok(pointer) => document.0.pointer_mut(&pointer).and_then(Value::as_object_mut),
                Err(_) => None,
            };
            match described {
                Some(described) => {
                    described.insert(DOC.to_owned(), words.clone().into());
                }
                None => dead.push(anyhow!("{place}: a description of what does not exist: {target}; remove it")),
            }
        }
        let areas: Map<String, Value> =
            self.areas.iter().map(|(_, tag, words)| (tag.clone(), words.clone().into())).collect();
        for (place, tag, _) in &self.areas {
            let of = tag.split_once(" (").map_or(tag.as_str(), |(of, _)| of);
            let used = document.operations().any(|(_, operation)| operation["tags"][0].as_str() == Some(of));
            if !used {
                dead.push(anyhow!("{place}: a description of an area that does not exist: {tag}; remove it"));
            }
        }
        document.0[AREA_DOCS] = areas.into();
        for (key, words) in [(AREA_VERSIONS, &self.versions), (AREA_EXAMPLES, &self.examples)] {
            let words: Map<String, Value> =
                words.iter().map(|(tag, words)| (tag.clone(), words.clone().into())).collect();
            document.0[key] = words.into();
        }
        dead
    }

    fn apply_to_parameters(&self, document: &mut Document) -> Vec<Error> {
        let mut dead = Vec::new();
        for (place, name, words) in &self.parameters {
            let mut used = false;
            document.each_operation(|_, operation| {
                for parameter in operation.get_mut("parameters").and_then(Value::as_array_mut).into_iter().flatten() {
                    if text(parameter, "name") == name {
                        parameter[DOC] = words.clone().into();
                        used = true;
                    }
                }
            });
            if !used {
                dead.push(anyhow!("{place}: a description of a parameter that no operation has: {name}; remove it"));
            }
        }
        dead
    }
}
