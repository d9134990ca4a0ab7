//! A phone-sized Chromium with a fake camera, driven as an officer would: by what is written on the screen.
#![allow(dead_code)] // each journey uses its part

use std::io::BufRead as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use fantoccini::actions::{InputSource, MouseActions, PointerAction};
use fantoccini::elements::Element;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use seal_core::scan::Symbology;
use seal_prints::{FeedKind, PracticeCode, write_feed};

/// How long anything on a screen may take to appear. Generous: two shared cores run browser, app, central and decoder.
const PATIENCE: Duration = Duration::from_secs(40);
/// How often it is looked for meanwhile.
const LOOK: Duration = Duration::from_millis(50);

/// A child process that ends with the test.
pub struct Process(pub Child);

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts the practice set; gives its address.
pub fn practice(data: &Path) -> (Process, String) {
    practice_with(data, &[])
}

/// The same; practice begins at that moment.
pub fn practice_from(data: &Path, begin: &str) -> (Process, String) {
    practice_with(data, &["--begin", begin])
}

fn practice_with(data: &Path, more: &[&str]) -> (Process, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_seal-field-practice"))
        .args(["--browser", "--listen", "127.0.0.1:0", "--data"])
        .arg(data)
        .args(more)
        .stdout(Stdio::piped())
        .spawn()
        .expect("the practice program starts");
    let stdout = child.stdout.take().expect("its output");
    let mut line = String::new();
    std::io::BufReader::new(stdout).read_line(&mut line).expect("its first line");
    let address = line.trim().strip_prefix("practice on ").unwrap_or_else(|| panic!("unexpected: {line}")).to_owned();
    (Process(child), address)
}

/// A browser, with a window for each phone that is looked at.
pub struct Browser {
    client: Client,
    camera: PathBuf,
    shots: PathBuf,
    taken: std::cell::Cell<u32>,
    _driver: Process,
    _profile: tempfile::TempDir,
}

impl Browser {
    /// Starts chromedriver and Chromium. `work` holds the camera file, `shots` gets the screenshots.
    pub async fn start(work: &Path, shots: &Path) -> Self {
        std::fs::create_dir_all(shots).expect("folder for screenshots");
        let profile = tempfile::tempdir().expect("profile folder");
        let camera = work.join("camera.mjpeg");
        photo_feed(&camera, "paper");
        let port = free_port();
        let driver = Process(
            Command::new("chromedriver")
                .arg(format!("--port={port}"))
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .expect("chromedriver is installed (./run setup)"),
        );
        let args = [
            "--headless=new".to_owned(),
            "--no-sandbox".to_owned(),
            "--disable-gpu".to_owned(),
            "--disable-dev-shm-usage".to_owned(),
            "--disable-quic".to_owned(),
            "--no-first-run".to_owned(),
            "--disable-background-networking".to_owned(),
            "--disable-component-update".to_owned(),
            "--disable-sync".to_owned(),
            "--hide-scrollbars".to_owned(),
            "--lang=vi".to_owned(),
            "--use-fake-device-for-media-stream".to_owned(),
            "--use-fake-ui-for-media-stream".to_owned(),
            format!("--use-file-for-fake-video-capture={}", camera.display()),
            format!("--user-data-dir={}", profile.path().display()),
        ];
        let capabilities = serde_json::json!({ "goog:chromeOptions": {
            "binary": "/usr/bin/chromium",
            "args": args,
            "mobileEmulation": { "deviceMetrics": { "width": 412, "height": 892, "pixelRatio": 1.0, "touch": false } },
        }});
        let capabilities = capabilities.as_object().expect("an object").clone();
        let url = format!("http://127.0.0.1:{port}");
        let mut tries = 0;
        let client = loop {
            match ClientBuilder::new(HttpConnector::new()).capabilities(capabilities.clone()).connect(&url).await {
                Ok(client) => break client,
                Err(error) if tries > 60 => panic!("no browser: {error}"),
                Err(_) => tokio::time::sleep(Duration::from_millis(300)).await,
            }
            tries += 1;
        };
        Self {
            client,
            camera,
            shots: shots.to_path_buf(),
            taken: std::cell::Cell::new(0),
            _driver: driver,
            _profile: profile,
        }
    }

    /// Opens an address.
    pub async fn go(&self, url: &str) {
        self.client.goto(url).await.expect("the page opens");
    }

    /// Opens another window on an address, and goes on there. The first window is number 0.
    pub async fn open_window(&self, url: &str) {
        let window = self.client.new_window(true).await.expect("a second window");
        self.client.switch_to_window(window.handle).await.expect("the new window");
        self.client.goto(url).await.expect("the page opens");
    }

    /// Goes on in the window of that number.
    pub async fn window(&self, number: usize) {
        let windows = self.client.windows().await.expect("windows");
        self.client.switch_to_window(windows[number].clone()).await.expect("the window");
    }

    /// Practice: the camera looks at another phone's screen.
    pub async fn look_at(&self, phone: &str) {
        self.tap("Mẫu thực hành").await;
        self.tap_exactly_role(&format!("Camera nhìn màn hình máy {phone}")).await;
    }

    async fn tap_exactly_role(&self, text: &str) {
        let path = format!("//*[@role='radio'][normalize-space(translate(., '\u{a0}', ' ')) = {}]", quoted(text));
        self.tap_path(&path, text).await;
    }

    /// Puts a code before the camera. Takes effect when a screen next opens the camera.
    pub async fn hold_up(&self, symbology: Symbology, text: &str) {
        let mut file = Vec::new();
        write_feed(&mut file, FeedKind::Mjpeg, &[PracticeCode::new(symbology, text)], 8)
            .expect("a code that can be printed");
        replace(&self.camera, &file);
    }

    /// Puts a film before the camera: JPEG pictures one after the other. Takes effect as with [`Self::hold_up`].
    pub fn film(&self, pictures: &[u8]) {
        replace(&self.camera, pictures);
    }

    /// A counter of the page's camera (`sealCamera.count`).
    pub async fn camera_count(&self, name: &str) -> u64 {
        let script = "return window.sealCamera ? window.sealCamera.count[arguments[0]] : 0";
        let value = self.client.execute(script, vec![name.into()]).await.expect("the page answers");
        value.as_u64().expect("a counter")
    }

    /// Waits until the page has sent so many more frames and heard what was in them.
    pub async fn frames(&self, more: u64) {
        let until = self.camera_count("frames").await + more;
        for _ in 0..240 {
            if self.camera_count("frames").await >= until {
                return;
            }
            self.settle().await;
        }
        self.fail("the camera stands still").await
    }

    /// Outlines of believed codes in the camera's picture now.
    pub async fn outlines(&self) -> u64 {
        let script = "return document.querySelectorAll('.finder-code .found--trusted').length";
        let value = self.client.execute(script, vec![]).await.expect("the page answers");
        value.as_u64().expect("a number")
    }

    /// Waits until a frame has so many.
    pub async fn outlined(&self, n: u64) {
        for _ in 0..240 {
            if self.outlines().await == n {
                return;
            }
            tokio::time::sleep(Duration::from_millis(60)).await;
        }
        self.fail(&format!("not {n} outlines")).await
    }

    /// Touches the picture in the middle of an outline, counted from the top. No outline is a button: they are drawn anew
    /// with each frame.
    pub async fn touch_outline(&self, n: usize) {
        let script = "const boxes = [...document.querySelectorAll('.finder-code .found--trusted')]
            .map(one => one.getBoundingClientRect()).sort((a, b) => a.top - b.top);
            const box = boxes[arguments[0]];
            return box ? [Math.round(box.left + box.width / 2), Math.round(box.top + box.height / 2)] : null";
        for _ in 0..240 {
            let place = self.client.execute(script, vec![n.into()]).await.expect("the page answers");
            if let (Some(x), Some(y)) = (place[0].as_f64(), place[1].as_f64()) {
                let touch = MouseActions::new("finger".to_owned())
                    .then(PointerAction::MoveTo { duration: None, x, y })
                    .then(PointerAction::Down { button: 0 })
                    .then(PointerAction::Up { button: 0 });
                return self.client.perform_actions(touch).await.expect("the picture is touched");
            }
            tokio::time::sleep(Duration::from_millis(60)).await;
        }
        self.fail(&format!("no outline {n}")).await
    }

    /// Puts a scene before the camera: a file of `assets/practice/photos`.
    pub async fn aim_at(&self, scene: &str) {
        photo_feed(&self.camera, scene);
    }

    /// Waits until the text stands on the screen.
    pub async fn see(&self, text: &str) -> Element {
        self.find(&format!("//*[not(self::script) and not(self::style)][contains(normalize-space(translate(., '\u{a0}', ' ')), {0})][not(.//*[contains(normalize-space(translate(., '\u{a0}', ' ')), {0})])]", quoted(text)), text)
            .await
    }

    /// Waits until the text stands on the screen no more.
    pub async fn gone(&self, text: &str) {
        for _ in 0..40 {
            if !self.text().await.contains(text) {
                return;
            }
            self.settle().await;
        }
        self.fail(&format!("still on the screen: {text:?}")).await
    }

    /// Taps the button, link or row with that text, or that accessible name.
    pub async fn tap(&self, text: &str) {
        let q = quoted(text);
        let path = format!(
            "//*[self::button or self::a or self::summary or @role='button' or @role='radio' or @role='switch' or @role='checkbox'][not(@disabled)][contains(normalize-space(translate(., '\u{a0}', ' ')), {q}) or contains(@aria-label, {q})]"
        );
        self.tap_path(&path, text).await;
    }

    /// Taps the button with that text in the dialog over everything else.
    pub async fn tap_in_dialog(&self, text: &str) {
        let path = format!(
            "//*[@role='dialog' or @role='alertdialog']//button[contains(normalize-space(translate(., '\u{a0}', ' ')), {})]",
            quoted(text)
        );
        self.tap_path(&path, text).await;
    }

    /// Taps the button with exactly that text.
    pub async fn tap_exactly(&self, text: &str) {
        let path = format!("//button[not(@disabled)][normalize-space(translate(., '\u{a0}', ' ')) = {}]", quoted(text));
        self.tap_path(&path, text).await;
    }

    /// Presses a hold button for a second and a bit.
    pub async fn hold(&self, text: &str) {
        let q = quoted(text);
        let button = self
            .find(
                &format!("//button[not(@disabled)][contains(normalize-space(translate(., '\u{a0}', ' ')), {q})]"),
                text,
            )
            .await;
        let press = MouseActions::new("mouse".to_owned())
            .then(PointerAction::MoveToElement { element: button, duration: None, x: 0.0, y: 0.0 })
            .then(PointerAction::Down { button: 0 })
            .then(PointerAction::Pause { duration: Duration::from_millis(1500) })
            .then(PointerAction::Up { button: 0 });
        self.client.perform_actions(press).await.expect("the button is held");
    }

    /// Types into the field with that label.
    pub async fn type_into(&self, label: &str, text: &str) {
        let q = quoted(label);
        let field = self
            .find(&format!("//*[self::input or self::textarea][@id = //label[contains(normalize-space(translate(., '\u{a0}', ' ')), {q})]/@for or contains(@aria-label, {q}) or ancestor::label[contains(normalize-space(translate(., '\u{a0}', ' ')), {q})]]"), label)
            .await;
        field.click().await.expect("the field takes the focus");
        let _ = field.clear().await;
        field.send_keys(text).await.expect("the field takes text");
    }

    /// Draws on the signature pad.
    pub async fn sign(&self) {
        let pad = self.find("//*[contains(@class, 'sign-pad')]", "signature pad").await;
        let mut stroke = MouseActions::new("pen".to_owned())
            .then(PointerAction::MoveToElement { element: pad, duration: None, x: -80.0, y: 20.0 })
            .then(PointerAction::Down { button: 0 });
        for (x, y) in [(12, -40), (14, 35), (16, -38), (18, 30), (25, -10), (30, 5)] {
            stroke = stroke.then(PointerAction::MoveBy {
                duration: Some(Duration::from_millis(60)),
                x: f64::from(x),
                y: f64::from(y),
            });
        }
        self.client.perform_actions(stroke.then(PointerAction::Up { button: 0 })).await.expect("the pen draws");
    }

    /// Taps the button with exactly that text or accessible name if it is there now. Whether it was.
    pub async fn tap_if_there(&self, text: &str) -> bool {
        let q = quoted(text);
        let path = format!("//button[normalize-space(translate(., '\u{a0}', ' ')) = {q} or @aria-label = {q}]");
        match self.client.find(Locator::XPath(&path)).await {
            Ok(button) => button.click().await.is_ok(),
            Err(_) => false,
        }
    }

    /// Gives the screen a moment: what follows looks once instead of waiting.
    pub async fn settle(&self) {
        tokio::time::sleep(Duration::from_millis(250)).await;
    }

    /// Brings a text into sight, for a screenshot of what lies further down.
    pub async fn show(&self, text: &str) {
        let element = self.see(text).await;
        let element = serde_json::to_value(&element).expect("an element");
        let _ = self.client.execute("arguments[0].scrollIntoView({block:'center'})", vec![element]).await;
    }

    /// Keeps a screenshot under a running number.
    pub async fn shot(&self, name: &str) {
        self.taken.set(self.taken.get() + 1);
        let png = self.client.screenshot().await.expect("a screenshot");
        let file = self.shots.join(format!("{:02}-{name}.png", self.taken.get()));
        std::fs::write(file, png).expect("the screenshot is kept");
    }

    /// All text of the page.
    pub async fn text(&self) -> String {
        let text = self.client.execute("return document.body.innerText", vec![]).await;
        text.ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
    }

    async fn tap_path(&self, path: &str, text: &str) {
        // The screen may be drawn anew between finding and clicking: look again.
        let mut last = String::new();
        for _ in 0..20 {
            let element = self.find(path, text).await;
            let _ = self
                .client
                .execute(
                    "arguments[0].scrollIntoView({block:'center'})",
                    vec![serde_json::to_value(&element).expect("an element")],
                )
                .await;
            match element.click().await {
                Ok(()) => return,
                Err(error) => last = error.to_string(),
            }
            tokio::time::sleep(Duration::from_millis(150)).await;
        }
        self.fail(&format!("cannot tap {text:?}: {last}")).await
    }

    async fn find(&self, xpath: &str, what: &str) -> Element {
        match self.client.wait().at_most(PATIENCE).every(LOOK).for_element(Locator::XPath(xpath)).await {
            Ok(element) => element,
            Err(_) => self.fail(&format!("not on the screen: {what:?}")).await,
        }
    }

    async fn fail(&self, why: &str) -> ! {
        self.shot("failed").await;
        let text = self.text().await;
        // Killing the driver alone would leave the browser running.
        let _ = self.client.clone().close().await;
        panic!("{why}\n── the screen says ──\n{text}");
    }

    /// Ends the browser.
    pub async fn close(self) {
        let _ = self.client.close().await;
    }
}

fn photo_feed(camera: &Path, scene: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("assets/practice/photos/{scene}.jpg"));
    let picture = std::fs::read(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    replace(camera, &picture.repeat(3));
}

/// Chromium opens the file anew with each camera start; a half-written one must never be seen.
fn replace(file: &Path, bytes: &[u8]) {
    let new = file.with_extension("new");
    std::fs::write(&new, bytes).expect("the camera file is written");
    std::fs::rename(new, file).expect("the camera file is put in place");
}

fn quoted(text: &str) -> String {
    assert!(!text.contains('"'), "XPath 1.0 cannot quote this");
    format!("\"{text}\"")
}

fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a free port").port()
}
