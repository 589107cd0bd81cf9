//! Reconnection: cases on both sides, links from cut to connected, the two tracks.

use super::harness::{NIGHT, World, fields, gates, on_each};
use okiagari_model::RecordId;
use serde_json::json;

const HOUR: i64 = 3_600_000;

/// A partner that is linked with us.
pub fn partner(world: &World, name: &str) -> RecordId {
    world.make("contact", json!({"name": name, "kind": "partner"})).id
}

/// A case on the compromised side.
pub fn case(world: &World) -> RecordId {
    let incident = world.incident(json!({"title": "受発注データの改ざん"}));
    let body = json!({"title": "受発注システムの再接続", "side": "compromised",
        "incident": incident.as_str(), "goal": "取引先と安全につなぎ直し、確かめた範囲を伝える",
        "scope": "cyber", "scope_line": "技術・サイバーのリスクだけを扱います。",
        "accountable": world.people["ciso"].as_str()});
    world.create("csirt", "reconnection", body).unwrap().id
}

/// A link of the case, cut.
pub fn cut_link(world: &World, case: &RecordId, with: &RecordId) -> RecordId {
    let link = world
        .create(
            "csirt",
            "link",
            json!({"name": "受発注のVPN", "counterparty": with.as_str(), "connection": "vpn",
            "our_end": "fw-01", "their_end": "gw.example.jp", "services": "受発注",
            "data": "注文と在庫", "owner": world.people["it_manager"].as_str(),
            "their_owner": "情報システム部"}),
        )
        .unwrap()
        .id;
    let cut = json!({"reconnection": case.as_str(), "cut_by": "them", "cut_at": NIGHT,
        "cut_why": "届いたデータの値が合わない", "extent": "parts"});
    world.step("csirt", ("link", &link), "isolate", cut).unwrap();
    link
}

/// Takes a link that was cut all the way back.
pub fn bring_back(world: &World, link: &RecordId) {
    let case = RecordId::new(world.get(("link", link)).text("reconnection"));
    let mut phases = world.all("reconnect_phase");
    phases.retain(|p| p.text("reconnection") == case.as_str() && p.text("kind") == "reconnection");
    let stood = phases.remove(0).text("state").to_owned();
    super::reconnect_case::ready(world, link);
    let yes = json!({"again": "yes", "again_why": "根拠がそろった", "conditions":
        [{"text": "監視を強める", "side": "both", "met_on": "2026-11-25", "proof": "監視の設定"}]});
    world.step("ciso", ("link", link), "agree", yes).unwrap();
    world.step("ciso", ("link", link), "trial", json!({"planned_on": "2026-11-26"})).unwrap();
    world.step("ciso", ("link", link), "stage", json!({})).unwrap();
    world.step("ciso", ("link", link), "reconnect", json!({})).unwrap();
    super::reconnect_case::put_phase(world, &case, "reconnection", &stood);
}

#[test]
fn a_link_goes_from_cut_to_connected_and_whether_is_asked_apart_from_when() {
    on_each(|world| {
        let case = case(world);
        let other = partner(world, "丸紅葉物産");
        let link = cut_link(world, &case, &other);
        let at = ("link", &link);
        let state = || world.text(at, "state");
        assert_eq!(state(), "isolated");
        super::reconnect_case::ready(world, &link);
        let kept = world.get(at);
        assert_eq!(kept.text("cut_by"), "them");
        assert_eq!(kept.text("cut_why"), "届いたデータの値が合わない");
        assert_eq!(kept.text("incident"), world.get(("reconnection", &case)).text("incident"));
        // Whether at all comes first.
        let conditions = json!([{"text": "監視を強める", "side": "both"}]);
        let undecided =
            json!({"again": "undecided", "again_why": "まだ", "conditions": conditions});
        assert_eq!(gates(world.step("ciso", at, "agree", undecided).unwrap_err()), ["wanted"]);
        let yes = json!({"again": "yes", "again_why": "根拠がそろった", "conditions": conditions});
        world.step("ciso", at, "agree", yes).unwrap();
        assert_eq!(state(), "agreed");
        // Then when, and not before the conditions are met.
        let asked = fields(world.step("ciso", at, "trial", json!({})).unwrap_err());
        assert_eq!(asked, [("planned_on".to_owned(), "required")]);
        let day = json!({"planned_on": "2026-11-26"});
        assert_eq!(
            gates(world.step("ciso", at, "trial", day.clone()).unwrap_err()),
            ["conditions_met"]
        );
        let met = json!([{"text": "監視を強める", "side": "both", "met_on": "2026-11-25"}]);
        world.edit("csirt", at, json!({"conditions": met})).unwrap();
        world.step("ciso", at, "trial", day).unwrap();
        assert_eq!(state(), "trial");
        world.step("ciso", at, "stage", json!({})).unwrap();
        assert_eq!(state(), "staged");
        world.step("ciso", at, "reconnect", json!({})).unwrap();
        assert_eq!(state(), "reconnected");
        // Side exits: cut again, and declined.
        let again = json!({"cut_at": NIGHT + HOUR, "cut_why": "値がまた合わない"});
        world.step("csirt", at, "cut_again", again).unwrap();
        let kept = world.get(at);
        assert_eq!(kept.text("state"), "isolated_again");
        assert_eq!(kept.int("cut_again"), Some(1));
        assert!(kept.time("reconnected_at").is_none() && kept.text("again").is_empty());
        world.step("ciso", at, "decline", json!({"again_why": "別の経路に替える"})).unwrap();
        assert_eq!((state(), world.text(at, "again")), ("declined".into(), "no".into()));
        world.verifies();
    });
}

#[test]
fn a_register_of_links_says_who_is_joined_how_and_who_cut_it() {
    let world = World::new();
    let case = case(&world);
    let other = partner(&world, "丸紅葉物産");
    let link = world.get(("link", &cut_link(&world, &case, &other)));
    for (field, value) in [
        ("counterparty", other.as_str()),
        ("connection", "vpn"),
        ("our_end", "fw-01"),
        ("their_end", "gw.example.jp"),
        ("services", "受発注"),
        ("data", "注文と在庫"),
        ("owner", world.people["it_manager"].as_str()),
        ("their_owner", "情報システム部"),
        ("cut_by", "them"),
        ("cut_why", "届いたデータの値が合わない"),
        ("extent", "parts"),
        ("state", "isolated"),
    ] {
        assert_eq!(link.text(field), value, "{field}");
    }
    assert_eq!(link.int("cut_at"), Some(NIGHT));
    assert!(link.def.field("stage").is_some() && link.def.field("conditions").is_some());
}

#[test]
fn one_organisation_is_compromised_in_one_case_and_client_in_another() {
    let world = World::new();
    let ours = world.get(("reconnection", &case(&world)));
    assert_eq!((ours.text("side"), ours.text("number")), ("compromised", "RC-1"));
    let mut theirs = json!({"title": "配送会社との再接続", "side": "client",
        "goal": "配送の指示を戻すか決める", "scope": "business",
        "scope_line": "業務の再開も含みます。", "accountable": world.people["ciso"].as_str()});
    let missing = fields(world.create("csirt", "reconnection", theirs.clone()).unwrap_err());
    assert_eq!(missing, [("counterparty".to_owned(), "required")]);
    theirs["counterparty"] = partner(&world, "みなと配送").as_str().into();
    world.create("csirt", "reconnection", theirs.clone()).unwrap();
    // Goal, kind of risk and scope line are never left out.
    for field in ["goal", "scope", "scope_line", "accountable"] {
        let mut less = theirs.clone();
        less.as_object_mut().unwrap().remove(field);
        let missing = fields(world.create("csirt", "reconnection", less).unwrap_err());
        assert_eq!(missing, [(field.to_owned(), "required")]);
    }
}

#[test]
fn technical_relinking_and_return_of_business_end_each_by_itself() {
    on_each(|world| {
        let case = case(world);
        let link = cut_link(world, &case, &partner(world, "丸紅葉物産"));
        let at = ("reconnection", &case);
        let tracks = || (world.text(at, "technical"), world.text(at, "business"));
        assert_eq!(tracks(), ("under_way".into(), "waiting".into()));
        let ground = json!({"technical_ground": "全接続の試験に合格"});
        let closed = world.step("ciso", at, "technical_done", ground.clone()).unwrap_err();
        assert_eq!(gates(closed), ["links_settled"]);
        bring_back(world, &link);
        world.step("ciso", at, "technical_done", ground).unwrap();
        assert_eq!(tracks(), ("done".into(), "waiting".into()));
        let closed = world.step("ciso", at, "close", json!({})).unwrap_err();
        assert_eq!(gates(closed), ["both_done", "lessons_settled"]);
        world.step("ciso", at, "begin_business", json!({})).unwrap();
        assert_eq!(tracks(), ("done".into(), "under_way".into()));
        let back = json!({"business_ground": "全取引先と平時の受発注に戻った"});
        world.step("ciso", at, "business_done", back).unwrap();
        assert_eq!(
            gates(world.step("ciso", at, "close", json!({})).unwrap_err()),
            ["lessons_settled"]
        );
        world.step("ciso", at, "close", json!({"lessons_none": "手順どおりに進んだ"})).unwrap();
        assert_eq!(world.text(at, "state"), "closed");
    });
}
