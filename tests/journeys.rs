//! What officers do, in a real browser. One at a time (`.config/nextest.toml`).

#[path = "journey/browser.rs"]
mod browser;
#[path = "journey/hands.rs"]
mod hands;
#[path = "journey/rooms.rs"]
mod rooms;

mod home_journey;
mod journey;
mod rules_journey;
mod scan_journey;
mod stock_journey;
