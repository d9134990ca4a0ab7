//! What an answer of the central says, by the question it answers. Nothing is sent here.

use reqwest::StatusCode;
use seal_core::ids::Sha256;
use seal_core::outbox::Receipt;
use seal_core::wire::{
    B64, CHANGES_MEDIA_TYPE, Change, ChangesResponse, ConsistencyResponse, EnrolResponse, PROTO, PUSH_MEDIA_TYPE,
    PushRequest, PushResponse, SignInResponse, TICKETS_MEDIA_TYPE, TicketsResponse,
};

use super::UPLOAD_OFFSET;
use super::answer::Answer;
use crate::ports::central::{CentralTrouble, PhotoAtCentral};

/// Largest answer that is not a photo.
const JSON_BYTES: usize = 8 << 20;
/// JSON [`Receipt`] on answers about a complete photograph.
const RECEIPT: &str = "x-sealfield-receipt";

/// To a sign-in.
///
/// # Errors
/// [`CentralTrouble`] when it is not a success of ours that can be read.
pub async fn signed_in(answer: Answer) -> Result<SignInResponse, CentralTrouble> {
    let signed_in: SignInResponse = answer.success().await?.json(None, JSON_BYTES).await?;
    ours(&signed_in.proto)?;
    Ok(signed_in)
}

/// To a request to be enrolled. Whether its certificate is to be believed is another question.
///
/// # Errors
/// See [`signed_in`].
pub async fn enrolled(answer: Answer) -> Result<EnrolResponse, CentralTrouble> {
    let enrolled: EnrolResponse = answer.success().await?.json(None, JSON_BYTES).await?;
    ours(&enrolled.proto)?;
    Ok(enrolled)
}

/// To a push; it has to tell of every item.
///
/// # Errors
/// See [`signed_in`].
pub async fn pushed(answer: Answer, request: &PushRequest) -> Result<PushResponse, CentralTrouble> {
    let pushed: PushResponse = of_this_life(answer).await?.json(Some(PUSH_MEDIA_TYPE), JSON_BYTES).await?;
    ours(&pushed.proto)?;
    // Once: of two words on an item neither can be believed.
    let told = |id| pushed.results.iter().filter(|result| result.id == id).count() == 1;
    if request.items.iter().all(|item| told(item.id)) {
        Ok(pushed)
    } else {
        Err(CentralTrouble::Offline("the answer does not tell of every item once".to_owned()))
    }
}

/// To a question for changes.
///
/// # Errors
/// See [`signed_in`].
pub async fn changes(answer: Answer) -> Result<ChangesResponse, CentralTrouble> {
    let page: Page = answer.success().await?.json(Some(CHANGES_MEDIA_TYPE), JSON_BYTES).await?;
    ours(&page.proto)?;
    page.known()
}

/// To a question for the proof that the record of `from` items is the beginning of that of `to`.
///
/// # Errors
/// See [`signed_in`].
pub async fn record_proof(answer: Answer, from: u64, to: u64) -> Result<Vec<Sha256>, CentralTrouble> {
    let proof: ConsistencyResponse = of_this_life(answer).await?.json(None, JSON_BYTES).await?;
    ours(&proof.proto)?;
    // An answer to another question says nothing about the record.
    if (proof.from, proof.to) == (from, to) {
        Ok(proof.path)
    } else {
        Err(CentralTrouble::Offline("the proof is of other records".to_owned()))
    }
}

/// To a request for tickets.
///
/// # Errors
/// See [`signed_in`].
pub async fn tickets(answer: Answer) -> Result<TicketsResponse, CentralTrouble> {
    let given: TicketsResponse = answer.success().await?.json(Some(TICKETS_MEDIA_TYPE), JSON_BYTES).await?;
    ours(&given.proto)?;
    Ok(given)
}

/// A success, of the life of the central that was asked.
async fn of_this_life(answer: Answer) -> Result<Answer, CentralTrouble> {
    answer.success().await.map_err(|trouble| match trouble {
        // Nothing else conflicts there. By the status alone: the rest of the answer may have been cut off.
        CentralTrouble::Refused(problem) if problem.status == StatusCode::CONFLICT.as_u16() => CentralTrouble::Restored,
        other => other,
    })
}

pub(super) fn ours(proto: &str) -> Result<(), CentralTrouble> {
    if proto == PROTO { Ok(()) } else { Err(CentralTrouble::Portal) }
}

/// What an answer about an upload says, a success already.
///
/// # Errors
/// [`CentralTrouble::Offline`] when it tells neither a receipt nor an offset.
pub fn have(answer: &Answer) -> Result<PhotoAtCentral, CentralTrouble> {
    let unclear = || CentralTrouble::Offline("the answer does not say what arrived".to_owned());
    if let Some(receipt) = answer.header(RECEIPT) {
        let receipt: Receipt = serde_json::from_str(receipt).map_err(|_| unclear())?;
        return Ok(PhotoAtCentral::Complete(receipt));
    }
    let offset = answer.header(UPLOAD_OFFSET).and_then(|offset| offset.parse().ok()).ok_or_else(unclear)?;
    Ok(PhotoAtCentral::Partial { offset })
}

/// What an answer to announcing an upload says, a success already: as [`have`]; without either header nothing is there yet
/// (tus 1.0, Creation).
///
/// # Errors
/// See [`have`].
pub fn created(answer: &Answer) -> Result<PhotoAtCentral, CentralTrouble> {
    if answer.header(RECEIPT).is_none()
        && answer.header(UPLOAD_OFFSET).is_none()
        && answer.status == StatusCode::CREATED
    {
        return Ok(PhotoAtCentral::Partial { offset: 0 });
    }
    have(answer)
}

/// A page whose changes are read one by one, so that a document of a newer central does not hold the others.
#[derive(serde::Deserialize)]
struct Page {
    proto: String,
    epoch: String,
    server_time: jiff::Timestamp,
    changes: Vec<serde_json::Value>,
    next: String,
    more: bool,
    checkpoint: Option<B64>,
}

impl Page {
    fn known(self) -> Result<ChangesResponse, CentralTrouble> {
        Ok(ChangesResponse {
            proto: self.proto,
            epoch: self.epoch,
            server_time: self.server_time,
            changes: self.changes.into_iter().map(change).collect::<Result<_, _>>()?,
            next: self.next,
            more: self.more,
            checkpoint: self.checkpoint,
        })
    }
}

/// A change, or what is left out as unknown. A fact is never left out: its form in a page does not change.
fn change(value: serde_json::Value) -> Result<Change, CentralTrouble> {
    let is_fact = value.get("change").is_some_and(|kind| kind == "event");
    match serde_json::from_value(value) {
        Ok(change) => Ok(change),
        Err(error) if is_fact => Err(CentralTrouble::Offline(format!("a fact of the answer cannot be read: {error}"))),
        Err(error) => {
            tracing::warn!(%error, "a document cannot be read and is left out");
            Ok(Change::Unknown)
        }
    }
}
