//! Attestations (認証書): drafted from the assurance items, reviewed, signed, issued; a new version
//! never a silent edit (G7-63, 65, 71, 74).

use super::assurance_item::{self, AssuranceTopic};
use super::attestation_signature::AttestationSignature;
use super::investigation_report::InvestigationReport;
use super::parts::{body_of, of_case};
use super::reconnection::Reconnection;
use super::sealed_statement::seals;
use super::statement::{Statement, pieces};
use crate::govern::person::Person;
use crate::respond::incident::Incident;
use crate::respond::message_gates::other_than_writer;
use crate::*;

/// What it is fitted to (G7-71).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Scenario {
    /// Ransomware.
    #[choice(ja = "ランサムウェア", en = "Ransomware")]
    Ransomware,
    /// Data altered.
    #[choice(ja = "データの改ざん", en = "Data altered")]
    Altered,
    /// A supplier was hit.
    #[choice(ja = "委託先・製品の侵害", en = "A supplier or product was compromised")]
    Supplier,
    /// Other.
    #[choice(ja = "その他", en = "Other")]
    Other,
}

impl Scenario {
    /// What nobody will do without in this scenario: not applicable is no answer here.
    pub const fn core(self) -> &'static [AssuranceTopic] {
        use AssuranceTopic as T;
        match self {
            Self::Ransomware => &[T::RootCause, T::Containment, T::ThreatGone, T::BackupPlan],
            Self::Altered => &[T::RootCause, T::ThreatGone, T::Resilience, T::TestResults],
            Self::Supplier => &[T::RootCause, T::Containment, T::Effects],
            Self::Other => &[T::RootCause],
        }
    }
}

/// Where an attestation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum AttestationState {
    /// Draft.
    #[choice(ja = "下書き", en = "Draft", tone = "caution")]
    Draft,
    /// Reviewed, being signed.
    #[choice(ja = "確認済み・署名待ち", en = "Reviewed, to be signed", tone = "caution")]
    Reviewed,
    /// Issued.
    #[choice(ja = "発行済み", en = "Issued", tone = "good")]
    Issued,
    /// Superseded.
    #[choice(ja = "新しい版あり", en = "Superseded")]
    Superseded,
    /// Withdrawn.
    #[choice(ja = "取り消し", en = "Withdrawn", tone = "danger")]
    Withdrawn,
    /// Not given, by choice.
    #[choice(ja = "出さないと決めた", en = "Not given, by choice")]
    NotGiven,
}

/// An attestation.
#[derive(Debug, Clone, Register)]
#[register(
    id = "attestation",
    wing = Reconnect,
    menu = 13,
    ja = "認証書",
    en = "Attestation",
    question_ja = "もう安全だと、だれが、どの版で言いましたか",
    question_en = "Who said in which version that we are safe again?",
    about_ja = "保証項目から下書きし、別の人が確かめ、責任者が署名して発行します。残っている項目もそのまま載せ、直すときは新しい版を出します。",
    about_en = "Drafted from the assurance items, reviewed by another, signed and issued. Open items stand in it plainly; a change is a new version.",
    purpose_ja = "相手組織が再接続を決める根拠になります。",
    purpose_en = "What clients rest their decision to reconnect on.",
    sort = "created_at",
    sort_down,
    flow = FLOW,
    retention_years = 10,
    meets = ["G7-63", "G7-74"]
)]
pub struct Attestation {
    /// Number.
    #[field(ja = "番号", en = "Number", list, search, auto_number = "ATT", system)]
    pub number: Option<String>,
    /// Title.
    #[field(ja = "題名", en = "Title", title, list, search)]
    pub title: String,
    /// Case.
    #[field(ja = "再接続案件", en = "Reconnection case", list)]
    pub reconnection: Ref<Reconnection>,
    /// Incident of the case.
    #[field(ja = "インシデント", en = "Incident", system, access = "case")]
    pub incident: Option<Ref<Incident>>,
    /// Scenario.
    #[field(ja = "どの場面のものか", en = "Scenario", list)]
    pub scenario: Scenario,
    /// What is covered.
    #[field(ja = "対象に含むもの", en = "What it covers", max = 2000)]
    pub covers: Option<Long>,
    /// What is not.
    #[field(ja = "対象に含まないもの", en = "What it does not cover", max = 2000)]
    pub not_covered: Option<Long>,
    /// Reports by third parties.
    #[field(ja = "第三者の調査報告", en = "Third parties' reports")]
    pub reports: Vec<Ref<InvestigationReport>>,
    /// The version it replaces.
    #[field(ja = "置き換える認証書", en = "Replaces")]
    pub replaces: Option<Ref<Attestation>>,
    /// Why what it replaces is taken back: it then declares nothing itself.
    #[field(
        ja = "前の版を取り消す理由",
        en = "Why the earlier version is taken back",
        max = 1000,
        help_ja = "前の版がもう正しくないときだけ書きます。この認証書は、署名した取り消しの連絡になります。",
        help_en = "Only where the earlier version is no longer right. This one then is its signed withdrawal."
    )]
    pub takes_back: Option<Long>,
    /// Version.
    #[field(ja = "版", en = "Version", list, system)]
    pub version: Option<i64>,
    /// Written by.
    #[field(ja = "書いた人", en = "Written by")]
    pub writer: Option<Ref<Person>>,
    /// Reviewed by.
    #[field(ja = "確かめた人", en = "Reviewed by", system)]
    pub reviewed_by: Option<Ref<Person>>,
    /// Reviewed at.
    #[field(ja = "確かめた日時", en = "Reviewed at", system)]
    pub reviewed_at: Option<Time>,
    /// The content as reviewed, in canonical JSON.
    #[field(ja = "確定した内容", en = "Content as reviewed", system, max = 200_000)]
    pub content: Option<Long>,
    /// Its digest.
    #[field(
        ja = "内容の照合値（SHA-256）",
        en = "Digest of the content (SHA-256)",
        system,
        max = 64
    )]
    pub content_digest: Option<String>,
    /// Valid from.
    #[field(ja = "有効期間の始まり", en = "Valid from", list, system)]
    pub valid_from: Option<Date>,
    /// Valid until.
    #[field(ja = "有効期間の終わり", en = "Valid until", list, system)]
    pub valid_until: Option<Date>,
    /// Issued at.
    #[field(ja = "発行日時", en = "Issued at", list, system)]
    pub issued_at: Option<Time>,
    /// Superseded by.
    #[field(ja = "新しい版", en = "Superseded by", system)]
    pub superseded_by: Option<Ref<Attestation>>,
    /// Why it is withdrawn.
    #[field(ja = "取り消しの理由", en = "Why it is withdrawn", system, max = 1000)]
    pub withdrawn_why: Option<Long>,
    /// Withdrawn at.
    #[field(ja = "取り消した日時", en = "Withdrawn at", system)]
    pub withdrawn_at: Option<Time>,
    /// Why none is given.
    #[field(ja = "出さない理由", en = "Why none is given", system, max = 1000)]
    pub not_given_why: Option<Long>,
    /// Who decided that.
    #[field(ja = "出さないと決めた人", en = "Decided by", system)]
    pub not_given_by: Option<Ref<Person>>,
    /// State.
    #[field(ja = "状態", en = "State", list, system)]
    pub state: Option<AttestationState>,
}

/// What an attestation says: the frozen content once it is reviewed, otherwise what it would say
/// now. Whoever packs or prints an attestation takes it from here.
pub fn statement<'a>(
    attestation: &Record,
    case: Option<&Record>,
    items: impl IntoIterator<Item = &'a Record>,
    now: Time,
    zone: &Zone,
) -> Statement {
    if let Some(frozen) = frozen(attestation) {
        return frozen;
    }
    let of_case = |f: &str| case.map_or_else(String::new, |c| c.text(f).to_owned());
    Statement {
        title: attestation.text("title").to_owned(),
        number: attestation.text("number").to_owned(),
        version: attestation.int("version").unwrap_or(1),
        case: of_case("title"),
        scope: of_case("scope_line"),
        scope_en: of_case("scope_line_en"),
        scenario: attestation.text("scenario").to_owned(),
        covers: attestation.text("covers").to_owned(),
        not_covered: attestation.text("not_covered").to_owned(),
        reports: attestation.ids("reports").into_iter().map(str::to_owned).collect(),
        takes_back: attestation.text("takes_back").to_owned(),
        pieces: match takes_back(attestation) {
            true => Vec::new(),
            false => pieces(items, now, zone),
        },
    }
}

/// Whether it takes back what it replaces, and declares nothing.
pub fn takes_back(attestation: &Record) -> bool {
    attestation.body.contains_key("takes_back")
}

/// The content as it was reviewed; `None` before that.
pub fn frozen(attestation: &Record) -> Option<Statement> {
    Statement::parse(attestation.text("content"))
}

/// Whether it is issued and neither replaced, withdrawn nor past its time.
pub fn in_force(attestation: &Record, now: Time, zone: &Zone) -> bool {
    let days = |f: &str| super::parts::days_until(attestation.text(f), now, zone);
    !attestation.ended()
        && attestation.text("state") == AttestationState::Issued.id()
        && days("valid_from").is_none_or(|d| d <= 0)
        && days("valid_until").is_none_or(|d| d >= 0)
}

const ITEMS: Input = Input::Beside("reconnection", "assurance_item", "reconnection");

fn items<'a>(c: &RuleCtx<'a>) -> Vec<&'a Record> {
    c.beside("reconnection", "assurance_item", "reconnection").collect()
}

fn started(c: &RuleCtx<'_>) -> Body {
    let mut out = of_case(c);
    let version = c.out("replaces").map_or(1, |r| r.int("version").unwrap_or(1) + 1);
    out.insert("version".into(), version.into());
    out
}

fn freeze(c: &RuleCtx<'_>) -> Body {
    use sha2::{Digest, Sha256};
    let draft = Record { body: without_content(c.me), ..c.me.clone() };
    let content = statement(&draft, c.out("reconnection"), items(c), c.now, c.zone).canonical();
    let digest: String =
        Sha256::digest(content.as_bytes()).iter().map(|b| format!("{b:02x}")).collect();
    body_of([("content", content.into()), ("content_digest", digest.into())])
}

fn without_content(me: &Record) -> Body {
    let mut body = me.body.clone();
    body.remove("content");
    body
}

const OTHER_EYES: Gate = Gate {
    id: "second_pair",
    label: Text::new("書いた人とは別の人が確かめる", "Reviewed by somebody else than the writer"),
    mend: Text::new("書いた人ではない人が確かめてください。", "Have another person review it."),
    inputs: &[Input::All("role"), Input::Out("reconnection")],
    holds: |c| !c.me.ids("writer").is_empty() && other_than_writer(c, "reviewed_by"),
    meets: &[],
};

const EVERY_TOPIC: Gate = Gate {
    id: "every_topic",
    label: Text::new(
        "a〜hと2・7のどれにも項目があり、途中のものには予定日がある",
        "Each of a to h, 2 and 7 has an item, and what is under way has a date",
    ),
    mend: Text::new(
        "足りない保証項目を登録し、完了・予定日・対象外の理由のどれかを入れてください。",
        "Make the items that lack; complete them, give a date, or say why they do not apply.",
    ),
    inputs: &[ITEMS],
    holds: |c| {
        let items = items(c);
        let named = || {
            AssuranceTopic::ALL.into_iter().all(|t| {
                let mut of =
                    items.iter().filter(|i| assurance_item::topic(i) == Some(t)).peekable();
                of.peek().is_some() && of.all(|i| i.text("state") != "open")
            })
        };
        takes_back(c.me) || named()
    },
    meets: &["G7-63", "G7-64", "G7-74"],
};

const FITS_SCENARIO: Gate = Gate {
    id: "fits_scenario",
    label: Text::new(
        "この場面に欠かせない項目を、対象外にしていない",
        "What this scenario cannot do without is not set aside",
    ),
    mend: Text::new(
        "対象外にした項目を見直すか、場面を選び直してください。",
        "Look again at what was set aside, or choose another scenario.",
    ),
    inputs: &[ITEMS],
    holds: |c| {
        let core = Scenario::from_id(c.me.text("scenario")).map_or(&[][..], Scenario::core);
        let items = items(c);
        let fits = |t: &AssuranceTopic| {
            items.iter().any(|i| {
                assurance_item::topic(i) == Some(*t) && i.text("state") != "not_applicable"
            })
        };
        takes_back(c.me) || core.iter().all(fits)
    },
    meets: &["G7-71"],
};

const SIGNED: Gate = Gate {
    id: "signed",
    label: Text::new(
        "安全と再接続に責任を持つ人が、この内容に署名した",
        "Those responsible for security and for reconnection signed this content",
    ),
    mend: Text::new(
        "責任者が署名を登録してください。内容を直した後は、署名し直します。",
        "Have the responsible people sign; again after the content was changed.",
    ),
    inputs: &[
        Input::In("attestation_signature", "attestation"),
        Input::In("sealed_statement", "attestation"),
    ],
    holds: |c| {
        let digest = c.me.text("content_digest");
        // On paper, recorded one by one; or with keys, all of them.
        let on_paper = c
            .incoming(AttestationSignature::ID, "attestation")
            .filter(|s| s.text("digest") == digest)
            .flat_map(|s| s.ids("responsibility"));
        let with_keys = sealed(c).into_iter().flat_map(|s| s.ids("duties"));
        let duties: Vec<&str> = on_paper.chain(with_keys).collect();
        ["security", "reconnection"].iter().all(|duty| duties.contains(duty))
    },
    meets: &["G7-73"],
};

/// The statement of this content that all its signers have signed.
fn sealed<'a>(c: &RuleCtx<'a>) -> Option<&'a Record> {
    c.incoming("sealed_statement", "attestation").find(|s| seals(s, c.me.text("content_digest")))
}

/// What was signed with keys says itself how long it holds.
fn as_signed(c: &RuleCtx<'_>) -> Body {
    let Some(sealed) = sealed(c) else { return Body::new() };
    let dates = ["valid_from", "valid_until"].into_iter();
    dates.filter_map(|f| Some((f.to_owned(), sealed.body.get(f)?.clone()))).collect()
}

const HOLDS_FOR: Gate = Gate {
    id: "holds_for",
    label: Text::new("有効期間が決まっている", "Its time of validity is set"),
    mend: Text::new(
        "有効期間の始まりと終わりを入れてください。鍵で署名した文書があれば、その期間になります。",
        "Give both ends of its validity. What was signed with keys brings its own.",
    ),
    inputs: &[Input::In("sealed_statement", "attestation")],
    holds: |c| ["valid_from", "valid_until"].iter().all(|f| c.me.body.contains_key(*f)),
    meets: &["G7-65"],
};

const NEWER_ISSUED: Gate = Gate {
    id: "newer_issued",
    label: Text::new("新しい版が発行されている", "The new version is issued"),
    mend: Text::new(
        "この認証書を置き換える版を、先に発行してください。",
        "First issue the version that replaces this one.",
    ),
    inputs: &[Input::Out("superseded_by")],
    holds: |c| {
        c.out("superseded_by")
            .is_some_and(|n| n.text("state") == "issued" && n.ids("replaces") == [c.me.id.as_str()])
    },
    meets: &["G7-65"],
};

/// Who issues.
const ISSUERS: &[&str] = &["security_manager", "ciso", "executive"];

const FLOW: Workflow = Workflow {
    field: "state",
    initial: "draft",
    start: Start {
        inputs: &[Input::Out("reconnection"), Input::Out("replaces")],
        fill: Some(started),
        ..Start::PLAIN
    },
    transitions: &[
        Transition {
            id: "review",
            label: Text::new("内容を確かめて確定する", "Review and settle the content"),
            from: &["draft"],
            to: "reviewed",
            asks: &[("reviewed_by", true)],
            stamps: &["reviewed_at"],
            fill: Some(freeze),
            gates: &[OTHER_EYES, EVERY_TOPIC, FITS_SCENARIO],
            meets: &["G7-63", "G7-74"],
            ..Transition::PLAIN
        },
        Transition {
            id: "revise",
            label: Text::new("下書きに戻す", "Back to draft"),
            from: &["reviewed"],
            to: "draft",
            fill: Some(|_| {
                body_of([
                    ("content", Value::Null),
                    ("content_digest", Value::Null),
                    ("reviewed_by", Value::Null),
                    ("reviewed_at", Value::Null),
                ])
            }),
            reason: true,
            ..Transition::PLAIN
        },
        Transition {
            id: "issue",
            label: Text::new("発行する", "Issue"),
            from: &["reviewed"],
            to: "issued",
            asks: &[("valid_from", false), ("valid_until", false)],
            stamps: &["issued_at"],
            fill: Some(as_signed),
            gates: &[SIGNED, HOLDS_FOR],
            who: ISSUERS,
            meets: &["G7-65", "G7-73"],
            ..Transition::PLAIN
        },
        Transition {
            id: "supersede",
            label: Text::new("新しい版に置き換える", "Replace by the new version"),
            from: &["issued"],
            to: "superseded",
            asks: &[("superseded_by", true)],
            gates: &[NEWER_ISSUED],
            who: ISSUERS,
            meets: &["G7-65"],
            ..Transition::PLAIN
        },
        Transition {
            id: "withdraw",
            label: Text::new("取り消す", "Withdraw"),
            from: &["issued"],
            to: "withdrawn",
            asks: &[("withdrawn_why", true)],
            stamps: &["withdrawn_at"],
            who: ISSUERS,
            ..Transition::PLAIN
        },
        Transition {
            id: "give_none",
            label: Text::new("認証書は出さないと決める", "Decide to give none"),
            from: &["draft"],
            to: "not_given",
            asks: &[("not_given_why", true), ("not_given_by", true)],
            who: ISSUERS,
            meets: &["G7-71"],
            ..Transition::PLAIN
        },
    ],
};

/// Rules of attestations.
pub const RULES: &[RuleDef] = &[RuleDef {
    id: "attestation.current",
    register: "attestation",
    label: Text::new(
        "発行した認証書が、いまの姿と合っている",
        "What was issued is as things stand",
    ),
    why: Text::new(
        "相手組織は、発行された版を信じて接続を決めるためです。",
        "Clients rest their decision on the version issued.",
    ),
    mend: Text::new(
        "新しい版を作って発行するか、取り消してください。発行済みの版は書き換えません。",
        "Issue a new version, or withdraw it. What was issued is never rewritten.",
    ),
    severity: Severity::Warning,
    inputs: &[ITEMS, Input::In("attestation", "replaces")],
    tells: &["security_manager"],
    check: current,
    meets: &["G7-65"],
}];

fn current(c: &RuleCtx<'_>) -> Verdict {
    let (true, Some(said)) = (c.me.text("state") == AttestationState::Issued.id(), frozen(c.me))
    else {
        return Verdict::ok();
    };
    let mut verdict = Verdict::ok();
    if c.incoming(Attestation::ID, "replaces").any(|n| n.text("state") == "issued") {
        verdict = verdict.and(
            "superseded_by",
            "新しい版が発行されています。置き換えてください。",
            "A new version is issued. Replace this one.",
        );
    }
    let state = |id: &str| {
        let item = items(c).into_iter().find(|i| i.id.as_str() == id);
        item.map(|i| i.text("state").to_owned())
    };
    if said.pieces.iter().any(|p| state(&p.item).is_some_and(|now| now != p.state)) {
        verdict = verdict.and(
            "content",
            "発行の後に進んだ、または戻った保証項目があります。",
            "Assurance items have moved on, or back, since it was issued.",
        );
    }
    let until = Date::parse(c.me.text("valid_until"));
    let over = super::parts::days_until(c.me.text("valid_until"), c.now, c.zone);
    if over.is_some_and(|d| d < 0) {
        verdict = verdict.and(
            "valid_until",
            "有効期間が終わっています。",
            "Its time of validity is over.",
        );
    } else if let Some(end) = until.and_then(|d| end_of(d, c.zone)) {
        verdict = verdict.check_at(end);
    }
    verdict
}

/// The instant at which a day is over.
fn end_of(day: Date, zone: &Zone) -> Option<Time> {
    Some(Time::parse(&format!("{}T00:00", day.civil()), zone)?.plus(DAY))
}
