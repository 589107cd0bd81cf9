//! A plain HTTP client for tests: it keeps cookies, follows no redirect and judges no status.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use ureq::http::Request;

/// One visitor: keeps the cookies that servers set. Cookies are kept by name alone, for one server.
#[derive(Debug)]
pub struct Client {
    agent: ureq::Agent,
    cookies: Mutex<BTreeMap<String, String>>,
}

/// What came back.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// Names in small letters, and values, in their order.
    pub headers: Vec<(String, String)>,
    /// The body, whole.
    pub body: Vec<u8>,
}

impl Answer {
    /// The first header of that name (small letters).
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The body as text; broken UTF-8 is replaced.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON.
    ///
    /// # Panics
    /// If it is none.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("no JSON ({error}): {}", self.text()))
    }
}

impl Default for Client {
    fn default() -> Self {
        Client::new()
    }
}

impl Client {
    /// A visitor without cookies.
    pub fn new() -> Client {
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .allow_non_standard_methods(true)
            .proxy(None)
            .timeout_global(Some(Duration::from_secs(60)))
            .build();
        Client { agent: config.into(), cookies: Mutex::default() }
    }

    /// Asks for a page.
    ///
    /// # Panics
    /// As [`Client::send`].
    pub fn get(&self, url: &str) -> Answer {
        self.send("GET", url, &[], b"")
    }

    /// Sends form fields as a browser does.
    ///
    /// # Panics
    /// As [`Client::send`].
    pub fn post_form(&self, url: &str, fields: &[(&str, &str)]) -> Answer {
        let body = form_body(fields);
        let kind = ("content-type", "application/x-www-form-urlencoded");
        self.send("POST", url, &[kind, ("origin", &origin(url))], body.as_bytes())
    }

    /// Sends JSON.
    ///
    /// # Panics
    /// As [`Client::send`].
    pub fn post_json(&self, url: &str, value: &serde_json::Value) -> Answer {
        let kind = ("content-type", "application/json");
        self.send("POST", url, &[kind], value.to_string().as_bytes())
    }

    /// Sends a request and returns the answer, whatever its status.
    ///
    /// # Panics
    /// If there is no answer: see [`Client::try_send`].
    pub fn send(&self, method: &str, url: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        self.try_send(method, url, headers, body)
            .unwrap_or_else(|error| panic!("no answer to {method} {url}: {error}"))
    }

    /// As [`Client::send`], for servers that are killed meanwhile.
    ///
    /// # Errors
    /// If the server cannot be reached or goes away before the answer is complete.
    pub fn try_send(
        &self,
        method: &str,
        url: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Result<Answer, ureq::Error> {
        let mut request = Request::builder().method(method).uri(url);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(cookies) = self.cookie_header() {
            request = request.header("cookie", cookies);
        }
        let bodiless = body.is_empty() && matches!(method, "GET" | "HEAD" | "DELETE" | "OPTIONS");
        let mut response = if bodiless {
            self.agent.run(request.body(())?)?
        } else {
            self.agent.run(request.body(body)?)?
        };
        let named = response.headers().iter().map(|(name, value)| {
            (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
        });
        let headers: Vec<(String, String)> = named.collect();
        self.keep_cookies(&headers);
        let status = response.status().as_u16();
        let body = response.body_mut().with_config().limit(1 << 30).read_to_vec()?;
        Ok(Answer { status, headers, body })
    }

    /// The value of a cookie.
    pub fn cookie(&self, name: &str) -> Option<String> {
        self.jar().get(name).cloned()
    }

    /// Sets a cookie, or drops it.
    pub fn set_cookie(&self, name: &str, value: Option<&str>) {
        match value {
            Some(value) => self.jar().insert(name.to_owned(), value.to_owned()),
            None => self.jar().remove(name),
        };
    }

    fn jar(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, String>> {
        self.cookies.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn cookie_header(&self) -> Option<String> {
        let jar = self.jar();
        let pairs: Vec<String> =
            jar.iter().map(|(name, value)| format!("{name}={value}")).collect();
        (!pairs.is_empty()).then(|| pairs.join("; "))
    }

    fn keep_cookies(&self, headers: &[(String, String)]) {
        for (_, line) in headers.iter().filter(|(name, _)| name == "set-cookie") {
            let Some((name, value)) = line.split(';').next().and_then(|c| c.split_once('=')) else {
                continue;
            };
            let ended = line.to_ascii_lowercase().contains("max-age=0");
            self.set_cookie(name.trim(), (!ended).then_some(value.trim()));
        }
    }
}

/// The scheme, host and port of an address, as browsers send it in `Origin`.
fn origin(url: &str) -> String {
    url.splitn(4, '/').take(3).collect::<Vec<_>>().join("/")
}

fn form_body(fields: &[(&str, &str)]) -> String {
    let pairs = fields.iter().map(|(name, value)| format!("{}={}", escape(name), escape(value)));
    pairs.collect::<Vec<_>>().join("&")
}

/// Escapes text for a form body or a query.
pub fn escape(text: &str) -> String {
    let mut escaped = String::new();
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' => {
                escaped.push(char::from(byte));
            }
            _ => escaped.push_str(&format!("%{byte:02X}")),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn form_fields_are_escaped() {
        assert_eq!(form_body(&[("a b", "1&2"), ("名", "é")]), "a%20b=1%262&%E5%90%8D=%C3%A9");
    }

    #[test]
    fn the_origin_of_an_address_has_no_path() {
        assert_eq!(origin("http://127.0.0.1:80/a/b?c"), "http://127.0.0.1:80");
        assert_eq!(origin("http://127.0.0.1:80"), "http://127.0.0.1:80");
    }

    #[test]
    fn cookies_are_kept_and_dropped() {
        let client = Client::new();
        let set = |line: &str| client.keep_cookies(&[("set-cookie".into(), line.into())]);
        set("a=1; Path=/; HttpOnly");
        set("b=2=3");
        assert_eq!(client.cookie_header().as_deref(), Some("a=1; b=2=3"));
        set("a=; Max-Age=0");
        assert_eq!(client.cookie("a"), None);
        assert_eq!(client.cookie("b").as_deref(), Some("2=3"));
    }
}
