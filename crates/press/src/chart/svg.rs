//! A small writer for SVG text: escaping, numbers, text width.

use super::Head;

/// Lines, ticks.
pub(crate) const LINE: &str = "var(--chart-line,#cccccc)";
/// Secondary text.
pub(crate) const MUTED: &str = "var(--chart-muted,#4d4d4d)";
/// Page colour.
pub(crate) const BG: &str = "var(--chart-bg,#ffffff)";
/// Quiet areas.
pub(crate) const QUIET: &str = "var(--chart-quiet,#f2f2f2)";

/// A chart being written. The height is known only at the end.
pub(crate) struct Svg {
    /// Prefix of every id inside.
    pub(crate) id: String,
    body: String,
}

impl Svg {
    pub(crate) fn new(head: &Head) -> Self {
        Self { id: safe_id(&head.id), body: String::new() }
    }

    /// Appends ready markup; the caller has escaped all text in it.
    pub(crate) fn raw(&mut self, markup: &str) {
        self.body.push_str(markup);
    }

    pub(crate) fn defs(&mut self, inner: &str) {
        if !inner.is_empty() {
            self.raw("<defs>");
            self.raw(inner);
            self.raw("</defs>");
        }
    }

    /// Text with its left end (or what `attributes` says) at `x` and its base
    /// line at `y`.
    pub(crate) fn text(&mut self, x: f64, y: f64, text: &str, attributes: &str) {
        let space = if attributes.is_empty() { "" } else { " " };
        self.raw(&format!(
            r#"<text x="{}" y="{}"{space}{attributes}>{}</text>"#,
            num(x),
            num(y),
            escape(text)
        ));
    }

    /// Text cut to a width, the whole of it in a `<title>` when it was cut.
    pub(crate) fn fitted(&mut self, x: f64, y: f64, text: &str, size: f64, max: f64, attrs: &str) {
        let shown = fit(text, size, max);
        let title =
            if shown == text { String::new() } else { format!("<title>{}</title>", escape(text)) };
        self.raw(&format!(
            r#"<text x="{}" y="{}" font-size="{}" {attrs}>{}{title}</text>"#,
            num(x),
            num(y),
            num(size),
            escape(&shown)
        ));
    }

    pub(crate) fn rect(&mut self, x: f64, y: f64, w: f64, h: f64, attributes: &str) {
        self.raw(&format!(
            r#"<rect x="{}" y="{}" width="{}" height="{}" {attributes}/>"#,
            num(x),
            num(y),
            num(w.max(0.0)),
            num(h.max(0.0))
        ));
    }

    pub(crate) fn line(&mut self, from: (f64, f64), to: (f64, f64), attributes: &str) {
        self.raw(&format!(
            r#"<line x1="{}" y1="{}" x2="{}" y2="{}" {attributes}/>"#,
            num(from.0),
            num(from.1),
            num(to.0),
            num(to.1)
        ));
    }

    /// Closes the chart. Text is 13 units high unless said otherwise.
    pub(crate) fn finish(self, head: &Head, class: &str, width: f64, height: f64) -> String {
        let id = &self.id;
        format!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" id="{id}" class="chart chart-{class}" role="img" aria-labelledby="{id}-t {id}-d" viewBox="0 0 {w} {h}" width="{w}" height="{h}" font-size="13" fill="currentColor"><title id="{id}-t">{}</title><desc id="{id}-d">{}</desc>{}</svg>"#,
            escape(&head.title),
            escape(&head.description),
            self.body,
            w = num(width),
            h = num(height),
        )
    }
}

fn safe_id(id: &str) -> String {
    let mut safe: String =
        id.chars().map(|c| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' }).collect();
    if !safe.starts_with(|c: char| c.is_ascii_alphabetic()) {
        safe.insert_str(0, "c-");
    }
    safe
}

/// Escapes for XML text and attributes; characters that XML 1.0 cannot hold are
/// dropped.
pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\n' | '\r' | '\t' => out.push(' '),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => {}
            c => out.push(c),
        }
    }
    out
}

/// A coordinate with at most one decimal and no needless zero.
pub(crate) fn num(value: f64) -> String {
    if !value.is_finite() {
        return "0".to_owned();
    }
    let rounded = (value * 10.0).round() / 10.0;
    // Adding zero turns -0 into 0.
    (rounded + 0.0).to_string()
}

/// A figure for people: thousands separated, at most two decimals.
pub(crate) fn figure(value: f64) -> String {
    if !value.is_finite() {
        return "–".to_owned();
    }
    let rounded = (value * 100.0).round() / 100.0 + 0.0;
    let text = rounded.abs().to_string();
    let (whole, decimals) = text.split_once('.').map_or((text.as_str(), ""), |(w, d)| (w, d));
    let mut grouped = String::new();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    let sign = if rounded < 0.0 { "-" } else { "" };
    let point = if decimals.is_empty() { "" } else { "." };
    format!("{sign}{grouped}{point}{decimals}")
}

/// A figure with its unit; a Latin word is set apart by a space.
pub(crate) fn with_unit(value: f64, unit: &str) -> String {
    let space = if unit.starts_with(|c: char| c.is_ascii_alphabetic()) { " " } else { "" };
    format!("{}{space}{unit}", figure(value))
}

/// Estimated width of a text in a sans-serif face.
pub(crate) fn width(text: &str, size: f64) -> f64 {
    text.chars().map(|c| em(c) * size).sum()
}

fn em(c: char) -> f64 {
    match c {
        'i' | 'j' | 'l' | 'I' | '.' | ',' | ':' | ';' | '|' | '\'' | '!' | ' ' => 0.3,
        'm' | 'w' | 'M' | 'W' | '@' | '%' => 0.88,
        'A'..='Z' => 0.66,
        c if c < '\u{1100}' => 0.56,
        '\u{ff61}'..='\u{ff9f}' => 0.5,
        _ => 1.0,
    }
}

/// Cuts a text to a width, with an ellipsis when something is left off.
pub(crate) fn fit(text: &str, size: f64, max: f64) -> String {
    if width(text, size) <= max {
        return text.to_owned();
    }
    let mut out = String::new();
    let mut used = size * 0.6;
    for c in text.chars() {
        used += em(c) * size;
        if used > max {
            break;
        }
        out.push(c);
    }
    out.push('…');
    out
}

/// Breaks a text into at most `lines` lines of a width; the last may be cut.
pub(crate) fn wrap(text: &str, size: f64, max: f64, lines: usize) -> Vec<String> {
    let mut out = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() && out.len() + 1 < lines {
        let mut used = 0.0;
        let mut cut = rest.len();
        let mut last_space = None;
        for (index, c) in rest.char_indices() {
            used += em(c) * size;
            if used > max && index > 0 {
                cut = last_space.unwrap_or(index);
                break;
            }
            if c == ' ' {
                last_space = Some(index);
            }
        }
        out.push(rest[..cut].trim().to_owned());
        rest = rest[cut..].trim();
    }
    if !rest.is_empty() {
        out.push(fit(rest, size, max));
    }
    out
}

/// Round steps that cover `low..=high` in about `count` parts.
pub(crate) fn ticks(low: f64, high: f64, count: f64) -> Vec<f64> {
    let span = high - low;
    if span.is_nan() || span <= 0.0 || !span.is_finite() {
        return vec![low];
    }
    let raw = span / count;
    let magnitude = 10f64.powf(raw.log10().floor());
    let step = [1.0, 2.0, 2.5, 5.0, 10.0]
        .iter()
        .map(|factor| factor * magnitude)
        .find(|step| *step >= raw * 0.999)
        .unwrap_or(magnitude * 10.0);
    let first = (low / step).floor() as i64;
    let last = (high / step - 1e-9).ceil() as i64;
    (first..=last).map(|index| index as f64 * step).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_grouped() {
        assert_eq!(figure(1_234_567.5), "1,234,567.5");
        assert_eq!(figure(-999.0), "-999");
        assert_eq!(figure(-0.001), "0");
        assert_eq!(figure(f64::NAN), "–");
        assert_eq!(with_unit(3.0, "件"), "3件");
        assert_eq!(with_unit(3.0, "days"), "3 days");
    }

    #[test]
    fn ticks_cover_the_range_in_round_steps() {
        assert_eq!(ticks(0.0, 97.0, 5.0), [0.0, 20.0, 40.0, 60.0, 80.0, 100.0]);
        assert_eq!(ticks(0.0, 3.0, 4.0), [0.0, 1.0, 2.0, 3.0]);
        assert_eq!(ticks(5.0, 5.0, 4.0), [5.0]);
    }

    #[test]
    fn text_is_cut_and_wrapped_by_width() {
        assert_eq!(fit("あいうえお", 10.0, 50.0), "あいうえお");
        assert_eq!(fit("あいうえおか", 10.0, 50.0), "あいうえ…");
        assert_eq!(wrap("あいうえおか", 10.0, 40.0, 2), ["あいうえ", "おか"]);
        assert_eq!(wrap("core banking system", 10.0, 70.0, 2), ["core banking", "system"]);
        assert_eq!(wrap("", 10.0, 40.0, 2), Vec::<String>::new());
    }

    #[test]
    fn nothing_breaks_out_of_the_markup() {
        assert_eq!(escape("<b a='1'>&\u{1}\n\""), "&lt;b a=&#39;1&#39;&gt;&amp; &quot;");
        assert_eq!(safe_id("1 \"x"), "c-1__x");
        assert_eq!(num(-0.04), "0");
        assert_eq!(num(f64::INFINITY), "0");
    }
}
