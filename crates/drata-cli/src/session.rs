//! An account that a command works on.

use std::fmt;
use std::io::{self, BufRead as _, IsTerminal as _, Write as _};

use drata_ext::{Drata, Region};
use drata_sandbox::Sandbox;

use crate::args::globals::Globals;
use crate::config::{Config, read_key};
use crate::failure::{Failure, Kind};
use crate::output::{Screen, clean};

/// Requests that the account in memory remembers: nobody asks for them here.
const HISTORY: usize = 16;

/// A variable of the environment that is set to something. What it holds is in no error: it may be a key.
fn variable(name: &str) -> Result<Option<String>, Failure> {
    match std::env::var(name) {
        Ok(value) => Ok(Some(value).filter(|value| !value.trim().is_empty())),
        Err(std::env::VarError::NotPresent) => Ok(None),
        Err(std::env::VarError::NotUnicode(_)) => Err(Failure::usage(format!("{name} is not UTF-8: set it again"))),
    }
}

/// An account, and how its output is shown.
pub(crate) struct Session {
    pub(crate) drata: Drata,
    pub(crate) account: Account,
    pub(crate) screen: Screen,
    pub(crate) globals: Globals,
    allow_writes: bool,
    // Stops when it is dropped.
    _sandbox: Option<Sandbox>,
}

/// Which account it is.
#[derive(Clone, Debug)]
pub(crate) struct Account {
    /// Where the key came from: `profile main`, `DRATA_API_KEY` or `the sandbox`.
    pub(crate) by: String,
    /// The region, or the address in place of one.
    pub(crate) region: String,
}

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.region, self.by)
    }
}

impl Session {
    /// Opens the account that options, environment and profiles name.
    pub(crate) async fn open(globals: &Globals) -> Result<Self, Failure> {
        let mut builder = Drata::builder().user_agent_suffix(concat!("drata-cli/", env!("CARGO_PKG_VERSION")));
        if let Some(timeout) = globals.timeout {
            builder = builder.deadline(timeout);
        }
        if let Some(seed) = globals.sandbox {
            return Self::sandboxed(globals, builder, seed).await;
        }
        let from_environment = match globals.profile {
            None => variable("DRATA_API_KEY")?,
            Some(_) => None,
        };
        let (key, region, base_url, by, allow_writes) = match from_environment {
            Some(key) => {
                let region = variable("DRATA_REGION")?.unwrap_or_else(|| "us".to_owned());
                (key, region, variable("DRATA_BASE_URL")?, "DRATA_API_KEY".to_owned(), false)
            }
            None => {
                let chosen = Config::load()?.choose(globals.profile.as_deref())?;
                let Some((name, profile)) = chosen else {
                    return Err(Failure::usage(
                        "no account is set up: run `drata login`, set DRATA_API_KEY, or try --sandbox, an account in memory",
                    ));
                };
                let key = read_key(&profile.source(&name)?, &name)?;
                (key, profile.region, profile.base_url, format!("profile {name}"), profile.allow_writes)
            }
        };
        // A region that is named goes before an address that is configured.
        let base_url = base_url.filter(|_| globals.region.is_none());
        let region = globals.region.clone().unwrap_or(region);
        let known: Region = region.parse()?;
        builder = builder.api_key(key).region(known);
        let mut shown = region.to_lowercase();
        if let Some(url) = base_url {
            shown = url.clone();
            builder = builder.base_url(url);
        }
        let account = Account { by, region: shown };
        Ok(Self::new(builder.build()?, account, globals, allow_writes, None))
    }

    async fn sandboxed(globals: &Globals, builder: drata_ext::Builder, seed: u64) -> Result<Self, Failure> {
        let sandbox = Sandbox::builder().seed(seed).history(HISTORY).start().await;
        let sandbox = sandbox.map_err(|error| Failure::other(format!("the sandbox did not start: {error}")))?;
        let builder = builder.api_key(sandbox.api_key()).base_url(sandbox.base_url()).no_proxy();
        let drata = builder.rate_limiter(drata_ext::RateLimiter::unlimited()).build()?;
        let account = Account { by: "the sandbox".to_owned(), region: "an account in memory".to_owned() };
        Ok(Self::new(drata, account, globals, true, Some(sandbox)))
    }

    /// The account of a sandbox that a test holds.
    #[cfg(test)]
    pub(crate) fn on(sandbox: &Sandbox) -> Self {
        let builder = Drata::builder().api_key(sandbox.api_key()).base_url(sandbox.base_url());
        let drata = builder.rate_limiter(drata_ext::RateLimiter::unlimited()).build().expect("a key and an address");
        let account = Account { by: "a test".to_owned(), region: "in memory".to_owned() };
        Self::new(drata, account, &Globals::default(), true, None)
    }

    fn new(drata: Drata, account: Account, globals: &Globals, allow_writes: bool, sandbox: Option<Sandbox>) -> Self {
        let (screen, globals) = (Screen::new(globals), globals.clone());
        Self { drata, account, screen, globals, allow_writes, _sandbox: sandbox }
    }

    /// Refuses a write unless it is allowed.
    pub(crate) fn allow_write(&self, what: &str) -> Result<(), Failure> {
        if self.allow_writes || self.globals.write {
            return Ok(());
        }
        let hint = match self.account.by.strip_prefix("profile ") {
            Some(name) => format!("add --write, or set allow_writes = true in profile {name}"),
            None => "add --write".to_owned(),
        };
        Err(Failure::new(Kind::NotAllowed, format!("{what} writes, and {} is read-only", self.account.by)).hint(hint))
    }

    /// Asks before something that deletes or replaces.
    pub(crate) async fn confirm(&self, what: &str) -> Result<(), Failure> {
        if self.globals.yes {
            return Ok(());
        }
        let account = self.account_name().await;
        let question = format!("{what}\nin {account}");
        if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
            return Err(Failure::new(Kind::NotAllowed, format!("not confirmed: {question}")).hint("add --yes"));
        }
        let _ = write!(io::stderr(), "{}. Go on? [y/N] ", clean::block(&question));
        let answer = tokio::task::spawn_blocking(|| {
            let mut line = String::new();
            io::stdin().lock().read_line(&mut line).map(|_| line)
        });
        match answer.await {
            Ok(Ok(line)) if matches!(line.trim().to_lowercase().as_str(), "y" | "yes") => Ok(()),
            _ => Err(Failure::new(Kind::NotAllowed, "not confirmed, nothing was sent")),
        }
    }

    /// Says which account a write went to.
    pub(crate) async fn wrote(&self, what: &str) {
        if !self.globals.quiet {
            let account = self.account_name().await;
            self.screen.note(format!("{what} in {account}"));
        }
    }

    /// The company and the region, as far as the key may read them.
    pub(crate) async fn account_name(&self) -> String {
        let Account { by, region, .. } = &self.account;
        match self.company().await {
            Some(company) => format!("{company}, {region} ({by})"),
            None => self.account.to_string(),
        }
    }

    /// Refuses to go on with what was begun on another account, as far as the key may read which one it is.
    pub(crate) async fn same_account(&self, before: &mut Option<String>, what: &str) -> Result<(), Failure> {
        let Some(company) = self.company().await else { return Ok(()) };
        let account = format!("{company}, {}", self.account.region);
        match before {
            Some(before) if *before != account => {
                Err(Failure::usage(format!("{what} is of {before}, and this is {account}: take another one")))
            }
            before => {
                *before = Some(account);
                Ok(())
            }
        }
    }

    /// The name of the company, if the key may read it.
    pub(crate) async fn company(&self) -> Option<String> {
        use drata_ext::Operation as _;
        const TIMEOUT: std::time::Duration = std::time::Duration::from_secs(10);
        let call = self.drata.operation("v2::company::get").ok()?.deadline(TIMEOUT).max_attempts(1);
        let company = call.send().await.ok()?.json().ok()?;
        let names = ["name", "legalName", "displayName", "domain"];
        names.iter().find_map(|name| company.get(name)?.as_str().map(str::to_owned))
    }
}
