//! Sealing, step 1: vehicle, driver, approved route, permitted time.

use dioxus::prelude::*;
use seal_core::ids::CaseId;

use super::parts::{Page, Trouble};
use super::stored::{CaseGone, case_of, store_trouble};
use super::words::title_of;
use crate::actions::declare_trip::{Trip as Declared, TripField, TripTrouble, declare_trip, missing};
use crate::t;
use crate::ui::components::*;
use crate::ui::desk::use_desk;
use crate::ui::route::{Route, ScanFor};

/// See the module.
#[component]
pub fn Trip(case: CaseId) -> Element {
    let mut desk = use_desk();
    let Some(view) = case_of(desk, case) else { return rsx! { CaseGone {} } };
    let doc = view.doc.clone();
    let known = view.trip.clone();
    let start = use_hook(|| {
        let hours = if doc.permitted_hours > 0 { doc.permitted_hours } else { 0 };
        match &known {
            Some(trip) => Declared {
                vehicle: trip.vehicle.clone(),
                trailer: trip.trailer.clone(),
                driver: trip.driver.clone(),
                driver_id: trip.driver_id.clone(),
                route: trip.route.clone(),
                hours,
            },
            None => Declared {
                vehicle: doc.vehicle.clone(),
                trailer: doc.trailer.clone(),
                driver: doc.driver.clone(),
                driver_id: String::new(),
                route: doc.route.clone(),
                hours,
            },
        }
    });
    let mut trip = use_signal(|| start.clone());
    let mut asked = use_signal(|| false);
    let mut trouble = use_signal(String::new);
    let gap = missing(&trip()).filter(|_| asked());
    let help = |field: TripField| {
        if gap == Some(field) { (t!("arm-fill-in"), Tone::Bad) } else { (String::new(), Tone::Idle) }
    };
    let (vehicle, driver, route, hours) =
        (help(TripField::Vehicle), help(TripField::Driver), help(TripField::Route), help(TripField::Hours));
    let save = move |()| {
        asked.set(true);
        let Some(officer) = desk.officer() else { return };
        match declare_trip(&desk.kit(), &officer, case, &trip.peek()) {
            Ok(()) => desk.replace(Route::Scan { purpose: ScanFor::SealToArm { case } }),
            Err(TripTrouble::Missing(_)) => trouble.set(t!("arm-trip-incomplete")),
            Err(TripTrouble::Store(error)) => trouble.set(store_trouble(&error)),
        }
    };
    rsx! {
        Page {
            title: t!("arm-title"),
            sub: title_of(&view),
            back: true,
            step: 1,
            focus: true,
            report: "trip",
            dock: rsx! {
                Button { kind: ButtonKind::Go, big: true, icon: "scan-line", text: t!("arm-next-scan"), onclick: save }
            },
            Decision { text: t!("arm-trip-check") }
            TextField {
                label: t!("arm-vehicle"), initial: start.vehicle.clone(), capitals: true, help: vehicle.0, help_kind: vehicle.1,
                oninput: move |text: String| trip.write().vehicle = text,
            }
            TextField {
                label: t!("arm-trailer"), initial: start.trailer.clone(), capitals: true,
                oninput: move |text: String| trip.write().trailer = text,
            }
            TextField {
                label: t!("arm-driver"), initial: start.driver.clone(), words: true, help: driver.0, help_kind: driver.1,
                oninput: move |text: String| trip.write().driver = text,
            }
            TextField {
                label: t!("arm-driver-id"), initial: start.driver_id.clone(), inputmode: "numeric",
                oninput: move |text: String| trip.write().driver_id = text,
            }
            TextField {
                label: t!("arm-route"), initial: start.route.clone(), words: true, help: route.0, help_kind: route.1,
                oninput: move |text: String| trip.write().route = text,
            }
            TextField {
                label: t!("arm-hours"), initial: if start.hours > 0 { start.hours.to_string() } else { String::new() }, inputmode: "numeric",
                help: if hours.0.is_empty() { t!("arm-hours-help") } else { hours.0 }, help_kind: hours.1,
                oninput: move |text: String| trip.write().hours = text.trim().parse().unwrap_or(0),
            }
            Trouble { text: trouble() }
        }
    }
}
