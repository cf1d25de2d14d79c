//! What is written is what is read: random valid bodies to every operation that creates or changes a row, compared with
//! what the operation answers, what the row says alone, what it says in its list, and what the other version says of it.

#[path = "support/api.rs"]
mod api;
mod support;
#[path = "support/walk.rs"]
mod walk;

use std::collections::{BTreeMap, BTreeSet};

use api::Api;
use drata_sandbox::Sandbox;
use serde_json::{Map, Value, json};
use support::{Body, Contract, Dice, Operation, Request};
use walk::Version;

/// What a request says of a row and a response calls otherwise, by the endings of the path: the field, and where the
/// response has it.
const COUNTERPARTS: &[(&str, &str, &str)] = &[
    ("/custom-connections", "name", "clientAlias"),
    ("/vendors", "contactEmail", "contactsEmail"),
    ("/policies", "assignedTo", "scope"),
    ("/controls", "reportIds", "evidenceIds.validReportIds"),
    ("/vendors", "userId", "user"),
    ("/evidence-library", "ownerId", "user"),
    ("/evidence-library", "renewalDate", "renewalSchema.renewalDate"),
    ("/evidence-library", "renewalScheduleType", "renewalSchema.renewalScheduleType"),
];

/// Fields of which the row says something else on purpose, and why.
const NOT_READ: &[(&str, &str)] = &[
    // Files and how they come.
    ("", "file"),
    ("", "files"),
    ("", "base64File"),
    ("", "base64Files"),
    ("", "externalEvidence"),
    // Controls are only added by this one.
    ("/evidence/{evidenceId}", "controlIds"),
];

/// Fields that follow from others, and which.
const FOLLOWS: &[(&str, &[&str])] = &[
    ("score", &["impact", "likelihood"]),
    ("residualScore", &["residualImpact", "residualLikelihood"]),
    ("renewalDateStatus", &["renewalDate"]),
    ("isExpired", &["renewalDate"]),
    ("isSubProcessorActive", &["isSubProcessor"]),
    ("passwordMinLength", &["passwordRequiresMinLength"]),
    ("decision", &["status", "securityReviewStatus"]),
    ("flags", &["testIds", "policyIds", "reportIds", "externalEvidenceIds", "ownerIds"]),
];

/// What a file holds that is read: a roster is more than its schema says.
const ROSTER: &str = "id,first_name,last_name,email,is_contractor,mfa\n1,Ada,Byron,ada@acme.example,no,yes\n";

struct Views {
    /// Each with a name, the row, and the fields that its schema has.
    all: Vec<(String, Value, BTreeSet<String>)>,
}

#[derive(Default)]
struct Report {
    compared: u32,
    operations: BTreeMap<String, u32>,
    unlike: BTreeMap<String, (u32, String)>,
}

impl Report {
    /// What was not sent stays as it was, but for the time of the change.
    fn keep(&mut self, operation: &str, path: &str, sent: &Map<String, Value>, rows: Option<(Value, Value)>) {
        let Some((Value::Object(before), Value::Object(after))) = rows else { return };
        let fields: BTreeSet<_> = before.keys().cloned().collect();
        let changed: Vec<_> = sent.keys().flat_map(|name| find_all(path, name, &json!(before), &fields)).collect();
        let changed: BTreeSet<_> = changed.iter().map(|(name, _)| name.split('.').next().unwrap_or(name)).collect();
        for (name, value) in &before {
            // Links are made anew each time, and a piece of evidence makes a version.
            let moves = ["updatedAt", "versions", "artifacts", "downloadUrl", "status"].contains(&name.as_str());
            // A date of the end goes with the status that says so.
            let follows = |name: &str| sent.keys().any(|sent| sent.to_lowercase().contains(name));
            let moves = moves
                || (follows("status")
                    && ["archivedAt", "separatedAt", "completedAt", "completionDate"].contains(&name.as_str()));
            let follows = FOLLOWS.iter().filter(|(known, _)| known == name);
            let moves = moves || follows.flat_map(|(_, from)| *from).any(|from| sent.contains_key(*from));
            let moves = moves || name.strip_suffix("At").is_some_and(|switch| sent.contains_key(switch));
            if moves || changed.contains(name.as_str()) {
                continue;
            }
            self.compared += 1;
            let now = after.get(name).unwrap_or(&Value::Null);
            if essence(now) != essence(value) {
                let entry = self.unlike.entry(format!("{operation}: {name}, which was not sent"));
                entry.or_insert((0, format!("was {value}, is {now}; sent {:?}", sent.keys()))).0 += 1;
            }
        }
    }

    fn compare(&mut self, operation: &str, path: &str, sent: &Map<String, Value>, views: &Views) {
        for (name, value) in sent {
            if NOT_READ.iter().any(|(ending, known)| path.contains(ending) && known == name) {
                continue;
            }
            for (view, row, fields) in &views.all {
                let Some((shown_as, shown)) = find(path, name, row, fields) else { continue };
                self.compared += 1;
                let alike = if name == "customFields" { are_filled(value, &shown) } else { is_alike(value, &shown) };
                if !alike {
                    let entry = self.unlike.entry(format!("{operation}: {name} as {shown_as} in {view}"));
                    entry.or_insert((0, format!("sent {value}, shown {shown}"))).0 += 1;
                }
            }
        }
    }
}

/// The row that an operation changes, as it is read alone.
async fn itself(api: &Api, version: &Version, operation: &Operation<'_>, path: &str) -> Option<Value> {
    let (template, query) = version.template_of(path).filter(|_| operation.method != "POST")?;
    let (status, body) = api.try_get(&format!("{}{path}?{query}", version.root)).await;
    (status == 200 && template.ends_with('}')).then_some(body)
}

/// Which rows are embedded, not what they say: they may embed the row that is changed.
fn essence(value: &Value) -> Value {
    match value {
        Value::Object(map) if map.contains_key("id") => map["id"].clone(),
        Value::Object(map) => map.iter().map(|(name, value)| (name.clone(), essence(value))).collect(),
        Value::Array(items) => items.iter().map(essence).collect(),
        value => value.clone(),
    }
}

/// What a row shows of a field that was sent, if its schema has room for it.
fn find(path: &str, name: &str, row: &Value, fields: &BTreeSet<String>) -> Option<(String, Value)> {
    find_all(path, name, row, fields).into_iter().next()
}

/// Everything that a row shows of a field that was sent.
fn find_all(path: &str, name: &str, row: &Value, fields: &BTreeSet<String>) -> Vec<(String, Value)> {
    let at = |name: &str| {
        let first = name.split('.').next().unwrap_or(name);
        let value = row.pointer(&format!("/{}", name.replace('.', "/"))).cloned().unwrap_or(Value::Null);
        fields.contains(first).then(|| (name.to_owned(), value))
    };
    let meant = COUNTERPARTS.iter().filter(|(ending, known, _)| path.contains(ending) && known == &name);
    let stem = name.strip_suffix("Ids").or_else(|| name.strip_suffix("Id"));
    let pointed = stem.into_iter().flat_map(|stem| {
        let plural = stem.strip_suffix('y').map_or(format!("{stem}s"), |stem| format!("{stem}ies"));
        [stem.to_owned(), plural, format!("{stem}Id"), format!("{stem}Ids")]
    });
    let all = [name.to_owned()].into_iter().chain(meant.map(|(_, _, shown)| (*shown).to_owned())).chain(pointed);
    all.filter_map(|name| at(&name)).collect()
}

/// Whether the custom fields that were sent hold what was sent; a row shows those that nobody has filled as well.
fn are_filled(sent: &Value, shown: &Value) -> bool {
    let parsed =
        |field: &Value| field.as_str().and_then(|text| serde_json::from_str(text).ok()).unwrap_or(field.clone());
    let all = shown.get("data").unwrap_or(shown).as_array().cloned().unwrap_or_default();
    sent.as_array().into_iter().flatten().map(parsed).all(|sent: Value| {
        let same = |shown: &&Value| shown["customFieldId"] == sent["id"] || shown["name"] == sent["name"];
        all.iter().find(same).is_some_and(|shown| is_alike(&sent["value"], &shown["value"]))
    })
}

/// Whether a value that was sent is the one that is shown, as far as the two can be compared.
fn is_alike(sent: &Value, shown: &Value) -> bool {
    match (sent, shown) {
        (Value::Null, shown) => match shown {
            Value::Array(items) => items.is_empty(),
            Value::Object(map) => map.get("data").is_some_and(|data| data == &json!([])),
            // Null where the schema has none.
            Value::String(text) => text.is_empty(),
            shown => shown.is_null(),
        },
        (sent, Value::Object(map)) if map.contains_key("data") => {
            let all = if sent.is_array() { sent.clone() } else { json!([sent]) };
            is_alike(&all, &map["data"])
        }
        // Ids that the response sorts by what they are: passing, failing.
        (sent, Value::Object(map)) if sent.is_array() || (!map.is_empty() && map.values().all(Value::is_array)) => {
            let all: Vec<_> = map.values().filter_map(Value::as_array).flatten().cloned().collect();
            is_alike(&if sent.is_array() { sent.clone() } else { json!([sent]) }, &all.into())
        }
        // A switch that is shown as the moment it was set.
        (Value::Bool(set), Value::Null | Value::String(_)) if *set != shown.is_null() => true,
        (Value::Array(sent), Value::Array(shown)) => {
            let distinct: Vec<_> =
                sent.iter().zip(0..).filter(|(item, place)| !sent[..*place].contains(item)).collect();
            distinct.len() == shown.len()
                && distinct.iter().all(|(sent, _)| shown.iter().any(|shown| is_alike(sent, shown)))
        }
        (Value::Object(sent), Value::Object(shown)) => {
            sent.iter().all(|(name, value)| shown.get(name).is_none_or(|shown| is_alike(value, shown)))
        }
        // An id or a name, and what is called so.
        (sent, Value::Object(map)) => map.values().any(|value| !value.is_object() && text(sent) == text(value)),
        // One that stands for several.
        (sent, Value::Array(items)) if !sent.is_array() => items.len() == 1 && is_alike(sent, &items[0]),
        (sent, shown) => text(sent) == text(shown) || is_same_time(&text(sent), &text(shown)),
    }
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Whether two texts are the same day or moment, each as precise as the less precise of them.
fn is_same_time(a: &str, b: &str) -> bool {
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    let (a_digits, b_digits) = (digits(a), digits(b));
    let is_date = |text: &str| text.len() >= 10 && text.as_bytes()[4] == b'-' && text.as_bytes()[7] == b'-';
    let length = a_digits.len().min(b_digits.len());
    is_date(a) && is_date(b) && a_digits[..length] == b_digits[..length]
}

async fn send(api: &Api, root: &str, operation: &Operation<'_>, request: &Request) -> (u16, Value) {
    let query: Vec<_> = request.query.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let url = format!("{root}{}?{}", request.path, query.join("&"));
    let mut builder = api.request(&operation.method, &url);
    for (name, value) in request.headers.iter().filter(|(name, _)| !name.starts_with("x-session")) {
        builder = builder.header(name, value);
    }
    builder = match &request.body {
        None => builder,
        Some(Body::Json(value)) => builder.json(value),
        Some(Body::Form(fields)) => {
            let mut form = reqwest::multipart::Form::new();
            for (name, value, is_file) in fields {
                let is_roster = *is_file && request.path.ends_with("/csv");
                let part = reqwest::multipart::Part::text(if is_roster { ROSTER.to_owned() } else { value.clone() });
                form = form.part(name.clone(), if *is_file { part.file_name("a.txt") } else { part });
            }
            builder.multipart(form)
        }
    };
    api::answer(builder.send().await.expect("an answer")).await
}

/// A request with what no schema says: an action names a row that is in a state for it, and an upload for evidence names a
/// workspace and nothing that excludes what else it names.
async fn complete(api: &Api, operation: &Operation<'_>, mut request: Request) -> Request {
    if operation.path.ends_with("/sessions/{sessionId}/actions") {
        let mut parts: Vec<_> = request.path.split('/').collect();
        let place = parts.len() - 2;
        parts[place] = "began-here";
        request.path = parts.join("/");
        let records = request.path.trim_end_matches("/actions").to_owned();
        let (status, said) = api.json("POST", &format!("/v2{records}"), json!({ "data": [{}] })).await;
        assert!(status < 300, "{records}: {status} {said}");
    }
    if let (true, Some(Body::Json(body))) = (operation.path == "/upload-urls", &mut request.body) {
        let map = body.as_object_mut().expect("an object");
        if ["existingArtifactId", "addToEvidenceId"].iter().any(|name| map.contains_key(*name)) {
            map.remove("createEvidence");
        }
        map.insert("workspaceId".to_owned(), 1.into());
        map.insert("includeWebUploadUrl".to_owned(), true.into());
        let is_several = map.contains_key("createEvidence");
        map.insert("multiArtifact".to_owned(), is_several.into());
    }
    request
}

/// The fields that a body sends.
fn sent(body: &Body) -> Map<String, Value> {
    match body {
        Body::Json(Value::Object(map)) => map.clone(),
        Body::Json(_) => Map::new(),
        Body::Form(fields) => {
            let mut map = Map::new();
            for (name, value, _) in fields {
                match map.get_mut(name) {
                    Some(Value::Array(all)) => all.push(json!(value)),
                    Some(one) => *one = json!([one.clone(), value]),
                    None if value.starts_with('{') => {
                        drop(map.insert(name.clone(), serde_json::from_str(value).expect("JSON")))
                    }
                    None => drop(map.insert(name.clone(), json!(value))),
                }
            }
            map
        }
    }
}

/// Looks a row up everywhere: in the response to the write, alone, in its list, in the other version.
async fn views(
    api: &Api,
    versions: &[Version; 2],
    contracts: &[Contract; 2],
    own: usize,
    operation: &Operation<'_>,
    path: &str,
    answer: &Value,
) -> Views {
    let mut all = Vec::new();
    // A response without an id is about something else than the row: a list, a count.
    if answer.get("id").is_some() {
        all.push(("its response".to_owned(), answer.clone(), contracts[own].fields(operation)));
    }
    let (list, single) = match operation.method.as_str() {
        "POST" => {
            let id = answer.get("id").and_then(walk::id_text);
            (path.to_owned(), id.map(|id| format!("{path}/{}", id.replace('/', "%2F"))))
        }
        _ => (path.rsplit_once('/').map_or_else(String::new, |(list, _)| list.to_owned()), Some(path.to_owned())),
    };
    let Some(single) = single else { return Views { all } };
    let id = single.rsplit('/').next().unwrap_or_default().to_owned();
    for (place, version) in versions.iter().enumerate() {
        for (path, is_list) in [(&single, false), (&list, true)] {
            let Some((template, query)) = version.template_of(path) else { continue };
            if template.ends_with('}') == is_list {
                continue;
            }
            let paging = if place == 0 { "limit=50&page=1" } else { "size=500" };
            let (status, body) =
                api.try_get(&format!("{}{path}?{query}&{}", version.root, if is_list { paging } else { "" })).await;
            if status != 200 {
                continue;
            }
            let fields = contracts[place].row_fields(&template);
            let row = match walk::rows(&body).filter(|_| is_list) {
                Some(rows) => {
                    rows.iter().find(|row| row.get("id").and_then(walk::id_text).as_ref() == Some(&id)).cloned()
                }
                None => Some(body),
            };
            let name = format!("{} {}", version.name, if is_list { "its list" } else { "itself" });
            all.extend(row.map(|row| (name, row, fields)));
        }
    }
    Views { all }
}

#[tokio::test]
async fn what_is_written_is_what_is_read() {
    let (contracts, versions) = (Contract::both(), Version::both());
    let mut report = Report::default();
    for own in 0..2 {
        for round in 0..12 {
            let mut dice = Dice::new(round * 2 + own as u64 + 1);
            for operation in contracts[own].operations() {
                if !matches!(operation.method.as_str(), "POST" | "PUT" | "PATCH") {
                    continue;
                }
                // Each operation finds the same rows, whatever the others did.
                let api = Api::new(Sandbox::builder().seed(round).records(12).nested(9).start().await.expect("a port"));
                let request = complete(&api, &operation, contracts[own].request(&operation, &mut dice)).await;
                let Some(body) = &request.body else { continue };
                let before = itself(&api, &versions[own], &operation, &request.path).await;
                let (status, answer) = send(&api, contracts[own].root, &operation, &request).await;
                assert!(status < 500, "{} {}: {status} {answer}", operation.method, request.path);
                let name = format!("{} {} {}", versions[own].name, operation.method, operation.path);
                let count = report.operations.entry(name.clone()).or_default();
                if status >= 300 {
                    continue;
                }
                *count += 1;
                let after = itself(&api, &versions[own], &operation, &request.path).await;
                report.keep(&name, &operation.path, &sent(body), before.zip(after));
                let views = views(&api, &versions, &contracts, own, &operation, &request.path, &answer).await;
                report.compare(&name, &operation.path, &sent(body), &views);
            }
        }
    }
    let never: Vec<_> = report.operations.iter().filter(|(_, count)| **count == 0).map(|(name, _)| name).collect();
    let lines: Vec<_> =
        report.unlike.iter().map(|(what, (count, how))| format!("{count:>3} {what}: {how:.200}")).collect();
    assert!(never.is_empty(), "operations that no random body gets through: {never:#?}");
    assert!(report.compared > 5_000, "only {} fields were compared", report.compared);
    assert!(lines.is_empty(), "{} of {} fields:\n{}", lines.len(), report.compared, lines.join("\n"));
}
