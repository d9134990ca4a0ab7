//! The processes of a rehearsal: a central, a yard, devices. Each is ended when it is dropped.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;

/// What went wrong with a process, in words.
pub type Trouble = String;

/// A process, killed when dropped.
#[derive(Clone)]
struct Process(Arc<Mutex<Child>>);

impl Process {
    /// SIGKILL, and waits until it is gone. It may have ended already.
    fn kill(&self) {
        let mut child = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let _gone = child.kill();
        let _waited = child.wait();
    }

    fn pid(&self) -> u32 {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).id()
    }
}

/// Kills its process when dropped.
struct Owned(Process);

impl Drop for Owned {
    fn drop(&mut self) {
        self.0.kill();
    }
}

/// A process just started, and both ends of the talk with it.
struct Started {
    process: Owned,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

fn start(command: &mut Command) -> Result<Started, Trouble> {
    let name = command.get_program().to_string_lossy().into_owned();
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().map_err(|error| format!("{name}: {error}"))?;
    let (input, output) = (child.stdin.take(), child.stdout.take());
    let process = Owned(Process(Arc::new(Mutex::new(child))));
    match (input, output) {
        (Some(input), Some(output)) => Ok(Started { process, input, output: BufReader::new(output) }),
        _ => Err(format!("{name} cannot be talked to")),
    }
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
    running: Option<Started>,
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
        let mut central = Self { program, data: data.to_owned(), clock: clock.to_owned(), address, running: None };
        central.resume()?;
        Ok(central)
    }

    /// Where it listens, also while it is stopped.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its number, while it runs.
    #[allow(dead_code, reason = "for tests that stop and continue it")]
    pub fn pid(&self) -> Option<u32> {
        self.running.as_ref().map(|running| running.process.0.pid())
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
        let mut started = start(&mut command)?;
        self.address = listening(&mut started.output, "the central")?;
        self.running = Some(started);
        Ok(())
    }
}

/// The yard.
pub struct YardProcess {
    address: SocketAddr,
    _running: Started,
}

impl YardProcess {
    /// Starts `sealctl yard`.
    pub fn start(sealctl: &Path, data: &Path, clock: &Path) -> Result<Self, Trouble> {
        let mut command = Command::new(sealctl);
        command.arg("yard").arg("--data").arg(data).arg("--listen").arg("127.0.0.1:0").arg("--clock").arg(clock);
        let mut started = start(&mut command)?;
        let address = listening(&mut started.output, "the yard")?;
        Ok(Self { address, _running: started })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

/// A device.
pub struct DeviceProcess(Started);

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
        device.hear()?;
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
        start(&mut command).map(Self)
    }

    /// What kills it, from any thread.
    pub fn killer(&self) -> impl FnOnce() + Send + 'static {
        let process = self.0.process.0.clone();
        move || process.kill()
    }

    /// Its number.
    #[allow(dead_code, reason = "for tests that stop and continue it")]
    pub fn pid(&self) -> u32 {
        self.0.process.0.pid()
    }

    /// Has it do one act; its whole answer, also one that says no. An error means that the process is gone.
    pub fn ask(&mut self, act: &Value) -> Result<Value, Trouble> {
        self.tell(act)?;
        self.hear()
    }

    /// Has it do one act, and waits for nothing.
    pub fn tell(&mut self, act: &Value) -> Result<(), Trouble> {
        let input = &mut self.0.input;
        writeln!(input, "{act}").and_then(|()| input.flush()).map_err(|error| error.to_string())
    }

    /// The next line it says.
    pub fn hear(&mut self) -> Result<Value, Trouble> {
        let mut line = String::new();
        let read = self.0.output.read_line(&mut line).map_err(|error| error.to_string())?;
        if read == 0 || !line.ends_with('\n') {
            return Err("the device has stopped".to_owned());
        }
        serde_json::from_str(&line).map_err(|error| format!("{error} in {line:?}"))
    }
}
