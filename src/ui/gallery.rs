//! Every component in its states, on pages laid out like real screens. For looking at, and for the tests of the kit;
//! all names, numbers and dates are invented.
use dioxus::prelude::*;

use super::components::*;
use super::theme::{Root, UiSettings};
use crate::t;

/// Names of the pages, in order.
pub const PAGES: [&str; 17] = [
    "home",
    "preflight",
    "photos",
    "progress",
    "confirmed",
    "refused",
    "uncertain",
    "scan",
    "unknown",
    "type",
    "return",
    "log",
    "compare",
    "queue",
    "dialog",
    "verdict",
    "form",
];

/// One page of the gallery; an unknown name shows the first.
#[component]
pub fn Gallery(page: String, #[props(default)] settings: UiSettings) -> Element {
    rsx! {
        Root { initial: settings,
            match page.as_str() {
                "preflight" => rsx! { Preflight {} },
                "photos" => rsx! { PhotoPage {} },
                "progress" => rsx! { ProgressPage {} },
                "confirmed" => rsx! { Confirmed {} },
                "refused" => rsx! { Refused {} },
                "uncertain" => rsx! { Uncertain {} },
                "scan" => rsx! { Scan {} },
                "unknown" => rsx! { Unknown {} },
                "type" => rsx! { TypeNumber {} },
                "return" => rsx! { ReturnPage {} },
                "log" => rsx! { Log {} },
                "compare" => rsx! { ComparePage {} },
                "queue" => rsx! { QueuePage {} },
                "dialog" => rsx! { DialogPage {} },
                "verdict" => rsx! { Verdict {} },
                "form" => rsx! { Form {} },
                _ => rsx! { Home {} },
            }
        }
    }
}

/// An invented photograph as a `data:` address.
fn sample(name: &str) -> String {
    use base64::{Engine, engine::general_purpose::STANDARD};
    let svg = match name {
        "door" => include_bytes!("../../examples/gallery/door.svg").as_slice(),
        "blur" => include_bytes!("../../examples/gallery/number-blur.svg"),
        "now" => include_bytes!("../../examples/gallery/seal-now.svg"),
        "finder" => include_bytes!("../../examples/gallery/finder.svg"),
        _ => include_bytes!("../../examples/gallery/seal-then.svg"),
    };
    format!("data:image/svg+xml;base64,{}", STANDARD.encode(svg))
}

#[component]
fn Places(active: String) -> Element {
    let item =
        |id: &str, icon: &str, label: String| NavItem { id: id.into(), icon: icon.into(), label, ..NavItem::default() };
    let items = vec![
        item("shift", "clipboard-check", t!("nav-shift")),
        item("cases", "container", t!("nav-cases")),
        NavItem { scan: true, ..item("scan", "scan-line", t!("nav-scan")) },
        NavItem { badge: 4, badge_label: t!("nav-return-badge", n = 4), ..item("returns", "repeat", t!("nav-return")) },
        NavItem {
            badge: 7,
            calm: true,
            badge_label: t!("nav-queue-badge", n = 7),
            ..item("queue", "cloud-upload", t!("nav-queue"))
        },
    ];
    rsx! { Nav { label: t!("nav-main"), items, active, onselect: |_| {} } }
}

#[component]
fn Wizard(n: u32, of: u32, name: String, next: String) -> Element {
    let label = t!("step-of", n = n, of = of, name = &name);
    let next = if next.is_empty() { next } else { t!("next-is", name = next) };
    rsx! {
        AppBar {
            title: "Niêm phong",
            sub: "`MSKU 907032 3`",
            back_label: t!("back"),
            onback: |_| {},
            action_icon: "message-square-warning",
            action_label: t!("report-trouble"),
            onaction: |_| {},
        }
        Steps { n, of, name, word: t!("step"), label, next }
    }
}

#[component]
fn Cn(#[props(default)] size: NumberSize) -> Element {
    rsx! { ContainerNumber { number: "MSKU9070323", size, check_label: t!("check-digit-is", d = "3") } }
}

#[component]
fn Home() -> Element {
    let stats = vec![
        Stat {
            id: "due".into(),
            icon: "hourglass".into(),
            value: "1".into(),
            text: "seal phải trả trước 24:00".into(),
            bad: true,
        },
        Stat {
            id: "foreign".into(),
            icon: "repeat".into(),
            value: "4".into(),
            text: "seal của đơn vị khác".into(),
            bad: false,
        },
        Stat {
            id: "queue".into(),
            icon: "cloud-upload".into(),
            value: "7".into(),
            text: "mục chờ gửi".into(),
            bad: false,
        },
    ];
    rsx! {
        AppShell {
            AppBar { title: "Ca sáng · Cổng B2", sub: "Cảng Sài Gòn KV1 · `02CI`", action_icon: "user", action_label: "Nguyễn Minh Khoa, mở cài đặt" }
            Banner { kind: BannerKind::Offline, text: t!("offline-since", time = "13:52", n = 7) }
            Main {
                Card { kind: CardKind::Hero,
                    CardHead { eyebrow: "Việc tiếp theo", Chip { kind: Tone::Warn, icon: "timer", text: "Xe chờ 12 phút" } }
                    Decision { text: "Niêm phong container" }
                    Cn { size: NumberSize::Xl }
                    Chips {
                        Chip { kind: Tone::Info, icon: "scroll-text", text: "A3 · Tạm nhập tái xuất" }
                        Chip { icon: "shield-check", text: "Bắt buộc seal định vị" }
                    }
                    Note { text: "Xe `51C-482.19` · đi cảng Đình Vũ `03EE`" }
                    Button { kind: ButtonKind::Go, big: true, icon: "scan-line", text: "Quét container", onclick: |_| {} }
                }
                Stats { items: stats, onselect: |_| {} }
                SectionHead { title: "Trong ca này", note: "5 việc · xong 2" }
                List {
                    Row { icon: "lock", kind: Tone::Info, title: "`TGHU 482915 2`", sub: "Niêm phong · quá cảnh", value: "16:30", onclick: |_| {} }
                    Row { icon: "eye", kind: Tone::Unsure, title: "`OOLU 718340 4`", sub: "Kiểm tra, gỡ · từ 51CI", end: rsx! { Chip { kind: Tone::Unsure, text: t!("state-unsure") } }, onclick: |_| {} }
                    Row { icon: "package-open", title: "Nhận kiện seal", sub: "GP-0409 · 5 seal · từ 03EE", value: "Chiều", onclick: |_| {} }
                    Row { icon: "circle-check", kind: Tone::Ok, title: "`BEAU 616837 0`", sub: "Niêm phong lúc 10:12", end: rsx! { Chip { kind: Tone::Ok, text: "Đã khóa" } }, onclick: |_| {} }
                }
            }
            Places { active: "shift" }
        }
    }
}

#[component]
fn Preflight() -> Element {
    rsx! {
        AppShell {
            Wizard { n: 4, of: 6, name: "Kiểm tra seal", next: "Ảnh" }
            Main { tight: true,
                Card { kind: CardKind::Hero, live: true,
                    Instruction {
                        icon: "cable",
                        title: "Luồn cáp, cắm đến khi nghe tiếng\u{a0}“tách”",
                        sub: "Qua cả hai tai khóa. Máy tự chuyển bước khi seal báo đã cắm.",
                    }
                }
                List { kind: ListKind::Items, label: "Kiểm tra trước khi khóa",
                    Check { state: CheckState::Now, word: t!("state-now"), title: "Cáp chưa cắm", sub: "Seal báo: ổ cáp trống" }
                    Check { state: CheckState::Ok, word: t!("state-ok"), title: "Đúng seal `8318 1001`", sub: "Nhãn khớp với tín hiệu Bluetooth" }
                    Check { state: CheckState::Ok, word: t!("state-ok"), title: "Pin đủ cho chuyến", sub: "Cần 40 % cho 52 giờ", value: "87 %" }
                    Check { state: CheckState::Warn, word: t!("state-warn"), title: "Đồng hồ seal", sub: "Đã chỉnh, sai lệch được ghi lại", value: "+2 s" }
                    Check { state: CheckState::Bad, word: t!("state-bad"), title: "Mật khẩu riêng", sub: "Vẫn là mật khẩu xuất xưởng" }
                    Check { state: CheckState::Busy, word: t!("state-busy"), title: "Seal tự kiểm tra", sub: "Vỏ, động cơ, định vị", value: "3 s" }
                    Check { state: CheckState::Todo, word: t!("state-todo"), title: "Nền tảng giám sát thấy seal" }
                }
                Cite { icon: "bluetooth", text: "Gần đây có seal **`8318 1044`** sóng mạnh hơn. Máy **không nối** với seal đó." }
            }
            Dock {
                DockNote { icon: "hourglass", text: "**Đang chờ** seal báo đã cắm cáp…" }
                Even {
                    Button { icon: "repeat", text: "Đổi seal", onclick: |_| {} }
                    Button { icon: "refresh-cw", text: "Kiểm tra lại", onclick: |_| {} }
                }
            }
        }
    }
}

#[component]
fn PhotoPage() -> Element {
    rsx! {
        AppShell { practice: true,
            Banner { kind: BannerKind::Practice, text: t!("practice-banner") }
            Wizard { n: 5, of: 6, name: "Chụp ảnh", next: "Khóa" }
            Main { tight: true,
                div { class: "stack",
                    Decision { text: "Chụp lại 1 ảnh, còn\u{a0}thiếu 1\u{a0}ảnh" }
                    p { class: "muted", "Giữ máy cách vỏ một sải tay, lau giọt nước trên ống kính." }
                }
                Photos {
                    PhotoTile { title: "Cửa và biển số", sub: "14:23:10 · rõ nét", src: sample("door"), alt: "Cửa container và biển số", badge: t!("state-ok"), onclick: |_| {} }
                    PhotoTile { state: PhotoState::Bad, title: "Số container", sub: "Chưa đọc được số", src: sample("blur"), badge: "Mờ, chụp lại", onclick: |_| {} }
                    PhotoTile { state: PhotoState::Now, title: "Cáp qua tai khóa", sub: "Chưa chụp", onclick: |_| {} }
                    PhotoTile { state: PhotoState::Todo, title: "Số seal, chụp gần", sub: "Số lấp gần kín khung", onclick: |_| {} }
                }
                Note { icon: "hard-drive", text: "Ảnh gốc giữ nguyên trên máy. Còn chỗ cho khoảng `1 900` ảnh." }
                Progress { done: 31, of: 50, label: "Tải hồ sơ" }
                Meter { left: 22, warn: true, label: "Pin của máy" }
            }
            Dock {
                Button { kind: ButtonKind::Go, big: true, icon: "camera", text: "Chụp lại số container", onclick: |_| {} }
                Button { icon: "plus", text: "Chụp ảnh khác kèm theo", onclick: |_| {} }
            }
        }
    }
}

#[component]
fn ProgressPage() -> Element {
    rsx! {
        AppShell {
            AppBar { title: "Đang khóa seal", sub: "`MSKU 907032 3` · seal `8318 1001`", focus: true }
            Steps { n: 6, of: 6, name: "Khóa seal", word: t!("step"), label: t!("step-of", n = 6, of = 6, name = "Khóa seal") }
            ResultBlock { kind: ResultKind::Busy, word: "Đứng sát seal", say: "Đừng rút cáp, đừng tắt màn hình. Thường mất dưới `10` giây." }
            Main {
                List { kind: ListKind::Ordered, label: "Các bước của lệnh",
                    Check { state: CheckState::Ok, word: t!("state-ok"), title: "Đã gửi lệnh khóa", value: "14:26:03" }
                    Check { state: CheckState::Ok, word: t!("state-ok"), title: "Seal đã nhận lệnh", sub: "Nhận lệnh chưa phải là đã khóa", value: "14:26:04" }
                    Check { state: CheckState::Busy, word: t!("state-busy"), title: "Chốt đang chạy", sub: "Chờ seal báo chốt đã vào", value: "3 s" }
                    Check { state: CheckState::Todo, word: t!("state-todo"), title: "Đọc lại trạng thái khóa", sub: "Chỉ khi seal tự báo mới ghi là đã khóa" }
                }
            }
            Dock { DockNote { icon: "info", text: "Lệnh đã gửi thì không hủy được. Mất kết nối, máy chỉ **đọc lại**, không tự gửi lệnh lần hai." } }
        }
    }
}

#[component]
fn Confirmed() -> Element {
    let mut tugged = use_signal(|| true);
    rsx! {
        AppShell {
            ResultBlock { kind: ResultKind::Ok, word: "Đã khóa", say: "Seal **`8318 1001`** tự báo: **đóng và đang giám sát**, lúc `14:26:09`." }
            Main {
                Cn { size: NumberSize::L }
                List { Tick { title: "Tôi đã kéo thử, cáp không tuột", sub: "Kéo mạnh hai lần, về hai phía", checked: tugged(), onclick: move |_| tugged.toggle() } }
                List { kind: ListKind::Items,
                    Check { state: CheckState::Ok, word: t!("state-ok"), title: "Giờ seal / giờ máy", sub: "Lệch 2 giây, đã ghi", value: "14:26:11\n14:26:09" }
                    Check { state: CheckState::Ok, word: t!("state-ok"), title: "Pin và sóng", sub: "Bắt đầu báo vị trí mỗi 5 phút", value: "87 %" }
                }
                Note { icon: "timer", text: "Từ lúc quét đến lúc khóa: **`1 phút 34 giây`**" }
            }
            Dock {
                DockNote { icon: "cloud-off", text: "Mất mạng: bản ghi và 4 ảnh ở mục **Chờ\u{a0}gửi**." }
                Button { kind: ButtonKind::Go, big: true, icon: "truck", text: "Xong, cho xe đi", onclick: |_| {} }
            }
        }
    }
}

#[component]
fn AfterTrouble(steps: Vec<TodoItem>, note: String) -> Element {
    rsx! {
        Main {
            div { class: "flow flow--between",
                Cn {}
                span { class: "small muted", "seal " Num { text: "8318 1001", strong: true } }
            }
            Card {
                Decision { text: t!("state-now") }
                Todo { items: steps }
            }
            Note { text: note }
        }
    }
}

fn todo(text: &str, why: &str) -> TodoItem {
    TodoItem { text: text.into(), why: why.into() }
}

#[component]
fn Refused() -> Element {
    let steps = vec![
        todo("**Rút cáp, lau sạch đầu cáp.**", "Cát hoặc nước trong ổ làm chốt kẹt."),
        todo("**Cắm lại đến khi nghe tiếng “tách”.**", ""),
        todo("**Khóa lại.**", "Lần trước đã kết thúc rõ ràng nên được khóa lại."),
    ];
    rsx! {
        AppShell {
            ResultBlock { kind: ResultKind::Bad, word: "Seal không khóa", say: "Seal tự báo: **đang mở**. Đầu cáp chưa vào hết ổ." }
            AfterTrouble { steps, note: "Mã seal trả về: `0x82` · lần thử 1" }
            Dock {
                Button { kind: ButtonKind::Go, big: true, icon: "cable", text: "Đã cắm lại, kiểm tra", onclick: |_| {} }
                Button { icon: "repeat", text: "Đổi seal khác", onclick: |_| {} }
            }
        }
    }
}

#[component]
fn Uncertain() -> Element {
    let steps = vec![
        todo("**Giữ xe lại.**", "Chưa có bằng chứng seal đã đóng."),
        todo("**Đứng sát seal**, chờ đèn xanh.", "Bấm nút trên thân seal nếu đèn tắt."),
        todo("**Bấm “Đọc lại trạng thái”.**", "Máy chỉ hỏi, không khóa lần hai."),
    ];
    rsx! {
        AppShell {
            ResultBlock { kind: ResultKind::Unsure, word: "Chưa rõ đã khóa hay chưa", say: "Mất kết nối sau khi seal nhận lệnh, lúc `14:26:04`." }
            AfterTrouble { steps, note: "Đọc lại 2 lần vẫn chưa rõ: ghi chưa rõ, gắn seal khác và báo lãnh đạo ca." }
            Dock {
                Button { kind: ButtonKind::Go, big: true, icon: "refresh-cw", text: "Đọc lại trạng thái", onclick: |_| {} }
                Button { icon: "diamond-unsure", text: "Ghi chưa rõ, gắn seal khác", onclick: |_| {} }
            }
        }
    }
}

#[component]
fn Scan() -> Element {
    rsx! {
        AppShell {
            Finder {
                label: "Khung ngắm",
                hint: "Chĩa vào mã hoặc số bất kỳ",
                close_label: t!("close"),
                onclose: |_| {},
                outline: CodeOutline { frame: (412, 560), corners: vec![(22., 192.), (374., 167.), (378., 224.), (28., 248.)], unknown: false },
                tools: rsx! {
                    FinderTool { icon: "flashlight", text: "Đèn", pressed: true, onclick: |_| {} }
                    FinderTool { icon: "zoom-in", text: "2×", onclick: |_| {} }
                    FinderTool { icon: "keyboard", text: "Gõ số", onclick: |_| {} }
                    FinderTool { icon: "image", text: "Từ ảnh", onclick: |_| {} }
                },
                img { src: sample("finder"), alt: "" }
            }
            Sheet { label: "Kết quả quét",
                CardHead { eyebrow: "Số container", Chip { kind: Tone::Ok, text: "Có trong ca trực" } }
                Cn { size: NumberSize::Xl }
                Why { text: "Nhận ra là số container vì chữ số kiểm tra đúng: tính ra **3**, trên vỏ ghi\u{a0}**3**." }
                Raw { label: "Đọc được:", text: "MSKU 907032 3 45G1", note: "hai khung hình trùng nhau" }
                Button { kind: ButtonKind::Go, big: true, icon: "arrow-right", text: "Mở hồ sơ container này", onclick: |_| {} }
                Even {
                    Button { icon: "rotate-ccw", text: t!("scan-again"), onclick: |_| {} }
                    Button { icon: "keyboard", text: "Sai số này", onclick: |_| {} }
                }
            }
        }
    }
}

#[component]
fn Unknown() -> Element {
    rsx! {
        AppShell {
            Finder {
                label: "Khung ngắm",
                hint: "Chĩa vào mã hoặc số bất kỳ",
                close_label: t!("close"),
                onclose: |_| {},
                aim: true,
                img { src: sample("finder"), alt: "" }
            }
            Sheet { label: "Kết quả quét",
                Decision { text: "Đọc được, nhưng đây là gì?" }
                Why { unknown: true, text: "Không khớp số kiểm tra của container, tờ khai hay seal nào." }
                Raw { label: "Nguyên văn:", text: "EB 417 882 056 VN", note: "Code 128" }
                Even {
                    Button { icon: "package", text: "Mã vận đơn", onclick: |_| {} }
                    Button { icon: "anchor", text: "Seal cơ khí", onclick: |_| {} }
                }
                Button { kind: ButtonKind::Go, big: true, icon: "rotate-ccw", text: t!("scan-again"), onclick: |_| {} }
            }
        }
    }
}

#[component]
fn TypeNumber() -> Element {
    let mut typed = use_signal(|| "MSKU9070233".to_string());
    let mut chosen = use_signal(|| 0);
    let near = [
        ("MSKU9070323", vec![8, 9], "**Có trong ca** · đảo hai số"),
        ("MSKU9070236", vec![10], "sai số cuối"),
        ("MSKU9070133", vec![8], "sai một số"),
    ];
    rsx! {
        AppShell {
            AppBar { title: "Gõ số container", sub: "Dùng khi vỏ bong sơn hoặc mã hỏng", back_label: t!("back"), onback: |_| {} }
            Main {
                Cells {
                    label: "Số container",
                    value: typed(),
                    bad: vec![8, 9, 10],
                    help: "Chữ số kiểm tra sai: dãy này phải kết thúc bằng **`6`**. Có thể hai số **`2`** và **`3`** bị đảo.",
                    help_kind: Tone::Bad,
                    oninput: move |text: String| typed.set(text.to_uppercase()),
                }
                div { class: "stack",
                    Decision { id: "near", text: "Nhìn lại vỏ, chạm số đúng" }
                    RadioGroup { class: "cands", labelled_by: "near",
                        for (i, (number, marks, why)) in near.into_iter().enumerate() {
                            Candidate { key: "{number}", checked: chosen() == i, onclick: move |_| chosen.set(i),
                                span { class: "row-body",
                                    ContainerNumber { number, marks, check_label: t!("check-digit-is", d = &number[10..]) }
                                    small { class: "cand-why", Rich { text: why } }
                                }
                            }
                        }
                    }
                }
                Cite { icon: "camera", text: "Số gõ tay cần **một ảnh chụp vỏ**. Khi khóa hoặc gỡ seal, phải có **người thứ hai** xác nhận." }
            }
            Dock {
                Button { kind: ButtonKind::Go, big: true, icon: "camera", text: "Dùng số này và chụp vỏ", onclick: |_| {} }
                Button { icon: "triangle-alert", text: "Giữ số đã gõ, ghi là nghi ngờ", onclick: |_| {} }
            }
        }
    }
}

fn day(weekday: &str, day: &str, note: &str, kind: DayKind) -> Day {
    Day { weekday: weekday.into(), day: day.into(), note: note.into(), kind }
}

#[component]
fn ReturnPage() -> Element {
    let due = vec![
        day("T3", "21", "nhận", DayKind::Spent),
        day("T4", "22", "1", DayKind::Spent),
        day("T5", "23", "2", DayKind::Spent),
        day("T6", "24", "hạn", DayKind::Due),
    ];
    let long = vec![
        day("T5", "23", "nhận", DayKind::Spent),
        day("T6", "24", "1", DayKind::Now),
        day("T7", "25", "nghỉ", DayKind::Off),
        day("CN", "26", "nghỉ", DayKind::Off),
        day("T2", "27", "bù", DayKind::Off),
        day("T3", "28", "2", DayKind::Work),
        day("T4", "29", "hạn", DayKind::Due),
    ];
    rsx! {
        AppShell {
            AppBar { title: "Trả seal", sub: "4 seal của đơn vị khác", action_icon: "search", action_label: "Tìm seal" }
            Main {
                Card { kind: CardKind::Warn,
                    div { class: "card-head",
                        div { class: "stack",
                            h2 { class: "eyebrow", Rich { text: "Seal **`8318 2104`**\ncủa Đình Vũ `03EE`" } }
                            Countdown { lead: "Còn", parts: vec![("9".to_string(), "giờ".to_string()), ("40".to_string(), "phút".to_string())] }
                        }
                        Ring { state: ClockState::Warn, left: 13, value: "3/3", unit: "ngày" }
                    }
                    Days { label: "Ngày làm việc", items: due }
                    p { class: "strong", "Chọn một trong hai" }
                    Way { icon: "repeat", kind: Tone::Info, title: "Dùng cho lô đi Đình Vũ", sub: "`TGHU 482915 2` · hôm nay 16:30", onclick: |_| {} }
                    Way { icon: "package", title: "Gửi chuyển phát", sub: "Bưu tá nhận đến 17:30", onclick: |_| {} }
                }
                SectionHead { title: "Seal khác", note: "sắp theo hạn" }
                List {
                    Row { start: rsx! { Ring { state: ClockState::Late, left: 0, value: "" } }, title: "`8318 2077`", alert: "Quá hạn 14 giờ", sub: "Trong kiện GP-0417, chờ bưu tá", onclick: |_| {} }
                    Row { start: rsx! { Ring { left: 67, value: "2", unit: "ngày" } }, title: "`8318 2119`", sub: "Hạn 24:00 thứ Tư 29/04", onclick: |_| {} }
                }
                Days { label: "Ngày làm việc", items: long }
                Card {
                    Bars {
                        label: "Trung bình từng chặng",
                        items: [("Trên đường", 2, Fill::Solid), ("Chờ ở nơi gỡ", 4, Fill::Lines), ("Trên đường về", 3, Fill::Dots), ("Quá hạn", 1, Fill::Alert)]
                            .map(|(name, n, fill)| Bar { name: name.into(), value: format!("{n} ngày"), parts: vec![Stretch { n, fill }] })
                            .to_vec(),
                    }
                    Legend { items: vec![(Fill::Solid, "Trên đường".into()), (Fill::Lines, "Chờ".into()), (Fill::Dots, "Về".into())] }
                }
            }
            Places { active: "returns" }
        }
    }
}

#[component]
fn Log() -> Element {
    let item = |time: &str, date: &str, icon: &str, kind, text: &str, sub: &str| TimelineItem {
        time: time.into(),
        date: date.into(),
        icon: icon.into(),
        kind,
        text: text.into(),
        sub: sub.into(),
        gap: false,
    };
    let items = vec![
        item("14:26", "22/04", "lock", Tone::Ok, "Khóa tại Cảng Sài Gòn KV1", "Nguyễn Minh Khoa · 4 ảnh"),
        item("21:10", "22/04", "timer", Tone::Idle, "Dừng 46 phút, Cam Lâm", "Trong mức cho phép 60 phút"),
        TimelineItem {
            gap: true,
            ..item(
                "02:18",
                "23/04",
                "",
                Tone::Idle,
                "Không có dữ liệu\n3 giờ 12 phút",
                "Đến 05:30, cách 61\u{a0}km trên QL1. Không biết đã xảy ra gì.",
            )
        },
        item("16:02", "23/04", "zap", Tone::Warn, "Rung mạnh 8 giây", "Km 1 204, QL1"),
        item("17:40", "23/04", "scissors", Tone::Bad, "Cáp bị cắt", "Seal tự báo"),
    ];
    rsx! {
        AppShell {
            Banner { kind: BannerKind::Outage, text: t!("outage-since", time = "07:40", order = "412/TB") }
            AppBar { title: "Kiểm tra seal", sub: "Đình Vũ 03EE · đọc lúc 14:12", back_label: t!("back"), onback: |_| {} }
            Main {
                Chips {
                    Chip { kind: Tone::Ok, icon: "lock", text: "Đang đóng" }
                    Chip { kind: Tone::Unsure, text: "1 khoảng trống" }
                    Chip { kind: Tone::Warn, text: "1 cảnh báo" }
                    Chip { kind: Tone::Bad, text: "Quá hạn" }
                    Chip { kind: Tone::Info, text: "Gửi dở 68 %" }
                    Chip { text: "Chờ mạng" }
                }
                Card { kind: CardKind::Unsure,
                    Decision { text: "Có 3\u{a0}giờ 12\u{a0}phút không\u{a0}có bằng\u{a0}chứng" }
                    Note { text: "Nhật ký không ghi lần mở nào, nhưng cũng không phủ hết chuyến. Xem kỹ seal trước khi kết luận." }
                }
                Card {
                    SectionHead { title: "Hành trình", note: "`212` dòng · chuỗi khớp" }
                    Timeline { label: "Hành trình", items }
                }
            }
            Dock { Button { kind: ButtonKind::Go, big: true, icon: "hand", text: "Kiểm tra bằng tay", onclick: |_| {} } }
        }
    }
}

#[component]
fn ComparePage() -> Element {
    let side = |title: &str, sub: &str, name: &str, label: &str| CompareSide {
        title: title.into(),
        sub: sub.into(),
        src: sample(name),
        label: label.into(),
    };
    rsx! {
        AppShell {
            Wizard { n: 3, of: 4, name: "Kéo", next: "Vặn" }
            Main { tight: true,
                Compare {
                    then: side("Lúc khóa", "22/04 14:23 · 02CI", "then", "Phóng to cả hai ảnh: seal lúc khóa, cáp liền, đèn xanh"),
                    now: side("Bây giờ", "24/04 14:15 · 03EE", "now", "Phóng to cả hai ảnh: seal bây giờ, ảnh vừa chụp"),
                }
                List { kind: ListKind::Items,
                    Check { state: CheckState::Ok, word: t!("state-ok"), title: "Xem", sub: "Vỏ, cáp, tai khóa liền", value: "8 s" }
                    Check { state: CheckState::Now, word: t!("state-now"), title: "Kéo", sub: "Kéo mạnh hai lần, về hai phía" }
                    Check { state: CheckState::Todo, word: t!("state-todo"), title: "Vặn", sub: "Xoay đầu cáp, lắc thân seal" }
                }
            }
            Dock { kind: DockKind::Even,
                h2 { class: "span decision center", "Cáp có tuột không?" }
                Button { kind: ButtonKind::AnswerBad, big: true, icon: "octagon-x", text: "Bị tuột", onclick: |_| {} }
                Button { kind: ButtonKind::AnswerOk, big: true, icon: "circle-check", text: "Còn chắc", onclick: |_| {} }
            }
        }
    }
}

#[component]
fn QueuePage() -> Element {
    rsx! {
        AppShell {
            AppBar { title: "Chờ gửi", sub: "7 mục · 11,4 MB · chưa mất gì", action_icon: "hard-drive", action_label: "Xuất ra tệp mã hóa" }
            Banner { kind: BannerKind::Offline, text: t!("offline-retry", time = "13:52", retry = "14:40") }
            Main {
                List { kind: ListKind::Items, label: "Cần sửa",
                    QueueItem {
                        icon: "file-warning", kind: Tone::Bad, title: "Gỡ seal `8318 0992`", state: "Bị trả lại", state_kind: Tone::Bad,
                        meta: vec!["08:51".to_string(), "2 KB".to_string(), "thử 3 lần".to_string()],
                        why: "Máy chủ không nhận: **thiếu mã tình trạng seal**. Các mục khác vẫn gửi bình thường.",
                        Button { kind: ButtonKind::Go, icon: "undo-2", text: "Sửa và gửi lại", onclick: |_| {} }
                    }
                }
                SectionHead { title: "Đang xếp hàng", note: "bản ghi trước, ảnh sau" }
                List { kind: ListKind::Ordered,
                    QueueItem { icon: "lock", title: "Khóa seal `8318 1001`", state: "Chờ mạng", meta: vec!["14:26".to_string(), "3 KB".to_string()] }
                    QueueItem { icon: "image", title: "Ảnh cửa · `BEAU 616837 0`", state: "Gửi dở 68 %", state_kind: Tone::Info, meta: vec!["1,6 MB".to_string(), "đã gửi 1,1 MB".to_string()] }
                    QueueItem { icon: "circle-check", kind: Tone::Ok, title: "Khóa seal `8318 0975`", state: "Máy chủ đã nhận", state_kind: Tone::Ok, meta: vec!["10:12".to_string(), "biên nhận `7F3A-21`".to_string()] }
                }
                Card { Empty { icon: "cloud-check", kind: Tone::Ok, title: "Đã gửi hết", text: "Máy chủ đã cấp biên nhận cho `42` mục trong ca. Ảnh gốc còn giữ 7 ngày.",
                    Button { inline: true, icon: "clipboard-check", text: "Về ca trực", onclick: |_| {} }
                } }
                Loading { label: t!("loading") }
            }
            Dock { kind: DockKind::AboveNav, Button { kind: ButtonKind::Go, icon: "send", text: "Thử gửi ngay", onclick: |_| {} } }
            Places { active: "queue" }
        }
    }
}

#[component]
fn DialogPage() -> Element {
    let mut open = use_signal(|| true);
    rsx! {
        AppShell {
            Wizard { n: 5, of: 6, name: "Chụp ảnh", next: "Khóa" }
            Main {
                Decision { text: "Còn thiếu 1 ảnh" }
                Card { KeyValue { items: vec![("Trạng thái".to_string(), "Được phép vận chuyển".to_string()), ("Mã số thuế".to_string(), "`0312 458 796`".to_string())] } }
            }
            if open() {
                Dialog { title: "Dừng niêm phong ở đây?", text: "Container **`MSKU 907032 3`** **chưa được khóa**. 3 ảnh đã chụp vẫn giữ trên máy, mở lại lúc nào cũng được.", onclose: move |_| open.set(false),
                    Button { kind: ButtonKind::Go, big: true, icon: "camera", text: t!("carry-on"), onclick: move |_| open.set(false) }
                    Button { icon: "pause", text: "Dừng, giữ bản dở", onclick: |_| {} }
                }
            }
        }
    }
}

#[component]
fn Verdict() -> Element {
    let mut condition = use_signal(|| "1".to_string());
    let mut fired = use_signal(|| 0);
    let conditions = vec![
        Choice::new("1", "Nguyên vẹn").icon("shield-check"),
        Choice::new("2", "Hư hỏng").icon("shield-alert"),
        Choice::new("3", "Mất seal").icon("ban"),
    ];
    let troubles = vec![
        Choice::new("none", "Suôn sẻ").sub("Mọi thứ chạy đúng").icon("circle-check"),
        Choice::new("drop", "Rớt nối sau khi chốt chạy").sub("Kết quả: chưa rõ").icon("unplug"),
    ];
    rsx! {
        AppShell {
            AppBar { title: "Kết luận", sub: "`MSKU 907032 3` · seal `8318 1001`", back_label: t!("back"), onback: |_| {} }
            Main {
                Decision { id: "cond", text: "Tình trạng seal" }
                Options { items: conditions, selected: condition(), labelled_by: "cond", onselect: move |id| condition.set(id) }
                Cards { label: "Chuyện gì", items: troubles, selected: "drop", onselect: |_| {} }
                Way { title: "Vùng mất sóng đã biết, số lần mở không đổi", sub: "Lý do chấp nhận khoảng trống", end_icon: "chevron-down", onclick: |_| {} }
                p { id: "fired", class: "small muted", "Đã gỡ: {fired}" }
            }
            Dock {
                DockNote { icon: "hourglass", text: "Gỡ xong, đồng hồ trả seal **3 ngày làm việc** bắt đầu chạy." }
                HoldButton {
                    icon: "lock-open", text: "Giữ để gỡ seal", how: t!("hold-how"),
                    confirm_title: "Gỡ seal `8318 1001`?", confirm_text: "Seal mở khóa và ngừng giám sát.", confirm_act: "Gỡ seal", confirm_cancel: t!("cancel"),
                    onfire: move |_| fired += 1,
                }
            }
        }
    }
}

#[component]
fn Form() -> Element {
    let mut typed = use_signal(String::new);
    let mut path = use_signal(String::new);
    let mut settings = super::theme::use_ui_settings();
    let mut code = use_signal(|| 4usize);
    let themes = vec![
        Choice::new("auto", "Tự động").icon("refresh-cw"),
        Choice::new("light", "Sáng").icon("sun-medium"),
        Choice::new("dark", "Tối").icon("moon"),
        Choice::new("sun", "Nắng gắt").icon("sun"),
    ];
    rsx! {
        AppShell {
            AppBar { title: "Biên bản bàn giao", back_label: t!("back"), onback: |_| {} }
            Main {
                TextField { label: "Biển số xe", initial: "51C-482.19", capitals: true, help: "Đúng như trên biển", oninput: move |v| typed.set(v) }
                p { id: "typed", class: "small muted", "Đã gõ: {typed}" }
                TextField { label: "Người lái", words: true, help: "Chưa có tên", help_kind: Tone::Bad, oninput: |_| {} }
                TextArea { label: "Lý do", oninput: |_| {} }
                SignaturePad { label: t!("sign-here"), clear_label: t!("sign-clear"), onchange: move |p| path.set(p) }
                p { id: "path", class: "small muted raw", "{path}" }
                Segmented { label: "Màn hình", items: themes, selected: settings().theme.name(), onselect: move |id: String| {
                    use super::theme::Theme::*;
                    let theme = match id.as_str() { "light" => Light, "dark" => Dark, "sun" => Sun, _ => Auto };
                    settings.write().theme = theme;
                } }
                List {
                    Switch { icon: "hand", title: "Đeo găng tay", sub: "Nút to hơn, cách xa hơn", on: settings().gloves, onclick: move |_| { let on = settings.peek().gloves; settings.write().gloves = !on; } }
                    Switch { icon: "vibrate", title: "Rung", on: false, onclick: |_| {} }
                }
                PinDots { typed: code(), of: 6, label: "Đã nhập {code} trên 6 số" }
                PinPad { label: "Nhập mã 6 số", delete_label: "Xóa một số", onkey: move |k| match k {
                    PinKey::Digit(_) => code.set((code() + 1).min(6)),
                    PinKey::Delete => code.set(code().saturating_sub(1)),
                } }
            }
            Dock { kind: DockKind::Split,
                Button { text: "Để sau", onclick: |_| {} }
                Button { kind: ButtonKind::Bad, disabled: true, text: "Lưu biên bản", onclick: |_| {} }
            }
        }
    }
}
