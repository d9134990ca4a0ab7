//! Rights to work seals, for the officer who is signed in: who is given what is decided here and nowhere else.
//!
//! The phone's copy of the law (`seal_core::seal::permit`) says when an act is due; a ticket only says what a stolen phone, or
//! one with a changed app, could do at most. So it follows whose hands a seal is in, the role, and an open dispute.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use jiff::Timestamp;
use seal_core::case::CaseView;
use seal_core::custody::{SealView, Whereabouts};
use seal_core::doc::{Doc, SealLife};
use seal_core::ids::CaseId;
use seal_core::officer::{Officer, Role};
use seal_core::parcel::ParcelView;
use seal_core::seal::permit::works_seals;
use seal_core::seal_no::SealNo;
use seal_core::wire::{
    B64, PROTO, SealTicket, TICKETS_MEDIA_TYPE, TicketKind, TicketRefused, TicketsRequest, TicketsResponse,
};
use seal_protocol::issuer::{Issuer, Kind, MOMENT_S, NoTicket, RESERVE_S, SHIFT_S, Wish};
use seal_protocol::ticket::{Flags, Scope};

use crate::api::{JsonBody, blocking};
use crate::db::{Transaction, Trouble};
use crate::problem::Refusal;
use crate::seals::{self, Registered, Stored};
use crate::session::Session;
use crate::vault::{System, Vault};
use crate::{Central, feed};

/// Seals in one answer: with shift and reserve tickets about 140 KB.
pub(crate) const SEALS: usize = 200;
/// So many answers with tickets a minute for one phone; a shift needs one, and one beside a seal that lost the time.
const ASKS: i64 = 20;
const ASKS_WINDOW_S: i64 = 60;

/// Gives tickets: for the seals named, else for the shift's work list.
#[utoipa::path(post, path = "/v1/tickets", security(("bearer" = [])), request_body = crate::openapi::TicketsRequest,
    responses(
        (status = 200, content_type = "application/vnd.sealfield.tickets+json", body = crate::openapi::TicketsResponse),
        (status = 403, description = "`role`: no rights to seals; `revoked`: this officer is given none any more",
            body = crate::openapi::Problem),
        (status = 413, description = "`too_large`: name fewer seals at a time", body = crate::openapi::Problem),
        (status = 429, description = "`too_often`, with Retry-After", body = crate::openapi::Problem),
))]
pub(crate) async fn issue(
    State(central): State<Central>,
    session: Session,
    JsonBody(request): JsonBody<TicketsRequest>,
) -> Result<Response, Refusal> {
    if request.seals.len() > SEALS {
        return Err(Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", format!("At most {SEALS} seals.")));
    }
    let answer = blocking(move || {
        let now = (central.0.clock)();
        central.0.db.write(|tx| answer(tx, &central.0.vault, &session, &request, now)).map_err(Refusal::from)
    })
    .await??;
    let body = serde_json::to_vec(&answer).map_err(|e| Refusal::from(Trouble::from(e)))?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(TICKETS_MEDIA_TYPE)),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    Ok((headers, body).into_response())
}

fn answer(
    tx: &Transaction,
    vault: &Vault,
    session: &Session,
    request: &TicketsRequest,
    now: Timestamp,
) -> Result<Result<TicketsResponse, Refusal>, Trouble> {
    let officer = &session.officer;
    let rights = rights(officer);
    if rights.0 == 0 {
        let detail = "Tài khoản không có quyền làm việc với seal.";
        return Ok(Err(Refusal::new(StatusCode::FORBIDDEN, "role", detail)));
    }
    if seals::is_barred(tx, &officer.id)? {
        let detail = "Quyền làm việc với seal của tài khoản này đã bị thu hồi. Báo lãnh đạo đơn vị.";
        return Ok(Err(Refusal::new(StatusCode::FORBIDDEN, "revoked", detail)));
    }
    if too_often(tx, session, now)? {
        let refusal =
            Refusal::new(StatusCode::TOO_MANY_REQUESTS, "too_often", "Xin quyền quá nhiều lần. Hãy chờ rồi thử lại.");
        return Ok(Err(refusal.retry_after(ASKS_WINDOW_S)));
    }
    let second = u32::try_from(now.as_second()).map_err(|e| Trouble::Stored(e.to_string()))?;
    let mut desk = Desk {
        tx,
        vault,
        session,
        now,
        second,
        rights,
        issuers: HashMap::new(),
        tickets: Vec::new(),
        refused: Vec::new(),
    };
    if request.seals.is_empty() {
        desk.work_list()?;
    }
    for wish in &request.seals {
        desk.named(&wish.seal, wish.nonce.as_ref())?;
    }
    let Desk { tickets, refused, .. } = desk;
    tracing::info!(officer = %officer.id, device = %session.device, given = tickets.len(), refused = refused.len(), "tickets");
    let officer = officer.id.clone();
    Ok(Ok(TicketsResponse { proto: PROTO.to_owned(), server_time: now, officer, tickets, refused }))
}

/// What a role may do with a seal at most. To approve another officer's opening is part of [`Scope::DISARM`].
fn rights(officer: &Officer) -> Scope {
    let mut rights = Scope(0);
    if works_seals(officer) {
        rights = rights.and(Scope::READ).and(Scope::ARM).and(Scope::DISARM);
    }
    if officer.is(Role::Registrar) {
        rights = rights.and(Scope::READ).and(Scope::TEST);
    }
    if officer.is(Role::Auditor) {
        rights = rights.and(Scope::READ);
    }
    rights
}

fn without(scope: Scope, other: Scope) -> Scope {
    Scope(scope.0 & !other.0)
}

/// All tickets of one answer bear one time.
fn too_often(tx: &Transaction, session: &Session, now: Timestamp) -> Result<bool, Trouble> {
    let now = now.as_millisecond();
    let asks: i64 = tx.query_row(
        "SELECT count(DISTINCT issued_at) FROM ticket WHERE device = ?1 AND issued_at > ?2 AND issued_at <= ?3",
        (session.device.0.as_bytes(), now - ASKS_WINDOW_S * 1000, now),
        |row| row.get(0),
    )?;
    Ok(asks >= ASKS)
}

/// Why a seal concerns the officer; the first ones come first when there are too many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Concern {
    /// On a case from or to the unit.
    OnCase,
    /// In the officer's own hands, or offered to them.
    InHand,
    /// In the unit's stock.
    Stock,
    /// In a parcel to the unit, or one of the unit's that has not left.
    Parcel,
    /// On another unit's case that this unit has worked on.
    OnTheWay,
}

struct Standing {
    concern: Concern,
    /// Two devices tell different things of it, and nobody decided.
    disputed: bool,
}

struct Desk<'a> {
    tx: &'a Transaction<'a>,
    vault: &'a Vault,
    session: &'a Session,
    now: Timestamp,
    second: u32,
    rights: Scope,
    issuers: HashMap<u8, Issuer>,
    tickets: Vec<SealTicket>,
    refused: Vec<TicketRefused>,
}

impl Desk<'_> {
    /// Seals with a key that are the officer's business now.
    fn work_list(&mut self) -> Result<(), Trouble> {
        let candidates: Vec<String> = self.tx.query_all(
            "SELECT seal FROM seal_key JOIN scope ON scope.subject = 'seal/' || seal WHERE unit = ?1 ORDER BY seal",
            [self.session.officer.unit.as_str()],
            |row| row.get(0),
        )?;
        let mut list = Vec::new();
        for no in candidates {
            let no = SealNo::parse(&no).map_err(|e| Trouble::Stored(e.to_string()))?;
            let view = self.view(&no)?;
            if matches!(view.life, Some(SealLife::Lost | SealLife::Retired)) {
                continue;
            }
            if let Some(standing) = self.standing(&view)?.filter(|found| found.concern != Concern::OnTheWay) {
                list.push((no, standing));
            }
        }
        list.sort_by_key(|(_, standing)| standing.concern);
        for (at, (no, standing)) in list.iter().enumerate() {
            if at >= SEALS {
                self.refuse(no, "too_many", "Quá nhiều seal trong một lần. Quét seal này để xin quyền riêng.");
            } else if let Some(registered) = seals::find(self.tx, no)? {
                self.give(no, &registered, standing, None)?;
            }
        }
        Ok(())
    }

    /// A seal that the officer asks for.
    fn named(&mut self, no: &SealNo, nonce: Option<&B64>) -> Result<(), Trouble> {
        let Some(registered) = seals::find(self.tx, no)? else {
            if feed::seal_doc(self.tx, no)?.is_some() {
                self.refuse(no, "no_key", "Seal chưa được đăng ký khóa ở trung tâm.");
            } else {
                self.refuse(no, "unknown_seal", "Không có seal này trong danh mục.");
            }
            return Ok(());
        };
        let nonce = match nonce.map(|nonce| <[u8; 16]>::try_from(&nonce.0[..])).transpose() {
            Ok(nonce) => nonce,
            Err(_) => {
                self.refuse(no, "nonce", "Số của seal không đúng. Đọc lại seal.");
                return Ok(());
            }
        };
        let view = self.view(no)?;
        match self.standing(&view)? {
            Some(standing) => self.give(no, &registered, &standing, nonce),
            None => {
                self.refuse(no, "not_in_scope", "Seal không do đơn vị giữ và không thuộc hồ sơ của đơn vị.");
                Ok(())
            }
        }
    }

    fn refuse(&mut self, no: &SealNo, code: &str, detail: &str) {
        self.refused.push(TicketRefused { seal: no.clone(), code: code.to_owned(), detail: detail.to_owned() });
    }

    fn view(&self, no: &SealNo) -> Result<SealView, Trouble> {
        let history = feed::events_about(self.tx, &feed::seal(no))?;
        Ok(SealView::fold(no, feed::seal_doc(self.tx, no)?.as_ref(), &history))
    }

    fn case(&self, id: CaseId) -> Result<Option<CaseView>, Trouble> {
        let doc = match feed::doc(self.tx, &feed::case(id))? {
            Some(Doc::Case(doc)) => Some(doc),
            _ => None,
        };
        Ok(CaseView::fold(id, doc.as_ref(), &feed::events_about(self.tx, &feed::case(id))?))
    }

    /// Whether the seal is this officer's business.
    fn standing(&self, seal: &SealView) -> Result<Option<Standing>, Trouble> {
        let Officer { id: me, unit, .. } = &self.session.officer;
        let offered = seal
            .offered
            .as_ref()
            .is_some_and(|offer| &offer.to_unit == unit && offer.to.as_ref().is_none_or(|to| to == me));
        // A dispute stays with a seal that came off until it goes elsewhere.
        let last_case = seal.turns.last().filter(|turn| turn.left_at.is_none()).map(|turn| turn.case);
        let case = match &seal.whereabouts {
            Some(Whereabouts::OnCase { case }) => Some(*case),
            Some(Whereabouts::Unit { .. }) => last_case,
            _ => None,
        };
        let case = case.map(|id| self.case(id)).transpose()?.flatten();
        let concern = match &seal.whereabouts {
            Some(Whereabouts::OnCase { case: id }) => match &case {
                Some(case) if &case.doc.origin == unit || &case.doc.destination == unit => Some(Concern::OnCase),
                _ if self.follows(&feed::case(*id))? => Some(Concern::OnTheWay),
                _ => None,
            },
            Some(Whereabouts::Unit { unit: at }) if at == unit && seal.officer.as_ref() == Some(me) => {
                Some(Concern::InHand)
            }
            Some(Whereabouts::Unit { unit: at }) if at == unit && seal.officer.is_none() => Some(Concern::Stock),
            Some(Whereabouts::InParcel { parcel }) => {
                let parcel = ParcelView::fold(*parcel, &feed::events_about(self.tx, &feed::parcel(*parcel))?);
                let mine = parcel.is_some_and(|parcel| {
                    &parcel.packed.to == unit || (&parcel.packed.from == unit && parcel.handed_over.is_none())
                });
                mine.then_some(Concern::Parcel)
            }
            _ => offered.then_some(Concern::InHand),
        };
        let disputed = case.is_some_and(|case| case.open_conflict(&seal.no).is_some());
        Ok(concern.map(|concern| Standing { concern, disputed }))
    }

    fn follows(&self, subject: &str) -> Result<bool, Trouble> {
        self.tx.query_row(
            "SELECT EXISTS (SELECT 1 FROM scope WHERE unit = ?1 AND subject = ?2)",
            (self.session.officer.unit.as_str(), subject),
            |row| row.get(0),
        )
    }

    fn give(
        &mut self,
        no: &SealNo,
        registered: &Registered,
        standing: &Standing,
        nonce: Option<[u8; 16]>,
    ) -> Result<(), Trouble> {
        let rights = match standing.concern {
            Concern::OnTheWay => Scope(self.rights.0 & Scope::READ.0),
            _ => self.rights,
        };
        if standing.disputed && rights.has(Scope::DISARM) {
            let detail = "Các máy ghi khác nhau về seal này nên chưa được mở. Chờ lãnh đạo quyết định, hoặc mở cùng công chức \
                thứ hai.";
            self.refuse(no, "conflict", detail);
        }
        match &registered.family {
            Stored::A7 { wrapped } => self.give_password(no, wrapped, rights, standing.disputed),
            Stored::ESeal1 { epoch } => {
                let alone = if standing.disputed { without(rights, Scope::DISARM) } else { rights };
                let alone = (alone.0 != 0).then_some(alone);
                // The seal itself holds to the second officer, so a reserve ticket opens a disputed one by four eyes.
                let reserve = Some(rights).filter(|rights| rights.has(Scope::DISARM));
                let wishes = match nonce {
                    Some(nonce) => {
                        [(TicketKind::Moment, Kind::Moment { nonce }, alone), (TicketKind::Reserve, RESERVE, None)]
                    }
                    None => [(TicketKind::Shift, SHIFT, alone), (TicketKind::Reserve, RESERVE, reserve)],
                };
                for (kind, wish, scope) in wishes {
                    let Some(scope) = scope else { continue };
                    if !self.mint(no, *epoch, registered.min_sequence, kind, wish, scope)? {
                        self.refuse(no, "no_key", "Seal đã dùng hết số quyền. Báo bộ phận quản lý seal.");
                        break;
                    }
                }
                Ok(())
            }
        }
    }

    /// A password cannot be narrowed: it is told only to who may do everything with the seal.
    fn give_password(&mut self, no: &SealNo, wrapped: &[u8], rights: Scope, disputed: bool) -> Result<(), Trouble> {
        if !rights.has(Scope::ARM.and(Scope::DISARM)) {
            self.refuse(no, "role", "Tài khoản không có quyền gán, gỡ seal này.");
            return Ok(());
        }
        if disputed {
            return Ok(());
        }
        let password = self.vault.password(no, wrapped)?;
        let secret = B64(password.expose().to_vec());
        self.note(no, None, TicketKind::Password, B64(Vec::new()), secret, None, SHIFT_S)
    }

    /// `false` when the seal's numbers are used up.
    fn mint(
        &mut self,
        no: &SealNo,
        epoch: u8,
        min_sequence: u32,
        kind: TicketKind,
        wish: Kind,
        scope: Scope,
    ) -> Result<bool, Trouble> {
        let issuer = match self.issuers.entry(epoch) {
            Entry::Occupied(entry) => entry.into_mut(),
            Entry::Vacant(entry) => entry.insert(self.vault.issuer(self.tx, epoch)?),
        };
        let Some(sequence) = seals::next_sequence(self.tx, no)? else { return Ok(false) };
        let officer = issuer.pseudonym(&self.session.officer.id.0);
        let wish = Wish { kind: wish, now: self.second, sequence, min_sequence, officer, scope, flags: Flags::NONE };
        let grant = match issuer.mint(&seals::seal_id(no)?, &wish, &mut System) {
            Ok(grant) => grant,
            Err(NoTicket::Sequence) => return Ok(false),
            Err(error) => return Err(Trouble::Keys(error.to_string())),
        };
        let life = match wish.kind {
            Kind::Shift { life } | Kind::Reserve { life } => life,
            Kind::Moment { .. } => MOMENT_S,
        };
        let (ticket, secret) = (B64(grant.ticket.to_vec()), B64(grant.proof.expose().to_vec()));
        self.note(no, Some(sequence), kind, ticket, secret, Some(scope), life)?;
        Ok(true)
    }

    /// Adds it to the answer, and to the record of what was issued, which holds no secret.
    #[allow(clippy::too_many_arguments)]
    fn note(
        &mut self,
        no: &SealNo,
        sequence: Option<u32>,
        kind: TicketKind,
        ticket: B64,
        secret: B64,
        scope: Option<Scope>,
        life: u32,
    ) -> Result<(), Trouble> {
        let expires = Timestamp::from_second(i64::from(self.second) + i64::from(life))
            .map_err(|e| Trouble::Stored(e.to_string()))?;
        self.tx.execute(
            "INSERT INTO ticket (seal, sequence, kind, scope, officer, device, issued_at, expires_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            (
                no.as_str(),
                sequence,
                kind_name(kind),
                scope.map(|scope| scope.0),
                &self.session.officer.id.0,
                self.session.device.0.as_bytes(),
                self.now.as_millisecond(),
                expires.as_millisecond(),
            ),
        )?;
        self.tickets.push(SealTicket { seal: no.clone(), kind, ticket, secret, expires });
        Ok(())
    }
}

const SHIFT: Kind = Kind::Shift { life: SHIFT_S };
const RESERVE: Kind = Kind::Reserve { life: RESERVE_S };

fn kind_name(kind: TicketKind) -> &'static str {
    match kind {
        TicketKind::Shift => "shift",
        TicketKind::Reserve => "reserve",
        TicketKind::Moment => "moment",
        TicketKind::Password => "password",
    }
}
