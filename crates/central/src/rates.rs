//! How often one may ask: for each address, each phone and each account. A phone that comes back after a week sends a few
//! thousand requests one after another and must pass; a program gone wild must not keep others out.

use std::hash::Hash;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use axum::http::StatusCode;
use governor::clock::{self, Clock as _};
use governor::middleware::NoOpMiddleware;
use governor::state::keyed::HashMapStateStore;
use governor::{Quota, RateLimiter};
use seal_core::ids::{DeviceId, OfficerId};

use crate::Clock;
use crate::problem::Refusal;

/// After so many questions those that have not asked for long are forgotten.
const SWEEP: u32 = 4096;

/// Requests a second for long, and how many at once before that holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// Requests a second.
    pub per_second: NonZeroU32,
    /// Requests at once.
    pub burst: NonZeroU32,
}

impl std::str::FromStr for Rate {
    type Err = &'static str;

    /// `PER_SECOND/BURST`, e.g. `50/2000`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (per_second, burst) = text.split_once('/').ok_or("a rate is PER_SECOND/BURST, e.g. 50/2000")?;
        let number = |text: &str| text.trim().parse().map_err(|_| "a rate is made of two positive numbers");
        Ok(Self { per_second: number(per_second)?, burst: number(burst)? })
    }
}

/// How often one may ask; what is `None` is not limited.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Rates {
    /// From one address (of IPv6 the network of 64 bits), signed in or not.
    pub address: Option<Rate>,
    /// From one phone.
    pub device: Option<Rate>,
    /// For one account, on all its phones.
    pub account: Option<Rate>,
}

impl Rates {
    /// What the program begins with. A phone has two requests under way at most; a queue of 5,000 events and 300 photographs
    /// is some 1,600 requests. An address may be a whole unit's.
    #[must_use]
    pub fn usual() -> Self {
        let rate =
            |per_second, burst| Some(Rate { per_second: NonZeroU32::new(per_second)?, burst: NonZeroU32::new(burst)? });
        Self { address: rate(500, 20_000), device: rate(50, 2_000), account: rate(100, 4_000) }
    }
}

/// The central's clock as the limiter wants it.
#[derive(Clone)]
struct Ticks(Clock);

impl clock::Clock for Ticks {
    type Instant = Duration;

    fn now(&self) -> Duration {
        let now = (self.0)().as_millisecond();
        Duration::from_millis(u64::try_from(now).unwrap_or_default())
    }
}

struct Limit<K: Hash + Eq + Clone> {
    limiter: RateLimiter<K, HashMapStateStore<K>, Ticks, NoOpMiddleware<Duration>>,
    asked: AtomicU32,
    clock: Ticks,
    by: &'static str,
}

impl<K: Hash + Eq + Clone> Limit<K> {
    fn new(rate: Rate, by: &'static str, clock: &Clock) -> Self {
        let clock = Ticks(clock.clone());
        let quota = Quota::per_second(rate.per_second).allow_burst(rate.burst);
        let limiter = RateLimiter::hashmap_with_clock(quota, clock.clone());
        Self { limiter, asked: AtomicU32::new(0), clock, by }
    }

    fn ask(&self, key: &K) -> Result<(), TooOften> {
        if self.asked.fetch_add(1, Ordering::Relaxed) % SWEEP == SWEEP - 1 {
            self.limiter.retain_recent();
        }
        self.limiter.check_key(key).map_err(|until| {
            let wait = until.wait_time_from(self.clock.now());
            TooOften { by: self.by, seconds: wait.as_secs() + u64::from(wait.subsec_nanos() > 0) }
        })
    }
}

/// Somebody has to wait.
pub(crate) struct TooOften {
    /// Whose limit it is.
    pub(crate) by: &'static str,
    seconds: u64,
}

impl From<TooOften> for Refusal {
    fn from(TooOften { seconds, .. }: TooOften) -> Self {
        let detail = "Gửi yêu cầu quá nhiều lần. Hãy chờ rồi thử lại.";
        Refusal::new(StatusCode::TOO_MANY_REQUESTS, "too_often", detail)
            .retry_after(i64::try_from(seconds).unwrap_or(i64::MAX))
    }
}

/// Those who asked lately.
pub(crate) struct Asked {
    address: Option<Limit<IpAddr>>,
    device: Option<Limit<DeviceId>>,
    account: Option<Limit<OfficerId>>,
}

impl Asked {
    pub(crate) fn new(rates: &Rates, clock: &Clock) -> Self {
        Self {
            address: rates.address.map(|rate| Limit::new(rate, "address", clock)),
            device: rates.device.map(|rate| Limit::new(rate, "device", clock)),
            account: rates.account.map(|rate| Limit::new(rate, "account", clock)),
        }
    }

    pub(crate) fn at(&self, address: IpAddr) -> Result<(), TooOften> {
        self.address.as_ref().map_or(Ok(()), |limit| limit.ask(&network(address)))
    }

    pub(crate) fn by(&self, device: DeviceId, officer: &OfficerId) -> Result<(), TooOften> {
        self.device.as_ref().map_or(Ok(()), |limit| limit.ask(&device))?;
        self.account.as_ref().map_or(Ok(()), |limit| limit.ask(officer))
    }
}

/// One house has a whole IPv6 network.
fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V6(v6) if v6.to_ipv4_mapped().is_none() => {
            let [a, b, c, d, ..] = v6.segments();
            std::net::Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
        }
        other => other.to_canonical(),
    }
}
