//! An update in words: the same lines on the page for outsiders, on paper and in the message.

use super::framework::PhaseKind;
use super::phase::PhaseState;
use super::sharing_limit::LimitPart;
use super::told::{ChangeTold, Told, link_state};
use crate::*;

/// A heading with its lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// Heading.
    pub head: String,
    /// Lines; never empty.
    pub lines: Vec<String>,
}

fn either<'a>(lang: Lang, ja: &'a str, en: &'a str) -> &'a str {
    if en.is_empty() { ja } else { lang.t(ja, en) }
}

fn phase_name(kind: &str, lang: Lang) -> &str {
    PhaseKind::from_id(kind).map_or(kind, |k| k.label().get(lang))
}

fn phase_state(state: &str, lang: Lang) -> &str {
    PhaseState::from_id(state).map_or(state, |s| s.label().get(lang))
}

fn day(text: &str, lang: Lang) -> String {
    Date::parse(text).map_or_else(|| text.to_owned(), |d| d.show(lang))
}

impl Told {
    /// The scope line in a language (G7-10).
    pub fn scope_in(&self, lang: Lang) -> &str {
        either(lang, &self.scope, &self.scope_en)
    }

    /// One line that names it.
    pub fn headline(&self, lang: Lang) -> String {
        let phase = phase_name(&self.phase, lang);
        match lang {
            Lang::Ja => format!("{} 「{phase}」の段階 第{}回", self.number, self.round),
            Lang::En => format!("{} Phase \"{phase}\", update {}", self.number, self.round),
        }
    }

    /// The parts of an update (G7-86): phase, gateway criteria met and open, changes since the
    /// last, expected dates, requests, contact; besides what was added.
    pub fn sections(&self, lang: Lang) -> Vec<Section> {
        let mut out = Vec::new();
        let mut add = |head: &str, lines: Vec<String>| {
            if !lines.is_empty() {
                out.push(Section { head: head.to_owned(), lines });
            }
        };
        let states = self
            .phases
            .iter()
            .map(|p| format!("{}: {}", phase_name(&p.kind, lang), phase_state(&p.state, lang)));
        add(lang.t("段階", "Phases"), states.collect());
        let words = either(lang, &self.words, &self.words_en);
        add(lang.t("いまの状況", "How things stand"), lines_of(words));
        let of = |met: bool| {
            let mine = self.criteria.iter().filter(move |c| c.met == met);
            mine.map(|c| {
                let text = either(lang, &c.text, &c.text_en);
                if c.met || c.needed.is_empty() {
                    return text.to_owned();
                }
                format!("{text}（{}）", c.needed)
            })
            .collect::<Vec<_>>()
        };
        add(lang.t("関門の基準: 達したもの", "Gateway criteria met"), of(true));
        add(lang.t("関門の基準: 残っているもの", "Gateway criteria open"), of(false));
        add(lang.t("前回からの変化", "Changes since the last update"), self.changed(lang));
        add(lang.t("見込みの日", "Expected dates"), self.dates(lang));
        let links = self.links.iter().map(|l| format!("{}: {}", l.name, link_state(l, lang)));
        add(lang.t("貴社との接続", "Your links"), links.collect());
        let asks = self.requests.iter().map(|r| {
            let what = either(lang, &r.what, &r.what_en);
            if r.by_on.is_empty() {
                return what.to_owned();
            }
            match lang {
                Lang::Ja => format!("{what}（{}まで）", day(&r.by_on, lang)),
                Lang::En => format!("{what} (by {})", day(&r.by_on, lang)),
            }
        });
        add(lang.t("お願いしたいこと", "Requests"), asks.collect());
        add(lang.t("保証", "Assurance"), self.assured(lang));
        add(lang.t("問い合わせ先", "Contact"), vec![self.contact.clone()]);
        add(lang.t("お伝えしていないこと", "What is held back"), self.held(lang));
        out
    }

    fn changed(&self, lang: Lang) -> Vec<String> {
        let name = |key: &str| {
            self.criteria
                .iter()
                .find(|c| c.key == key)
                .map_or(key, |c| either(lang, &c.text, &c.text_en))
                .to_owned()
        };
        if self.changes.is_empty() {
            return vec![lang.t("変化はありません。", "Nothing has changed.").to_owned()];
        }
        let line = |c: &ChangeTold| match c {
            ChangeTold::First => lang.t("最初の更新です。", "This is the first update.").to_owned(),
            ChangeTold::Met(key) => match lang {
                Lang::Ja => format!("新たに達しました: {}", name(key)),
                Lang::En => format!("Now met: {}", name(key)),
            },
            ChangeTold::Reopened(key) => match lang {
                Lang::Ja => format!("確かめ直しています: {}", name(key)),
                Lang::En => format!("Being looked at again: {}", name(key)),
            },
            ChangeTold::Phase(kind, state) => {
                format!("{}: {}", phase_name(kind, lang), phase_state(state, lang))
            }
            ChangeTold::Date(kind, on) => {
                let on = if on.is_empty() {
                    lang.t("見込みが立たなくなりました", "no longer dated").to_owned()
                } else {
                    day(on, lang)
                };
                match lang {
                    Lang::Ja => format!("「{}」の見込み: {on}", phase_name(kind, lang)),
                    Lang::En => format!("Expected date of \"{}\": {on}", phase_name(kind, lang)),
                }
            }
        };
        self.changes.iter().map(line).collect()
    }

    fn dates(&self, lang: Lang) -> Vec<String> {
        let phases = self
            .phases
            .iter()
            .filter(|p| !p.expected_on.is_empty())
            .map(|p| format!("{}: {}", phase_name(&p.kind, lang), day(&p.expected_on, lang)));
        let links = self.links.iter().filter(|l| !l.planned_on.is_empty());
        let links = links.map(|l| format!("{}: {}", l.name, day(&l.planned_on, lang)));
        phases.chain(links).collect()
    }

    fn assured(&self, lang: Lang) -> Vec<String> {
        let Some(a) = &self.assurance else { return Vec::new() };
        let until = day(&a.valid_until, lang);
        vec![
            match lang {
                Lang::Ja => format!("{}（第{}版、{until}まで有効）", a.title, a.version),
                Lang::En => format!("{} (version {}, valid until {until})", a.title, a.version),
            },
            format!("SHA-256 {}", a.digest),
        ]
    }

    fn held(&self, lang: Lang) -> Vec<String> {
        let parts = self.held_back.iter().filter_map(|p| LimitPart::from_id(p));
        parts
            .map(|p| match lang {
                Lang::Ja => {
                    format!("「{}」の一部は、法的な理由でお伝えしていません。", p.label().ja)
                }
                Lang::En => {
                    format!("Part of \"{}\" is held back for a legal reason.", p.label().en)
                }
            })
            .collect()
    }

    /// The text that goes out, in both languages, with the digest by which equal versions are told.
    pub fn message(&self, digest: &str) -> String {
        let mut out = String::new();
        for lang in [Lang::Ja, Lang::En] {
            if !out.is_empty() {
                out.push_str("\n----\n\n");
            }
            out.push_str(&format!("{}\n{}\n\n", self.headline(lang), self.scope_in(lang)));
            for s in self.sections(lang) {
                out.push_str(&format!("■ {}\n", s.head));
                for line in s.lines {
                    out.push_str(&format!("・{line}\n"));
                }
                out.push('\n');
            }
        }
        out.push_str(&format!("SHA-256 {digest}\n"));
        out
    }
}

fn lines_of(text: &str) -> Vec<String> {
    text.lines().map(str::trim).filter(|l| !l.is_empty()).map(str::to_owned).collect()
}
