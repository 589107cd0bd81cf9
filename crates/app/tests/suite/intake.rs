//! Ways in: weaknesses found, signals of monitoring, mails.

use super::harness::{NIGHT, World, fields, gates, on_each, opened};
use base64::Engine as _;
use okiagari_app::mail::{Looked, Received};
use okiagari_model::prepare::signal_rule::Signal;
use okiagari_model::{HOUR, MINUTE, RecordId, register};
use serde_json::json;

/// The smallest picture.
const PNG: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

/// NI-243, NI-244, NI-275: any employee tells of a weakness by the one intake; its grade decides
/// handling and deadline; outcome and reply are recorded.
#[test]
fn a_weakness_is_graded_and_the_grade_decides_handling_and_deadline() {
    on_each(|world| {
        let system = world.make("system", json!({"name": "勤怠", "rto": 60})).id;
        let (_, finder) = world.employee("発見 花子", None);
        let picture = base64::engine::general_purpose::STANDARD.decode(PNG).unwrap();
        let form = super::harness::body(
            json!({"what": "初期パスワードのまま", "kind": "misconfiguration",
            "systems": [system.as_str()], "reporter_name": "発見 花子", "detected_at": NIGHT}),
        );
        let send = |form: okiagari_model::Body| {
            let photo = Some(("画面.png".to_owned(), picture.clone()));
            world.app.report_signed(&finder, form, photo, ("key-1", "digest"))
        };
        let made = send(form.clone()).unwrap();
        assert_eq!(send(form.clone()).unwrap(), made, "sent twice it is one report");
        let mut forged = form;
        forged.insert("verified".into(), true.into());
        let forged = world.app.report_signed(
            &finder,
            forged,
            Some(("x".into(), picture.clone())),
            ("k", "d"),
        );
        assert_eq!(fields(forged.unwrap_err()), [("verified".to_owned(), "set_by_program")]);
        let it = ("report", &made.id);
        let r = world.get(it);
        assert_eq!(r.ids("systems"), [system.as_str()]);
        assert!(r.ids("files")[0].ends_with("画面.png"), "the attachment");
        let mut bytes = Vec::new();
        world.app.report_file(&world.ctx("csirt"), &made.id, 0, &mut bytes).unwrap();
        assert_eq!(&bytes[..4], b"\x89PNG");
        let (_, stranger) = world.employee("ほか", None);
        assert!(world.app.report_file(&stranger, &made.id, 0, &mut Vec::new()).is_err());
        // It reaches whoever is responsible by the same channel as every report (NI-275).
        let owner = RecordId::new(r.ids("owner")[0]);
        assert!(world.told(&owner).iter().any(|t| t.contains("初期パスワード")));
        assert_eq!(opened(&made, "message").len(), 3);
        assert_eq!(r.time("reported_at").unwrap().millis(), NIGHT);
        // Other reports are not graded so.
        let odd = world.create("csirt", "report", json!({"what": "変"})).unwrap().id;
        let no = world.step("csirt", ("report", &odd), "grade", json!({"severity": "high"}));
        assert_eq!(gates(no.unwrap_err()), ["weakness"]);
        world.pass(30 * MINUTE);
        let ungraded = world.step("csirt", it, "grade", json!({})).unwrap_err();
        assert_eq!(fields(ungraded), [("severity".to_owned(), "required")]);
        let handler = world.people["technical_lead"].as_str();
        world
            .step("csirt", it, "grade", json!({"severity": "critical", "owner": handler}))
            .unwrap();
        let r = world.get(it);
        assert_eq!((r.text("state"), r.text("handling")), ("fixing", "at_once"));
        assert_eq!(r.ids("owner"), [handler], "the handler");
        let limit = world.obligation("weakness-fix", "critical").unwrap();
        assert_eq!(limit.time("due_at").unwrap().millis(), NIGHT + 30 * MINUTE + 24 * HOUR);
        let bare = fields(world.step("technical_lead", it, "fix", json!({})).unwrap_err());
        assert_eq!(bare, [("outcome".to_owned(), "required"), ("answer".to_owned(), "required")]);
        let fixed = json!({"outcome": "全台で変えた", "answer": "ありがとう。直しました"});
        world.step("technical_lead", it, "fix", fixed).unwrap();
        assert_eq!(world.obligation("weakness-fix", "critical").unwrap().text("state"), "done");
        // Whoever reported reads the reply.
        let view = world.app.record(&finder, register("report").unwrap(), &made.id, None).unwrap();
        assert_eq!(view.record.text("answer"), "ありがとう。直しました");
        // Each grade has its own handling and limit, and the limit is a setting.
        world.set("weakness.low_minutes", &json!(120));
        for (grade, handling, minutes) in
            [("high", "first", 10_080), ("medium", "planned", 43_200), ("low", "next_change", 120)]
        {
            let id = world
                .create("csirt", "report", json!({"what": grade, "kind": "vulnerability"}))
                .unwrap()
                .id;
            let now = world.app.now();
            world.step("csirt", ("report", &id), "grade", json!({"severity": grade})).unwrap();
            assert_eq!(world.get(("report", &id)).text("handling"), handling);
            let due = world.obligation("weakness-fix", grade).unwrap().time("due_at").unwrap();
            assert_eq!(due.since(now), minutes * MINUTE, "{grade}");
        }
    });
}

/// A drill is marked where people are told, carried into its incident, and left out of the figures.
#[test]
fn a_drill_is_marked_from_the_report_on_and_counted_in_no_figure() {
    on_each(|world| {
        let body = json!({"what": "訓練の報告", "kind": "near_miss", "drill": true});
        let made = world.create("csirt", "report", body).unwrap();
        for id in opened(&made, "message") {
            assert!(world.get(("message", &id)).text("subject").starts_with("【訓練 / Drill】"));
        }
        let metrics = world.app.metrics(&world.ctx("ciso"), None).unwrap();
        let near = metrics.iter().find(|m| m.def.id == "near_misses").unwrap();
        assert_eq!(near.now.value, Some(0));
        let step = json!({"event": "malware"});
        let opens = world.step("csirt", ("report", &made.id), "open_incident", step).unwrap();
        let case = opened(&opens, "incident").remove(0);
        assert!(world.get(("incident", &case)).flag("drill"));
    });
}

/// A notice from outside names who told us and how to reach them.
#[test]
fn an_outside_notice_without_its_notifier_is_pointed_out() {
    on_each(|world| {
        let body =
            json!({"what": "御社から不審な通信", "kind": "outside", "reporter_org": "他社CSIRT"});
        let id = world.create("csirt", "report", body).unwrap().id;
        let it = ("report", &id);
        assert_eq!(world.findings(it, "report.notifier").len(), 1);
        world.edit("csirt", it, json!({"reporter_contact": "soc@example.org"})).unwrap();
        assert!(world.findings(it, "report.notifier").is_empty());
    });
}

fn signal(source: &str, at: i64, asset: &str, severity: &str) -> Signal {
    Signal {
        source: source.into(),
        at,
        asset: asset.into(),
        kind: "alert".into(),
        text: "ログインの失敗".into(),
        severity: severity.into(),
    }
}

fn rule(world: &World) -> RecordId {
    let body = json!({"name": "侵入の兆し", "within": 30, "same_asset": true, "severity": "high",
        "meaning": "総当たりの後に不審な動作", "lines": [
            {"source": "vpn", "text": "失敗", "times": 2}, {"source": "EDR", "severity": "medium"}]});
    world.create("csirt", "signal_rule", body).unwrap().id
}

/// NI-176, NI-177: signals that say little alone make a report together, by a rule that is read and
/// edited; the departments concerned are told at once and acknowledge.
#[test]
fn signals_meet_an_edited_rule_and_the_departments_are_told_at_once() {
    on_each(|world| {
        let (head, head_ctx) = world.employee("部長", None);
        let department =
            world.make("department", json!({"name": "経理部", "head": head.as_str()})).id;
        world.make(
            "department",
            json!({"name": "営業部", "head": world.people["executive"].as_str()}),
        );
        world
            .make("system", json!({"name": "PC-07", "rto": 60, "department": department.as_str()}));
        let rule = rule(world);
        let csirt = world.ctx("csirt");
        let send = |s: Signal| world.app.signal(&csirt, s).unwrap().report;
        let t = NIGHT - 20 * MINUTE;
        assert!(send(signal("vpn-1", t, "pc-07", "low")).is_none());
        assert!(send(signal("vpn-1", t + 1, "pc-07", "low")).is_none());
        assert!(send(signal("edr", t + 2, "PC-99", "high")).is_none(), "another device");
        assert!(send(signal("edr", t + 3, "pc-07", "low")).is_none(), "not grave enough");
        assert_eq!(world.app.signals_waiting(&csirt).unwrap().len(), 4);
        // Edited, the rule takes graver ones only from now on.
        world.edit("csirt", ("signal_rule", &rule), json!({"lines": [
            {"source": "vpn", "text": "失敗", "times": 2}, {"source": "EDR", "severity": "critical"}]})).unwrap();
        assert!(send(signal("edr", t + 4, "pc-07", "high")).is_none());
        let made = send(signal("edr", t + 5, "pc-07", "critical")).unwrap();
        let r = world.get(("report", &made.id));
        assert_eq!(
            (r.text("kind"), r.text("route"), r.text("severity")),
            ("detected", "monitoring", "high")
        );
        assert_eq!(r.ids("signal_rule"), [rule.as_str()]);
        let rows: Vec<_> = r.rows("signals").collect();
        assert_eq!(rows.len(), 3);
        for field in ["source", "at", "asset", "kind", "text", "severity", "linked"] {
            assert!(rows.iter().all(|row| row.contains_key(field)), "{field}");
        }
        assert_eq!(r.time("detected_at").unwrap().millis(), t, "the first of them");
        assert_eq!(r.ids("systems").len(), 1, "known by its name");
        // What was used is gone from those that wait.
        assert_eq!(world.app.signals_waiting(&csirt).unwrap().len(), 3);
        // NI-177: one share for the department concerned, none for the other.
        let shares = opened(&made, "event_share");
        assert_eq!(shares.len(), 1);
        let it = ("event_share", &shares[0]);
        let share = world.get(it);
        assert_eq!(share.ids("person"), [head.as_str()]);
        assert_eq!(share.ids("department"), [department.as_str()]);
        assert_eq!(share.time("shared_at"), Some(world.app.now()));
        assert!(world.told(&head).iter().any(|t| t.contains("侵入の兆し")));
        world.pass(30 * MINUTE);
        world.app.tick().unwrap();
        assert_eq!(world.findings(it, "event_share.acknowledged").len(), 1);
        let told = world.told(&world.people["security_manager"]);
        assert!(told.iter().any(|t| t.contains("部門の確認がありません")), "{told:?}");
        let step = okiagari_model::Change::Step {
            def: register("event_share").unwrap(),
            id: shares[0].clone(),
            rev: None,
            step: "acknowledge".into(),
            patch: super::harness::body(json!({"done": "端末の線を抜いた"})),
            reason: None,
        };
        let (_, other) = world.employee("ほか", None);
        assert!(world.app.change(&other, step.clone()).is_err(), "only who was told");
        world.app.change(&head_ctx, step).unwrap();
        let share = world.get(it);
        assert_eq!(share.time("acknowledged_at"), Some(world.app.now()));
        assert!(world.findings(it, "event_share.acknowledged").is_empty());
        // Bad fields are named; whoever takes no reports sends none.
        let bad = world.app.signal(&csirt, signal("", t, "x", "grave")).unwrap_err();
        assert_eq!(
            fields(bad).iter().map(|f| f.0.as_str()).collect::<Vec<_>>(),
            ["source", "severity"]
        );
        assert!(world.app.signal(&world.ctx("pr_lead"), signal("a", t, "x", "low")).is_err());
        assert!(world.app.signal(&csirt, signal("a", NIGHT + 90 * MINUTE, "x", "low")).is_err());
    });
}

/// A signal that completes a combination late counts; chosen ones make a report by hand.
#[test]
fn a_late_signal_completes_a_combination_and_a_person_may_choose_signals() {
    on_each(|world| {
        rule(world);
        let csirt = world.ctx("csirt");
        let send = |s: Signal| world.app.signal(&csirt, s).unwrap();
        let t = NIGHT - 20 * MINUTE;
        send(signal("vpn", t, "pc", "low"));
        send(signal("edr", t + 2 * MINUTE, "pc", "high"));
        let late = send(signal("vpn", t + MINUTE, "pc", "low"));
        assert!(late.report.is_some());
        let (a, b) =
            (send(signal("disk", t, "nas", "low")), send(signal("disk", t + 1, "nas", "low")));
        let made = world.app.signals_admit(&csirt, std::slice::from_ref(&a.id)).unwrap();
        assert_eq!(world.get(("report", &made.id)).rows("signals").count(), 1);
        assert!(world.app.signals_admit(&csirt, &[a.id]).is_err(), "handled already");
        world.app.signals_discard(&csirt, std::slice::from_ref(&b.id)).unwrap();
        assert!(world.app.signals_waiting(&csirt).unwrap().is_empty());
    });
}

const MAIL: &str = "From: \"Yamada\" <yamada@example.jp>\r\nSubject: =?UTF-8?B?5LiN5a+p?=\r\n\
    Date: Sat, 21 Nov 2026 02:30:00 +0900\r\nMIME-Version: 1.0\r\n\
    Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: text/plain\r\n\r\nhello\r\n\
    --x\r\nContent-Disposition: attachment; filename=\"a.log\"\r\n\r\nline\r\n--x--\r\n";

/// Mails in a folder become reports with their files; the same mail twice, and a crash before it
/// was put away, change nothing; what is no mail is put aside with the reason.
#[test]
fn mails_in_the_folder_become_reports_once_and_bad_ones_are_put_aside() {
    on_each(|world| {
        let folder = tempfile::tempdir().unwrap();
        let put =
            |name: &str, bytes: &[u8]| std::fs::write(folder.path().join(name), bytes).unwrap();
        put("1.eml", MAIL.as_bytes());
        put("2.eml", b"\x00\x01 no mail");
        put("3.eml", MAIL.as_bytes());
        put("4.tmp", MAIL.as_bytes());
        let look = || world.app.mail_folder(&world.org, folder.path()).unwrap();
        assert_eq!(look(), Looked { taken: 1, known: 1, refused: 1 });
        assert_eq!(look(), Looked::default());
        let all = world.all("report");
        assert_eq!(all.len(), 1);
        let r = &all[0];
        assert_eq!(r.text("what"), "不審\n\nhello");
        assert_eq!(
            (r.text("reporter_name"), r.text("reporter_contact")),
            ("Yamada", "yamada@example.jp")
        );
        assert_eq!((r.text("route"), r.text("state")), ("mail", "received"));
        assert_eq!(r.time("detected_at").unwrap().millis(), NIGHT - 10 * MINUTE);
        let names: Vec<&str> =
            r.ids("files").iter().map(|f| f.split(' ').nth(1).unwrap()).collect();
        assert_eq!(names, ["mail.eml", "a.log"]);
        let mut kept = Vec::new();
        world.app.report_file(&world.ctx("csirt"), &r.id, 0, &mut kept).unwrap();
        assert_eq!(kept, MAIL.as_bytes(), "the original, bit for bit");
        let there = |path: &str| folder.path().join(path).exists();
        assert!(there("done/1.eml") && there("done/3.eml") && there("4.tmp"));
        let why = std::fs::read_to_string(folder.path().join("refused/2.eml.txt")).unwrap();
        assert!(why.contains("メールとして読めない") && why.contains("no mail"));
        // After a crash between commit and moving: the mail lies there again.
        std::fs::rename(folder.path().join("done/1.eml"), folder.path().join("1.eml")).unwrap();
        assert_eq!(look(), Looked { taken: 0, known: 1, refused: 0 });
        assert!(there("done/1.eml"));
        assert!(matches!(
            world.app.mail_received(&world.org, MAIL.as_bytes()),
            Ok(Received::Known)
        ));
        assert_eq!(world.all("report").len(), 1);
        world.verifies();
    });
}

/// What began as a weakness goes on as an incident: its deadline ends there, neither open nor done.
#[test]
fn the_deadline_of_a_weakness_ends_when_it_becomes_an_incident() {
    on_each(|world| {
        let body = json!({"what": "装置の鍵が出荷時のまま", "kind": "vulnerability"});
        let id = world.create("csirt", "report", body).unwrap().id;
        world.step("csirt", ("report", &id), "grade", json!({"severity": "high"})).unwrap();
        let limit = || world.obligation("weakness-fix", "high").unwrap();
        assert_eq!(limit().text("state"), "open");
        let step = json!({"event": "unauthorised_access"});
        world.step("csirt", ("report", &id), "open_incident", step).unwrap();
        assert_eq!(limit().text("state"), "withdrawn");
        assert_eq!((limit().time("done_at"), limit().time("next_alarm_at")), (None, None));
        world.pass(30 * 24 * HOUR);
        world.app.tick().unwrap();
        assert!(world.findings(("obligation", &limit().id), "obligation.late").is_empty());
    });
}
