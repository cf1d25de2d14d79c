//! `drata login` and `drata logout`.

use std::path::PathBuf;

use clap::{Arg, ArgAction, ArgMatches, Command};
use drata_ext::{Drata, Region};

use crate::args::globals::Globals;
use crate::config::{self, Config, KeySource, Profile};
use crate::failure::Failure;
use crate::output::Screen;

/// The profile that is made when none is named.
const DEFAULT: &str = "default";

pub(crate) fn login() -> Command {
    let flag = |name: &'static str| Arg::new(name).long(name).action(ArgAction::SetTrue);
    let command = Command::new("login")
        .about("Set up an account: a profile with its region and where its key is")
        .after_help(
            "The key is asked for on the terminal, unless an option says where it is. It is tried with a call that reads the\n\
             company, then kept in the keyring (--keyring) or in a file that only you can read. Profiles are read-only unless\n\
             they say --allow-writes.",
        )
        .arg(flag("key-stdin").help("Read the key from standard input"))
        .arg(Arg::new("key-file").long("key-file").value_name("PATH").value_parser(clap::value_parser!(PathBuf)).help("Leave the key in this file, which only you can read"))
        .arg(Arg::new("key-command").long("key-command").value_name("COMMAND").help("Ask your secret manager each time, such as 'op read op://vault/drata/key'"))
        .arg(flag("allow-writes").help("Let this profile write without --write"))
        .arg(flag("no-check").help("Do not try the key"))
        .arg(Arg::new("base-url").long("base-url").value_name("URL").help("An address in place of the region's, for private access"));
    let group = clap::ArgGroup::new("source").args(["key-stdin", "key-file", "key-command"]);
    #[cfg(feature = "keyring")]
    let command = command.arg(
        flag("keyring").conflicts_with_all(["key-file", "key-command"]).help("Keep the key in the system's keyring"),
    );
    command.group(group)
}

pub(crate) fn logout() -> Command {
    Command::new("logout").about("Forget a profile and the key that was kept for it")
}

pub(crate) async fn run(matches: &ArgMatches, globals: &Globals) -> Result<(), Failure> {
    let name = globals.profile.clone().unwrap_or_else(|| DEFAULT.to_owned());
    config::check_name(&name)?;
    let screen = Screen::new(globals);
    let mut config = Config::load()?;
    let mut profile = Profile {
        region: globals.region.clone().unwrap_or_else(|| "us".to_owned()).to_lowercase(),
        allow_writes: matches.get_flag("allow-writes"),
        base_url: matches.get_one::<String>("base-url").cloned(),
        ..Profile::default()
    };
    #[cfg(feature = "keyring")]
    {
        profile.keyring = matches.get_flag("keyring");
    }
    let key_file = matches.get_one::<PathBuf>("key-file");
    let key_command = matches.get_one::<String>("key-command");
    let key = match (key_file, key_command) {
        (Some(path), _) => {
            let path = std::path::absolute(path).map_err(|error| Failure::file(path, "read", &error))?;
            let key = config::read_file(&path)?;
            profile.key_file = Some(path);
            key
        }
        (None, Some(command)) => {
            profile.key_command = Some(command.clone());
            config::read_key(&KeySource::Command(command.clone()), &name)?
        }
        (None, None) if matches.get_flag("key-stdin") => config::stdin()?,
        (None, None) => config::prompt("API key (Settings, API Keys): ")?,
    };
    let company = match matches.get_flag("no-check") {
        true => None,
        false => Some(check(&key, &profile).await?),
    };
    if profile.source(&name).is_err() {
        // Nothing says where the key is, so it is kept here.
        let file = PathBuf::from("keys").join(format!("{name}.key"));
        config::write_private(&Config::folder()?.join(&file), &format!("{key}\n"))?;
        profile.key_file = Some(file);
    }
    #[cfg(feature = "keyring")]
    if profile.keyring {
        config::store_in_keyring(&name, &key)?;
    }
    let writes = if profile.allow_writes { "may write" } else { "read-only" };
    let region = profile.region.clone();
    config.profiles.insert(name.clone(), profile);
    config.default.get_or_insert_with(|| name.clone());
    config.save()?;
    let company = company.flatten().map_or_else(String::new, |company| format!(" for {company}"));
    screen.note(format!("profile {name}{company}: {region}, {writes}"));
    Ok(())
}

/// Tries a key: the company's name, where the key may read it.
async fn check(key: &str, profile: &Profile) -> Result<Option<String>, Failure> {
    let region: Region = profile.region.parse()?;
    let mut builder = Drata::builder().api_key(key).region(region);
    if let Some(url) = &profile.base_url {
        builder = builder.base_url(url.clone());
    }
    let drata = builder.build_read_only()?;
    match drata.operation("v2::company::get")?.send().await {
        Ok(company) => Ok(company.json()?["name"].as_str().map(str::to_owned)),
        // A key that may not read the company is a key all the same.
        Err(error) if error.is_forbidden() || error.is_plan_required() => Ok(None),
        Err(error) if error.is_unauthorized() => {
            Err(Failure::from(error).hint("is it a key of this region? --region us, eu or apac"))
        }
        Err(error) => Err(error.into()),
    }
}

pub(crate) fn forget(globals: &Globals) -> Result<(), Failure> {
    let mut config = Config::load()?;
    let Some((name, profile)) = config.choose(globals.profile.as_deref())? else {
        return Err(Failure::usage("there is no profile to forget"));
    };
    match profile.source(&name)? {
        // What login wrote is removed; a file of the user's own stays.
        KeySource::File(path) if path.is_relative() => {
            let path = Config::folder()?.join(path);
            match std::fs::remove_file(&path) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(Failure::file(&path, "removed", &error));
                }
                _ => {}
            }
        }
        #[cfg(feature = "keyring")]
        KeySource::Keyring => config::forget_in_keyring(&name)?,
        _ => {}
    }
    config.profiles.remove(&name);
    if config.default.as_deref() == Some(&name) {
        config.default = config.profiles.keys().next().cloned();
    }
    config.save()?;
    Screen::new(globals)
        .note(format!("profile {name} is forgotten; the key itself is revoked in Drata, under Settings, API Keys"));
    Ok(())
}
