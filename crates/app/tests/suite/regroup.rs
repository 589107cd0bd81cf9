//! Merge, split, and several incidents at once.

use super::harness::{NIGHT, World, fields, on_each, opened};
use okiagari_model::{MINUTE, RecordId};
use serde_json::json;

fn merge(kept: &RecordId, other: &RecordId) -> serde_json::Value {
    json!({"way": "merge", "incident": kept.as_str(), "other": other.as_str(),
        "title": "同じ侵入", "why": "同じ通信先"})
}

fn report_of(world: &World, what: &str, desk: &str, route: &str, case: &RecordId) -> RecordId {
    let body = json!({"what": what, "desk": desk, "route": route, "reporter_name": "山田"});
    let role = match desk {
        "customer" => "customer_lead",
        "public_relations" => "pr_lead",
        _ => "general_affairs",
    };
    // Each desk uses the same form, as every employee may.
    let ctx = world.member(&format!("acct_{role}"), world.people.get(role), None);
    let id = world.create_as(&ctx, "report", body).unwrap().id;
    let join = json!({"incident": case.as_str(), "answer": "まとめて対応します"});
    world.step("csirt", ("report", &id), "join", join).unwrap();
    id
}

/// JP-60: reports of three desks come by one route and are merged with every origin kept.
#[test]
fn reports_of_three_desks_become_one_incident_with_every_origin_kept() {
    on_each(|world| {
        let (first, second) =
            (world.incident(json!({})), world.incident(json!({"title": "改ざん"})));
        let a = report_of(world, "注文画面が変", "customer", "telephone", &first);
        let b = report_of(world, "記者から質問", "public_relations", "mail", &first);
        let c = report_of(world, "来訪者が知らせた", "general_affairs", "in_person", &second);
        world.create("csirt", "regroup", merge(&first, &second)).unwrap();
        for (id, desk, route) in [
            (&a, "customer", "telephone"),
            (&b, "public_relations", "mail"),
            (&c, "general_affairs", "in_person"),
        ] {
            let r = world.get(("report", id));
            assert_eq!(r.ids("incident"), [first.as_str()]);
            assert_eq!((r.text("desk"), r.text("route")), (desk, route));
            assert_eq!(r.text("reporter_name"), "山田", "who said it");
            assert!(!r.ids("writer").is_empty(), "who typed it");
            assert_eq!(r.text("state"), "incident");
        }
        let room = world.app.room(&world.ctx("csirt"), &first, None).unwrap();
        assert_eq!(room.reports.len(), 3);
        // What told of the report that moved moved with it.
        let told = world.all("message");
        let of = |id: &RecordId| {
            told.iter().filter(|m| m.ids("report") == [id.as_str()]).collect::<Vec<_>>()
        };
        assert!(!of(&c).is_empty());
        assert!(of(&c).iter().all(|m| m.ids("incident") == [first.as_str()]));
        world.verifies();
    });
}

/// A merge keeps the earliest instants, open work and deadlines; nothing is lost.
#[test]
fn a_merge_carries_all_over_and_the_earlier_deadline_counts() {
    on_each(|world| {
        let leak = |minutes: i64| {
            let at = NIGHT - minutes * MINUTE;
            world.incident(json!({"detected_at": at, "aware_at": at, "personal_data": true,
                "personal_data_at": at}))
        };
        let (kept, other) = (leak(10), leak(90));
        let due = |case: &RecordId| {
            let mut all = world.all("obligation");
            all.retain(|o| o.text("rule") == "tokyo-filing" && o.text("incident") == case.as_str());
            all.retain(|o| o.text("state") == "open");
            all.into_iter().map(|o| o.time("due_at").unwrap()).collect::<Vec<_>>()
        };
        let (late, early) = (due(&kept), due(&other));
        assert_eq!((late.len(), early.len()), (1, 1));
        assert!(early[0] < late[0]);
        let task = |case: &RecordId, title: &str| {
            let body = json!({"incident": case.as_str(), "title": title});
            world.create("csirt", "task", body).unwrap().id
        };
        let (open, done) = (task(&other, "端末を調べる"), task(&other, "切り離す"));
        world.step("csirt", ("task", &done), "finish", json!({"result": "切った"})).unwrap();
        let entry =
            json!({"incident": other.as_str(), "at": NIGHT, "kind": "event", "text": "隣の記録"});
        world.create("csirt", "timeline_entry", entry).unwrap();
        let made = world.create("csirt", "regroup", merge(&kept, &other)).unwrap();
        let (k, o) = (world.get(("incident", &kept)), world.get(("incident", &other)));
        assert_eq!(o.text("state"), "merged");
        assert_eq!(o.ids("merged_into"), [kept.as_str()]);
        for field in ["detected_at", "aware_at", "personal_data_at"] {
            assert_eq!(k.time(field).unwrap().millis(), NIGHT - 90 * MINUTE, "{field}");
        }
        assert_eq!(world.get(("task", &open)).ids("incident"), [kept.as_str()]);
        assert_eq!(
            world.get(("task", &done)).ids("incident"),
            [other.as_str()],
            "what is done stays"
        );
        assert_eq!(due(&kept), early, "one deadline, the earlier");
        assert!(due(&other).is_empty());
        let all = world.all("obligation");
        let drifted = all.iter().filter(|x| x.text("state") == "open");
        for x in drifted {
            assert!(
                world.findings(("obligation", &x.id), "obligation.drift").is_empty(),
                "{}",
                x.title()
            );
        }
        // The room that goes on shows both timelines.
        let room = world.app.room(&world.ctx("csirt"), &kept, None).unwrap();
        assert!(room.timeline.iter().any(|e| e.text == "隣の記録"));
        assert_eq!(world.get(("regroup", &made.id)).leaf, k.leaf, "one change");
        // What is over cannot be merged again.
        let third = world.incident(json!({}));
        let again = world.create("csirt", "regroup", merge(&third, &other)).unwrap_err();
        assert_eq!(fields(again), [("other".to_owned(), "not_fitting")]);
        world.verifies();
    });
}

/// A members-only case leaks nothing by a merge, and a drill is not mixed with the real thing.
#[test]
fn a_merge_never_shows_a_closed_case_to_more_people() {
    on_each(|world| {
        let lead = |role: &str| json!({"sharing": "members", "lead": world.people[role].as_str()});
        let (open, closed) = (world.incident(json!({})), world.incident(lead("csirt")));
        let refused = world.create("csirt", "regroup", merge(&open, &closed)).unwrap_err();
        assert_eq!(fields(refused), [("incident".to_owned(), "not_fitting")]);
        // Whoever may not see it cannot name it at all.
        let blind = world.create("ciso", "regroup", merge(&open, &closed)).unwrap_err();
        assert_eq!(fields(blind), [("other".to_owned(), "no_such_record")]);
        // Into the closed one it may go.
        world.create("csirt", "regroup", merge(&closed, &open)).unwrap();
        let drill = world.incident(json!({"drill": true}));
        let real = world.incident(json!({}));
        assert!(world.create("csirt", "regroup", merge(&real, &drill)).is_err());
    });
}

/// A split goes on with chosen tasks, reports and entries, with the way back; the sharing stays.
#[test]
fn a_split_goes_on_with_what_was_chosen_and_links_back() {
    on_each(|world| {
        let from = world.incident(json!({"sharing": "members",
            "lead": world.people["csirt"].as_str(), "drill": true}));
        let of = |register: &str, more: serde_json::Value| {
            let mut body = json!({"incident": from.as_str()});
            super::harness::merge(&mut body, more);
            world.create("csirt", register, body).unwrap().id
        };
        let (goes, stays) =
            (of("task", json!({"title": "別の端末"})), of("task", json!({"title": "元の端末"})));
        let entry =
            of("timeline_entry", json!({"at": NIGHT, "kind": "event", "text": "別の入口だった"}));
        let split = json!({"way": "split", "incident": from.as_str(), "title": "別の侵入",
            "why": "別の入口", "tasks": [goes.as_str()], "entries": [entry.as_str()]});
        let none = json!({"way": "split", "incident": from.as_str(), "title": "x", "why": "x"});
        assert!(world.create("csirt", "regroup", none).is_err());
        let made = world.create("csirt", "regroup", split).unwrap();
        let new = opened(&made, "incident").remove(0);
        let i = world.get(("incident", &new));
        assert_eq!(i.ids("split_from"), [from.as_str()]);
        assert_eq!((i.text("sharing"), i.flag("drill")), ("members", true));
        assert_eq!(i.time("aware_at"), world.get(("incident", &from)).time("aware_at"));
        assert_eq!(world.get(("task", &goes)).ids("incident"), [new.as_str()]);
        assert_eq!(world.get(("task", &stays)).ids("incident"), [from.as_str()]);
        let copy = world.all("timeline_entry").into_iter();
        let copy: Vec<_> = copy.filter(|e| e.ids("incident") == [new.as_str()]).collect();
        assert_eq!(copy[0].text("text"), "別の入口だった");
        assert_eq!(copy[0].text("about"), format!("timeline_entry/{entry}"));
        assert_eq!(world.get(("timeline_entry", &entry)).ids("incident"), [from.as_str()]);
        // Nobody outside the case sees anything of it.
        let seen = world.app.search(&world.ctx("ciso"), "別の侵入", 20).unwrap();
        assert!(seen.is_empty());
        world.verifies();
    });
}

/// NI-434, NI-435: criteria set and approved beforehand; a board of all open incidents with the
/// criteria applied and resources assigned.
#[test]
fn several_incidents_stand_on_a_board_in_the_order_of_the_criteria() {
    on_each(|world| {
        let organisation = world.all("organisation").remove(0).id;
        let open = |n: usize| {
            let found = world.findings(("organisation", &organisation), "order_criterion.settled");
            assert_eq!(found.len(), n);
        };
        open(3);
        let criterion = |name: &str, factor: &str, weight: i64, least: serde_json::Value| {
            let body = json!({"name": name, "factor": factor, "scale": "3=全社", "weight": weight,
                "least": least});
            world.create("security_manager", "order_criterion", body).unwrap().id
        };
        let work = criterion("業務への影響", "work", 3, json!(1));
        open(2);
        let risk = criterion("残るリスク", "tolerance", 2, json!(null));
        let hands = criterion("必要な人手", "resources", 1, json!(null));
        open(0);
        let rule = "order_criterion.approved";
        assert_eq!(world.findings(("order_criterion", &work), rule).len(), 1);
        world
            .edit(
                "security_manager",
                ("order_criterion", &work),
                json!({"approved_on": "2026-04-01"}),
            )
            .unwrap();
        assert!(world.findings(("order_criterion", &work), rule).is_empty());
        let case = |title: &str| {
            world.incident(json!({"title": title, "lead": world.people["csirt"].as_str()}))
        };
        let (mail, shop, printer, new) =
            (case("迷惑メール"), case("通販の停止"), case("印刷"), case("新しい件"));
        let judge = |case: &RecordId, points: [i64; 3], respond: &str| {
            let ids = [&work, &risk, &hands];
            let marks: Vec<serde_json::Value> = ids
                .iter()
                .zip(points)
                .map(|(id, p)| json!({"criterion": id.as_str(), "points": p}))
                .collect();
            let body = json!({"incident": case.as_str(), "marks": marks, "respond": respond,
                "resources": "CSIRT 2名", "decided_at": NIGHT});
            world.create("csirt", "case_order", body)
        };
        let some = json!({"incident": mail.as_str(), "respond": "now", "resources": "x",
            "decided_at": NIGHT, "marks": [{"criterion": work.as_str(), "points": 1}]});
        let refused = fields(world.create("csirt", "case_order", some).unwrap_err());
        assert_eq!(refused, [("marks".to_owned(), "not_applied")]);
        assert!(judge(&mail, [4, 0, 0], "now").is_err(), "0 to 3");
        judge(&mail, [1, 1, 1], "now").unwrap();
        judge(&shop, [3, 2, 1], "now").unwrap();
        judge(&printer, [0, 1, 0], "no").unwrap();
        let task = json!({"incident": shop.as_str(), "title": "切り替え", "assignee": world.people["csirt"].as_str()});
        world.create("csirt", "task", task).unwrap();
        let board = world.app.board(&world.ctx("ciso")).unwrap();
        let order: Vec<(&RecordId, Option<i64>)> =
            board.lines.iter().map(|l| (&l.incident.id, l.score)).collect();
        assert_eq!(order, [(&new, None), (&shop, Some(14)), (&mail, Some(6)), (&printer, Some(2))]);
        assert_eq!(board.lines[3].below, ["業務への影響"], "by this it is not responded to now");
        let shop_line = &board.lines[1];
        assert_eq!(shop_line.order.as_ref().unwrap().text("resources"), "CSIRT 2名");
        assert_eq!(shop_line.tasks.values().sum::<u32>(), 1);
        assert_eq!(board.criteria.len(), 3);
        // A case for members only stands on nobody else's board.
        world.edit("csirt", ("incident", &shop), json!({"sharing": "members"})).unwrap();
        assert_eq!(world.app.board(&world.ctx("ciso")).unwrap().lines.len(), 3);
        assert_eq!(world.app.board(&world.ctx("csirt")).unwrap().lines.len(), 4);
    });
}
