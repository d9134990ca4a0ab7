//! `seal-central`: the reference central as a program.

mod enrol_command;
mod evidence_command;
mod import_command;
mod oidc_options;
mod pack_command;
mod rescue_command;
mod seal_command;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::{SignedDuration, Timestamp};
use seal_central::accounts::Cost;
use seal_central::{Clock, Rate, Rates, ServerConfig, Serving, Stores};
use seal_core::ids::{OfficeCode, OfficerId};
use seal_core::officer::{Officer, Role};

const USAGE: &str = "\
usage: seal-central --listen ADDR --data DIR [--seal-kek FILE | --practice [--clock FILE]]
                    [--metrics ADDR] [--log text|json] [--behind-proxy]
                    [--rate-address RATE] [--rate-device RATE] [--rate-account RATE]
       seal-central backup DIR --data DIR
       seal-central restored --data DIR
       seal-central account add ID --name NAME --unit CODE --role ROLE... --data DIR
{import}{enrol}{pack}{seal}{rescue}{evidence}{oidc}
  --listen ADDR   address and port, e.g. 127.0.0.1:8080; port 0 takes a free one
  --data DIR      folder of the database and the photographs; created when absent
  --database URL  for every command: PostgreSQL instead, postgres://USER:PASSWORD@HOST/DATABASE?sslmode=require; several
                  centrals may share it. Else the environment's DATABASE_URL, which nobody else on the machine sees
  --blobs URL     likewise: photographs in an S3-compatible store, s3://BUCKET/PREFIX. Else the environment's BLOBS_URL
  --practice      fill it with the invented practice world
  --clock FILE    practice only: FILE holds by how many milliseconds practice time is ahead of
                  this machine's clock; it is read anew each time
  --seal-kek FILE the key that wraps the keys of seals, 64 hexadecimal digits; made when there are none yet. Else
                  the environment's SEAL_CENTRAL_KEK says where it is, else it is DIR/seal-kek. Copy it apart from
                  the database: without it no seal can be opened, with both every seal can
  --metrics ADDR  metrics for Prometheus and health on a listener of its own, for those inside only
  --log json      one JSON object a line on standard error
  --behind-proxy  a proxy of ours stands before: the last address in X-Forwarded-For is who asks
  --rate-… RATE   how often one address, phone, account may ask, as PER_SECOND/BURST; `none`: as often as it likes.
                  Without them 500/20000, 50/2000, 100/4000
{oidc_help}
`backup` copies the database and the photographs to DIR while the central runs; run again it adds what is new.
After restoring DIR from a backup run `restored` once: phones then send again what the
backup lacks. `account add` reads the secret as one line from standard input, adds the account or
replaces its secret. Roles: officer shift_lead supervisor registrar auditor integrator.

`import` takes tables (CSV with a header, UTF-8, `,` or `;`; docs/operations.md names the columns), each all or nothing;
every bad line is told. Units are part of rule packs, so `--units` checks that the pack in force has them. New accounts get
first secrets in the file named with `--secrets`, unless the table brings the hash of one.

`enrol` prints a code (also as a picture with `--svg`) with which a phone is set up: URL is what phones connect to, `--root` the
authority that certifies it and the only one those phones trust, TIME how long the code holds (24h; also 30m), N for how
many phones (1). Only phones set up like this are let in, except in practice. `devices revoke` takes a lost one out of use.

`pack` makes, signs and publishes rule packs. `new-key` prints the public key; the first `publish` names it with
`--trust`, later packs are signed by the keys the pack before names. Signing needs no central.

`register-seals` reads a table with the columns seal, family (eseal-1 or a7), epoch (eseal-1 only; may be left empty) and
password (a7 only, six digits): delete it afterwards. `seal-key` writes the key for commissioning a seal by wire, once.
`revoke` makes tickets worthless: each seal refuses them once it has seen a later ticket, anybody's. A device is shut out
altogether, an officer is given no more tickets until `allow`.
`open-rescue` takes what a phone's rescue copy holds (*.agency), as far as it can be read; `import-bundle` takes an export, which has
to be whole. Facts go through the checks of a push; what is here already changes nothing, so a file may be taken again.
`missing-photos` lists photographs that facts name and that have not come; it fails when one is overdue by the rule pack.
`difficulties` prints what officers reported, a JSON object a line, with what their phones said of themselves.
The log goes to standard error; set RUST_LOG for more or less of it.
";

fn usage() -> String {
    USAGE
        .replace("{import}", import_command::USAGE)
        .replace("{enrol}", enrol_command::USAGE)
        .replace("{pack}", pack_command::USAGE)
        .replace("{seal}", seal_command::USAGE)
        .replace("{rescue}", rescue_command::USAGE)
        .replace("{evidence}", evidence_command::USAGE)
        .replace("{oidc}", oidc_options::USAGE)
        .replace("{oidc_help}", oidc_options::HELP)
}

enum Command {
    Serve(Box<Serve>),
    Backup { data: PathBuf, to: PathBuf },
    Restored { data: PathBuf, kek: Option<PathBuf> },
    AddAccount { officer: Officer, data: PathBuf, kek: Option<PathBuf> },
    Help,
}

struct Serve {
    listen: SocketAddr,
    data: PathBuf,
    practice: bool,
    clock: Option<PathBuf>,
    kek: Option<PathBuf>,
    metrics: Option<SocketAddr>,
    behind_proxy: bool,
    rates: Rates,
}

/// The log on standard error. Libraries that could write headers or bodies are kept quiet whatever is asked for.
fn log(json: bool) {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| "info".into());
    let quiet =
        ["h2=info", "hyper=info", "hyper_util=info", "tower=info"].into_iter().filter_map(|quiet| quiet.parse().ok());
    let filter = quiet.fold(filter, tracing_subscriber::EnvFilter::add_directive);
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    if json { log.json().init() } else { log.init() }
}

#[tokio::main]
async fn main() -> ExitCode {
    let mut args: Vec<String> = std::env::args().skip(1).collect();
    let form = args.iter().position(|arg| arg == "--log").filter(|at| at + 1 < args.len());
    let form = form.map(|at| args.drain(at..=at + 1).nth(1).unwrap_or_default());
    log(match form.as_deref() {
        None | Some("text") => false,
        Some("json") => true,
        Some(other) => {
            eprintln!("seal-central: --log is text or json, not {other}\n\n{}", usage());
            return ExitCode::from(2);
        }
    });
    let stores = match stores(&mut args) {
        Ok(stores) => stores,
        Err(why) => {
            eprintln!("seal-central: {why}\n\n{}", usage());
            return ExitCode::from(2);
        }
    };
    let oidc = match oidc_options::take(&mut args) {
        Ok(oidc) => oidc,
        Err(why) => {
            eprintln!("seal-central: {why}\n\n{}", usage());
            return ExitCode::from(2);
        }
    };
    let mut args = args.into_iter().peekable();
    if args.next_if(|first| first == "import").is_some() {
        return ended(import_command::run(args, &stores));
    }
    if args.next_if(|first| first == "pack").is_some() {
        return ended(pack_command::run(args, &stores));
    }
    if let Some(what) = args.next_if(|first| enrol_command::NAMES.contains(&first.as_str())) {
        return ended(enrol_command::run(&what, args, &stores));
    }
    if let Some(what) = args.next_if(|first| seal_command::NAMES.contains(&first.as_str())) {
        return ended(seal_command::run(&what, args, &stores));
    }
    if args.peek().is_some_and(|first| evidence_command::NAMES.contains(&first.as_str())) {
        return ended(evidence_command::run(args, &stores));
    }
    if let Some(what) = args.next_if(|first| rescue_command::NAMES.contains(&first.as_str())) {
        return ended(rescue_command::run(&what, args, &stores).await);
    }
    let command = match parse(args) {
        Ok(command) => command,
        Err(why) => {
            eprintln!("seal-central: {why}\n\n{}", usage());
            return ExitCode::from(2);
        }
    };
    ended(run(command, stores, oidc).await)
}

/// Takes the options of every command that say where a central's stores are; else the environment does. An address with a
/// password belongs in the environment: everybody on the machine can read options.
fn stores(args: &mut Vec<String>) -> Result<Stores, String> {
    let mut take = |option: &str, variable: &str| {
        let Some(at) = args.iter().position(|arg| arg == option) else {
            return Ok(std::env::var(variable).ok().filter(|url| !url.is_empty()));
        };
        if at + 1 == args.len() {
            return Err(format!("{option} needs a value"));
        }
        Ok(args.drain(at..=at + 1).nth(1))
    };
    Ok(Stores { database: take("--database", "DATABASE_URL")?, blobs: take("--blobs", "BLOBS_URL")? })
}

fn ended(result: Result<(), Box<dyn std::error::Error>>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("seal-central: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(command: Command, stores: Stores, oidc: oidc_options::Oidc) -> Result<(), Box<dyn std::error::Error>> {
    match command {
        Command::Help => print!("{}", usage()),
        Command::Serve(serve) => {
            let Serve { listen, data, practice, clock, kek, metrics, behind_proxy, rates } = *serve;
            let mut config = ServerConfig { stores, ..ServerConfig::new(data, practice) };
            if let Some(file) = clock {
                config.clock = practice_clock(file)?;
            }
            let central = seal_command::open(config, kek)?;
            let central = central.with_rates(&rates).map_err(|_| "the central is in use")?;
            let central = oidc_options::with(central, oidc)?;
            let metrics = match metrics {
                Some(address) => Some(tokio::net::TcpListener::bind(address).await?),
                None => None,
            };
            let listener = tokio::net::TcpListener::bind(listen).await?;
            println!("listening on http://{}", listener.local_addr()?);
            if let Some(metrics) = &metrics {
                println!("metrics on http://{}/metrics", metrics.local_addr()?);
            }
            central.serve_as(listener, Serving { metrics, behind_proxy }, stopped()).await?;
        }
        Command::Backup { data, to } => {
            let done = seal_central::backup(&data, &to, &stores)?;
            println!("{} events, {} photographs, {} of them copied now", done.events, done.photos, done.copied);
            for photo in &done.missing {
                eprintln!("{photo} is noted as complete, and its file is not there");
            }
            if !done.missing.is_empty() {
                return Err(format!("{} photographs are missing", done.missing.len()).into());
            }
        }
        Command::Restored { data, kek } => {
            seal_command::existing(data, kek, &stores)?.begin_new_life()?;
            println!("phones will send again what the backup lacks; revoke again what was revoked since it was made");
        }
        Command::AddAccount { officer, data, kek } => {
            let mut secret = String::new();
            std::io::stdin().read_line(&mut secret)?;
            let secret = secret.trim_end_matches(['\r', '\n']);
            if secret.chars().count() < 6 {
                return Err("the secret needs at least 6 characters".into());
            }
            seal_command::open(ServerConfig::of_folder(data, &stores)?, kek)?.put_account(
                &officer,
                secret,
                Cost::Real,
            )?;
            println!("account {} of {}", officer.id, officer.unit);
        }
    }
    Ok(())
}

/// The clock that several practice processes share. While its file cannot be read, what it said last holds.
fn practice_clock(file: PathBuf) -> std::io::Result<Clock> {
    let read = move || -> std::io::Result<i64> {
        let text = std::fs::read_to_string(&file)?;
        text.trim().parse().map_err(|error| std::io::Error::new(std::io::ErrorKind::InvalidData, error))
    };
    let last = AtomicI64::new(read()?);
    Ok(Arc::new(move || {
        match read() {
            Ok(ahead_ms) => last.store(ahead_ms, Ordering::SeqCst),
            Err(error) => tracing::error!(%error, "the practice clock cannot be read"),
        }
        let now = Timestamp::now();
        now.saturating_add(SignedDuration::from_millis(last.load(Ordering::SeqCst))).unwrap_or(now)
    }))
}

/// Ctrl-C or, where there is such a thing, a request to terminate.
async fn stopped() {
    let interrupt = async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    let terminate = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => drop(signal.recv().await),
            Err(_) => std::future::pending().await,
        }
    };
    #[cfg(not(unix))]
    let terminate = std::future::pending::<()>();
    tokio::select! { () = interrupt => {}, () = terminate => {} }
}

fn parse(args: impl Iterator<Item = String>) -> Result<Command, String> {
    let mut args = args.peekable();
    let restored = args.next_if(|first| first == "restored").is_some();
    if args.next_if(|first| first == "backup").is_some() {
        return backup(args);
    }
    let adds = args.next_if(|first| first == "account").is_some();
    let mut id = None;
    if adds {
        if args.next().as_deref() != Some("add") {
            return Err("after `account` comes `add`".to_owned());
        }
        id = Some(args.next().filter(|id| !id.starts_with("--")).ok_or("`account add` needs an id")?);
    }
    let (mut listen, mut data, mut practice, mut clock, mut kek) = (None, None, false, None, None);
    let (mut name, mut unit, mut roles) = (None, None, Vec::new());
    let (mut metrics, mut behind_proxy, mut rates) = (None, false, Rates::usual());
    let serves = !adds && !restored;
    while let Some(option) = args.next() {
        let mut value = || args.next().ok_or_else(|| format!("{option} needs a value"));
        match option.as_str() {
            "-h" | "--help" => return Ok(Command::Help),
            "--data" => data = Some(PathBuf::from(value()?)),
            "--seal-kek" => kek = Some(PathBuf::from(value()?)),
            "--listen" if !adds && !restored => listen = Some(value()?.parse().map_err(|e| format!("--listen: {e}"))?),
            "--metrics" if serves => metrics = Some(value()?.parse().map_err(|e| format!("--metrics: {e}"))?),
            "--behind-proxy" if serves => behind_proxy = true,
            "--rate-address" if serves => rates.address = rate(&value()?)?,
            "--rate-device" if serves => rates.device = rate(&value()?)?,
            "--rate-account" if serves => rates.account = rate(&value()?)?,
            "--practice" if !adds && !restored => practice = true,
            "--clock" if !adds && !restored => clock = Some(PathBuf::from(value()?)),
            "--name" if adds => name = Some(value()?),
            "--unit" if adds => unit = Some(OfficeCode::parse(&value()?).map_err(|e| e.to_string())?),
            "--role" if adds => roles.push(role(&value()?)?),
            other => return Err(format!("{other} is not understood here")),
        }
    }
    let data = data.ok_or("--data is missing")?;
    if restored {
        return Ok(Command::Restored { data, kek });
    }
    let Some(id) = id else {
        if clock.is_some() && !practice {
            return Err("--clock is for --practice only".to_owned());
        }
        if kek.is_some() && practice {
            return Err("--seal-kek is not for --practice, which has no secrets".to_owned());
        }
        let listen = listen.ok_or("--listen is missing")?;
        let serve = Serve { listen, data, practice, clock, kek, metrics, behind_proxy, rates };
        return Ok(Command::Serve(Box::new(serve)));
    };
    if roles.is_empty() {
        return Err("--role is missing".to_owned());
    }
    let (name, unit) = (name.ok_or("--name is missing")?, unit.ok_or("--unit is missing")?);
    Ok(Command::AddAccount { officer: Officer { id: OfficerId(id), name, unit, roles }, data, kek })
}

fn backup(mut args: impl Iterator<Item = String>) -> Result<Command, String> {
    let (mut data, mut to) = (None, None);
    while let Some(word) = args.next() {
        match word.as_str() {
            "--data" => data = Some(PathBuf::from(args.next().ok_or("--data needs a value")?)),
            word if !word.starts_with("--") && to.is_none() => to = Some(PathBuf::from(word)),
            other => return Err(format!("{other} is not understood here")),
        }
    }
    Ok(Command::Backup { data: data.ok_or("--data is missing")?, to: to.ok_or("`backup` needs a folder")? })
}

fn rate(text: &str) -> Result<Option<Rate>, String> {
    if text == "none" {
        return Ok(None);
    }
    text.parse().map(Some).map_err(str::to_owned)
}

fn role(text: &str) -> Result<Role, String> {
    serde_json::from_value(text.into()).map_err(|_| format!("{text} is not a role"))
}
