//! Texts that people read, always in both languages.

use serde::{Deserialize, Serialize};

/// The two languages of the product. Japanese comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Lang {
    /// Japanese.
    #[default]
    Ja,
    /// English.
    En,
}

impl Lang {
    /// Picks one of two texts. Both stand at the place of use, so neither can be missing.
    pub fn t<'a>(self, ja: &'a str, en: &'a str) -> &'a str {
        match self {
            Lang::Ja => ja,
            Lang::En => en,
        }
    }

    /// The language tag for `lang="…"`.
    pub fn tag(self) -> &'static str {
        self.t("ja", "en")
    }
}

/// A label or short text that is fixed at compile time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Text {
    /// Japanese.
    pub ja: &'static str,
    /// English.
    pub en: &'static str,
}

impl Text {
    /// Both languages at once; there is no way to give only one.
    pub const fn new(ja: &'static str, en: &'static str) -> Self {
        Self { ja, en }
    }

    /// The text in one language.
    pub fn get(&self, lang: Lang) -> &'static str {
        match lang {
            Lang::Ja => self.ja,
            Lang::En => self.en,
        }
    }

    /// As an owned message.
    pub fn message(&self) -> Message {
        Message { ja: self.ja.to_owned(), en: self.en.to_owned() }
    }
}

/// A text made at run time (with names or figures in it), in both languages.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Message {
    /// Japanese.
    pub ja: String,
    /// English.
    pub en: String,
}

impl Message {
    /// Both languages at once.
    pub fn new(ja: impl Into<String>, en: impl Into<String>) -> Self {
        Self { ja: ja.into(), en: en.into() }
    }

    /// The text in one language.
    pub fn get(&self, lang: Lang) -> &str {
        match lang {
            Lang::Ja => &self.ja,
            Lang::En => &self.en,
        }
    }

    /// Of a line that the program wrote in both languages at once: `日本語 / English`, before a
    /// colon and somebody's own words, or after a mark such as `【訓練 / Drill】`. Any other line
    /// is the same in both.
    pub fn of_both(line: &str) -> Self {
        let marked = line.strip_prefix('【').and_then(|rest| rest.split_once('】'));
        if let Some((mark, rest)) = marked {
            let (mark, rest) = (Self::of_both(mark), Self::of_both(rest));
            return Self::new(
                format!("【{}】{}", mark.ja, rest.ja),
                format!("【{}】{}", mark.en, rest.en),
            );
        }
        if let Some((ja, en)) = halves(line) {
            return Self::new(ja, en);
        }
        if let Some((head, own)) = line.split_once(": ")
            && let Some((ja, en)) = halves(head)
        {
            return Self::new(format!("{ja}: {own}"), format!("{en}: {own}"));
        }
        Self::new(line, line)
    }
}

fn halves(text: &str) -> Option<(&str, &str)> {
    let (ja, en) = text.split_once(" / ")?;
    (!ja.is_ascii() && en.is_ascii() && !en.is_empty()).then_some((ja, en))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_in_both_languages_is_read_in_one() {
        for (line, ja, en) in [
            ("範囲を確かめる / Find the scope", "範囲を確かめる", "Find the scope"),
            ("新しい報告 / New report: 画面が変", "新しい報告: 画面が変", "New report: 画面が変"),
            (
                "【訓練 / Drill】新しい報告 / New report: 画面が変",
                "【訓練】新しい報告: 画面が変",
                "【Drill】New report: 画面が変",
            ),
            (
                "呼び出し: 期限の超過 / Call: Deadline passed",
                "呼び出し: 期限の超過",
                "Call: Deadline passed",
            ),
            ("東京 / 大阪", "東京 / 大阪", "東京 / 大阪"),
            ("a / b: c", "a / b: c", "a / b: c"),
        ] {
            assert_eq!(Message::of_both(line), Message::new(ja, en));
        }
    }
}
