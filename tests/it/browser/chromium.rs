//! A real Chromium, driven by a chromedriver of its own. Both are gone when the test is.

use std::{
    fs,
    io::{BufRead, BufReader},
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, Stdio},
    sync::LazyLock,
    time::Duration,
};

use fantoccini::{Client, ClientBuilder, Locator, elements::Element, error::CmdError};
use hyper_util::client::legacy::connect::HttpConnector;
use mail_parser::decoders::base64::base64_decode;
use serde_json::{Value, json};
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::console_site::{Console, PASSWORD, send};

/// What to do about a missing program.
const PREPARE: &str = "run tests/run --prepare";

/// A page may take so long to show what is expected of it.
const PATIENCE: Duration = Duration::from_secs(20);

/// A browser takes a processor and a few hundred MiB: two at once, where all tests share a process. Where each has its own,
/// `.config/nextest.toml` says the same.
static ROOM: Semaphore = Semaphore::const_new(2);

/// The source of axe-core.
static AXE: LazyLock<String> = LazyLock::new(|| {
    let built =
        Path::new(env!("CARGO_TARGET_TMPDIR")).parent().expect("it lies in the folder cargo builds in");
    let file = built.join("browser-tools/node_modules/axe-core/axe.min.js");
    fs::read_to_string(file).unwrap_or_default()
});

/// Which rules of axe count: WCAG 2.2 at level AA, all that it holds of before, and what is good practice besides.
const RULES: [&str; 6] = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/// Whether pages may run scripts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scripts {
    /// As in an ordinary browser.
    On,
    /// Switched off in the browser's settings.
    Off,
}

/// A chromedriver and the browsers it has started.
pub struct Chromium {
    driver: Child,
    /// Its end is kept open: the driver goes on writing.
    _output: BufReader<ChildStdout>,
    address: SocketAddr,
    scratch: tempfile::TempDir,
    _room: SemaphorePermit<'static>,
}

impl Drop for Chromium {
    /// The browsers hang on the driver by a pipe, and end with it.
    fn drop(&mut self) {
        self.driver.kill().unwrap_or_default();
        self.driver.wait().map(drop).unwrap_or_default();
    }
}

impl Chromium {
    /// Starts a driver.
    pub async fn start() -> Self {
        let room = ROOM.acquire().await.expect("it is never closed");
        let mut command = Command::new("chromedriver");
        command.arg("--port=0").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut driver = command.spawn().unwrap_or_else(|error| missing("chromedriver", &error.to_string()));
        let mut output = BufReader::new(driver.stdout.take().expect("it is piped"));
        let port = port(&mut output).unwrap_or_else(|| missing("chromedriver", "it does not say its port"));
        let scratch = tempfile::tempdir().expect("a scratch folder");
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        Self { driver, _output: output, address, scratch, _room: room }
    }

    /// Opens a browser of somebody, with a profile of its own, at the console's first page.
    pub async fn open(&self, who: &str, scripts: Scripts, console: &Console) -> Browser {
        let profile = self.scratch.path().join(who);
        let arguments = [
            "--headless=new",
            "--no-sandbox",
            "--disable-dev-shm-usage",
            "--disable-gpu",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--disable-extensions",
            "--hide-scrollbars",
            "--remote-debugging-pipe",
            "--window-size=1280,900",
            &format!("--user-data-dir={}", profile.display()),
        ];
        // 2: blocked.
        let preferences = match scripts {
            Scripts::On => json!({}),
            Scripts::Off => json!({"profile.managed_default_content_settings.javascript": 2}),
        };
        let wanted = json!({"goog:chromeOptions": {"args": arguments, "prefs": preferences}});
        let wanted = wanted.as_object().expect("it is one").clone();
        let mut builder = ClientBuilder::new(HttpConnector::new());
        let driver = format!("http://{}", self.address);
        let connected = builder.capabilities(wanted).connect(&driver).await;
        let client = connected.unwrap_or_else(|error| missing("chromium", &error.to_string()));
        let session = client.session_id().await.expect("asked").expect("there is a session");
        let browser = Browser { client, driver: self.address, session, console: console.address };
        browser.go("/").await;
        browser
    }

    /// The same, signed in.
    pub async fn signed_in(&self, who: &str, scripts: Scripts, console: &Console) -> Browser {
        let browser = self.open(who, scripts, console).await;
        browser.sign_in(who, PASSWORD).await;
        browser.until_says("main", "Waiting for a person").await;
        browser
    }
}

#[expect(clippy::panic, reason = "the test cannot go on")]
fn missing(program: &str, why: &str) -> ! {
    panic!("{program} does not start: {PREPARE} ({why})")
}

/// The port that the driver says it listens on. An earlier line names the port it was told.
fn port(output: &mut impl BufRead) -> Option<u16> {
    output
        .lines()
        .map_while(Result::ok)
        .find_map(|line| line.split("successfully on port ").nth(1)?.trim_end_matches('.').parse().ok())
}

/// How a page is looked at.
#[derive(Debug, Clone, Copy)]
pub struct Look {
    /// What it is called.
    pub name: &'static str,
    /// The width of the window in CSS pixels.
    pub width: u32,
    /// Device pixels for each of them: 2 at half the width is a zoom of 200 %.
    pub scale: u32,
    /// Dark mode.
    pub dark: bool,
}

const fn look(name: &'static str, width: u32, scale: u32, dark: bool) -> Look {
    Look { name, width, scale, dark }
}

/// Wide and as narrow as a telephone, light and dark.
pub const LOOKS: [Look; 4] = [
    look("wide-light", 1280, 1, false),
    look("wide-dark", 1280, 1, true),
    look("narrow-light", 390, 1, false),
    look("narrow-dark", 390, 1, true),
];

/// A window of 1280 at 200 %, and at 400 %, at which all must still be read without scrolling sideways (WCAG 2.2, 1.4.10).
pub const ZOOMED: [Look; 2] = [look("zoom-200", 640, 2, false), look("zoom-400", 320, 4, false)];

/// Somebody's browser.
pub struct Browser {
    /// What drives it.
    pub client: Client,
    driver: SocketAddr,
    session: String,
    console: SocketAddr,
}

impl Browser {
    /// Goes to a path of the console.
    pub async fn go(&self, path: &str) {
        self.client.goto(&format!("http://{}{path}", self.console)).await.expect("it goes there");
    }

    /// Where it is: path and query.
    pub async fn place(&self) -> String {
        let url = self.client.current_url().await.expect("it is somewhere");
        url.query().map_or(url.path().to_owned(), |query| format!("{}?{query}", url.path()))
    }

    /// Types name and password and presses the button.
    pub async fn sign_in(&self, name: &str, password: &str) {
        self.fill("#name", name).await;
        self.fill("#password", password).await;
        self.click("main button").await;
    }

    /// The first element that a selector names.
    pub async fn find(&self, css: &str) -> Element {
        let found = self.client.wait().at_most(PATIENCE).for_element(Locator::Css(css)).await;
        match found {
            Ok(element) => element,
            Err(error) => self.lost(&format!("there is no {css} ({error})")).await,
        }
    }

    /// How many elements there are.
    pub async fn count(&self, css: &str) -> usize {
        self.client.find_all(Locator::Css(css)).await.expect("a selector").len()
    }

    /// Clicks it.
    pub async fn click(&self, css: &str) {
        if let Err(error) = self.find(css).await.click().await {
            self.lost(&format!("{css} cannot be clicked ({error})")).await;
        }
    }

    /// Clicks the link or button with these words.
    pub async fn press(&self, words: &str) {
        let all = self.client.find_all(Locator::Css("button, a, summary")).await.expect("a selector");
        for element in all {
            let said = element.text().await.unwrap_or_default();
            if said.trim() == words && element.is_displayed().await.unwrap_or_default() {
                if let Err(error) = element.click().await {
                    self.lost(&format!("“{words}” cannot be clicked ({error})")).await;
                }
                return;
            }
        }
        self.lost(&format!("there is nothing to press that says “{words}”")).await;
    }

    /// Types into a field what is to stand in it.
    pub async fn fill(&self, css: &str, text: &str) {
        let field = self.find(css).await;
        field.clear().await.expect("it can be emptied");
        field.send_keys(text).await.expect("it can be typed into");
    }

    /// Presses keys where the focus is.
    pub async fn keys(&self, keys: &str) {
        let focused = self.client.active_element().await.expect("something has the focus");
        focused.send_keys(keys).await.expect("it takes keys");
    }

    /// The ID of what has the focus.
    pub async fn focus(&self) -> String {
        let focused = self.client.active_element().await.expect("something has the focus");
        focused.attr("id").await.expect("asked").unwrap_or_default()
    }

    /// All that an element says.
    pub async fn text(&self, css: &str) -> String {
        self.find(css).await.text().await.unwrap_or_default()
    }

    /// Waits until it says these words.
    pub async fn until_says(&self, css: &str, words: &str) {
        let saying = async {
            let mut again = tokio::time::interval(Duration::from_millis(50));
            loop {
                again.tick().await;
                // The page may be gone between finding the element and reading it.
                if let Ok(element) = self.client.find(Locator::Css(css)).await
                    && element.text().await.is_ok_and(|text| text.contains(words))
                {
                    return;
                }
            }
        };
        if tokio::time::timeout(PATIENCE, saying).await.is_err() {
            self.lost(&format!("{css} does not say “{words}”")).await;
        }
    }

    /// Loads the page anew until it says these words: what the desk does by itself takes a moment.
    pub async fn until_comes(&self, css: &str, words: &str) {
        let coming = async {
            let mut again = tokio::time::interval(Duration::from_millis(250));
            loop {
                again.tick().await;
                self.client.refresh().await.expect("it loads");
                if self.text(css).await.contains(words) {
                    return;
                }
            }
        };
        if tokio::time::timeout(PATIENCE * 2, coming).await.is_err() {
            self.lost(&format!("{css} does not come to say “{words}”")).await;
        }
    }

    /// Ends the test with what the page shows.
    #[expect(clippy::panic, reason = "the test cannot go on")]
    pub async fn lost(&self, why: &str) -> ! {
        let (place, text) = (self.place().await, self.client.find(Locator::Css("body")).await);
        let text = match text {
            Ok(body) => body.text().await.unwrap_or_default(),
            Err(error) => error.to_string(),
        };
        panic!("{why} at {place}, where it says:\n{text}")
    }

    /// What a script gives, run by the driver, which the page's own rules do not bind.
    pub async fn ask(&self, script: &str) -> Value {
        self.client.execute(script, Vec::new()).await.expect("the script runs")
    }

    /// A command of the Chrome `DevTools` Protocol.
    pub fn devtools(&self, command: &str, parameters: &Value) -> Value {
        let body = json!({"cmd": command, "params": parameters}).to_string();
        let request = format!(
            "POST /session/{}/goog/cdp/execute HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            self.session,
            self.driver,
            body.len()
        );
        let answer = send(self.driver, request.as_bytes()).expect("an answer");
        assert_eq!(answer.status, 200, "{command}: {}", answer.body);
        let mut answer: Value = serde_json::from_str(&answer.body).expect("JSON");
        answer.get_mut("value").map(Value::take).unwrap_or_default()
    }

    /// Looks at pages in another way from here on.
    pub fn look(&self, look: Look) {
        let metrics =
            json!({"width": look.width, "height": 900, "deviceScaleFactor": look.scale, "mobile": false});
        self.devtools("Emulation.setDeviceMetricsOverride", &metrics);
        let colours = if look.dark { "dark" } else { "light" };
        // Without movement a colour is there at once.
        self.devtools(
            "Emulation.setEmulatedMedia",
            &json!({"media": "", "features": [
                {"name": "prefers-color-scheme", "value": colours}, {"name": "prefers-reduced-motion", "value": "reduce"}
            ]}),
        );
    }

    /// Shows pages as they are printed.
    pub fn as_printed(&self) {
        self.devtools("Emulation.setEmulatedMedia", &json!({"media": "print", "features": []}));
    }

    /// How many CSS pixels of the page lie outside the window's width.
    pub async fn overhang(&self) -> i64 {
        let script = "const e = document.scrollingElement; return e.scrollWidth - e.clientWidth";
        self.ask(script).await.as_i64().expect("a number")
    }

    /// What axe finds wrong with the page, in a line for each place.
    pub async fn violations(&self) -> Vec<String> {
        assert!(!AXE.is_empty(), "axe-core is missing: {PREPARE}");
        let rules = json!(RULES);
        // Without preloading: the console's policy forbids fetching its stylesheet, which colours do not need.
        let script = format!(
            "{axe};
            const done = arguments[arguments.length - 1];
            axe.run(document, {{ runOnly: {{ type: 'tag', values: {rules} }}, preload: false }}).then(
                (found) => done(found.violations.flatMap((one) => one.nodes.map((node) =>
                    `${{one.id}}: ${{node.target.join(' ')}}: ${{node.failureSummary}}`))),
                (error) => done([`axe fails: ${{error}}`]));",
            axe = AXE.as_str()
        );
        let found = self.client.execute_async(&script, Vec::new()).await.expect("axe runs");
        let lines = found.as_array().expect("a list").iter();
        lines.map(|line| line.as_str().unwrap_or_default().replace('\n', " ")).collect()
    }

    /// A picture of the whole page, into the folder that `ROI_DESK_SCREENSHOTS` names, if it does.
    pub fn picture(&self, name: &str) {
        let Some(folder) = std::env::var_os("ROI_DESK_SCREENSHOTS").map(PathBuf::from) else { return };
        let size = self.devtools("Page.getLayoutMetrics", &json!({}));
        let size = size.get("cssContentSize").cloned().unwrap_or_default();
        let length = |name: &str| size.get(name).and_then(Value::as_f64).unwrap_or(900.0);
        let clip = json!({"x": 0, "y": 0, "width": length("width"), "height": length("height"), "scale": 1});
        let shot =
            self.devtools("Page.captureScreenshot", &json!({"captureBeyondViewport": true, "clip": clip}));
        let data = shot.get("data").and_then(Value::as_str).unwrap_or_default();
        let octets = base64_decode(data.as_bytes()).expect("base64");
        fs::create_dir_all(&folder).expect("created");
        fs::write(folder.join(format!("{name}.png")), octets).expect("written");
    }

    /// Signs the browser's end, so that its driver need not be killed with it.
    pub async fn close(self) -> Result<(), CmdError> {
        self.client.close().await
    }
}
