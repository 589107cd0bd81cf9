//! Gateways as shown to a client (相手と共有した関門): the same criteria, evidence, verdicts, by whom
//! and when on both sides, held together by one digest (G7-42).

use super::framework_flow::cell;
use super::parts::{of_client, same_client};
use super::phase::Phase;
use super::phase_flow::{asked, framework, newest};
use super::reconnection::Reconnection;
use crate::prepare::contact::Contact;
use crate::respond::incident::Incident;
use crate::*;
use sha2::{Digest, Sha256};

/// Whether both sides see the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum CopyState {
    /// Shown.
    #[choice(ja = "相手の確認待ち", en = "Shown, not confirmed", tone = "warning")]
    Shown,
    /// The client sees the same.
    #[choice(ja = "双方が同じ関門を見ている", en = "Both sides see the same", tone = "good")]
    Same,
    /// The client sees it otherwise.
    #[choice(ja = "見解が違う", en = "The client sees it otherwise", tone = "danger")]
    Differs,
}

/// One criterion as shown.
#[derive(Debug, Clone, Rows)]
pub struct ShownCriterion {
    /// Key.
    #[field(ja = "記号", en = "Key", max = 40)]
    pub key: String,
    /// Criterion.
    #[field(ja = "関門の基準", en = "Criterion", max = 400)]
    pub text: String,
    /// In English.
    #[field(ja = "英語", en = "In English", max = 400)]
    pub text_en: Option<String>,
    /// Value needed.
    #[field(ja = "必要な値", en = "Value needed", max = 400)]
    pub needed: String,
    /// Value reached.
    #[field(ja = "達した値", en = "Value reached", max = 120)]
    pub reached: Option<String>,
    /// Evidence.
    #[field(ja = "根拠", en = "What shows it", max = 1000)]
    pub shown_by: Option<String>,
    /// Verdict.
    #[field(ja = "判定", en = "Verdict")]
    pub verdict: Option<super::gate_check::GateVerdict>,
    /// When.
    #[field(ja = "判定した日時", en = "Judged at")]
    pub judged_at: Option<Time>,
}

/// A gateway as one client sees it. Filled from the case, never typed.
#[derive(Debug, Clone, Register)]
#[register(
    id = "gateway_copy",
    wing = Reconnect,
    menu = 8,
    ja = "相手と共有した関門",
    en = "Gateway shown to a client",
    question_ja = "相手は、当社と同じ関門を見ていますか",
    question_en = "Does the client see the same gateway as we do?",
    about_ja = "段階の関門を、基準・根拠・判定・日時ごと相手に示します。内容は案件から写し、照合値で同じことを確かめます。",
    about_en = "Shows a phase's gateway to a client with criteria, evidence, verdicts and times. Copied from the case; a digest shows that both see the same.",
    purpose_ja = "関門に達したかを、双方が同じ根拠で判断するために使います。",
    purpose_en = "So that both sides judge a gateway on the same ground.",
    sort = "shown_at",
    sort_down,
    flow = FLOW,
    check = same_client,
    retention_years = 10,
    meets = ["G7-42"]
)]
pub struct GatewayCopy {
    /// Who answers for the verdicts, as shown to the client.
    #[field(
        ja = "判定に責任を持つ人・役職",
        en = "Who answers for the verdicts (name or post)",
        title,
        list,
        search,
        max = 120
    )]
    pub judged_by: String,
    /// Case.
    #[field(ja = "再接続案件", en = "Reconnection case", list)]
    pub reconnection: Ref<Reconnection>,
    /// Incident of the case.
    #[field(ja = "インシデント", en = "Incident", system, access = "case")]
    pub incident: Option<Ref<Incident>>,
    /// Phase.
    #[field(ja = "段階", en = "Phase", list)]
    pub phase: Ref<Phase>,
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
    /// Kind of the phase as shown.
    #[field(ja = "示した段階", en = "Phase as shown", list, system)]
    pub kind: Option<super::framework::PhaseKind>,
    /// State of the phase as shown.
    #[field(ja = "示したときの状態", en = "State as shown", list, system)]
    pub phase_state: Option<super::phase::PhaseState>,
    /// Criteria as shown.
    #[field(ja = "関門の基準と判定", en = "Criteria and verdicts", system)]
    pub criteria: Table<ShownCriterion>,
    /// Digest.
    #[field(ja = "内容の照合値（SHA-256）", en = "Digest (SHA-256)", system, max = 64)]
    pub digest: Option<String>,
    /// Shown at.
    #[field(ja = "示した日時", en = "Shown at", list, system)]
    pub shown_at: Option<Time>,
    /// Confirmed by.
    #[field(ja = "確認した相手の人", en = "Confirmed there by", system, personal, max = 120)]
    pub confirmed_by: Option<String>,
    /// Confirmed at.
    #[field(ja = "確認の日時", en = "Confirmed at", system)]
    pub confirmed_at: Option<Time>,
    /// What is seen otherwise.
    #[field(ja = "見解が違う点", en = "What is seen otherwise", system, max = 2000)]
    pub differs: Option<Long>,
    /// State.
    #[field(ja = "状態", en = "State", list, system)]
    pub state: Option<CopyState>,
}

/// The gateway of a phase as rows: each criterion with its newest check that stands.
pub fn rows<'a>(
    framework: Option<&'a Record>,
    phase: &'a Record,
    checks: impl Iterator<Item = &'a Record> + Clone,
) -> Vec<Value> {
    asked(framework, phase)
        .into_iter()
        .map(|r| {
            let mut row = Body::new();
            for (to, from) in [("key", "key"), ("text", "text"), ("text_en", "text_en")] {
                row.extend(r.get(from).map(|v| (to.to_owned(), v.clone())));
            }
            let needed = format!("{} {}", cell(r, "measure"), cell(r, "needed"));
            row.insert("needed".into(), needed.trim().into());
            if let Some(check) = newest(checks.clone(), phase, cell(r, "key")) {
                for field in ["reached", "shown_by", "verdict", "judged_at"] {
                    row.extend(check.body.get(field).map(|v| (field.to_owned(), v.clone())));
                }
            }
            Value::Object(row)
        })
        .collect()
}

/// SHA-256 over a gateway's rows and the state of its phase, in canonical JSON.
pub fn digest(state: &str, rows: &[Value]) -> String {
    let all = serde_json::json!([state, rows]);
    let text = serde_json_canonicalizer::to_string(&all).unwrap_or_default();
    Sha256::digest(text.as_bytes()).iter().map(|b| format!("{b:02x}")).collect()
}

const READ: &[Input] = &[
    Input::Out("reconnection"),
    Input::Out("phase"),
    Input::All("framework"),
    Input::Beside("reconnection", "gate_check", "reconnection"),
];

/// The phase's gateway as it stands now; `None` where the phase is of another case.
fn now<'a>(c: &RuleCtx<'a>) -> Option<(&'a Record, Vec<Value>)> {
    let phase = c.out("phase").filter(|p| p.ids("reconnection") == c.me.ids("reconnection"))?;
    let checks: Vec<&Record> = c.beside("reconnection", "gate_check", "reconnection").collect();
    Some((phase, rows(framework(c), phase, checks.iter().copied())))
}

fn copied(c: &RuleCtx<'_>) -> Body {
    let mut out = of_client(c);
    let Some((phase, rows)) = now(c) else {
        out.remove("shown_to");
        return out;
    };
    out.insert("digest".into(), digest(phase.text("state"), &rows).into());
    out.insert("criteria".into(), Value::Array(rows));
    for (from, to) in [("kind", "kind"), ("state", "phase_state")] {
        out.extend(phase.body.get(from).map(|v| (to.to_owned(), v.clone())));
    }
    out
}

const FLOW: Workflow = Workflow {
    field: "state",
    initial: "shown",
    start: Start { stamps: &["shown_at"], inputs: READ, fill: Some(copied), ..Start::PLAIN },
    transitions: &[
        Transition {
            id: "same",
            label: Text::new(
                "相手が同じ内容だと確認した",
                "The client confirms that it sees the same",
            ),
            from: &["shown", "differs"],
            to: "same",
            asks: &[("confirmed_by", true)],
            stamps: &["confirmed_at"],
            meets: &["G7-42"],
            ..Transition::PLAIN
        },
        Transition {
            id: "differ",
            label: Text::new("相手の見解が違う", "The client sees it otherwise"),
            from: &["shown", "same"],
            to: "differs",
            asks: &[("differs", true), ("confirmed_by", true)],
            meets: &["G7-42"],
            ..Transition::PLAIN
        },
    ],
};

/// Rules of gateways shown.
pub const RULES: &[RuleDef] = &[
    RuleDef {
        id: "gateway_copy.current",
        register: "gateway_copy",
        label: Text::new(
            "相手が見ている関門が、いまの関門と同じ",
            "The gateway that the client sees is the present one",
        ),
        why: Text::new(
            "違う関門を見ていると、達したかの判断が食い違います。",
            "With two gateways the two sides judge apart.",
        ),
        mend: Text::new("いまの関門を、もう一度示してください。", "Show the present gateway anew."),
        severity: Severity::Warning,
        inputs: &[
            Input::Out("reconnection"),
            Input::Out("phase"),
            Input::All("framework"),
            Input::Beside("reconnection", "gate_check", "reconnection"),
            Input::Beside("phase", "gateway_copy", "phase"),
        ],
        tells: &["coordinator"],
        check: |c| {
            let Some((phase, rows)) = now(c) else {
                return Verdict::finding(
                    "phase",
                    "この案件の段階ではないので、相手には何も見えません。",
                    "The phase is of another case; the client sees nothing.",
                );
            };
            let newer = c.beside("phase", GatewayCopy::ID, "phase").any(|g| {
                g.ids("client") == c.me.ids("client") && (g.leaf, &g.id) > (c.me.leaf, &c.me.id)
            });
            let old = c.me.text("digest") != digest(phase.text("state"), &rows);
            Verdict::when(
                old && !newer,
                "digest",
                Text::new(
                    "相手が見ている関門は、いまのものより古くなっています。",
                    "The client sees an older gateway than the present one.",
                ),
            )
        },
        meets: &["G7-42"],
    },
    RuleDef {
        id: "reconnect_phase.shown",
        register: "reconnect_phase",
        label: Text::new(
            "到達した関門を、案件のすべての相手に示している",
            "A gateway that is reached is shown to every client of the case",
        ),
        why: Text::new(
            "関門は、双方が同じものを見て初めて到達したと言えます。",
            "A gateway is reached only when both sides see the same.",
        ),
        mend: Text::new(
            "「相手と共有した関門」に、相手ごとに登録してください。",
            "Show the gateway to each client.",
        ),
        severity: Severity::Notice,
        inputs: &[
            Input::In("gateway_copy", "phase"),
            Input::Beside("reconnection", "client_terms", "reconnection"),
        ],
        tells: &[],
        check: |c| {
            if c.me.text("state") != "complete" {
                return Verdict::ok();
            }
            let shown: Vec<&str> =
                c.incoming(GatewayCopy::ID, "phase").flat_map(|g| g.ids("client")).collect();
            let mut left: Vec<&str> = c
                .beside("reconnection", "client_terms", "reconnection")
                .flat_map(|t| t.ids("client"))
                .filter(|client| !shown.contains(client))
                .collect();
            left.sort_unstable();
            left.dedup();
            let n = left.len();
            if n == 0 {
                return Verdict::ok();
            }
            Verdict::finding(
                "state",
                format!("この関門をまだ示していない相手組織が{n}あります。"),
                format!("{n} client(s) have not been shown this gateway."),
            )
        },
        meets: &["G7-42"],
    },
];
