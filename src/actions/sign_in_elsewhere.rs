//! Signing in with the agency's account: the officer goes to the agency's page in a browser, here or on another device, and this
//! phone asks the central whether they have been there. What the page knows of the officer stays between it and the central.
//!
//! The phone keeps a secret of its own for the time of it, so that nobody who saw the address or the code gets the session.
//! Afterwards the officer chooses a PIN, which is this phone's own and opens it without coverage ([`super::sign_in`]).

use p256::elliptic_curve::rand_core::{OsRng, RngCore as _};
use seal_core::agency::{BeginRequest, FinishRequest, Flow};
use seal_core::ids::Sha256;
use seal_core::wire::B64;

use super::Kit;
use super::sign_in::{SignInTrouble, SignedIn, known_by_central, let_in};
use crate::ports::agency::{Agency, Finished, Ways};
use crate::ports::central::CentralTrouble;

/// A sign-in that has begun. Shows no secret.
#[derive(Clone, PartialEq, Eq)]
pub struct Begun {
    /// Which way.
    pub flow: Flow,
    /// The address to open.
    pub open: String,
    /// [`Flow::Device`]: the address to type where that cannot be opened.
    pub address: Option<String>,
    /// [`Flow::Device`]: the code to type there.
    pub user_code: Option<String>,
    handle: String,
    verifier: [u8; 32],
}

impl std::fmt::Debug for Begun {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Begun").field("flow", &self.flow).finish_non_exhaustive()
    }
}

/// Where it stands.
#[derive(Debug)]
pub enum Step {
    /// The officer has not been there yet; ask again after so many seconds.
    NotYet(u32),
    /// They are signed in.
    SignedIn {
        /// Who.
        signed_in: SignedIn,
        /// They have a PIN on this phone already.
        has_pin: bool,
    },
}

fn agency(kit: &Kit) -> Result<&dyn Agency, SignInTrouble> {
    kit.central.agency().ok_or_else(|| SignInTrouble::Central(CentralTrouble::Offline("no agency accounts".to_owned())))
}

/// How officers sign in at this phone's central.
///
/// # Errors
/// [`SignInTrouble::Central`] when it cannot be asked.
pub async fn ways(kit: &Kit) -> Result<Ways, SignInTrouble> {
    agency(kit)?.ways().await.map_err(SignInTrouble::Central)
}

/// Begins.
///
/// # Errors
/// [`SignInTrouble::Central`].
pub async fn begin(kit: &Kit, flow: Flow) -> Result<Begun, SignInTrouble> {
    let mut verifier = [0; 32];
    OsRng.fill_bytes(&mut verifier);
    let request = BeginRequest {
        device: kit.vault.device(),
        device_key: B64(kit.vault.public_key()),
        challenge: Sha256::of(&verifier),
        flow,
    };
    let begun = agency(kit)?.begin(&request).await.map_err(SignInTrouble::Central)?;
    Ok(Begun {
        flow,
        open: begun.open,
        address: begun.address,
        user_code: begun.user_code,
        handle: begun.handle,
        verifier,
    })
}

/// Asks whether the officer has been there; with the digits that the page showed, where it shows some.
///
/// # Errors
/// [`SignInTrouble`]; nobody is signed in then.
pub async fn finish(kit: &Kit, begun: &Begun, digits: Option<&str>) -> Result<Step, SignInTrouble> {
    let request = FinishRequest {
        handle: begun.handle.clone(),
        verifier: B64(begun.verifier.to_vec()),
        digits: digits.map(str::to_owned),
    };
    match agency(kit)?.finish(&request).await.map_err(SignInTrouble::Central)? {
        Finished::NotYet(wait_s) => Ok(Step::NotYet(wait_s)),
        Finished::SignedIn(answer) => {
            let has_pin = known_by_central(kit, &answer.officer)?;
            Ok(Step::SignedIn { signed_in: let_in(kit, *answer).await?, has_pin })
        }
    }
}
