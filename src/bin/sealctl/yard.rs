//! `sealctl yard`: a yard of simulated seals for other processes.

use std::io::Write as _;
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::Arc;

use seal_simulator::{Yard, serve};

use crate::clock::SharedClock;
use crate::options::Options;

/// Serves the yard until the process is ended. Seals are added by whoever uses it.
pub fn run(mut options: Options) -> Result<(), String> {
    let data: PathBuf = options.needed("--data")?;
    let listen: SocketAddr = options.needed("--listen")?;
    let clock = options.clock()?;
    options.end()?;

    let clock = SharedClock::open_or_system(clock.as_deref()).map_err(|error| format!("--clock: {error}"))?;
    let yard = Yard::open(&data, Arc::new(move || clock.now().wall)).map_err(|error| error.to_string())?;
    let listener = TcpListener::bind(listen).map_err(|error| format!("{listen}: {error}"))?;
    let address = serve(listener, Arc::new(yard)).map_err(|error| format!("{listen}: {error}"))?;
    let mut out = std::io::stdout().lock();
    writeln!(out, "listening on {address}").and_then(|()| out.flush()).map_err(|error| error.to_string())?;
    loop {
        std::thread::park();
    }
}
