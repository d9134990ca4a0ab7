//! The rules in force: who issued them, what each says, where it is written, and what has still to be checked against the
//! original text.

use dioxus::prelude::*;
use seal_core::calendar::YearCalendar;
use seal_core::rules::{Citation, ClockStart, Office, RulePack};
use seal_core::time::date_in_vietnam;

use super::parts::{Page, Trouble};
use super::stored::store_trouble;
use super::words;
use crate::i18n::fold;
use crate::i18n::format;
use crate::ports::store::PackStanding;
use crate::t;
use crate::ui::components::*;
use crate::ui::desk::use_desk;

/// See the module.
#[component]
pub fn Rules() -> Element {
    let desk = use_desk();
    let mut search = use_signal(String::new);
    let known =
        desk.look(|kit| Ok::<_, crate::ports::store::StoreError>((kit.store.rules()?, kit.store.pack_standing()?)));
    let (rules, standing) = match known {
        Ok(known) => known,
        Err(error) => {
            let text = store_trouble(&error);
            return rsx! { Page { title: t!("settings-rules-title"), back: true, focus: true, Trouble { text } } };
        }
    };
    let this_year = desk.look(|kit| date_in_vietnam(kit.clock.now().wall)).year();
    let open = unchecked(&rules);
    let wanted = fold(search.read().trim());
    let found: Vec<&Office> =
        rules.offices.iter().filter(|office| office.words().any(|word| fold(word).contains(&wanted))).collect();
    rsx! {
        Page { title: t!("settings-rules-title"), sub: t!("settings-rules-version", version = rules.version.clone()), back: true, focus: true, report: "rules",
            Standing { standing: StandingProp(standing.clone()) }
            if open > 0 {
                Note { icon: "info", text: t!("settings-rules-unchecked", n = open) }
            }

            SectionHead { title: t!("settings-rules-goods") }
            List {
                for rule in rules.goods.clone() {
                    Said {
                        title: words::ground(rule.ground),
                        sub: words::group_chip(rule.group),
                        since: since(rule.valid_from, rule.valid_to),
                        citation: CitationProp(rule.citation),
                    }
                }
            }

            SectionHead { title: t!("settings-rules-return") }
            List {
                for rule in rules.returns.clone() {
                    Said {
                        title: t!("settings-rules-return-days", n = rule.working_days),
                        sub: [
                            match rule.start { ClockStart::Receipt => t!("settings-rules-return-receipt"), ClockStart::Disarm => t!("settings-rules-return-disarm") },
                            if rule.count_first_day { t!("settings-rules-return-first-counts") } else { t!("settings-rules-return-first-not") },
                        ].join(". "),
                        since: since(rule.valid_from, rule.valid_to),
                        citation: CitationProp(rule.citation),
                    }
                }
            }

            if !rules.way_home.is_empty() {
                SectionHead { title: t!("settings-rules-way-home") }
                List {
                    for rule in rules.way_home.clone() {
                        Said {
                            title: t!("settings-rules-way-home-warn", days = rule.warn_days.iter().map(u32::to_string).collect::<Vec<_>>().join(", ")),
                            sub: t!("settings-rules-way-home-silent", n = rule.silent_days),
                            since: since(rule.valid_from, rule.valid_to),
                            citation: CitationProp(rule.citation),
                        }
                    }
                }
            }

            SectionHead { title: t!("settings-rules-limits") }
            List {
                Said {
                    title: t!("settings-rules-limits-battery", reserve = rules.limits.battery_reserve_percent, day = rules.limits.battery_per_day_percent),
                    sub: t!("settings-rules-limits-other", drift = rules.limits.clock_drift_s, silence = rules.limits.silence_minutes),
                    citation: CitationProp(rules.limits.citation.clone()),
                }
                for rule in rules.phone_room.clone() {
                    Said {
                        title: t!("settings-rules-room", n = rule.before_photo_mib),
                        since: since(rule.valid_from, rule.valid_to),
                        citation: CitationProp(rule.citation),
                    }
                }
                for rule in rules.photo_term.clone() {
                    Said {
                        title: t!("settings-rules-photo-term", n = rule.hours),
                        since: since(rule.valid_from, rule.valid_to),
                        citation: CitationProp(rule.citation),
                    }
                }
            }

            SectionHead { title: t!("settings-rules-calendar") }
            List {
                for calendar in rules.calendars.clone() {
                    Said {
                        title: t!("settings-rules-calendar-year", year = calendar.year.to_string()),
                        sub: calendar_words(&calendar),
                        citation: CitationProp(calendar.citation),
                    }
                }
                for year in (this_year..=this_year + 1).filter(|year| rules.calendars.iter().all(|known| known.year != *year)) {
                    Row {
                        icon: "triangle-alert",
                        kind: Tone::Warn,
                        title: t!("settings-rules-calendar-year", year = year.to_string()),
                        sub: t!("settings-rules-calendar-none"),
                    }
                }
            }

            SectionHead { title: t!("settings-rules-kinds") }
            List {
                for kind in rules.seal_kinds.clone() {
                    Said {
                        title: kind.name,
                        sub: t!("settings-rules-kind-code", code = kind.kind.code()),
                        since: since(kind.valid_from, kind.valid_to),
                        citation: CitationProp(kind.citation),
                    }
                }
            }

            SectionHead { title: t!("settings-rules-offices") }
            TextField { label: t!("settings-rules-offices-search"), help: t!("settings-rules-offices-help"), oninput: move |text: String| search.set(text) }
            List {
                for office in found.iter().take(SHOWN) {
                    Row {
                        key: "{office.code}",
                        title: office.name.clone(),
                        sub: office_words(office),
                        value: office.code.to_string(),
                    }
                }
            }
            if found.is_empty() {
                Note { icon: "search", text: t!("settings-rules-offices-none") }
            } else if found.len() > SHOWN {
                Note { text: t!("settings-rules-offices-more", n = found.len() - SHOWN) }
            }
        }
    }
}

/// Offices shown at once; the search narrows them.
const SHOWN: usize = 20;

/// [`PackStanding`] as a property.
#[derive(Clone, PartialEq)]
struct StandingProp(PackStanding);

/// [`Citation`] as a property.
#[derive(Clone, PartialEq)]
struct CitationProp(Citation);

/// Where the pack comes from, and why a later one is not in force.
#[component]
fn Standing(standing: StandingProp) -> Element {
    let PackStanding { issued_at, issuer, refused, .. } = standing.0;
    rsx! {
        Card { kind: if refused.is_some() { CardKind::Unsure } else { CardKind::Plain },
            match (issuer, issued_at) {
                (Some(issuer), Some(at)) => rsx! {
                    Chip { kind: Tone::Ok, text: t!("settings-rules-signed") }
                    Note { text: t!("settings-rules-signed-by", issuer = issuer, day = format::date_long(at)) }
                },
                _ => rsx! {
                    Chip { kind: Tone::Idle, text: t!("settings-rules-shipped") }
                    Note { text: t!("settings-rules-shipped-why") }
                },
            }
            if refused.is_some() {
                Note { icon: "triangle-alert", text: t!("settings-rules-refused") }
            }
        }
    }
}

/// One rule: what it says, from when, and where that is written.
#[component]
fn Said(
    title: String,
    #[props(default)] sub: String,
    #[props(default)] since: String,
    citation: CitationProp,
) -> Element {
    let unchecked = citation.0.to_be_confirmed;
    let text = words::cited(&citation.0);
    let sub = [sub, since].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ");
    rsx! {
        div { class: "row row--text",
            span { class: "row-body",
                span { class: "row-title", "{title}" }
                span { class: "row-sub", "{sub}" }
                Cite { text }
                if unchecked {
                    Chip { kind: Tone::Warn, text: t!("settings-rules-to-check") }
                }
            }
        }
    }
}

fn since(from: jiff::civil::Date, to: Option<jiff::civil::Date>) -> String {
    let shown = |day: jiff::civil::Date| day.strftime("%d/%m/%Y").to_string();
    match to {
        Some(to) => t!("settings-rules-from-to", from = shown(from), to = shown(to)),
        None => t!("settings-rules-from", from = shown(from)),
    }
}

fn calendar_words(calendar: &YearCalendar) -> String {
    let worked = calendar.worked.iter().map(|day| format::civil_date(*day)).collect::<Vec<_>>().join(", ");
    let off = t!("settings-rules-calendar-off", n = calendar.off.len());
    if worked.is_empty() { off } else { format!("{off} · {}", t!("settings-rules-calendar-worked", days = worked)) }
}

fn office_words(office: &Office) -> String {
    let mut parts: Vec<String> =
        office.former.iter().map(|former| t!("settings-rules-office-former", name = former.name.clone())).collect();
    parts.extend(office.aliases.iter().cloned());
    parts.extend(office.unlocode.clone());
    parts.extend(office.warehouses.iter().map(|warehouse| format!("{} {}", warehouse.code, warehouse.name)));
    parts.join(" · ")
}

/// Entries whose text has still to be checked against the original.
fn unchecked(rules: &RulePack) -> usize {
    let cited = rules.goods.iter().map(|rule| &rule.citation);
    let cited = cited.chain(rules.returns.iter().map(|rule| &rule.citation)).chain([&rules.limits.citation]);
    let cited = cited.chain(rules.way_home.iter().map(|rule| &rule.citation));
    let cited = cited.chain(rules.phone_room.iter().map(|rule| &rule.citation));
    let cited = cited.chain(rules.photo_term.iter().map(|rule| &rule.citation));
    let cited = cited.chain(rules.calendars.iter().map(|year| &year.citation));
    let cited = cited.chain(rules.seal_kinds.iter().map(|kind| &kind.citation));
    cited
        .chain(rules.offices.iter().filter_map(|office| office.citation.as_ref()))
        .filter(|one| one.to_be_confirmed)
        .count()
}
