//! `sealctl seal`: works a seal from a laptop, over Bluetooth or in a practice yard. One JSON line for each thing learned.
//!
//! For the workbench and the lab: nothing is written into a case, so what the seal signed is printed.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use p256::elliptic_curve::rand_core::{OsRng, RngCore as _};
use seal_core::ids::{CommandId, OfficerId};
use seal_core::seal::reading::LockAction;
use seal_core::seal_no::SealNo;
use seal_core::wire::{B64, SealTicket, SignInRequest, TicketKind};
use seal_field::adapters::clock::SystemClock;
use seal_field::adapters::http::HttpCentral;
use seal_field::adapters::seals::a7::A7;
use seal_field::adapters::seals::bluetooth::{Bluetooth, Patience};
use seal_field::adapters::seals::driver::Seals;
use seal_field::adapters::seals::open::OpenProtocol;
use seal_field::adapters::seals::radio::Radio;
use seal_field::adapters::seals::ticket_box::TicketBox;
use seal_field::adapters::seals::yard::{RadioDelays, YardRadio};
use seal_field::adapters::vault_file::FileVault;
use seal_field::ports::central::Central;
use seal_field::ports::seal_link::{Answered, CommandAnswer, SealLink as _, SealSession, Settled};
use seal_field::ports::tickets::{NoTicket, RenewError, Tickets};
use seal_field::ports::vault::{Vault, VaultError};
use seal_protocol::SealId;
use seal_protocol::issuer::{Kind, SHIFT_S, Wish, practice};
use seal_protocol::secret::Random;
use seal_protocol::ticket::{Flags, Scope};
use seal_simulator::YardClient;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::options::Options;

/// What is asked of the seal.
enum Act {
    List,
    Identify,
    Read,
    Log { from: u32 },
    Move(LockAction),
    Agree,
    Settle(CommandId),
}

/// Does it.
pub fn run(mut options: Options) -> Result<(), String> {
    let word = options.word().ok_or("what is to be done? list, identify, read, log, arm, disarm, agree, settle")?;
    let act = match word.as_str() {
        "list" => Act::List,
        "identify" => Act::Identify,
        "read" => Act::Read,
        "log" => Act::Log { from: options.value("--from")?.unwrap_or(1) },
        "arm" => Act::Move(LockAction::Arm),
        "disarm" => Act::Move(LockAction::Disarm),
        "agree" => Act::Agree,
        "settle" => Act::Settle(CommandId(options.needed::<Uuid>("--command")?)),
        other => return Err(format!("{other} is nothing that can be done with a seal")),
    };
    let seal: Option<SealNo> = if matches!(act, Act::List) { None } else { Some(options.needed("--seal")?) };
    let radio = radio(&mut options)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|error| error.to_string())?;
    runtime.block_on(async {
        let (tickets, officer) = tickets(&mut options).await?;
        options.end()?;
        let clock = Arc::new(SystemClock::default());
        let seals = Seals::new(radio, vec![Arc::new(OpenProtocol), Arc::new(A7::new(clock))], tickets);
        match seal {
            None => list(&seals).await,
            Some(seal) => work(&seals, &officer, &seal, act).await,
        }
    })
}

fn radio(options: &mut Options) -> Result<Arc<dyn Radio>, String> {
    let yard: Option<SocketAddr> = options.value("--yard")?;
    let adapter: Option<String> = options.value("--adapter")?;
    let passkey: Option<u32> = options.value("--passkey")?;
    if let Some(yard) = yard {
        if adapter.is_some() || passkey.is_some() {
            return Err("--yard has no Bluetooth adapter and asks for no passkey".to_owned());
        }
        return Ok(Arc::new(YardRadio::new(Arc::new(YardClient::new(yard)), RadioDelays::default())));
    }
    let mut radio = Bluetooth::new(Patience::default());
    if let Some(adapter) = adapter {
        radio = radio.on(adapter);
    }
    if let Some(passkey) = passkey {
        radio = radio.asking(Arc::new(move || Box::pin(async move { Some(passkey) })));
    }
    Ok(Arc::new(radio))
}

/// Rights: of the practice key with `--practice`, otherwise of a central that `--officer` signs in to. The secret comes from
/// the environment, so that no list of processes shows it.
async fn tickets(options: &mut Options) -> Result<(Arc<dyn Tickets>, OfficerId), String> {
    let officer: Option<String> = options.value("--officer")?;
    if options.flag("--practice") {
        let officer = OfficerId(officer.unwrap_or_else(|| "practice".to_owned()));
        return Ok((Arc::new(PracticeKey { officer: officer.clone() }), officer));
    }
    let officer = OfficerId(officer.ok_or("--officer is missing (or --practice, for simulated seals)")?);
    let address: String = options.needed("--central")?;
    let data: PathBuf = options.needed("--data")?;
    let secret = std::env::var("SEALCTL_SECRET").map_err(|_| "SEALCTL_SECRET holds no secret of the officer")?;
    let vault: Arc<dyn Vault> = Arc::new(FileVault::open(&data.join("vault")).map_err(|error| error.to_string())?);
    let central = HttpCentral::new(&address).map_err(|error| error.to_string())?.keeping_token_in(Arc::clone(&vault));
    let request =
        SignInRequest { officer: officer.clone(), secret, device: vault.device(), device_key: B64(vault.public_key()) };
    central.sign_in(request).await.map_err(|error| error.to_string())?;
    let tickets = TicketBox::new(vault, Arc::new(central), Arc::new(SystemClock::default()));
    tickets.renew().await.map_err(|error| error.to_string())?;
    Ok((Arc::new(tickets), officer))
}

fn say(line: &Value) {
    println!("{line}");
}

async fn list(seals: &Seals) -> Result<(), String> {
    for heard in seals.nearby().await.map_err(|trouble| trouble.to_string())? {
        say(&json!({ "seal": heard.seal, "rssi_dbm": heard.rssi_dbm }));
    }
    Ok(())
}

async fn work(seals: &Seals, officer: &OfficerId, seal: &SealNo, act: Act) -> Result<(), String> {
    let begin = Instant::now();
    let link = |trouble: seal_field::ports::seal_link::LinkTrouble| trouble.to_string();
    let mut session = seals.connect(seal, officer).await.map_err(link)?;
    say(&json!({ "connected": seal, "proven_by": session.scheme(), "ms": ms(begin) }));
    match act {
        Act::List | Act::Identify => {}
        Act::Read => say(&json!(session.read().await.map_err(link)?)),
        Act::Log { from } => {
            let pages = session.log(from).await.map_err(link)?;
            for entry in &pages.entries {
                say(&json!(entry));
            }
            say(&json!({ "entries": pages.entries.len(), "signed_pages": pages.signed.len() }));
        }
        Act::Move(action) => {
            let id = CommandId(Uuid::now_v7());
            // Told first: whatever happens, it can be asked for by this id.
            say(&json!({ "command": id, "action": action }));
            let sent = Instant::now();
            let answered = session.command(id, action).await.map_err(|trouble| {
                format!("{trouble}. What became of the command is found out by: sealctl seal settle --command {}", id.0)
            })?;
            say(&answer(&answered, Some(ms(sent))));
            let reading = session.read().await.map_err(link)?;
            say(&json!({ "lock": reading.lock, "ms": ms(sent) }));
        }
        Act::Agree => {
            let answered = session.approve(CommandId(Uuid::now_v7())).await.map_err(link)?;
            say(&answer(&answered, None));
        }
        Act::Settle(id) => settle(session.as_mut(), id).await?,
    }
    Ok(())
}

async fn settle(session: &mut dyn SealSession, id: CommandId) -> Result<(), String> {
    match session.settle(id).await.map_err(|trouble| trouble.to_string())? {
        Settled::Ended(answered) => say(&answer(&answered, None)),
        Settled::Moving => say(&json!({ "settled": "moving" })),
        Settled::NotFound { oldest } => say(&json!({ "settled": "not_found", "oldest_entry": oldest })),
        Settled::CannotTell => say(&json!({ "settled": "cannot_tell" })),
    }
    Ok(())
}

fn ms(since: Instant) -> u64 {
    u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX)
}

fn answer(answered: &Answered, after_ms: Option<u64>) -> Value {
    let (ended, reason) = match answered.answer {
        CommandAnswer::Acknowledged => ("acknowledged", Value::Null),
        CommandAnswer::Done => ("done", Value::Null),
        CommandAnswer::Refused(reason) => ("refused", json!(reason)),
    };
    json!({ "ended": ended, "reason": reason, "receipt": answered.receipt, "ms": after_ms })
}

/// Rights made of the key that everybody knows: for simulated seals alone.
struct PracticeKey {
    officer: OfficerId,
}

struct System;

impl Random for System {
    fn fill(&mut self, bytes: &mut [u8]) {
        OsRng.fill_bytes(bytes);
    }
}

impl PracticeKey {
    fn mint(&self, seal: &SealNo, kind: Kind) -> Option<SealTicket> {
        let now = Timestamp::now();
        let issuer = practice::issuer();
        let second = u32::try_from(now.as_second()).ok()?;
        let wish = Wish {
            kind,
            now: second,
            // No ledger here: numbers of the clock only grow, too.
            sequence: second,
            min_sequence: 0,
            officer: issuer.pseudonym(&self.officer.0),
            scope: Scope(0x0F),
            flags: Flags(0),
        };
        let grant = issuer.mint(&SealId::new(seal.as_str())?, &wish, &mut System).ok()?;
        let kind = if matches!(kind, Kind::Moment { .. }) { TicketKind::Moment } else { TicketKind::Shift };
        let (ticket, secret) = (B64(grant.ticket.to_vec()), B64(grant.proof.expose().to_vec()));
        Some(SealTicket { seal: seal.clone(), kind, ticket, secret, expires: now + SignedDuration::from_hours(12) })
    }
}

#[async_trait]
impl Tickets for PracticeKey {
    fn held(&self, _: &OfficerId, seal: &SealNo) -> Result<Vec<SealTicket>, VaultError> {
        Ok(self.mint(seal, Kind::Shift { life: SHIFT_S }).into_iter().collect())
    }

    async fn fresh(&self, seal: &SealNo, nonce: [u8; 16]) -> Result<SealTicket, NoTicket> {
        self.mint(seal, Kind::Moment { nonce }).ok_or_else(|| {
            NoTicket::Refused(seal_core::wire::TicketRefused {
                seal: seal.clone(),
                code: "unknown_seal".to_owned(),
                detail: "no seal of the open protocol has this number".to_owned(),
            })
        })
    }

    async fn renew(&self) -> Result<usize, RenewError> {
        Ok(0)
    }
}
