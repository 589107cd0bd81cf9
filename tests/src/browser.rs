//! Headless Chromium, driven through Debian's chromedriver.

use crate::http;
use crate::part::{Part, need};
use crate::poll::PATIENCE;
use crate::process::{Guarded, Signal, announced_port_unless_ended, find_program, log_to, tail};
use fantoccini::elements::Element;
use fantoccini::wd::PrintConfiguration;
use fantoccini::{ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError};
use tempfile::TempDir;

/// The driver and the browser, if the machine has both.
pub fn programs() -> Option<(PathBuf, PathBuf)> {
    let driver = find_program(&["chromedriver"], &["/usr/lib/chromium".into()])?;
    let browser = find_program(&["chromium", "chromium-browser", "google-chrome"], &[])?;
    Some((driver, browser))
}

/// One browser with an empty profile, in Japanese. It has all methods of [`fantoccini::Client`]
/// besides its own. Its helpers panic with the cause: a journey has no use for half a page.
#[derive(Debug)]
pub struct Driver {
    client: fantoccini::Client,
    /// What the browser logged so far: reading its log empties it.
    seen: Mutex<Seen>,
    /// The address of the session at the driver.
    session: String,
    _process: Guarded,
    _folder: TempDir,
}

#[derive(Debug, Default)]
struct Seen {
    console: Vec<String>,
    requests: Vec<String>,
}

impl Deref for Driver {
    type Target = fantoccini::Client;

    fn deref(&self) -> &fantoccini::Client {
        &self.client
    }
}

impl Driver {
    /// Starts a browser with a desktop window. `None` (after one visible line) where Chromium or
    /// its driver is missing.
    ///
    /// # Panics
    /// If they are there and do not start, or are required and missing.
    pub async fn start() -> Option<Driver> {
        Driver::start_in("ja").await
    }

    /// As [`Driver::start`], with another language (`"en"`).
    ///
    /// # Panics
    /// As [`Driver::start`].
    pub async fn start_in(language: &str) -> Option<Driver> {
        if !need(Part::Browser) {
            return None;
        }
        let folder = tempfile::Builder::new().prefix("okiagari-web-").tempdir().expect("a folder");
        let (process, port) = launch(folder.path());
        let driver = format!("http://127.0.0.1:{port}");
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities(folder.path(), language))
            .connect(&driver)
            .await
            .unwrap_or_else(|error| {
                panic!("Chromium does not start: {error}\n{}", tail(&folder.path().join("log")))
            });
        let id = client.session_id().await.expect("a session").expect("a session has an id");
        let session = format!("{driver}/session/{id}");
        let seen = Mutex::default();
        let driver = Driver { client, seen, session, _process: process, _folder: folder };
        driver.desktop();
        Some(driver)
    }

    /// A phone held upright: 390 x 844, touch, three pixels to a point.
    pub fn phone(&self) {
        let size = json!({"width": 390, "height": 844, "deviceScaleFactor": 3, "mobile": true});
        self.devtools("Emulation.setDeviceMetricsOverride", &size);
        self.devtools("Emulation.setTouchEmulationEnabled", &json!({"enabled": true}));
    }

    /// A window on a desk: 1280 x 900.
    pub fn desktop(&self) {
        let size = json!({"width": 1280, "height": 900, "deviceScaleFactor": 1, "mobile": false});
        self.devtools("Emulation.setDeviceMetricsOverride", &size);
        self.devtools("Emulation.setTouchEmulationEnabled", &json!({"enabled": false}));
    }

    /// Switches the scripts of pages off or on, from the next page.
    pub fn scripts(&self, state: Switch) {
        let off = state == Switch::Off;
        self.devtools("Emulation.setScriptExecutionDisabled", &json!({"value": off}));
    }

    /// Cuts the browser's network, or joins it again.
    pub fn network(&self, state: Switch) {
        let offline = state == Switch::Off;
        let conditions = json!({"offline": offline, "latency": 0, "throughput": -1});
        let body = json!({"network_conditions": conditions});
        self.ask("chromium/network_conditions", &body);
    }

    /// Sends a command of the DevTools protocol and returns its result.
    pub fn devtools(&self, command: &str, parameters: &Value) -> Value {
        self.ask("goog/cdp/execute", &json!({"cmd": command, "params": parameters}))
    }

    /// Opens a page.
    pub async fn open(&self, url: &str) {
        self.client.goto(url).await.unwrap_or_else(|error| panic!("cannot open {url}: {error}"));
    }

    /// Waits until the page has an element that matches the CSS selector, and returns the first.
    pub async fn see(&self, selector: &str) -> Element {
        match self.client.wait().at_most(PATIENCE).for_element(Locator::Css(selector)).await {
            Ok(element) => element,
            Err(error) => {
                let page = self.client.source().await.unwrap_or_default();
                panic!("the page has no `{selector}` ({error}):\n{page}")
            }
        }
    }

    /// Waits for the element, and returns its visible text.
    pub async fn text(&self, selector: &str) -> String {
        self.see(selector).await.text().await.expect("an element has a text")
    }

    /// Waits for the element, and clicks it. A live page may put a newer one in its place between
    /// the two; then that one is clicked.
    pub async fn click(&self, selector: &str) {
        loop {
            match self.see(selector).await.click().await {
                Ok(()) => return,
                Err(error) if error.is_stale_element_reference() => {}
                Err(error) => panic!("cannot click `{selector}`: {error}"),
            }
        }
    }

    /// Waits for the field, empties it and types the text.
    pub async fn fill(&self, selector: &str, text: &str) {
        let field = self.see(selector).await;
        let typed = async {
            field.clear().await?;
            field.send_keys(text).await
        };
        typed.await.unwrap_or_else(|error| panic!("cannot type into `{selector}`: {error}"));
    }

    /// Takes a picture of the window (PNG), and keeps it as `NAME.png` in the folder that
    /// `OKIAGARI_SCREENSHOTS` names, if it names one.
    pub async fn screenshot(&self, name: &str) -> Vec<u8> {
        let picture = self.client.screenshot().await.expect("a window can be pictured");
        if let Some(folder) = std::env::var_os("OKIAGARI_SCREENSHOTS").map(PathBuf::from) {
            std::fs::create_dir_all(&folder).expect("the folder for screenshots can be made");
            let file = folder.join(format!("{name}.png"));
            std::fs::write(file, &picture).expect("a screenshot can be written");
        }
        picture
    }

    /// Prints the page as PDF.
    pub async fn print_pdf(&self) -> Vec<u8> {
        let settings = PrintConfiguration::default();
        self.client.print(settings).await.expect("a page can be printed")
    }

    /// How many points the page is wider than the window: more than 0 means that a reader must
    /// scroll sideways.
    pub async fn overflow(&self) -> i64 {
        let script = "return document.documentElement.scrollWidth - window.innerWidth";
        let width = self.client.execute(script, Vec::new()).await.expect("a page has a width");
        width.as_i64().expect("a width is a number")
    }

    /// The errors on the console so far, over all pages: of scripts, of the content security
    /// policy, and of what could not be loaded.
    pub fn console_errors(&self) -> Vec<String> {
        self.read_logs();
        self.seen().console.clone()
    }

    /// The address of every request so far, over all pages.
    pub fn requests(&self) -> Vec<String> {
        self.read_logs();
        self.seen().requests.clone()
    }

    /// The requests so far that went to another server than those at `origins`
    /// (`http://127.0.0.1:PORT`). Addresses without a server (`data:`, `blob:`, `about:`) and the
    /// browser's own (`chrome:`) are none.
    pub fn foreign_requests(&self, origins: &[&str]) -> Vec<String> {
        let requests = self.requests();
        requests.into_iter().filter(|url| is_foreign(url, origins)).collect()
    }

    /// Asserts that no page logged an error and that no request went to another server.
    ///
    /// # Panics
    /// If one did; the message names all.
    #[track_caller]
    pub fn assert_calm(&self, origins: &[&str]) {
        let errors = self.console_errors();
        assert!(errors.is_empty(), "errors on the console: {errors:#?}");
        let foreign = self.foreign_requests(origins);
        assert!(foreign.is_empty(), "requests to other hosts: {foreign:#?}");
    }

    /// Ends the browser in good order. A driver that is dropped ends too, at once.
    pub async fn close(self) {
        self.client.clone().close().await.expect("a session can be closed");
    }

    fn seen(&self) -> std::sync::MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn read_logs(&self) {
        let console = self.ask("se/log", &json!({"type": "browser"}));
        let network = self.ask("se/log", &json!({"type": "performance"}));
        let mut seen = self.seen();
        seen.console.extend(console_lines(&console));
        seen.requests.extend(request_urls(&network));
    }

    /// A command of the driver that the standard, and so `fantoccini`, does not have.
    fn ask(&self, command: &str, body: &Value) -> Value {
        let url = format!("{}/{command}", self.session);
        let answer = http::Client::new().post_json(&url, body);
        assert_eq!(answer.status, 200, "the driver refuses {command}: {}", answer.text());
        answer.json()["value"].take()
    }
}

/// On or off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Switch {
    /// It works.
    On,
    /// It does not.
    Off,
}

/// How often the driver is started before it is given up.
const STARTS: usize = 5;

fn launch(folder: &Path) -> (Guarded, u16) {
    let (driver, _) = programs().expect("the part is here");
    let log = folder.join("log");
    // The driver takes a free port of one protocol and needs it free in the other too: where
    // somebody else was faster it ends at once, and is started again.
    for _ in 0..STARTS {
        let mut command = Command::new(&driver);
        log_to(command.arg("--port=0"), &log);
        let mut process = Guarded::spawn(&mut command, Signal::TERM, Some(folder));
        let before = "started successfully on port ";
        if let Some(port) = announced_port_unless_ended(&mut process, &log, before) {
            return (process, port);
        }
    }
    panic!("the driver ends {STARTS} times:\n{}", tail(&log));
}

fn capabilities(folder: &Path, language: &str) -> fantoccini::wd::Capabilities {
    let (_, browser) = programs().expect("the part is here");
    let profile = format!("--user-data-dir={}", folder.join("profile").display());
    let settings = json!({
        "pageLoadStrategy": "normal",
        "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"},
        "goog:chromeOptions": {
            "binary": browser,
            "args": [
                profile,
                format!("--lang={language}"),
                format!("--accept-lang={language}"),
                "--headless=new",
                // The sandbox refuses root, which a container is.
                "--no-sandbox",
                // Containers have little shared memory.
                "--disable-dev-shm-usage",
                "--disable-gpu",
                "--disable-quic",
                "--no-first-run",
                "--no-default-browser-check",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--window-size=1280,900",
            ],
            "prefs": {"intl": {"accept_languages": language}},
        },
    });
    let Value::Object(settings) = settings else { unreachable!("an object is written above") };
    settings.into_iter().collect()
}

/// The lines of the console log that are errors.
fn console_lines(log: &Value) -> Vec<String> {
    let entries = log.as_array().into_iter().flatten();
    let severe = entries.filter(|entry| entry["level"] == "SEVERE");
    severe.filter_map(|entry| entry["message"].as_str().map(str::to_owned)).collect()
}

/// The addresses in the performance log to which a request was sent.
fn request_urls(log: &Value) -> Vec<String> {
    let entries = log.as_array().into_iter().flatten();
    let texts = entries.filter_map(|entry| entry["message"].as_str());
    let events = texts.filter_map(|text| serde_json::from_str::<Value>(text).ok());
    events
        .filter_map(|event| {
            let event = &event["message"];
            let parameters = &event["params"];
            let url = match event["method"].as_str()? {
                "Network.requestWillBeSent" => &parameters["request"]["url"],
                "Network.webSocketCreated" => &parameters["url"],
                _ => return None,
            };
            url.as_str().map(str::to_owned)
        })
        .collect()
}

fn is_foreign(url: &str, origins: &[&str]) -> bool {
    let local = ["data:", "blob:", "about:", "chrome:", "chrome-error:", "devtools:"];
    if local.iter().any(|scheme| url.starts_with(scheme)) {
        return false;
    }
    !origins.iter().any(|origin| {
        let rest = url.strip_prefix(origin.trim_end_matches('/'));
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?', '#']))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_port_or_a_longer_host_is_foreign() {
        let origins = ["http://127.0.0.1:80"];
        for own in ["http://127.0.0.1:80", "http://127.0.0.1:80/a", "data:text/html,x"] {
            assert!(!is_foreign(own, &origins), "{own}");
        }
        for other in
            ["http://127.0.0.1:8080/", "http://127.0.0.1:80.example/", "https://127.0.0.1:80/"]
        {
            assert!(is_foreign(other, &origins), "{other}");
        }
    }

    #[test]
    fn only_errors_of_the_console_count() {
        let log = json!([
            {"level": "INFO", "message": "all well"},
            {"level": "SEVERE", "message": "a.js 1:2 broken"},
        ]);
        assert_eq!(console_lines(&log), ["a.js 1:2 broken"]);
    }
}
