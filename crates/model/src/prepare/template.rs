//! Message templates (文例): texts by audience and stage, filled from the record.

use crate::respond::incident::Incident;
use crate::respond::message::{Audience, Stage, Tlp};
use crate::*;
use std::collections::BTreeMap;

/// A template of the organisation's own; shipped ones are read from `catalogs/templates/`.
#[derive(Debug, Clone, Register)]
#[register(
    id = "message_template",
    wing = Prepare,
    menu = 23,
    ja = "文例",
    en = "Message template",
    question_ja = "その相手に、その段階で、どんな文面を使いますか",
    question_en = "Which text for this audience, at this stage?",
    about_ja = "相手と段階ごとの文例です。{{kind}} のような目印は、案件の記録から埋まります。分からない項目は「確認中」になります。",
    about_en = "Texts by audience and stage. Marks such as {{kind}} are filled from the case; what is not known becomes \"being confirmed\".",
    purpose_ja = "急いでいても、漏れなく同じ調子で伝えるために使います。",
    purpose_en = "So that nothing is left out, and the tone holds, even in a hurry.",
    sort = "name",
    check = check,
    meets = ["IPA-155", "IPA-157"]
)]
pub struct MessageTemplate {
    /// Name.
    #[field(ja = "名前", en = "Name", title, list, search)]
    pub name: String,
    /// For whom.
    #[field(ja = "だれに向けた文面か", en = "Audience", list)]
    pub audience: Audience,
    /// Stage.
    #[field(ja = "何回目の知らせか", en = "Stage of notice", list)]
    pub stage: Stage,
    /// Sharing limit.
    #[field(ja = "共有の制限（TLP 2.0）", en = "Sharing limit (TLP 2.0)")]
    pub tlp: Option<Tlp>,
    /// Subject.
    #[field(ja = "件名", en = "Subject")]
    pub subject_ja: String,
    /// Text.
    #[field(ja = "本文", en = "Text", max = 6000)]
    pub text_ja: Long,
    /// Subject in English.
    #[field(ja = "件名（英語）", en = "Subject in English")]
    pub subject_en: Option<String>,
    /// Text in English.
    #[field(ja = "本文（英語）", en = "Text in English", max = 6000)]
    pub text_en: Option<Long>,
    /// Which shipped one it replaces.
    #[field(ja = "置き換える出荷時の文例", en = "Replaces the shipped template", max = 80)]
    pub replaces: Option<String>,
}

/// Where a placeholder takes its value from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum From {
    /// A field of the case.
    Case(&'static str),
    /// A field of the newest notification form of the case.
    Form(&'static str),
    /// Name of the organisation.
    Organisation,
    /// The public contact point.
    Desk,
    /// The day and time of writing.
    Now,
}

/// The closed list of placeholders.
pub const PLACEHOLDERS: &[(&str, From)] = &[
    ("org", From::Organisation),
    ("desk", From::Desk),
    ("now", From::Now),
    ("number", From::Case("number")),
    ("title", From::Case("title")),
    ("state", From::Case("state")),
    ("severity", From::Case("severity")),
    ("detection", From::Case("detection")),
    ("effects", From::Case("effects")),
    ("personal_data_at", From::Case("personal_data_at")),
    ("closed_at", From::Case("closed_at")),
    ("kind", From::Case("kind")),
    ("summary", From::Case("summary")),
    ("known", From::Case("known")),
    ("unknown", From::Case("unknown")),
    ("occurred_at", From::Case("occurred_at")),
    ("detected_at", From::Case("detected_at")),
    ("contained_at", From::Case("contained_at")),
    ("recovered_at", From::Case("recovered_at")),
    ("next_update_at", From::Case("next_update_at")),
    ("whose", From::Form("whose")),
    ("what", From::Form("what")),
    ("since", From::Form("since")),
    ("how_much", From::Form("how_much")),
    ("route", From::Form("route")),
    ("condition", From::Form("condition")),
    ("damage", From::Form("damage")),
    ("second_damage", From::Form("second_damage")),
    ("response", From::Form("response")),
    ("ask", From::Form("ask")),
    ("remaining", From::Form("remaining")),
    ("prevention", From::Form("prevention")),
    ("restart_on", From::Form("restart_on")),
    ("ended_statement", From::Form("ended_statement")),
];

/// What stands where something is not known yet.
pub const UNKNOWN: Text = Text::new("確認中", "being confirmed");

/// The placeholders of a text, in order; `Err` names what is none.
///
/// # Errors
/// The first mark that is not in [`PLACEHOLDERS`] or is not closed.
pub fn marks(text: &str) -> Result<Vec<&str>, String> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some((_, behind)) = rest.split_once("{{") {
        let Some((name, after)) = behind.split_once("}}") else {
            return Err(behind.chars().take(20).collect());
        };
        if !PLACEHOLDERS.iter().any(|(p, _)| *p == name) {
            return Err(name.chars().take(40).collect());
        }
        found.push(name);
        rest = after;
    }
    Ok(found)
}

/// Fills a text; what has no value becomes [`UNKNOWN`]. Gives the text and the marks without value.
pub fn fill(text: &str, facts: &BTreeMap<&str, String>, lang: Lang) -> (String, Vec<String>) {
    let mut out = String::with_capacity(text.len());
    let mut missing = Vec::new();
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once("{{") {
        out.push_str(before);
        let Some((name, after)) = behind.split_once("}}") else {
            out.push_str("{{");
            rest = behind;
            break;
        };
        match facts.get(name).filter(|v| !v.trim().is_empty()) {
            Some(value) => out.push_str(value),
            None => {
                out.push_str(UNKNOWN.get(lang));
                missing.push(name.to_owned());
            }
        }
        rest = after;
    }
    out.push_str(rest);
    missing.dedup();
    (out, missing)
}

/// The facts of a case for [`fill`], as they are shown in a language.
pub fn facts(
    case: &Record,
    form: Option<&Record>,
    (org, desk): (&str, &str),
    now: Time,
    lang: Lang,
    zone: &Zone,
) -> BTreeMap<&'static str, String> {
    let shown = |record: &Record, field: &str| {
        let def = record.def.field(field)?;
        Some(validate::show(def, record.body.get(field)?, lang, zone))
    };
    PLACEHOLDERS
        .iter()
        .filter_map(|(name, from)| {
            let value = match from {
                From::Case(field) => shown(case, field),
                From::Form(field) => form.and_then(|f| shown(f, field)),
                From::Organisation => Some(org.to_owned()),
                From::Desk => Some(desk.to_owned()),
                From::Now => Some(now.show(lang, zone)),
            };
            Some((*name, value?))
        })
        .collect()
}

fn check(body: &Body) -> Vec<FieldProblem> {
    ["subject_ja", "text_ja", "subject_en", "text_en"]
        .into_iter()
        .filter_map(|f| {
            let wrong = marks(body.get(f)?.as_str()?).err()?;
            let text = Message::new(
                format!("「{wrong}」という目印はありません。使えるものから選んでください。"),
                format!("There is no placeholder \"{wrong}\"."),
            );
            Some(FieldProblem::new(f, "unknown_placeholder", text))
        })
        .collect()
}

/// The register whose fields `From::Case` names, for tests that hold them together.
pub const CASE: &RegisterDef = Incident::DEF;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_placeholder_names_a_field_that_exists() {
        let form = crate::respond::notice_form::NoticeForm::DEF;
        for (name, from) in PLACEHOLDERS {
            match from {
                From::Case(f) => assert!(CASE.field(f).is_some(), "{name}"),
                From::Form(f) => assert!(form.field(f).is_some(), "{name}"),
                From::Organisation | From::Desk | From::Now => {}
            }
        }
    }

    #[test]
    fn unknown_facts_are_written_as_being_confirmed() {
        let facts = BTreeMap::from([("org", "株式会社あかり".to_owned()), ("damage", " ".into())]);
        let (text, missing) = fill("{{org}}です。被害は{{damage}}。", &facts, Lang::Ja);
        assert_eq!(text, "株式会社あかりです。被害は確認中。");
        assert_eq!(missing, ["damage"]);
        let (text, _) = fill("Damage: {{damage}}", &BTreeMap::new(), Lang::En);
        assert_eq!(text, "Damage: being confirmed");
    }

    #[test]
    fn the_list_of_placeholders_is_closed() {
        assert_eq!(marks("{{org}}と{{kind}}").unwrap(), ["org", "kind"]);
        assert_eq!(marks("{{password}}").unwrap_err(), "password");
        assert!(marks("{{org").is_err());
        let body = serde_json::json!({"text_ja": "{{secret}}"}).as_object().cloned().unwrap();
        assert_eq!(check(&body)[0].code, "unknown_placeholder");
    }
}
