//! Lists with much in them: nothing that may be seen is lost, nothing else is shown.

use super::harness::{World, on_each};
use okiagari_app::read::LINKS_SHOWN;
use okiagari_app::views::{MISSING_PAGE, MissingFilter};
use okiagari_app::{Actor, ListRequest};
use okiagari_model::{Change, register};
use serde_json::json;
use std::collections::BTreeSet;

#[test]
fn what_is_missing_goes_on_beyond_its_first_page() {
    let world = World::new();
    let ctx = world.ctx("security_manager");
    let count = MISSING_PAGE as usize + 20;
    for at in 0..count {
        world.make("asset", json!({"name": format!("資産{at}")}));
    }
    let only = MissingFilter { register: register("asset"), ..MissingFilter::default() };
    let first = world.app.missing(&ctx, &only).unwrap();
    let mut seen = BTreeSet::new();
    let mut after = None;
    loop {
        let page = world.app.missing(&ctx, &MissingFilter { after, ..only.clone() }).unwrap();
        for item in page.groups.iter().flat_map(|g| &g.items) {
            assert!(
                seen.insert((
                    item.id.clone(),
                    item.rule.id,
                    item.field.clone(),
                    item.message.ja.clone()
                )),
                "shown twice: {item:?}"
            );
        }
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert!(first.next.is_some());
    let records: BTreeSet<_> = seen.iter().map(|(id, ..)| id).collect();
    assert_eq!(records.len(), count);
    let counted = world.app.missing_counts(&ctx, &only).unwrap();
    assert_eq!(counted.get("asset").copied(), Some(seen.len() as u64));
}

#[test]
fn links_of_one_register_do_not_crowd_out_those_of_another() {
    on_each(|world| {
        let incident = world.incident(json!({}));
        for at in 0..LINKS_SHOWN + 1 {
            let entry = json!({"incident": incident.as_str(), "at": 1_795_196_400_000_i64 + at as i64,
                "kind": "action", "text": "対応"});
            world.make("timeline_entry", entry);
        }
        let def = register("incident").unwrap();
        let shown = |role: &str| world.app.record(&world.ctx(role), def, &incident, None).unwrap();
        let task =
            world.make("task", json!({"incident": incident.as_str(), "title": "封じ込め"})).id;
        let view = shown("csirt");
        let of =
            |register: &str| view.links_in.iter().filter(|l| l.register.id == register).count();
        assert_eq!(of("timeline_entry"), LINKS_SHOWN);
        assert!(view.links_in.iter().any(|l| l.id == task));
        let more: Vec<&str> = view.links_more.iter().map(|r| r.id).collect();
        assert_eq!(more, ["timeline_entry"]);
    });
}

#[test]
fn a_picker_offers_the_exact_title_among_many_and_nothing_that_has_ended() {
    on_each(|world| {
        let ctx = world.ctx("security_manager");
        let exact = world.make("asset", json!({"name": "PC-1"})).id;
        for at in 10..45 {
            world.make("asset", json!({"name": format!("PC-1{at}")}));
        }
        let inside = world.make("asset", json!({"name": "予備のPC-77"})).id;
        let found = world.app.suggest(&ctx, "asset", "PC-1").unwrap();
        assert_eq!((found.len(), &found[0].0), (20, &exact));
        let found = world.app.suggest(&ctx, "asset", "予備のPC-77").unwrap();
        assert!(found.iter().any(|(id, title)| *id == inside && title == "予備のPC-77"));
        let (def, id) = (register("asset").unwrap(), inside.clone());
        let end = Change::End { def, id, rev: 1, reason: "返却した".into() };
        world.app.change_as(&world.org, Actor::Program("test"), end).unwrap();
        assert!(world.app.suggest(&ctx, "asset", "予備のPC-77").unwrap().is_empty());
        let list = world.app.list(&ctx, &ListRequest::first(register("asset").unwrap(), 500));
        assert_eq!(list.unwrap().total.count, 36);
    });
}
