//! Reports: told at once, measured, judged, answered.

use super::flows::organise;
use super::harness::{NIGHT, body, fields, on_each, opened};
use okiagari_app::ListRequest;
use okiagari_app::intake::PublicReport;
use okiagari_model::{Change, MINUTE, Record, RecordId, Time, register};
use serde_json::json;

/// TK-14, TK-66, TK-67, JP-17: five fields, told at once to three; one field is enough.
#[test]
fn a_report_of_one_sentence_is_told_at_once_to_three_parties() {
    on_each(|world| {
        let (_, finder) = world.employee("現場 次郎", None);
        let report = world
            .create_as(
                &finder,
                "report",
                json!({"detected_at": NIGHT - 20 * MINUTE,
                "place": "経理の端末", "what": "変なメールを開いた", "situation": "線を抜いた",
                "reporter_name": "現場 次郎"}),
            )
            .unwrap();
        assert_eq!(report.number.as_deref(), Some("R-1"));
        let mut told: Vec<Record> =
            opened(&report, "message").iter().map(|id| world.get(("message", id))).collect();
        told.sort_by_key(|m| m.text("channel").to_owned());
        let to: Vec<String> = told
            .iter()
            .map(|m| world.get(("role", &RecordId::new(m.ids("to_role")[0]))).text("kind").into())
            .collect();
        let mut kinds = to.clone();
        kinds.sort();
        assert_eq!(kinds, ["executive", "external_support", "it_manager"]);
        // Inside it is sent at once; the company outside is called, and that is recorded.
        for (m, kind) in told.iter().zip(&to) {
            let expected = if kind == "external_support" {
                ("approved", "telephone")
            } else {
                ("sent", "in_app")
            };
            assert_eq!((m.text("state"), m.text("channel")), expected, "{kind}");
        }
        for role in ["it_manager", "executive"] {
            assert!(world.told(&world.people[role]).iter().any(|t| t.contains("変なメール")));
        }
        // The security manager sees every report, and whoever answers for it is told.
        let seen = world.app.home(&world.ctx("security_manager")).unwrap();
        assert!(seen.reports.iter().any(|r| r.id == report.id));
        assert!(!world.told(&world.people["unforeseen_owner"]).is_empty());
        // JP-17: nothing but what happened is asked for.
        let bare = world.create_as(&finder, "report", json!({"what": "画面が変"})).unwrap();
        assert_eq!(bare.number.as_deref(), Some("R-2"));
        let none = world.create_as(&finder, "report", json!({})).unwrap_err();
        assert_eq!(fields(none), [("what".to_owned(), "required")]);
    });
}

/// TK-68: detection, report, receipt and start are stamped, delay is measured by the limit set.
#[test]
fn delays_are_stamped_and_measured_by_the_limits_set() {
    on_each(|world| {
        let report = |minutes: i64| {
            let seen = world.app.now().plus(-minutes * MINUTE).millis();
            world
                .create("csirt", "report", json!({"what": "遅い", "detected_at": seen}))
                .unwrap()
                .id
        };
        let (quick, slow) = (report(60), report(61));
        assert!(world.findings(("report", &quick), "report.delay").is_empty());
        let found = world.findings(("report", &slow), "report.delay");
        assert_eq!(found[0].message.ja, "気づいてから報告まで61分かかりました（目安 60分）。");
        world.set("report.delay_minutes", &json!(61));
        assert!(world.findings(("report", &slow), "report.delay").is_empty());
        // Receipt: 30 minutes as shipped, then the security manager is told.
        world.pass(30 * MINUTE - 1);
        world.app.tick().unwrap();
        let it = ("report", &quick);
        assert!(world.findings(it, "report.waiting").is_empty());
        world.pass(1);
        world.app.tick().unwrap();
        assert_eq!(world.findings(it, "report.waiting").len(), 1);
        let told = world.told(&world.people["security_manager"]);
        assert!(told.iter().any(|t| t.contains("まだ受け付けられていません")), "{told:?}");
        world.step("reporting_desk", it, "take", json!({})).unwrap();
        assert!(world.findings(it, "report.waiting").is_empty());
        world.pass(10 * MINUTE);
        let made = world.step("csirt", it, "open_incident", json!({"event": "malware"})).unwrap();
        let incident = opened(&made, "incident").remove(0);
        world.pass(5 * MINUTE);
        organise(world, &incident, json!({}));
        let r = world.get(it);
        let at = |field: &str| r.time(field).unwrap().since(Time::from_millis(NIGHT)) / MINUTE;
        assert_eq!(
            ["detected_at", "reported_at", "received_at", "judged_at"].map(at),
            [-60, 0, 30, 40]
        );
        let i = world.get(("incident", &incident));
        assert_eq!(i.time("reported_at").unwrap().millis(), NIGHT);
        assert_eq!(i.time("organised_at").unwrap().millis(), NIGHT + 45 * MINUTE);
        let metrics = world.app.metrics(&world.ctx("ciso"), None).unwrap();
        let first = metrics.iter().find(|m| m.def.id == "first_response").unwrap();
        assert_eq!(first.now.value, Some(45));
    });
}

/// JP-19, JP-20, JP-23: verdict, reason, by, at; what is no incident is kept.
#[test]
fn a_verdict_on_a_report_has_its_reason_and_what_is_no_incident_is_kept() {
    on_each(|world| {
        let report = world.create("csirt", "report", json!({"what": "広告の窓"})).unwrap().id;
        let it = ("report", &report);
        let step = |reason: Option<&str>, patch: serde_json::Value| {
            let change = Change::Step {
                def: register("report").unwrap(),
                id: report.clone(),
                rev: None,
                step: "not_incident".into(),
                patch: body(patch),
                reason: reason.map(str::to_owned),
            };
            world.app.change(&world.ctx("reporting_desk"), change)
        };
        let bare = fields(step(None, json!({})).unwrap_err());
        assert_eq!(bare, [("answer".to_owned(), "required"), ("_reason".to_owned(), "required")]);
        world.pass(7 * MINUTE);
        step(
            Some("通常の広告"),
            json!({"answer": "害はありません。ありがとう", "criterion": "基準3"}),
        )
        .unwrap();
        let record = world.get(it);
        assert_eq!(record.text("state"), "not_incident");
        assert_eq!(record.text("criterion"), "基準3");
        assert_eq!(record.time("judged_at").unwrap().millis(), NIGHT + 7 * MINUTE);
        let story = world
            .app
            .history(&world.ctx("auditor"), register("report").unwrap(), &report, None, 9)
            .unwrap();
        assert_eq!(story[0].reason.as_deref(), Some("通常の広告"));
        assert!(story[0].role.contains("reporting_desk"));
        let listed = ListRequest::first(register("report").unwrap(), 9);
        assert_eq!(world.app.list(&world.ctx("auditor"), &listed).unwrap().records.len(), 1);
    });
}

/// IPA-03, IPA-68: an anonymous near-miss, thanked and told back, counted.
#[test]
fn an_anonymous_near_miss_is_answered_and_counted() {
    on_each(|world| {
        let report = PublicReport {
            what: "誤って全員に送りかけた".into(),
            place: "営業".into(),
            nearly: true,
            elapsed_ms: Some(30_000),
            ..PublicReport::default()
        };
        let receipt = world.app.report_public(&world.org, &report).unwrap();
        let record = world.all("report").remove(0);
        assert_eq!(record.text("kind"), "near_miss");
        for field in ["reporter_name", "reporter_contact"] {
            assert!(!record.body.contains_key(field), "nothing about whoever reports");
        }
        assert_eq!(record.updated_by, "public");
        let it = ("report", &record.id);
        let bare = fields(world.step("csirt", it, "learn", json!({})).unwrap_err());
        let expected = ["nearly", "effect_class", "answer"].map(|f| (f.to_owned(), "required"));
        assert_eq!(bare, expected);
        world
            .step(
                "csirt",
                it,
                "learn",
                json!({"nearly": "顧客名簿の流出", "effect_class": "high",
                "answer": "知らせてくれてありがとうございます。送信前の確認を入れます"}),
            )
            .unwrap();
        let status = world.app.report_status(&world.org, &receipt.number, &receipt.secret).unwrap();
        assert_eq!(status.state.ja, "ヒヤリハットとして活用");
        assert!(status.answer.unwrap().contains("ありがとう"));
        let metrics = world.app.metrics(&world.ctx("ciso"), None).unwrap();
        let near = metrics.iter().find(|m| m.def.id == "near_misses").unwrap();
        assert_eq!((near.now.value, near.now.behind.clone()), (Some(1), vec![record.id.clone()]));
        // It feeds improvement.
        world
            .create(
                "csirt",
                "improvement",
                json!({"measure": "送信前の確認",
                "report": record.id.as_str()}),
            )
            .unwrap();
        let def = register("report").unwrap();
        let view = world.app.record(&world.ctx("csirt"), def, &record.id, None).unwrap();
        assert!(view.links_in.iter().any(|l| l.register.id == "improvement"));
        // A verdict without an answer is pointed out.
        let other = world.create("csirt", "report", json!({"what": "開けない"})).unwrap().id;
        world
            .step("csirt", ("report", &other), "open_incident", json!({"event": "malware"}))
            .unwrap();
        assert_eq!(world.findings(("report", &other), "report.answered").len(), 1);
    });
}
