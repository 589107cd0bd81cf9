//! Small pieces of HTML that several pages share: countdowns, chips, forms' hidden fields.

pub use crate::html::Html;
use okiagari_model::{ChoiceOption, FieldDef, FieldKind, Lang, Record, Time, Zone};
use std::fmt;

/// Text made fit to stand in HTML, attributes included.
pub fn esc(text: &str) -> String {
    crate::html::esc(text).to_string()
}

/// Renders a template. A template here only writes into a string, which cannot fail; should it
/// ever, the error is named on the page rather than swallowed.
pub fn render(template: &impl askama::Template) -> Html {
    Html(
        template
            .render()
            .unwrap_or_else(|e| format!("<p class=\"error\">{}</p>", esc(&e.to_string()))),
    )
}

/// In which language, time zone and at which instant a page is written.
#[derive(Debug, Clone)]
pub struct Ui {
    /// Language.
    pub lang: Lang,
    /// The organisation's time zone.
    pub zone: Zone,
    /// The instant.
    pub now: Time,
}

impl Ui {
    /// One of two texts.
    pub fn t<'a>(&self, ja: &'a str, en: &'a str) -> &'a str {
        self.lang.t(ja, en)
    }

    /// One of two texts with `{}` replaced by a value.
    pub fn f(&self, ja: &str, en: &str, value: impl fmt::Display) -> String {
        self.lang.t(ja, en).replace("{}", &value.to_string())
    }

    /// Of a text that the program wrote in both languages at once (`日本語 / English`), the own
    /// part; any other text whole.
    pub fn own_words<'a>(&self, text: &'a str) -> &'a str {
        match text.split_once(" / ") {
            Some((ja, en)) if !ja.is_ascii() && en.is_ascii() && !en.is_empty() => {
                match self.lang {
                    Lang::Ja => ja,
                    Lang::En => en,
                }
            }
            _ => text,
        }
    }

    /// `2026年11月21日 14:03 (JST)`.
    pub fn when(&self, at: &Time) -> String {
        at.show(self.lang, &self.zone)
    }

    /// `14:03`.
    pub fn clock(&self, at: &Time) -> String {
        at.show_clock(&self.zone)
    }

    /// `14:03` today, `11/22 14:03` on another day.
    pub fn short(&self, at: &Time) -> String {
        let clock = at.show_clock(&self.zone);
        match (at.date(&self.zone), self.now.date(&self.zone)) {
            (Some(day), Some(today)) if day != today => {
                format!("{}/{} {clock}", day.civil().month(), day.civil().day())
            }
            _ => clock,
        }
    }

    /// `11/21 14:03`, for paper: also on the same day.
    pub fn dated(&self, at: &Time) -> String {
        let clock = at.show_clock(&self.zone);
        at.date(&self.zone).map_or_else(
            || clock.clone(),
            |d| format!("{}/{} {clock}", d.civil().month(), d.civil().day()),
        )
    }

    /// `2026年11月21日`.
    pub fn day(&self, at: &Time) -> String {
        at.date(&self.zone).map_or_else(String::new, |d| d.show(self.lang))
    }

    /// Name of the zone, for clocks that a script keeps.
    pub fn zone_name(&self) -> &str {
        self.zone.inner().iana_name().unwrap_or("Asia/Tokyo")
    }

    /// For `<input type="datetime-local">`.
    pub fn input(&self, at: &Time) -> String {
        at.input_value(&self.zone)
    }

    /// For `datetime="…"`.
    pub fn machine(&self, at: &Time) -> String {
        at.rfc3339()
    }

    /// A countdown that the script keeps true.
    pub fn count(&self, due: &Time) -> Html {
        self.count_of(due, "")
    }

    /// A countdown that is spoken once when it falls due.
    pub fn count_of(&self, due: &Time, what: &str) -> Html {
        let left = due.since(self.now);
        let late = left < 0;
        let words = span_words(left, self.lang);
        let text = match (late, self.lang) {
            (true, Lang::Ja) => format!("{words}超過"),
            (true, Lang::En) => format!("{words} late"),
            (false, Lang::Ja) => format!("あと {words}"),
            (false, Lang::En) => words,
        };
        let class = if late {
            "count is-late"
        } else if left < okiagari_model::HOUR {
            "count is-soon"
        } else {
            "count"
        };
        let announce = if what.is_empty() {
            String::new()
        } else {
            format!(" data-announce=\"{}\"", esc(what))
        };
        Html(format!(
            "<time class=\"{class}\" datetime=\"{}\" data-due=\"{}\"{announce}><span class=\"count-left\">{text}</span></time> <span class=\"count-at nowrap\">({})</span>",
            due.rfc3339(),
            due.millis(),
            self.short(due),
        ))
    }

    /// Time gone by, kept true by the script.
    pub fn elapsed(&self, since: &Time) -> Html {
        let words = span_words(self.now.since(*since), self.lang);
        let lead = self.t("経過 ", "");
        Html(format!(
            "<time class=\"count\" datetime=\"{}\" data-since=\"{}\"><span class=\"count-left\">{lead}{words}</span></time>",
            since.rfc3339(),
            since.millis(),
        ))
    }

    /// An icon of the sheet.
    pub fn icon(&self, name: &str) -> Html {
        crate::html::icon(name)
    }

    /// Text of several lines as paragraphs.
    pub fn lines(&self, text: &str) -> Html {
        let body: Vec<String> = text
            .lines()
            .filter(|l| !l.trim().is_empty())
            .map(|l| format!("<p>{}</p>", esc(l)))
            .collect();
        Html(body.join(""))
    }

    /// The shown label of a choice field, or nothing.
    pub fn choice(&self, record: &Record, field: &str) -> String {
        option_of(record, field).map_or_else(String::new, |o| o.label.get(self.lang).to_owned())
    }

    /// The state of a record as a chip.
    pub fn state(&self, record: &Record, field: &str) -> Html {
        option_of(record, field).map_or_else(Html::default, |o| self.state_option(o))
    }

    /// An option as a chip.
    pub fn state_option(&self, option: &ChoiceOption) -> Html {
        self.chip(crate::html::state_of_tone(option.tone), option.label.get(self.lang))
    }

    /// A severity field (`low` … `critical`) as a chip; a word of its own where it is not yet known.
    pub fn severity(&self, record: &Record, field: &str) -> Html {
        match option_of(record, field) {
            Some(o) => Html(format!(
                "<span class=\"chip\" data-sev=\"{}\">{}</span>",
                o.id,
                esc(o.label.get(self.lang))
            )),
            None => Html(format!(
                "<span class=\"chip\" data-sev=\"none\">{}</span>",
                self.t("未判定", "Not judged")
            )),
        }
    }

    /// A chip with a state word.
    pub fn chip(&self, state: &str, text: &str) -> Html {
        crate::html::chip(state, text)
    }

    /// A telephone number as a `tel:` address takes it.
    pub fn tel(&self, phone: &str) -> String {
        phone.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect()
    }

    /// A size in bytes as people read it.
    pub fn size(&self, bytes: i64) -> String {
        const STEPS: [(&str, i64); 3] = [("GB", 1 << 30), ("MB", 1 << 20), ("KB", 1 << 10)];
        for (unit, step) in STEPS {
            if bytes >= step {
                let tenths = bytes.saturating_mul(10) / step;
                return format!("{}.{} {unit}", tenths / 10, tenths % 10);
            }
        }
        format!("{bytes} B")
    }
}

/// The option that a choice field of a record holds.
pub fn option_of(record: &Record, field: &str) -> Option<&'static ChoiceOption> {
    let def: &'static FieldDef = record.def.field(field)?;
    match def.kind {
        FieldKind::Choice(set) => set.option(record.text(field)),
        _ => None,
    }
}

/// The steps of a span as the script writes them: at most two units, none that is noise.
fn span_words(ms: i64, lang: Lang) -> String {
    let seconds = ms.unsigned_abs() / 1000;
    let (days, hours, minutes) = (seconds / 86_400, seconds % 86_400 / 3_600, seconds % 3_600 / 60);
    let (d, h, m, s) =
        (lang.t("日", "d"), lang.t("時間", "h"), lang.t("分", "min"), lang.t("秒", "s"));
    let parts: Vec<(u64, &str)> = if seconds < 60 {
        vec![(seconds, s)]
    } else if days >= 3 || (days > 0 && hours == 0) {
        vec![(days, d)]
    } else if days > 0 {
        vec![(days, d), (hours, h)]
    } else if hours > 0 && minutes > 0 {
        vec![(hours, h), (minutes, m)]
    } else if hours > 0 {
        vec![(hours, h)]
    } else {
        vec![(minutes, m)]
    };
    parts.iter().map(|(n, unit)| format!("<b>{n}</b>{unit}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use okiagari_model::{HOUR, MINUTE};

    fn ui(lang: Lang) -> Ui {
        // 2026-11-21 14:03 in Tokyo
        Ui { lang, zone: Zone::tokyo(), now: Time::from_millis(1_795_237_380_000) }
    }

    #[test]
    fn a_countdown_says_what_is_left_and_when_and_turns_late() {
        let ja = ui(Lang::Ja);
        let soon = ja.count(&ja.now.plus(42 * MINUTE)).0;
        assert!(soon.contains("あと <b>42</b>分") && soon.contains("(14:45)"), "{soon}");
        assert!(soon.contains("count is-soon"));
        let late = ja.count(&ja.now.plus(-12 * MINUTE)).0;
        assert!(late.contains("<b>12</b>分超過") && late.contains("is-late"), "{late}");
        let en = ui(Lang::En);
        let tomorrow = en.count(&en.now.plus(26 * HOUR)).0;
        assert!(
            tomorrow.contains("<b>1</b>d<b>2</b>h") && tomorrow.contains("(11/22 16:03)"),
            "{tomorrow}"
        );
    }

    #[test]
    fn text_of_users_cannot_leave_an_attribute_or_forge_the_place_of_a_watcher() {
        let typed = "\"><script>alert(1)</script><me>";
        let html = ui(Lang::Ja).count_of(&Time::from_millis(0), typed).0;
        assert!(
            !html.contains("<script>") && !html.contains(crate::respond::room::ME_PLACE),
            "{html}"
        );
    }

    #[test]
    fn only_a_text_in_both_languages_is_cut() {
        let (ja, en) = (ui(Lang::Ja), ui(Lang::En));
        assert_eq!(ja.own_words("範囲を確かめる / Find the scope"), "範囲を確かめる");
        assert_eq!(en.own_words("範囲を確かめる / Find the scope"), "Find the scope");
        assert_eq!(en.own_words("東京 / 大阪"), "東京 / 大阪");
        assert_eq!(ja.own_words("a / b"), "a / b");
    }

    #[test]
    fn a_size_is_read_with_one_decimal() {
        let ui = ui(Lang::Ja);
        assert_eq!(ui.size(1_258_291), "1.1 MB");
        assert_eq!(ui.size(12), "12 B");
    }
}
