//! Notification list (通知先リスト): for each information or service, who is to be told (IPA-149).

use super::contact::Contact;
use super::scenario::Scenario;
use crate::govern::{department::Department, person::Person};
use crate::identify::{Importance, asset::Asset, system::System};
use crate::respond::incident::IncidentKind;
use crate::respond::message::Audience;
use crate::*;

/// One line of the list.
#[derive(Debug, Clone, Register)]
#[register(
    id = "notification",
    wing = Prepare,
    menu = 21,
    ja = "通知先",
    en = "Notification",
    question_ja = "この情報やサービスに何かあったら、だれに知らせますか",
    question_en = "Whom do we tell when this information or service is hit?",
    about_ja = "持っている情報（預かったもの、共有したものを含む）とサービスごとに、知らせる相手・根拠・手段・時機を、事業部門と決めておきます。",
    about_en = "For information held (received and shared too) and for services: whom to tell, on which ground, how and when; settled with the business units.",
    purpose_ja = "知らせる相手の漏れと、遅れを防ぐために使います。",
    purpose_en = "So that nobody is forgotten or told too late.",
    sort = "title",
    check = check,
    meets = ["IPA-149", "IPA-154", "TK-85"]
)]
pub struct Notification {
    /// Title.
    #[field(ja = "件名", en = "Title", title, list, search)]
    pub title: String,
    /// Information.
    #[field(ja = "情報", en = "Information", list)]
    pub asset: Option<Ref<Asset>>,
    /// Service or system.
    #[field(ja = "システム・サービス", en = "System or service", list)]
    pub system: Option<Ref<System>>,
    /// Recipient.
    #[field(ja = "知らせる相手", en = "Recipient", list)]
    pub recipient: Option<Ref<Contact>>,
    /// Audience.
    #[field(ja = "相手の種類", en = "Audience", list)]
    pub audience: Option<Audience>,
    /// Why nobody needs to be told.
    #[field(ja = "知らせる相手がいない理由", en = "Reason for none")]
    pub none_reason: Option<String>,
    /// Ground.
    #[field(ja = "知らせる根拠", en = "Ground")]
    pub ground: Option<String>,
    /// Legal duty.
    #[field(ja = "法令による義務", en = "Legal duty")]
    pub legal: bool,
    /// Kinds of incident.
    #[field(ja = "対象のインシデントの種類", en = "Kinds of incident")]
    pub incident_kinds: Many<IncidentKind>,
    /// Procedure in concrete steps.
    #[field(ja = "手順", en = "Procedure")]
    pub procedure: Option<Long>,
    /// Our sender.
    #[field(ja = "当社から知らせる人", en = "Our sender")]
    pub sender: Option<Ref<Person>>,
    /// Business unit in daily contact.
    #[field(ja = "日ごろやり取りする部門", en = "Unit in daily contact")]
    pub unit: Option<Ref<Department>>,
    /// Approval.
    #[field(ja = "承認する人", en = "Approved by")]
    pub approver: Option<Ref<Person>>,
    /// Means.
    #[field(ja = "手段", en = "Means")]
    pub means: Option<String>,
    /// Timing.
    #[field(ja = "時機", en = "Timing")]
    pub timing: Option<String>,
    /// Needs agreement beforehand.
    #[field(ja = "事前の合意", en = "Prior agreement")]
    pub prior_agreement: Option<String>,
    /// Contact out of hours.
    #[field(ja = "時間外の連絡先", en = "Contact out of hours")]
    pub out_of_hours: Option<String>,
    /// Checked beforehand on.
    #[field(ja = "手続きを確かめた日", en = "Procedure checked on")]
    pub checked_on: Option<Date>,
    /// Scenarios it is meant for.
    #[field(ja = "想定シナリオ", en = "Scenarios")]
    pub scenarios: Vec<Ref<Scenario>>,
}

/// Either somebody is told, or there is a reason for nobody.
fn check(body: &Body) -> Vec<FieldProblem> {
    if ["recipient", "audience", "none_reason"].iter().any(|f| body.contains_key(*f)) {
        return Vec::new();
    }
    let text = Message::new(
        "知らせる相手か、相手がいない理由を入れてください。",
        "Give a recipient, or the reason for none.",
    );
    vec![FieldProblem::new("recipient", "required", text)]
}

/// Rules of the notification list.
pub const RULES: &[RuleDef] = &[
    RuleDef {
        id: "asset.notification",
        register: "asset",
        label: Text::new(
            "重要な情報に、知らせる相手か、いない理由がある",
            "Important information has a recipient, or a reason for none",
        ),
        why: Text::new(
            "何かあってから相手を探すと、知らせる相手が漏れ、遅れます。",
            "Searching for recipients in the middle of an incident forgets and delays.",
        ),
        mend: Text::new(
            "通知先の台帳に、この情報の行を追加してください。",
            "Add a line for it to the notification list.",
        ),
        severity: Severity::Warning,
        inputs: &[Input::In("notification", "asset")],
        tells: &[],
        check: |c| {
            let important = c.me.text("importance") == Importance::High.id();
            let listed = c.incoming(Notification::ID, "asset").next().is_some();
            Verdict::when(
                important && !listed,
                "importance",
                Text::new(
                    "重要度が高いのに、通知先が決まっていません。",
                    "Of high importance, and nobody is listed to be told.",
                ),
            )
        },
        meets: &["IPA-149"],
    },
    RuleDef {
        id: "notification.ready",
        register: "notification",
        label: Text::new(
            "知らせる人・手段・時機・時間外の連絡先が決まっている",
            "Sender, means, timing and out-of-hours contact are set",
        ),
        why: Text::new(
            "だれがどう知らせるかを先に決めておくと、その場で迷いません。",
            "With sender and means settled beforehand nobody hesitates on the day.",
        ),
        mend: Text::new("空いている項目を入れてください。", "Fill in what is empty."),
        severity: Severity::Notice,
        inputs: &[],
        tells: &[],
        check: ready,
        meets: &["IPA-149", "IPA-154", "TK-85"],
    },
    RuleDef {
        id: "incident.untold",
        register: "incident",
        label: Text::new(
            "通知先リストの相手に知らせている",
            "Those on the notification list are told",
        ),
        why: Text::new(
            "知らせるべき相手を、案件の内容から漏れなく出すためです。",
            "Who has to be told follows from what is hit, without omission.",
        ),
        mend: Text::new(
            "その相手への連絡を作るか、知らせない判断を記録してください。",
            "Write the message to them, or record the judgement not to.",
        ),
        severity: Severity::Warning,
        inputs: &[
            Input::All("notification"),
            Input::In("message", "incident"),
            Input::In("disclosure", "incident"),
        ],
        tells: &[],
        check: untold,
        meets: &[],
    },
];

fn ready(c: &RuleCtx<'_>) -> Verdict {
    if c.me.body.contains_key("none_reason") {
        return Verdict::ok();
    }
    let mut needed = vec!["sender", "means", "timing", "out_of_hours"];
    if c.me.flag("legal") {
        needed.extend(["procedure", "checked_on"]);
    }
    if c.me.text("audience") == Audience::Authority.id() {
        needed.push("unit");
    }
    needed.into_iter().filter(|f| !c.me.body.contains_key(*f)).fold(Verdict::ok(), |v, f| {
        let (ja, en) = c.me.def.field(f).map_or((f, f), |d| (d.label.ja, d.label.en));
        v.and(f, format!("「{ja}」がありません。"), format!("\"{en}\" is missing."))
    })
}

/// The lines of the list that an incident calls for: by its information and systems, and by kind.
pub fn called_for<'a>(
    incident: &Record,
    list: impl Iterator<Item = &'a Record>,
) -> Vec<&'a Record> {
    let assets = incident.ids("assets");
    let systems: Vec<&str> =
        incident.rows("systems").filter_map(|r| r.get("system").and_then(Value::as_str)).collect();
    list.filter(|n| {
        let kinds = n.ids("incident_kinds");
        let kind = kinds.is_empty() || kinds.contains(&incident.text("kind"));
        let hit = n.ids("asset").iter().any(|a| assets.contains(a))
            || n.ids("system").iter().any(|s| systems.contains(s));
        let general = n.ids("asset").is_empty() && n.ids("system").is_empty() && !kinds.is_empty();
        kind && (hit || general) && !n.body.contains_key("none_reason")
    })
    .collect()
}

fn untold(c: &RuleCtx<'_>) -> Verdict {
    if matches!(c.me.text("state"), "detected" | "false_alarm" | "closed" | "merged") {
        return Verdict::ok();
    }
    let told = |n: &Record| {
        let to = n.ids("recipient");
        c.incoming("message", "incident").any(|m| {
            let bodies = m.ids("to_contact").into_iter().chain(m.ids("to_contacts"));
            let same = bodies.into_iter().any(|b| to.contains(&b));
            let alike = to.is_empty() && m.text("audience") == n.text("audience");
            m.text("state") != "withdrawn" && (same || alike)
        })
    };
    let not_to_be = |n: &Record| {
        c.incoming("disclosure", "incident").any(|d| {
            !d.flag("tell") && n.ids("recipient").iter().any(|r| d.ids("parties").contains(r))
        })
    };
    called_for(c.me, c.all(Notification::ID))
        .into_iter()
        .filter(|n| !told(n) && !not_to_be(n))
        .fold(Verdict::ok(), |v, n| {
            v.and(
                "assets",
                format!("「{}」への連絡がまだありません。", n.title()),
                format!("No message yet for \"{}\".", n.title()),
            )
        })
}
