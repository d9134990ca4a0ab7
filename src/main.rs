//! The phone's entry. Type-checked for Android and iOS; not yet run on a device.
//!
//! It opens for real use, and begins with the enrolment while there is none. `--practice` opens practice instead.

use seal_field::adapters::log_tail;
use seal_field::{platform, shell};

fn main() {
    log_tail::begin();
    let data = platform::data_folder();
    if std::env::args().any(|word| word == "--practice") {
        shell::run(data.map(|folder| folder.join("practice")))
    }
    shell::run_real(data)
}
