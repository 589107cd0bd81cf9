//! Keys with which people sign statements (署名鍵): whose, for what, by which authority (G7-73). The
//! key itself is wrapped under the server's master key and never stands in the record.

use super::attestation_signature::Responsibility;
use crate::govern::authority::Authority;
use crate::govern::person::Person;
use crate::*;

/// Where a key comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum KeySource {
    /// Made here, with a certificate that it signs itself.
    #[choice(ja = "ここで作った（自己署名の証明書）", en = "Made here, self-signed certificate")]
    Made,
    /// The company's, brought as a PKCS #12 file.
    #[choice(ja = "会社の証明書（PKCS #12）", en = "Company certificate (PKCS #12)")]
    Brought,
}

/// Where a key stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum KeyState {
    /// Signs.
    #[choice(ja = "使用中", en = "In use", tone = "good")]
    Active,
    /// Signs no longer; what it signed holds.
    #[choice(ja = "使い終えた", en = "Retired")]
    Retired,
    /// Not to be trusted.
    #[choice(ja = "失効", en = "Revoked", tone = "danger")]
    Revoked,
}

/// A signing key.
#[derive(Debug, Clone, Register)]
#[register(
    id = "signing_key",
    wing = Reconnect,
    menu = 30,
    ja = "署名鍵",
    en = "Signing key",
    question_ja = "だれが、どの鍵で、何の責任者として署名しますか",
    question_en = "Who signs with which key, answering for what?",
    about_ja = "署名する人ごとに、ここで鍵を作るか、会社の証明書を取り込みます。鍵そのものは表示されず、本人のアカウントだけが使えます。",
    about_en = "One for each signer: made here, or a company certificate brought in. The key is never shown, and only its holder's account can use it.",
    purpose_ja = "署名した人と責任を、このソフトを使わない人にも確かめられる形で示します。",
    purpose_en = "Shows who signed and answers for it, even to those who do not use this program.",
    sort = "made_at",
    sort_down,
    flow = FLOW,
    append_only,
    retention_years = 10,
    meets = ["G7-73"]
)]
pub struct SigningKey {
    /// Name in the certificate.
    #[field(ja = "署名者の氏名", en = "Name of the signer", title, list, search, system)]
    pub name: String,
    /// Holder.
    #[field(ja = "持ち主", en = "Holder", system)]
    pub person: Ref<Person>,
    /// Post.
    #[field(ja = "役職", en = "Post", list, max = 120, system)]
    pub post: String,
    /// What the holder answers for.
    #[field(ja = "何の責任者として", en = "Responsible for", list, system)]
    pub responsibility: Many<Responsibility>,
    /// Authority shown.
    #[field(ja = "示す権限", en = "Authority shown", max = 300, system)]
    pub authority: String,
    /// Authority on record.
    #[field(ja = "登録された権限", en = "Authority on record", system)]
    pub granted: Option<Ref<Authority>>,
    /// Source.
    #[field(ja = "鍵の出どころ", en = "Source of the key", list, system)]
    pub source: KeySource,
    /// Its certificate, then its chain, in PEM.
    #[field(ja = "証明書（PEM）", en = "Certificate (PEM)", max = 40_000, system)]
    pub certificate: Long,
    /// SHA-256 of the certificate.
    #[field(
        ja = "証明書の指紋（SHA-256）",
        en = "Fingerprint of the certificate (SHA-256)",
        search,
        max = 64,
        system
    )]
    pub fingerprint: String,
    /// The certificate holds from.
    #[field(ja = "証明書の始まり", en = "Certificate from", system)]
    pub holds_from: Time,
    /// The certificate holds until.
    #[field(ja = "証明書の期限", en = "Certificate until", list, system)]
    pub holds_until: Time,
    /// Made or brought at.
    #[field(ja = "登録の日時", en = "Made or brought at", list, system)]
    pub made_at: Option<Time>,
    /// Why it is revoked.
    #[field(ja = "失効の理由", en = "Why it is revoked", system, max = 500)]
    pub revoked_why: Option<String>,
    /// Since when the key may have been in other hands.
    #[field(
        ja = "いつから他人の手にあったか",
        en = "In other hands since",
        system,
        help_ja = "この時点より後の署名は信じられません。分からなければ空のままにします。",
        help_en = "Signatures after it cannot be believed. Leave it empty if it is not known."
    )]
    pub taken_since: Option<Time>,
    /// Revoked at.
    #[field(ja = "失効の日時", en = "Revoked at", system)]
    pub revoked_at: Option<Time>,
    /// State.
    #[field(ja = "状態", en = "State", list, system)]
    pub state: Option<KeyState>,
}

/// Whether a signature given at an instant may still be believed.
pub fn believable(key: &Record, at: Time) -> bool {
    key.text("state") != KeyState::Revoked.id()
        || key.time("taken_since").is_some_and(|since| at < since)
}

const FLOW: Workflow = Workflow {
    field: "state",
    initial: "active",
    start: Start { stamps: &["made_at"], ..Start::PLAIN },
    transitions: &[
        Transition {
            id: "retire",
            label: Text::new("使い終える", "Retire"),
            from: &["active"],
            to: "retired",
            reason: true,
            ..Transition::PLAIN
        },
        Transition {
            id: "revoke",
            label: Text::new("失効させる", "Revoke"),
            from: &["active", "retired"],
            to: "revoked",
            asks: &[("revoked_why", true), ("taken_since", false)],
            stamps: &["revoked_at"],
            ..Transition::PLAIN
        },
    ],
};

/// How long before its end a certificate is to be renewed, in ms.
const RENEW: i64 = 30 * DAY;

/// Rules of keys.
pub const RULES: &[RuleDef] = &[RuleDef {
    id: "signing_key.renewed",
    register: "signing_key",
    label: Text::new("証明書の期限まで30日以上ある", "The certificate holds 30 days or more"),
    why: Text::new(
        "期限の切れた証明書では、新しい版にも取り消しにも署名できません。",
        "With an expired certificate neither a new version nor a withdrawal can be signed.",
    ),
    mend: Text::new(
        "新しい鍵を登録し、相手に指紋を別の経路で伝えてから、この鍵を使い終えてください。",
        "Make a new key, tell its fingerprint by another channel, then retire this one.",
    ),
    severity: Severity::Warning,
    inputs: &[],
    tells: &["security_manager"],
    check: |c| {
        let until = c.me.time("holds_until").map(|t| t.plus(-RENEW));
        match until.filter(|_| c.me.text("state") == KeyState::Active.id()) {
            None => Verdict::ok(),
            Some(from) if c.now < from => Verdict::ok().check_at(from),
            Some(_) => Verdict::finding(
                "holds_until",
                "証明書の期限が近いか、過ぎています。",
                "The certificate ends soon, or has ended.",
            ),
        }
    },
    meets: &["G7-73"],
}];
