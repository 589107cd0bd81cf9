//! Tones: what a mark means, as colour, pattern, shape and word together.

use super::svg::{Svg, num};
use crate::sheet::Lang;

/// What a mark means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Tone {
    /// Plain data without judgement.
    #[default]
    Main,
    /// As it should be. Circle.
    Good,
    /// Worth a look. Diamond, dots.
    Caution,
    /// Needs action. Triangle, slanted lines.
    Warning,
    /// Urgent or broken. Square, crossed lines.
    Danger,
    /// Out of scope, unknown, past. Dash, level lines.
    Muted,
}

impl Tone {
    /// Strong colour, for marks.
    pub(crate) fn mark(self) -> &'static str {
        match self {
            Tone::Main => "var(--chart-main,#3460fb)",
            Tone::Good => "var(--chart-good,#259d63)",
            Tone::Caution => "var(--chart-caution,#ffd43d)",
            Tone::Warning => "var(--chart-warning,#fb5b01)",
            Tone::Danger => "var(--chart-danger,#ec0000)",
            Tone::Muted => "var(--chart-line,#cccccc)",
        }
    }

    /// Dark colour, for outlines, patterns and text.
    pub(crate) fn ink(self) -> &'static str {
        match self {
            Tone::Main => "var(--chart-main-ink,#0017c1)",
            Tone::Good => "var(--chart-good-ink,#197a4b)",
            Tone::Caution => "var(--chart-caution-ink,#806300)",
            Tone::Warning => "var(--chart-warning-ink,#c74700)",
            Tone::Danger => "var(--chart-danger-ink,#ce0000)",
            Tone::Muted => "var(--chart-muted,#4d4d4d)",
        }
    }

    /// Pale colour, for areas.
    pub(crate) fn soft(self) -> &'static str {
        match self {
            Tone::Main => "var(--chart-main-soft,#d9e6ff)",
            Tone::Good => "var(--chart-good-soft,#e6f5ec)",
            Tone::Caution => "var(--chart-caution-soft,#fff8dc)",
            Tone::Warning => "var(--chart-warning-soft,#ffeee2)",
            Tone::Danger => "var(--chart-danger-soft,#fdeeee)",
            Tone::Muted => "var(--chart-quiet,#f2f2f2)",
        }
    }

    /// Stable word, used in class names and ids.
    pub fn as_str(self) -> &'static str {
        match self {
            Tone::Main => "main",
            Tone::Good => "good",
            Tone::Caution => "caution",
            Tone::Warning => "warning",
            Tone::Danger => "danger",
            Tone::Muted => "muted",
        }
    }

    /// Word of the tone for legends and tables.
    pub fn word(self, lang: Lang) -> &'static str {
        match self {
            Tone::Main => lang.pick("値", "value"),
            Tone::Good => lang.pick("良好", "good"),
            Tone::Caution => lang.pick("注意", "caution"),
            Tone::Warning => lang.pick("要対応", "action needed"),
            Tone::Danger => lang.pick("危険", "critical"),
            Tone::Muted => lang.pick("対象外", "not in scope"),
        }
    }

    /// Pattern overlay of the tone, if it has one, as reference.
    pub(crate) fn pattern(self, id: &str) -> Option<String> {
        match self {
            Tone::Main | Tone::Good => None,
            _ => Some(format!("url(#{id}-p-{})", self.as_str())),
        }
    }

    fn pattern_body(self) -> Option<(u8, String)> {
        let ink = self.ink();
        let body = match self {
            Tone::Main | Tone::Good => return None,
            Tone::Caution => (6, format!(r#"<circle cx="3" cy="3" r="1.1" fill="{ink}"/>"#)),
            Tone::Warning => {
                (6, format!(r#"<path d="M0 6 6 0" stroke="{ink}" stroke-width="1.2"/>"#))
            }
            Tone::Danger => {
                (7, format!(r#"<path d="M0 0 7 7M0 7 7 0" stroke="{ink}" stroke-width="1"/>"#))
            }
            Tone::Muted => {
                (5, format!(r#"<path d="M0 2.5H5" stroke="{ink}" stroke-width="0.7"/>"#))
            }
        };
        Some(body)
    }

    /// Writes the patterns of the given tones.
    pub(crate) fn write_defs(svg: &mut Svg, tones: &[Tone]) {
        let mut body = String::new();
        for tone in tones {
            if let Some((size, shape)) = tone.pattern_body() {
                body.push_str(&format!(
                    r#"<pattern id="{}-p-{}" width="{size}" height="{size}" patternUnits="userSpaceOnUse">{shape}</pattern>"#,
                    svg.id,
                    tone.as_str()
                ));
            }
        }
        svg.defs(&body);
    }

    /// Draws the tone's shape, about `2 * r` wide, around a centre.
    pub(crate) fn symbol(self, svg: &mut Svg, x: f64, y: f64, r: f64) {
        let (fill, ink) = (self.mark(), self.ink());
        let paint = format!(r#"fill="{fill}" stroke="{ink}" stroke-width="1.2""#);
        let (x0, y0) = (num(x), num(y));
        let shape = match self {
            Tone::Main | Tone::Good => {
                format!(r#"<circle cx="{x0}" cy="{y0}" r="{}" {paint}/>"#, num(r))
            }
            Tone::Caution => {
                let d = r * 1.25;
                format!(
                    r#"<path d="M{x0} {} {} {y0} {x0} {} {} {y0}Z" {paint}/>"#,
                    num(y - d),
                    num(x + d),
                    num(y + d),
                    num(x - d)
                )
            }
            Tone::Warning => format!(
                r#"<path d="M{x0} {} {} {} {} {}Z" {paint}/>"#,
                num(y - r * 1.15),
                num(x + r * 1.15),
                num(y + r * 0.9),
                num(x - r * 1.15),
                num(y + r * 0.9)
            ),
            Tone::Danger => format!(
                r#"<rect x="{}" y="{}" width="{s}" height="{s}" {paint}/>"#,
                num(x - r),
                num(y - r),
                s = num(r * 2.0)
            ),
            Tone::Muted => format!(
                r#"<path d="M{} {y0}H{}" stroke="{ink}" stroke-width="3"/>"#,
                num(x - r),
                num(x + r)
            ),
        };
        svg.raw(&shape);
    }
}

/// The tones used, each once, in order of weight.
pub(crate) fn used(tones: impl Iterator<Item = Tone>) -> Vec<Tone> {
    let mut all: Vec<Tone> = tones.collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// Draws a legend of shapes and words; returns the height it took (0 when only
/// plain data is shown).
pub(crate) fn legend(
    svg: &mut Svg,
    tones: &[Tone],
    words: &[(Tone, String)],
    lang: Lang,
    at: (f64, f64),
    width: f64,
) -> f64 {
    if tones.iter().all(|t| *t == Tone::Main) {
        return 0.0;
    }
    let (left, mut y) = at;
    let mut x = left;
    for tone in tones {
        let word = words
            .iter()
            .find(|(t, _)| t == tone)
            .map_or_else(|| tone.word(lang).to_owned(), |(_, word)| word.clone());
        let needed = 18.0 + super::svg::width(&word, 12.0) + 20.0;
        if x + needed > left + width && x > left {
            x = left;
            y += 20.0;
        }
        tone.symbol(svg, x + 6.0, y - 4.0, 5.0);
        svg.text(x + 18.0, y, &word, r#"font-size="12""#);
        x += needed;
    }
    y - at.1 + 24.0
}
