//! The renderer alone: snapshots in both languages, and the way from a body to a form and back.

use super::form::{Around, Ask, form, typed_fields};
use super::read::{body_of, pairs_of, patch_of, tidy};
use super::table::Table;
use super::widget::{Control, Options};
use super::{Titles, View, facts, flow, story};
use crate::html::Html;
use okiagari_app::history::{FieldChange, HistoryEntry};
use okiagari_app::read::{LinkView, StepView};
use okiagari_app::{ListPage, Names};
use okiagari_model::{
    Body, FieldDef, FieldKind, FieldProblem, GateProblem, Lang, Message, REGISTERS, Record,
    RecordId, RegisterDef, Severity, Time, Value, Zone, register,
};
use serde_json::json;

/// Saturday 2026-11-21, 14:03 in Japan.
const NOW: i64 = 1_795_237_380_000;

struct Known;

impl Titles for Known {
    fn title(&self, register: &str, id: &str) -> Option<String> {
        (id != "hidden").then(|| format!("{register} <{id}>"))
    }
}

fn view(lang: Lang, zone: &Zone) -> View<'_> {
    View { lang, zone, now: Time::from_millis(NOW), titles: &Known }
}

fn record(id: &str, body: Value) -> Record {
    Record {
        def: register(id).unwrap(),
        id: RecordId::new("01jynzyr7kvpsbmv2q8yqpmrgw"),
        rev: 3,
        leaf: 1042,
        created_at: Time::from_millis(NOW - 86_400_000),
        updated_at: Time::from_millis(NOW),
        updated_by: "a1".into(),
        body: body.as_object().cloned().unwrap(),
    }
}

fn asset() -> Record {
    record(
        "asset",
        json!({
            "name": "受注 \"データ\" <本番>", "importance": "high", "owner": "p1", "department": "hidden",
            "relation": ["owned", "used"], "protect_rank": 1, "personal_data": true,
        }),
    )
}

fn incident() -> Record {
    record(
        "incident",
        json!({
            "number": "INC-7", "title": "不審なログイン", "state": "organised", "grave": true,
            "known": "管理画面に\n知らない記録", "detected_at": NOW - 7_200_000,
            "reported_at": NOW - 5_400_000, "organised_at": NOW - 3_600_000,
            "systems": [{ "system": "s1", "stopped_at": NOW - 3_000_000 }], "members": ["p1", "p2"],
        }),
    )
}

fn names(lang: Lang) -> &'static str {
    lang.t("ja", "en")
}

fn offered(register: &str) -> Options {
    vec![("p1".into(), format!("{register} 1")), ("p2".into(), format!("{register} 2"))]
}

#[test]
fn a_form_asks_marks_and_says_what_is_wrong() {
    let zone = Zone::tokyo();
    let stored = asset();
    let asks: Vec<Ask> = typed_fields(stored.def)
        .into_iter()
        .map(|field| Ask { field, required: field.required })
        .collect();
    let pairs = pairs_of(&typed_fields(stored.def), &stored.body, &zone);
    let wrong = FieldProblem::new(
        "restore_rank",
        "wrong_type",
        Message::new("整数を入れてください。", "Give a whole number."),
    );
    let around = Around {
        action: "/r/asset/x/edit".into(),
        draft: "asset:x".into(),
        owner: "0123".into(),
        rev: Some(3),
        hidden: vec![("_key", "k\"1".into())],
        submit: "保存する".into(),
        cancel: "/r/asset/x".into(),
        reason: Some(true),
        ..Around::default()
    };
    for lang in [Lang::Ja, Lang::En] {
        let control = Control { view: view(lang, &zone), pairs: &pairs, options: &offered };
        let html = form(&control, &asks, &around, std::slice::from_ref(&wrong), &Html::new());
        insta::assert_snapshot!(format!("form_{}", names(lang)), lines(&html.0));
    }
}

#[test]
fn rows_and_instants_have_their_own_controls() {
    let zone = Zone::tokyo();
    let stored = incident();
    let pick = ["systems", "members", "detected_at", "known"];
    let fields: Vec<&'static FieldDef> =
        stored.def.fields.iter().filter(|f| pick.contains(&f.id)).collect();
    let asks: Vec<Ask> = fields.iter().map(|field| Ask { field, required: false }).collect();
    let pairs = pairs_of(&fields, &stored.body, &zone);
    let control = Control { view: view(Lang::Ja, &zone), pairs: &pairs, options: &offered };
    let html = form(&control, &asks, &Around::default(), &[], &Html::new());
    insta::assert_snapshot!("form_rows_ja", lines(&html.0));
}

#[test]
fn a_table_leads_to_records_and_sorts_by_its_columns() {
    let zone = Zone::tokyo();
    let mut page = ListPage {
        records: vec![asset()],
        names: Names::default(),
        next: None,
        findings: std::collections::HashMap::new(),
        total: okiagari_store_count(1),
    };
    page.findings.insert(page.records[0].id.clone(), (2, Severity::Warning));
    let def = register("asset").unwrap();
    let columns: Vec<&'static FieldDef> = def.fields.iter().filter(|f| f.list).collect();
    let href = |by: &str| format!("/r/asset?sort={by}");
    for lang in [Lang::Ja, Lang::En] {
        let table = Table {
            def,
            columns: &columns,
            page: &page,
            sort: ("importance", false),
            sort_href: &href,
            choose: true,
        };
        insta::assert_snapshot!(
            format!("table_{}", names(lang)),
            lines(&table.draw(&view(lang, &zone)).0)
        );
    }
}

fn okiagari_store_count(count: u64) -> okiagari_store::Count {
    okiagari_store::Count { count, more: false }
}

fn closed_step(def: &'static RegisterDef) -> StepView {
    let step = def.flow.unwrap().transition("contain").unwrap();
    let gate = &step.gates[0];
    StepView {
        step,
        open: false,
        role_ok: false,
        closed: vec![GateProblem {
            id: gate.id,
            label: gate.label.message(),
            mend: gate.mend.message(),
        }],
        follows: Vec::new(),
    }
}

#[test]
fn a_record_shows_facts_links_and_where_it_stands() {
    let zone = Zone::tokyo();
    let stored = incident();
    let task = register("task").unwrap();
    let link = LinkView {
        register: task,
        id: RecordId::new("t1"),
        title: "ログを確保 & 保全".into(),
        field: task.field("incident").unwrap(),
    };
    for lang in [Lang::Ja, Lang::En] {
        let v = view(lang, &zone);
        let steps = [closed_step(stored.def)];
        let mut html = flow::strip(&v, &stored, &steps).0;
        html.push_str(&flow::steps(&v, &stored, &steps).0);
        html.push_str(&facts::facts(&v, &stored, Some("/r/incident/x/edit")).0);
        html.push_str(&facts::links(&v, &stored, std::slice::from_ref(&link)).0);
        insta::assert_snapshot!(format!("record_{}", names(lang)), lines(&html));
    }
}

#[test]
fn a_history_is_a_story_with_differences() {
    let zone = Zone::tokyo();
    let stored = asset();
    let field = |id: &str| stored.def.field(id).unwrap();
    let entry = HistoryEntry {
        rev: 3,
        leaf: 1042,
        at: Time::from_millis(NOW),
        actor: "佐藤 <花>".into(),
        role: "employee+csirt".into(),
        action: "asset.edit".into(),
        reason: Some("重要な取引先のため".into()),
        changes: vec![
            FieldChange {
                field: field("importance"),
                old: Some("medium".into()),
                new: Some("high".into()),
                erased: false,
            },
            FieldChange { field: field("owner"), old: None, new: Some("p1".into()), erased: false },
            FieldChange { field: field("place"), old: Some("x".into()), new: None, erased: true },
        ],
    };
    for lang in [Lang::Ja, Lang::En] {
        let html = story::story(&view(lang, &zone), &stored, std::slice::from_ref(&entry), false);
        insta::assert_snapshot!(format!("story_{}", names(lang)), lines(&html.0));
    }
}

/// One tag a line, so that a changed snapshot shows what changed; a changed picture is no change of
/// the page.
fn lines(html: &str) -> String {
    html.replace(&crate::assets::asset("icons.svg"), "/static/icons.svg").replace("><", ">\n<")
}

fn sample(field: &'static FieldDef) -> Value {
    match field.kind {
        FieldKind::Text => "見本 ; \"a\" & <b>".into(),
        FieldKind::LongText => "一行目\n\n三行目; 続き".into(),
        FieldKind::Int | FieldKind::Yen => (-3).into(),
        FieldKind::Minutes => 90.into(),
        FieldKind::Bool => true.into(),
        FieldKind::Date => "2026-11-21".into(),
        FieldKind::Time => (NOW - 60_000).into(),
        FieldKind::Choice(set) => set.options[set.options.len() - 1].id.into(),
        FieldKind::Choices(set) => {
            set.options.iter().take(2).map(|o| o.id).collect::<Vec<_>>().into()
        }
        FieldKind::Ref(_) => "01jynzyr7kvpsbmv2q8yqpmrgw".into(),
        FieldKind::Refs(_) => json!(["b-2", "a-1", "c_3"]),
        FieldKind::AnyRef => "person/p1".into(),
        FieldKind::Texts => json!(["一つ; 目", "二つ目"]),
        FieldKind::Rows(columns) => {
            let row: Body = columns.iter().map(|c| (c.id.to_owned(), sample(c))).collect();
            json!([row, row])
        }
    }
}

#[test]
fn what_a_form_shows_is_read_back_unchanged_for_every_field_of_every_register() {
    let zone = Zone::tokyo();
    for def in REGISTERS {
        let fields = typed_fields(def);
        let body: Body = fields.iter().map(|f| (f.id.to_owned(), sample(f))).collect();
        let pairs = tidy(&fields, &pairs_of(&fields, &body, &zone));
        let (read, problems) = body_of(&fields, &pairs, &zone);
        assert_eq!(problems, [], "{}", def.id);
        assert_eq!(read, body, "{}", def.id);
        assert!(patch_of(&fields, &read, &body).is_empty(), "{}", def.id);
        let cleared = patch_of(&fields, &Body::new(), &body);
        assert_eq!(cleared.len(), fields.len(), "{}: emptied fields are unset", def.id);
    }
}

#[test]
fn rows_are_numbered_anew_and_empty_ones_left_out() {
    let def = register("incident").unwrap();
    let field = def.field("systems").unwrap();
    let pair = |n: &str, v: &str| (n.to_owned(), v.to_owned());
    let sent = [
        pair("systems[7].system", "s7"),
        pair("systems[2].system", ""),
        pair("systems[2].stopped_at", " "),
        pair("systems[4].system", "s4"),
        pair("systems[4].stopped_at", "yesterday"),
    ];
    let tidied = tidy(&[field], &sent);
    let (_, problems) = body_of(&[field], &tidied, &Zone::tokyo());
    assert_eq!(problems.len(), 1);
    assert_eq!(problems[0].field, "systems[0].stopped_at");
    assert!(tidied.contains(&pair("systems[1].system", "s7")), "{tidied:?}");
}

#[test]
fn an_instant_that_was_not_touched_keeps_its_seconds() {
    let def = register("incident").unwrap();
    let field = def.field("detected_at").unwrap();
    let stored: Body = json!({ "detected_at": NOW + 12_345 }).as_object().cloned().unwrap();
    let pairs = pairs_of(&[field], &stored, &Zone::tokyo());
    let (typed, _) = body_of(&[field], &pairs, &Zone::tokyo());
    assert!(patch_of(&[field], &typed, &stored).is_empty());
}

#[test]
fn a_box_that_was_never_ticked_is_no_change() {
    let def = register("asset").unwrap();
    let field = def.field("personal_data").unwrap();
    let stored: Body = json!({ "personal_data": true }).as_object().cloned().unwrap();
    assert!(patch_of(&[field], &Body::new(), &Body::new()).is_empty());
    assert_eq!(patch_of(&[field], &Body::new(), &stored)["personal_data"], false);
}
