//! The central's tests as one program: linked once instead of twenty times. `layering` of the app holds that every file here is in it.

mod common;
#[cfg(feature = "oidc")]
#[path = "common/provider.rs"]
mod provider;

mod changes;
mod data;
mod duty;
mod enrolment;
mod import;
mod log;
#[cfg(feature = "oidc")]
mod oidc;
mod packed;
mod packs;
mod photos;
mod postgres;
#[cfg(feature = "postgres")]
mod postgres_failover;
#[cfg(feature = "postgres")]
mod postgres_tls;
mod program;
mod push;
mod refusals;
mod rescue;
mod running;
mod sign_in;
mod signatures;
mod stock;
mod tickets;
mod whole;
