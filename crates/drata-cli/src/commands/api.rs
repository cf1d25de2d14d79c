//! `drata api`: a request written by hand, for what the contract does not know.

use clap::{Arg, ArgAction, ArgMatches, Command};
use http::Method;
use serde_json::Value;

use crate::args::globals::Globals;
use crate::failure::Failure;
use crate::interrupt::Interrupt;
use crate::session::Session;

pub(crate) fn command() -> Command {
    Command::new("api")
        .about("A request written by hand, also for what this program does not know")
        .arg(
            Arg::new("method")
                .required(true)
                .value_parser(clap::builder::PossibleValuesParser::new(["GET", "POST", "PUT", "PATCH", "DELETE"]))
                .ignore_case(true)
                .help("The method"),
        )
        .arg(
            Arg::new("path")
                .required(true)
                .help("The path below the region's address, such as /v2/vendors or /controls"),
        )
        .arg(
            Arg::new("query")
                .value_name("NAME=VALUE")
                .num_args(0..)
                .help("Query parameters, such as size=100 or expand[]=customFields"),
        )
        .arg(Arg::new("json").long("json").value_name("FILE|-|JSON").help("The body"))
        .arg(
            Arg::new("paginate")
                .long("paginate")
                .action(ArgAction::SetTrue)
                .help("Every row of a list, page after page"),
        )
}

pub(crate) async fn run(matches: &ArgMatches, globals: &Globals) -> Result<(), Failure> {
    let text = |name: &str| matches.get_one::<String>(name).map(String::as_str).unwrap_or_default();
    let method: Method = text("method").to_uppercase().parse().map_err(|_| Failure::usage("no method"))?;
    let path = text("path").to_owned();
    let mut query = Vec::new();
    let (path, inline) = path.split_once('?').map_or((path.as_str(), ""), |(path, query)| (path, query));
    let pairs = matches.get_many::<String>("query").into_iter().flatten().map(String::as_str);
    for pair in inline.split('&').filter(|pair| !pair.is_empty()).chain(pairs) {
        let Some((name, value)) = pair.split_once('=') else {
            return Err(Failure::usage(format!("{pair:?} is no query parameter: write name=value")));
        };
        query.push((name.to_owned(), value.to_owned()));
    }
    let body = matches.get_one::<String>("json").map(|given| super::call::read_json(given)).transpose()?;
    let session = Session::open(globals).await?;
    let begin = |query: &[(String, String)]| {
        let mut call = session.drata.request(method.clone(), path);
        for (name, value) in query {
            call = call.query(name.clone(), value);
        }
        match &body {
            Some(body) => call.json(body),
            None => call,
        }
    };
    let line = format!("{method} {path}");
    if globals.dry_run {
        use drata_ext::Operation as _;
        let request = begin(&query).call().to_string();
        println_block(&request)?;
        session.screen.note(format!("not sent; it would go to {}", session.account));
        return Ok(());
    }
    if method != Method::GET {
        session.allow_write(&line)?;
        if method == Method::DELETE {
            session.confirm(&format!("{line}\ndeletes this for good")).await?;
        }
    }
    if matches.get_flag("paginate") {
        if method != Method::GET {
            return Err(Failure::usage("--paginate goes with GET alone"));
        }
        return pages(&session, path, query, |query| begin(query)).await;
    }
    let response = begin(&query).send().await?;
    let status = response.status;
    show(&session, &response.body)?;
    if method != Method::GET {
        session.wrote(&format!("{} {line}", status.as_u16())).await;
    }
    Ok(())
}

fn println_block(text: &str) -> Result<(), Failure> {
    use std::io::Write as _;
    let mut out = crate::output::Screen::out();
    writeln!(out, "{}", crate::output::clean::block(text))?;
    Ok(out.flush()?)
}

fn show(session: &Session, bytes: &[u8]) -> Result<(), Failure> {
    use std::io::Write as _;
    if bytes.trim_ascii().is_empty() {
        return Ok(());
    }
    match serde_json::from_slice::<Value>(bytes) {
        Ok(value) => session.screen.show(&value),
        Err(_) => {
            let mut out = crate::output::Screen::out();
            match session.screen.terminal {
                true => out.write_all(crate::output::clean::block(&String::from_utf8_lossy(bytes)).as_bytes())?,
                false => out.write_all(bytes)?,
            }
            Ok(out.flush()?)
        }
    }
}

/// Walks a list that the contract may not know: by cursor below `/v2`, else by number.
async fn pages(
    session: &Session,
    path: &str,
    mut query: Vec<(String, String)>,
    begin: impl Fn(&[(String, String)]) -> drata_ext::RawCall,
) -> Result<(), Failure> {
    let by_cursor = path.starts_with("/v2/");
    let (size, most) = if by_cursor { ("size", "500") } else { ("limit", "50") };
    if !query.iter().any(|(name, _)| name == size) {
        query.push((size.to_owned(), most.to_owned()));
    }
    let mut rows = session.screen.rows(None)?;
    let interrupt = Interrupt::listen();
    let mut seen = std::collections::HashSet::new();
    for number in 1_u64.. {
        if !by_cursor {
            query.retain(|(name, _)| name != "page");
            query.push(("page".to_owned(), number.to_string()));
        }
        let page: Value = tokio::select! {
            page = begin(&query).receive() => page?,
            () = interrupt.wait() => {
                rows.flush()?;
                return Err(Failure::interrupted("interrupted"));
            }
        };
        let Some(items) = rows_of(&page) else {
            return Err(Failure::usage(format!("{path} is no list that --paginate knows: leave it out")));
        };
        for item in items {
            rows.row(item)?;
        }
        if by_cursor {
            let Some(cursor) =
                page.pointer("/pagination/cursor").and_then(Value::as_str).filter(|cursor| !cursor.is_empty())
            else {
                break;
            };
            if !seen.insert(cursor.to_owned()) {
                return Err(Failure::other(format!("the cursor {cursor:?} came twice: the list goes in a circle")));
            }
            query.retain(|(name, _)| name != "cursor");
            query.push(("cursor".to_owned(), cursor.to_owned()));
        } else {
            let limit = page["limit"].as_u64().unwrap_or(50);
            let is_last = page["total"].as_u64().map_or((items.len() as u64) < limit, |total| number * limit >= total);
            if items.is_empty() || is_last {
                break;
            }
        }
    }
    rows.finish()
}

/// The rows of a page: its `data`, itself, or the only array of what looks like a page.
fn rows_of(page: &Value) -> Option<&Vec<Value>> {
    if let Some(rows) = page.as_array().or_else(|| page["data"].as_array()) {
        return Some(rows);
    }
    // A thing that merely holds an array is no list: its other fields would be lost.
    let fields = page.as_object()?;
    let is_page = fields.len() == 1 || ["total", "page", "pagination"].iter().any(|name| fields.contains_key(*name));
    let mut arrays = fields.values().filter_map(Value::as_array);
    let first = arrays.next().filter(|_| is_page)?;
    arrays.next().is_none().then_some(first)
}
