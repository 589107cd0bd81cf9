//! Gates of the client side on the way of a link: what must hold before a trial, before further
//! stages and before full reconnection (G7-40, 76, 78, 79, 80).

use super::client_requirement::waiting;
use super::received_package::{ReceivedPackage, reconnects};
use super::test_transaction::{TestStage, TestState};
use crate::*;

/// The business decision to reconnect this link is on record.
pub const DECIDED: Gate = Gate {
    id: "decided",
    label: Text::new("再接続の決定が記録されている", "The decision to reconnect is on record"),
    mend: Text::new(
        "この接続の「再接続の決定」を相手組織の決定まで進めるか、相手が署名した決定の一式を取り込んでください。",
        "Take the reconnection decision of this link as far as the client's decision, or take in the decision that the client signed.",
    ),
    inputs: &[
        Input::In("reconnection_decision", "link"),
        Input::Beside("reconnection", "received_package", "reconnection"),
    ],
    holds: |c| {
        let here = c.incoming("reconnection_decision", "link").any(|d| {
            d.text("state") == "decided"
                && d.text("decision") == "reconnect"
                && d.ids("reconnection") == c.me.ids("reconnection")
        });
        here || c
            .beside("reconnection", ReceivedPackage::ID, "reconnection")
            .any(|p| reconnects(p) && p.ids("sender") == c.me.ids("counterparty"))
    },
    meets: &["G7-76"],
};

/// The reconnection phase of the case is open: a link is tried only once the case has come so far.
pub const PHASE_OPEN: Gate = Gate {
    id: "phase_open",
    label: Text::new(
        "案件の再接続の段階が始まっている",
        "The reconnection phase of the case is open",
    ),
    mend: Text::new(
        "案件の画面で、再接続の段階を始めてください。",
        "Begin the reconnection phase on the page of the case.",
    ),
    inputs: &[Input::Beside("reconnection", "reconnect_phase", "reconnection")],
    holds: |c| {
        c.beside("reconnection", "reconnect_phase", "reconnection").any(|p| {
            p.text("kind") == super::framework::PhaseKind::Reconnection.id()
                && p.text("state") == "open"
        })
    },
    meets: &["G7-38"],
};

/// Enhanced monitoring is in force, and quiet.
pub const WATCHED: Gate = Gate {
    id: "watched",
    label: Text::new(
        "強めた監視が動いていて、異常が無い",
        "Enhanced monitoring is in force and quiet",
    ),
    mend: Text::new(
        "この接続の監視計画を始めてください。異常があれば、先に解消してください。",
        "Begin the monitoring plan of this link; clear any alert first.",
    ),
    inputs: &[Input::In("monitoring_plan", "link")],
    holds: |c| {
        let of = || {
            c.incoming("monitoring_plan", "link")
                .filter(|p| p.ids("reconnection") == c.me.ids("reconnection"))
        };
        of().any(|p| p.text("state") == "active") && !of().any(|p| p.text("state") == "alert")
    },
    meets: &["G7-78", "G7-80"],
};

/// No requirement for which the client lets the next stage wait is without an answer.
pub const ANSWERED: Gate = Gate {
    id: "answered",
    label: Text::new(
        "「回答まで進まない」とされた要件に、すべて答えている",
        "Every requirement that holds the stage is answered",
    ),
    mend: Text::new(
        "残っている固有の要件に答えてください。",
        "Answer the requirements that are left.",
    ),
    inputs: &[Input::In("client_requirement", "link")],
    holds: |c| {
        !c.incoming("client_requirement", "link").any(|r| {
            r.flag("holds_stage") && waiting(r) && r.ids("reconnection") == c.me.ids("reconnection")
        })
    },
    meets: &["G7-40"],
};

/// The tests of the first stage are confirmed: at least one, and none that failed or is left open.
pub const FIRST_STAGE: Gate = Gate {
    id: "first_stage",
    label: Text::new(
        "第一段階のテスト取引が、双方の照合で合格している",
        "The test transactions of the first stage passed on both sides",
    ),
    mend: Text::new(
        "選んだ相手とのテスト取引を合格させてください。不合格は、直してやり直してから進みます。",
        "Let the tests with the chosen parties pass. A failed one is mended and run anew first.",
    ),
    inputs: &[Input::Beside("reconnection", "test_transaction", "reconnection")],
    holds: |c| {
        let mut first = c
            .beside("reconnection", "test_transaction", "reconnection")
            .filter(|t| t.text("stage") == TestStage::First.id())
            .peekable();
        first.peek().is_some()
            && first.all(|t| {
                [TestState::Passed.id(), TestState::Replaced.id()].contains(&t.text("state"))
            })
    },
    meets: &["G7-79", "G7-80"],
};

/// No test over this link has failed or waits to be judged.
pub const TESTS_PASSED: Gate = Gate {
    id: "tests_passed",
    label: Text::new(
        "この接続のテスト取引がすべて合格している",
        "All tests over this link have passed",
    ),
    mend: Text::new(
        "不合格や照合待ちのテスト取引を片付けてください。",
        "Settle the tests that failed or wait to be judged.",
    ),
    inputs: &[Input::In("test_transaction", "link")],
    holds: |c| {
        !c.incoming("test_transaction", "link").any(|t| {
            t.ids("reconnection") == c.me.ids("reconnection")
                && [TestState::Failed.id(), TestState::Run.id()].contains(&t.text("state"))
        })
    },
    meets: &["G7-80"],
};
