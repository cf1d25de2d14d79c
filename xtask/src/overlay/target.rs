//! What an overlay action is about, named the way a person names it.

use std::fmt;

use anyhow::{Result, bail};
use serde_json::Value;

use crate::document::{Document, SCHEMAS, escape, items, text};

/// A place in the contract.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Target {
    pub(crate) operation: Option<String>,
    pub(crate) parameter: Option<String>,
    pub(crate) body: Option<String>,
    pub(crate) response: Option<String>,
    pub(crate) schema: Option<String>,
    pub(crate) property: Option<String>,
}

impl Target {
    /// Takes a key of an action if it names a part of the target.
    pub(crate) fn take(&mut self, key: &str, value: &str) -> bool {
        let slot = match key {
            "operation" => &mut self.operation,
            "parameter" => &mut self.parameter,
            "body" => &mut self.body,
            "response" => &mut self.response,
            "schema" => &mut self.schema,
            "property" => &mut self.property,
            _ => return false,
        };
        *slot = Some(value.to_owned());
        true
    }

    /// The JSON pointer of the place.
    pub(crate) fn pointer(&self, document: &Document) -> Result<String> {
        let base = match (&self.operation, &self.schema) {
            (Some(id), None) => self.in_operation(document, id)?,
            (None, Some(name)) => format!("{SCHEMAS}/{}", escape(name)),
            _ => bail!("an action names an `operation` or a `schema`"),
        };
        Ok(match &self.property {
            Some(path) => base + &property_pointer(path),
            None => base,
        })
    }

    fn in_operation(&self, document: &Document, id: &str) -> Result<String> {
        let Some((place, operation)) =
            document.operations().find(|(_, operation)| text(operation, "operationId") == id)
        else {
            bail!("no operation is called {id:?}");
        };
        let base = place.pointer();
        if let Some(name) = &self.parameter {
            let index = items(operation, "parameters").iter().position(|parameter| text(parameter, "name") == name);
            return match index {
                Some(index) => Ok(format!("{base}/parameters/{index}")),
                None => bail!("operation {id} has no parameter {name:?}"),
            };
        }
        if let Some(media) = &self.body {
            return Ok(format!("{base}/requestBody/content/{}/schema", escape(media)));
        }
        if let Some(status) = &self.response {
            return Ok(format!("{base}/responses/{status}"));
        }
        Ok(base)
    }
}

/// `a.b[].c` as a JSON pointer into a schema.
fn property_pointer(path: &str) -> String {
    let mut pointer = String::new();
    for part in path.split('.') {
        let name = part.trim_end_matches("[]");
        pointer += &format!("/properties/{}", escape(name));
        pointer += &"/items".repeat((part.len() - name.len()) / 2);
    }
    pointer
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = [
            ("operation", &self.operation),
            ("parameter", &self.parameter),
            ("body", &self.body),
            ("response", &self.response),
            ("schema", &self.schema),
            ("property", &self.property),
        ];
        let mut separator = "";
        for (name, value) in parts {
            if let Some(value) = value {
                write!(f, "{separator}{name} {value}")?;
                separator = ", ";
            }
        }
        Ok(())
    }
}

/// The value at `pointer`, and its parent with the last segment, to change or remove it.
pub(crate) fn parent_mut<'a>(document: &'a mut Document, pointer: &str) -> Option<(&'a mut Value, String)> {
    let (parent, last) = pointer.rsplit_once('/')?;
    Some((document.0.pointer_mut(parent)?, last.replace("~1", "/").replace("~0", "~")))
}
