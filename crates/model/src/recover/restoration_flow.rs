//! The steps of a restoration, each with who, what must hold and what it opens.

use super::device_scan;
use super::order::order;
use super::restoration::{self, CheckKind, CheckResult, Loss, TestKind, TestResult};
use crate::respond::decision::{Decision, Topic};
use crate::respond::evidence;
use crate::*;

const RESTORERS: &[&str] =
    &["csirt", "technical_lead", "security_manager", "it_manager", "ciso", "coordinator"];
const DECIDERS: &[&str] =
    &["security_manager", "it_manager", "technical_lead", "ciso", "executive", "coordinator"];

fn given(c: &RuleCtx<'_>, field: &str) -> bool {
    c.me.body.contains_key(field)
}

/// Whether somebody may stand behind it, so that what was left behind matters.
fn attacked(c: &RuleCtx<'_>) -> bool {
    !c.out("incident").is_some_and(|i| {
        matches!(
            i.text("kind"),
            "system_failure" | "natural_disaster" | "misconfiguration" | "device_loss"
        )
    })
}

const HARDENED: Gate = Gate {
    id: "emergency_hardened",
    label: Text::new(
        "非常用システムにも同じ手口への対策がある",
        "An emergency system is hardened against the same method",
    ),
    mend: Text::new(
        "動かす前に、同じ手口で入られないための対策を書いてください。",
        "Write how it withstands the same method before it runs.",
    ),
    inputs: &[],
    holds: |c| c.me.text("bridge") != "emergency_system" || given(c, "bridge_hardened"),
    meets: &["NI-424"],
};

const EVIDENCE_FIRST: Gate = Gate {
    id: "evidence_first",
    label: Text::new(
        "このシステムの証拠を先に取っている",
        "Evidence of this system was taken first",
    ),
    mend: Text::new(
        "証拠を選ぶか、取らない理由を書いてください。復旧作業は証拠を上書きします。",
        "Choose the evidence, or write why none is taken. Restoring overwrites it.",
    ),
    inputs: &[],
    holds: |c| {
        let system = c.snap.get("system", c.me.text("system"));
        given(c, "no_evidence")
            || c.beside("incident", "evidence", "incident").any(|e| {
                c.me.ids("evidence").contains(&e.id.as_str()) && evidence::is_of(e, system, "")
            })
    },
    meets: &[],
};

/// Titles of restorations of the same incident that come first and have not begun.
pub fn overtaken(c: &RuleCtx<'_>) -> Vec<String> {
    let (incident, system) = (c.me.text("incident"), c.me.text("system"));
    let siblings: Vec<&Record> = c
        .all("restoration")
        .filter(|r| r.text("incident") == incident && r.text("state") != "withdrawn")
        .collect();
    let mut wanted: Vec<&str> = siblings.iter().map(|r| r.text("system")).collect();
    wanted.push(system);
    let order = order(c.snap.set("system"), &wanted);
    let Some(mine) = order.place(system) else { return Vec::new() };
    siblings
        .into_iter()
        .filter(|r| r.id != c.me.id && matches!(r.text("state"), "stopped" | "alternative"))
        .filter(|r| order.place(r.text("system")).is_some_and(|p| p < mine))
        .map(|r| r.text("title").to_owned())
        .collect()
}

// What the gates of one step read is handed in for all of them together. `KNOWN` and `PASSED` hold
// the inputs, so that the others count as mended by what the form asks for.
const KNOWN: Gate = Gate {
    id: "system_known",
    label: Text::new("システムが登録されている", "The system is registered"),
    mend: Text::new("システムの台帳を確かめてください。", "Look at the register of systems."),
    inputs: &[
        Input::All("restoration"),
        Input::All("system"),
        Input::Beside("incident", "evidence", "incident"),
    ],
    holds: |c| c.snap.get("system", c.me.text("system")).is_some(),
    meets: &[],
};

const IN_ORDER: Gate = Gate {
    id: "in_order",
    label: Text::new("復旧する順番どおり、または理由がある", "In order, or with a reason"),
    mend: Text::new(
        "先に戻すシステムがあります。そちらを始めるか、順番を変える理由を書いてください。",
        "Another system comes first. Begin there, or write why the order is changed.",
    ),
    inputs: &[],
    holds: |c| given(c, "order_reason") || overtaken(c).is_empty(),
    meets: &["TK-45"],
};

fn checked(c: &RuleCtx<'_>) -> bool {
    let result = |kind: CheckKind| {
        let rows = c.me.rows("checks").filter(move |r| is(r, "kind", kind.id()));
        rows.last().map(|r| !is(r, "result", CheckResult::Found.id()))
    };
    [CheckKind::InfectedFiles, CheckKind::UnauthorisedChanges]
        .into_iter()
        .all(|k| result(k) == Some(true))
        && [CheckKind::Persistence, CheckKind::Other].into_iter().all(|k| result(k) != Some(false))
}

fn tested(c: &RuleCtx<'_>) -> bool {
    [TestKind::Functions, TestKind::Data, TestKind::Rights, TestKind::Partners].iter().all(|k| {
        let last = c.me.rows("tests").filter(|r| is(r, "kind", k.id())).last();
        last.is_some_and(|r| !is(r, "result", TestResult::Failed.id()))
    })
}

fn is(row: &Body, field: &str, value: &str) -> bool {
    row.get(field).and_then(Value::as_str) == Some(value)
}

const CHECKED: Gate = Gate {
    id: "checked_clean",
    label: Text::new(
        "感染ファイルと不正な変更が無いと確かめた",
        "No infected files and no unauthorised changes",
    ),
    mend: Text::new(
        "両方について、確認した人・方法・日時・結果を入れてください。見つかったら取り除いて再確認します。",
        "Give who checked both, how, when and the outcome. What is found is removed and checked again.",
    ),
    inputs: &[],
    holds: checked,
    meets: &["TK-82"],
};

const TESTED: Gate = Gate {
    id: "tests_passed",
    label: Text::new(
        "機能・データ・権限・取引先接続の確認テストに合格した",
        "Functions, data, rights and links were tested and passed",
    ),
    mend: Text::new(
        "四つすべての結果を入れてください。対象が無いものは「対象がない」にします。",
        "Give all four outcomes; \"does not apply\" where there is none.",
    ),
    inputs: &[],
    holds: tested,
    meets: &["TK-83"],
};

const PASSED: Gate = Gate {
    id: "still_safe",
    label: Text::new("安全確認と確認テストが有効", "Checks and tests still stand"),
    mend: Text::new(
        "安全確認と確認テストの結果を見直してください。",
        "Look again at the checks and the tests.",
    ),
    inputs: &[Input::All("device_scan"), Input::All("system"), Input::Out("incident")],
    holds: |c| checked(c) && tested(c),
    meets: &["TK-81", "TK-82"],
};

const SCANNED: Gate = Gate {
    id: "all_devices_scanned",
    label: Text::new(
        "全端末を検査・監視し、再感染が無い",
        "All devices were scanned and watched without reinfection",
    ),
    mend: Text::new(
        "端末検査の記録に残っている端末を検査するか、例外として再開する理由を書いてください。",
        "Scan the devices still open in the device scan, or write why to restart as an exception.",
    ),
    inputs: &[],
    holds: |c| {
        !attacked(c)
            || given(c, "exception")
            || c.all("device_scan").any(|s| {
                s.text("incident") == c.me.text("incident") && device_scan::covered(s, c.now)
            })
    },
    meets: &["TK-78"],
};

const CAUSE: Gate = Gate {
    id: "cause_dealt_with",
    label: Text::new(
        "原因を分析し、特定し、対処した",
        "The cause was analysed, identified and dealt with",
    ),
    mend: Text::new(
        "三つをそれぞれ確かめるか、例外として再開する理由を書いてください。",
        "Confirm each of the three, or write why to restart as an exception.",
    ),
    inputs: &[],
    holds: |c| {
        given(c, "exception")
            || ["cause_analysed", "cause_identified", "cause_removed"].iter().all(|f| c.me.flag(f))
    },
    meets: &["NI-423"],
};

const CAUTIONS: Gate = Gate {
    id: "restart_cautions",
    label: Text::new(
        "攻撃の再開と残ったボットに備え、専門家に相談した",
        "Prepared for a resumed attack and for bots; an expert was asked",
    ),
    mend: Text::new(
        "再開後の攻撃、残ったボット、相談先または手順書の三つを書いてください。",
        "Write all three: resumed attack, bots left inside, whom one asked or the procedure.",
    ),
    inputs: &[],
    holds: |c| !attacked(c) || ["again_flood", "again_bots", "expert"].iter().all(|f| given(c, f)),
    meets: &["IPA-140"],
};

const APPROVER: Gate = Gate {
    id: "approver_in_plan",
    label: Text::new("計画で決めた責任者の承認", "Approved by the person named in the plan"),
    mend: Text::new(
        "承認した人は、システムの復旧責任者か代行者でなければなりません。",
        "Whoever approves must be the system's recovery owner or deputy.",
    ),
    inputs: &[],
    holds: |c| {
        let approver = c.me.text("approver");
        c.snap.get("system", c.me.text("system")).is_some_and(|s| {
            !approver.is_empty() && [s.text("owner"), s.text("deputy")].contains(&approver)
        })
    },
    meets: &["TK-81"],
};

const LOSS_SAID: Gate = Gate {
    id: "loss_weighed",
    label: Text::new(
        "失うものを比べ、認めた人がいる",
        "What is lost was weighed and accepted by somebody",
    ),
    mend: Text::new(
        "失うものがあれば、内容・価値・別の方法・認めた人を入れてください。",
        "Where something is lost: what, its worth, alternatives, and who accepts.",
    ),
    inputs: &[],
    holds: |c| match Loss::from_id(c.me.text("loss")) {
        None => false,
        Some(Loss::Nothing) => restoration::lost_minutes(c.me).is_none_or(|m| m == 0),
        Some(Loss::Part) => ["loss_what", "loss_worth", "loss_alternatives", "loss_accepted_by"]
            .iter()
            .all(|f| given(c, f)),
    },
    meets: &["JP-41"],
};

const HEIGHTENED: Gate = Gate {
    id: "watch_wide_enough",
    label: Text::new(
        "例外で再開したときは、隣も含めて長く見張る",
        "After an exception the watch is long and covers neighbours",
    ),
    mend: Text::new(
        "隣のシステムを選び、設定した日数以上の監視期間にしてください。",
        "Choose neighbours, and watch for at least the number of days that is set.",
    ),
    inputs: &[],
    holds: |c| {
        let days = c.settings.int("recover.heightened_days");
        let long = c.me.time("watch_until").is_some_and(|t| t >= c.now.plus(days * DAY));
        !given(c, "exception") || (given(c, "watch_neighbours") && long)
    },
    meets: &["NI-428"],
};

const WATCH_AHEAD: Gate = Gate {
    id: "watch_ends_later",
    label: Text::new("監視の終わりは先の日時", "The watch ends in the future"),
    mend: Text::new("これからの日時を入れてください。", "Give an instant that is still to come."),
    inputs: &[],
    holds: |c| c.me.time("watch_until").is_some_and(|t| t > c.now),
    meets: &["JP-43"],
};

const WATCHED: Gate = Gate {
    id: "watch_over",
    label: Text::new("監視強化の期間が終わっている", "The time of watching is over"),
    mend: Text::new(
        "決めた期間は見張りを続けてください。延ばすときは終わりの日時を変えます。",
        "Go on watching for the time that was set; to extend it, change its end.",
    ),
    inputs: &[],
    holds: |c| c.me.time("watch_until").is_some_and(|t| t <= c.now),
    meets: &["JP-43", "NI-427"],
};

/// The steps.
pub const FLOW: Workflow = Workflow {
    field: "state",
    initial: "stopped",
    start: Start { stamps: &["stopped_at"], inputs: &[], fill: None, follows: &[] },
    transitions: &[
        Transition {
            id: "bridge",
            label: Text::new("代わりに切り替える", "Switch to the alternative"),
            from: &["stopped"],
            to: "alternative",
            asks: &[("bridge", true), ("bridge_how", true), ("bridge_hardened", false)],
            stamps: &["alternative_at"],
            gates: &[HARDENED],
            who: RESTORERS,
            meets: &["TK-81", "NI-424"],
            ..Transition::PLAIN
        },
        Transition {
            id: "restore",
            label: Text::new("復旧作業を始める", "Begin restoring"),
            from: &["alternative"],
            to: "restoring",
            asks: &[
                ("bcp", true),
                ("evidence", false),
                ("no_evidence", false),
                ("order_reason", false),
            ],
            stamps: &["restoring_at"],
            gates: &[KNOWN, EVIDENCE_FIRST, IN_ORDER],
            who: RESTORERS,
            meets: &["TK-81", "JP-40", "TK-45"],
            ..Transition::PLAIN
        },
        Transition {
            id: "verify",
            label: Text::new("安全を確認した", "Verified clean"),
            from: &["restoring"],
            to: "clean",
            asks: &[("checks", true)],
            stamps: &["clean_at"],
            gates: &[CHECKED],
            who: RESTORERS,
            meets: &["TK-81", "TK-82"],
            ..Transition::PLAIN
        },
        Transition {
            id: "test",
            label: Text::new("確認テストに合格した", "Confirmation test passed"),
            from: &["clean"],
            to: "tested",
            asks: &[("recovery_point_at", true), ("tests", true)],
            stamps: &["tested_at"],
            gates: &[CHECKED, TESTED],
            who: RESTORERS,
            meets: &["TK-81", "TK-83"],
            ..Transition::PLAIN
        },
        APPROVE,
        Transition {
            id: "serve",
            label: Text::new("再開した", "Back in service"),
            from: &["approved"],
            to: "in_service",
            stamps: &["in_service_at"],
            gates: &[CHECKED, TESTED],
            who: RESTORERS,
            meets: &["TK-81"],
            ..Transition::PLAIN
        },
        Transition {
            id: "watch",
            label: Text::new("監視を強める", "Begin the watch"),
            from: &["in_service"],
            to: "watched",
            asks: &[
                ("watcher", true),
                ("watch_signs", true),
                ("watch_until", true),
                ("watch_neighbours", false),
            ],
            stamps: &["watched_at"],
            gates: &[WATCH_AHEAD, HEIGHTENED],
            who: RESTORERS,
            meets: &["TK-81", "JP-43", "NI-428"],
            ..Transition::PLAIN
        },
        Transition {
            id: "settle",
            label: Text::new("通常運用に戻す", "Return to normal"),
            from: &["watched"],
            to: "normal",
            asks: &[("watch_result", true)],
            stamps: &["normal_at"],
            gates: &[WATCHED],
            follows: &[crate::improve::closing::PLAN_AFTER_LAST],
            who: RESTORERS,
            meets: &["TK-81", "JP-43", "TK-84"],
            ..Transition::PLAIN
        },
        Transition {
            id: "relapse",
            label: Text::new(
                "異常が見つかった（復旧作業に戻る）",
                "Something was found (restore again)",
            ),
            from: &["clean", "tested", "approved", "in_service", "watched"],
            to: "restoring",
            counts: &["relapses"],
            fill: Some(forget),
            reason: true,
            who: RESTORERS,
            ..Transition::PLAIN
        },
        Transition {
            id: "withdraw",
            label: Text::new(
                "対象外にする（停止していなかった）",
                "Not concerned (was not stopped)",
            ),
            from: &["stopped", "alternative"],
            to: "withdrawn",
            reason: true,
            who: RESTORERS,
            ..Transition::PLAIN
        },
    ],
};

const APPROVE: Transition = Transition {
    id: "approve",
    label: Text::new("再開を承認する", "Approve the restart"),
    from: &["tested"],
    to: "approved",
    asks: &[
        ("approver", true),
        ("approval", true),
        ("cause_analysed", false),
        ("cause_identified", false),
        ("cause_removed", false),
        ("again_flood", false),
        ("again_bots", false),
        ("expert", false),
        ("loss", true),
        ("loss_what", false),
        ("loss_worth", false),
        ("loss_alternatives", false),
        ("loss_accepted_by", false),
        ("exception", false),
    ],
    stamps: &["approved_at"],
    gates: &[PASSED, SCANNED, CAUSE, CAUTIONS, LOSS_SAID, APPROVER],
    follows: &[Follow {
        label: Text::new("再開の決定を記録する", "Records the decision to restart"),
        inputs: &[],
        open: decision,
        meets: &["JP-42"],
    }],
    who: DECIDERS,
    meets: &["TK-81", "JP-42", "JP-41", "TK-78", "NI-423", "IPA-140"],
    ..Transition::PLAIN
};

/// What a fall back undoes; the history keeps it.
fn forget(_: &RuleCtx<'_>) -> Body {
    [
        "checks",
        "clean_at",
        "tests",
        "tested_at",
        "approver",
        "approval",
        "decision",
        "approved_at",
        "exception",
        "in_service_at",
        "watched_at",
        "watch_until",
        "watch_signs",
    ]
    .into_iter()
    .map(|f| (f.to_owned(), Value::Null))
    .collect()
}

/// The final decision on this system's return, apart from the one on containment (JP-42). What was
/// known: checks, tests and how the target stands.
fn decision(c: &RuleCtx<'_>) -> Vec<NewRecord> {
    let title = c.me.text("title");
    let target = match (c.me.time("stopped_at"), c.me.int("rto")) {
        (Some(stopped), Some(rto)) => {
            let left = rto - c.now.since(stopped) / MINUTE;
            if left >= 0 {
                format!("RTO: あと{left}分 / {left} min left")
            } else {
                format!("RTO: {}分超過 / {} min over", -left, -left)
            }
        }
        _ => "RTO: 目標なし / no target".to_owned(),
    };
    let known = format!(
        "安全確認 / checks: {}件\n確認テスト / tests: {}件\n{target}",
        c.me.rows("checks").count(),
        c.me.rows("tests").count(),
    );
    let person = |f: &str| c.me.ids(f).first().map(|p| Ref::new(RecordId::new(*p)));
    let decision = Decision {
        incident: c.me.ids("incident").first().map(|i| Ref::new(RecordId::new(*i))),
        topic: Topic::Restart,
        question: format!("{title}を再開しますか / Restart {title}?"),
        options: Vec::new(),
        known: Some(Long(known)),
        decision: Long("再開する / Restart".to_owned()),
        helper: None,
        why: Some(Long(c.me.text("approval").chars().take(2_000).collect())),
        decider: person("approver"),
        authority: None,
        decided_at: c.now,
        conditions: c.me.body.get("exception").and_then(Value::as_str).map(|t| Long(t.to_owned())),
        review_at: None,
    };
    vec![NewRecord::of(&decision).linked_from("decision")]
}
