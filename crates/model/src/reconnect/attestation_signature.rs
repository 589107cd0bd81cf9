//! Signatures under an attestation (署名): who answers for it, in which post and by which authority
//! (G7-73).

use super::attestation::Attestation;
use super::parts::of_case;
use super::reconnection::Reconnection;
use crate::govern::authority::Authority;
use crate::govern::person::Person;
use crate::respond::incident::Incident;
use crate::*;

/// What a signer answers for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Responsibility {
    /// Security.
    #[choice(ja = "セキュリティ", en = "Security")]
    Security,
    /// Operations.
    #[choice(ja = "業務・運用", en = "Operations")]
    Operations,
    /// Reconnection.
    #[choice(ja = "再接続", en = "Reconnection")]
    Reconnection,
}

/// The one state of a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum SignatureState {
    /// Given.
    #[choice(ja = "署名済み", en = "Signed", tone = "good")]
    Given,
}

/// A signature.
#[derive(Debug, Clone, Register)]
#[register(
    id = "attestation_signature",
    wing = Reconnect,
    menu = 14,
    ja = "認証書の署名",
    en = "Signature of an attestation",
    question_ja = "この認証書に、だれがどの責任で署名しましたか",
    question_en = "Who signed this attestation, answering for what?",
    about_ja = "確定した内容に、責任者が役職・責任・権限を示して署名します。内容が変わると、その署名は数えません。",
    about_en = "Given to settled content, with post, responsibility and authority. It does not count once the content is changed.",
    purpose_ja = "だれが何に責任を持って「安全だ」と言ったかを、後から示すために残します。",
    purpose_en = "Shows later who answered for what when saying that it is safe.",
    sort = "signed_at",
    sort_down,
    flow = FLOW,
    append_only,
    retention_years = 10,
    meets = ["G7-73"]
)]
pub struct AttestationSignature {
    /// What is signed.
    #[field(ja = "認証書", en = "Attestation", list)]
    pub attestation: Ref<Attestation>,
    /// Case.
    #[field(ja = "再接続案件", en = "Reconnection case")]
    pub reconnection: Ref<Reconnection>,
    /// Incident of the case.
    #[field(ja = "インシデント", en = "Incident", system, access = "case")]
    pub incident: Option<Ref<Incident>>,
    /// Name as signed.
    #[field(ja = "署名者の氏名", en = "Name as signed", title, list, search)]
    pub name: String,
    /// Person.
    #[field(ja = "署名した人", en = "Signer")]
    pub signer: Ref<Person>,
    /// Post.
    #[field(ja = "役職", en = "Post", list, max = 120)]
    pub post: String,
    /// What for.
    #[field(ja = "何の責任者として", en = "Responsible for", list, required)]
    pub responsibility: Many<Responsibility>,
    /// Authority shown.
    #[field(ja = "示した権限", en = "Authority shown", max = 300)]
    pub authority: String,
    /// Authority on record.
    #[field(ja = "登録された権限", en = "Authority on record")]
    pub granted: Option<Ref<Authority>>,
    /// Version signed.
    #[field(ja = "署名した版", en = "Version signed", list, system)]
    pub version: Option<i64>,
    /// Digest of the content signed.
    #[field(ja = "署名した内容の照合値", en = "Digest of the content signed", system, max = 64)]
    pub digest: Option<String>,
    /// Signed at.
    #[field(ja = "署名の日時", en = "Signed at", list, system)]
    pub signed_at: Option<Time>,
    /// State.
    #[field(ja = "状態", en = "State", system)]
    pub state: Option<SignatureState>,
}

fn signed(c: &RuleCtx<'_>) -> Body {
    let mut out = of_case(c);
    if let Some(a) = c.out("attestation").filter(|a| a.text("state") == "reviewed") {
        for (from, to) in [("version", "version"), ("content_digest", "digest")] {
            out.extend(a.body.get(from).map(|v| (to.to_owned(), v.clone())));
        }
    }
    out
}

const FLOW: Workflow = Workflow {
    field: "state",
    initial: "given",
    start: Start {
        stamps: &["signed_at"],
        inputs: &[Input::Out("reconnection"), Input::Out("attestation")],
        fill: Some(signed),
        ..Start::PLAIN
    },
    transitions: &[],
};

/// Rules of signatures.
pub const RULES: &[RuleDef] = &[RuleDef {
    id: "attestation_signature.counts",
    register: "attestation_signature",
    label: Text::new(
        "署名が、いまの内容に対するもの",
        "The signature is under the present content",
    ),
    why: Text::new(
        "確定する前や、直した後の内容への署名は、責任を示しません。",
        "A signature under something else shows no responsibility for this.",
    ),
    mend: Text::new(
        "内容を確定してから、あらためて署名を登録してください。",
        "Settle the content, then sign again.",
    ),
    severity: Severity::Warning,
    inputs: &[Input::Out("attestation")],
    tells: &[],
    check: |c| {
        let fits = c.out("attestation").is_none_or(|a| {
            !c.me.text("digest").is_empty()
                && (a.text("content_digest").is_empty()
                    || a.text("content_digest") == c.me.text("digest"))
        });
        Verdict::when(
            !fits,
            "digest",
            Text::new(
                "確定した内容への署名ではありません。",
                "It is not under the settled content.",
            ),
        )
    },
    meets: &["G7-73"],
}];
