//! Reading the model: names, types, operations, identifiers, areas, in this order.

mod areas;
mod ids;
mod naming;
mod operations;
mod oracle;
mod types;

use super::Api;
use crate::diagnosis::Findings;
use crate::document::Document;
use crate::names::Table;
use crate::version::Version;
use naming::Names;
use oracle::Oracle;

/// Reads the model of the plain document. Names that the table lacks are added to it.
///
/// `None` when something has no faithful form; the findings say what.
pub(crate) fn read(
    (version, module): (Version, &str),
    plain: &Document,
    wire: Document,
    table: &mut Table,
    found: &mut Findings,
) -> Option<Api> {
    let oracle = Oracle::ask(plain, found);
    let mut names = Names::give(plain, table, found);
    let oracle = oracle?;
    let mut types = types::read(plain, &oracle, &names);
    let mut operations = operations::read(module, plain, &oracle, &names, &types);
    let ids = ids::assign(&mut names, table, &mut types, &mut operations);
    let areas = areas::gather(module, plain, &names, &mut types, operations);
    let mut api = Api { version, module: module.to_owned(), areas, types, ids, wire };
    areas::place_ids(&mut api);
    Some(api)
}
