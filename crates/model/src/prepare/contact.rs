//! Contacts (外部連絡先): outside bodies and helpers with several channels.

use crate::*;

/// What kind of body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum ContactKind {
    /// Competent authority.
    #[choice(ja = "所管官庁", en = "Competent authority")]
    Authority,
    /// Expert body such as IPA or JPCERT/CC.
    #[choice(ja = "専門機関", en = "Expert body")]
    ExpertBody,
    /// Police.
    #[choice(ja = "警察", en = "Police")]
    Police,
    /// Vendor or contractor.
    #[choice(ja = "ベンダ・委託先", en = "Vendor or contractor")]
    Vendor,
    /// Customer or trading partner.
    #[choice(ja = "顧客・取引先", en = "Customer or partner")]
    Partner,
    /// Media.
    #[choice(ja = "報道機関", en = "Media")]
    Media,
    /// Other.
    #[choice(ja = "その他", en = "Other")]
    Other,
}

/// An outside body to contact.
#[derive(Debug, Clone, Register)]
#[register(
    id = "contact",
    wing = Prepare,
    menu = 1,
    ja = "外部連絡先",
    en = "Contact",
    question_ja = "何かあったとき、社外のだれに電話しますか",
    question_en = "Whom outside do we call when something happens?",
    about_ja = "専門機関、警察、所管官庁、委託先、主な取引先の窓口を、複数の連絡手段とともに登録します。",
    about_en = "Expert bodies, police, authorities, contractors and main partners, each with several channels.",
    purpose_ja = "緊急連絡リストの元になります。控えはここからだけ作ります。",
    purpose_en = "The one source of every emergency contact list.",
    sort = "name"
)]
pub struct Contact {
    /// Name of the body.
    #[field(ja = "名称", en = "Name", title, list, search)]
    pub name: String,
    /// Kind.
    #[field(ja = "種類", en = "Kind", list)]
    pub kind: ContactKind,
    /// Desk.
    #[field(ja = "窓口", en = "Desk", list, search)]
    pub desk: Option<String>,
    /// Telephone.
    #[field(ja = "電話", en = "Telephone", list)]
    pub phone: Option<String>,
    /// Mail.
    #[field(ja = "メール", en = "Mail")]
    pub mail: Option<String>,
    /// Web form or address.
    #[field(ja = "ウェブの窓口", en = "Web form")]
    pub web: Option<String>,
    /// Hours.
    #[field(ja = "受付時間", en = "Hours")]
    pub hours: Option<String>,
    /// What to prepare.
    #[field(ja = "用意するもの", en = "What to have ready")]
    pub prepare: Option<Long>,
    /// Incident kinds it is for.
    #[field(ja = "対象の事案", en = "For which incidents")]
    pub purpose: Option<String>,
    /// Last confirmed on.
    #[field(ja = "最後に確認した日", en = "Last confirmed on", list)]
    pub confirmed_on: Option<Date>,
    /// Result of that.
    #[field(ja = "確認の結果", en = "Result")]
    pub confirmed_result: Option<String>,
    /// Order of calling.
    #[field(ja = "連絡する順", en = "Order of calling")]
    pub rank: Option<i64>,
}

/// Rules of contacts.
pub const RULES: &[RuleDef] = &[
    RuleDef {
        id: "contact.channels",
        register: "contact",
        label: Text::new("連絡手段が二つ以上ある", "There are two channels or more"),
        why: Text::new(
            "一つの手段が使えなくなっても連絡できるようにするためです。",
            "So that contact survives the loss of one means.",
        ),
        mend: Text::new(
            "電話・メール・ウェブのうち二つを入れてください。",
            "Give two of telephone, mail and web.",
        ),
        severity: Severity::Notice,
        inputs: &[],
        tells: &[],
        check: |c| {
            let n = ["phone", "mail", "web"].iter().filter(|f| c.me.body.contains_key(**f)).count();
            Verdict::when(
                n < 2,
                "phone",
                Text::new("連絡手段が一つしかありません。", "There is only one channel."),
            )
        },
        meets: &[],
    },
    RuleDef {
        id: "contact.confirmed",
        register: "contact",
        label: Text::new("連絡先は最近確認されている", "The contact was confirmed lately"),
        why: Text::new(
            "古い番号は、いちばん急ぐときに役に立ちません。",
            "A stale number fails when it matters most.",
        ),
        mend: Text::new(
            "実際に連絡して確かめ、確認した日を入れてください。照会でまとめて確かめることもできます。",
            "Try it and give the day, or use a round to check many at once.",
        ),
        severity: Severity::Notice,
        inputs: &[Input::All("setting")],
        tells: &[],
        check: confirmed,
        meets: &[],
    },
];

fn confirmed(c: &RuleCtx<'_>) -> Verdict {
    let days = c.settings.int("contact.confirm_days");
    let Some(on) = Date::parse(c.me.text("confirmed_on")) else {
        return Verdict::finding(
            "confirmed_on",
            "まだ一度も確認していません。",
            "Never confirmed yet.",
        );
    };
    let Some(start) = Time::parse(&format!("{on}T00:00"), c.zone) else { return Verdict::ok() };
    let end = start.plus(days * DAY);
    if c.now >= end {
        let over = c.now.since(end) / DAY;
        Verdict::finding(
            "confirmed_on",
            format!("確認の期限を{over}日過ぎています。"),
            format!("Confirmation is {over} days overdue."),
        )
    } else {
        Verdict::ok().check_at(end)
    }
}
