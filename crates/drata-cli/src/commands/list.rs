//! A list: streamed page after page, interrupted and resumed.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::ArgMatches;
use drata_ext::by_name::{Known, NamedCall, NamedList, RawRow};
use drata_ext::{Checkpoint, Items, ListExt as _};
use futures_util::FutureExt as _;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::failure::Failure;
use crate::interrupt::Interrupt;
use crate::output::format::Format;
use crate::output::{Screen, is_dumb};
use crate::session::Session;

/// Shows a list as its options say.
pub(crate) async fn run(session: &Session, mut call: NamedCall, matches: &ArgMatches) -> Result<(), Failure> {
    let known = call.known();
    let flag = |name: &str| matches.try_get_one::<bool>(name).ok().flatten().copied().unwrap_or(false);
    let number = |name: &str| matches.try_get_one::<u64>(name).ok().flatten().copied();
    let resume = matches.try_get_one::<String>("resume").ok().flatten().map(PathBuf::from);
    if let Some(size) = matches.try_get_one::<u64>("page-size").ok().flatten() {
        call = call.set(size_name(known), *size);
    }
    let screen = &session.screen;
    let on_screen = screen.terminal && matches!(screen.format, Format::Auto | Format::Table);
    let short = on_screen && !flag("all") && resume.is_none() && number("limit").is_none();
    let limit = number("limit").or_else(|| short.then(|| screen.height()));
    if let (Some(limit), Some(paging), None) =
        (limit, &known.operation.paging, matches.try_get_one::<u64>("page-size").ok().flatten())
    {
        let size = i64::try_from(limit).unwrap_or(i64::MAX).min(i64::from(paging.max_size));
        call = call.set(size_name(known), size);
    }
    let mut items = call.list::<RawRow>()?.stream();
    if flag("with-total") {
        items = items.with_total();
    }
    if let Some(folder) = resume.as_deref().and_then(Path::parent).filter(|folder| !folder.as_os_str().is_empty())
        && !folder.is_dir()
    {
        return Err(Failure::usage(format!(
            "--resume cannot write into {}: there is no such folder",
            folder.display()
        )));
    }
    if let Some(checkpoint) = resume.as_deref().map(load).transpose()?.flatten() {
        screen.note(format!("going on after {} rows", checkpoint.delivered()));
        items = items.resume(&checkpoint)?;
    }
    let outcome = walk(session, known, &mut items, limit, on_screen).await;
    match (&outcome, resume) {
        (Err(_), Some(path)) => {
            if let Some(checkpoint) = items.checkpoint().or_else(|| failed_at(&outcome)) {
                save(&path, &checkpoint)?;
                screen.note(format!("the same command goes on from here: {}", path.display()));
            }
        }
        // A limit that ended the list is a place to go on from, too.
        (Ok(false), Some(path)) => match items.checkpoint() {
            Some(checkpoint) => save(&path, &checkpoint)?,
            None => _ = std::fs::remove_file(path),
        },
        (Ok(true), Some(path)) => _ = std::fs::remove_file(path),
        (_, None) => {}
    }
    let ended = outcome?;
    let progress = items.progress();
    if flag("with-total") {
        let total = progress.total.map_or_else(|| "unknown".to_owned(), |total| total.to_string());
        screen.note(format!("total: {total}"));
    }
    if let Some(change) = progress.total_changed {
        screen.note(format!("the list changed while it was read: {} rows first, {} last", change.first, change.latest));
    }
    if short && !ended {
        screen.note(format!("the first {} rows; --all for the rest, --limit N for more", progress.delivered));
    }
    Ok(())
}

fn size_name(known: Known) -> &'static str {
    if known.operation.paging.as_ref().is_some_and(|paging| paging.by_cursor) { "size" } else { "limit" }
}

/// The place where an error stopped a list.
fn failed_at(outcome: &Result<bool, Failure>) -> Option<Checkpoint> {
    outcome.as_ref().err()?.error()?.checkpoint().cloned()
}

/// Writes rows until the list or the limit ends; says whether the list did.
async fn walk(
    session: &Session,
    known: Known,
    items: &mut Items<NamedList<RawRow>>,
    limit: Option<u64>,
    on_screen: bool,
) -> Result<bool, Failure> {
    let screen = &session.screen;
    let mut rows = screen.rows(columns(known))?;
    let bar = bar(screen, on_screen);
    let interrupt = Interrupt::listen();
    let mut left = limit.unwrap_or(u64::MAX);
    let mut ended = false;
    while left > 0 {
        let row = match items.next().now_or_never() {
            Some(row) => row,
            None => {
                rows.flush()?;
                let progress = items.progress();
                bar.set_position(progress.delivered);
                if let Some(total) = progress.total {
                    bar.set_length(total);
                }
                tokio::select! {
                    row = items.next() => row,
                    () = interrupt.wait() => {
                        rows.flush()?;
                        bar.finish_and_clear();
                        return Err(Failure::interrupted(format!("interrupted after {} rows", items.progress().delivered)));
                    }
                }
            }
        };
        match row {
            Some(Ok(row)) => {
                rows.raw(&row)?;
                left -= 1;
            }
            Some(Err(error)) => {
                rows.flush()?;
                bar.finish_and_clear();
                return Err(error.into());
            }
            None => {
                ended = true;
                break;
            }
        }
    }
    bar.finish_and_clear();
    rows.finish()?;
    Ok(ended)
}

/// The columns of a row, as the contract has them.
pub(crate) fn columns(known: Known) -> Option<Vec<String>> {
    let schemas = &known.contract.schemas;
    let mut schema = known.operation.success()?.json()?;
    for step in known.operation.rows()? {
        schema = schemas.object(schema)?.property(step)?.schema;
    }
    let row = schemas.object(schemas.items(schema).unwrap_or(schema))?;
    let mut names: Vec<String> = row.properties.iter().map(|property| property.name.to_string()).collect();
    names.sort_by_key(|name| match name.as_str() {
        "id" => 0,
        "name" | "title" | "code" | "email" => 1,
        _ => 2,
    });
    (!names.is_empty()).then_some(names)
}

fn bar(screen: &Screen, on_screen: bool) -> ProgressBar {
    use std::io::IsTerminal as _;
    let shown = !screen.quiet && !on_screen && !screen.terminal && std::io::stderr().is_terminal() && !is_dumb();
    if !shown {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    if let Ok(style) = ProgressStyle::with_template("{spinner} {human_pos} rows {wide_bar} {human_len} {per_sec}") {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

fn load(path: &Path) -> Result<Option<Checkpoint>, Failure> {
    match std::fs::read_to_string(path) {
        Ok(text) => match serde_json::from_str(&text) {
            Ok(checkpoint) => Ok(Some(checkpoint)),
            Err(error) => {
                Err(Failure::usage(format!("{} is no checkpoint: {error}; remove it to begin anew", path.display())))
            }
        },
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Failure::file(path, "read", &error)),
    }
}

fn save(path: &Path, checkpoint: &Checkpoint) -> Result<(), Failure> {
    let text = serde_json::to_string(checkpoint).map_err(|error| Failure::other(error.to_string()))?;
    crate::files::write_whole(path, text.as_bytes())
}
