//! A proxy before a real central. It reads HTTP off real sockets and does to it what bad networks do, from a seed.
//!
//! It understands as much of HTTP/1.1 as the phone's client writes: requests with a length. Each goes to the central on a
//! connection of its own, so that what happens to one touches no other.
#![allow(dead_code)]

#[path = "../simulation/dice.rs"]
pub mod dice;

use std::collections::BTreeMap;
use std::io::{Error, ErrorKind, Result};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::fmt::rfc2822::DateTimePrinter;
use jiff::{SignedDuration, Timestamp};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::{JoinHandle, JoinSet};

use self::dice::Dice;

/// What happens to one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// The connection is reset.
    Reset,
    /// It never arrives.
    LostRequest,
    /// Half of its body arrives, then the connection breaks.
    HalfRequest,
    /// It is done, and the answer does not come back.
    LostAnswer,
    /// It is done, and half of the answer comes back.
    HalfAnswer,
    /// It arrives twice at the same time.
    Twice,
    /// It is done, and arrives once more after newer ones.
    Repeated,
    /// It is lost, and arrives after newer ones.
    Overtaken,
    /// It takes a while, there and back.
    Delayed,
    /// A login page with status 200.
    Portal,
    /// The way to a login page elsewhere.
    Redirect,
    /// RFC 6585.
    LoginRequired,
    /// 429 with so many seconds.
    Busy,
    /// 503 with a date.
    Unavailable,
}

impl Fault {
    pub const ALL: [Self; 14] = [
        Self::Reset,
        Self::LostRequest,
        Self::HalfRequest,
        Self::LostAnswer,
        Self::HalfAnswer,
        Self::Twice,
        Self::Repeated,
        Self::Overtaken,
        Self::Delayed,
        Self::Portal,
        Self::Redirect,
        Self::LoginRequired,
        Self::Busy,
        Self::Unavailable,
    ];
}

/// A thin line: slow, far away, and lost now and then.
#[derive(Debug, Clone, Copy)]
pub struct Thin {
    pub bytes_per_s: u64,
    /// One way.
    pub latency: Duration,
    /// Connections of 1000 that are lost early: after at most `early` bytes.
    pub lost_per_mille: u32,
    pub early: usize,
    /// No connection carries more.
    pub longest: usize,
}

/// Bytes of a piece on a thin line.
const DROP: usize = 2 << 10;
/// An overtaken or repeated request arrives after at most so many newer ones.
const LATEST: u64 = 6;

/// A request as the proxy had it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passed {
    /// `POST /v1/photos`, without the query.
    pub what: String,
    /// Of the body, passed on to the central.
    pub bytes: usize,
}

/// A request.
#[derive(Debug, Clone)]
struct Letter {
    /// Request line and headers, each with its line end, without the empty line.
    head: String,
    body: Vec<u8>,
}

impl Letter {
    fn what(&self) -> String {
        let line = self.head.lines().next().unwrap_or_default();
        let mut words = line.split(' ');
        let method = words.next().unwrap_or_default();
        format!("{method} {}", words.next().unwrap_or_default().split('?').next().unwrap_or_default())
    }

    /// As it goes on: the central closes the connection behind its answer.
    fn head(&self) -> String {
        format!("{}connection: close\r\n\r\n", self.head)
    }
}

fn length(head: &str) -> usize {
    head.lines()
        .find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse().expect("a length"))
        })
        .unwrap_or(0)
}

/// What comes from a phone.
struct Incoming {
    stream: TcpStream,
    read: Vec<u8>,
}

impl Incoming {
    async fn more(&mut self) -> Result<bool> {
        Ok(self.stream.read_buf(&mut self.read).await? > 0)
    }

    /// The next request's head; `None` when the phone has closed the connection.
    async fn head(&mut self) -> Result<Option<String>> {
        loop {
            if let Some(end) = self.read.windows(4).position(|four| four == b"\r\n\r\n") {
                let mut head: Vec<u8> = self.read.drain(..end + 4).collect();
                head.truncate(end + 2);
                return String::from_utf8(head).map(Some).map_err(|e| Error::new(ErrorKind::InvalidData, e));
            }
            if !self.more().await? {
                return Ok(None);
            }
        }
    }

    async fn letter(&mut self) -> Result<Option<Letter>> {
        let Some(head) = self.head().await? else { return Ok(None) };
        let length = length(&head);
        while self.read.len() < length {
            if !self.more().await? {
                return Ok(None);
            }
        }
        Ok(Some(Letter { head, body: self.read.drain(..length).collect() }))
    }

    /// Answers as a network does that loses a connection. A phone that is gone already hears nothing.
    fn reset(self) {
        let _gone = self.stream.set_zero_linger();
    }
}

/// The whole answer. The connection to the phone stays, whatever becomes of that to the central.
async fn answer(central: &mut TcpStream) -> Result<Vec<u8>> {
    let mut answer = Vec::new();
    central.read_to_end(&mut answer).await?;
    let close = b"connection: close\r\n";
    if let Some(at) = answer.windows(close.len()).position(|line| line.eq_ignore_ascii_case(close)) {
        answer.drain(at..at + close.len());
    }
    if answer.is_empty() { Err(ErrorKind::UnexpectedEof.into()) } else { Ok(answer) }
}

/// Hands a letter to the central; of its body only the first `bytes` arrive.
async fn deliver(central: SocketAddr, letter: &Letter, bytes: usize) -> Result<Vec<u8>> {
    let mut stream = TcpStream::connect(central).await?;
    stream.write_all(letter.head().as_bytes()).await?;
    stream.write_all(&letter.body[..bytes]).await?;
    if bytes < letter.body.len() {
        stream.shutdown().await?;
    }
    answer(&mut stream).await
}

fn page(status: &str, header: &str, kind: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!("HTTP/1.1 {status}\r\n{header}content-type: {kind}\r\ncontent-length: {length}\r\n\r\n{body}").into_bytes()
}

/// What the phone gets.
enum Outcome {
    Answer(Vec<u8>),
    /// This, and the connection is closed.
    Cut(Vec<u8>),
    Reset,
}

/// Answers of one path are held, once.
struct Gate {
    path: &'static str,
    reached: oneshot::Sender<()>,
    go: oneshot::Receiver<bool>,
}

/// The other side of a held answer.
pub struct Holding {
    /// The central has done it, and the phone waits.
    pub reached: oneshot::Receiver<()>,
    /// True: the answer goes on to the phone; false: the connection is cut.
    pub go: oneshot::Sender<bool>,
}

struct Weather {
    dice: Dice,
    faults: Vec<Fault>,
    per_mille: u32,
    thin: Option<Thin>,
    /// With the number of requests after which they arrive.
    late: Vec<(u64, Letter)>,
    requests: Vec<Passed>,
    told: BTreeMap<Fault, u64>,
    lost: u64,
    gate: Option<Gate>,
}

struct Inner {
    central: SocketAddr,
    weather: Mutex<Weather>,
}

pub struct Proxy {
    pub address: SocketAddr,
    inner: Arc<Inner>,
    accepting: JoinHandle<()>,
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

impl Proxy {
    /// Fair weather.
    pub async fn start(central: SocketAddr, seed: u64) -> Self {
        let weather = Weather {
            dice: Dice::new(seed),
            faults: Vec::new(),
            per_mille: 0,
            thin: None,
            late: Vec::new(),
            requests: Vec::new(),
            told: BTreeMap::new(),
            lost: 0,
            gate: None,
        };
        let inner = Arc::new(Inner { central, weather: Mutex::new(weather) });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        Self { address, accepting: tokio::spawn(accept(listener, inner.clone())), inner }
    }

    /// From now on one of `faults` happens to so many requests of 1000.
    pub fn weather(&self, faults: &[Fault], per_mille: u32) {
        let mut weather = self.inner.weather.lock().unwrap();
        (weather.faults, weather.per_mille) = (faults.to_vec(), per_mille);
    }

    /// All connections end, and new ones are like this.
    pub async fn thin(&mut self, thin: Option<Thin>) {
        self.close().await;
        self.inner.weather.lock().unwrap().thin = thin;
        self.open_again().await;
    }

    /// Nobody listens: connections are refused, and those that are there end.
    pub async fn close(&mut self) {
        self.accepting.abort();
        let _aborted = (&mut self.accepting).await;
    }

    pub async fn open_again(&mut self) {
        let listener = TcpListener::bind(self.address).await.unwrap();
        self.accepting = tokio::spawn(accept(listener, self.inner.clone()));
    }

    /// The answer to the next request whose path has this in it is held.
    pub fn hold(&self, path: &'static str) -> Holding {
        let ((reached, told), (go, gone)) = (oneshot::channel(), oneshot::channel());
        self.inner.weather.lock().unwrap().gate = Some(Gate { path, reached, go: gone });
        Holding { reached: told, go }
    }

    /// Everything that was overtaken or repeated arrives now.
    pub async fn deliver_late(&self) {
        let late: Vec<_> = self.inner.weather.lock().unwrap().late.drain(..).collect();
        for (_, letter) in late {
            deliver(self.inner.central, &letter, letter.body.len()).await.unwrap();
        }
    }

    /// How often each fault happened.
    pub fn told(&self) -> BTreeMap<Fault, u64> {
        self.inner.weather.lock().unwrap().told.clone()
    }

    /// Connections that a thin line lost.
    pub fn lost(&self) -> u64 {
        self.inner.weather.lock().unwrap().lost
    }

    /// Every request, in the order in which they began.
    pub fn requests(&self) -> Vec<Passed> {
        self.inner.weather.lock().unwrap().requests.clone()
    }
}

async fn accept(listener: TcpListener, inner: Arc<Inner>) {
    // They end with the listener.
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        let inner = inner.clone();
        connections.spawn(async move {
            let thin = inner.weather.lock().unwrap().thin;
            let incoming = Incoming { stream, read: Vec::new() };
            // A phone or a central that is gone ends it.
            let _ended = match thin {
                None => inner.serve(incoming).await,
                Some(thin) => inner.serve_thin(incoming, thin).await,
            };
        });
        while connections.try_join_next().is_some() {}
    }
}

impl Inner {
    async fn serve(&self, mut phone: Incoming) -> Result<()> {
        while let Some(letter) = phone.letter().await? {
            match self.carry(&letter).await {
                Outcome::Answer(answer) => phone.stream.write_all(&answer).await?,
                Outcome::Cut(part) => return phone.stream.write_all(&part).await,
                Outcome::Reset => {
                    phone.reset();
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// The next fault; the gate, if it is for this one; a number for what the fault leaves open.
    fn next(&self, letter: &Letter) -> (Option<Fault>, Option<Gate>, u64) {
        let mut weather = self.weather.lock().unwrap();
        weather.requests.push(Passed { what: letter.what(), bytes: letter.body.len() });
        let Weather { dice, faults, per_mille, .. } = &mut *weather;
        let fault = dice.per_mille(*per_mille).then(|| *dice.pick(faults));
        let number = dice.next();
        if let Some(fault) = fault {
            *weather.told.entry(fault).or_default() += 1;
        }
        let path = letter.what();
        let gate = weather.gate.take_if(|gate| path.contains(gate.path));
        (fault, gate, number)
    }

    fn keep_for_later(&self, letter: &Letter, number: u64) {
        let mut weather = self.weather.lock().unwrap();
        let at = weather.requests.len() as u64 + 1 + number % LATEST;
        weather.late.push((at, letter.clone()));
    }

    /// What is late and due now.
    fn due(&self) -> Vec<Letter> {
        let mut weather = self.weather.lock().unwrap();
        let now = weather.requests.len() as u64;
        let (due, late): (Vec<_>, Vec<_>) = weather.late.drain(..).partition(|(at, _)| *at <= now);
        weather.late = late;
        due.into_iter().map(|(_, letter)| letter).collect()
    }

    async fn carry(&self, letter: &Letter) -> Outcome {
        let (fault, gate, number) = self.next(letter);
        // An error: the central is down.
        let outcome = self.meet(letter, fault, number).await.unwrap_or(Outcome::Reset);
        for late in self.due() {
            // Nobody waits for what it says.
            let _answer = deliver(self.central, &late, late.body.len()).await;
        }
        match gate {
            None => outcome,
            Some(Gate { reached, go, .. }) => {
                reached.send(()).expect("somebody waits for it");
                if go.await.expect("somebody decides") { outcome } else { Outcome::Cut(Vec::new()) }
            }
        }
    }

    async fn meet(&self, letter: &Letter, fault: Option<Fault>, number: u64) -> Result<Outcome> {
        let whole = letter.body.len();
        let part = |of: usize| usize::try_from(number % of.max(1) as u64).unwrap();
        let pass = || deliver(self.central, letter, whole);
        let html = "text/html; charset=utf-8";
        Ok(match fault {
            None => Outcome::Answer(pass().await?),
            Some(Fault::Reset) => Outcome::Reset,
            Some(Fault::LostRequest) => Outcome::Cut(Vec::new()),
            Some(Fault::HalfRequest) => {
                let _broken = deliver(self.central, letter, part(whole)).await;
                Outcome::Reset
            }
            Some(Fault::LostAnswer) => {
                pass().await?;
                Outcome::Cut(Vec::new())
            }
            Some(Fault::HalfAnswer) => {
                let mut answer = pass().await?;
                answer.truncate(part(answer.len()));
                Outcome::Cut(answer)
            }
            Some(Fault::Twice) => {
                let (first, second) = tokio::join!(pass(), pass());
                Outcome::Answer(if number.is_multiple_of(2) { first? } else { second? })
            }
            Some(Fault::Repeated) => {
                self.keep_for_later(letter, number);
                Outcome::Answer(pass().await?)
            }
            Some(Fault::Overtaken) => {
                self.keep_for_later(letter, number);
                Outcome::Cut(Vec::new())
            }
            Some(Fault::Delayed) => {
                let way = Duration::from_millis(number % 60);
                tokio::time::sleep(way).await;
                let answer = pass().await?;
                tokio::time::sleep(way).await;
                Outcome::Answer(answer)
            }
            Some(Fault::Portal) => Outcome::Answer(page("200 OK", "", html, "<form>Wifi</form>")),
            Some(Fault::Redirect) => {
                Outcome::Answer(page("302 Found", "location: http://login.example/\r\n", html, "<a>Wifi</a>"))
            }
            Some(Fault::LoginRequired) => {
                Outcome::Answer(page("511 Network Authentication Required", "", html, "<form>Wifi</form>"))
            }
            Some(Fault::Busy) => {
                let header = format!("retry-after: {}\r\n", number % 120);
                Outcome::Answer(page("429 Too Many Requests", &header, "text/plain", "later"))
            }
            Some(Fault::Unavailable) => {
                let seconds = i64::try_from(number % 120).unwrap();
                let until = Timestamp::now() + SignedDuration::from_secs(seconds);
                let until = DateTimePrinter::new().timestamp_to_rfc9110_string(&until).unwrap();
                let header = format!("retry-after: {until}\r\n");
                Outcome::Answer(page("503 Service Unavailable", &header, html, "<h1>Maintenance</h1>"))
            }
        })
    }

    async fn serve_thin(&self, mut phone: Incoming, thin: Thin) -> Result<()> {
        let mut left = {
            let mut weather = self.weather.lock().unwrap();
            if weather.dice.per_mille(thin.lost_per_mille) { weather.dice.below(thin.early) } else { thin.longest }
        };
        let passing =
            |bytes: usize| tokio::time::sleep(Duration::from_secs(1).mul_f64(bytes as f64 / thin.bytes_per_s as f64));
        while let Some(head) = phone.head().await? {
            let mut missing = length(&head);
            let letter = Letter { head, body: Vec::new() };
            let number = {
                let mut weather = self.weather.lock().unwrap();
                weather.requests.push(Passed { what: letter.what(), bytes: 0 });
                weather.requests.len() - 1
            };
            tokio::time::sleep(thin.latency).await;
            let mut central = TcpStream::connect(self.central).await?;
            central.write_all(letter.head().as_bytes()).await?;
            while missing > 0 && left > 0 {
                if phone.read.is_empty() && !phone.more().await? {
                    return Ok(());
                }
                let piece = phone.read.len().min(missing).min(left).min(DROP);
                passing(piece).await;
                central.write_all(&phone.read[..piece]).await?;
                phone.read.drain(..piece);
                (missing, left) = (missing - piece, left - piece);
                self.weather.lock().unwrap().requests[number].bytes += piece;
            }
            let answer = if missing == 0 { answer(&mut central).await? } else { Vec::new() };
            if missing > 0 || answer.len() > left {
                self.weather.lock().unwrap().lost += 1;
                phone.reset();
                return Ok(());
            }
            left -= answer.len();
            passing(answer.len()).await;
            tokio::time::sleep(thin.latency).await;
            phone.stream.write_all(&answer).await?;
        }
        Ok(())
    }
}
