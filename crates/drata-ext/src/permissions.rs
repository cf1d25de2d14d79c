//! Which permissions a program needs.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use drata_api::OperationMeta;

/// A permission of an API key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct Permission {
    /// Its name in the web application, such as `Connections: List Connections`.
    pub name: &'static str,
    /// Its machine name, such as `connections-get`.
    pub id: &'static str,
}

/// The minimal set of permissions for some operations, and the plan features they need.
///
/// Its `Display` is a list to tick off while creating a key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Permissions {
    permissions: BTreeSet<Permission>,
    entitlements: BTreeSet<&'static str>,
}

/// Returns the minimal set of permissions that a key needs for `operations`.
///
/// ```
/// use drata_ext::{v1, v2};
///
/// let needed = drata_ext::permissions([&v1::connections::meta::LIST, &v2::workspaces::meta::LIST]);
/// assert_eq!(
///     needed.to_string(),
///     "Connections: List Connections (connections-get)\nWorkspaces: List Workspaces (workspaces-get)",
/// );
/// ```
pub fn permissions(operations: impl IntoIterator<Item = &'static OperationMeta>) -> Permissions {
    let mut needed = Permissions::default();
    for operation in operations {
        if !operation.permission.is_empty() {
            needed.permissions.insert(Permission { name: operation.permission_name, id: operation.permission });
        }
        needed.entitlements.extend(operation.entitlement);
    }
    needed
}

impl Permissions {
    /// Returns the permissions, by name.
    pub fn iter(&self) -> impl Iterator<Item = Permission> {
        self.permissions.iter().copied()
    }

    /// Returns the plan features, such as `RISK_MANAGEMENT`.
    pub fn entitlements(&self) -> impl Iterator<Item = &'static str> {
        self.entitlements.iter().copied()
    }

    /// Whether the permission with the machine name `id` is among them.
    pub fn contains(&self, id: &str) -> bool {
        self.permissions.iter().any(|permission| permission.id == id)
    }

    /// Returns how many permissions there are.
    pub fn len(&self) -> usize {
        self.permissions.len()
    }

    /// Whether no permission is needed.
    pub fn is_empty(&self) -> bool {
        self.permissions.is_empty()
    }
}

impl fmt::Display for Permissions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let permissions = self.permissions.iter().map(|permission| format!("{} ({})", permission.name, permission.id));
        let features = self.entitlements.iter().map(|entitlement| format!("plan feature {entitlement}"));
        f.write_str(&permissions.chain(features).collect::<Vec<_>>().join("\n"))
    }
}

/// Remembers the operations that a client called.
#[derive(Clone, Debug, Default)]
pub(crate) struct Recorder(Arc<Mutex<BTreeMap<&'static str, &'static OperationMeta>>>);

impl Recorder {
    pub(crate) fn record(&self, operation: &'static OperationMeta) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(operation.operation_id, operation);
    }

    pub(crate) fn permissions(&self) -> Permissions {
        permissions(self.0.lock().unwrap_or_else(PoisonError::into_inner).values().copied())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn features_alone_begin_with_the_first_of_them() {
        let needed = Permissions { entitlements: BTreeSet::from(["A", "B"]), ..Permissions::default() };
        assert_eq!(needed.to_string(), "plan feature A\nplan feature B");
    }
}
