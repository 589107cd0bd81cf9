//! Statements that are signed with keys (署名文書): the exact bytes are kept as a file whose SHA-256
//! stands here, so that the record proves when they existed (G7-45, 65, 73, 76).

use super::attestation::Attestation;
use super::attestation_signature::Responsibility;
use super::parts::of_case;
use super::reconnection::Reconnection;
use super::reconnection_decision::ReconnectionDecision;
use super::signing_key::{SigningKey, believable};
use crate::prepare::contact::Contact;
use crate::respond::incident::Incident;
use crate::*;

/// What is stated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum StatementKind {
    /// An attestation.
    #[choice(ja = "認証書", en = "Attestation")]
    Declaration,
    /// Earlier versions are taken back.
    #[choice(ja = "認証書の取り消し", en = "Withdrawal of an attestation", tone = "danger")]
    Withdrawal,
    /// What a client asks for.
    #[choice(ja = "再接続の要件", en = "Requirements for reconnecting")]
    Requirements,
    /// What a client decided.
    #[choice(ja = "再接続の決定", en = "Reconnection decision")]
    Decision,
}

/// Where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum SealState {
    /// Prepared, signatures are missing.
    #[choice(ja = "署名待ち", en = "To be signed", tone = "caution")]
    Prepared,
    /// Signed by all who are named.
    #[choice(ja = "署名済み", en = "Signed", tone = "good")]
    Signed,
    /// Given up before it was signed.
    #[choice(ja = "取りやめ", en = "Given up")]
    Dropped,
}

/// One signature.
#[derive(Debug, Clone, Rows)]
pub struct KeySignature {
    /// By which key.
    #[field(ja = "鍵", en = "Key")]
    pub key: Ref<SigningKey>,
    /// By whom.
    #[field(ja = "署名した人", en = "Signer")]
    pub name: String,
    /// Post.
    #[field(ja = "役職", en = "Post")]
    pub post: String,
    /// When.
    #[field(ja = "日時", en = "When")]
    pub at: Time,
    /// The signatures with their certificates.
    #[field(ja = "署名の値", en = "Signature value", max = 60_000)]
    pub value: Long,
}

/// A statement.
#[derive(Debug, Clone, Register)]
#[register(
    id = "sealed_statement",
    wing = Reconnect,
    menu = 31,
    ja = "署名文書",
    en = "Signed statement",
    question_ja = "どの文書に、だれの署名がそろっていますか",
    question_en = "Which statements are signed, and by whom?",
    about_ja = "認証書・取り消し・要件・決定を、署名する形に固めたものです。そろうと、相手に渡す一式（zip）を書き出せます。",
    about_en = "Attestations, withdrawals, requirements and decisions in the form that is signed. Once all have signed, a package can be made for the other side.",
    purpose_ja = "相手が、こちらを信じなくても確かめられる形で渡すためです。",
    purpose_en = "So that the other side can check it without having to trust us.",
    sort = "prepared_at",
    sort_down,
    flow = FLOW,
    append_only,
    retention_years = 10,
    meets = ["G7-65", "G7-73"]
)]
pub struct SealedStatement {
    /// Number.
    #[field(ja = "番号", en = "Number", list, search, auto_number = "ST", system)]
    pub number: Option<String>,
    /// Title.
    #[field(ja = "題名", en = "Title", title, list, search, system)]
    pub title: String,
    /// Case.
    #[field(ja = "再接続案件", en = "Reconnection case", list, system)]
    pub reconnection: Ref<Reconnection>,
    /// Incident of the case.
    #[field(ja = "インシデント", en = "Incident", system, access = "case")]
    pub incident: Option<Ref<Incident>>,
    /// What is stated.
    #[field(ja = "何の文書か", en = "What is stated", list, system)]
    pub kind: StatementKind,
    /// The attestation.
    #[field(ja = "認証書", en = "Attestation", system)]
    pub attestation: Option<Ref<Attestation>>,
    /// The decision.
    #[field(ja = "再接続の決定", en = "Decision", system)]
    pub decision: Option<Ref<ReconnectionDecision>>,
    /// To whom, where it is for one only.
    #[field(ja = "宛先", en = "For", list, system)]
    pub receiver: Option<Ref<Contact>>,
    /// One id for all its versions.
    #[field(ja = "版をつなぐ番号", en = "Id of all versions", max = 80, system)]
    pub series: String,
    /// Version.
    #[field(ja = "版", en = "Version", list, system)]
    pub version: i64,
    /// The version before.
    #[field(ja = "前の版", en = "Version before", system)]
    pub replaces: Option<Ref<SealedStatement>>,
    /// Digest of the attestation's content that it states.
    #[field(ja = "認証書の内容の照合値", en = "Digest of the content", max = 64, system)]
    pub content_digest: Option<String>,
    /// SHA-256 of the statement.
    #[field(
        ja = "文書の照合値（SHA-256）",
        en = "Digest of the statement (SHA-256)",
        search,
        max = 64,
        system
    )]
    pub statement_sha256: String,
    /// Who has to sign.
    #[field(ja = "署名する人の鍵", en = "Keys that have to sign", system)]
    pub signers: Vec<Ref<SigningKey>>,
    /// For what they answer.
    #[field(ja = "署名する人の責任", en = "What the signers answer for", system)]
    pub duties: Many<Responsibility>,
    /// Signatures.
    #[field(ja = "署名", en = "Signatures", system)]
    pub signatures: Table<KeySignature>,
    /// Valid from.
    #[field(ja = "有効期間の始まり", en = "Valid from", system)]
    pub valid_from: Date,
    /// Valid until.
    #[field(ja = "有効期間の終わり", en = "Valid until", list, system)]
    pub valid_until: Date,
    /// Prepared at.
    #[field(ja = "用意した日時", en = "Prepared at", list, system)]
    pub prepared_at: Option<Time>,
    /// Signed by all at.
    #[field(ja = "署名がそろった日時", en = "Signed by all at", system)]
    pub signed_at: Option<Time>,
    /// State.
    #[field(ja = "状態", en = "State", list, system)]
    pub state: Option<SealState>,
}

/// Keys that have signed.
pub fn signed_by(statement: &Record) -> Vec<String> {
    let key = |row: &Body| row.get("key").and_then(Value::as_str).map(str::to_owned);
    statement.rows("signatures").filter_map(key).collect()
}

/// Keys whose signature is missing.
pub fn missing(statement: &Record) -> Vec<String> {
    let done = signed_by(statement);
    let all = statement.ids("signers").into_iter().map(str::to_owned);
    all.filter(|key| !done.contains(key)).collect()
}

/// Whether it is signed by all and states this content.
pub fn seals(statement: &Record, content_digest: &str) -> bool {
    !statement.ended()
        && !content_digest.is_empty()
        && statement.text("state") == SealState::Signed.id()
        && statement.text("content_digest") == content_digest
}

/// For what those answer who signed.
pub fn duties<'a>(keys: impl IntoIterator<Item = &'a Record>) -> Vec<Responsibility> {
    let of = |key: &Record| -> Vec<Responsibility> {
        key.ids("responsibility").into_iter().filter_map(Responsibility::from_id).collect()
    };
    keys.into_iter().flat_map(of).collect()
}

const BY_ITS_KEY: Gate = Gate {
    id: "by_its_key",
    label: Text::new("署名は、本人の鍵でこの場で行う", "It is signed here and now with the key"),
    mend: Text::new(
        "署名文書の画面で、本人のアカウントから署名してください。",
        "Sign on the page of the statement, from the holder's own account.",
    ),
    inputs: &[],
    // Only the program that has just signed can hand in a signature of this instant.
    holds: |c| {
        let last = c.me.rows("signatures").last();
        last.and_then(|row| row.get("at")).and_then(Value::as_i64) == Some(c.now.millis())
    },
    meets: &["G7-73"],
};

const ALL_SIGNED: Gate = Gate {
    id: "all_signed",
    label: Text::new("名前のある全員が署名した", "Everybody who is named has signed"),
    mend: Text::new("残りの人の署名を待ってください。", "Wait for those who have not signed."),
    inputs: &[],
    holds: |c| !c.me.ids("signers").is_empty() && missing(c.me).is_empty(),
    meets: &["G7-73"],
};

const FLOW: Workflow = Workflow {
    field: "state",
    initial: "prepared",
    start: Start {
        stamps: &["prepared_at"],
        inputs: &[Input::Out("reconnection")],
        fill: Some(of_case),
        ..Start::PLAIN
    },
    transitions: &[
        Transition {
            id: "sign",
            label: Text::new("署名する", "Sign"),
            from: &["prepared"],
            to: "prepared",
            gates: &[BY_ITS_KEY],
            ..Transition::PLAIN
        },
        Transition {
            id: "sign_last",
            label: Text::new("最後の署名をする", "Give the last signature"),
            from: &["prepared"],
            to: "signed",
            stamps: &["signed_at"],
            gates: &[BY_ITS_KEY, ALL_SIGNED],
            ..Transition::PLAIN
        },
        Transition {
            id: "drop",
            label: Text::new("取りやめる", "Give up"),
            from: &["prepared"],
            to: "dropped",
            reason: true,
            ..Transition::PLAIN
        },
    ],
};

/// Rules of statements.
pub const RULES: &[RuleDef] = &[RuleDef {
    id: "sealed_statement.keys_hold",
    register: "sealed_statement",
    label: Text::new(
        "署名した鍵が、署名の時点で本人の手にあった",
        "The keys were in their holders' hands when they signed",
    ),
    why: Text::new(
        "奪われた鍵の署名は、だれの言葉か分かりません。",
        "Nobody knows whose word a signature of a stolen key is.",
    ),
    mend: Text::new(
        "新しい鍵で新しい版に署名して渡し、失効を相手に別の経路で伝えてください。",
        "Sign a new version with a new key, hand it over, and tell of the revocation by another channel.",
    ),
    severity: Severity::Serious,
    inputs: &[Input::Out("signers")],
    tells: &["security_manager", "coordinator"],
    check: |c| {
        let keys = c.outs("signers");
        let doubtful = c.me.rows("signatures").any(|row| {
            let id = row.get("key").and_then(Value::as_str).unwrap_or_default();
            let at = row.get("at").and_then(Value::as_i64).map(Time::from_millis);
            let key = keys.iter().find(|k| k.id.as_str() == id);
            key.zip(at).is_some_and(|(key, at)| !believable(key, at))
        });
        Verdict::when(
            doubtful,
            "signatures",
            Text::new(
                "失効した鍵の署名があります。この文書はもう信じられません。",
                "It bears a signature of a revoked key and can no longer be believed.",
            ),
        )
    },
    meets: &["G7-73"],
}];
