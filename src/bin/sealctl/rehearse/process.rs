//! The processes of a rehearsal: a central, a yard, devices. Each is ended when it is dropped.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::Value;

/// What went wrong with a process, in words.
pub type Trouble = String;

/// A process, killed when dropped.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended already; either way it is waited for.
        let _gone = self.0.kill();
        let _waited = self.0.wait();
    }
}

fn start(command: &mut Command) -> Result<(Process, BufReader<ChildStdout>), Trouble> {
    let name = command.get_program().to_string_lossy().into_owned();
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().map_err(|error| format!("{name}: {error}"))?;
    let out = child.stdout.take().ok_or("no standard output")?;
    Ok((Process(child), BufReader::new(out)))
}

/// The address in a line `listening on [http://]ADDR`.
fn listening(out: &mut BufReader<ChildStdout>, who: &str) -> Result<SocketAddr, Trouble> {
    let mut line = String::new();
    out.read_line(&mut line).map_err(|error| format!("{who}: {error}"))?;
    let address = line.trim().strip_prefix("listening on ").map(|text| text.trim_start_matches("http://"));
    address.and_then(|text| text.parse().ok()).ok_or_else(|| format!("{who} does not listen; it said: {line:?}"))
}

/// The reference central. It can be stopped and started again at the same address: a real network cut for everybody.
pub struct Central {
    program: PathBuf,
    data: PathBuf,
    clock: PathBuf,
    address: SocketAddr,
    running: Option<(Process, BufReader<ChildStdout>)>,
}

impl Central {
    /// Starts `seal-central`, which stands beside `sealctl`.
    pub fn start(sealctl: &Path, data: &Path, clock: &Path) -> Result<Self, Trouble> {
        let program = sealctl.with_file_name(format!("seal-central{}", std::env::consts::EXE_SUFFIX));
        if !program.is_file() {
            return Err(format!(
                "{} is not built; build it with: cargo build -p seal-central --bin seal-central",
                program.display()
            ));
        }
        let address = SocketAddr::from(([127, 0, 0, 1], 0));
        let mut central =
            Self { program, data: data.to_owned(), clock: clock.to_owned(), address, running: None };
        central.resume()?;
        Ok(central)
    }

    /// Where it listens, also while it is stopped.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Kills it.
    pub fn stop(&mut self) {
        self.running = None;
    }

    /// Starts it again.
    pub fn resume(&mut self) -> Result<(), Trouble> {
        let mut command = Command::new(&self.program);
        command.arg("--practice").arg("--listen").arg(self.address.to_string());
        command.arg("--data").arg(&self.data).arg("--clock").arg(&self.clock).env("RUST_LOG", "error");
        let (process, mut out) = start(&mut command)?;
        self.address = listening(&mut out, "the central")?;
        self.running = Some((process, out));
        Ok(())
    }
}

/// The yard.
pub struct YardProcess {
    address: SocketAddr,
    _running: (Process, BufReader<ChildStdout>),
}

impl YardProcess {
    /// Starts `sealctl yard`.
    pub fn start(sealctl: &Path, data: &Path, clock: &Path) -> Result<Self, Trouble> {
        let mut command = Command::new(sealctl);
        command.arg("yard").arg("--data").arg(data).arg("--listen").arg("127.0.0.1:0").arg("--clock").arg(clock);
        let (process, mut out) = start(&mut command)?;
        let address = listening(&mut out, "the yard")?;
        Ok(Self { address, _running: (process, out) })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

/// A device.
pub struct DeviceProcess {
    process: Process,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    /// What it said when it was ready.
    pub ready: Value,
}

impl DeviceProcess {
    /// Starts `sealctl device` and waits until it is ready.
    pub fn start(
        sealctl: &Path,
        data: &Path,
        name: &str,
        central: SocketAddr,
        yard: SocketAddr,
        clock: &Path,
    ) -> Result<Self, Trouble> {
        let mut device = Self::spawn(sealctl, data, name, central, yard, clock)?;
        device.ready = device.hear()?;
        Ok(device)
    }

    /// Starts it and waits for nothing.
    pub fn spawn(
        sealctl: &Path,
        data: &Path,
        name: &str,
        central: SocketAddr,
        yard: SocketAddr,
        clock: &Path,
    ) -> Result<Self, Trouble> {
        let mut command = Command::new(sealctl);
        command.arg("device").arg("--data").arg(data).arg("--central").arg(format!("http://{central}"));
        command.arg("--yard").arg(yard.to_string()).arg("--name").arg(name).arg("--clock").arg(clock);
        let (mut process, output) = start(&mut command)?;
        let input = process.0.stdin.take().ok_or("no standard input")?;
        Ok(Self { process, input, output, ready: Value::Null })
    }

    /// Its process id.
    pub fn id(&self) -> u32 {
        self.process.0.id()
    }

    /// Has it do one act; its whole answer, also one that says no. An error means that the process is gone.
    pub fn ask(&mut self, act: &Value) -> Result<Value, Trouble> {
        writeln!(self.input, "{act}").and_then(|()| self.input.flush()).map_err(|error| error.to_string())?;
        self.hear()
    }

    /// The next line it says.
    pub fn hear(&mut self) -> Result<Value, Trouble> {
        let mut line = String::new();
        let read = self.output.read_line(&mut line).map_err(|error| error.to_string())?;
        if read == 0 || !line.ends_with('\n') {
            return Err("the device has stopped".to_owned());
        }
        serde_json::from_str(&line).map_err(|error| format!("{error} in {line:?}"))
    }
}
