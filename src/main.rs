//! The phone's entry. Type-checked for Android and iOS; not yet run on a device.
//!
//! It opens for real use, and begins with the enrolment while there is none. `--practice` opens practice instead.

use seal_field::{platform, shell};

fn main() {
    tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| "warn".into()))
        .with_writer(std::io::stderr)
        .init();
    let data = platform::data_folder();
    if std::env::args().any(|word| word == "--practice") {
        shell::run(data.map(|folder| folder.join("practice")))
    }
    shell::run_real(data)
}
