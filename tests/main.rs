//! The tests that may share a program (none sets what others of its process would feel): linked once instead of thirty times.
//! What stands beside this file and is not named here is a program of its own in `Cargo.toml`; `layering` holds that nothing is neither.

#[path = "common/accounts.rs"]
mod accounts;
#[path = "common/bench.rs"]
mod bench;
#[path = "journey/browser.rs"]
mod browser;
mod common;
#[path = "common/mobile.rs"]
mod mobile;
#[path = "common/old_form.rs"]
mod old_form;
#[path = "common/phone.rs"]
mod phone;
#[path = "../crates/central/tests/common/provider.rs"]
mod provider;
#[path = "common/still.rs"]
mod still;
#[path = "common/syncing.rs"]
mod syncing;
#[path = "common/tired_vault.rs"]
mod tired_vault;
#[path = "common/tls.rs"]
mod tls;

mod agency_screens;
mod carried;
mod case_screens;
mod drivers;
mod duty;
mod enrol_screens;
mod faults_listed;
mod first_run;
mod inspection_screens;
mod layering;
mod lists_contract;
mod papers;
mod phone_files;
mod pin;
mod queue_screens;
mod rescue;
mod scan_screens;
mod seal_acts;
mod seal_truth;
mod sealctl_scan;
mod sealctl_seal;
mod settings_screens;
mod slips;
mod stock;
mod store_contract;
mod sync;
mod sync_central;
mod tls_faults;
mod trouble_texts;
mod ui_kit;
mod upgrade;
mod way_home_screens;
mod wire_size;
