//! The field app. Its crate map is written in `docs/architecture.md`.

pub mod platform;
