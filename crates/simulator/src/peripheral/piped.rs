//! A seal in another process, over its standard input and output.

use std::io::{self, Read as _, Write as _};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{self, Receiver, TryRecvError};
use std::time::Duration;

use super::{Answers, Mind};

/// An answer that comes this soon is told with the question, not at the next look.
const SOON: Duration = Duration::from_millis(20);

/// Values travel as a two-byte big-endian length and so many bytes; length 0 is a link that is gone, or a hang-up.
pub struct Piped {
    child: Child,
    to: ChildStdin,
    from: Receiver<Vec<u8>>,
}

impl Piped {
    /// Starts the program.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn start(mut program: Command) -> io::Result<Self> {
        let mut child = program.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let closed = || io::Error::from(io::ErrorKind::BrokenPipe);
        let to = child.stdin.take().ok_or_else(closed)?;
        let mut out = child.stdout.take().ok_or_else(closed)?;
        let (heard, from) = mpsc::channel();
        std::thread::spawn(move || {
            let mut length = [0; 2];
            while out.read_exact(&mut length).is_ok() {
                let mut value = vec![0; u16::from_be_bytes(length).into()];
                if out.read_exact(&mut value).is_err() || heard.send(value).is_err() {
                    return;
                }
            }
        });
        Ok(Self { child, to, from })
    }

    fn send(&mut self, value: &[u8]) {
        // No value of this protocol is longer than two bytes can say. A program that ended is noticed by its silence.
        let length = u16::try_from(value.len()).unwrap_or(u16::MAX).to_be_bytes();
        let sent = self.to.write_all(&length).and_then(|()| self.to.write_all(value)).and_then(|()| self.to.flush());
        if let Err(error) = sent {
            eprintln!("the seal's program is gone: {error}");
        }
    }

    fn take(&mut self, first: Option<Vec<u8>>) -> Answers {
        let mut answers = Answers::default();
        let mut next = first;
        loop {
            match next.take().map_or_else(|| self.from.try_recv(), Ok) {
                Ok(value) if value.is_empty() => answers.hang_up = true,
                Ok(value) => answers.notify.push(value),
                Err(TryRecvError::Empty) => return answers,
                Err(TryRecvError::Disconnected) => {
                    answers.hang_up = true;
                    return answers;
                }
            }
        }
    }
}

impl Mind for Piped {
    /// The program was told its MTU when it was started, and takes the first value for a new connection.
    fn connected(&mut self, _value_len: usize) {}

    fn written(&mut self, value: &[u8]) -> Answers {
        self.send(value);
        match self.from.recv_timeout(SOON) {
            Ok(first) => self.take(Some(first)),
            Err(_) => Answers::default(),
        }
    }

    fn poll(&mut self) -> Answers {
        self.take(None)
    }

    fn disconnected(&mut self) {
        self.send(&[]);
        // What it still said to the phone that is gone.
        self.take(None);
    }
}

impl Drop for Piped {
    fn drop(&mut self) {
        // Ended already, or now.
        let _killed = self.child.kill();
        let _status = self.child.wait();
    }
}
