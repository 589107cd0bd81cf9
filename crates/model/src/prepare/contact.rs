//! Contacts (外部連絡先): outside bodies and helpers with several channels.

use crate::govern::person::Person;
use crate::govern::role::Role;
use crate::respond::incident::IncidentKind;
use crate::*;

/// A means of contact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Means {
    /// Telephone.
    #[choice(ja = "電話", en = "Telephone")]
    Phone,
    /// Telephone out of hours.
    #[choice(ja = "夜間・休日の電話", en = "Telephone out of hours")]
    PhoneOffHours,
    /// Mail.
    #[choice(ja = "メール", en = "Mail")]
    Mail,
    /// Web form.
    #[choice(ja = "ウェブの窓口", en = "Web form")]
    Web,
    /// Fax.
    #[choice(ja = "ファクス", en = "Fax")]
    Fax,
}

impl Means {
    /// The field of a contact that holds it.
    pub const fn field(self) -> &'static str {
        match self {
            Means::Phone => "phone",
            Means::PhoneOffHours => "phone_off_hours",
            Means::Mail => "mail",
            Means::Web => "web",
            Means::Fax => "fax",
        }
    }

    /// All means, main ones first.
    pub const ALL: [Means; 5] =
        [Means::Phone, Means::PhoneOffHours, Means::Mail, Means::Web, Means::Fax];
}

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
    /// Cloud provider.
    #[choice(ja = "クラウド事業者", en = "Cloud provider")]
    Cloud,
    /// Internet provider.
    #[choice(ja = "回線・プロバイダー", en = "Internet provider")]
    Isp,
    /// Security vendor.
    #[choice(ja = "セキュリティ会社", en = "Security vendor")]
    SecurityVendor,
    /// National Cybersecurity Office.
    #[choice(ja = "国家サイバー統括室", en = "National Cybersecurity Office")]
    Nco,
    /// Chamber of commerce.
    #[choice(ja = "商工会議所など", en = "Chamber of commerce")]
    Chamber,
    /// Insurer.
    #[choice(ja = "保険会社", en = "Insurer")]
    Insurer,
    /// Counsel.
    #[choice(ja = "弁護士", en = "Counsel")]
    Counsel,
    /// CSIRT of another organisation.
    #[choice(ja = "他組織のCSIRT", en = "Another CSIRT")]
    Csirt,
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
    sort = "name",
    meets = ["JP-08", "JP-10", "TK-76", "TK-89", "TK-91", "IPA-137"]
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
    /// Telephone out of hours.
    #[field(ja = "夜間・休日の電話", en = "Telephone out of hours", list)]
    pub phone_off_hours: Option<String>,
    /// Fax.
    #[field(ja = "ファクス", en = "Fax")]
    pub fax: Option<String>,
    /// Its role towards us.
    #[field(ja = "相手の役割", en = "Its role", search)]
    pub role: Option<String>,
    /// Kinds of incident it is for, met before or expected.
    #[field(ja = "対象のインシデントの種類", en = "Kinds of incident")]
    pub incident_kinds: Many<IncidentKind>,
    /// Language.
    #[field(ja = "通じる言語", en = "Language", max = 80)]
    pub language: Option<String>,
    /// Who keeps this entry right.
    #[field(ja = "この連絡先の管理者", en = "Kept by")]
    pub owner: Option<Ref<Person>>,
    /// Who of us calls.
    #[field(ja = "当社から連絡する人", en = "Our caller")]
    pub caller: Option<Ref<Person>>,
    /// What is told, and when.
    #[field(ja = "伝える内容と時機", en = "What is told, and when")]
    pub told: Option<Long>,
    /// Whose approval it takes.
    #[field(ja = "連絡に要る承認", en = "Approval needed")]
    pub approval: Option<String>,
    /// Contract number.
    #[field(ja = "契約番号", en = "Contract number", max = 80)]
    pub contract_no: Option<String>,
    /// Customer number.
    #[field(ja = "お客様番号", en = "Customer number", max = 80)]
    pub customer_no: Option<String>,
    /// Scope of help.
    #[field(ja = "頼める範囲", en = "Scope of help")]
    pub scope: Option<String>,
    /// They know their role and this entry, since when.
    #[field(ja = "役割と連絡先を互いに確認した日", en = "Role and entry agreed on")]
    pub agreed_on: Option<Date>,
    /// What was agreed.
    #[field(ja = "合意した内容", en = "What was agreed")]
    pub agreed: Option<Long>,
    /// Who agreed on their side.
    #[field(ja = "確認した相手の担当", en = "Agreed by, on their side", personal)]
    pub agreed_with: Option<String>,
    /// Review date.
    #[field(ja = "次に見直す日", en = "Review on")]
    pub review_on: Option<Date>,
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
    /// Response is contracted to them.
    #[field(ja = "インシデント対応を委託している", en = "Response is contracted")]
    pub responds: bool,
    /// Services covered.
    #[field(ja = "契約で受けられる対応", en = "Services covered")]
    pub services: Option<Long>,
    /// Work time covered.
    #[field(ja = "契約の作業時間", en = "Work time covered", max = 120)]
    pub work_time: Option<String>,
    /// What it costs.
    #[field(ja = "費用（契約内と追加）", en = "Cost, within the contract and beyond", max = 200)]
    pub cost: Option<String>,
    /// Who of us judges and coordinates.
    #[field(
        ja = "判断と調整をする社内の役割",
        en = "Our role that judges and coordinates",
        help_ja = "作業を任せても、判断と調整は社内に残します。",
        help_en = "Work may be contracted; judging and coordinating stay inside."
    )]
    pub judged_by: Option<Ref<Role>>,
    /// Those whom it serves in turn (G7-91).
    #[field(
        ja = "その先の取引先",
        en = "Partners further downstream",
        help_ja = "止まると影響が及ぶ、この相手の先の取引先です。",
        help_en = "Whom a disruption reaches by way of this one."
    )]
    pub downstream: Vec<Ref<Contact>>,
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
            let n = means(c.me).len();
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
    RuleDef {
        id: "contact.reachable",
        register: "contact",
        label: Text::new(
            "どの手段でもつながることを確かめている",
            "Every means was tried and works",
        ),
        why: Text::new(
            "つながらない手段は、無いのと同じだからです。",
            "A means that does not work is none.",
        ),
        mend: Text::new(
            "手段ごとに実際に試し、結果を「疎通確認」に残してください。",
            "Try each means, and record the result as a reachability check.",
        ),
        severity: Severity::Warning,
        inputs: &[Input::In("contact_check", "contact"), Input::All("setting")],
        tells: &[],
        check: reachable,
        meets: &["JP-09"],
    },
    RuleDef {
        id: "contact.contracted",
        register: "contact",
        label: Text::new(
            "委託先の対応・時間・費用が分かり、判断は社内に残っている",
            "Services, time and cost are known, and judging stays inside",
        ),
        why: Text::new(
            "頼めること・時間・お金をその場で調べていると、判断が遅れるためです。判断そのものは任せられません。",
            "Finding out on the spot what they do, how long and for how much delays deciding, which cannot be contracted.",
        ),
        mend: Text::new(
            "契約を確かめて、受けられる対応・作業時間・費用と、社内で判断する役割を入れてください。",
            "Look the contract up, and give services, work time, cost and our role that judges.",
        ),
        severity: Severity::Warning,
        inputs: &[Input::Out("judged_by")],
        tells: &[],
        check: contracted,
        meets: &["IPA-138"],
    },
    RuleDef {
        id: "contact.agreed",
        register: "contact",
        label: Text::new("相手と役割を確認し合っている", "Role and entry are agreed with them"),
        why: Text::new(
            "相手が自分の役割を知らないと、連絡しても動いてもらえません。",
            "Whoever does not know their role will not act when called.",
        ),
        mend: Text::new(
            "役割と連絡先を相手と確認し、その日と内容を入れてください。",
            "Agree on role and entry with them, and give the day and what was agreed.",
        ),
        severity: Severity::Notice,
        inputs: &[],
        tells: &[],
        check: |c| {
            let whole = ["role", "agreed_on", "agreed"].iter().all(|f| c.me.body.contains_key(*f));
            Verdict::when(
                !whole,
                "agreed_on",
                Text::new(
                    "役割と、相手と確認した日・内容がそろっていません。",
                    "Role, and day and content of the agreement, are not complete.",
                ),
            )
        },
        meets: &["JP-10"],
    },
];

/// Judging stays inside, and what the contract gives is known in advance (IPA-138).
pub(super) fn contracted(c: &RuleCtx<'_>) -> Verdict {
    if !c.me.flag("responds") {
        return Verdict::ok();
    }
    let missing =
        ["services", "work_time", "cost"].into_iter().filter(|f| !c.me.body.contains_key(*f));
    let verdict = missing.fold(Verdict::ok(), |v, f| {
        let (ja, en) = c.me.def.field(f).map_or((f, f), |d| (d.label.ja, d.label.en));
        v.and(f, format!("「{ja}」が分かっていません。"), format!("\"{en}\" is not known."))
    });
    match c.out("judged_by") {
        None => verdict.and(
            "judged_by",
            "判断と調整をする社内の役割が決まっていません。",
            "No role of our own judges and coordinates.",
        ),
        Some(role) if role.flag("external") => verdict.and(
            "judged_by",
            "判断と調整が社外の役割に任されています。",
            "Judging and coordinating are left to a role outside.",
        ),
        Some(_) => verdict,
    }
}

/// The means that are filled in.
pub fn means(contact: &Record) -> Vec<Means> {
    Means::ALL.into_iter().filter(|m| contact.body.contains_key(m.field())).collect()
}

/// The newest check of each means that is filled in.
pub fn checks<'a>(
    contact: &Record,
    all: impl Iterator<Item = &'a Record>,
) -> Vec<(Means, Option<&'a Record>)> {
    let all: Vec<&Record> = all.collect();
    means(contact)
        .into_iter()
        .map(|m| {
            let of = all.iter().filter(|c| c.text("means") == m.id());
            (m, of.max_by_key(|c| (c.text("checked_on").to_owned(), c.leaf)).copied())
        })
        .collect()
}

/// Never tried, failed, and too long ago stand out each by itself.
fn reachable(c: &RuleCtx<'_>) -> Verdict {
    let days = c.settings.int("contact.confirm_days");
    let mut verdict = Verdict::ok();
    for (m, check) in checks(c.me, c.incoming("contact_check", "contact")) {
        let label = m.label();
        let Some(check) = check else {
            verdict = verdict.and(
                m.field(),
                format!("{}をまだ試していません。", label.ja),
                format!("{} has never been tried.", label.en),
            );
            continue;
        };
        let on = check.text("checked_on");
        if check.text("result") == "failed" {
            verdict = verdict.and(
                m.field(),
                format!("{}は{on}の確認でつながりませんでした。", label.ja),
                format!("{} was not reached on {on}.", label.en),
            );
            continue;
        }
        let Some(end) =
            Time::parse(&format!("{on}T00:00"), c.zone).map(|start| start.plus(days * DAY))
        else {
            continue;
        };
        if c.now >= end {
            verdict = verdict.and(
                m.field(),
                format!("{}の確認（{on}）が期限を過ぎています。", label.ja),
                format!("The check of {} ({on}) is overdue.", label.en),
            );
        } else {
            verdict = verdict.check_at(end);
        }
    }
    verdict
}

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
