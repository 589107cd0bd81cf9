//! Telling people outside: contacts that work, who is to be told, publication, forms.

use super::delivery;
use super::harness::{NIGHT, World, body, fields, gates, on_each};
use okiagari_app::{Actor, AppError};
use okiagari_model::{Change, DAY, HOUR, Lang, RecordId, register};
use serde_json::json;

fn said(world: &World, id: (&str, &RecordId), rule: &str) -> Vec<String> {
    world.findings(id, rule).into_iter().map(|f| f.message.ja).collect()
}

/// JP-08, JP-09, JP-10: each means is tried by somebody on a day; never tried, failed and overdue
/// stand out, and so does a party that has not agreed to its role.
#[test]
fn every_means_of_a_contact_is_tried_and_the_role_agreed() {
    on_each(|world| {
        let owner = world.people["general_affairs"].as_str();
        let id = world
            .create(
                "csirt",
                "contact",
                json!({"name": "構築ベンダ", "kind": "vendor", "phone": "03-1", "mail": "x@vendor.example",
                    "purpose": "復旧の支援", "incident_kinds": ["malware", "system_failure"],
                    "hours": "平日9-17時", "language": "日本語", "owner": owner}),
            )
            .unwrap()
            .id;
        let it = ("contact", &id);
        assert_eq!(
            said(world, it, "contact.reachable"),
            ["電話をまだ試していません。", "メールをまだ試していません。"]
        );
        assert_eq!(said(world, it, "contact.agreed").len(), 1);
        let check = |means: &str, result: &str, on: &str| {
            let value = json!({"contact": id.as_str(), "means": means, "result": result,
                "checked_on": on, "checked_by": owner});
            world.create("csirt", "contact_check", value).unwrap().id
        };
        let first = check("phone", "reached", "2026-11-21");
        check("mail", "failed", "2026-11-21");
        let found = said(world, it, "contact.reachable");
        assert_eq!(found, ["メールは2026-11-21の確認でつながりませんでした。"]);
        check("mail", "reached", "2026-11-22");
        assert!(said(world, it, "contact.reachable").is_empty());
        world.pass(181 * DAY);
        world.app.tick().unwrap();
        assert_eq!(said(world, it, "contact.reachable").len(), 2, "overdue by time alone");
        assert_eq!(world.get(("contact_check", &first)).ids("checked_by"), [owner]);
        let agreed = json!({"role": "一次切り分け", "agreed_on": "2026-11-20",
            "agreed": "夜間は2時間で着手", "agreed_with": "山本"});
        world.edit("csirt", it, agreed).unwrap();
        assert!(said(world, it, "contact.agreed").is_empty());
    });
}

/// IPA-149, IPA-154: important information has a recipient or a reason for none; the line is ready.
#[test]
fn important_information_has_somebody_to_be_told_or_a_reason_for_none() {
    on_each(|world| {
        let asset = |name: &str, importance: &str| {
            world.make("asset", json!({"name": name, "importance": importance})).id
        };
        let (data, plain) = (asset("顧客台帳", "high"), asset("掲示", "low"));
        let (it, low) = (("asset", &data), ("asset", &plain));
        assert_eq!(said(world, it, "asset.notification").len(), 1);
        assert!(said(world, low, "asset.notification").is_empty());
        let empty = json!({"title": "顧客台帳", "asset": data.as_str()});
        let refused = world.create("csirt", "notification", empty).unwrap_err();
        assert_eq!(fields(refused), [("recipient".to_owned(), "required")]);
        let ppc =
            world.make("contact", json!({"name": "個人情報保護委員会", "kind": "authority"})).id;
        let line = world
            .create(
                "csirt",
                "notification",
                json!({"title": "漏えいの報告", "asset": data.as_str(), "recipient": ppc.as_str(),
                    "audience": "authority", "ground": "個人情報保護法", "legal": true}),
            )
            .unwrap()
            .id;
        assert!(said(world, it, "asset.notification").is_empty());
        let missing = said(world, ("notification", &line), "notification.ready").join("");
        for part in ["知らせる人", "手段", "時機", "時間外", "手順", "日ごろやり取りする部門"]
        {
            assert!(missing.contains(part), "{part} in {missing}");
        }
        let unit = world.make("department", json!({"name": "営業"})).id;
        world
            .edit(
                "csirt",
                ("notification", &line),
                json!({"sender": world.people["pr_lead"].as_str(), "means": "ウェブの様式",
                    "timing": "3〜5日以内", "out_of_hours": "無し", "procedure": "様式で報告",
                    "checked_on": "2026-11-01", "unit": unit.as_str()}),
            )
            .unwrap();
        assert!(said(world, ("notification", &line), "notification.ready").is_empty());
        let other = asset("設計図", "high");
        let reason =
            json!({"title": "設計図", "asset": other.as_str(), "none_reason": "預かり物ではない"});
        world.create("csirt", "notification", reason).unwrap();
        assert!(said(world, ("asset", &other), "asset.notification").is_empty());
    });
}

/// Whom to tell follows from what is hit, and who has not been told is named.
#[test]
fn whom_to_tell_follows_from_what_is_hit() {
    on_each(|world| {
        let data = world.make("asset", json!({"name": "顧客台帳", "importance": "high"})).id;
        let a = world.make("contact", json!({"name": "甲社", "kind": "vendor"})).id;
        world.make(
            "notification",
            json!({"title": "甲社へ", "asset": data.as_str(), "recipient": a.as_str()}),
        );
        let incident = world.incident(json!({"assets": [data.as_str()]}));
        let it = ("incident", &incident);
        assert!(said(world, it, "incident.untold").is_empty(), "not before it is one");
        world.step("csirt", it, "report", json!({})).unwrap();
        assert_eq!(said(world, it, "incident.untold"), ["「甲社へ」への連絡がまだありません。"]);
        let message = json!({"subject": "x", "text": "x", "channel": "telephone",
            "to_contacts": [a.as_str()], "incident": incident.as_str()});
        world.create("pr_lead", "message", message).unwrap();
        assert!(said(world, it, "incident.untold").is_empty());
    });
}

/// IPA-146: an emergency paper names author, approver and review, and an overdue review alarms.
#[test]
fn an_emergency_paper_without_approval_or_with_an_overdue_review_is_a_finding() {
    on_each(|world| {
        let id = world
            .create("csirt", "emergency_paper", json!({"title": "初動手順", "kind": "manual"}))
            .unwrap()
            .id;
        let it = ("emergency_paper", &id);
        assert_eq!(said(world, it, "emergency_paper.reviewed").len(), 4);
        let by = world.people["executive"].as_str();
        world
            .edit("csirt", it, json!({"author": by, "approver": by, "approved_on": "2026-11-20", "review_days": 30}))
            .unwrap();
        assert!(said(world, it, "emergency_paper.reviewed").is_empty());
        world.pass(31 * DAY);
        world.app.tick().unwrap();
        assert_eq!(said(world, it, "emergency_paper.reviewed").len(), 1);
        let told = world.told(&world.people["security_manager"]);
        assert!(told.iter().any(|t| t.contains("見直しの期限")), "{told:?}");
        world
            .edit(
                "csirt",
                it,
                json!({"reviewed_on": "2026-12-21", "review_result": "連絡先を更新"}),
            )
            .unwrap();
        assert!(said(world, it, "emergency_paper.reviewed").is_empty());
    });
}

/// JP-26, JP-31, JP-32, JP-33: yes with grounds, range and means; no with its reason; asked for by
/// containment (IPA-152).
#[test]
fn telling_people_outside_is_judged_with_grounds_range_and_means() {
    on_each(|world| {
        let incident = world.incident(json!({}));
        let it = ("incident", &incident);
        let judge = |more: serde_json::Value| {
            let mut value = json!({"incident": incident.as_str(), "question": "公表するか",
                "why": "取引先も使う装置のため", "decider": world.people["ciso"].as_str(), "decided_at": NIGHT});
            super::harness::merge(&mut value, more);
            world.create("ciso", "disclosure", value)
        };
        let contained = Change::Edit {
            def: register("incident").unwrap(),
            id: incident.clone(),
            rev: world.get(it).rev,
            patch: body(json!({"state": "contained", "contained_at": NIGHT + HOUR})),
            reason: None,
        };
        world.app.change_as(&world.org, Actor::Program("test"), contained).unwrap();
        assert_eq!(said(world, it, "incident.disclosure").len(), 1);
        let bare: Vec<String> =
            fields(judge(json!({"tell": true})).unwrap_err()).into_iter().map(|(f, _)| f).collect();
        assert_eq!(bare, ["grounds", "range", "means"]);
        let no_reason = json!({"tell": false, "why": null});
        assert!(fields(judge(no_reason).unwrap_err()).iter().any(|(f, _)| f == "why"));
        judge(json!({"tell": false})).unwrap();
        assert!(said(world, it, "incident.disclosure").is_empty(), "a no counts, with its reason");
        let yes = judge(json!({"tell": true, "grounds": ["elsewhere", "society", "rules", "impact"],
            "range": ["peers", "own_sites", "society", "bodies", "customers"],
            "means": ["website", "media", "press_conference", "other"], "means_why": "取引先は毎朝見る"}))
        .unwrap();
        let again = world.edit("ciso", ("disclosure", &yes.id), json!({"tell": false}));
        assert!(matches!(again, Err(AppError::AppendOnly)), "{again:?}");
    });
}

fn draft(world: &World, incident: &RecordId) -> RecordId {
    let value = json!({"title": "受注画面の停止について", "fact": "受注画面を止めています。",
        "handling": "原因を調べています。", "questions": "広報 03-0000-0000",
        "incident": incident.as_str(), "audience": "customers", "version": "1",
        "next_update_at": NIGHT + 6 * HOUR});
    world.create("pr_lead", "publication", value).unwrap().id
}

fn release(world: &World, id: &RecordId) -> Result<(), AppError> {
    let it = ("publication", id);
    let ciso = world.people["ciso"].as_str();
    world.step("ciso", it, "check", json!({"checked_by": ciso}))?;
    world.step("ciso", it, "approve", json!({"approved_by": ciso}))?;
    world.step("pr_lead", it, "release", json!({"channels": ["website"]}))?;
    Ok(())
}

/// TK-87, JP-34: draft, fact check, approval, release, record of time, channel and text, follow-up.
#[test]
fn a_publication_is_checked_approved_released_and_followed_up() {
    on_each(|world| {
        let incident = world.incident(json!({}));
        let id = draft(world, &incident);
        let it = ("publication", &id);
        let public = || world.app.public_notices(world.org.as_str()).unwrap();
        let early = world.step("pr_lead", it, "release", json!({"channels": ["website"]}));
        assert!(matches!(early, Err(AppError::NotOpen(_))), "{early:?}");
        let own = json!({"checked_by": world.people["pr_lead"].as_str()});
        assert_eq!(gates(world.step("pr_lead", it, "check", own).unwrap_err()), ["second_pair"]);
        // Nor can the writer sign in another's name.
        let lent = json!({"checked_by": world.people["ciso"].as_str()});
        assert_eq!(gates(world.step("pr_lead", it, "check", lent).unwrap_err()), ["second_pair"]);
        assert!(public().is_empty());
        release(world, &id).unwrap();
        let shown = public();
        assert_eq!(shown.len(), 1);
        assert_eq!(shown[0].fact, "受注画面を止めています。");
        assert_eq!(shown[0].handling, "原因を調べています。");
        assert_eq!(shown[0].released_at.unwrap().millis(), NIGHT);
        assert!(shown[0].questions.contains("広報") && shown[0].next_update_at.is_some());
        let record = world.get(it);
        assert_eq!((record.ids("channels"), record.ids("approved_by").len()), (vec!["website"], 1));
        world.pass(6 * HOUR);
        world.app.tick().unwrap();
        assert_eq!(said(world, it, "publication.next_update").len(), 1);
        world
            .step("pr_lead", it, "follow_up", json!({"follow_up": "問い合わせ12件に回答"}))
            .unwrap();
        assert_eq!(public().len(), 1);
        let note = json!({"taken_back_note": "停止の範囲に誤りがありました。"});
        world.step("pr_lead", it, "take_back", note).unwrap();
        let gone = public();
        assert_eq!(gone[0].taken_back.as_deref(), Some("停止の範囲に誤りがありました。"));
        assert!(gone[0].fact.is_empty(), "the mistaken words are not shown any more");
    });
}

/// A private case never reaches a public page, also where it became private after the release.
#[test]
fn a_case_for_members_only_never_reaches_the_public_page() {
    on_each(|world| {
        let lead = world.people["ciso"].as_str();
        let boss = world.people["executive"].as_str();
        let incident = world.incident(json!({"lead": lead, "members": [boss]}));
        let id = draft(world, &incident);
        release(world, &id).unwrap();
        let public = || world.app.public_notices(world.org.as_str()).unwrap().len();
        assert_eq!(public(), 1);
        world.edit("ciso", ("incident", &incident), json!({"sharing": "members"})).unwrap();
        assert_eq!(public(), 0);
        let second = world
            .create(
                "ciso",
                "publication",
                json!({"title": "x", "fact": "x", "handling": "x", "questions": "x", "incident": incident.as_str()}),
            )
            .unwrap()
            .id;
        let it = ("publication", &second);
        world.step("executive", it, "check", json!({"checked_by": boss})).unwrap();
        let closed = world.step("ciso", it, "approve", json!({"approved_by": lead})).unwrap_err();
        assert_eq!(gates(closed), ["not_private"]);
    });
}

/// IPA-150, IPA-153: the form's facts fill the text; unknown is a valid value and is written so; a
/// closing form asks for its four parts.
#[test]
fn notices_are_filled_from_the_form_and_what_is_unknown_is_said_to_be_so() {
    on_each(|world| {
        assert_eq!(okiagari_app::speak::faults().unwrap(), Vec::<String>::new());
        let incident = world.incident(json!({}));
        let ctx = world.ctx("pr_lead");
        let form = world
            .create(
                "pr_lead",
                "notice_form",
                json!({"title": "通知票", "incident": incident.as_str(), "stage": "first",
                    "whose": "お客様", "what": "受注画面", "since": NIGHT, "route": "調査中の装置"}),
            )
            .unwrap()
            .id;
        let (made, missing) =
            world.app.draft_from(&ctx, &incident, "customers-first", Lang::Ja).unwrap();
        let message = world.get(("message", &made.id));
        let text = message.text("text");
        assert!(text.contains("お客様の受注画面"), "{text}");
        assert!(text.contains("規模: 確認中"), "{text}");
        assert!(text.contains("不審な電話"), "a warning against fraud (IPA-157)");
        assert!(missing.contains(&"how_much".to_owned()));
        assert_eq!((message.text("audience"), message.text("tlp")), ("customers", "amber"));
        let (english, _) =
            world.app.draft_from(&ctx, &incident, "security_body-first", Lang::En).unwrap();
        assert!(world.get(("message", &english.id)).text("text").contains("being confirmed"));
        world.edit("pr_lead", ("notice_form", &form), json!({"stage": "closing"})).unwrap();
        let parts = said(world, ("notice_form", &form), "notice_form.closing").join("");
        for part in ["今後も考えられる被害", "再発防止", "再開日", "収束の宣言"]
        {
            assert!(parts.contains(part), "{part} in {parts}");
        }
    });
}

/// Report forms are filled from the record at three stages, with what is missing marked.
#[test]
fn report_forms_are_filled_from_the_record_and_mark_what_is_missing() {
    let world = World::new();
    let incident = world.incident(json!({"personal_data": true, "personal_data_at": NIGHT,
        "summary": "名簿を送り間違えた", "severity": "high"}));
    let ctx = world.ctx("csirt");
    let fill = |form: &str, stage: &str| world.app.fill_form(&ctx, form, &incident, stage).unwrap();
    let ppc = fill("ppc", "first");
    let value = |label: &str| {
        ppc.rows.iter().find(|(l, _)| l.ja == label).unwrap_or_else(|| panic!("{label}")).1.clone()
    };
    assert_eq!(value("概要").as_deref(), Some("名簿を送り間違えた"));
    assert_eq!(value("本人の数"), None);
    assert!(!ppc.obligations.is_empty(), "tied to the obligation of the law");
    assert!(!ppc.rows.iter().any(|(l, _)| l.ja.starts_with("再発防止")));
    assert!(fill("ppc", "closing").rows.iter().any(|(l, _)| l.ja.starts_with("再発防止")));
    let of = |stage: &str| fill("fire", stage).rows.len();
    assert!(of("first") < of("interim") && of("interim") < of("closing"));
    for form in okiagari_app::speak::forms().unwrap() {
        for stage in ["first", "interim", "closing"] {
            assert!(fill(&form.id, stage).rows.len() >= 5, "{} {stage}", form.id);
        }
    }
}

/// IPA-155, IPA-157: what security bodies and those harmed are told stands ready.
#[test]
fn texts_for_security_bodies_and_customers_stand_ready() {
    let shipped = okiagari_app::speak::templates().unwrap();
    let text = |id: &str| shipped.iter().find(|t| t.id == id).unwrap().clone();
    let bodies = text("security_body-first");
    for part in ["攻撃の性質", "取っていた対策", "被害の概要"] {
        assert!(bodies.text.ja.contains(part), "{part}");
    }
    assert_eq!(bodies.tlp, "green", "to be passed on within the community");
    let customers = text("customers-first");
    for part in ["おわび", "当社を名乗る不審な電話やメール"] {
        assert!(customers.text.ja.contains(part), "{part}");
    }
    for audience in ["customers", "partners", "authority", "press", "employees", "executives"] {
        for stage in ["first", "interim", "closing"] {
            text(&format!("{audience}-{stage}"));
        }
    }
}

/// IPA-137, TK-91: who calls whom with what, when, by whose approval; outside helpers of each kind,
/// tried out in a drill.
#[test]
fn an_emergency_contact_names_caller_content_approval_and_review_and_is_tried_in_drills() {
    on_each(|world| {
        let caller = world.people["csirt"].as_str();
        for kind in [
            "expert_body",
            "police",
            "nco",
            "authority",
            "security_vendor",
            "vendor",
            "cloud",
            "isp",
            "chamber",
        ] {
            let id = world
                .create(
                    "csirt",
                    "contact",
                    json!({"name": kind, "kind": kind, "desk": "受付", "hours": "24時間",
                        "phone": "03-1", "prepare": "契約番号", "caller": caller, "told": "発生の事実、直ちに",
                        "approval": "CISO", "review_on": "2027-04-01"}),
                )
                .unwrap()
                .id;
            let drill = json!({"contact": id.as_str(), "means": "phone", "result": "reached",
                "checked_on": "2026-11-20", "checked_by": caller, "drill": true});
            world.create("csirt", "contact_check", drill).unwrap();
            let record = world.get(("contact", &id));
            assert_eq!(record.ids("caller"), [caller]);
            for field in ["told", "approval", "review_on", "prepare", "hours", "desk"] {
                assert!(!record.text(field).is_empty(), "{field}");
            }
            assert!(said(world, ("contact", &id), "contact.reachable").is_empty());
        }
    });
}

/// JP-57: where outsiders report is public.
#[test]
fn the_contact_point_is_a_setting_that_holds_an_address() {
    let world = World::new();
    assert_eq!(world.app.public_contact(&world.org).unwrap(), "");
    world.set("public.contact", &json!("csirt@akari.example.jp"));
    assert_eq!(world.app.public_contact(&world.org).unwrap(), "csirt@akari.example.jp");
    let bad = json!({"key": "mail.sender", "value": "\"no address\""});
    assert_eq!(
        fields(world.create("administrator", "setting", bad).unwrap_err()),
        [("value".to_owned(), "wrong_value")]
    );
}

/// Sharing limits rule who may receive it.
#[test]
fn the_tlp_label_rules_who_may_receive_a_message() {
    let world = World::new();
    let a = delivery::contact(&world, "甲社", "soc@kou.example");
    let person = world.people["executive"].as_str();
    let outsider = world.people["external_support"].as_str();
    let role = world.role("technical_lead").id;
    for (fields, fits) in [
        (json!({"tlp": "red", "to_persons": [person]}), true),
        (json!({"tlp": "red", "to_role": role.as_str()}), false),
        (json!({"tlp": "red", "to_persons": [person], "to_contact": a.as_str()}), false),
        (json!({"tlp": "red", "to_persons": [person], "to_all": true}), false),
        (json!({"tlp": "amber_strict", "to_role": role.as_str()}), true),
        (json!({"tlp": "amber_strict", "to_persons": [outsider]}), false),
        (json!({"tlp": "amber_strict", "to_contacts": [a.as_str()]}), false),
        (json!({"tlp": "amber_strict", "audience": "customers"}), false),
        (json!({"tlp": "amber", "to_contacts": [a.as_str()]}), true),
        (json!({"tlp": "amber", "audience": "press"}), false),
        (json!({"tlp": "green", "audience": "press"}), false),
        (json!({"tlp": "clear", "audience": "press"}), true),
    ] {
        let id = delivery::draft(&world, fields.clone());
        match delivery::approve(&world, &id) {
            Ok(_) => assert!(fits, "{fields}"),
            Err(e) => assert!(!fits && gates(e) == ["tlp"], "{fields}"),
        }
    }
}
