//! What we go by when we check packages of others (信頼の起点): received beforehand, confirmed by
//! calling back on a number that was known already.

use crate::prepare::contact::Contact;
use crate::respond::message::Channel;
use crate::*;

/// What is trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum AnchorKind {
    /// A signer's certificate, by its fingerprint.
    #[choice(ja = "署名者の証明書の指紋（SHA-256）", en = "Fingerprint of a signer's certificate")]
    Fingerprint,
    /// A certificate: the signer's or an authority's.
    #[choice(ja = "証明書（PEM）", en = "Certificate (PEM)")]
    Certificate,
    /// The key of a record.
    #[choice(ja = "証跡の検証鍵", en = "Verifier key of a record")]
    LogKey,
    /// The certificate of a time-stamping service.
    #[choice(ja = "タイムスタンプ局の証明書（PEM）", en = "Certificate of a time-stamping service")]
    StampAuthority,
}

/// Where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum AnchorState {
    /// Received, not confirmed: it decides nothing.
    #[choice(ja = "受け取った（未確認）", en = "Received, not confirmed", tone = "caution")]
    Received,
    /// Confirmed by a call back.
    #[choice(ja = "折り返し確認済み", en = "Confirmed by a call back", tone = "good")]
    Confirmed,
    /// Revoked.
    #[choice(ja = "失効", en = "Revoked", tone = "danger")]
    Revoked,
}

/// A trust anchor.
#[derive(Debug, Clone, Register)]
#[register(
    id = "trust_anchor",
    wing = Reconnect,
    menu = 32,
    ja = "信頼の起点",
    en = "Trust anchor",
    question_ja = "相手の署名を、何で確かめますか",
    question_en = "By what do we know the other side's signatures?",
    about_ja = "相手の証明書の指紋や証跡の鍵を、平時に受け取り、前から知っている番号に折り返して確かめます。確かめたものだけを検証に使います。",
    about_en = "Fingerprints and keys of the other side, received in quiet times and confirmed by calling back on a number known before. Only what is confirmed is used.",
    purpose_ja = "すり替えられた署名を見分けるためです。",
    purpose_en = "So that a swapped signer is noticed.",
    sort = "created_at",
    sort_down,
    flow = FLOW,
    check = check,
    retention_years = 10
)]
pub struct TrustAnchor {
    /// Title.
    #[field(ja = "題名（だれの何か）", en = "Title: whose, and what", title, list, search)]
    pub title: String,
    /// Whose.
    #[field(ja = "相手", en = "Whose", list)]
    pub contact: Ref<Contact>,
    /// What.
    #[field(ja = "種類", en = "Kind", list)]
    pub kind: AnchorKind,
    /// The value.
    #[field(ja = "値", en = "Value", max = 20_000)]
    pub value: Long,
    /// By which channel it came.
    #[field(ja = "受け取った手段", en = "Received by", list)]
    pub channel: Channel,
    /// When.
    #[field(ja = "受け取った日", en = "Received on", list)]
    pub received_on: Date,
    /// The number that was called back.
    #[field(
        ja = "折り返した番号（前から知っていたもの）",
        en = "Number called back, known before",
        system,
        max = 80
    )]
    pub called_number: Option<String>,
    /// Who answered and read it out.
    #[field(
        ja = "電話に出て値を読み上げた人",
        en = "Who answered and read it out",
        system,
        max = 120
    )]
    pub answered_by: Option<String>,
    /// When it was confirmed.
    #[field(ja = "確認の日時", en = "Confirmed at", list, system)]
    pub confirmed_at: Option<Time>,
    /// Since when it is not to be trusted.
    #[field(ja = "失効の日時", en = "Revoked at", system)]
    pub revoked_at: Option<Time>,
    /// State.
    #[field(ja = "状態", en = "State", list, system)]
    pub state: Option<AnchorState>,
}

/// A value that cannot be of its kind is refused at once, not on the day it is needed.
fn check(body: &Body) -> Vec<FieldProblem> {
    let text = |f: &str| body.get(f).and_then(Value::as_str).unwrap_or_default().trim();
    let value = text("value");
    let fits = match AnchorKind::from_id(text("kind")) {
        None => true,
        Some(AnchorKind::Fingerprint) => {
            let hex = value.chars().filter(|c| !matches!(c, ':' | ' '));
            hex.clone().count() == 64 && hex.clone().all(|c| c.is_ascii_hexdigit())
        }
        Some(AnchorKind::Certificate | AnchorKind::StampAuthority) => {
            value.contains("-----BEGIN CERTIFICATE-----")
        }
        Some(AnchorKind::LogKey) => value.matches('+').count() >= 2 && !value.contains('\n'),
    };
    if fits {
        return Vec::new();
    }
    let told = Message::new(
        "値が種類に合いません。指紋は16進数64桁、証明書は「-----BEGIN CERTIFICATE-----」で始まる文字、検証鍵は「名前+番号+鍵」の一行です。",
        "The value does not fit the kind: a fingerprint has 64 hex digits, a certificate is PEM, a verifier key is one line `name+id+key`.",
    );
    vec![FieldProblem::new("value", "wrong_value", told)]
}

const FLOW: Workflow = Workflow {
    field: "state",
    initial: "received",
    start: Start::PLAIN,
    transitions: &[
        Transition {
            id: "confirm",
            label: Text::new("折り返して確かめた", "Confirmed by calling back"),
            from: &["received"],
            to: "confirmed",
            asks: &[("called_number", true), ("answered_by", true)],
            stamps: &["confirmed_at"],
            ..Transition::PLAIN
        },
        Transition {
            id: "revoke",
            label: Text::new("失効の連絡を受けた", "Revoked by its owner"),
            from: &["received", "confirmed"],
            to: "revoked",
            stamps: &["revoked_at"],
            reason: true,
            ..Transition::PLAIN
        },
    ],
};
