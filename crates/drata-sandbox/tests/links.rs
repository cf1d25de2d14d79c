//! Whatever a response names by an id is there: under the same parents, in the same workspace, in the same version.
//!
//! The test walks everything it can reach and follows every id it finds. What an id is the id of stands in [`LEADS`],
//! which shares nothing with the sandbox; a name that stands nowhere fails the test, so that a new document must be read.

#[path = "support/api.rs"]
mod api;
#[path = "support/walk.rs"]
mod walk;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use api::Api;
use drata_sandbox::Sandbox;
use serde_json::Value;
use walk::{Version, reachable};

/// What the ids of some names lead to: the first template that the version has and the context can fill.
struct Lead {
    /// Endings of names without `Id`, `Ids` and plural, in lower case.
    names: &'static [&'static str],
    v1: &'static [&'static str],
    v2: &'static [&'static str],
}

const fn lead(names: &'static [&'static str], v1: &'static [&'static str], v2: &'static [&'static str]) -> Lead {
    Lead { names, v1, v2 }
}

impl Lead {
    /// The templates that the version has.
    fn templates(&self, version: &Version) -> impl Iterator<Item = &'static str> {
        let templates = if version.name == "v1" { self.v1 } else { self.v2 };
        templates.iter().copied().filter(|template| version.reads(&walk::shape_of(template)))
    }
}

/// A template that ends in `{}` is of one row, any other of a list that must hold the id. `{name}` is the id of the
/// nearest row around that is a `name`, or what the path of the request had there. Longer names stand before shorter.
const LEADS: &[Lead] = &[
    lead(
        &["policyversion", "currentversion", "policy.version"],
        &["/policy-version/{}/download"],
        &["/policies/{policy}/policy-versions/{}"],
    ),
    lead(
        &["evidence.version"],
        &["/workspaces/{workspace}/evidence-library/{evidence}/version/{}/download"],
        &["/workspaces/{workspace}/evidence-library/{evidence}/versions/{}"],
    ),
    lead(&["evidence.artifact"], &[], &["/workspaces/{workspace}/evidence/{evidence}/artifacts"]),
    lead(&["policyversion.language", "policylanguageversion"], &[], &["/policy-language-versions/{}"]),
    lead(&["user.document", "owner.document"], &["/users/documents/{}/download"], &["/users/{user}/documents/{}"]),
    lead(&["device.document"], &["/devices/documents/{}/download"], &["/devices/{device}/documents/{}"]),
    lead(&["vendor.document"], &[], &["/vendors/{vendor}/documents/{}"]),
    lead(&["risk.document"], &[], &["/risk-registers/{register}/risks/{risk}/documents/{}"]),
    lead(&["risk.note"], &[], &["/risk-registers/{register}/risks/{risk}/notes/{}"]),
    lead(
        &["control.note"],
        &["/workspaces/{workspace}/controls/{control}/notes/{}"],
        &["/workspaces/{workspace}/controls/{control}/notes/{}"],
    ),
    lead(&["securityreview"], &[], &["/vendors/{vendor}/security-reviews/{}"]),
    lead(&["device.app"], &["/devices/{device}/apps"], &["/devices/{device}/apps"]),
    lead(&["externalevidence"], &["/external-evidence/{}/download"], &[]),
    lead(&["customresource"], &[], &["/custom-connections/{connection}/resources/{}/records"]),
    lead(&["customfield"], &[], &["/custom-field-definitions/{}"]),
    lead(
        &["userrequest", "audit.request"],
        &["/customer-request"],
        &["/workspaces/{workspace}/audits/{audit}/requests/{}"],
    ),
    lead(&["customerrequest"], &["/customer-request"], &[]),
    lead(
        &["monitoringtest", "test"],
        &["/workspaces/{workspace}/monitors/{}/details"],
        &["/workspaces/{workspace}/monitoring-tests/{}"],
    ),
    lead(&["controltemplate"], &[], &["/control-library/{}"]),
    lead(&["audit"], &[], &["/workspaces/{workspace}/audits/{}"]),
    lead(&["monitor"], &["/workspaces/{workspace}/monitors/{}/details"], &[]),
    lead(&["privatedocument"], &["/trust-center/private-documents"], &[]),
    lead(&["request"], &["/trust-center/requests/{}"], &[]),
    lead(&["session"], &["/sessions/{}/evidence"], &[]),
    lead(&["group"], &[], &["/groups"]),
    lead(&["role"], &[], &["/roles/{}"]),
    lead(&["vendortype"], &[], &["/vendor-types"]),
    lead(
        &[
            "user",
            "owner",
            "reviewer",
            "approver",
            "assignee",
            "createdby",
            "updatedby",
            "auditor",
            "designator",
            "reasonprovider",
            "relationshipcontact",
            "requestor",
            "requester",
        ],
        &["/users/{}"],
        &["/users/{}"],
    ),
    lead(&["personnel", "person"], &["/personnel/{}"], &["/personnel/{}"]),
    lead(&["policy", "policie"], &["/policies/{}"], &["/policies/{}"]),
    lead(&["connection"], &["/connections"], &["/custom-connections/{}"]),
    lead(&["workspace", "product"], &["/workspaces"], &["/workspaces"]),
    lead(&["framework"], &["/workspaces/{workspace}/frameworks"], &["/workspaces/{workspace}/frameworks"]),
    lead(&["requirement"], &["/frameworks/requirements"], &["/workspaces/{workspace}/framework-requirements"]),
    lead(&["control"], &["/workspaces/{workspace}/controls/{}"], &["/workspaces/{workspace}/controls/{}"]),
    lead(
        &["evidence", "report", "evidencelibrary"],
        &["/workspaces/{workspace}/evidence-library/{}"],
        &["/workspaces/{workspace}/evidence-library/{}"],
    ),
    lead(&["asset"], &["/assets"], &["/assets/{}"]),
    lead(&["device"], &["/devices/{}"], &["/devices/{}"]),
    lead(&["vendor"], &["/vendors/{}"], &["/vendors/{}"]),
    lead(&["riskregister", "register"], &[], &["/risk-registers/{}"]),
    lead(&["risk"], &[], &["/risk-registers/{register}/risks/{}"]),
    lead(&["task"], &[], &["/workspaces/{workspace}/tasks/{}"]),
    lead(&["event"], &["/events/{}"], &["/events/{}"]),
];

/// Ids of what no operation serves alone: parts of a row, and what other systems call theirs. The leads do not apply.
const OPAQUE: &[&str] = &[
    // Parts of a user or a person.
    "backgroundcheck",
    "compliancecheck",
    "exclusion",
    "identity",
    // Parts of a device or an asset.
    "assetclasstype",
    "identifier",
    // Parts of a vendor, its reviews and its questionnaires.
    "finding",
    "integration",
    "location",
    "response",
    "review",
    "service",
    "trustservicecategory",
    "usercontrol",
    // Parts of a policy and its versions.
    "graceperiodsla",
    "p3matrixsla",
    "policygraceperiodsla",
    "policyp3matrixsla",
    "policyweektimeframesla",
    "reminder",
    "weektimeframesla",
    // Parts of a test, of evidence, of a request, of a role.
    "message",
    "monitorinstance",
    "monitorinstancechecktype",
    "monitorinstanceexclusion",
    "permission",
    "renewalschema",
    "controltestinstance",
    // Parts of a risk and of the figures about risks.
    "category",
    "riskposture",
    "severity",
    "severitycount",
    "ticket",
    // Templates that only Drata knows.
    "evidencetemplate",
    "policytemplate",
    "requirementtemplate",
    "template",
    "testtemplate",
    // What Drata itself or another system calls something.
    "account",
    "assignment",
    "associated",
    "case",
    "caseinvitation",
    "client",
    "company",
    "customframework",
    "catalogproductcandidate",
    "customfieldoption",
    "entry",
    "external",
    "externalticket",
    "feature",
    "manager",
    "organizationalunit",
    "sharedaccount",
    "source",
    "target",
    "unique",
    // Rows that the version lists and never shows alone.
    "part",
];

/// What the literals of a path call the row after them.
const NOUNS: &[(&str, &str)] = &[
    ("workspaces", "workspace"),
    ("evidence-library", "evidence"),
    ("evidence", "evidence"),
    ("external-evidence", "externalevidence"),
    ("artifacts", "artifact"),
    ("version", "version"),
    ("versions", "version"),
    ("monitors", "test"),
    ("monitoring-tests", "test"),
    ("autopilot", "test"),
    ("risk-registers", "register"),
    ("risks", "risk"),
    ("risks-search", "risk"),
    ("policies", "policy"),
    ("policy-versions", "policyversion"),
    ("custom-connections", "connection"),
    ("connections", "connection"),
    ("resources", "customresource"),
    ("personnel", "personnel"),
    ("personnel-search", "personnel"),
    ("users", "user"),
    ("owners", "user"),
    ("controls", "control"),
    ("associated-controls", "control"),
    ("devices", "device"),
    ("vendors", "vendor"),
    ("security-reviews", "securityreview"),
    ("vendor-security-reviews", "securityreview"),
    ("audits", "audit"),
    ("requests", "request"),
    ("frameworks", "framework"),
    ("requirements", "requirement"),
    ("framework-requirements", "requirement"),
    ("events", "event"),
    ("roles", "role"),
    ("groups", "group"),
    ("scoped-personnel-groups", "group"),
    ("tasks", "task"),
    ("assets", "asset"),
    ("documents", "document"),
    ("notes", "note"),
    ("policy-language-versions", "policylanguageversion"),
];

fn noun(literal: &str) -> Option<&'static str> {
    NOUNS.iter().find(|(known, _)| *known == literal).map(|(_, noun)| *noun)
}

/// A row around an id: what it is and its own id.
type Around = Vec<(String, String)>;

/// An id that was found.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Found {
    name: String,
    id: String,
    around: Around,
    at: String,
}

/// The rows that a path names.
fn named_by(path: &str) -> Around {
    let parts: Vec<_> = path.trim_matches('/').split('/').collect();
    let pairs = parts.windows(2).filter(|pair| noun(pair[1]).is_none());
    pairs.filter_map(|pair| Some((noun(pair[0])?.to_owned(), pair[1].to_owned()))).collect()
}

/// Collects the ids in a value; `name` is what the value stands in.
fn collect(value: &Value, name: &str, around: &Around, at: &str, found: &mut Vec<Found>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| collect(item, name, around, at, found)),
        Value::Object(map) => {
            let mut around = around.clone();
            // `policyId`, or a `policy` with an id, says whose version stands beside it.
            let beside = map.iter().filter_map(|(property, value)| match property.strip_suffix("Id") {
                Some(stem) => Some((singular(stem), walk::id_text(value)?)),
                None => Some((singular(property), walk::id_text(value.get("id")?)?)),
            });
            around.splice(0..0, beside);
            if let Some(id) = map.get("id").and_then(walk::id_text) {
                let row = Found { name: name.to_owned(), id: id.clone(), around: around.clone(), at: at.to_owned() };
                // An owner is a user: what is below it is a user's.
                let meant = row.lead().map_or(name, |lead| lead.names[0].rsplit('.').next().unwrap_or(name));
                around.push((meant.to_owned(), id));
                found.push(row);
            }
            for (property, value) in map.iter().filter(|(property, _)| *property != "id") {
                let at = format!("{at}.{property}");
                let stem = property.strip_suffix("Ids").or_else(|| property.strip_suffix("Id"));
                let ids: Vec<_> = match (stem, value) {
                    (Some(_), Value::Array(items)) => items.iter().filter_map(walk::id_text).collect(),
                    (Some(_), value) => walk::id_text(value).into_iter().collect(),
                    (None, _) => Vec::new(),
                };
                let stem = singular(stem.unwrap_or(property));
                for id in ids {
                    found.push(Found { name: stem.clone(), id, around: around.clone(), at: at.clone() });
                }
                // `testIds: {passing, failing}`: ids that are sorted by something.
                if let (true, Value::Object(sorted)) = (property.ends_with("Ids"), value) {
                    for (name, items) in sorted.iter().filter(|(name, _)| !name.ends_with("Ids")) {
                        let ids = items.as_array().into_iter().flatten().filter_map(walk::id_text);
                        found.extend(ids.map(|id| Found {
                            name: stem.clone(),
                            id,
                            around: around.clone(),
                            at: format!("{at}.{name}"),
                        }));
                    }
                }
                let inner = if matches!(property.as_str(), "data" | "requests") { name.to_owned() } else { stem };
                collect(value, &inner, &around, &at, found);
            }
        }
        _ => {}
    }
}

fn singular(name: &str) -> String {
    let lower = name.to_ascii_lowercase();
    match lower.strip_suffix("ies") {
        Some(stem) => format!("{stem}y"),
        None => lower.strip_suffix('s').map_or(lower.clone(), str::to_owned),
    }
}

impl Found {
    /// The lead whose name ends this one's, with what is around it where the lead asks for that.
    fn lead(&self) -> Option<&'static Lead> {
        if OPAQUE.contains(&self.name.as_str()) {
            return None;
        }
        let is_meant = |name: &str| match name.split_once('.') {
            Some((outer, inner)) => {
                self.name == inner && self.around.last().is_some_and(|(name, _)| name.ends_with(outer))
            }
            None => self.name.ends_with(name),
        };
        LEADS.iter().find(|lead| lead.names.iter().any(|name| is_meant(name)))
    }

    /// The paths that may have the row: where the context does not name a workspace, any may.
    fn targets(&self, version: &Version, workspaces: u64) -> Vec<String> {
        let Some(lead) = self.lead() else { return Vec::new() };
        let mut targets = Vec::new();
        for template in lead.templates(version) {
            let around = |name: &str| {
                let mut rows = self.around.iter().rev().filter(|(known, _)| known.ends_with(name));
                rows.next().map(|(_, id)| id.clone())
            };
            let mut filled = vec![String::new()];
            for part in template.trim_start_matches('/').split('/') {
                let choices = match part.strip_prefix('{').and_then(|part| part.strip_suffix('}')) {
                    Some("") => vec![self.id.replace('/', "%2F")],
                    Some("workspace") => match around("workspace") {
                        Some(id) => vec![id],
                        None => (1..=workspaces).map(|number| number.to_string()).collect(),
                    },
                    // An account has few.
                    Some("register") => {
                        around("register").map_or_else(|| (1..=3).map(|id| id.to_string()).collect(), |id| vec![id])
                    }
                    Some(name) => around(name).into_iter().collect(),
                    None => vec![part.to_owned()],
                };
                filled = filled
                    .iter()
                    .flat_map(|start| choices.iter().map(move |choice| format!("{start}/{choice}")))
                    .collect();
            }
            let query = version.query(&walk::shape_of(template));
            targets.extend(filled.into_iter().map(|path| format!("{path}?{query}")));
        }
        targets
    }
}

/// Looks paths up once.
struct Follower<'a> {
    api: &'a Api,
    version: &'a Version,
    seen: HashMap<String, Option<Value>>,
}

impl Follower<'_> {
    async fn get(&mut self, path: &str) -> Option<Value> {
        if let Some(known) = self.seen.get(path) {
            return known.clone();
        }
        let (status, body) = self.api.try_get(&format!("{}{path}", self.version.root)).await;
        let body = (status == 200).then_some(body);
        self.seen.insert(path.to_owned(), body.clone());
        body
    }

    /// Whether a list has a row of this id, on any page.
    async fn lists(&mut self, path: &str, id: &str) -> bool {
        let (size, mut page, mut cursor) = (if self.version.name == "v1" { "limit=50" } else { "size=500" }, 1, None);
        loop {
            let place = cursor.map_or(format!("page={page}"), |cursor: String| format!("cursor={cursor}"));
            let Some(body) = self.get(&format!("{path}&{size}&{place}")).await else { return false };
            let rows = walk::rows(&body).cloned().unwrap_or_default();
            if rows.iter().any(|row| row.get("id").and_then(walk::id_text).is_some_and(|known| known == id)) {
                return true;
            }
            cursor = body["pagination"]["cursor"].as_str().map(str::to_owned);
            page += 1;
            if rows.is_empty()
                || (cursor.is_none() && self.version.name == "v2")
                || body.get("page").is_none() && cursor.is_none()
            {
                return false;
            }
        }
    }

    async fn leads_somewhere(&mut self, target: &str, id: &str, single: bool) -> bool {
        if single { self.get(target).await.is_some() } else { self.lists(target, id).await }
    }
}

async fn check(version: &Version, seed: u64, records: u64, nested: u64, workspaces: u64, report: &mut Report) {
    let builder = Sandbox::builder().seed(seed).records(records).nested(nested).workspaces(workspaces);
    let api = Api::new(builder.start().await.expect("a port"));
    let pages = reachable(&api, version, 2).await;
    let mut found = Vec::new();
    for page in &pages {
        // A single row is named by the literal before its parameter, a list by its last literal.
        let mut parts = page.template.rsplit('/').skip_while(|part| part.starts_with('{'));
        let last = parts.next().and_then(noun).unwrap_or("part");
        let above = if page.template.ends_with('}') {
            page.path.rsplit_once('/').map_or("", |(above, _)| above)
        } else {
            &page.path
        };
        collect(&page.body, last, &named_by(above), &page.template, &mut found);
    }
    found.sort();
    found.dedup();
    let mut follower = Follower { api: &api, version, seen: HashMap::new() };
    for found in found {
        let targets = found.targets(version, workspaces);
        if targets.is_empty() && found.lead().is_none() {
            report.opaque.entry(found.name.clone()).or_insert_with(|| format!("{} {}", version.name, found.at));
            continue;
        }
        if targets.is_empty() {
            let lead = found.lead().map(|lead| lead.templates(version).count());
            assert_eq!(lead, Some(0), "nothing around says where {found:?} is");
            continue;
        }
        report.followed += 1;
        let single = found.lead().is_some_and(|lead| lead.templates(version).any(|template| template.contains("{}")));
        let mut alive = false;
        for target in &targets {
            alive = alive || follower.leads_somewhere(target, &found.id, single).await;
        }
        if !alive {
            let key = format!("{} {} ({})", version.name, found.at, found.name);
            let entry = report.dead.entry(key).or_insert((0, format!("{found:?} {targets:?}")));
            entry.0 += 1;
        }
    }
}

#[derive(Default)]
struct Report {
    followed: u32,
    dead: BTreeMap<String, (u32, String)>,
    opaque: BTreeMap<String, String>,
}

#[tokio::test]
async fn every_id_leads_to_a_row() {
    let mut report = Report::default();
    for version in Version::both() {
        for (seed, records, nested, workspaces) in [(1, 10, 3, 1), (7, 14, 4, 2), (42, 5, 12, 3)] {
            check(&version, seed, records, nested, workspaces, &mut report).await;
        }
    }
    let unknown: BTreeSet<_> = report.opaque.iter().filter(|(name, _)| !OPAQUE.contains(&name.as_str())).collect();
    let dead: u32 = report.dead.values().map(|(count, _)| count).sum();
    let lines: Vec<_> =
        report.dead.iter().map(|(at, (count, example))| format!("{count:>5} {at}\n        {example}")).collect();
    assert!(
        dead == 0 && unknown.is_empty(),
        "{dead} of {} ids are dead:\n{}\nnames that nobody has looked at: {unknown:#?}",
        report.followed,
        lines.join("\n"),
    );
    println!("{} ids followed", report.followed);
}
