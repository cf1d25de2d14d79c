//! Resources, derived from the paths of the contract: what is listed, what is an item of what, what belongs to what.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::hash;
use crate::role::Noun;

use crate::schema::{SchemaId, Schemas, Shape};

/// A kind of rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KindId(u16);

impl KindId {
    /// Its place among all kinds.
    pub fn place(self) -> usize {
        usize::from(self.0)
    }
}

/// What an operation does, as far as its path and its schemas tell.
#[derive(Clone, Debug)]
pub enum Plan {
    /// Lists the rows of a kind.
    List {
        /// The kind.
        kind: KindId,
        /// Where the rows stand in the response.
        envelope: Envelope,
    },
    /// Returns one row.
    Read,
    /// Adds a row to a kind.
    Create {
        /// The kind.
        kind: KindId,
    },
    /// Changes the row that the path names.
    Update,
    /// Removes the row that the path names.
    Delete,
    /// Says what a list holds from now on, all of it.
    Replace {
        /// The kind.
        kind: KindId,
    },
    /// Returns the one thing of its kind, perhaps per parent.
    Singleton {
        /// The kind.
        kind: KindId,
    },
    /// Anything else.
    Action,
}

/// Where the rows stand in a response.
#[derive(Clone, Debug)]
pub struct Envelope {
    /// The properties on the way to the array; none when the response is the array.
    pub path: Vec<Arc<str>>,
    /// The schema of a row.
    pub items: SchemaId,
}

/// A kind of rows, such as `vendors` or `vendors/documents`.
#[derive(Debug)]
pub struct Kind {
    /// The path of its collection without parameters, such as `vendors/documents`.
    pub key: String,
    /// The hash of the key.
    pub hash: u64,
    /// The kind whose rows own rows of this kind.
    pub parent: Option<KindId>,
    /// The richest schema that the contract has for a row.
    pub schema: Option<SchemaId>,
}

/// Paths that are another resource's by another name: version 1 and version 2 call some things differently, and searches
/// and lists over all parents show rows that live elsewhere.
const ALIASES: &[(&str, &str)] = &[
    ("autopilot", "monitoring-tests"),
    ("monitors", "monitoring-tests"),
    ("background-check", "users"),
    ("company/info", "company"),
    ("connections/sessions", "connections/resources/sessions"),
    ("custom-connections", "connections"),
    ("customer-request", "audits/requests"),
    ("evidence", "evidence-library"),
    ("evidence-library/version", "evidence-library/versions"),
    ("external-evidence", "controls/external-evidence"),
    ("framework-requirements", "frameworks/requirements"),
    ("personnel-search", "personnel"),
    ("policy-language-versions", "policies/policy-versions/languages"),
    ("policy-version", "policies/policy-versions"),
    ("questionnaires", "vendors/questionnaires"),
    ("risk-registers/risks-search", "risk-registers/risks"),
    ("risks-search", "risk-registers/risks"),
    ("sessions", "connections/resources/sessions"),
    ("trust-center/company-info/private-access", "trust-center/private-access"),
    ("users/policies", "users/assigned-policies"),
    ("vendor-security-reviews", "vendors/security-reviews"),
    ("vendors/security-questionnaires", "vendors/questionnaires"),
    ("vendors/questionnaires/manual", "vendors/questionnaires"),
    ("vendors/security-reviews/with-file", "vendors/security-reviews"),
    ("vendors/sent", "vendors/questionnaires"),
    ("vendors/stats", "vendors-stats"),
];

/// Resources that hold the others and do not show in the keys of those.
const SCOPES: &[&str] = &["workspaces"];

/// A part of a path template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Segment {
    /// A fixed part.
    Literal(String),
    /// The name of a parameter.
    Parameter(String),
}

/// Takes a path template apart.
pub fn segments(path: &str) -> Vec<Segment> {
    path.split('/')
        .filter(|part| !part.is_empty())
        .map(|part| match part.strip_prefix('{').and_then(|part| part.strip_suffix('}')) {
            Some(name) => Segment::Parameter(name.to_owned()),
            None => Segment::Literal(part.to_owned()),
        })
        .collect()
}

/// What a path names: the rows on its way and what follows the last of them.
#[derive(Debug)]
pub(crate) struct Walk {
    /// The parameters and the kinds of the rows that they name.
    pub(crate) anchors: Vec<(String, KindId)>,
    /// The row that the path is about, by its place among the anchors: `/documents/{docId}/{userId}` is about the
    /// document, the parameter that follows another only says whose it is.
    pub(crate) target: Option<usize>,
    /// What follows the last parameter, as a key; empty when the path ends in a parameter.
    pub(crate) tail: String,
    /// The key of the collection at the end: the last row's kind and the tail.
    pub(crate) key: String,
}

/// All kinds.
#[derive(Debug, Default)]
pub struct Kinds {
    kinds: Vec<Kind>,
    by_key: BTreeMap<String, KindId>,
    listed: BTreeSet<String>,
}

impl Kinds {
    /// The kind at this place.
    pub fn get(&self, id: KindId) -> &Kind {
        &self.kinds[id.place()]
    }

    /// All kinds, in the order of their places.
    pub fn all(&self) -> &[Kind] {
        &self.kinds
    }

    /// The kind with this key.
    pub fn by_key(&self, key: &str) -> Option<KindId> {
        self.by_key.get(key).copied()
    }

    /// Whether the contract lists rows of this kind.
    pub fn is_listed(&self, key: &str) -> bool {
        self.listed.contains(key)
    }

    /// Notes that the contract lists what stands at this path. Every list must be noted before the first walk.
    pub(crate) fn note_list(&mut self, path: &str) {
        let mut key = String::new();
        for segment in segments(path) {
            match segment {
                Segment::Literal(literal) => key = join(&key, &literal),
                Segment::Parameter(_) if SCOPES.contains(&key.as_str()) => key.clear(),
                Segment::Parameter(_) => key = alias(key),
            }
        }
        self.listed.insert(alias(key));
    }

    /// Walks a path, making the kinds that it needs.
    pub(crate) fn walk(&mut self, path: &str) -> Walk {
        let mut anchors: Vec<(String, KindId)> = Vec::new();
        let (mut prefix, mut tail, mut target) = (String::new(), String::new(), None);
        for segment in segments(path) {
            match segment {
                Segment::Literal(literal) => tail = join(&tail, &literal),
                Segment::Parameter(name) => {
                    let key = self.resolve(&prefix, &tail, &name);
                    let kind = self.kind(&key, anchors.last().map(|(_, kind)| *kind));
                    if !tail.is_empty() {
                        target = Some(anchors.len());
                    }
                    anchors.push((name, kind));
                    prefix = if SCOPES.contains(&key.as_str()) { String::new() } else { key };
                    tail.clear();
                }
            }
        }
        let key = alias(join(&prefix, &tail));
        Walk { anchors, target, tail, key }
    }

    /// The kind of this key, made when it is new; a parent is kept once it is known.
    pub(crate) fn kind(&mut self, key: &str, parent: Option<KindId>) -> KindId {
        let id = match self.by_key.get(key) {
            Some(id) => *id,
            None => {
                let id = KindId(u16::try_from(self.kinds.len()).unwrap_or(u16::MAX));
                let hash = hash::text(key);
                self.kinds.push(Kind { key: key.to_owned(), hash, parent: None, schema: None });
                self.by_key.insert(key.to_owned(), id);
                id
            }
        };
        let parent = parent.filter(|parent| {
            let above = &self.get(*parent).key;
            *parent != id
                && (SCOPES.contains(&above.as_str())
                    || key.strip_prefix(above.as_str()).is_some_and(|rest| rest.starts_with('/')))
        });
        let kind = &mut self.kinds[id.place()];
        kind.parent = kind.parent.or(parent);
        id
    }

    /// Keeps the richest schema of a row.
    pub(crate) fn note_schema(&mut self, id: KindId, schema: SchemaId, schemas: &Schemas) {
        let size = |schema| schemas.object(schema).map_or(0, |object| object.properties.len());
        let kind = &mut self.kinds[id.place()];
        if kind.schema.is_none_or(|known| size(known) < size(schema)) {
            kind.schema = Some(schema);
        }
    }

    /// Gives parents to kinds that no path shows below theirs; call it once all kinds are made.
    pub(crate) fn settle(&mut self) {
        for place in 0..self.kinds.len() {
            let kind = &self.kinds[place];
            let Some((above, _)) = kind.key.rsplit_once('/').filter(|_| kind.parent.is_none()) else { continue };
            self.kinds[place].parent = self.by_key(above);
        }
    }

    /// The kind that a noun stands for.
    pub fn by_noun(&self, noun: Noun) -> Option<KindId> {
        noun.kinds().iter().find(|key| self.is_listed(key)).and_then(|key| self.by_key(key))
    }

    /// The key of the rows that a parameter names: the list it follows, else what its own name points to, else the
    /// only list that ends alike, else a resource that is never listed.
    fn resolve(&self, prefix: &str, literals: &str, parameter: &str) -> String {
        let key = alias(join(prefix, literals));
        let listed = |key: &str| self.is_listed(key);
        if !literals.is_empty() && listed(&key) {
            return key;
        }
        if parameter != "id" {
            let near =
                |kind: &str| !kind.contains('/') || kind.strip_prefix(prefix).is_some_and(|rest| rest.starts_with('/'));
            let pointed = Noun::of(parameter).into_iter().flat_map(Noun::kinds).find(|kind| listed(kind) && near(kind));
            if let Some(pointed) = pointed {
                return (*pointed).to_owned();
            }
        }
        let last = literals.rsplit('/').next().unwrap_or(literals);
        let ends_alike = |key: &&String| {
            let end = key.rsplit('/').next().unwrap_or(key);
            end == last || end.strip_suffix('s') == Some(last)
        };
        if let Some(alike) = self.listed.iter().find(ends_alike) {
            return alike.clone();
        }
        match key.rsplit_once('/') {
            Some((shorter, _)) if literals.contains('/') && listed(shorter) => shorter.to_owned(),
            _ => key,
        }
    }
}

/// Finds the rows in the schema of a response: the array of an envelope, or the response itself.
pub fn envelope(schema: SchemaId, schemas: &Schemas) -> Option<Envelope> {
    if let Some(items) = schemas.items(schema) {
        return Some(Envelope { path: Vec::new(), items });
    }
    let object = schemas.object(schema)?;
    if object.property("id").is_some() {
        return None;
    }
    let arrays: Vec<_> =
        object.properties.iter().filter_map(|property| Some((property, schemas.items(property.schema)?))).collect();
    let paged = ["page", "total", "pagination"].iter().any(|name| object.property(name).is_some());
    let rows = match arrays.iter().find(|(property, _)| &*property.name == "data") {
        Some(data) => Some(data),
        None if arrays.len() == 1 && (paged || object.properties.len() == 1) => arrays.first(),
        None => None,
    };
    if let Some((property, items)) = rows {
        return Some(Envelope { path: vec![property.name.clone()], items: *items });
    }
    // One more level: an object that holds a page beside other things.
    object.properties.iter().find_map(|property| {
        let inner = schemas.object(property.schema)?;
        let paged = inner.property("page").is_some() && matches!(schemas.get(property.schema).shape, Shape::Object(_));
        let mut found = envelope(property.schema, schemas).filter(|_| paged)?;
        found.path.insert(0, property.name.clone());
        Some(found)
    })
}

fn join(prefix: &str, literal: &str) -> String {
    match (prefix, literal) {
        ("", one) | (one, "") => one.to_owned(),
        (prefix, literal) => format!("{prefix}/{literal}"),
    }
}

fn alias(key: String) -> String {
    ALIASES.iter().find(|(from, _)| *from == key).map_or(key, |(_, to)| (*to).to_owned())
}
