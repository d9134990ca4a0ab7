//! What is wrong with the central's record: shown until an officer has reported it.

use dioxus::prelude::*;

use super::parts::Trouble;
use super::stored::store_trouble;
use crate::actions::report_record::report_record;
use crate::i18n::format;
use crate::ports::store::AlarmWhy;
use crate::t;
use crate::ui::components::*;
use crate::ui::desk::use_desk;

/// Open integrity alarms; nothing when there are none.
#[component]
pub fn RecordAlarms() -> Element {
    let desk = use_desk();
    let mut trouble = use_signal(String::new);
    let alarms = desk.look(|kit| {
        kit.store.record_alarms().unwrap_or_else(|error| {
            tracing::error!(%error, "integrity alarms cannot be read");
            Vec::new()
        })
    });
    if alarms.is_empty() {
        return rsx! {};
    }
    rsx! {
        Card { kind: CardKind::Bad,
            Decision { text: t!("record-alarm") }
            for alarm in alarms {
                p { {t!("record-alarm-seen", why = why(alarm.why), time = format::date_time(alarm.at))} }
            }
            p { class: "small muted", {t!("record-alarm-do")} }
            Trouble { text: trouble() }
            Button { icon: "message-square-warning", text: t!("record-alarm-report"), onclick: move |()| {
                let Some(officer) = desk.officer() else { return };
                if let Err(error) = report_record(&desk.kit(), &officer) {
                    trouble.set(store_trouble(&error));
                }
            } }
        }
    }
}

fn why(why: AlarmWhy) -> String {
    match why {
        AlarmWhy::Signature => t!("record-why-signature"),
        AlarmWhy::KeyChanged => t!("record-why-key"),
        AlarmWhy::Forked => t!("record-why-forked"),
        AlarmWhy::Rewritten => t!("record-why-rewritten"),
    }
}
