//! The phone's entry. Type-checked for Android and iOS; not yet run on a device.

use seal_field::{platform, shell};

fn main() {
    tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| "warn".into()))
        .with_writer(std::io::stderr)
        .init();
    shell::run(platform::data_folder().map(|folder| folder.join("practice")))
}
