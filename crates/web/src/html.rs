//! Markup as text, and how values get into it.

use askama::filters::HtmlSafe;
use okiagari_model::{Lang, Tone};
use std::fmt::{self, Write as _};

/// Markup made by this program. It is put into pages as it is, so it must only be built from
/// constant markup and [`esc`]aped values.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Html(pub String);

impl Html {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds constant markup.
    pub fn raw(&mut self, markup: &str) -> &mut Self {
        self.0.push_str(markup);
        self
    }

    /// Adds text of people, escaped.
    pub fn text(&mut self, text: &str) -> &mut Self {
        // Writing into a string cannot fail.
        let _ = write!(self.0, "{}", esc(text));
        self
    }

    /// Adds what `format_args!` gives; every value in it must be [`esc`]aped.
    pub fn put(&mut self, args: fmt::Arguments<'_>) -> &mut Self {
        // Writing into a string cannot fail.
        let _ = self.0.write_fmt(args);
        self
    }

    /// Whether nothing was added.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for Html {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl HtmlSafe for Html {}

/// Adds formatted markup to an [`Html`]: `put!(out, "<b>{}</b>", esc(name))`.
#[macro_export]
macro_rules! put {
    ($out:expr, $($arg:tt)*) => {{ $out.put(format_args!($($arg)*)); }};
}

/// Makes an [`Html`] from a format string: every value in it must be [`esc`]aped.
#[macro_export]
macro_rules! markup {
    ($($arg:tt)*) => { $crate::html::Html(format!($($arg)*)) };
}

/// Text that is escaped while it is written, fit for content and for quoted attributes.
#[derive(Debug, Clone, Copy)]
pub struct Esc<'a>(&'a str);

/// Escapes text for content and quoted attributes.
pub fn esc(text: &str) -> Esc<'_> {
    Esc(text)
}

impl fmt::Display for Esc<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut from = 0;
        for (i, b) in self.0.bytes().enumerate() {
            let entity = match b {
                b'&' => "&amp;",
                b'<' => "&lt;",
                b'>' => "&gt;",
                b'"' => "&quot;",
                b'\'' => "&#39;",
                _ => continue,
            };
            f.write_str(&self.0[from..i])?;
            f.write_str(entity)?;
            from = i + 1;
        }
        f.write_str(&self.0[from..])
    }
}

impl HtmlSafe for Esc<'_> {}

/// A part of an address, percent-encoded.
pub fn enc(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for b in text.bytes() {
        match b {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                out.push(char::from(b));
            }
            other => {
                let _ = write!(out, "%{other:02X}");
            }
        }
    }
    out
}

/// An icon of the sheet; it says nothing to a screen reader.
pub fn icon(name: &str) -> Html {
    markup!(
        "<svg class=\"icon\" aria-hidden=\"true\"><use href=\"{}#{name}\"/></svg>",
        crate::assets::asset("icons.svg")
    )
}

/// The `data-state` that stands for a tone.
pub fn state_of_tone(tone: Tone) -> &'static str {
    match tone {
        Tone::Good => "done",
        Tone::Caution => "waiting",
        Tone::Warning => "active",
        Tone::Danger => "open",
        Tone::Plain => "ended",
    }
}

/// A word in a box, coloured by the kind of state.
pub fn chip(state: &str, text: &str) -> Html {
    markup!("<span class=\"chip\" data-state=\"{state}\">{}</span>", esc(text))
}

/// A word in a box, coloured by severity (`critical`, `high`, `medium`, `low`, `none`).
pub fn sev_chip(severity: okiagari_model::Severity, lang: Lang) -> Html {
    markup!(
        "<span class=\"chip\" data-sev=\"{}\">{}</span>",
        sev(severity),
        severity.label().get(lang)
    )
}

/// The `data-sev` of a finding.
pub fn sev(severity: okiagari_model::Severity) -> &'static str {
    match severity {
        okiagari_model::Severity::Serious => "high",
        okiagari_model::Severity::Warning => "medium",
        okiagari_model::Severity::Notice => "low",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_of_people_never_becomes_markup() {
        assert_eq!(esc("<a b=\"c\">&'").to_string(), "&lt;a b=&quot;c&quot;&gt;&amp;&#39;");
        assert_eq!(esc("起き上がり").to_string(), "起き上がり");
        assert_eq!(enc("a b/あ"), "a%20b%2F%E3%81%82");
    }
}
