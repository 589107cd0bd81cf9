//! A worked example for tests: a mail server under ransomware at a small shop.

use super::parts::{Html, Ui};
use super::room::{Due, Room};
use super::room_build::{EntryIn, Lookup, RoomIn, StepIn, room};
use okiagari_app::views::waking::{Call, LastWord, Named, Reach, Turn, Unit, Waking};
use okiagari_model::{
    Body, HOUR, Lang, MINUTE, Record, RecordId, RegisterDef, Time, Zone, register,
};
use std::collections::BTreeMap;

/// 2026-11-21 14:03 in Tokyo.
pub const NOW: Time = Time::from_millis(1_795_237_380_000);

pub fn ui(lang: Lang) -> Ui {
    Ui { lang, zone: Zone::tokyo(), now: NOW }
}

pub fn def(id: &str) -> &'static RegisterDef {
    register(id).unwrap()
}

/// A record made of JSON text, written at `NOW`.
pub fn record(register: &str, id: &str, leaf: u64, json: serde_json::Value) -> Record {
    let body: Body = json.as_object().unwrap().clone();
    Record {
        def: def(register),
        id: RecordId::new(id),
        rev: 1,
        leaf,
        created_at: NOW,
        updated_at: NOW,
        updated_by: "acc1".into(),
        body,
    }
}

#[derive(Default)]
pub struct Names(pub BTreeMap<(String, String), String>);

impl Lookup for Names {
    fn name(&self, register: &str, id: &str) -> Option<String> {
        self.0.get(&(register.to_owned(), id.to_owned())).cloned()
    }
}

pub fn names() -> Names {
    let pairs = [
        ("person", "p1", "佐藤 花"),
        ("person", "p2", "高橋 一郎"),
        ("system", "s1", "受注サーバー"),
        ("role", "r1", "広報責任者"),
    ];
    Names(pairs.into_iter().map(|(r, i, n)| ((r.to_owned(), i.to_owned()), n.to_owned())).collect())
}

pub fn due(ui: &Ui, title: &str, minutes: i64) -> Due {
    let late = minutes < 0;
    Due {
        id: format!("o{}", minutes.unsigned_abs()),
        rev: 1,
        title: title.into(),
        due_at: NOW.plus(minutes * MINUTE),
        late,
        over: false,
        done_at: None,
        proof: String::new(),
        incident: Some(("i1".into(), "INC-7 受注サーバーが暗号化された".into())),
        role: ui.t("情報セキュリティ責任者", "Information security manager").into(),
        holder: "佐藤 花".into(),
        mine: !late,
        recipient: ui.t("個人情報保護委員会", "PPC").into(),
        explain: ui.t("知った時から3日", "3 days from awareness").into(),
        source: "APPI".into(),
        evidence: "A".into(),
        rto: false,
        chip: ui.chip(
            if late { "late" } else { "open" },
            if late { ui.t("超過", "Late") } else { ui.t("進行中", "Open") },
        ),
    }
}

pub fn incident(state: &str) -> Record {
    record(
        "incident",
        "i1",
        40,
        serde_json::json!({
            "number": "INC-7", "title": "受注サーバーが暗号化された", "kind": "malware",
            "severity": "high", "state": state, "grave": true, "lead": "p1", "members": ["p1", "p2"],
            "sharing": "members", "detected_at": NOW.plus(-3 * HOUR).millis(),
            "known": "・受注サーバーのファイルが開けない\n・バックアップは無事",
            "unknown": "侵入の経路", "next_update_at": NOW.plus(30 * MINUTE).millis(),
            "systems": [{"system": "s1", "stopped_at": NOW.plus(-3 * HOUR).millis()}],
        }),
    )
}

/// A call that somebody answers in the second turn, a handover that waits, and a last word.
pub fn waking() -> Waking {
    let reach = |name: &str, phone: &str| Reach { name: name.into(), phone: phone.into() };
    let (sato, takahashi) = (reach("佐藤 花", "090-1"), reach("高橋 一郎", "090-2"));
    let turn = |who: &Reach, minutes: i64, passed_on: &str, sent: &str| Turn {
        who: who.clone(),
        at: NOW.plus(-minutes * MINUTE),
        passed_on: passed_on.into(),
        sent: sent.into(),
    };
    let paging = serde_json::json!({"incident": "i1", "cause": "incident", "state": "calling",
        "started_at": NOW.plus(-12 * MINUTE).millis(), "next_at": NOW.plus(8 * MINUTE).millis()});
    let handover = serde_json::json!({"incident": "i1", "from": "p1", "to": "p2",
        "state": "offered", "offered_at": NOW.millis(), "note": "電話は3番へ",
        "open": [{"text": "影響範囲を確かめる"}]});
    let p = |id: &str, name: &str| (RecordId::new(id), name.to_owned());
    Waking {
        calls: vec![Call {
            record: record("paging", "g1", 47, paging),
            turns: vec![
                turn(&sato, 12, "not_reached", "refused"),
                turn(&takahashi, 2, "", "accepted"),
            ],
            next: Some(reach("田中 健", "090-3")),
            answered_by: None,
        }],
        handovers: vec![Named {
            record: record("handover", "h1", 48, handover),
            people: vec![p("p1", "佐藤 花"), p("p2", "高橋 一郎")],
        }],
        last_words: vec![LastWord {
            power: okiagari_model::Text::new(
                "ネットワークの遮断・隔離",
                "Cut or isolate a network",
            ),
            who: Some(sato),
            deputies: vec![takahashi],
        }],
        inside: vec![Unit { name: "営業部".into(), head: Some(reach("鈴木 進", "090-4")) }],
        roles: vec![p("r1", "CSIRT")],
        ..Waking::default()
    }
}

pub fn a_room(ui: &Ui, correct: Option<&str>) -> Room {
    let names = names();
    let incident = incident("organised");
    let tasks = [
        record(
            "task",
            "t1",
            44,
            serde_json::json!({"incident": "i1", "title": "外部との通信を止める", "state": "done", "done_at": NOW.plus(-HOUR).millis(), "assignee": "p2"}),
        ),
        record(
            "task",
            "t2",
            45,
            serde_json::json!({"incident": "i1", "title": "影響範囲を確かめる", "state": "open"}),
        ),
    ];
    let first = record(
        "timeline_entry",
        "e1",
        41,
        serde_json::json!({"incident": "i1", "at": NOW.plus(-3 * HOUR).millis(), "kind": "event", "text": "受注担当から「ファイルが開けない」<b>電話</b>", "object": "PC-12"}),
    );
    let fix = record(
        "timeline_entry",
        "e2",
        46,
        serde_json::json!({"incident": "i1", "at": NOW.millis(), "kind": "correction", "text": "PC-12 ではなく PC-21", "corrects": "e1"}),
    );
    let decisions = [record(
        "decision",
        "d1",
        43,
        serde_json::json!({"incident": "i1", "topic": "containment", "question": "外部との通信を止めるか", "options": ["止める", "受注だけ残す"], "known": "広がっている", "decision": "すべて止める", "decider": "p1", "decided_at": NOW.plus(-2 * HOUR).millis()}),
    )];
    let evidence = [record(
        "evidence",
        "v1",
        42,
        serde_json::json!({"incident": "i1", "name": "通信ログ.csv", "kind": "log", "taken_at": NOW.plus(-2 * HOUR).millis(), "taken_by": "p2", "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", "size": 1_258_291, "file_name": "通信ログ.csv", "custody": [{"at": 0, "from": "高橋", "to": "金庫B"}]}),
    )];
    let messages = [
        record(
            "message",
            "m1",
            47,
            serde_json::json!({"subject": "お客様への第一報", "text": "ご注文の確認が遅れています。", "channel": "mail", "to_others": "全顧客", "tlp": "amber_strict", "state": "draft"}),
        ),
        record(
            "message",
            "m2",
            48,
            serde_json::json!({"subject": "支援会社へ依頼", "text": "調査をお願いします。", "channel": "telephone", "to_role": "r1", "state": "approved"}),
        ),
        record(
            "message",
            "m3",
            49,
            serde_json::json!({"subject": "第一報", "text": "調べています。", "channel": "mail", "to_others": "関係先二社", "tlp": "amber", "state": "sending"}),
        ),
    ];
    // Both were tried; one server would not have it.
    let tried = |id: &str, leaf: u64, to: &str, result: &str| {
        record(
            "delivery",
            id,
            leaf,
            serde_json::json!({"message": "m3", "recipient": to, "channel": "mail", "at": 1, "result": result}),
        )
    };
    let deliveries = [tried("v1", 50, "甲社", "accepted"), tried("v2", 51, "乙社", "refused")];
    let flow = def("incident").flow.unwrap();
    let step = |id: &str, closed: Vec<okiagari_model::GateProblem>, role_ok: bool| StepIn {
        step: flow.transition(id).unwrap(),
        open: closed.is_empty(),
        role_ok,
        closed,
    };
    let gate = okiagari_model::GateProblem {
        id: "outside_bodies",
        label: okiagari_model::Message::new(
            "IPAとJPCERT/CCへの連絡の要否を決めている",
            "IPA and JPCERT/CC decided",
        ),
        mend: okiagari_model::Message::new("決定を記録してください。", "Record a decision."),
    };
    let stops = a_stop();
    let entry =
        |record, at: Time| EntryIn { record, at, who: "佐藤 花".into(), text: String::new() };
    room(
        ui,
        RoomIn {
            incident: &incident,
            names: &names,
            deadlines: vec![
                due(ui, "社内への第一報", -12),
                due(ui, "個人情報保護委員会への速報", 42),
            ],
            steps: vec![
                step("contain", vec![gate], true),
                step("false_alarm", Vec::new(), true),
                step("recover", Vec::new(), false),
            ],
            plays: (&[], &[]),
            stops: &stops,
            tasks: &tasks,
            entries: vec![
                entry(&first, NOW.plus(-3 * HOUR)),
                entry(&decisions[0], NOW.plus(-2 * HOUR)),
                entry(&fix, NOW),
            ],
            side: super::side::Side::default(),
            analysis: &[],
            decisions: &decisions,
            evidence: &evidence,
            messages: &messages,
            deliveries: &deliveries,
            waking: waking(),
            lessons: Vec::new(),
            merged: &[],
            know_how: &[],
            roles: &["pr_lead"],
            me: "p1",
            may_write: true,
            drill: false,
            leaf: 48,
            leaf_after: 48,
            more: None,
            correct,
        },
    )
}

/// One element a line, so that a snapshot's difference can be read; addresses of static files
/// without the mark of their content.
pub fn tidy(html: &Html) -> String {
    html.0.replace(&crate::assets::asset("icons.svg"), "/static/icons.svg").replace("><", ">\n<")
}

/// A hold, two items to take, a cut that is in force and a place where one could cut.
pub fn a_stop() -> okiagari_app::views::StopsView {
    let of = |register: &str, id: &str, mut json: serde_json::Value| {
        json["incident"] = "i1".into();
        record(register, id, 40, json)
    };
    okiagari_app::views::StopsView {
        holds: vec![of(
            "hold",
            "h1",
            serde_json::json!({"title": "受注サーバーのログとデータ",
                "title_en": "Logs and data of the order server", "system": "s1", "state": "held"}),
        )],
        open: vec![of(
            "collection",
            "c1",
            serde_json::json!({"data": "メモリ", "system": "s1", "loss": "destroyed", "order": 1,
                "tool": "取得ツール", "steps": "外付けディスクに取る"}),
        )],
        taken: 2,
        missing: 0,
        actions: vec![of(
            "containment",
            "a1",
            serde_json::json!({"number": "CT-1", "target": "社外との境界", "phase": "containment",
                "means": "cut_outside", "state": "done", "decider": "p2", "operator": "p1",
                "stage": 1, "spread": "stopped", "processes": "ネット受注",
                "review_at": NOW.plus(3 * HOUR).millis()}),
        )],
        steps: vec![Vec::new()],
        points: vec![record(
            "stop_point",
            "sp1",
            12,
            serde_json::json!({"name": "社外との境界", "kind": "cut_link", "system": "s1",
                "separates": "社内と社外", "longest": 240}),
        )],
        deciders: vec![vec!["高橋 一郎".into(), "佐藤 花".into()]],
    }
}
