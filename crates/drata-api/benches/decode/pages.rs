//! Pages of 500 items, written as the service writes them: every field in its place, `null` where there is nothing.

use bytes::Bytes;
use serde_json::{Value, json};

const ITEMS: usize = 500;

/// A page of v1 connections.
pub(crate) fn connections() -> Bytes {
    let items = (0..ITEMS).map(|index| {
        let failed = index % 7 == 0;
        let mut item = format!(r#"{{"id":{index},"clientType":{:?}"#, pick(index, &["GOOGLE", "AWS", "OKTA", "JIRA", "GITHUB"]));
        item += &format!(
            r#","state":{:?},"connected":{},"connectedAt":"2025-07-01T16:45:{:02}.246Z","failedAt":{}"#,
            if failed { "MISCONFIGURED" } else { "ACTIVE" },
            !failed,
            index % 60,
            if failed { r#""2026-03-01T08:00:00.000Z""# } else { "null" },
        );
        item += &format!(
            r#","clientId":"account-{index}.example.com","clientAlias":"Connection {index}","aliasUpdatedAt":null,"deletedAt":null"#
        );
        item += r#","providerTypes":[{"value":"IDENTITY","isEnabled":true},{"value":"MDM","isEnabled":false}]"#;
        item + &format!(r#","code":{},"groupLabel":null}}"#, if failed { "403" } else { "null" })
    });
    let items: Vec<String> = items.collect();
    format!(r#"{{"data":[{}],"page":1,"limit":500,"total":{ITEMS}}}"#, items.join(",")).into()
}

/// A page of v2 vendors.
pub(crate) fn vendors() -> Bytes {
    let items: Vec<String> = (0..ITEMS).map(vendor).collect();
    format!(r#"{{"data":[{}],"pagination":{{"cursor":"b3BhcXVl","totalCount":{ITEMS}}}}}"#, items.join(",")).into()
}

fn vendor(index: usize) -> String {
    let archived = index.is_multiple_of(9);
    let fields: Vec<(&str, Value)> = vec![
        ("id", json!(index)),
        ("name", json!(format!("Vendor {index}"))),
        ("category", json!(pick(index, &["ENGINEERING", "SECURITY", "FINANCE"]))),
        ("risk", json!(pick(index, &["NONE", "LOW", "MODERATE", "HIGH"]))),
        ("type", json!(pick(index, &["VENDOR", "SUPPLIER", "PARTNER"]))),
        ("critical", json!(index.is_multiple_of(3))),
        ("status", json!(if archived { "ARCHIVED" } else { "ACTIVE" })),
        ("location", json!("Lisbon, Portugal")),
        ("url", json!(format!("https://vendor-{index}.example.com"))),
        ("privacyUrl", json!(format!("https://vendor-{index}.example.com/privacy"))),
        ("termsUrl", json!(format!("https://vendor-{index}.example.com/terms"))),
        ("trustCenterUrl", Value::Null),
        ("trustCenterProvider", Value::Null),
        ("servicesProvided", json!("Hosts the build of the product \"and\" its documents")),
        ("dataStored", json!("Names and addresses of customers")),
        ("hasPii", json!(index.is_multiple_of(2))),
        ("passwordPolicy", json!(pick(index, &["SSO", "LDAP", "USERNAME_PASSWORD"]))),
        ("passwordRequiresMinLength", json!(true)),
        ("passwordMinLength", json!(12)),
        ("passwordRequiresNumber", json!(true)),
        ("passwordRequiresSymbol", json!(false)),
        ("passwordMfaEnabled", json!(true)),
        ("contactAtVendor", json!("Ada Example")),
        ("contactsEmail", json!(format!("ada@vendor-{index}.example.com"))),
        ("notes", Value::Null),
        ("logoUrl", json!(format!("https://img.example.com/{index}.png"))),
        ("createdAt", json!("2025-07-01T16:45:55.246Z")),
        ("updatedAt", json!("2026-02-11T09:12:41.000Z")),
        ("isSubProcessor", json!(false)),
        ("isSubProcessorActive", json!(false)),
        ("archivedAt", if archived { json!("2026-01-01T00:00:00.000Z") } else { Value::Null }),
        ("renewalDate", json!("2027-01-31")),
        ("renewalScheduleType", json!("ONE_YEAR")),
        ("renewalDateStatus", json!("COMPLETED")),
        ("confirmedAt", Value::Null),
        ("sharedAccountId", Value::Null),
        ("isDrataUser", json!(false)),
        ("events", json!(index % 4)),
        ("cost", json!("1200000")),
        ("operationalImpact", Value::Null),
        ("environmentAccess", Value::Null),
        ("impactLevel", Value::Null),
        ("dataAccessedOrProcessedList", json!(["CUSTOMER_DATA", "FINANCIAL"])),
    ];
    let fields: Vec<String> = fields.into_iter().map(|(name, value)| format!("{name:?}:{value}")).collect();
    format!("{{{}}}", fields.join(","))
}

fn pick(index: usize, values: &[&'static str]) -> &'static str {
    values[index % values.len()]
}
