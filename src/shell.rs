//! The window on a PC and the app on a phone: one webview around this phone, or around the practice devices and a switcher
//! between them.
//!
//! ```text
//! UI thread   Dioxus and its event loop; acts run here, in the reach of the runtime below
//! runtime     the phone or the practice set, sync, and the loopback server for the page's camera
//! ```
//! A phone opens for real use and begins with its enrolment; practice lies beside that, with data of its own, until the phone
//! is enrolled.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use dioxus::prelude::*;
use dioxus_desktop::{Config, LogicalSize, WindowBuilder};
use tokio::runtime::Runtime;

use crate::actions::Kit;
use crate::adapters::camera_hub::Cameras;
use crate::adapters::clock::SystemClock;
use crate::adapters::hub_camera::HubCamera;
use crate::adapters::paper_hub::Papers;
use crate::adapters::seals::bluetooth::{Bluetooth, Patience};
use crate::adapters::seals::yard::RadioDelays;
use crate::app::{AppError, Device, RealSettings};
use crate::platform::{self, PlatformError};
use crate::ports::store::StoreError;
use crate::practice::set::{PracticeDevice, PracticeError, PracticeSet};
use crate::practice::{camera_routes, loopback, paper_routes, print_pages, session};
use crate::t;
use crate::ui::components::{Empty, Tone};
use crate::ui::desk::DeskParts;
use crate::ui::screens::{App, DeskPartsProp};
use crate::ui::theme::Root;

/// Where the webview says its page comes from: on Linux and iOS, on Android.
const ORIGINS: [&str; 2] = ["dioxus://index.html", "https://dioxus.index.html"];

/// The page before the first screen. `viewport-fit`: the screens leave room for notch and bars themselves.
const PAGE: &str = "<!doctype html><html lang=vi><head><meta charset=utf-8>\
    <meta name=viewport content='width=device-width,initial-scale=1,viewport-fit=cover'><title>seal-field</title>\
    </head><body><div id=main></div></body></html>";

/// The switcher takes its height from the screens, which otherwise fill the page.
const STYLE: &str = ".devices{display:flex;block-size:44px;background:var(--practice);\
    padding:env(safe-area-inset-top) 4px 0;box-sizing:content-box}\
    .devices button{flex:1;text-align:center;border:0;background:none;color:var(--on-practice);font:600 15px var(--font);opacity:.75;\
    border-block-end:4px solid transparent}\
    .devices button[aria-pressed=true]{opacity:1;border-color:currentColor}\
    .device{--inset-top:0px}\
    .device .app{block-size:calc(100dvh - 44px - env(safe-area-inset-top))}\
    .device .root{min-block-size:0}";

/// Why the app cannot start.
#[derive(Debug, thiserror::Error)]
enum ShellError {
    #[error(transparent)]
    Platform(#[from] PlatformError),
    #[error(transparent)]
    Practice(#[from] PracticeError),
    #[error(transparent)]
    App(#[from] AppError),
    #[error("127.0.0.1: {0}")]
    Server(#[from] std::io::Error),
}

/// What runs beside the UI.
struct Running {
    set: Arc<PracticeSet>,
    cameras: Arc<Cameras>,
    papers: Arc<Papers>,
    server: SocketAddr,
}

/// The outcome of starting practice, for the page to show.
#[derive(Clone)]
struct Started(Result<Arc<Running>, Arc<ShellError>>);

/// This phone, for real use.
struct Real {
    device: Device,
    cameras: Arc<Cameras>,
    papers: Arc<Papers>,
    server: SocketAddr,
    /// Where practice lies that is opened beside it.
    practice: PathBuf,
}

/// The outcome of starting it.
#[derive(Clone)]
struct StartedReal(Result<Arc<Real>, Arc<ShellError>>);

/// Opens this phone for real use under `data` and shows it until the window is closed. A failure to start is shown there too.
///
/// Call on the main thread, outside any Tokio runtime.
pub fn run_real(data: Result<PathBuf, PlatformError>) -> ! {
    let runtime = runtime();
    let started = data.map_err(ShellError::from).and_then(|data| runtime.block_on(start_real(&data)));
    if let Err(error) = &started {
        tracing::error!(%error, "the phone did not start");
    }
    let started = StartedReal(started.map(Arc::new).map_err(Arc::new));
    show(runtime, VirtualDom::new(RealShell).with_root_context(started))
}

/// Opens practice under `data` and shows it until the window is closed. A failure to start is shown there too.
///
/// Call on the main thread, outside any Tokio runtime.
pub fn run(data: Result<PathBuf, PlatformError>) -> ! {
    let runtime = runtime();
    let started = data.map_err(ShellError::from).and_then(|data| runtime.block_on(start(&data)));
    if let Err(error) = &started {
        tracing::error!(%error, "practice did not start");
    }
    let started = Started(started.map(Arc::new).map_err(Arc::new));
    show(runtime, VirtualDom::new(Shell).with_root_context(started))
}

fn runtime() -> Runtime {
    #[expect(clippy::expect_used, reason = "without threads there is nothing to show an error with")]
    let runtime = Runtime::new().expect("the system starts threads");
    runtime
}

fn show(runtime: Runtime, dom: VirtualDom) -> ! {
    let window = WindowBuilder::new().with_title("seal-field").with_inner_size(LogicalSize::new(412.0, 892.0));
    let config = Config::new().with_menu(None).with_custom_index(PAGE.to_owned()).with_window(window);
    // Dioxus finds this runtime and starts none. It is entered, not blocked on: blocking would put the whole UI under
    // Tokio's budget for one task (dioxus issue 5679).
    let _runtime = runtime.enter();
    dioxus_desktop::launch::launch_virtual_dom(dom, config)
}

async fn start_real(data: &Path) -> Result<Real, ShellError> {
    let settings = RealSettings {
        data: data.join("phone"),
        clock: Arc::new(SystemClock::new()),
        radio: Arc::new(Bluetooth::new(Patience::default())),
    };
    std::fs::create_dir_all(&settings.data)?;
    let device = Device::open_real(settings)?;
    let (cameras, papers) = (Arc::new(Cameras::new()), Arc::new(Papers::default()));
    let pages = camera_routes::routes(Arc::clone(&cameras), Arc::default(), ORIGINS.map(str::to_owned).to_vec())
        .merge(paper_routes::routes(Arc::clone(&papers)));
    let server = serve(pages).await?;
    Ok(Real { device, cameras, papers, server, practice: data.join("practice") })
}

/// Serves the page's camera and papers, on this machine only.
async fn serve(pages: axum::Router) -> std::io::Result<SocketAddr> {
    let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let server = listener.local_addr()?;
    tokio::spawn(async move {
        if let Err(error) = axum::serve(listener, loopback::only(pages)).await {
            tracing::error!(%error, "the camera's server stopped");
        }
    });
    Ok(server)
}

async fn start(data: &Path) -> Result<Running, ShellError> {
    let set = Arc::new(PracticeSet::start(data, RadioDelays::REAL).await?);
    let (cameras, papers) = (Arc::new(Cameras::new()), Arc::new(Papers::default()));
    let pages =
        camera_routes::routes(Arc::clone(&cameras), Arc::clone(&set.screens), ORIGINS.map(str::to_owned).to_vec())
            .merge(paper_routes::routes(Arc::clone(&papers)))
            .merge(print_pages::routes(Arc::clone(&set)));
    let server = serve(pages).await?;
    Ok(Running { set, cameras, papers, server })
}

/// The page of practice.
#[component]
fn Shell() -> Element {
    use_hook(platform::allow_camera);
    shown(use_context::<Started>())
}

fn shown(started: Started) -> Element {
    match started.0 {
        Ok(running) => rsx! { Devices { running: RunningProp(running) } },
        Err(error) => not_started(&error),
    }
}

fn not_started(error: &ShellError) -> Element {
    use ShellError::{App, Practice};
    let newer = matches!(
        error,
        App(AppError::Store(StoreError::Newer))
            | Practice(PracticeError::Device(_, AppError::Store(StoreError::Newer)))
    );
    rsx! { Root { NotStarted { newer, why: error.to_string() } } }
}

/// The page of a phone for real use. While it is not enrolled a strip above leads to practice and back.
#[component]
fn RealShell() -> Element {
    use_hook(platform::allow_camera);
    let mut practising = use_signal(|| false);
    let mut practice = use_signal(|| None::<Started>);
    let real = match use_context::<StartedReal>().0 {
        Ok(real) => real,
        Err(error) => return not_started(&error),
    };
    let new = use_hook(|| real.device.kit.central.enrolment().is_some_and(|enrolment| enrolment.kept().is_none()));
    let folder = real.practice.clone();
    let practise = move |_| {
        practising.set(true);
        let folder = folder.clone();
        if practice.peek().is_none() {
            spawn(async move {
                let started = start(&folder).await;
                practice.set(Some(Started(started.map(Arc::new).map_err(Arc::new))));
            });
        }
    };
    let pressed = |on: bool| if on { "true" } else { "false" };
    rsx! {
        style { {STYLE} }
        if new {
            nav { class: "devices",
                button { "aria-pressed": pressed(!practising()), onclick: move |_| practising.set(false), {t!("enrol-title")} }
                button { "aria-pressed": pressed(practising()), onclick: practise, {t!("settings-practice")} }
            }
        }
        if !practising() {
            div { class: if new { "device" } else { "" }, RealPhone { real: RealProp(real) } }
        } else if let Some(started) = practice() {
            {shown(started)}
        }
    }
}

/// [`Real`] as a property; there is one.
#[derive(Clone)]
struct RealProp(Arc<Real>);

impl PartialEq for RealProp {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

/// This phone's screens.
#[component]
fn RealPhone(real: RealProp) -> Element {
    let Real { device, cameras, papers, server, .. } = &*real.0;
    let parts = use_hook(|| {
        let hub = cameras.open();
        let camera_url = Some(hub.url(*server));
        let camera = Arc::new(HubCamera::new(hub));
        let kit = Kit { camera, outlet: papers.open(Some(*server)), ..device.kit.clone() };
        DeskParts { kit, sync: Arc::new(device.sync.clone()), practice: None, camera_url }
    });
    rsx! { App { parts: DeskPartsProp(parts) } }
}

/// `newer`: the data waits for a newer version of the app.
#[component]
fn NotStarted(newer: bool, why: String) -> Element {
    let text = if newer { t!("errors-store-newer") } else { t!("start-failed-text", why = why) };
    rsx! { Empty { icon: "triangle-alert", kind: Tone::Bad, title: t!("start-failed"), text } }
}

/// [`Running`] as a property; there is one.
#[derive(Clone)]
struct RunningProp(Arc<Running>);

impl PartialEq for RunningProp {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

/// The switcher, and the chosen device under it.
#[component]
fn Devices(running: RunningProp) -> Element {
    let mut chosen = use_signal(|| 0);
    let set = &running.0.set;
    let shown = set.devices.get(chosen()).cloned();
    rsx! {
        style { {STYLE} }
        nav { class: "devices",
            for (at, device) in set.devices.iter().enumerate() {
                button {
                    key: "{device.name}",
                    "aria-pressed": if at == chosen() { "true" } else { "false" },
                    onclick: move |_| chosen.set(at),
                    {set.title(device)}
                }
            }
        }
        div { class: "device",
            // A list of one: another key opens another device's screens instead of changing these.
            for device in shown {
                Phone { key: "{device.name}", running: running.clone(), device: DeviceProp(device) }
            }
        }
    }
}

/// A device as a property.
#[derive(Clone)]
struct DeviceProp(Arc<PracticeDevice>);

impl PartialEq for DeviceProp {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

/// One device's screens.
#[component]
fn Phone(running: RunningProp, device: DeviceProp) -> Element {
    let Running { set, cameras, papers, server } = &*running.0;
    let parts = use_hook(|| session::parts(set, &device.0, cameras, papers, Some(*server)));
    rsx! { App { parts: DeskPartsProp(parts) } }
}
