//! From a path to the operations that live there.

use std::borrow::Cow;
use std::collections::HashMap;

use http::Method;
use percent_encoding::percent_decode_str;

use drata_contract::operation::{ApiVersion, Operation};
use drata_contract::resource::{Segment, segments};

/// A tree of path segments per version; literals are preferred to parameters.
#[derive(Debug, Default)]
pub(crate) struct Router {
    v1: Node,
    v2: Node,
}

#[derive(Debug, Default)]
struct Node {
    literals: HashMap<String, Node>,
    parameter: Option<Box<Node>>,
    /// The operations that end here, by their place in the catalogue.
    operations: Vec<(Method, usize)>,
}

/// What was found at a path.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// An operation, by its place in the catalogue.
    Operation(usize, Matched),
    /// A path of the contract without this method; these are the ones it has.
    OtherMethods(Vec<Method>),
    Nothing,
}

/// The texts in the places of the path's parameters, in their order, decoded.
pub(crate) type Matched = Vec<String>;

impl Router {
    pub(crate) fn new(operations: &[Operation]) -> Self {
        let mut router = Self::default();
        for (place, operation) in operations.iter().enumerate() {
            let mut node = match operation.version {
                ApiVersion::V1 => &mut router.v1,
                ApiVersion::V2 => &mut router.v2,
            };
            for segment in segments(&operation.path) {
                node = match segment {
                    Segment::Literal(literal) => node.literals.entry(literal).or_default(),
                    Segment::Parameter(_) => node.parameter.get_or_insert_default(),
                };
            }
            node.operations.push((operation.method.clone(), place));
        }
        router
    }

    /// Looks a whole path up, such as `/public/v2/vendors/5`.
    pub(crate) fn find(&self, method: &Method, path: &str) -> Found {
        let Some(below) = path.strip_prefix(ApiVersion::V1.root()) else { return Found::Nothing };
        let (node, below) = match below.strip_prefix("/v2") {
            Some(below) if below.starts_with('/') => (&self.v2, below),
            _ => (&self.v1, below),
        };
        let Some(below) = below.strip_prefix('/') else { return Found::Nothing };
        let parts: Vec<_> = below.split('/').map(|part| percent_decode_str(part).decode_utf8_lossy()).collect();
        let mut search = Search { method, others: Vec::new(), matched: Vec::new() };
        match search.descend(node, &parts) {
            Some(place) => Found::Operation(place, search.matched.into_iter().map(str::to_owned).collect()),
            None if search.others.is_empty() => Found::Nothing,
            None => {
                search.others.sort_unstable_by(|a, b| a.as_str().cmp(b.as_str()));
                search.others.dedup();
                Found::OtherMethods(search.others)
            }
        }
    }
}

struct Search<'a> {
    method: &'a Method,
    others: Vec<Method>,
    matched: Vec<&'a str>,
}

impl<'a> Search<'a> {
    fn descend(&mut self, node: &Node, parts: &'a [Cow<'_, str>]) -> Option<usize> {
        let Some((part, rest)) = parts.split_first() else {
            let found = node.operations.iter().find(|(method, _)| method == self.method);
            if found.is_none() {
                self.others.extend(node.operations.iter().map(|(method, _)| method.clone()));
            }
            return found.map(|(_, place)| *place);
        };
        if let Some(place) = node.literals.get(&**part).and_then(|node| self.descend(node, rest)) {
            return Some(place);
        }
        let node = node.parameter.as_deref().filter(|_| !part.is_empty())?;
        let before = self.matched.len();
        self.matched.push(part);
        let place = self.descend(node, rest);
        if place.is_none() {
            self.matched.truncate(before);
        }
        place
    }
}
