//! What a person would believe on a screenshot: dates in order, addresses that belong to names, totals that are those of the
//! lists, one current version, most things in order.

#[path = "support/api.rs"]
mod api;
#[path = "support/walk.rs"]
mod walk;

use std::collections::BTreeMap;

use api::Api;
use drata_sandbox::Sandbox;
use serde_json::{Map, Value, json};
use walk::{Version, reachable};

/// Endings of dates in the order in which they come in the life of a row.
const ORDER: &[&[&str]] = &[
    &["createdAt", "requestedAt", "dateSent"],
    &["startDate", "startedAt"],
    &["connectedAt", "identifiedAt"],
    &["approvedAt"],
    &["publishedAt"],
    &["completedAt", "completionDate", "acceptedAt"],
    &["failedAt", "failedSince"],
    &["archivedAt", "separatedAt", "separationDate"],
    &["updatedAt"],
    &["renewalDate", "reviewDeadlineAt", "expirationDate", "expiresAt", "dueDate"],
];

/// The day after the last one of seeded data.
const LAST_DAY: &str = "2026-01-01";

/// States that mean that a row is no longer in use, and the dates that say since when.
const ENDS: &[(&str, &str, &str)] = &[
    ("status", "ARCHIVED", "archivedAt"),
    ("employmentStatus", "FORMER", "separatedAt"),
    ("employmentStatus", "FORMER", "separationDate"),
];

#[derive(Default)]
struct Report {
    rows: u32,
    wrong: BTreeMap<String, (u32, String)>,
}

impl Report {
    fn note(&mut self, at: &str, what: &str, row: &Map<String, Value>) {
        let example = Value::Object(
            row.iter()
                .filter(|(_, value)| !value.is_object() && !value.is_array())
                .map(|(name, value)| (name.clone(), value.clone()))
                .collect(),
        );
        self.wrong.entry(format!("{at}: {what}")).or_insert((0, example.to_string())).0 += 1;
    }

    fn visit(&mut self, at: &str, value: &Value) {
        match value {
            Value::Array(items) => items.iter().for_each(|item| self.visit(at, item)),
            Value::Object(map) => {
                self.rows += 1;
                self.check(at, map);
                for (name, value) in map {
                    self.visit(&format!("{at}.{name}"), value);
                }
            }
            _ => {}
        }
    }

    fn check(&mut self, at: &str, row: &Map<String, Value>) {
        let dates: Vec<_> = ORDER
            .iter()
            .enumerate()
            .flat_map(|(place, names)| {
                names
                    .iter()
                    .filter_map(move |name| Some((place, *name, row.get(*name)?.as_str()?.get(..10)?.to_owned())))
            })
            .collect();
        // What has passed was set before the row was last changed.
        let is_over = |name: &str, date: &str| ["renewalDate", "dueDate"].contains(&name) && date < LAST_DAY;
        for (place, name, date) in &dates {
            for (later, other, after) in &dates {
                if place < later && date > after && !is_over(other, after) {
                    self.note(at, &format!("{name} is after {other}"), row);
                }
            }
        }
        for (state, word, date) in ENDS {
            let (Some(state), Some(date)) = (row.get(*state).and_then(Value::as_str), row.get(*date)) else { continue };
            if state.contains(word) == date.is_null() {
                self.note(at, "its state and the date of its end contradict each other", row);
            }
        }
        let text = |name: &str| row.get(name).and_then(Value::as_str);
        if let (Some(first), Some(last), Some(email)) = (text("firstName"), text("lastName"), text("email")) {
            let plain = |name: &str| {
                name.to_lowercase()
                    .replace(['á'], "a")
                    .replace('é', "e")
                    .replace('í', "i")
                    .replace('ñ', "n")
                    .replace('ö', "o")
            };
            let belongs = email == "ada@example.com" || (email.contains(&plain(first)) && email.contains(&plain(last)));
            if !belongs {
                self.note(at, "the address is another person's", row);
            }
        }
        for (name, list) in row.iter().filter_map(|(name, value)| Some((name, value.as_array()?))) {
            let count = row.get(&format!("{name}Count")).and_then(Value::as_u64);
            if count.is_some_and(|count| count != list.len() as u64) {
                self.note(at, &format!("{name}Count is not how many there are"), row);
            }
            let current = list.iter().filter(|item| item["current"] == true).count();
            if list.iter().any(|item| item.get("current").is_some()) && current != 1 {
                self.note(at, "not one version is current", row);
            }
        }
        for (product, factors) in
            [("score", ["impact", "likelihood"]), ("residualScore", ["residualImpact", "residualLikelihood"])]
        {
            let [Some(product), Some(one), Some(other)] = [product, factors[0], factors[1]].map(|name| row.get(name))
            else {
                continue;
            };
            if product.as_u64() != one.as_u64().zip(other.as_u64()).map(|(one, other)| one * other) {
                self.note(at, "the score is not the product of its factors", row);
            }
        }
        for (name, value) in row.iter().filter(|(name, _)| name.starts_with("is") && name.ends_with("ed")) {
            let at_name = format!("{}{}At", name[2..3].to_lowercase(), &name[3..]);
            let (Some(is_set), Some(since)) = (value.as_bool(), row.get(&at_name)) else { continue };
            if is_set == since.is_null() {
                self.note(at, &format!("{name} and {at_name} contradict each other"), row);
            }
        }
        let is_done = text("status") == Some("COMPLETED");
        if text("decision").is_some_and(|decision| is_done == (decision == "PENDING")) {
            self.note(at, "its state and its decision contradict each other", row);
        }
        for (name, date) in ["renewalDate", "dueDate"].into_iter().filter_map(|name| Some((name, text(name)?))) {
            let is_over =
                matches!(text("status").or(text("renewalDateStatus")), Some("EXPIRED" | "PAST_DUE" | "RENEWAL_DUE"));
            if is_over && date >= LAST_DAY {
                self.note(at, &format!("its {name} is over and to come"), row);
            }
        }
        if text("state") == Some("ACTIVE") && row.get("connectedAt").is_some_and(Value::is_null) {
            self.note(at, "it is connected and never was", row);
        }
        let (all, failing) = (row.get("totalQuestions"), row.get("totalQuestionsAnswered"));
        if let (Some(all), Some(answered)) = (all.and_then(Value::as_u64), failing.and_then(Value::as_u64))
            && (answered > all || all > 0 && (row["isCompleted"] == true) != (answered == all))
        {
            self.note(at, "answered questions and their number contradict each other", row);
        }
        let (all, failing) = (row.get("devicesCount"), row.get("devicesFailingComplianceCount"));
        if let (Some(all), Some(failing)) = (all.and_then(Value::as_u64), failing.and_then(Value::as_u64))
            && failing > all
        {
            self.note(at, "more devices fail than there are", row);
        }
        if let (Some(connected), Some(state)) = (row.get("connected").and_then(Value::as_bool), text("state"))
            && connected != (state == "ACTIVE")
        {
            self.note(at, "connected and state contradict each other", row);
        }
    }
}

#[tokio::test]
async fn rows_can_be_believed() {
    let mut report = Report::default();
    for version in Version::both() {
        for seed in [1, 7] {
            let builder = Sandbox::builder().seed(seed).records(20).nested(4);
            let api = Api::new(builder.start().await.expect("a port"));
            for page in reachable(&api, &version, 2).await {
                report.visit(&format!("{} {}", version.name, page.template), &page.body);
            }
        }
    }
    let wrong: u32 = report.wrong.values().map(|(count, _)| count).sum();
    let lines: Vec<_> = report
        .wrong
        .iter()
        .map(|(what, (count, example))| format!("{count:>5} {what}\n      {example:.300}"))
        .collect();
    assert!(report.rows > 10_000, "only {} objects were looked at", report.rows);
    assert!(lines.is_empty(), "{wrong} contradictions in {} objects:\n{}", report.rows, lines.join("\n"));
}

#[tokio::test]
async fn totals_are_those_of_the_lists() {
    let api = Api::new(Sandbox::builder().records(30).start().await.expect("a port"));
    let control = api.get("/v2/workspaces/1/controls/3?expand[]=owners").await;
    let owners = api.get("/v2/workspaces/1/controls/3/owners?size=500&includeTotalCount=true").await;
    assert_eq!(control["owners"]["totalCount"], owners["pagination"]["totalCount"]);
    let shown: Vec<_> =
        control["owners"]["data"].as_array().expect("rows").iter().map(|row| row["id"].clone()).collect();
    let listed: Vec<_> = owners["data"].as_array().expect("rows").iter().map(|row| row["id"].clone()).collect();
    assert_eq!(shown, listed[..shown.len()]);
    // They still agree when one goes.
    let gone = listed[0].clone();
    assert_eq!(api.send("DELETE", &format!("/v2/workspaces/1/controls/3/owners/{gone}")).await.status(), 200);
    let control = api.get("/v2/workspaces/1/controls/3?expand[]=owners").await;
    assert_eq!(control["owners"]["totalCount"].as_u64(), Some(listed.len() as u64 - 1));
    assert!(!control["owners"]["data"].as_array().expect("rows").iter().any(|row| row["id"] == gone));
}

#[tokio::test]
async fn most_things_are_in_order() {
    let api = Api::new(Sandbox::builder().records(200).start().await.expect("a port"));
    for (path, field, usual) in [
        ("/connections?limit=50", "state", "ACTIVE"),
        ("/v2/vendors?size=200", "status", "ACTIVE"),
        ("/v2/personnel?size=200", "employmentStatus", "CURRENT_EMPLOYEE"),
        ("/v2/workspaces/1/monitoring-tests?size=200", "checkResultStatus", "PASSED"),
    ] {
        let list = api.get(path).await;
        let rows = list["data"].as_array().expect("rows");
        let good = rows.iter().filter(|row| row[field] == usual).count();
        assert!(2 * good >= rows.len() && good < rows.len(), "{path}: {good} of {}", rows.len());
    }
}

/// All rows of a list of version 2.
async fn all(api: &Api, path: &str) -> Vec<Value> {
    let joint = if path.contains('?') { '&' } else { '?' };
    let (mut rows, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = api.get(&format!("{path}{joint}size=500{cursor}")).await;
        rows.extend(page["data"].as_array().expect("rows").iter().cloned());
        match page["pagination"]["cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return rows,
        }
    }
}

fn count(rows: &[Value], is_meant: impl Fn(&Value) -> bool) -> u64 {
    rows.iter().filter(|row| is_meant(row)).count() as u64
}

/// Adds what a figure says and what the rows say, where they differ.
fn hold(wrong: &mut Vec<String>, what: &str, said: &Value, counted: u64) {
    if said.as_u64() != Some(counted) {
        wrong.push(format!("{what}: says {said}, the rows say {counted}"));
    }
}

/// What a vendor is counted under.
fn key_of(value: &Value) -> Vec<String> {
    match value {
        Value::Null => vec!["NONE".into(), "None".into(), "UNSCORED".into()],
        Value::Bool(true) => vec!["true".into(), "Yes".into()],
        Value::Bool(false) => vec!["false".into(), "No".into()],
        Value::String(text) => vec![text.clone()],
        other => vec![other.to_string()],
    }
}

/// Recounts every figure that a response shows from the rows that the lists show.
async fn recount(api: &Api) -> Vec<String> {
    const SCOPES: &[(&str, &str)] = &[
        ("reminder", "renewalDateStatus"),
        ("hasPii", "hasPii"),
        ("businessUnits", "category"),
        ("passwordPolicy", "passwordPolicy"),
        ("status", "status"),
        ("isCritical", "critical"),
        ("isSubProcessor", "isSubProcessor"),
        ("type", "type"),
        ("risk", "risk"),
        ("impactLevel", "impactLevel"),
    ];
    let mut wrong = Vec::new();
    let vendors = all(api, "/v2/vendors").await;
    let current: Vec<_> = vendors.iter().filter(|vendor| vendor["archivedAt"].is_null()).cloned().collect();
    let asked: String = SCOPES.iter().map(|(scope, _)| format!("&expand[]={scope}")).collect();
    for (path, rows, amount) in [
        (format!("/v2/vendors-stats?includeArchived=false{asked}"), &current, "count"),
        (format!("/v2/vendors-stats?includeArchived=true{asked}"), &vendors, "count"),
        ("/vendors/stats".to_owned(), &vendors, "amount"),
    ] {
        let stats = api.get(&path).await;
        for (scope, field) in SCOPES {
            let buckets = stats[scope].as_array().unwrap_or_else(|| panic!("{path} has no {scope}"));
            for bucket in buckets {
                let key = key_of(&bucket["key"]).remove(0);
                let counted = count(rows, |row| key_of(&row[*field]).contains(&key));
                hold(&mut wrong, &format!("{path} {scope} {key}"), &bucket[amount], counted);
            }
            let told: u64 = buckets.iter().filter_map(|bucket| bucket[amount].as_u64()).sum();
            let valued = count(rows, |row| !row[*field].is_null());
            assert!(told >= valued, "{path} {scope}: {told} of {valued} vendors are counted");
        }
    }
    for register in all(api, "/v2/risk-registers").await.iter().take(2) {
        let path = format!("/v2/risk-registers/{}", register["id"]);
        let risks = all(api, &format!("{path}/risks?expand[]=categories")).await;
        let said = api.get(&format!("{path}/insights")).await;
        let is_scored = |risk: &Value| risk["impact"].is_u64() && risk["likelihood"].is_u64();
        hold(&mut wrong, &format!("{path} scored"), &said["scored"], count(&risks, is_scored));
        hold(&mut wrong, &format!("{path} remaining"), &said["remaining"], count(&risks, |risk| !is_scored(risk)));
        for cell in said["riskHeatmap"].as_array().expect("cells") {
            let is_here = |risk: &Value| risk["impact"] == cell["impact"] && risk["likelihood"] == cell["likelihood"];
            hold(&mut wrong, &format!("{path} {cell}"), &cell["total"], count(&risks, is_here));
        }
        for (plan, told) in said["treatmentOverview"].as_object().expect("plans") {
            let is_so = |risk: &Value| risk["treatmentPlan"].as_str().is_some_and(|own| own.to_lowercase() == *plan);
            hold(&mut wrong, &format!("{path} {plan}"), told, count(&risks, is_so));
        }
        let sum = |bands: &Value| -> u64 {
            bands.as_array().into_iter().flatten().filter_map(|band| band["count"].as_u64()).sum()
        };
        hold(&mut wrong, &format!("{path} posture"), &sum(&said["riskPosture"]).into(), count(&risks, is_scored));
        let months = said["riskOverTime"].as_array().expect("months").iter();
        let over_time: u64 = months.map(|month| sum(&month["severityCounts"])).sum();
        hold(&mut wrong, &format!("{path} over time"), &over_time.into(), count(&risks, is_scored));
        for part in said["categoryBreakdown"].as_array().expect("categories") {
            let has_it = |risk: &Value| {
                let categories = risk["categories"].as_array().into_iter().flatten();
                is_scored(risk) && categories.into_iter().any(|category| category["id"] == part["category"]["id"])
            };
            let what = format!("{path} category {}", part["category"]["id"]);
            hold(&mut wrong, &what, &sum(&part["severity"]).into(), count(&risks, has_it));
        }
    }
    let people = all(api, "/v2/personnel").await;
    let scope = all(api, "/v2/workspaces/1/scoped-personnel-groups").await;
    let counts = api.get("/v2/workspaces/1/scoped-personnel-counts").await;
    hold(&mut wrong, "personnel", &counts["totalPersonnelCount"], people.len() as u64);
    let workspaces = all(api, "/v2/workspaces").await;
    assert_eq!(workspaces[0]["scopedPersonnelCount"], counts["scopedPersonnelCount"]);
    assert!(!scope.is_empty(), "no group is in scope");
    let requirements = all(api, "/v2/workspaces/1/framework-requirements").await;
    let archived = requirements.iter().filter(|requirement| requirement["archivedAt"].is_string());
    let out_of_scope: Vec<_> = archived.map(|requirement| requirement["id"].clone()).collect();
    for framework in all(api, "/v2/workspaces/1/frameworks").await.iter().take(2) {
        let path = format!("/v2/workspaces/1/frameworks/{}/requirements", framework["id"]);
        let (mut in_scope, mut ready, mut controls) = (0, 0, BTreeMap::new());
        for requirement in all(api, &path).await {
            if out_of_scope.contains(&requirement["id"]) {
                continue;
            }
            let own = all(api, &format!("{path}/{}/controls", requirement["id"])).await;
            let own: Vec<_> = own.into_iter().filter(|control| control["archivedAt"].is_null()).collect();
            in_scope += 1;
            ready += u64::from(own.iter().all(|control| control["isReady"] == true));
            controls.extend(own.into_iter().map(|control| (control["id"].to_string(), ())));
        }
        hold(&mut wrong, &path, &framework["numInScopeRequirements"], in_scope);
        hold(&mut wrong, &format!("{path} ready"), &framework["numReadyInScopeRequirements"], ready);
        hold(&mut wrong, &format!("{path} controls"), &framework["numInScopeControls"], controls.len() as u64);
        hold(
            &mut wrong,
            &format!("{path} isReady"),
            &u64::from(framework["isReady"] == true).into(),
            u64::from(ready == in_scope),
        );
    }
    for (path, list) in [("/v2/devices", "apps"), ("/devices", "apps")] {
        let page = api.get(&format!("{path}?{}", if path.len() > 8 { "size=50" } else { "limit=50" })).await;
        for device in page["data"].as_array().expect("devices").iter().take(4) {
            let below = format!("{path}/{}/{list}", device["id"]);
            let (status, rows) = api.try_get(&below).await;
            let total = rows["total"].as_u64().or(rows["data"].as_array().map(|rows| rows.len() as u64));
            if let (200, Some(total), true) = (status, total, device["appsCount"].is_u64()) {
                hold(&mut wrong, &below, &device["appsCount"], total);
            }
        }
    }
    let personnel = api.get("/personnel?limit=50").await;
    for person in personnel["data"].as_array().expect("people") {
        let devices = person["devices"].as_array().cloned().unwrap_or_default();
        let failing = count(&devices, |device| device["isDeviceCompliant"] == false);
        let is_told = person["devicesFailingComplianceCount"].is_u64();
        if is_told && person["devicesCount"].as_u64() == Some(devices.len() as u64) {
            hold(&mut wrong, &format!("person {}", person["id"]), &person["devicesFailingComplianceCount"], failing);
        }
    }
    wrong
}

#[tokio::test]
async fn figures_are_counted_from_the_rows() {
    for seed in [1, 11] {
        let api = Api::new(Sandbox::builder().seed(seed).records(24).nested(4).start().await.expect("a port"));
        let wrong = recount(&api).await;
        assert!(wrong.is_empty(), "seed {seed}, {} figures:\n{}", wrong.len(), wrong.join("\n"));
        for (method, path, body) in [
            ("PUT", "/v2/vendors/3", json!({"status": "ARCHIVED", "isSubProcessor": false, "risk": "HIGH"})),
            ("POST", "/v2/vendors", json!({"name": "New", "type": "CONTRACTOR"})),
            ("PUT", "/v2/risk-registers/1/risks/2", json!({"impact": 5, "likelihood": 5, "treatmentPlan": "AVOID"})),
            ("PUT", "/v2/risk-registers/1/risks/3", json!({"impact": 1, "likelihood": 2})),
            ("DELETE", "/v2/risk-registers/1/risks/4", Value::Null),
        ] {
            let request = api.request(method, path);
            let request = if body.is_null() { request } else { request.json(&body) };
            let (status, said) = api::answer(request.send().await.expect("an answer")).await;
            assert!(status < 300, "{method} {path}: {status} {said}");
        }
        let wrong = recount(&api).await;
        assert!(wrong.is_empty(), "seed {seed} after writes, {} figures:\n{}", wrong.len(), wrong.join("\n"));
    }
}
