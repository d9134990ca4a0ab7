//! Takes one seal through its whole life over this machine's Bluetooth, with the app's own radio, and prints what it cost.
//! For `./run radio`; practice keys only.
//!
//!     radio-journey [--adapter NAME] [--serial S] [--passkey N]

#[path = "../tests/common/seal_body.rs"]
mod seal_body;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use seal_body::{Caller, NOTIFY, SERVICE, issuer, shift};
use seal_field::adapters::seals::bluetooth::{Bluetooth, Patience};
use seal_field::adapters::seals::radio::{Gatt, Radio as _};
use seal_field::ports::seal_link::LinkTrouble;
use seal_protocol::SealId;
use seal_protocol::entry::{Action, Lock, Outcome};
use seal_protocol::issuer::Ledger;
use seal_protocol::message::{Reply, Request, State};
use seal_protocol::receipt::Receipt;

type Failure = Box<dyn std::error::Error>;

/// Scans until a seal that is there must have been heard.
const SCANS: usize = 8;

struct Journey {
    radio: Bluetooth,
    serial: String,
    id: SealId,
    ledger: Ledger,
    start: Instant,
}

impl Journey {
    fn told(&self, what: &str) {
        println!("{:6.2} s  {what}", self.start.elapsed().as_secs_f32());
    }

    async fn address(&self) -> Result<String, Failure> {
        for _ in 0..SCANS {
            let heard = self.radio.listen(&[SERVICE]).await?;
            if let Some(said) = heard.iter().find(|said| said.name.as_deref() == Some(&self.serial)) {
                self.told(&format!("heard {} at {} dBm as {}", self.serial, said.rssi_dbm, said.address));
                return Ok(said.address.clone());
            }
        }
        Err(LinkTrouble::NotHeard.into())
    }

    async fn connected(&self, address: &str) -> Result<Box<dyn Gatt>, Failure> {
        let gatt = self.radio.connect(address, NOTIFY).await?;
        self.told(&format!("connected, values of {} bytes", gatt.value_len()));
        Ok(gatt)
    }

    /// A command that moves the bolt, proven by a receipt that the central accepts.
    async fn moved(&mut self, caller: &mut Caller, action: Action) -> Result<(), Failure> {
        let receipt: Receipt = caller.command(action).await.map_err(|wrong| format!("{wrong:?}"))?;
        let (entry, _) = issuer().verify(&self.id, &receipt).ok_or("not this seal's receipt")?;
        match entry.ended() {
            Some((done, Outcome::Done, _)) if done == action => Ok(()),
            other => Err(format!("{action:?} ended as {other:?}").into()),
        }
    }

    async fn state(&self, caller: &mut Caller) -> Result<State, Failure> {
        match caller.ask(&Request::State).await.map_err(|wrong| format!("{wrong:?}"))? {
            Reply::State(state) => Ok(state),
            other => Err(format!("no state but {other:?}").into()),
        }
    }

    async fn log(&mut self, caller: &mut Caller) -> Result<usize, Failure> {
        let mut from = 1;
        loop {
            match caller.ask(&Request::Log { from, most: 18 }).await.map_err(|wrong| format!("{wrong:?}"))? {
                Reply::Page(page) if page.entries.is_empty() => break,
                Reply::Page(page) => {
                    from = page.first + u32::try_from(page.entries.len())?;
                    self.ledger.page(&issuer(), &page).map_err(|doubt| format!("the log is in doubt: {doubt:?}"))?;
                }
                other => return Err(format!("no page but {other:?}").into()),
            }
        }
        let gaps = self.ledger.gaps();
        if gaps.is_empty() { Ok(self.ledger.entries().count()) } else { Err(format!("the log lacks {gaps:?}").into()) }
    }
}

fn expect(state: &State, lock: Lock) -> Result<(), Failure> {
    if state.lock == lock { Ok(()) } else { Err(format!("the lock is {:?}, not {lock:?}", state.lock).into()) }
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let words: Vec<_> = std::env::args().skip(1).collect();
    let options: HashMap<_, _> =
        words.chunks_exact(2).filter_map(|pair| Some((pair[0].strip_prefix("--")?, pair[1].as_str()))).collect();
    let serial = (*options.get("serial").unwrap_or(&"83181010")).to_owned();
    let passkey: Option<u32> = options.get("passkey").map(|digits| digits.parse()).transpose()?;
    let id = SealId::new(&serial).ok_or("that is not a serial")?;
    // An emulated machine on a busy host is slower than any radio.
    let mut radio = Bluetooth::new(Patience { connect: Duration::from_secs(40), ..Patience::default() });
    if let Some(adapter) = options.get("adapter") {
        radio = radio.on(*adapter);
    }
    if let Some(passkey) = passkey {
        radio = radio.asking(Arc::new(move || Box::pin(async move { Some(passkey) })));
    }
    let wrong = |wrong: seal_body::Wrong| format!("{wrong:?}");
    let mut journey = Journey { radio, serial: serial.clone(), id, ledger: Ledger::new(id), start: Instant::now() };

    let address = journey.address().await?;
    if passkey.is_some() {
        let mut gatt = journey.connected(&address).await?;
        gatt.pair().await?;
        journey.told("paired");
        drop(gatt);
    }

    let tap = Instant::now();
    let mut caller = Caller::new(&serial, journey.connected(&address).await?);
    let linked = tap.elapsed();
    caller.hello().await.map_err(wrong)?;
    caller.open(&shift(&serial, 1)).await.map_err(wrong)?;
    journey.moved(&mut caller, Action::Arm).await?;
    let confirmed = tap.elapsed();
    let (bytes, exchanges) = (caller.bytes, caller.exchanges);
    journey.told("armed, receipt good");
    drop(caller);
    journey.told("link dropped");

    let mut caller = Caller::new(&serial, journey.connected(&address).await?);
    caller.open(&shift(&serial, 2)).await.map_err(wrong)?;
    let state = journey.state(&mut caller).await?;
    expect(&state, Lock::ClosedArmed)?;
    journey.told("read again: armed");
    journey.moved(&mut caller, Action::Disarm).await?;
    expect(&journey.state(&mut caller).await?, Lock::Ready)?;
    journey.told("disarmed, receipt good");
    let entries = journey.log(&mut caller).await?;
    journey.told(&format!("log of {entries} entries, no gap, chain good"));
    drop(caller);
    // Until the last connection is ended.
    tokio::time::sleep(Duration::from_millis(500)).await;

    println!("arming: {bytes} bytes of values, {exchanges} exchanges");
    println!(
        "arming: {:.2} s from tap to receipt, {:.2} s of it to connect",
        confirmed.as_secs_f32(),
        linked.as_secs_f32()
    );
    Ok(())
}
