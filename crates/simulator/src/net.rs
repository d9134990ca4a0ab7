//! The yard over loopback TCP: one JSON line asks, one JSON line answers. Practice only.

use std::collections::HashSet;
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};

use crate::yard::{Call, Reach, Reply, Yard, YardTrouble};

/// Longest question, bytes; a call has some hundred.
const LONGEST: u64 = 64 << 10;

/// Serves the yard to other processes, each connection in a thread, for as long as this process lives. Sessions of a
/// connection end with it, so that a phone that was killed does not hold a seal.
///
/// # Errors
/// When the listener has no address, or is not on loopback.
pub fn serve(listener: TcpListener, yard: Arc<Yard>) -> io::Result<SocketAddr> {
    let address = listener.local_addr()?;
    if !address.ip().is_loopback() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "a practice yard is served on loopback only"));
    }
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let yard = Arc::clone(&yard);
            std::thread::spawn(move || {
                let mut sessions = HashSet::new();
                // A broken connection ends like a closed one: its sessions are given back.
                let _ended = answer(&stream, yard.as_ref(), &mut sessions);
                for session in sessions {
                    let _gone = yard.call(Call::Disconnect { session });
                }
            });
        }
    });
    Ok(address)
}

fn answer(stream: &TcpStream, yard: &Yard, sessions: &mut HashSet<u64>) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut writer = stream.try_clone()?;
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    loop {
        line.clear();
        reader.by_ref().take(LONGEST).read_line(&mut line)?;
        // The end; or a call cut off, which must not act; or one without end.
        if !line.ends_with('\n') {
            return Ok(());
        }
        let result = match serde_json::from_str::<Call>(&line) {
            Ok(call) => yard.call(call),
            Err(error) => Err(YardTrouble::Unreachable(error.to_string())),
        };
        if let Ok(Reply::Connected { session }) = &result {
            sessions.insert(*session);
        }
        let mut text = serde_json::to_vec(&result)?;
        text.push(b'\n');
        writer.write_all(&text)?;
    }
}

/// A yard in another process.
pub struct YardClient {
    address: SocketAddr,
    line: Mutex<Option<BufReader<TcpStream>>>,
}

impl YardClient {
    /// A client of the yard at `address`. Connects with the first call.
    #[must_use]
    pub fn new(address: SocketAddr) -> Self {
        Self { address, line: Mutex::new(None) }
    }

    fn ask(&self, line: &mut Option<BufReader<TcpStream>>, call: &Call) -> io::Result<Result<Reply, YardTrouble>> {
        let stream = match line {
            Some(stream) => stream,
            None => {
                let stream = TcpStream::connect(self.address)?;
                stream.set_nodelay(true)?;
                line.insert(BufReader::new(stream))
            }
        };
        let mut text = serde_json::to_vec(call)?;
        text.push(b'\n');
        stream.get_mut().write_all(&text)?;
        let mut reply = String::new();
        if stream.read_line(&mut reply)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(serde_json::from_str(&reply)?)
    }
}

impl Reach for YardClient {
    fn call(&self, call: Call) -> Result<Reply, YardTrouble> {
        let mut line = self.line.lock().unwrap_or_else(PoisonError::into_inner);
        self.ask(&mut line, &call).unwrap_or_else(|error| {
            // Not asked again: the call may have been a command. The next call connects anew.
            *line = None;
            Err(YardTrouble::Unreachable(error.to_string()))
        })
    }
}
