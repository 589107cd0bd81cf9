//! Substitute means of communication (代替通信手段, TK-40).

use crate::*;

/// A way to reach each other when line or power is out.
#[derive(Debug, Clone, Register)]
#[register(
    id = "fallback_channel",
    wing = Recover,
    menu = 5,
    ja = "代替通信手段",
    en = "Substitute channel",
    question_ja = "回線や電源が止まったら、何で連絡しますか",
    question_en = "How do we talk when line or power is out?",
    about_ja = "ふだんの電話やメールが使えないときの連絡手段を、使う人・置き場所・試した日とともに登録します。",
    about_en = "Channels for when telephone and mail are out, with users, place and the day they were tried.",
    purpose_ja = "連絡が途絶えたまま判断が遅れることを防ぐために使います。",
    purpose_en = "So that decisions do not wait for a dead line.",
    sort = "channel",
    meets = ["TK-40"]
)]
pub struct FallbackChannel {
    /// Channel.
    #[field(ja = "手段", en = "Channel", title, list, search)]
    pub channel: String,
    /// Who uses it.
    #[field(ja = "使う人たち", en = "User group", list)]
    pub users: String,
    /// Place.
    #[field(ja = "置き場所", en = "Place", list, search)]
    pub place: String,
    /// How to use it.
    #[field(ja = "使い方", en = "How to use it")]
    pub how: Option<Long>,
    /// Last tried on.
    #[field(ja = "最後に試した日", en = "Last tried on", list)]
    pub tried_on: Option<Date>,
}

/// The rules.
pub const RULES: &[RuleDef] = &[RuleDef {
    id: "fallback_channel.tried",
    register: "fallback_channel",
    label: Text::new("代わりの手段を試している", "The substitute has been tried"),
    why: Text::new(
        "停電の夜に初めて使う手段は、つながらないことがあります。",
        "What is first used in the night of the outage may not connect.",
    ),
    mend: Text::new("実際につないで、その日を入れてください。", "Try it and give the day."),
    severity: Severity::Notice,
    inputs: &[],
    tells: &[],
    check: |c| {
        Verdict::when(
            !c.me.body.contains_key("tried_on"),
            "tried_on",
            Text::new("まだ試していません。", "It has not been tried yet."),
        )
    },
    meets: &["TK-40"],
}];
