//! What a person would believe on a screenshot: dates in order, addresses that belong to names, totals that are those of the
//! lists, one current version, most things in order.

#[path = "support/api.rs"]
mod api;
#[path = "support/walk.rs"]
mod walk;

use std::collections::BTreeMap;

use api::Api;
use drata_sandbox::Sandbox;
use serde_json::{Map, Value};
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
        for (place, name, date) in &dates {
            for (later, other, after) in &dates {
                if place < later && date > after {
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
