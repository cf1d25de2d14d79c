//! YAML with line numbers.

use anyhow::{Context as _, Result, bail};
use saphyr::{LoadableYamlNode as _, MarkedYaml, Scalar, YamlData};
use serde_json::{Map, Number, Value};

/// A node of a YAML file and the line that leads to it.
pub(crate) struct Node<'a> {
    file: &'a str,
    line: usize,
    yaml: &'a MarkedYaml<'a>,
}

/// Parses the one document of `text` and hands it to `read`.
pub(crate) fn parse<T>(file: &str, text: &str, read: impl FnOnce(Node<'_>) -> Result<T>) -> Result<T> {
    let documents = MarkedYaml::load_from_str(text).with_context(|| format!("{file}: not YAML"))?;
    match documents.as_slice() {
        [yaml] => read(Node { file, line: yaml.span.start.line(), yaml }),
        documents => bail!("{file}: holds {} YAML documents instead of one", documents.len()),
    }
}

impl<'a> Node<'a> {
    /// `file:line`.
    pub(crate) fn place(&self) -> String {
        format!("{}:{}", self.file, self.line)
    }

    /// The line.
    pub(crate) fn line(&self) -> usize {
        self.line
    }

    fn child(&self, yaml: &'a MarkedYaml<'a>) -> Self {
        Self { file: self.file, line: yaml.span.start.line(), yaml }
    }

    /// The value of a key stands, for a reader, where the key does.
    fn value(&self, key: &MarkedYaml<'_>, yaml: &'a MarkedYaml<'a>) -> Self {
        Self { line: key.span.start.line(), ..self.child(yaml) }
    }

    pub(crate) fn text(&self) -> Result<&'a str> {
        match &self.yaml.data {
            YamlData::Value(Scalar::String(text)) => Ok(text),
            _ => bail!("{}: expected a string", self.place()),
        }
    }

    pub(crate) fn list(&self) -> Result<Vec<Node<'a>>> {
        match &self.yaml.data {
            YamlData::Sequence(items) => Ok(items.iter().map(|item| self.child(item)).collect()),
            _ => bail!("{}: expected a list", self.place()),
        }
    }

    /// The entries of a mapping, in their order. Empty stands for an empty one.
    pub(crate) fn entries(&self) -> Result<Vec<(&'a str, Node<'a>)>> {
        match &self.yaml.data {
            YamlData::Mapping(map) => {
                map.iter().map(|(key, value)| Ok((self.child(key).text()?, self.value(key, value)))).collect()
            }
            YamlData::Value(Scalar::Null) => Ok(Vec::new()),
            _ => bail!("{}: expected a mapping", self.place()),
        }
    }

    /// The node as JSON.
    pub(crate) fn json(&self) -> Result<Value> {
        Ok(match &self.yaml.data {
            YamlData::Value(Scalar::Null) => Value::Null,
            YamlData::Value(Scalar::Boolean(flag)) => (*flag).into(),
            YamlData::Value(Scalar::Integer(number)) => (*number).into(),
            YamlData::Value(Scalar::FloatingPoint(number)) => Number::from_f64(number.0)
                .map(Value::Number)
                .with_context(|| format!("{}: {number} is not a number that JSON has", self.place()))?,
            YamlData::Value(Scalar::String(text)) => text.as_ref().into(),
            YamlData::Sequence(_) => self.list()?.iter().map(Node::json).collect::<Result<Vec<_>>>()?.into(),
            YamlData::Mapping(map) => {
                let mut members = Map::new();
                let mut merged = Vec::new();
                for (key, value) in map {
                    // A key of JSON is a string, and a status in YAML is a number.
                    let key = match self.child(key).json()? {
                        Value::String(key) => key,
                        scalar @ (Value::Number(_) | Value::Bool(_) | Value::Null) => scalar.to_string(),
                        _ => bail!("{}: a key is no scalar", self.child(key).place()),
                    };
                    let value = self.child(value).json()?;
                    match (key.as_str(), value) {
                        ("<<", Value::Array(several)) => merged.extend(several),
                        ("<<", one @ Value::Object(_)) => merged.push(one),
                        (_, value) => drop(members.insert(key, value)),
                    }
                }
                // What a mapping says itself counts before what it merges, and of that the first.
                for (key, value) in merged.iter().filter_map(Value::as_object).flatten() {
                    members.entry(key.as_str()).or_insert_with(|| value.clone());
                }
                members.into()
            }
            _ => bail!("{}: expected a plain value", self.place()),
        })
    }
}
