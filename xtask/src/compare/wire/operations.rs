//! How the operations differ: which came and went, and what changed on those that stayed.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::change::Effect;
use super::comparison::{Comparison, Spot};
use super::reach::{Reach, Way, area};
use crate::document::{Document, Place, items, text};
use crate::keys::{BETA, ENTITLEMENT, PERMISSION, PERMISSION_NAME};

/// An operation of the old document and what became of it.
struct Pair<'a> {
    old: (Place, &'a Value),
    new: (Place, &'a Value),
}

impl Comparison<'_> {
    pub(super) fn operations(&mut self) {
        let (pairs, gone, come) = pair(self.old, self.new);
        for (place, operation) in gone {
            let reach = Reach::of(operation, Way::Request);
            let effect = Effect::run("the service does not know the path any more");
            self.note("operation-removed", &spot(&place, &reach), "the operation is removed".to_owned(), effect);
        }
        for (place, operation) in come {
            let reach = Reach::of(operation, Way::Request);
            let what = format!("the operation {} is new", text(operation, "operationId"));
            self.note("operation-added", &spot(&place, &reach), what, Effect::COMPATIBLE);
        }
        self.areas();
        self.servers();
        for pair in pairs {
            self.operation(&pair);
        }
    }

    /// The addresses of the regions, which are written by hand in the SDK.
    fn servers(&mut self) {
        let all = |document: &Document| -> BTreeSet<String> {
            items(&document.0, "servers").iter().map(|server| text(server, "url").to_owned()).collect()
        };
        let (before, after) = (all(self.old), all(self.new));
        let reach = Reach::default();
        let spot = Spot {
            subject: "servers".to_owned(),
            within: String::new(),
            pointer: "/servers".to_owned(),
            reach: &reach,
        };
        for url in before.difference(&after) {
            let effect = Effect::run("a program for this region finds no service");
            self.note("server-removed", &spot, format!("{url} is removed"), effect);
        }
        for url in after.difference(&before) {
            self.note("server-added", &spot, format!("{url} is new"), Effect::COMPATIBLE);
        }
    }

    /// Areas that came and went, beside their operations: a module and a feature each.
    fn areas(&mut self) {
        let all = |document: &Document| -> BTreeMap<String, Reach> {
            let mut areas: BTreeMap<String, Reach> = BTreeMap::new();
            for (_, operation) in document.operations() {
                areas.entry(area(operation).to_owned()).or_default().join(&Reach::of(operation, Way::Request));
            }
            areas
        };
        let (before, after) = (all(self.old), all(self.new));
        for (areas, others, kind, what, effect) in [
            (&before, &after, "area-removed", "the area is removed", Effect::COMPATIBLE),
            (&after, &before, "area-added", "the area is new", Effect::COMPATIBLE),
        ] {
            for (name, reach) in areas.iter().filter(|(name, _)| !others.contains_key(*name)) {
                let spot = Spot {
                    subject: format!("area {name}"),
                    within: String::new(),
                    pointer: "/paths".to_owned(),
                    reach,
                };
                self.note(kind, &spot, format!("{what}: {name}"), effect);
            }
        }
    }

    fn operation(&mut self, pair: &Pair<'_>) {
        let ((old_place, old), (place, new)) = (&pair.old, &pair.new);
        if old == new && old_place == place {
            return;
        }
        let mut request = Reach::of(old, Way::Request);
        request.join(&Reach::of(new, Way::Request));
        let spot = spot(place, &request);
        if template(&old_place.path) != template(&place.path) || old_place.method != place.method {
            let what = format!("moved here from {} {}", old_place.method.to_uppercase(), old_place.path);
            self.note("operation-moved", &spot, what, Effect::run("the service does not know the old path any more"));
        }
        if text(old, "operationId") != text(new, "operationId") {
            let what = format!("the operation {} is called {} now", text(old, "operationId"), text(new, "operationId"));
            self.note("operation-renamed", &spot, what, Effect::COMPATIBLE);
        }
        if area(old) != area(new) {
            let what = format!("filed under {} instead of {}", area(new), area(old));
            self.note("operation-refiled", &spot, what, Effect::COMPATIBLE);
        }
        self.marks(&spot, old, new);
        self.parameters(&spot, old, new);
        self.body(&spot, old, new);
        self.responses(place, old, new);
    }

    /// Permission, plan feature, beta and deprecation.
    fn marks(&mut self, spot: &Spot<'_>, old: &Value, new: &Value) {
        let words =
            |operation: &Value, key: &str| operation.get(key).map_or_else(|| "none".to_owned(), Value::to_string);
        for (key, kind, what, reason) in [
            (PERMISSION, "permission", "the permission", "a key without it is rejected"),
            (ENTITLEMENT, "entitlement", "the plan feature", "an account without it is rejected"),
            ("security", "security", "a way to sign in beside the API key", "the API key alone may be rejected"),
            (PERMISSION_NAME, "permission-name", "the permission's display name", ""),
            (BETA, "beta", "the beta mark", ""),
            ("deprecated", "deprecation", "the deprecation mark", ""),
        ] {
            if old.get(key) == new.get(key) {
                continue;
            }
            let breaks = !reason.is_empty() && new.get(key).is_some();
            let effect = if breaks { Effect::run(reason) } else { Effect::COMPATIBLE };
            self.note(kind, spot, format!("{what} was {} and is {}", words(old, key), words(new, key)), effect);
        }
    }
}

fn spot<'r>(place: &Place, reach: &'r Reach) -> Spot<'r> {
    Spot {
        subject: format!("{} {}", place.method.to_uppercase(), place.path),
        within: String::new(),
        pointer: place.pointer(),
        reach,
    }
}

/// A path without the names of its placeholders: what the wire shows.
fn template(path: &str) -> String {
    let part = |part: &str| if part.starts_with('{') { "{}".to_owned() } else { part.to_owned() };
    path.split('/').map(part).collect::<Vec<_>>().join("/")
}

type Located<'a> = (Place, &'a Value);

/// Operations that are the same in both documents, by path and method, else by id; and those of one document only.
fn pair<'a>(old: &'a Document, new: &'a Document) -> (Vec<Pair<'a>>, Vec<Located<'a>>, Vec<Located<'a>>) {
    let mut gone: Vec<Located<'a>> = old.operations().collect();
    let mut come: Vec<Located<'a>> = new.operations().collect();
    let mut pairs = Vec::new();
    let by_place = |(place, _): &Located<'_>| format!("{} {}", place.method, template(&place.path));
    let by_id = |(_, operation): &Located<'_>| text(operation, "operationId").to_owned();
    for key in [&by_place as &dyn Fn(&Located<'_>) -> String, &by_id] {
        let mut keys: Vec<String> = come.iter().map(key).collect();
        let mut left = Vec::new();
        for one in gone {
            let wanted = key(&one);
            match keys.iter().position(|key| *key == wanted && !wanted.is_empty()) {
                Some(index) => {
                    keys.remove(index);
                    pairs.push(Pair { old: one, new: come.remove(index) });
                }
                None => left.push(one),
            }
        }
        gone = left;
    }
    (pairs, gone, come)
}
