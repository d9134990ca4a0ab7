//! A device with a yard of simulated seals before it, a case to seal and the officers of both ends.
#![allow(dead_code)]

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use p256::elliptic_curve::rand_core::{OsRng, RngCore as _};
use seal_core::case::{CasePhase, CaseView, SealOnCase};
use seal_core::codes::{CustomsSealKind, SealCondition, SealType};
use seal_core::doc::{CaseDoc, Doc, SealDoc, SealLife, SealRadio};
use seal_core::fact::{Fact, Inspected};
use seal_core::ids::{CaseId, CommandId, DeviceId, OfficerId, Sha256};
use seal_core::inspection::{HandCheck, HandCheckResult, Verdict, checks_for};
use seal_core::officer::{Officer, Role};
use seal_core::outbox::Receipt as Taken;
use seal_core::pack::public;
use seal_core::rules::LegalGround;
use seal_core::rules::RulePack;
use seal_core::seal::state::SealState;
use seal_core::seal_no::SealNo;
use seal_core::wire::{
    B64, Change, ChangesResponse, PROTO, PushRequest, PushResponse, SealTicket, SignInRequest, SignInResponse,
    TicketKind, TicketsRequest, TicketsResponse,
};
use seal_field::actions::Kit;
use seal_field::actions::lock_command::{Patience, Progress};
use seal_field::adapters::no_camera::NoCamera;
use seal_field::adapters::seals::a7::A7 as A7Driver;
use seal_field::adapters::seals::driver::{Driver, Seals};
use seal_field::adapters::seals::open::OpenProtocol;
use seal_field::adapters::seals::radio::{Advertisement, Gatt, Radio};
use seal_field::adapters::seals::yard::{RadioDelays, YardRadio};
use seal_field::ports::central::{Central, CentralTrouble, PhotoAtCentral};
use seal_field::ports::clock::Clock as _;
use seal_field::ports::location::Nowhere;
use seal_field::ports::seal_link::LinkTrouble;
use seal_field::ports::store::Store as _;
use seal_field::ports::tickets::{NoTicket, RenewError, Tickets};
use seal_field::ports::vault::VaultError;
use seal_protocol::SealId;
use seal_protocol::entry::Outcome;
use seal_protocol::issuer::{Kind, SHIFT_S, Wish, practice};
use seal_protocol::keys::SealKeys;
use seal_protocol::receipt::Receipt;
use seal_protocol::ticket::{Flags, Scope};
use seal_simulator::{Reach as _, SealNow, SealSpec, Trouble, Yard};
use uuid::Uuid;

use crate::common::{Device, StillClock, case_id, named_office, office, pack_docs, rules_key, seal};

/// Nobody answers.
struct NoCoverage;

fn offline<T>() -> Result<T, CentralTrouble> {
    Err(CentralTrouble::Offline("test".to_owned()))
}

#[async_trait]
impl Central for NoCoverage {
    async fn ping(&self) -> Result<(), CentralTrouble> {
        offline()
    }
    async fn sign_in(&self, _: SignInRequest) -> Result<SignInResponse, CentralTrouble> {
        offline()
    }
    fn sign_out(&self) {}
    async fn push(&self, _: DeviceId, _: &PushRequest) -> Result<PushResponse, CentralTrouble> {
        offline()
    }
    async fn changes(&self, _: Option<&str>, _: u32) -> Result<ChangesResponse, CentralTrouble> {
        offline()
    }
    async fn record_proof(&self, _: &str, _: u64, _: u64) -> Result<Vec<Sha256>, CentralTrouble> {
        offline()
    }
    async fn photo_state(&self, _: &Sha256, _: u64, _: &str) -> Result<PhotoAtCentral, CentralTrouble> {
        offline()
    }
    async fn photo_append(&self, _: &Sha256, _: u64, _: Vec<u8>) -> Result<PhotoAtCentral, CentralTrouble> {
        offline()
    }
    async fn tickets(&self, _: &TicketsRequest) -> Result<TicketsResponse, CentralTrouble> {
        offline()
    }
    async fn photo_bytes(&self, _: &Sha256) -> Result<Vec<u8>, CentralTrouble> {
        offline()
    }
}

pub const SEAL: &str = "83181001";
/// Seals with this beginning speak A7.
pub const A7: &str = "9176";
pub const A7_SEAL: &str = "91760001";
/// What this phone's officers are told of every A7 seal.
pub const A7_PASSWORD: &str = "480213";
pub const PATIENCE: Patience = Patience {
    answer: Duration::from_secs(5),
    command: Duration::from_secs(5),
    readings: 4,
    pause: Duration::from_millis(0),
};

pub struct Bench {
    pub folder: tempfile::TempDir,
    pub device: Device,
    pub yard: Arc<Yard>,
    pub kit: Kit,
    /// Seals at the origin, 03EE.
    pub a: Officer,
    /// Inspects at the destination, 15BB.
    pub b: Officer,
    pub case: CaseId,
    pub no: SealNo,
}

pub fn officer(id: &str, unit: &str, roles: &[Role]) -> Officer {
    Officer { id: OfficerId(id.to_owned()), name: id.to_owned(), unit: office(unit), roles: roles.to_vec() }
}

pub fn case_doc() -> CaseDoc {
    CaseDoc {
        id: case_id(7),
        containers: vec!["CSQU3054383".parse().unwrap()],
        size_type: String::new(),
        declaration: None,
        declared_on: None,
        status: String::new(),
        trader: "Công ty".to_owned(),
        tax_code: String::new(),
        channel: String::new(),
        // Either kind of customs seal may go on, as long as no group A goods wait.
        ground: Some(LegalGround::OtherCustomsSeal),
        origin: office("03EE"),
        destination: office("15BB"),
        route: String::new(),
        permitted_hours: 12,
        planned_at: "2026-11-23T02:00:00Z".parse().unwrap(),
        vehicle: String::new(),
        trailer: String::new(),
        driver: String::new(),
        seals: Vec::new(),
        sheet_codes: Vec::new(),
    }
}

pub fn seal_doc(no: &str) -> SealDoc {
    SealDoc {
        no: seal(no),
        seal_type: SealType::Electronic,
        kind: CustomsSealKind::Electronic,
        class: None,
        owner: office("03EE"),
        manager: office("03EE"),
        holder: office("03EE"),
        as_of: "2026-11-01T00:00:00Z".parse().unwrap(),
        radio: SealRadio::Spoken,
        life: SealLife::InService,
        platform_sees: Some(true),
    }
}

/// A good seal with its rope in and the right time.
pub fn good(no: &str) -> SealSpec {
    SealSpec { clock_offset_s: 0, ..SealSpec::good(seal(no)).rope_in() }
}

/// A good A7 seal with its rope in and the right time.
pub fn good_a7() -> SealSpec {
    good(A7_SEAL).a7(A7_PASSWORD)
}

/// All drivers of the app.
pub fn drivers(device: &Device) -> Vec<Arc<dyn Driver>> {
    vec![Arc::new(OpenProtocol), Arc::new(A7Driver::new(device.clock.clone()).without_pauses())]
}

/// The link to the seals of a yard.
pub fn link(
    device: &Device,
    yard: Arc<dyn seal_simulator::Reach>,
    delays: RadioDelays,
    tickets: Arc<dyn Tickets>,
) -> Arc<Seals> {
    Arc::new(Seals::new(Arc::new(YardRadio::new(yard, delays)), drivers(device), tickets))
}

/// A link whose phone stops at the moment in which it would send a command.
pub fn halting_link(bench: &Bench) -> Arc<Seals> {
    let yard: Arc<dyn seal_simulator::Reach> = bench.yard.clone();
    let radio = Halting(YardRadio::new(yard, RadioDelays::default()));
    Arc::new(Seals::new(Arc::new(radio), drivers(&bench.device), tickets(&bench.device)))
}

struct Halting(YardRadio);
struct HaltingGatt(Box<dyn Gatt>);

#[async_trait]
impl Radio for Halting {
    async fn listen(&self, services: &[Uuid]) -> Result<Vec<Advertisement>, LinkTrouble> {
        self.0.listen(services).await
    }
    async fn connect(&self, address: &str, notify: Uuid) -> Result<Box<dyn Gatt>, LinkTrouble> {
        Ok(Box::new(HaltingGatt(self.0.connect(address, notify).await?)))
    }
}

#[async_trait]
impl Gatt for HaltingGatt {
    fn value_len(&self) -> usize {
        self.0.value_len()
    }
    async fn write(&mut self, to: Uuid, value: &[u8]) -> Result<(), LinkTrouble> {
        // A command's length: header, type, tag, code, id, action.
        if value.len() == 1 + 1 + 16 + 1 + 16 + 1 {
            std::future::pending::<()>().await;
        }
        self.0.write(to, value).await
    }
    async fn notified(&mut self) -> Result<Vec<u8>, LinkTrouble> {
        self.0.notified().await
    }
    async fn pair(&mut self) -> Result<(), LinkTrouble> {
        self.0.pair().await
    }
}

/// Whether that seal's key signed that the command armed or opened it.
pub fn genuine(receipt: &[u8], command: CommandId) -> bool {
    let id = SealId::new(SEAL).unwrap();
    let keys = SealKeys::new(id, practice::PRACTICE_EPOCH, &practice::issuer().seal_key(&id));
    let told = Receipt::read(receipt).and_then(|receipt| receipt.verify(&keys));
    told.and_then(|(entry, _)| entry.ended())
        .is_some_and(|(_, outcome, id)| outcome == Outcome::Done && id.0 == *command.0.as_bytes())
}

/// What a central would have given this phone: every right to every seal.
pub fn tickets(device: &Device) -> Arc<dyn Tickets> {
    Arc::new(Minted { clock: device.clock.clone(), fresh: true })
}

/// Tickets of a phone that reaches no central: nothing for this moment.
pub fn tickets_without_coverage(device: &Device) -> Arc<dyn Tickets> {
    Arc::new(Minted { clock: device.clock.clone(), fresh: false })
}

/// The right to a seal that knows a password and nothing better.
pub fn password_ticket(seal: &SealNo, password: &str, now: Timestamp) -> SealTicket {
    SealTicket {
        seal: seal.clone(),
        kind: TicketKind::Password,
        ticket: B64(Vec::new()),
        secret: B64(password.as_bytes().to_vec()),
        expires: now + SignedDuration::from_hours(12),
    }
}

struct Minted {
    clock: Arc<StillClock>,
    fresh: bool,
}

struct SystemRandom;

impl seal_protocol::secret::Random for SystemRandom {
    fn fill(&mut self, bytes: &mut [u8]) {
        OsRng.fill_bytes(bytes);
    }
}

impl Minted {
    fn mint(&self, officer: &str, seal: &SealNo, kind: Kind) -> SealTicket {
        static SEQUENCE: AtomicU32 = AtomicU32::new(1);
        let now = self.clock.now().wall;
        let issuer = practice::issuer();
        let wish = Wish {
            kind,
            now: u32::try_from(now.as_second()).unwrap(),
            sequence: SEQUENCE.fetch_add(1, Ordering::SeqCst),
            min_sequence: 0,
            officer: issuer.pseudonym(officer),
            scope: Scope(Scope::READ.0 | Scope::ARM.0 | Scope::DISARM.0),
            flags: Flags(0),
        };
        let grant = issuer.mint(&SealId::new(seal.as_str()).unwrap(), &wish, &mut SystemRandom).unwrap();
        let kind = if matches!(kind, Kind::Moment { .. }) { TicketKind::Moment } else { TicketKind::Shift };
        SealTicket {
            seal: seal.clone(),
            kind,
            ticket: B64(grant.ticket.to_vec()),
            secret: B64(grant.proof.expose().to_vec()),
            expires: now + SignedDuration::from_hours(12),
        }
    }
}

#[async_trait]
impl Tickets for Minted {
    fn held(&self, officer: &OfficerId, seal: &SealNo) -> Result<Vec<SealTicket>, VaultError> {
        if seal.as_str().starts_with(A7) {
            return Ok(vec![password_ticket(seal, A7_PASSWORD, self.clock.now().wall)]);
        }
        Ok(vec![self.mint(&officer.0, seal, Kind::Shift { life: SHIFT_S })])
    }
    async fn fresh(&self, seal: &SealNo, nonce: [u8; 16]) -> Result<SealTicket, NoTicket> {
        if !self.fresh {
            return Err(CentralTrouble::Offline("test".to_owned()).into());
        }
        Ok(self.mint("whoever is signed in", seal, Kind::Moment { nonce }))
    }
    async fn renew(&self) -> Result<usize, RenewError> {
        Ok(0)
    }
}

pub fn kit(device: &Device, yard: &Arc<Yard>, delays: RadioDelays) -> Kit {
    Kit {
        store: device.store.clone(),
        photos: device.photos.clone(),
        central: Arc::new(NoCoverage),
        link: link(device, Arc::clone(yard) as Arc<dyn seal_simulator::Reach>, delays, tickets(device)),
        tickets: tickets(device),
        camera: Arc::new(NoCamera),
        clock: device.clock.clone(),
        location: Arc::new(Nowhere),
        vault: device.vault.clone(),
        press: Arc::new(seal_field::adapters::pdf::PdfPress::default()),
        outlet: seal_field::adapters::paper_hub::Papers::default().open(None),
        machine: Arc::new(seal_field::adapters::log_tail::ThisProcess),
    }
}

impl Bench {
    pub fn new(trouble: &[Trouble]) -> Self {
        Self::with_spec(good(SEAL).with(trouble))
    }

    pub fn with_spec(spec: SealSpec) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let device = Device::open(folder.path());
        let yard = open_yard(folder.path(), &device);
        let no = spec.serial.clone();
        yard.add(spec).unwrap();
        let bench = Self {
            kit: kit(&device, &yard, RadioDelays::default()),
            a: officer("khoa.nm", "03EE", &[Role::Officer]),
            b: officer("ha.tt", "15BB", &[Role::Officer]),
            case: case_id(7),
            no,
            folder,
            device,
            yard,
        };
        bench.documents(vec![Doc::Case(case_doc()), Doc::Seal(seal_doc(bench.no.as_str()))]);
        bench
    }

    /// Documents arrive from the central.
    pub fn documents(&self, docs: Vec<Doc>) {
        self.changes(docs.into_iter().map(|doc| Change::Doc { doc: Box::new(doc) }).collect());
    }

    /// A signed rule pack arrives, with these offices.
    pub fn rules(&self, rules: RulePack, offices: &[(&str, &str)]) {
        let offices = offices.iter().map(|(code, short)| named_office(code, short)).collect();
        let rules = RulePack { offices, ..rules };
        self.device.store.trust_rules_keys(&[public(&rules_key())]).unwrap();
        self.documents(pack_docs(&rules, self.now()));
        assert_eq!(self.device.store.pack_standing().unwrap().refused, None);
    }

    pub fn changes(&self, changes: Vec<Change>) {
        let page = ChangesResponse {
            proto: PROTO.to_owned(),
            epoch: "e".to_owned(),
            server_time: self.now(),
            changes,
            next: "1".to_owned(),
            more: false,
            checkpoint: None,
        };
        self.device.store.take_changes(&page, self.now()).unwrap();
    }

    pub fn now(&self) -> Timestamp {
        self.device.clock.now().wall
    }

    pub fn pass(&self, by: SignedDuration) {
        self.device.clock.advance(by);
    }

    pub fn view(&self) -> CaseView {
        self.device.store.case(self.case).unwrap().unwrap()
    }

    pub fn phase(&self) -> CasePhase {
        self.view().phase()
    }

    pub fn on_case(&self) -> SealOnCase {
        self.view().seal(&self.no).unwrap().clone()
    }

    pub fn state(&self) -> SealState {
        self.view().seal(&self.no).map_or(SealState::Free, |seal| seal.state.clone())
    }

    /// The truth.
    pub fn truth(&self) -> SealNow {
        self.yard.seal(&self.no).unwrap()
    }

    /// Kinds of the facts of the case, in order.
    pub fn kinds(&self) -> Vec<&'static str> {
        let mut events = self.device.store.case_events(self.case).unwrap();
        events.sort_by_key(|signed| signed.event.seq);
        events.iter().map(|signed| signed.event.fact.kind()).collect()
    }

    pub fn facts(&self) -> Vec<Fact> {
        let mut events = self.device.store.case_events(self.case).unwrap();
        events.sort_by_key(|signed| signed.event.seq);
        events.into_iter().map(|signed| signed.event.fact).collect()
    }
}

pub fn open_yard(folder: &Path, device: &Device) -> Arc<Yard> {
    let clock = device.clock.clone();
    Arc::new(Yard::open(&folder.join("yard"), Arc::new(move || clock.now().wall)).unwrap())
}

/// Checks by hand, all good but `bad`.
pub fn hand_checks(bad: Option<HandCheck>) -> Vec<HandCheckResult> {
    let made = checks_for(SealType::Electronic).iter();
    made.map(|check| HandCheckResult { check: *check, good: Some(*check) != bad, seconds: 4, note: String::new() })
        .collect()
}

pub fn inspection(no: &SealNo, verdict: Verdict, reason: &str) -> Inspected {
    Inspected {
        seal: no.clone(),
        en_route: false,
        checks: hand_checks(None),
        condition: SealCondition::Right,
        verdict,
        reason: reason.to_owned(),
    }
}

/// For acts whose progress is not looked at.
pub fn quiet(_: Progress) {}

/// For [`Change::Event`].
pub fn receipt() -> Taken {
    Taken { server_seq: 1, at: "2026-11-23T02:00:00Z".parse().unwrap(), code: "7F3A-21".to_owned() }
}
