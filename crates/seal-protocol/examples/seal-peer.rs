//! Plays one end of the protocol over standard input and output, so that another implementation can be tried against it.
//! `seal-peer --help` prints what it can do.

use std::cell::Cell;
use std::collections::HashMap;
use std::io::{self, Read, Write};
use std::rc::Rc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use seal_protocol::entry::Action;
use seal_protocol::frame::{MOTOR_PATIENCE_S, Notified, PATIENCE_S, PhoneEnd, SealEnd, Written};
use seal_protocol::issuer::{Issuer, Kind, RESERVE_S, SHIFT_S, Wish};
use seal_protocol::keys::SealKeys;
use seal_protocol::message::{Reply, Request};
use seal_protocol::phone::{Grant, Heard, Phone};
use seal_protocol::seal::{Bolt, Config, Drive, Event, Flash, FlashFault, RECORD, SNAPSHOT, Seal, Sensors, Wake};
use seal_protocol::secret::{Random, Secret};
use seal_protocol::ticket::{Flags, Scope};
use seal_protocol::{CommandId, Message, SealId};

const HELP: &str = "\
Plays one end of eseal/1 (docs/seal-protocol.md) over standard input and output.

seal-peer seal  [OPTION VALUE]...
    --master HEX --epoch N --serial S
    --commissioned T        seconds since 1970 UTC
    --lost                  boots without knowing the time
    --mtu N --battery N
    --rope in|out
    --motor runs|stuck      stuck: it stops with the bolt between its ends
    --motor-seconds N       how long it runs; 0 (the default): not at all, over 10: too long

seal-peer phone --ticket HEX --k-pop HEX --do ACT,ACT,... [--serial S] [--mtu N]
    acts: hello open state clock=T arm disarm test approve again settle log drop

seal-peer mint  --now T --sequence N [OPTION VALUE]...
    --master HEX --epoch N --serial S
    --kind shift|reserve|NONCE-HEX
    --officer NAME --scope N --flags N --min-seq N
    prints a ticket and its secret as JSON

Each value of the GATT service travels as a two-byte big-endian length and so many bytes. Length 0: the link is gone (either
side). To the seal, lengths without bytes are what happens to it: 65535 power is lost and comes back, 65534 the button is
pressed, 65533 the rope is cut, 65532 the rope is whole again, 65531 the memory fails, 65530 the memory works again. What
happens is told on standard error. Without --master the key of the vector file is used: for tests only.
";

type Failure = Box<dyn std::error::Error>;

/// How often a seal looks up when nobody writes to it.
const STEP: Duration = Duration::from_millis(100);

struct System;

impl Random for System {
    fn fill(&mut self, bytes: &mut [u8]) {
        let drawn = std::fs::File::open("/dev/urandom").and_then(|mut file| file.read_exact(bytes));
        drawn.expect("the system gives random bytes");
    }
}

struct Ram {
    records: Vec<Option<[u8; RECORD]>>,
    snapshots: [Option<[u8; SNAPSHOT]>; 2],
    fails: Rc<Cell<bool>>,
}

impl Ram {
    fn works(&self) -> Result<(), FlashFault> {
        if self.fails.get() { Err(FlashFault) } else { Ok(()) }
    }
}

impl Flash for Ram {
    fn records(&self) -> u32 {
        u32::try_from(self.records.len()).unwrap_or(u32::MAX)
    }
    fn write_record(&mut self, slot: u32, record: &[u8; RECORD]) -> Result<(), FlashFault> {
        self.works()?;
        *self.records.get_mut(slot as usize).ok_or(FlashFault)? = Some(*record);
        Ok(())
    }
    fn read_record(&self, slot: u32) -> Option<[u8; RECORD]> {
        *self.records.get(slot as usize)?
    }
    fn write_snapshot(&mut self, which: usize, snapshot: &[u8; SNAPSHOT]) -> Result<(), FlashFault> {
        self.works()?;
        *self.snapshots.get_mut(which).ok_or(FlashFault)? = Some(*snapshot);
        Ok(())
    }
    fn read_snapshot(&self, which: usize) -> Option<[u8; SNAPSHOT]> {
        *self.snapshots.get(which)?
    }
}

struct Options(HashMap<String, String>);

impl Options {
    fn read(mut words: impl Iterator<Item = String>) -> Result<Self, Failure> {
        let mut options = HashMap::new();
        while let Some(word) = words.next() {
            let name = word.strip_prefix("--").ok_or("options begin with --")?.to_owned();
            let value = if name == "lost" { String::new() } else { words.next().ok_or("an option lacks its value")? };
            options.insert(name, value);
        }
        Ok(Self(options))
    }

    fn number(&self, name: &str, otherwise: Option<u32>) -> Result<u32, Failure> {
        match self.0.get(name) {
            Some(text) => Ok(text.parse()?),
            None => otherwise.ok_or_else(|| format!("--{name} is needed").into()),
        }
    }

    fn hex(&self, name: &str) -> Result<Vec<u8>, Failure> {
        unhex(self.0.get(name).ok_or_else(|| format!("--{name} is needed"))?)
    }

    fn serial(&self) -> Result<SealId, Failure> {
        let serial = self.0.get("serial").map_or("83181010", String::as_str);
        SealId::new(serial).ok_or_else(|| "that is not a serial".into())
    }

    fn issuer(&self) -> Result<Issuer, Failure> {
        let master = if self.0.contains_key("master") { self.hex("master")? } else { vec![0x4D; 32] };
        let master: [u8; 32] = master.try_into().map_err(|_| "a master key has 32 bytes")?;
        Ok(Issuer::new(Secret::new(master), u8::try_from(self.number("epoch", Some(1))?)?))
    }

    /// One of these words; the first if none is given.
    fn one_of<'a>(&'a self, name: &str, words: [&'a str; 2]) -> Result<&'a str, Failure> {
        let word = self.0.get(name).map_or(words[0], String::as_str);
        words.contains(&word).then_some(word).ok_or_else(|| format!("--{name} is {} or {}", words[0], words[1]).into())
    }

    fn mtu(&self) -> Result<usize, Failure> {
        Ok(usize::try_from(self.number("mtu", Some(247))?)?)
    }
}

fn unhex(text: &str) -> Result<Vec<u8>, Failure> {
    if !text.len().is_multiple_of(2) || !text.is_ascii() {
        return Err("hexadecimal has two digits for each byte".into());
    }
    (0..text.len()).step_by(2).map(|at| Ok(u8::from_str_radix(&text[at..at + 2], 16)?)).collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

enum Frame {
    Value(Vec<u8>),
    LinkGone,
    Happens(Happens),
}

enum Happens {
    PowerCut,
    Pressed,
    RopeCut,
    RopeWhole,
    MemoryFails,
    MemoryWorks,
}

/// `None` at the end of the input.
fn receive() -> io::Result<Option<Frame>> {
    let mut length = [0; 2];
    match io::stdin().read_exact(&mut length) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        other => other?,
    }
    Ok(Some(match u16::from_be_bytes(length) {
        0 => Frame::LinkGone,
        65_535 => Frame::Happens(Happens::PowerCut),
        65_534 => Frame::Happens(Happens::Pressed),
        65_533 => Frame::Happens(Happens::RopeCut),
        65_532 => Frame::Happens(Happens::RopeWhole),
        65_531 => Frame::Happens(Happens::MemoryFails),
        65_530 => Frame::Happens(Happens::MemoryWorks),
        length => {
            let mut value = vec![0; length.into()];
            io::stdin().read_exact(&mut value)?;
            Frame::Value(value)
        }
    }))
}

/// Reads in a thread of its own, so that both ends can do something while nothing comes. The channel closes at the input's end.
fn listen() -> Receiver<io::Result<Frame>> {
    let (heard, frames) = mpsc::channel();
    std::thread::spawn(move || {
        while let Some(frame) = receive().transpose() {
            let failed = frame.is_err();
            if heard.send(frame).is_err() || failed {
                return;
            }
        }
    });
    frames
}

fn send(value: &[u8]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(&u16::try_from(value.len()).unwrap_or(u16::MAX).to_be_bytes())?;
    out.write_all(value)?;
    out.flush()
}

struct Peer {
    machine: Seal<Ram, System>,
    sensors: Sensors,
    begin: Instant,
    motor_s: u32,
    stuck: bool,
    /// When the motor stops, and where the bolt is then.
    moving: Option<(u32, Bolt)>,
    end: SealEnd,
    connected: bool,
    mtu: usize,
}

impl Peer {
    /// One step of the machine, and what it wants done.
    fn step(&mut self, event: Event<'_>) -> Result<(), Failure> {
        let now = u32::try_from(self.begin.elapsed().as_secs())?;
        let effects = self.machine.step(now, &self.sensors, event);
        if let Some(drive) = effects.drive {
            eprintln!("seal: motor {drive:?}");
            self.moving = match drive {
                Drive::Stop => None,
                _ if self.stuck => Some((now.saturating_add(self.motor_s), Bolt::Between)),
                Drive::Close => Some((now.saturating_add(self.motor_s), Bolt::Closed)),
                Drive::Open => Some((now.saturating_add(self.motor_s), Bolt::Open)),
            };
            if self.moving.is_some() {
                self.sensors.bolt = Bolt::Between;
            }
        }
        if let Some(answer) = effects.send {
            self.end.answer(answer);
            self.end.fragments(self.mtu, 0).try_for_each(|value| send(&value))?;
        }
        if effects.hang_up {
            eprintln!("seal: hangs up");
            self.connected = false;
            send(&[])?;
            self.step(Event::Disconnected)?;
        }
        match self.moving {
            Some((at, bolt)) if now >= at => {
                (self.moving, self.sensors.bolt) = (None, bolt);
                self.step(Event::MotorStopped)
            }
            _ => Ok(()),
        }
    }

    fn written(&mut self, value: &[u8]) -> Result<(), Failure> {
        if !self.connected {
            (self.end, self.connected) = (SealEnd::default(), true);
            self.step(Event::Connected)?;
        }
        match self.end.written(value) {
            Written::Nothing => {}
            Written::Again(from) => self.end.fragments(self.mtu, from).try_for_each(|value| send(&value))?,
            Written::Reply(value) => send(&value)?,
            Written::Message(message) => {
                let message = message.to_vec();
                self.step(Event::Received(&message))?;
            }
        }
        Ok(())
    }
}

fn seal(options: &Options) -> Result<(), Failure> {
    let (id, issuer) = (options.serial()?, options.issuer()?);
    let config = Config {
        keys: SealKeys::new(id, u8::try_from(options.number("epoch", Some(1))?)?, &issuer.seal_key(&id)),
        commissioned: options.number("commissioned", Some(1_795_564_800))?,
        firmware: [1, 2, 3],
        has_button: true,
        arm_battery: 20,
        move_battery: 5,
    };
    let sensors = Sensors {
        bolt: Bolt::Open,
        rope_inserted: options.one_of("rope", ["in", "out"])? == "in",
        rope_whole: true,
        shell_closed: true,
        battery: u8::try_from(options.number("battery", Some(87))?)?,
        place: None,
        mobile_bars: 3,
        faults: 0,
    };
    let wake = if options.0.contains_key("lost") { Wake::PowerLost } else { Wake::ClockKept(0) };
    let fails = Rc::new(Cell::new(false));
    let flash = Ram { records: vec![None; 2_048], snapshots: [None, None], fails: Rc::clone(&fails) };
    let failed = |_| "the memory failed at boot";
    let mut peer = Peer {
        machine: Seal::boot(config.clone(), flash, System, wake, &sensors).map_err(failed)?,
        sensors,
        begin: Instant::now(),
        motor_s: options.number("motor-seconds", Some(0))?,
        stuck: options.one_of("motor", ["runs", "stuck"])? == "stuck",
        moving: None,
        end: SealEnd::default(),
        connected: false,
        mtu: options.mtu()?,
    };
    let frames = listen();
    loop {
        let frame = frames.recv_timeout(STEP);
        peer.step(Event::Tick)?;
        let frame = match frame {
            Ok(frame) => frame?,
            Err(RecvTimeoutError::Timeout) => continue,
            Err(RecvTimeoutError::Disconnected) => return Ok(()),
        };
        match frame {
            Frame::Value(value) => peer.written(&value)?,
            Frame::LinkGone => {
                peer.connected = false;
                peer.step(Event::Disconnected)?;
            }
            Frame::Happens(Happens::PowerCut) => {
                eprintln!("seal: power lost");
                let flash = peer.machine.into_flash();
                let machine = Seal::boot(config.clone(), flash, System, Wake::PowerLost, &peer.sensors);
                let (machine, begin) = (machine.map_err(failed)?, Instant::now());
                peer = Peer { machine, begin, moving: None, connected: false, ..peer };
            }
            Frame::Happens(Happens::Pressed) => peer.step(Event::Pressed)?,
            Frame::Happens(Happens::RopeCut) => peer.sensors.rope_whole = false,
            Frame::Happens(Happens::RopeWhole) => peer.sensors.rope_whole = true,
            Frame::Happens(Happens::MemoryFails) => fails.set(true),
            Frame::Happens(Happens::MemoryWorks) => fails.set(false),
        }
        // What just happened is seen now, before the next word of a phone.
        peer.step(Event::Tick)?;
    }
}

struct Caller<'a> {
    phone: Phone,
    end: PhoneEnd,
    mtu: usize,
    frames: &'a Receiver<io::Result<Frame>>,
}

impl<'a> Caller<'a> {
    fn new(id: SealId, mtu: usize, frames: &'a Receiver<io::Result<Frame>>) -> Self {
        Self { phone: Phone::new(id), end: PhoneEnd::default(), mtu, frames }
    }

    fn write_question(&self) -> io::Result<()> {
        self.end.fragments(self.mtu).try_for_each(|value| send(&value))
    }

    /// Asks and waits for the whole answer; asks again for what was lost.
    fn exchange(&mut self, message: Message, patience_s: u32) -> Result<Heard, Failure> {
        self.end.question(message);
        self.write_question()?;
        let mut patience_s = patience_s;
        loop {
            let frame = self.frames.recv_timeout(Duration::from_secs(patience_s.into()));
            let step = match &frame {
                Ok(Ok(Frame::Value(value))) => self.end.notified(value),
                Err(RecvTimeoutError::Timeout) => self.end.silent().ok_or("the seal says nothing")?,
                _ => return Err("the seal hung up".into()),
            };
            match step {
                Notified::Nothing => {}
                Notified::Write(value) => send(&value)?,
                Notified::WriteQuestionAgain => self.write_question()?,
                Notified::Message(message) => {
                    let heard = self.phone.receive(message).map_err(|error| format!("{error:?}"))?;
                    if let Heard::Reply(Reply::Receipt(receipt)) = &heard {
                        eprintln!("phone: receipt {}", hex(&receipt.0));
                    }
                    eprintln!("phone: {heard:?}");
                    return Ok(heard);
                }
            }
            patience_s = PATIENCE_S;
        }
    }

    fn ask(&mut self, request: &Request) -> Result<Heard, Failure> {
        let message = self.phone.ask(request).map_err(|error| format!("{error:?}"))?;
        let moves = matches!(request, Request::Command { action: Action::Arm | Action::Disarm, .. });
        self.exchange(message, if moves { MOTOR_PATIENCE_S } else { PATIENCE_S })
    }
}

fn phone(options: &Options) -> Result<(), Failure> {
    let id = options.serial()?;
    let mut grant = Grant {
        ticket: arrayvec::ArrayVec::new(),
        proof: Secret::new(options.hex("k-pop")?.try_into().map_err(|_| "k_pop has 32 bytes")?),
    };
    grant.ticket.try_extend_from_slice(&options.hex("ticket")?).map_err(|_| "a ticket has at most 192 bytes")?;
    let frames = listen();
    let mut caller = Caller::new(id, options.mtu()?, &frames);
    let mut last = None;
    for word in options.0.get("do").ok_or("--do is needed")?.split(',') {
        eprintln!("phone: does {word}");
        let mut command = |action| {
            let mut drawn = [0; 16];
            System.fill(&mut drawn);
            last = Some((CommandId(drawn), action));
            Request::Command { id: CommandId(drawn), action }
        };
        let request = match word {
            "hello" => {
                let message = caller.phone.hello().map_err(|error| format!("{error:?}"))?;
                caller.exchange(message, PATIENCE_S)?;
                continue;
            }
            "open" => {
                let message = caller.phone.open(&grant, &mut System).map_err(|error| format!("{error:?}"))?;
                caller.exchange(message, PATIENCE_S)?;
                continue;
            }
            "drop" => {
                send(&[])?;
                caller = Caller::new(id, caller.mtu, &frames);
                continue;
            }
            "state" => Request::State,
            "log" => Request::Log { from: 1, most: 255 },
            "arm" => command(Action::Arm),
            "disarm" => command(Action::Disarm),
            "test" => command(Action::Test),
            "approve" => command(Action::Approve),
            "again" | "settle" => {
                let (id, action) = last.ok_or("nothing was commanded yet")?;
                if word == "again" { Request::Command { id, action } } else { Request::Settle { id } }
            }
            word => match word.strip_prefix("clock=") {
                Some(time) => Request::SetClock { now: time.parse()? },
                None => return Err(format!("no such act: {word}").into()),
            },
        };
        caller.ask(&request)?;
    }
    Ok(())
}

fn mint(options: &Options) -> Result<(), Failure> {
    let issuer = options.issuer()?;
    let kind = match options.0.get("kind").map_or("shift", String::as_str) {
        "shift" => Kind::Shift { life: SHIFT_S },
        "reserve" => Kind::Reserve { life: RESERVE_S },
        nonce => Kind::Moment { nonce: unhex(nonce)?.try_into().map_err(|_| "a nonce has 16 bytes")? },
    };
    let wish = Wish {
        kind,
        now: options.number("now", None)?,
        sequence: options.number("sequence", None)?,
        min_sequence: options.number("min-seq", Some(0))?,
        officer: issuer.pseudonym(options.0.get("officer").map_or("an.nguyen", String::as_str)),
        scope: Scope(u8::try_from(options.number("scope", Some(15))?)?),
        flags: Flags(u8::try_from(options.number("flags", Some(0))?)?),
    };
    let grant = issuer.mint(&options.serial()?, &wish, &mut System)?;
    println!(r#"{{"ticket":"{}","k_pop":"{}"}}"#, hex(&grant.ticket), hex(grant.proof.expose()));
    Ok(())
}

fn main() -> Result<(), Failure> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    if words.iter().any(|word| word == "--help" || word == "-h") {
        print!("{HELP}");
        return Ok(());
    }
    let mut words = words.into_iter();
    let part = words.next().unwrap_or_default();
    let options = Options::read(words)?;
    match part.as_str() {
        "seal" => seal(&options),
        "phone" => phone(&options),
        "mint" => mint(&options),
        _ => Err("say seal, phone or mint; seal-peer --help tells the rest".into()),
    }
}
