//! Settings (設定) as versioned records.

use super::setting_list::SETTINGS;
use crate::*;

/// One value that the organisation has set.
#[derive(Debug, Clone, Register)]
#[register(
    id = "setting",
    wing = Govern,
    menu = 7,
    ja = "設定",
    en = "Setting",
    question_ja = "出荷時の値から何を変えていますか",
    question_en = "What differs from the shipped values?",
    about_ja = "しきい値や期限などの値です。変えた人・時刻・理由が残ります。",
    about_en = "Thresholds, limits and switches. Who changed what, when and why is kept.",
    purpose_ja = "組織に合わせた値を使い、過去の判断時の値を後から示すために使います。",
    purpose_en = "Fits the product to the organisation, and shows later which value held when.",
    sort = "key",
    check = check
)]
pub struct Setting {
    /// Key.
    #[field(ja = "項目", en = "Key", title, list, search, max = 80)]
    pub key: String,
    /// Value as JSON text.
    #[field(ja = "値", en = "Value", list, max = 400)]
    pub value: String,
}

/// Key prefix that switches a rule off (`rule.off.<rule>` = `true`).
pub const RULE_OFF: &str = "rule.off.";
/// Key prefix that says whether a clock rule applies (`clock.applies.<rule>` = `true`/`false`).
pub const CLOCK_APPLIES: &str = "clock.applies.";

/// The key must exist and the value fit it.
fn check(body: &Body) -> Vec<FieldProblem> {
    let text = |f: &str| body.get(f).and_then(Value::as_str).unwrap_or_default();
    let (key, value) = (text("key"), text("value"));
    let parsed: Option<Value> = serde_json::from_str(value).ok();
    let fits = if key.starts_with(RULE_OFF) || key.starts_with(CLOCK_APPLIES) {
        parsed.is_some_and(|v| v.is_boolean())
    } else {
        let Some(def) = SETTINGS.iter().find(|s| s.key == key) else {
            let text = Message::new(
                format!("「{key}」という設定はありません。"),
                format!("There is no setting \"{key}\"."),
            );
            return vec![FieldProblem::new("key", "unknown_setting", text)];
        };
        match def.kind {
            SettingKind::Int { min, max, .. } => {
                parsed.and_then(|v| v.as_i64()).is_some_and(|n| (min..=max).contains(&n))
            }
            SettingKind::Bool { .. } => parsed.is_some_and(|v| v.is_boolean()),
            SettingKind::Text { .. } => parsed.is_some_and(|v| {
                v.as_str().is_some_and(|t| t.chars().count() <= 200 && fits_key(key, t))
            }),
        }
    };
    if fits {
        return Vec::new();
    }
    vec![FieldProblem::new(
        "value",
        "wrong_value",
        Message::new(
            "この設定に使える値ではありません。範囲と種類を確かめてください。",
            "Not a value for this setting; mind its kind and range.",
        ),
    )]
}

/// What a text must look like for certain keys.
fn fits_key(key: &str, text: &str) -> bool {
    let address = text.contains('@') && !text.contains(char::is_whitespace);
    match key {
        "zone" => Zone::named(text).is_some(),
        "mail.tls" => matches!(text, "starttls" | "tls" | "none"),
        "mail.server" => !text.contains(|c: char| c.is_whitespace() || "/@:".contains(c)),
        "mail.sender" => text.is_empty() || address,
        "webhook.url" | "paging.url" => {
            text.is_empty()
                || ((text.starts_with("https://") || text.starts_with("http://"))
                    && !text.contains(|c: char| c.is_whitespace() || c == '@'))
        }
        "office.start" | "office.end" => crate::prepare::rota::minute_of_day(text).is_some(),
        "public.contact" => text.is_empty() || address || text.starts_with("https://"),
        _ => true,
    }
}
