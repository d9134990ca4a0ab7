//! Plays one end of the protocol over standard input and output, so that another implementation can be tried against it.
//!
//! ```text
//! seal-peer seal  [--master HEX] [--epoch N] [--serial S] [--commissioned T] [--lost] [--mtu N] [--battery N] [--rope out] [--motor stuck]
//! seal-peer phone --ticket HEX --k-pop HEX [--serial S] [--mtu N] --do hello,open,state,clock=T,arm,again,settle,log,test,approve,disarm,drop
//! seal-peer mint  [--master HEX] [--epoch N] [--serial S] [--kind shift|reserve|NONCE-HEX] --now T --sequence N
//!                 [--officer NAME] [--scope N] [--flags N] [--min-seq N]
//! ```
//!
//! Each value of the GATT service travels as a two-byte big-endian length and so many bytes. Length 0: the link is gone (either
//! side). Length 65535 without bytes, to the seal: power is lost and comes back. What happens is told on standard error.
//! `mint` prints a ticket and its secret as JSON. Without `--master` the key of the vector file is used: for tests only.

use std::collections::HashMap;
use std::io::{self, Read, Write};
use std::time::Instant;

use seal_protocol::entry::Action;
use seal_protocol::frame::{Notified, PhoneEnd, SealEnd, Written};
use seal_protocol::issuer::{Issuer, Kind, RESERVE_S, SHIFT_S, Wish};
use seal_protocol::keys::SealKeys;
use seal_protocol::message::{Reply, Request};
use seal_protocol::phone::{Grant, Heard, Phone};
use seal_protocol::seal::{Bolt, Config, Drive, Event, Flash, FlashFault, RECORD, SNAPSHOT, Seal, Sensors, Wake};
use seal_protocol::secret::{Random, Secret};
use seal_protocol::ticket::{Flags, Scope};
use seal_protocol::{CommandId, Message, SealId};

type Failure = Box<dyn std::error::Error>;

struct System;

impl Random for System {
    fn fill(&mut self, bytes: &mut [u8]) {
        let drawn = std::fs::File::open("/dev/urandom").and_then(|mut file| file.read_exact(bytes));
        drawn.expect("the system gives random bytes");
    }
}

#[derive(Clone)]
struct Ram {
    records: Vec<Option<[u8; RECORD]>>,
    snapshots: [Option<[u8; SNAPSHOT]>; 2],
}

impl Flash for Ram {
    fn records(&self) -> u32 {
        u32::try_from(self.records.len()).unwrap_or(u32::MAX)
    }
    fn write_record(&mut self, slot: u32, record: &[u8; RECORD]) -> Result<(), FlashFault> {
        *self.records.get_mut(slot as usize).ok_or(FlashFault)? = Some(*record);
        Ok(())
    }
    fn read_record(&self, slot: u32) -> Option<[u8; RECORD]> {
        *self.records.get(slot as usize)?
    }
    fn write_snapshot(&mut self, which: usize, snapshot: &[u8; SNAPSHOT]) -> Result<(), FlashFault> {
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
    PowerGone,
    End,
}

fn receive() -> io::Result<Frame> {
    let mut length = [0; 2];
    match io::stdin().read_exact(&mut length) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(Frame::End),
        other => other?,
    }
    match u16::from_be_bytes(length) {
        0 => Ok(Frame::LinkGone),
        u16::MAX => Ok(Frame::PowerGone),
        length => {
            let mut value = vec![0; length.into()];
            io::stdin().read_exact(&mut value)?;
            Ok(Frame::Value(value))
        }
    }
}

fn send(value: &[u8]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(&u16::try_from(value.len()).unwrap_or(u16::MAX).to_be_bytes())?;
    out.write_all(value)?;
    out.flush()
}

fn seal(options: &Options) -> Result<(), Failure> {
    let (id, issuer, mtu) = (options.serial()?, options.issuer()?, options.mtu()?);
    let config = Config {
        keys: SealKeys::new(id, u8::try_from(options.number("epoch", Some(1))?)?, &issuer.seal_key(&id)),
        commissioned: options.number("commissioned", Some(1_795_564_800))?,
        firmware: [1, 2, 3],
        has_button: true,
        arm_battery: 20,
        move_battery: 5,
    };
    let stuck = options.0.get("motor").is_some_and(|word| word == "stuck");
    let mut sensors = Sensors {
        bolt: Bolt::Open,
        rope_inserted: options.0.get("rope").is_none_or(|word| word != "out"),
        rope_whole: true,
        shell_closed: true,
        battery: u8::try_from(options.number("battery", Some(87))?)?,
        place: None,
        mobile_bars: 3,
        faults: 0,
    };
    let wake = if options.0.contains_key("lost") { Wake::PowerLost } else { Wake::ClockKept(0) };
    let flash = Ram { records: vec![None; 2_048], snapshots: [None, None] };
    let failed = |_| "the memory failed";
    let mut machine = Seal::boot(config.clone(), flash, System, wake, &sensors).map_err(failed)?;
    let mut begin = Instant::now();
    let mut end = SealEnd::default();
    let mut connected = false;
    loop {
        let frame = receive()?;
        let now = u32::try_from(begin.elapsed().as_secs())?;
        machine.step(now, &sensors, Event::Tick);
        let value = match frame {
            Frame::End => return Ok(()),
            Frame::LinkGone => {
                machine.step(now, &sensors, Event::Disconnected);
                connected = false;
                continue;
            }
            Frame::PowerGone => {
                eprintln!("seal: power lost");
                machine = Seal::boot(config.clone(), machine.into_flash(), System, Wake::PowerLost, &sensors)
                    .map_err(failed)?;
                begin = Instant::now();
                connected = false;
                continue;
            }
            Frame::Value(value) => value,
        };
        if !connected {
            machine.step(now, &sensors, Event::Connected);
            (end, connected) = (SealEnd::default(), true);
        }
        let message = match end.written(&value) {
            Written::Nothing => continue,
            Written::Again(from) => {
                end.fragments(mtu, from).try_for_each(|value| send(&value))?;
                continue;
            }
            Written::Reply(value) => {
                send(&value)?;
                continue;
            }
            Written::Message(message) => message.to_vec(),
        };
        let mut effects = machine.step(now, &sensors, Event::Received(&message));
        if let Some(drive) = effects.drive {
            eprintln!("seal: motor {drive:?}");
            sensors.bolt = match drive {
                _ if stuck => Bolt::Between,
                Drive::Close => Bolt::Closed,
                Drive::Open => Bolt::Open,
                Drive::Stop => sensors.bolt,
            };
            effects = machine.step(now, &sensors, Event::MotorStopped);
        }
        if let Some(answer) = effects.send {
            end.answer(answer);
            end.fragments(mtu, 0).try_for_each(|value| send(&value))?;
        }
        if effects.hang_up {
            eprintln!("seal: hangs up");
            machine.step(now, &sensors, Event::Disconnected);
            connected = false;
            send(&[])?;
        }
    }
}

struct Caller {
    phone: Phone,
    end: PhoneEnd,
    mtu: usize,
}

impl Caller {
    /// Asks and waits for the whole answer.
    fn exchange(&mut self, message: Message) -> Result<Heard, Failure> {
        self.end.question(message);
        self.end.fragments(self.mtu).try_for_each(|value| send(&value))?;
        loop {
            let Frame::Value(value) = receive()? else { return Err("the seal hung up".into()) };
            match self.end.notified(&value) {
                Notified::Nothing => {}
                Notified::Write(value) => send(&value)?,
                Notified::WriteQuestionAgain => {
                    self.end.fragments(self.mtu).try_for_each(|value| send(&value))?;
                }
                Notified::Message(message) => {
                    let heard = self.phone.receive(message).map_err(|error| format!("{error:?}"))?;
                    if let Heard::Reply(Reply::Receipt(receipt)) = &heard {
                        eprintln!("phone: receipt {}", hex(&receipt.0));
                    }
                    eprintln!("phone: {heard:?}");
                    return Ok(heard);
                }
            }
        }
    }

    fn ask(&mut self, request: &Request) -> Result<Heard, Failure> {
        let message = self.phone.ask(request).map_err(|error| format!("{error:?}"))?;
        self.exchange(message)
    }
}

fn phone(options: &Options) -> Result<(), Failure> {
    let id = options.serial()?;
    let mut grant = Grant {
        ticket: arrayvec::ArrayVec::new(),
        proof: Secret::new(options.hex("k-pop")?.try_into().map_err(|_| "k_pop has 32 bytes")?),
    };
    grant.ticket.try_extend_from_slice(&options.hex("ticket")?).map_err(|_| "a ticket has at most 192 bytes")?;
    let mut caller = Caller { phone: Phone::new(id), end: PhoneEnd::default(), mtu: options.mtu()? };
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
                caller.exchange(message)?;
                continue;
            }
            "open" => {
                let message = caller.phone.open(&grant, &mut System).map_err(|error| format!("{error:?}"))?;
                caller.exchange(message)?;
                continue;
            }
            "drop" => {
                send(&[])?;
                caller = Caller { phone: Phone::new(id), end: PhoneEnd::default(), mtu: caller.mtu };
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
    let mut words = std::env::args().skip(1);
    let part = words.next().unwrap_or_default();
    let options = Options::read(words)?;
    match part.as_str() {
        "seal" => seal(&options),
        "phone" => phone(&options),
        "mint" => mint(&options),
        _ => Err("say seal, phone or mint; the source's first lines tell the rest".into()),
    }
}
