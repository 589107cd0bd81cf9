//! Every register, in both languages: its list, form and conditions come up, and rubbish is
//! refused by name.

use super::world::World;
use okiagari_model::{FieldKind, REGISTERS};

#[tokio::test]
async fn lists_and_forms_come_up_in_both_languages() {
    let world = World::tireless();
    let chief = world.as_user("chief").await;
    for lang in ["ja", "en"] {
        chief.get(&format!("/search?lang={lang}")).await.is(303);
        for def in REGISTERS {
            let (label, question) = match lang {
                "ja" => (def.label.ja, def.question.ja),
                _ => (def.label.en, def.question.en),
            };
            let question = crate::html::esc(question).to_string();
            chief.get(&format!("/r/{}", def.id)).await.is(200).says(label).says(&question);
            let form = chief.get(&format!("/r/{}/new", def.id)).await;
            assert!(matches!(form.status, 200 | 403), "{} {}", def.id, form.status);
            if form.status == 200 {
                for field in crate::render::form::typed_fields(def) {
                    assert!(
                        form.text.contains(&format!("id=\"f-{}\"", field.id)),
                        "{}.{}",
                        def.id,
                        field.id
                    );
                }
            }
        }
        for wing in okiagari_model::Wing::ALL {
            chief.get(&format!("/w/{}", wing.id())).await.is(200);
        }
    }
}

#[tokio::test]
async fn every_condition_that_is_offered_can_be_asked() {
    let world = World::tireless();
    let chief = world.as_user("chief").await;
    for def in REGISTERS {
        let page = chief.get(&format!("/r/{}", def.id)).await.is(200);
        let offered: Vec<String> = page
            .text
            .split("href=\"/r/")
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
            .filter(|href| href.contains("?f.") || href.contains("?sort="))
            .map(|href| format!("/r/{}", href.replace("&amp;", "&")))
            .collect();
        assert!(!offered.is_empty(), "{}", def.id);
        for href in offered {
            let name =
                href.split("f.").nth(1).and_then(|r| r.split('.').next()).unwrap_or_default();
            let value = match def.field(name).map(|f| f.kind) {
                Some(FieldKind::Choice(set) | FieldKind::Choices(set)) => set.options[0].id,
                Some(FieldKind::Bool) => "1",
                Some(FieldKind::Date) => "2026-11-21",
                Some(FieldKind::Time) => "2026-11-21T02:40",
                Some(FieldKind::Int | FieldKind::Yen | FieldKind::Minutes) => "5",
                Some(_) => "a",
                None => "",
            };
            let full = if href.ends_with('=') { format!("{href}{value}") } else { href.clone() };
            chief.get(&href).await.is(200);
            chief.get(&full).await.is(200);
        }
    }
}

#[tokio::test]
async fn rubbish_in_every_field_of_every_form_is_named_and_never_breaks_the_page() {
    let world = World::tireless();
    let chief = world.as_user("chief").await;
    let rubbish =
        ["\u{202e}<script>", "-99999999999999999999", "../../etc/passwd", "[]", "'; --", "🦀"];
    for def in REGISTERS.iter().filter(|d| d.id != "evidence") {
        for (n, text) in rubbish.iter().enumerate() {
            let fields: Vec<(String, &str)> = crate::render::form::typed_fields(def)
                .into_iter()
                .map(|field| match field.kind {
                    FieldKind::Rows(columns) => {
                        (format!("{}[{n}].{}", field.id, columns[0].id), *text)
                    }
                    _ => (field.id.to_owned(), *text),
                })
                .collect();
            let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (n.as_str(), *v)).collect();
            let answer = chief.post(&format!("/r/{}/new", def.id), &fields).await;
            assert!(
                matches!(answer.status, 303 | 403 | 409 | 422),
                "{} {text} {}",
                def.id,
                answer.status
            );
            assert!(!answer.text.contains("<script>"), "{}", def.id);
        }
    }
}
