//! Attestations shown to clients (認証書の提示): to whom, which version, when, read or not (G7-72).

use super::attestation::Attestation;
use super::parts::{of_client, same_client};
use super::reconnection::Reconnection;
use crate::prepare::contact::Contact;
use crate::respond::incident::Incident;
use crate::respond::message::Channel;
use crate::*;

/// Whether it was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum DeliveryState {
    /// Shown.
    #[choice(ja = "示した（読んだか不明）", en = "Shown, not known to be read", tone = "caution")]
    Shown,
    /// Read.
    #[choice(ja = "読まれた", en = "Read", tone = "good")]
    Read,
}

/// One showing to one client.
#[derive(Debug, Clone, Register)]
#[register(
    id = "attestation_delivery",
    wing = Reconnect,
    menu = 15,
    ja = "認証書の提示",
    en = "Attestation shown",
    question_ja = "どの相手が、どの版の認証書を受け取り、読みましたか",
    question_en = "Which client has which version, and was it read?",
    about_ja = "発行した認証書を相手組織の関係者に示すたびに残します。相手には、受け取った版の写しだけが見えます。",
    about_en = "Kept each time an issued attestation is shown to a client's people. Each client sees the copy it was given.",
    purpose_ja = "だれにどの版を示したかを、取り消しや新しい版の連絡に使います。",
    purpose_en = "Says whom to tell when a version is withdrawn or replaced.",
    sort = "shown_at",
    sort_down,
    flow = FLOW,
    check = same_client,
    retention_years = 10,
    meets = ["G7-72"]
)]
pub struct AttestationDelivery {
    /// What was shown.
    #[field(ja = "認証書", en = "Attestation", list)]
    pub attestation: Ref<Attestation>,
    /// Case.
    #[field(ja = "再接続案件", en = "Reconnection case")]
    pub reconnection: Ref<Reconnection>,
    /// Incident of the case.
    #[field(ja = "インシデント", en = "Incident", system, access = "case")]
    pub incident: Option<Ref<Incident>>,
    /// Client.
    #[field(ja = "相手組織", en = "Client", list)]
    pub client: Ref<Contact>,
    /// Read outside by.
    #[field(
        ja = "社外で読める相手",
        en = "Readable outside by",
        system,
        max = 40,
        access = "counterparty"
    )]
    pub shown_to: Option<String>,
    /// To whom there.
    #[field(
        ja = "示した相手の人・役職",
        en = "Shown to (person or post)",
        title,
        list,
        search,
        max = 120
    )]
    pub recipient: String,
    /// Channel.
    #[field(ja = "手段", en = "Channel")]
    pub channel: Channel,
    /// Shown at.
    #[field(ja = "示した日時", en = "Shown at", list)]
    pub shown_at: Option<Time>,
    /// Version.
    #[field(ja = "示した版", en = "Version shown", list, system)]
    pub version: Option<i64>,
    /// The content as shown.
    #[field(ja = "示した内容", en = "Content shown", system, max = 200_000)]
    pub content: Option<Long>,
    /// Its digest.
    #[field(
        ja = "内容の照合値（SHA-256）",
        en = "Digest of the content (SHA-256)",
        system,
        max = 64
    )]
    pub digest: Option<String>,
    /// Read by.
    #[field(ja = "読んだ人", en = "Read by", system, max = 120)]
    pub read_by: Option<String>,
    /// Read at.
    #[field(ja = "読まれた日時", en = "Read at", list, system)]
    pub read_at: Option<Time>,
    /// State.
    #[field(ja = "状態", en = "State", list, system)]
    pub state: Option<DeliveryState>,
}

/// Only what is issued is shown: nothing of a draft is copied, and no client reads it.
fn shown(c: &RuleCtx<'_>) -> Body {
    let mut out = of_client(c);
    let Some(a) = c.out("attestation").filter(|a| {
        a.text("state") == "issued" && a.ids("reconnection") == c.me.ids("reconnection")
    }) else {
        out.remove("shown_to");
        return out;
    };
    for (from, to) in [("version", "version"), ("content", "content"), ("content_digest", "digest")]
    {
        out.extend(a.body.get(from).map(|v| (to.to_owned(), v.clone())));
    }
    out
}

/// Whether it was really shown: an issued version, to its client.
pub fn real(delivery: &Record) -> bool {
    !delivery.ended() && !delivery.text("digest").is_empty()
}

const FLOW: Workflow = Workflow {
    field: "state",
    initial: "shown",
    start: Start {
        stamps: &["shown_at"],
        inputs: &[Input::Out("reconnection"), Input::Out("attestation")],
        fill: Some(shown),
        ..Start::PLAIN
    },
    transitions: &[Transition {
        id: "read",
        label: Text::new("読まれたことを記録する", "Record that it was read"),
        from: &["shown"],
        to: "read",
        asks: &[("read_by", true)],
        stamps: &["read_at"],
        meets: &["G7-72"],
        ..Transition::PLAIN
    }],
};

/// Rules of showings.
pub const RULES: &[RuleDef] = &[RuleDef {
    id: "attestation_delivery.told",
    register: "attestation_delivery",
    label: Text::new(
        "相手が持つ認証書が、いま有効な版である",
        "The version that the client holds is in force",
    ),
    why: Text::new(
        "取り消した版や古い版を信じたままでは、接続の判断を誤ります。",
        "Whoever rests on a withdrawn or older version may decide wrongly.",
    ),
    mend: Text::new(
        "取り消しを伝え、新しい版を示してください。",
        "Tell the client that it is withdrawn, and show the new version.",
    ),
    severity: Severity::Serious,
    inputs: &[
        Input::Out("attestation"),
        Input::Beside("reconnection", "attestation_delivery", "reconnection"),
    ],
    tells: &["coordinator"],
    check: |c| {
        let Some(a) = c.out("attestation") else { return Verdict::ok() };
        if !real(c.me) {
            return Verdict::finding(
                "attestation",
                "発行前の認証書は示せません。発行してから、あらためて登録してください。",
                "What is not issued cannot be shown. Issue it, then make a new record.",
            );
        }
        if !matches!(a.text("state"), "withdrawn" | "superseded") {
            return Verdict::ok();
        }
        let newer = c.beside("reconnection", AttestationDelivery::ID, "reconnection").any(|d| {
            real(d)
                && d.ids("client") == c.me.ids("client")
                && d.time("shown_at") > c.me.time("shown_at")
                && d.int("version") > c.me.int("version")
        });
        Verdict::when(
            !newer,
            "version",
            Text::new(
                "この相手は、もう有効でない版を持っています。",
                "This client holds a version that is no longer in force.",
            ),
        )
    },
    meets: &["G7-72"],
}];
