use super::room::{self, ME_PLACE};
use super::sample::{a_room, tidy, ui};
use okiagari_model::Lang;

#[test]
fn the_room_reads_in_both_languages() {
    for lang in [Lang::Ja, Lang::En] {
        let ui = ui(lang);
        insta::assert_snapshot!(
            format!("room_{}", lang.tag()),
            tidy(&room::page(&ui, &a_room(&ui, None)))
        );
    }
}

#[test]
fn what_people_typed_is_escaped_everywhere() {
    let ui = ui(Lang::Ja);
    let html = room::page(&ui, &a_room(&ui, None)).0;
    assert!(!html.contains("<b>電話</b>"));
    assert!(html.contains("&#60;b&#62;電話") || html.contains("&lt;b&gt;電話"));
}

#[test]
fn a_late_clock_stands_first_and_is_the_next_deadline() {
    let ui = ui(Lang::Ja);
    let room = a_room(&ui, None);
    assert_eq!(room.next_due().unwrap().title, "社内への第一報");
    let html = room::deadlines(&ui, &room).0;
    assert!(
        html.find("社内への第一報").unwrap() < html.find("個人情報保護委員会への速報").unwrap()
    );
    assert!(html.contains("data-late"));
}

#[test]
fn a_closed_step_says_why_and_leads_to_the_mend() {
    let ui = ui(Lang::Ja);
    let html = room::steps(&ui, &a_room(&ui, None)).0;
    assert!(html.contains("IPAとJPCERT/CCへの連絡の要否を決めている"));
    assert!(html.contains("/r/decision/new?incident=i1"));
    assert!(html.contains("情報セキュリティ責任者"), "who may take the step: {html}");
}

#[test]
fn correcting_quotes_the_entry_and_keeps_it() {
    let ui = ui(Lang::Ja);
    let room = a_room(&ui, Some("e1"));
    let html = room::entry_box(&ui, &room).0;
    assert!(html.contains(r#"name="corrects" value="e1""#) && html.contains("ファイルが開けない"));
    assert!(room.entries[0].corrected);
    assert!(
        a_room(&ui, Some("d1")).correcting.is_none(),
        "a decision is not corrected by an entry"
    );
}

#[test]
fn the_place_of_the_person_is_left_for_each_watcher() {
    let ui = ui(Lang::Ja);
    let mut room = a_room(&ui, None);
    room.me = ME_PLACE.to_owned();
    let html = room::messages(&ui, &room).0;
    assert!(html.contains(r#"value="<me>""#));
}
