//! Lists filter, sort and page as documented.

#[path = "support/api.rs"]
mod api;

use api::{Api, ids};
use drata_sandbox::Sandbox;
use serde_json::Value;

async fn with(records: u64) -> Api {
    Api::new(Sandbox::builder().records(records).seed(7).start().await.expect("a port"))
}

#[tokio::test]
async fn numbered_pages_cover_every_row_once() {
    let api = Api::new(Sandbox::builder().connections(230).start().await.expect("a port"));
    let mut all = Vec::new();
    for page in 1..=5 {
        let list = api.get(&format!("/connections?limit=50&page={page}")).await;
        assert_eq!((&list["total"], &list["page"], &list["limit"]), (&230.into(), &page.into(), &50.into()));
        all.extend(ids(&list));
    }
    assert_eq!(all, (1..=230).collect::<Vec<_>>());
    let beyond = api.get("/connections?limit=50&page=6").await;
    assert_eq!(beyond["data"].as_array().map(Vec::len), Some(0));
    assert_eq!(beyond["total"], 230);
    assert_eq!(api.get("/connections").await["data"].as_array().map(Vec::len), Some(20));
}

/// Follows the cursors of a list to its end.
async fn walk(api: &Api, path: &str) -> Vec<u64> {
    let (mut all, mut cursor) = (Vec::new(), String::new());
    loop {
        let list = api.get(&format!("{path}{cursor}")).await;
        all.extend(ids(&list));
        match list["pagination"]["cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return all,
        }
    }
}

#[tokio::test]
async fn cursors_cover_every_row_once_in_either_order() {
    let api = with(120).await;
    assert_eq!(walk(&api, "/v2/vendors?size=50").await, (1..=120).collect::<Vec<_>>());
    let mut sorted = walk(&api, "/v2/vendors?size=7&sort=createdAt&sortDir=DESC").await;
    sorted.sort_unstable();
    assert_eq!(sorted, (1..=120).collect::<Vec<_>>());
}

#[tokio::test]
async fn nested_lists_of_rows_that_live_elsewhere_page_too() {
    let api = Api::new(Sandbox::builder().records(30).nested(12).start().await.expect("a port"));
    for control in [1, 2, 3, 29] {
        let path = format!("/v2/workspaces/1/controls/{control}/owners?size=5");
        let mut owners = walk(&api, &path).await;
        assert_eq!(owners.len(), 12, "{owners:?}");
        owners.dedup();
        assert_eq!(owners.len(), 12);
    }
}

#[tokio::test]
async fn a_row_that_goes_between_two_pages_costs_no_other() {
    let api = with(30).await;
    let first = api.get("/v2/vendors?size=10").await;
    let cursor = first["pagination"]["cursor"].as_str().expect("a cursor");
    for gone in [3, 10, 12] {
        assert_eq!(api.send("DELETE", &format!("/v2/vendors/{gone}")).await.status(), 204);
    }
    let second = api.get(&format!("/v2/vendors?size=10&cursor={cursor}")).await;
    assert_eq!(ids(&second), [11, 13, 14, 15, 16, 17, 18, 19, 20, 21]);
}

#[tokio::test]
async fn a_cursor_is_good_for_its_own_list_only() {
    let api = with(30).await;
    let first = api.get("/v2/vendors?size=10").await;
    let cursor = first["pagination"]["cursor"].as_str().expect("a cursor");
    assert_eq!(api.try_get(&format!("/v2/vendors?size=20&cursor={cursor}")).await.0, 200);
    assert_eq!(api.try_get(&format!("/v2/users?cursor={cursor}")).await.0, 400);
    assert_eq!(api.try_get(&format!("/v2/vendors?sortDir=DESC&cursor={cursor}")).await.0, 400);
    assert_eq!(api.try_get("/v2/vendors?cursor=nonsense").await.0, 400);
}

#[tokio::test]
async fn the_total_comes_with_the_first_page_when_it_is_asked_for() {
    let api = with(30).await;
    assert!(api.get("/v2/vendors?size=10").await["pagination"].get("totalCount").is_none());
    let first = api.get("/v2/vendors?size=10&includeTotalCount=true").await;
    assert_eq!(first["pagination"]["totalCount"], 30);
    let cursor = first["pagination"]["cursor"].as_str().expect("a cursor");
    let second = api.get(&format!("/v2/vendors?size=10&includeTotalCount=true&cursor={cursor}")).await;
    assert!(second["pagination"].get("totalCount").is_none());
}

fn all_are(list: &Value, field: &str, wanted: &str) -> bool {
    let rows = list["data"].as_array().expect("rows");
    !rows.is_empty() && rows.iter().all(|row| row[field] == wanted)
}

#[tokio::test]
async fn filters_keep_what_they_name() {
    let api = with(200).await;
    let every = ["ACTIVE", "MISCONFIGURED", "CONFIGURED_PENDING_CONFIRMATION", "IN_PROGRESS"];
    let mut total = 0;
    for state in every {
        let list = api.get(&format!("/connections?limit=50&state={state}")).await;
        assert!(all_are(&list, "state", state), "{state}: {list}");
        total += list["total"].as_u64().expect("a total");
    }
    assert_eq!(total, 200);

    let list = api.get("/connections?limit=50&providerTypes=IDENTITY&providerTypes=HRIS").await;
    let rows = list["data"].as_array().expect("rows");
    assert!(!rows.is_empty());
    for row in rows {
        let types = row["providerTypes"].as_array().expect("types");
        assert!(types.iter().any(|one| one["value"] == "IDENTITY" || one["value"] == "HRIS"), "{row}");
    }

    let list = api.get("/v2/vendors?status[]=ACTIVE&status=ACTIVE").await;
    assert!(all_are(&list, "status", "ACTIVE"));
    let all = api.get("/vendors?q=cobalt").await;
    assert!(all["total"].as_u64().is_some_and(|total| total > 0 && total < 200), "{}", all["total"]);
}

#[tokio::test]
async fn failed_connections_say_since_when_and_no_others_do() {
    let api = with(200).await;
    let mut page = 1;
    let mut failed = 0;
    loop {
        let list = api.get(&format!("/connections?limit=50&page={page}")).await;
        let rows = list["data"].as_array().expect("rows").clone();
        if rows.is_empty() {
            break;
        }
        for row in rows {
            assert_eq!(row["connected"], row["state"] == "ACTIVE", "{row}");
            assert_eq!(!row["failedAt"].is_null(), row["state"] == "MISCONFIGURED", "{row}");
            failed += u32::from(!row["failedAt"].is_null());
        }
        page += 1;
    }
    assert!(failed > 10, "{failed}");
}

#[tokio::test]
async fn sorting_follows_the_property() {
    let api = with(100).await;
    let list = api.get("/vendors?limit=50&sort=NAME&sortDir=ASC").await;
    let names: Vec<_> = list["data"].as_array().expect("rows").iter().map(|row| row["name"].to_string()).collect();
    assert!(names.is_sorted_by_key(|name| name.to_lowercase()), "{names:?}");
    let list = api.get("/v2/vendors?size=50&sort=createdAt&sortDir=DESC").await;
    let dates: Vec<_> = list["data"].as_array().expect("rows").iter().map(|row| row["createdAt"].to_string()).collect();
    assert!(dates.is_sorted_by(|a, b| a >= b), "{dates:?}");
}

#[tokio::test]
async fn what_needs_to_be_expanded_is_absent_until_it_is() {
    let api = with(20).await;
    let plain = api.get("/v2/personnel").await;
    assert!(plain["data"].as_array().expect("rows").iter().all(|row| row.get("user").is_none()));
    let expanded = api.get("/v2/personnel?expand[]=user").await;
    let rows = expanded["data"].as_array().expect("rows");
    assert!(rows.iter().any(|row| row["user"]["email"].is_string()), "{expanded}");
    assert!(rows.iter().all(|row| row.get("complianceChecks").is_none()));
}

#[tokio::test]
async fn rows_make_sense_together() {
    let api = with(50).await;
    let users = api.get("/v2/users").await;
    for user in &users["data"].as_array().expect("rows")[1..] {
        let email = user["email"].as_str().expect("an address");
        assert!(email.is_ascii() && email.ends_with(".example"), "{email}");
        assert!(user["createdAt"].as_str() <= user["updatedAt"].as_str(), "{user}");
    }
    // The first person is the same for every seed.
    assert_eq!(users["data"][0]["email"], "ada@example.com");
    // A person of personnel is the user of the same number.
    let worker = api.get("/v2/personnel/5?expand[]=user").await;
    let user = api.get("/v2/users/5").await;
    assert_eq!(worker["user"]["email"], user["email"]);
    let by_email = api.get(&format!("/v2/users/email:{}", user["email"].as_str().expect("an address"))).await;
    assert_eq!(by_email["id"], 5);
}

#[tokio::test]
async fn the_same_seed_gives_the_same_rows_and_another_seed_others() {
    let (one, two) = (with(50).await, with(50).await);
    let other = Api::new(Sandbox::builder().records(50).seed(8).start().await.expect("a port"));
    let path = "/vendors?limit=50";
    assert_eq!(one.get(path).await, two.get(path).await);
    assert_ne!(one.get(path).await, other.get(path).await);
}

#[tokio::test]
async fn a_hundred_thousand_rows_cost_nothing_until_they_are_asked_for() {
    let api = with(100_000).await;
    let last = api.get("/connections?limit=50&page=2000").await;
    assert_eq!(ids(&last), (99_951..=100_000).collect::<Vec<_>>());
    assert_eq!(last["total"], 100_000);
}

#[tokio::test]
async fn workspaces_hold_lists_of_their_own() {
    let sandbox = Sandbox::builder().records(10).workspaces(2).start().await.expect("a port");
    let api = Api::new(sandbox);
    assert_eq!(ids(&api.get("/v2/workspaces/2/controls").await), (11..=20).collect::<Vec<_>>());
    assert_eq!(api.try_get("/v2/workspaces/1/controls/15").await.0, 404);
    assert_eq!(api.try_get("/v2/workspaces/2/controls/15").await.0, 200);
    assert_eq!(api.try_get("/v2/workspaces/3/controls").await.0, 404);
}
