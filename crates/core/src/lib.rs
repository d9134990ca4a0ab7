//! Pure domain of the seal app, shared by the phone and the central: numbers, rules, facts, views and wire types.
//! No I/O, no async, no clock.
#![deny(missing_docs)]

pub mod agency;
pub mod calendar;
pub mod case;
pub mod cbor;
pub mod checkpoint;
pub mod codes;
mod compact;
pub mod container;
pub mod courier;
pub mod cover;
pub mod custody;
pub mod declaration;
pub mod doc;
pub mod document;
pub mod enrolment;
pub mod event;
pub mod evidence;
pub mod fact;
pub mod figures;
pub mod gs1;
pub mod ids;
pub mod inspection;
pub mod life;
pub mod line;
pub mod loss;
pub mod merkle;
pub mod near;
pub mod obligation;
pub mod officer;
pub mod outbox;
pub mod pack;
pub mod parcel;
pub mod range;
pub mod rescue;
pub mod rules;
pub mod scan;
pub mod seal;
pub mod seal_no;
pub mod search;
pub mod slip;
pub mod time;
pub mod waybill;
pub mod wire;
pub mod work;
