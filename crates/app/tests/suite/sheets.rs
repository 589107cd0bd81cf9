//! Lists as sheets and back.

use super::harness::{NIGHT, World, on_each};
use okiagari_app::sheets::{Format, RowAction};
use okiagari_app::{AppError, ListRequest};
use okiagari_model::{RegisterDef, register};
use serde_json::json;

fn def(id: &str) -> &'static RegisterDef {
    register(id).unwrap()
}

pub fn size(world: &World) -> u64 {
    world.app.store().read(|tx| Ok::<_, AppError>(tx.size(&world.org)?)).unwrap()
}

/// What goes out comes back as it was, in both formats, for registers of every kind of field.
#[test]
fn an_exported_list_read_in_again_changes_nothing() {
    on_each(|world| {
        let department = world.make("department", json!({"name": "営業部"})).id;
        let system = world.make("system", json!({"name": "EC", "rto": 240, "rpo": 0})).id;
        world.make(
            "system",
            json!({"name": "倉庫", "depends_on": [system.as_str()],
            "alternative": "紙の伝票\n手書き"}),
        );
        let owner = world.people["it_manager"].as_str();
        for (name, kind) in
            [("顧客名簿", "名簿; 住所録"), ("=1+1", "式のような名前"), ("\"引用\", 改行", "x")]
        {
            world.make(
                "asset",
                json!({"name": name, "kind": kind, "importance": "high",
                "owner": owner, "department": department.as_str(), "system": system.as_str(),
                "relation": ["owned", "managed"], "restore_rank": 1, "personal_data": true}),
            );
        }
        world.make(
            "contact",
            json!({"name": "IPA", "kind": "expert_body",
            "phone": "03-5978-7509", "confirmed_on": "2026-10-01"}),
        );
        world.make(
            "printed_copy",
            json!({"document": "連絡表", "place": "受付",
            "printed_at": NIGHT}),
        );
        let ctx = world.ctx("coordinator");
        for register in ["asset", "system", "contact", "printed_copy", "department", "person"] {
            for (format, name) in [(Format::Csv, "a.csv"), (Format::Xlsx, "a.xlsx")] {
                let request = ListRequest::first(def(register), 2);
                let bytes = world.app.export(&ctx, &request, format).unwrap();
                let before = size(world);
                let preview = world.app.import_preview(&ctx, def(register), &bytes, name).unwrap();
                let odd: Vec<_> =
                    preview.rows.iter().filter(|r| r.action != RowAction::Same).collect();
                assert!(odd.is_empty(), "{register} {name}: {odd:#?}");
                assert_eq!(preview.rows.len(), world.all(register).len(), "every page is in it");
                world.app.import_apply(&ctx, def(register), &bytes, name).unwrap();
                assert_eq!(size(world), before, "{register} {name}: nothing is written");
            }
        }
    });
}

#[test]
fn rows_are_made_changed_or_refused_each_by_itself_and_twice_is_once() {
    on_each(|world| {
        world.make("asset", json!({"name": "名簿", "importance": "low"}));
        let ctx = world.ctx("it_manager");
        let sheet = "名称,重要度,責任者,復旧する順,知らない列\n\
            名簿,高,,1,x\n\
            図面,中,IT管理責任者の人,２,x\n\
            会計,最高,,,x\n\
            契約,高,居ない人,,x\n\
            ,高,,,x\n";
        let preview =
            world.app.import_preview(&ctx, def("asset"), sheet.as_bytes(), "a.csv").unwrap();
        use RowAction::{Change, New, Refused, Same};
        let actions: Vec<RowAction> = preview.rows.iter().map(|r| r.action).collect();
        assert_eq!(actions, [Change, New, Refused, Refused, Refused]);
        assert_eq!(world.all("asset").len(), 1, "a preview changes nothing");
        let problem = |i: usize| {
            let row = &preview.rows[i];
            (row.line, row.problems[0].field.as_str(), row.problems[0].code)
        };
        assert_eq!(problem(2), (4, "importance", "wrong_type"));
        assert_eq!(problem(3), (5, "owner", "no_such_record"));
        assert_eq!(problem(4), (6, "name", "required"));
        let unknown = preview.columns.iter().find(|(label, _)| label == "知らない列").unwrap();
        assert!(unknown.1.is_none());
        let apply =
            || world.app.import_apply(&ctx, def("asset"), sheet.as_bytes(), "a.csv").unwrap();
        let done = apply();
        assert_eq!((done.count(Change), done.count(New), done.count(Refused)), (1, 1, 3));
        let drawings = world.all("asset").into_iter().find(|a| a.text("name") == "図面").unwrap();
        assert_eq!(drawings.int("restore_rank"), Some(2), "full-width digits are digits");
        assert_eq!(drawings.ids("owner"), [world.people["it_manager"].as_str()]);
        let before = size(world);
        let again = apply();
        assert_eq!((again.count(Same), again.count(New), again.count(Change)), (2, 0, 0));
        assert_eq!(size(world), before);
        // Without the right to make records nothing is read in.
        let refused = world.app.import_apply(&world.ctx("pr_lead"), def("asset"), b"", "a.csv");
        assert!(matches!(refused, Err(AppError::Forbidden(_))));
        let broken = world.app.import_preview(&ctx, def("asset"), "x,y\n1,2\n".as_bytes(), "a.csv");
        assert!(matches!(broken, Err(AppError::Input(_))), "no heading fits");
    });
}

#[test]
fn a_cell_that_looks_like_a_formula_goes_out_as_text() {
    on_each(|world| {
        for name in ["=HYPERLINK(\"http://x\")", "+81-3", "-1", "@cmd", "\tx"] {
            world.make("asset", json!({"name": name}));
        }
        let ctx = world.ctx("it_manager");
        let request = ListRequest::first(def("asset"), 10);
        let csv =
            String::from_utf8(world.app.export(&ctx, &request, Format::Csv).unwrap()).unwrap();
        for line in csv.lines() {
            for cell in line.split(',').map(|c| c.trim_start_matches('"')) {
                assert!(!cell.starts_with(['=', '+', '@', '\t']), "{line}");
            }
        }
        assert!(csv.contains("HYPERLINK"));
    });
}
