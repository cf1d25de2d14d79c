//! The file that `--faults` names.

use std::path::Path;
use std::time::Duration;

use drata_sandbox::{Fault, Sandbox};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    fault: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    effect: Effect,
    operation: Option<String>,
    #[serde(default)]
    files: bool,
    status: Option<u16>,
    retry_after: Option<String>,
    delay_ms: Option<u64>,
    next: Option<u64>,
    every: Option<u64>,
    rate: Option<f64>,
    #[serde(default)]
    afterwards: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Effect {
    Status,
    Html,
    Reset,
    Truncated,
    SlowBody,
    Latency,
    RepeatedCursor,
    UnknownEnum,
    ExtraFields,
    MissingFields,
    MissingCursor,
    TextIds,
}

/// Reads a file of faults.
pub(crate) fn read(path: &Path) -> Result<Vec<Fault>, String> {
    let text = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let file: File = toml::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))?;
    let faults = file.fault.into_iter().enumerate().map(|(place, entry)| {
        entry.into_fault().map_err(|problem| format!("{}: fault {}: {problem}", path.display(), place + 1))
    });
    faults.collect()
}

impl Entry {
    fn into_fault(self) -> Result<Fault, String> {
        let status = || match self.status {
            Some(status @ 400..=599) => Ok(status),
            Some(status) => Err(format!("status {status} is outside 400..=599")),
            None => Err("this effect needs a status".to_owned()),
        };
        let delay = || self.delay_ms.map(Duration::from_millis).ok_or("this effect needs delay_ms".to_owned());
        let mut fault = match self.effect {
            Effect::Status => Fault::status(status()?),
            Effect::Html => Fault::html(status()?),
            Effect::Reset => Fault::reset(),
            Effect::Truncated => Fault::truncated(),
            Effect::SlowBody => Fault::slow_body(delay()?),
            Effect::Latency => Fault::latency(delay()?),
            Effect::RepeatedCursor => Fault::repeated_cursor(),
            Effect::UnknownEnum => Fault::unknown_enum(),
            Effect::ExtraFields => Fault::extra_fields(),
            Effect::MissingFields => Fault::missing_fields(),
            Effect::MissingCursor => Fault::missing_cursor(),
            Effect::TextIds => Fault::text_ids(),
        };
        if self.every == Some(0) {
            return Err("every must be at least 1".to_owned());
        }
        if let Some(rate) = self.rate.filter(|rate| !(0.0..=1.0).contains(rate)) {
            return Err(format!("rate {rate} is outside 0..=1"));
        }
        fault = self.every.map_or(fault.clone(), |every| fault.every(every));
        fault = self.rate.map_or(fault.clone(), |rate| fault.rate(rate));
        fault = self.next.map_or(fault.clone(), |next| fault.next(next));
        let is_error = matches!(self.effect, Effect::Status | Effect::Html | Effect::Reset);
        if self.afterwards && !is_error {
            return Err("only status, html and reset can come afterwards".to_owned());
        }
        if self.retry_after.is_some() && !matches!(self.effect, Effect::Status | Effect::Html) {
            return Err("only status and html can carry retry_after".to_owned());
        }
        if self.files && self.operation.is_some() {
            return Err("only one of files and operation can be meant".to_owned());
        }
        if let Some(value) = self.retry_after {
            fault = fault.with_retry_after(value);
        }
        if self.files {
            fault = fault.on_files();
        }
        if let Some(operation) = self.operation {
            if !Sandbox::has_operation(&operation) {
                return Err(format!("no operation of the contract is called {operation:?}"));
            }
            fault = fault.on(operation);
        }
        Ok(if self.afterwards { fault.afterwards() } else { fault })
    }
}
