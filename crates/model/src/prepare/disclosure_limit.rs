//! Disclosure limits (社外に出さない情報): kinds of information that stay inside, enforced by messages
//! and exports (NI-447).

use crate::respond::{evidence::EvidenceKind, message::Audience};
use crate::*;

/// What kind of information.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum LimitKind {
    /// Secrets of the organisation.
    #[choice(ja = "営業秘密・社外秘", en = "Secrets of the organisation")]
    Secret,
    /// Personal data.
    #[choice(ja = "個人情報", en = "Personal data")]
    Personal,
    /// What was entrusted by others.
    #[choice(ja = "他社から預かった情報", en = "Entrusted by others")]
    Entrusted,
    /// What helps attackers.
    #[choice(ja = "攻撃に使われうる情報", en = "What would help an attacker")]
    Defence,
}

/// A limit.
#[derive(Debug, Clone, Register)]
#[register(
    id = "disclosure_limit",
    wing = Prepare,
    menu = 24,
    ja = "社外に出さない情報",
    en = "Disclosure limit",
    question_ja = "どの種類の情報は、社外に出してはいけませんか",
    question_en = "Which kinds of information stay inside?",
    about_ja = "社外に出さない情報の種類と、それと分かる語句・証拠の種類を決めます。当てはまる連絡は承認も送信もできず、証拠は書き出せません。",
    about_en = "Kinds of information that stay inside, and by which words or kinds of evidence they are known. A message that holds them can be neither approved nor sent, such evidence not exported.",
    purpose_ja = "調査の依頼や説明のときに、出してはいけない情報が出るのを止めるために使います。",
    purpose_en = "Stops what must not leave, when help is asked for or something is explained.",
    sort = "name",
    meets = ["NI-447"]
)]
pub struct DisclosureLimit {
    /// Name.
    #[field(ja = "名称", en = "Name", title, list, search)]
    pub name: String,
    /// Kind.
    #[field(ja = "種類", en = "Kind", list)]
    pub kind: LimitKind,
    /// Words by which it is known.
    #[field(
        ja = "それと分かる語句",
        en = "Words by which it is known",
        help_ja = "一行に一つ。例: 社外秘、顧客番号",
        help_en = "One a line, for example the mark of a secret paper."
    )]
    pub words: Vec<String>,
    /// Kinds of evidence.
    #[field(ja = "書き出さない証拠の種類", en = "Kinds of evidence not exported")]
    pub evidence: Many<EvidenceKind>,
    /// Whom it may reach all the same.
    #[field(
        ja = "例外として渡せる相手",
        en = "May reach all the same",
        help_ja = "警察や弁護士など、法令や契約で渡してよい相手だけを選びます。",
        help_en = "Only those to whom law or contract lets it go, such as police or counsel."
    )]
    pub except: Many<Audience>,
    /// Why.
    #[field(ja = "理由", en = "Why", max = 1000)]
    pub why: Long,
}

/// What a limit has found in a text or an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// Name of the limit.
    pub limit: String,
    /// The word, or the kind of evidence, by which it was known.
    pub by: String,
}

fn applies(limit: &Record, audience: Option<&str>) -> bool {
    !limit.ended() && audience.is_none_or(|a| !limit.ids("except").contains(&a))
}

/// What must not leave in a text for an audience (`Audience` id; `None` for exports to anybody).
/// Width and case of letters play no part.
pub fn held_in_text<'a>(
    limits: impl Iterator<Item = &'a Record>,
    text: &str,
    audience: Option<&str>,
) -> Vec<Held> {
    let text = plain(text);
    limits
        .filter(|l| applies(l, audience))
        .flat_map(|l| {
            let words = l.ids("words").into_iter().filter(|w| !w.trim().is_empty());
            let found: Vec<Held> = words
                .filter(|w| text.contains(&plain(w)))
                .map(|w| Held { limit: l.text("name").to_owned(), by: w.to_owned() })
                .collect();
            found
        })
        .collect()
}

/// What keeps an item of evidence inside: its kind, or a word in what is said of it.
pub fn held_evidence(limits: &[&Record], item: &Record) -> Vec<Held> {
    let kind = item.text("kind");
    let label = EvidenceKind::from_id(kind).map_or(kind, |k| k.label().ja);
    let said = ["name", "origin", "file_name", "note"].map(|f| item.text(f)).join("\n");
    let by_kind = limits.iter().filter(|l| applies(l, None) && l.ids("evidence").contains(&kind));
    let mut held: Vec<Held> =
        by_kind.map(|l| Held { limit: l.text("name").to_owned(), by: label.to_owned() }).collect();
    held.extend(held_in_text(limits.iter().copied(), &said, None));
    held
}

/// Letters in one width and case, without blanks: `社 外 秘` and `ＡＢＣ` are known as well.
fn plain(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| match c {
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
            other => other,
        })
        .flat_map(char::to_lowercase)
        .collect()
}

/// A message to people outside holds nothing that stays inside.
pub const STAYS_INSIDE: Gate = Gate {
    id: "stays_inside",
    label: Text::new("社外に出さない情報が入っていない", "It holds nothing that stays inside"),
    mend: Text::new(
        "「社外に出さない情報」に当てはまる語句を本文から除いてください。",
        "Take out the words that a disclosure limit names.",
    ),
    inputs: &[Input::All("disclosure_limit"), Input::Out("to_persons"), Input::Out("to_role")],
    holds: |c| {
        let audience = c.me.text("audience");
        let inside = Audience::from_id(audience).is_some_and(Audience::inside);
        let outsiders = c.outs("to_persons").iter().any(|p| p.flag("external"))
            || c.out("to_role").is_some_and(|r| r.flag("external"));
        let bodies = ["to_contact", "to_contacts"].iter().any(|f| !c.me.ids(f).is_empty());
        let leaves = bodies
            || outsiders
            || c.me.flag("to_all")
            || !c.me.text("to_others").is_empty()
            || c.me.text("channel") == "webhook"
            || (!audience.is_empty() && !inside);
        let text = format!("{}\n{}", c.me.text("subject"), c.me.text("text"));
        let to = Some(audience).filter(|a| !a.is_empty());
        !leaves || held_in_text(c.all("disclosure_limit"), &text, to.or(Some("-"))).is_empty()
    },
    meets: &["NI-447"],
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::decide::unsaved;

    #[test]
    fn a_limit_knows_its_words_in_any_width_and_lets_its_exceptions_pass() {
        let mut body = Body::new();
        body.insert("name".into(), "設計情報".into());
        body.insert("words".into(), vec!["社外秘", "PLAN-A"].into());
        body.insert("evidence".into(), vec!["disk_image"].into());
        body.insert("except".into(), vec!["police"].into());
        let limit = unsaved(DisclosureLimit::DEF, &body, Time::from_millis(0));
        let found = |text: &str, to: Option<&str>| held_in_text([&limit].into_iter(), text, to);
        assert_eq!(found("これは社 外 秘です", Some("customers"))[0].by, "社外秘");
        assert_eq!(found("ｐｌａｎ－ａの図", None).len(), 1);
        assert!(found("社外秘", Some("police")).is_empty());
        assert!(found("公開の資料", Some("customers")).is_empty());
        let item = |kind: &str| {
            let mut body = Body::new();
            body.insert("kind".into(), kind.into());
            unsaved(crate::respond::evidence::Evidence::DEF, &body, Time::from_millis(0))
        };
        assert_eq!(held_evidence(&[&limit], &item("disk_image")).len(), 1);
        assert!(held_evidence(&[&limit], &item("log")).is_empty());
    }
}
