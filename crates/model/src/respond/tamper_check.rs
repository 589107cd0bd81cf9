//! Check of management systems for traces of tampering (管理システムの改ざん確認): as long as the
//! extent of an attack is unknown, what manages the others is itself under suspicion.

use super::incident::Incident;
use super::urgent_check::TraceResult;
use crate::*;

/// Where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum TamperState {
    /// Under way.
    #[choice(ja = "確認中", en = "Under way", tone = "warning")]
    Open,
    /// Done.
    #[choice(ja = "確認済み", en = "Done", tone = "good")]
    Done,
}

/// A management system.
#[derive(Debug, Clone, Rows)]
pub struct Manager {
    /// Which.
    #[field(ja = "管理システム", en = "Management system", max = 200)]
    pub what: String,
    /// What was looked for.
    #[field(ja = "探した跡", en = "Looked for", max = 300)]
    pub sought: Option<String>,
    /// Outcome.
    #[field(ja = "結果", en = "Outcome")]
    pub result: Option<TraceResult>,
    /// How, by whom.
    #[field(ja = "方法・確かめた人", en = "How, and who looked", max = 300)]
    pub how: Option<String>,
    /// When.
    #[field(ja = "確かめた日時", en = "Looked at")]
    pub at: Option<Time>,
}

/// A check.
#[derive(Debug, Clone, Register)]
#[register(
    id = "tamper_check",
    wing = Respond,
    menu = 16,
    ja = "管理システムの改ざん確認",
    en = "Check of management systems",
    question_ja = "認証・監視・バックアップなどの管理システムは、信じてよい状態ですか",
    question_en = "Can sign-in, monitoring, backup and other management systems be trusted?",
    about_ja = "攻撃の体制を発足すると自動で開きます。影響範囲が分かるまで、管理システムも疑って確かめます。",
    about_en = "Opens by itself when the response to an attack is organised. Until the extent is known, these are suspects too.",
    purpose_ja = "攻撃者の手に落ちた管理システムの言うことを、信じてしまわないために使います。",
    purpose_en = "So that nobody believes a management system that the attacker holds.",
    sort = "title",
    flow = FLOW,
    retention_years = 10,
    meets = ["NI-455"]
)]
pub struct TamperCheck {
    /// Title.
    #[field(ja = "件名", en = "Title", title, list, search)]
    pub title: String,
    /// Case.
    #[field(ja = "インシデント", en = "Incident", list, access = "case")]
    pub incident: Ref<Incident>,
    /// Management systems.
    #[field(ja = "確かめる管理システム", en = "Management systems")]
    pub managers: Table<Manager>,
    /// State.
    #[field(ja = "状態", en = "State", list, system)]
    pub state: Option<TamperState>,
    /// Done at.
    #[field(ja = "終えた日時", en = "Done at", system)]
    pub done_at: Option<Time>,
}

/// What manages others in most organisations.
const MANAGERS: [&str; 6] = [
    "認証・利用者管理（ディレクトリ、多要素認証） / Sign-in and directory",
    "監視・ログ・端末検知 / Monitoring, logs, endpoint detection",
    "バックアップの管理 / Backup management",
    "更新・配布・遠隔管理 / Software distribution and remote management",
    "仮想基盤・クラウドの管理画面 / Virtualisation and cloud consoles",
    "ネットワーク機器・VPNの管理 / Network and VPN management",
];

fn text<'a>(row: &'a Body, field: &str) -> &'a str {
    row.get(field).and_then(Value::as_str).unwrap_or_default()
}

const ALL_LOOKED_AT: Gate = Gate {
    id: "managers_looked_at",
    label: Text::new(
        "挙げた管理システムの全部を確かめた",
        "Every management system named was looked at",
    ),
    mend: Text::new(
        "使っていないものは行を消し、残りの全部に結果と方法を入れてください。",
        "Take out what you do not use; give outcome and method of all the rest.",
    ),
    inputs: &[],
    holds: |c| {
        c.me.rows("managers").count() > 0
            && c.me
                .rows("managers")
                .all(|r| !text(r, "result").is_empty() && !text(r, "how").is_empty())
    },
    meets: &["NI-455"],
};

const FLOW: Workflow = Workflow {
    field: "state",
    initial: "open",
    start: Start::PLAIN,
    transitions: &[
        Transition {
            id: "finish",
            label: Text::new("確認を終える", "Finish the check"),
            from: &["open"],
            to: "done",
            stamps: &["done_at"],
            gates: &[ALL_LOOKED_AT],
            meets: &["NI-455"],
            ..Transition::PLAIN
        },
        Transition {
            id: "again",
            label: Text::new("もう一度確かめる", "Look again"),
            from: &["done"],
            to: "open",
            reason: true,
            fill: Some(|_| [("done_at".to_owned(), Value::Null)].into_iter().collect()),
            ..Transition::PLAIN
        },
    ],
};

/// Opens the check beside an attack.
pub const OPEN: Follow = Follow {
    label: Text::new(
        "攻撃なら、管理システムの改ざん確認を開く",
        "For an attack: opens the check of management systems",
    ),
    inputs: &[Input::In("tamper_check", "incident")],
    open: |c| {
        let known = c.incoming("tamper_check", "incident").next().is_some();
        if known || !super::situation::attack(c.me) {
            return Vec::new();
        }
        let row =
            |what: &str| Value::Object([("what".to_owned(), what.into())].into_iter().collect());
        let mut body = Body::new();
        body.insert("title".into(), c.me.text("title").into());
        body.insert("incident".into(), c.me.id.as_str().into());
        body.insert("managers".into(), Value::Array(MANAGERS.iter().map(|m| row(m)).collect()));
        vec![NewRecord { register: TamperCheck::ID, body, link_back: None }]
    },
    meets: &["NI-455"],
};

/// Rules of these checks.
pub const RULES: &[RuleDef] = &[RuleDef {
    id: "tamper_check.suspects",
    register: "tamper_check",
    label: Text::new(
        "影響範囲が分かるまで、管理システムを疑って確かめている",
        "Until the extent is known, management systems are checked as suspects",
    ),
    why: Text::new(
        "管理システムが乗っ取られていると、監視にも復旧にもだまされます。",
        "Where they are taken over, both watching and recovery are deceived.",
    ),
    mend: Text::new(
        "管理システムごとに改ざんの跡を調べて結果を入れるか、影響範囲を確定してください。",
        "Look for traces in each and give the outcome, or settle the extent.",
    ),
    severity: Severity::Serious,
    inputs: &[Input::Out("incident")],
    // It is there from the first hour and stands in the room; nobody is woken for it.
    tells: &[],
    check: |c| {
        let found = c.me.rows("managers").filter(|r| text(r, "result") == TraceResult::Found.id());
        let verdict = found.fold(Verdict::ok(), |v, r| {
            let what = text(r, "what");
            v.and(
                "managers",
                format!("{what}に改ざんの跡があります。この系統の情報を信じないでください。"),
                format!("Traces of tampering: {what}. Do not believe what it says."),
            )
        });
        let Some(incident) = c.out("incident") else { return verdict };
        let over = matches!(incident.text("state"), "closed" | "false_alarm" | "merged");
        if over || c.me.text("state") == "done" || incident.flag("extent_known") {
            return verdict;
        }
        let left = c.me.rows("managers").filter(|r| text(r, "result").is_empty()).count();
        verdict.and(
            "state",
            format!("影響範囲が分からない間、管理システムも疑わしい状態です（未確認 {left}）。"),
            format!("While the extent is unknown, management systems are suspects ({left} not looked at)."),
        )
    },
    meets: &["NI-455"],
}];
