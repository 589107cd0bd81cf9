//! A person in front of a browser, at one server.

use fantoccini::Locator;
use fantoccini::actions::{InputSource, KeyAction, KeyActions};
use okiagari_tests::browser::Driver;
use okiagari_tests::poll::{PATIENCE, eventually_async};
use okiagari_tests::program::{Launch, Server, SignIn};
use serde_json::Value;
use std::ops::Deref;
use std::sync::OnceLock;

/// A made-up company in its own folder, on its own port.
pub fn demo() -> Server {
    Launch::demo().start()
}

/// The one that journeys share which only look. It ends with the tests.
pub fn shared() -> &'static Server {
    static SHARED: OnceLock<Server> = OnceLock::new();
    SHARED.get_or_init(demo)
}

/// A browser that looks at one server. It has all methods of [`Driver`].
pub struct Seat {
    driver: Driver,
    site: String,
}

impl Deref for Seat {
    type Target = Driver;

    fn deref(&self) -> &Driver {
        &self.driver
    }
}

impl Seat {
    /// A browser with an empty profile. `None` where there is no browser.
    pub async fn at(server: &Server) -> Option<Seat> {
        Some(Seat { driver: Driver::start().await?, site: server.url() })
    }

    /// Opens a page of the server.
    pub async fn go(&self, path: &str) {
        self.driver.open(&format!("{}{path}", self.site)).await;
    }

    /// The path, query and fragment of the page shown.
    pub async fn place(&self) -> String {
        let url = self.current_url().await.expect("a page has an address");
        url.as_str().strip_prefix(&self.site).unwrap_or(url.as_str()).to_owned()
    }

    /// Signs in by the form and waits for what comes after.
    pub async fn sign_in(&self, who: &SignIn) {
        self.go("/sign-in").await;
        self.type_in(who).await;
        self.arrive("the sign-in is left", "!location.pathname.startsWith('/sign-in')").await;
    }

    /// The narrowest phone that pages must fit.
    pub fn narrow(&self) {
        let size = serde_json::json!({
            "width": 360, "height": 740, "deviceScaleFactor": 3, "mobile": true
        });
        self.phone();
        self.devtools("Emulation.setDeviceMetricsOverride", &size);
    }

    /// Opens a page on the narrowest phone and asserts that nobody scrolls sideways; then the desk
    /// again.
    pub async fn fits(&self, path: &str) {
        self.narrow();
        self.go(path).await;
        assert_eq!(self.overflow().await, 0, "{path} is wider than 360 points");
        self.desktop();
    }

    /// Fills the sign-in form that is shown, and sends it.
    pub async fn type_in(&self, who: &SignIn) {
        self.fill("#login", &who.login).await;
        self.fill("#password", &who.password).await;
        self.click("form.gate button").await;
    }

    /// The result of an expression in the page.
    pub async fn ask(&self, expression: &str) -> Value {
        let script = format!("return ({expression})");
        let answer = self.execute(&script, Vec::new()).await;
        answer.unwrap_or_else(|error| panic!("cannot ask `{expression}`: {error}"))
    }

    /// The result of an expression in the page, a text.
    pub async fn ask_text(&self, expression: &str) -> String {
        let value = self.ask(expression).await;
        value.as_str().unwrap_or_else(|| panic!("`{expression}` gives {value}")).to_owned()
    }

    /// Waits until the page is there and the expression holds in it.
    pub async fn arrive(&self, what: &str, expression: &str) {
        let script = format!("return document.readyState === 'complete' && !!({expression})");
        let end = std::time::Instant::now() + PATIENCE;
        // While one page follows another there is nothing to ask.
        while self.execute(&script, Vec::new()).await.ok() != Some(Value::Bool(true)) {
            if std::time::Instant::now() > end {
                self.not_so(what, expression, &script).await;
            }
            tokio::task::yield_now().await;
        }
    }

    /// Gives up, saying what the reader saw and whether the same page, opened anew, shows it.
    async fn not_so(&self, what: &str, expression: &str, script: &str) -> ! {
        let place = self.place().await;
        let shown = self.ask("document.body.innerText").await;
        let words = shown.as_str().unwrap_or_default().to_owned();
        let anew = match self.refresh().await {
            Ok(()) => self.execute(script, Vec::new()).await.ok() == Some(Value::Bool(true)),
            Err(_) => false,
        };
        let anew = if anew { "is so" } else { "is not so either" };
        panic!("{words}\nnot so: {what} ({expression}) at {place}; opened anew it {anew}");
    }

    /// Waits until an element that matches holds the text.
    pub async fn reads(&self, selector: &str, text: &str) {
        let (css, words) = (quoted(selector), quoted(text));
        let all = format!("[...document.querySelectorAll({css})]");
        let what = format!("`{selector}` reads {text}");
        self.arrive(&what, &format!("{all}.some(e => e.textContent.includes({words}))")).await;
    }

    /// Clicks what may lie behind the bar at the foot of a phone.
    pub async fn click_centred(&self, selector: &str) {
        self.see(selector).await;
        let css = quoted(selector);
        let script = format!("document.querySelector({css}).scrollIntoView({{block: 'center'}})");
        self.execute(&script, Vec::new()).await.expect("an element can be scrolled to");
        self.click(selector).await;
    }

    /// Clicks the first visible element that matches and holds the text.
    pub async fn click_text(&self, selector: &str, text: &str) {
        'again: loop {
            self.reads(selector, text).await;
            for element in self.find_all(Locator::Css(selector)).await.expect("elements") {
                let shown = element.text().await.unwrap_or_default();
                if shown.contains(text) && element.is_displayed().await.unwrap_or(false) {
                    match element.click().await {
                        Ok(()) => return,
                        Err(error) if error.is_stale_element_reference() => continue 'again,
                        Err(error) => panic!("cannot click {text}: {error}"),
                    }
                }
            }
            panic!("no visible `{selector}` reads {text}");
        }
    }

    /// Sends the form that is shown by its visible main button and waits until it is done.
    pub async fn send(&self) {
        let from = self.place().await;
        self.click("#form .form-end .btn-primary").await;
        let left = format!("location.pathname + location.search !== {}", quoted(&from));
        let what = format!("the form at {from} is taken");
        self.arrive(&what, &format!("{left} && !document.querySelector('.error-summary')")).await;
    }

    /// Chooses one of the few options that stand as cards.
    pub async fn choose(&self, field: &str, option: &str) {
        self.click(&format!("#f-{field} label:has(input[value=\"{option}\"])")).await;
    }

    /// Ticks a box.
    pub async fn tick(&self, field: &str) {
        self.click(&format!("#f-{field} label:has(input[type=checkbox])")).await;
    }

    /// Chooses an option of a drop-down list by its value.
    pub async fn select(&self, selector: &str, value: &str) {
        let list = self.see(selector).await;
        list.select_by_value(value).await.unwrap_or_else(|e| panic!("no {value}: {e}"));
    }

    /// Chooses a record by typing its name into the search box before a list.
    pub async fn pick(&self, field: &str, name: &str) {
        self.pick_in(&format!("#f-{field}"), name).await;
    }

    /// The same inside of any part of the page.
    pub async fn pick_in(&self, part: &str, name: &str) {
        self.fill(&format!("{part} [role=combobox]"), name).await;
        self.click_text(&format!("{part} [role=option]"), name).await;
    }

    /// Sets the value of a field as picking from a calendar does: typing dates depends on the
    /// browser's language.
    pub async fn set(&self, selector: &str, value: &str) {
        self.see(selector).await;
        let (css, value) = (quoted(selector), quoted(value));
        let script = format!(
            "const f = document.querySelector({css}); f.value = {value}; \
             for (const t of ['input', 'change']) f.dispatchEvent(new Event(t, {{bubbles: true}}))"
        );
        self.execute(&script, Vec::new()).await.expect("a field can be set");
    }

    /// Attaches a file to a file field, whether it is shown or stands behind its label.
    pub async fn attach(&self, selector: &str, file: &std::path::Path) {
        let field = self.see(selector).await;
        let path = file.display().to_string();
        field.send_keys(&path).await.unwrap_or_else(|e| panic!("cannot attach {path}: {e}"));
    }

    /// Presses keys one after the other, wherever the focus is.
    pub async fn press(&self, keys: &str) {
        for key in keys.chars() {
            self.chord(&[key]).await;
        }
    }

    /// Presses keys together: held down in their order, let go the other way round.
    pub async fn chord(&self, keys: &[char]) {
        let down = keys.iter().map(|&value| KeyAction::Down { value });
        let up = keys.iter().rev().map(|&value| KeyAction::Up { value });
        let start = KeyActions::new("keyboard".to_owned());
        let actions = down.chain(up).fold(start, InputSource::then);
        self.perform_actions(actions).await.expect("keys can be pressed");
    }

    /// Takes the cookie of the session away, as its end does.
    pub async fn lose_session(&self) {
        self.delete_cookie("okiagari_session").await.expect("a cookie can be taken away");
    }

    /// Opens what stands behind a summary.
    pub async fn unfold(&self, selector: &str) {
        self.click(&format!("{selector} > summary")).await;
    }

    /// Waits until the number of elements that match is this.
    pub async fn count(&self, selector: &str, number: usize) {
        let css = quoted(selector);
        let what = format!("{number} x `{selector}`");
        let holds = format!("document.querySelectorAll({css}).length === {number}");
        self.arrive(&what, &holds).await;
    }

    /// Waits until the page is taken as typed in by a person: a form that is sent at once is
    /// looked at before it is taken.
    pub async fn as_slow_as_a_person(&self) {
        eventually_async(PATIENCE, "three seconds went by", async || {
            self.ask("performance.now() > 3500").await == Value::Bool(true)
        })
        .await;
    }

    /// As [`Seat::calm`], where pages were refused on purpose: Chromium logs their status.
    #[track_caller]
    pub fn calm_but(&self, status: u16) {
        let expected = format!("the server responded with a status of {status} ");
        let errors = self.console_errors().into_iter().filter(|e| !e.contains(&expected));
        assert_eq!(errors.collect::<Vec<_>>(), Vec::<String>::new());
        assert_eq!(self.foreign_requests(&[&self.site]), Vec::<String>::new());
    }

    /// Asserts that nothing was logged as an error and no other host was asked.
    #[track_caller]
    pub fn calm(&self) {
        self.assert_calm(&[&self.site]);
    }
}

/// A text as a literal of JavaScript.
pub fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}
