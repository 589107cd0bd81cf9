//! Made again from the revisions, everything is as the write path left it.

use crate::registers::*;
use crate::support::*;
use okiagari_model::*;
use okiagari_store::{RevisionDraft, Store, StoreError};
use serde_json::json;

/// A history with everything that is hard: changed links, ended records, erased fields.
pub fn eventful(store: &Store) {
    for at in 0..40 {
        put(
            store,
            at,
            Person::DEF,
            &format!("p{at:02}"),
            0,
            json!({"name": format!("人物{at}"), "department": "it"}),
        );
    }
    for at in 0..40 {
        let owner = format!("p{:02}", (at * 7) % 40);
        put(
            store,
            50 + at,
            Asset::DEF,
            &format!("a{at:02}"),
            0,
            json!({"name": format!("資産{at}"), "rank": at % 5, "owner": owner, "critical": at % 2 == 0,
                   "tags": ["x", format!("{at}")], "depends_on": [format!("a{:02}", (at + 1) % 40)],
                   "contacts": [{"person": owner, "phone": "03"}]}),
        );
    }
    for rev in 1..4u32 {
        for at in (0..40).step_by(3) {
            let mut json =
                json!({"name": format!("資産{at}"), "rank": rev, "owner": format!("p{:02}", rev)});
            if rev == 2 {
                json["contacts"] = json!([{"person": format!("p{at:02}")}]);
            }
            if rev == 3 && at % 2 == 0 {
                json["_ended"] = json!("廃止");
            }
            put(store, 100 + i64::from(rev), Asset::DEF, &format!("a{at:02}"), rev, json);
        }
    }
    put(
        store,
        110,
        Incident::DEF,
        "i1",
        0,
        json!({"title": "停止", "visibility": "members", "members": ["p01"], "story": "話"}),
    );
    put(store, 111, Task::DEF, "t1", 0, json!({"title": "調査", "incident": "i1"}));
    let erase = RevisionDraft {
        erase: vec!["story".to_owned()],
        ..revision(Incident::DEF, "i1", 1, json!({"title": "停止", "visibility": "members"}))
    };
    change(store, 112, "o", vec![erase]).unwrap();
    let erase = RevisionDraft {
        erase: vec!["name".to_owned()],
        ..revision(Person::DEF, "p05", 1, json!({"department": "it"}))
    };
    change(store, 113, "o", vec![erase]).unwrap();
}

#[test]
fn a_rebuild_changes_nothing() {
    on_each(|place| {
        let store = place.open();
        eventful(&store);
        let other = OrgId::new("other");
        let key = other.clone();
        let written: Result<_, StoreError> = store.write(&other, "t", move |tx| {
            append(tx, &key, 0, "x", vec![revision(Person::DEF, "p1", 0, json!({"name": "別"}))])
        });
        written.unwrap();
        let dump =
            |org: &OrgId| store.read(|tx| tx.view_dump(org)).map_err(|e: StoreError| e).unwrap();
        let (before, before_other) = (dump(&org()), dump(&other));
        assert!(before.len() > 300);
        let (tell, told) = std::sync::mpsc::channel();
        store.rebuild(Some(&org()), move |done| tell.send(done).unwrap()).unwrap();
        assert_eq!(told.iter().last(), Some(82));
        assert_eq!(dump(&org()), before);
        assert_eq!(dump(&other), before_other);

        // Whatever was wrong is right again.
        let damage: Result<(), StoreError> = store.write(&org(), "damage", |tx| {
            for sql in [
                "DELETE FROM link WHERE from_id = 'a01'",
                "UPDATE record SET title = 'x', acl_restricted = 0",
                "UPDATE r_asset SET rank = 77",
                "DELETE FROM r_task",
                "DELETE FROM search_doc WHERE id = 'a02'",
            ] {
                tx.db().execute(sql, &[])?;
            }
            Ok(())
        });
        damage.unwrap();
        assert_ne!(dump(&org()), before);
        store.rebuild(None, |_| {}).unwrap();
        assert_eq!(dump(&org()), before);
        put(&store, 200, Asset::DEF, "a01", 1, json!({"name": "続き"}));
    });
}
