//! What the central counts, for Prometheus. Numbers only: no officer, seal, case or device is a label.

use std::borrow::Cow;
use std::time::{Duration, Instant};

use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::{Registry, Unit};
use seal_core::wire::PushStatus;

/// Media type of [`Metrics::text`].
pub(crate) const METRICS_MEDIA_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

type Labels<const N: usize> = [(&'static str, Cow<'static, str>); N];

/// One for a central; clones count together.
#[derive(Clone)]
pub(crate) struct Metrics {
    requests: Family<Labels<3>, Counter>,
    seconds: Family<Labels<1>, Histogram>,
    events: Family<Labels<2>, Counter>,
    enrolments: Family<Labels<1>, Counter>,
    sign_ins: Family<Labels<1>, Counter>,
    limited: Family<Labels<1>, Counter>,
    pub(crate) photo_bytes: Counter,
    pub(crate) waits: Waits,
}

/// Who waits for a connection to the database, or to be its one writer.
#[derive(Clone)]
pub(crate) struct Waits {
    waiting: Gauge,
    seconds: Histogram,
}

impl Waits {
    /// Somebody waits, until this is dropped.
    pub(crate) fn begin(&self) -> Wait<'_> {
        self.waiting.inc();
        Wait { waits: self, begun: Instant::now() }
    }
}

/// Somebody who waits.
pub(crate) struct Wait<'a> {
    waits: &'a Waits,
    begun: Instant,
}

impl Drop for Wait<'_> {
    fn drop(&mut self) {
        self.waits.waiting.dec();
        self.waits.seconds.observe(self.begun.elapsed().as_secs_f64());
    }
}

/// What is asked for when somebody looks, not counted along.
pub(crate) struct Sizes {
    /// Events in the record.
    pub(crate) events: i64,
    /// The database.
    pub(crate) database_bytes: i64,
}

/// 0.5 ms to 16 s.
fn latencies() -> Histogram {
    Histogram::new(exponential_buckets(0.0005, 2.0, 16))
}

impl Default for Metrics {
    fn default() -> Self {
        Self {
            requests: Family::default(),
            seconds: Family::new_with_constructor(latencies),
            events: Family::default(),
            enrolments: Family::default(),
            sign_ins: Family::default(),
            limited: Family::default(),
            photo_bytes: Counter::default(),
            waits: Waits { waiting: Gauge::default(), seconds: latencies() },
        }
    }
}

impl Metrics {
    /// A request was answered. `route` is the pattern, never the address itself.
    pub(crate) fn answered(&self, method: &str, route: &str, status: u16, took: Duration) {
        let route = || ("route", Cow::Owned(route.to_owned()));
        let labels = [("method", Cow::Owned(method.to_owned())), route(), ("status", Cow::Owned(status.to_string()))];
        self.requests.get_or_create(&labels).inc();
        self.seconds.get_or_create(&[route()]).observe(took.as_secs_f64());
    }

    /// An item of a push was dealt with.
    pub(crate) fn event(&self, status: &PushStatus) {
        let (outcome, code) = match status {
            PushStatus::Accepted { .. } => ("accepted", ""),
            PushStatus::Duplicate { .. } => ("duplicate", ""),
            PushStatus::Rejected { code, .. } => ("rejected", code.as_str()),
            PushStatus::Deferred => ("deferred", ""),
            PushStatus::HashConflict => ("hash_conflict", ""),
        };
        let labels = [("outcome", Cow::Borrowed(outcome)), ("code", Cow::Owned(code.to_owned()))];
        self.events.get_or_create(&labels).inc();
    }

    /// A phone asked to be enrolled. `outcome` is `ok` or the refusal's code.
    pub(crate) fn enrolment(&self, outcome: &'static str) {
        self.enrolments.get_or_create(&[("outcome", Cow::Borrowed(outcome))]).inc();
    }

    /// Somebody tried to sign in. `outcome` is `ok` or the refusal's code.
    pub(crate) fn sign_in(&self, outcome: &'static str) {
        self.sign_ins.get_or_create(&[("outcome", Cow::Borrowed(outcome))]).inc();
    }

    /// A request was asked to wait. `by` is `address`, `device` or `account`.
    pub(crate) fn limited(&self, by: &'static str) {
        self.limited.get_or_create(&[("by", Cow::Borrowed(by))]).inc();
    }

    /// Everything, as Prometheus reads it.
    pub(crate) fn text(&self, sizes: &Sizes) -> Result<String, std::fmt::Error> {
        let mut registry = Registry::with_prefix("seal_central");
        registry.register("requests", "Answered requests", self.requests.clone());
        registry.register_with_unit("request", "Time to answer", Unit::Seconds, self.seconds.clone());
        registry.register("events", "Pushed events by what became of them", self.events.clone());
        registry.register("enrolments", "Phones that asked to be enrolled", self.enrolments.clone());
        registry.register("sign_ins", "Tries to sign in", self.sign_ins.clone());
        registry.register("limited", "Requests that were asked to wait", self.limited.clone());
        registry.register_with_unit("photo", "Bytes of photographs taken", Unit::Bytes, self.photo_bytes.clone());
        registry.register("database_waiting", "Who waits for the database now", self.waits.waiting.clone());
        registry.register_with_unit(
            "database_wait",
            "Time waited for the database",
            Unit::Seconds,
            self.waits.seconds.clone(),
        );
        let gauge = |value| {
            let gauge: Gauge = Gauge::default();
            gauge.set(value);
            gauge
        };
        registry.register("record_events", "Events in the record", gauge(sizes.events));
        registry.register_with_unit("database", "Size of the database", Unit::Bytes, gauge(sizes.database_bytes));
        let mut text = String::new();
        encode(&mut text, &registry)?;
        Ok(text)
    }
}
