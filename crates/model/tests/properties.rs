//! Properties of reading typed text and of conditions.

use okiagari_model::{Body, Cond, FieldDef, FieldKind, Op, REGISTERS, Value, Zone, validate};
use proptest::prelude::*;
use serde_json::json;

/// Every field of every register, those of small tables too.
fn all_fields() -> Vec<&'static FieldDef> {
    let mut all = Vec::new();
    for field in REGISTERS.iter().flat_map(|r| r.fields) {
        all.push(field);
        if let FieldKind::Rows(columns) = field.kind {
            all.extend(columns);
        }
    }
    all
}

fn fields_of(kind: fn(&FieldKind) -> bool) -> Vec<&'static FieldDef> {
    all_fields().into_iter().filter(|f| kind(&f.kind)).collect()
}

fn read(field: &FieldDef, text: &str) -> Option<Value> {
    validate::from_text(field, text, &Zone::tokyo()).unwrap_or_else(|p| panic!("{text}: {p:?}"))
}

#[test]
fn every_option_is_read_by_its_id_and_by_its_name_in_both_languages() {
    use okiagari_model::Lang;
    let zone = Zone::tokyo();
    for field in fields_of(|k| matches!(k, FieldKind::Choice(_))) {
        let FieldKind::Choice(set) = field.kind else { continue };
        for option in set.options {
            let value = json!(option.id);
            for text in [option.id, option.label.ja, option.label.en] {
                assert_eq!(read(field, text), Some(value.clone()), "{} {text}", field.id);
            }
            for lang in [Lang::Ja, Lang::En] {
                let shown = validate::show(field, &value, lang, &zone);
                assert_eq!(read(field, &shown), Some(value.clone()), "{} {shown}", field.id);
            }
        }
    }
}

proptest! {
    #[test]
    fn numbers_read_back_as_they_are_shown(n in -9_000_000_000_000_i64..9_000_000_000_000) {
        let zone = Zone::tokyo();
        for field in fields_of(|k| matches!(k, FieldKind::Int)) {
            let shown = validate::show(field, &json!(n), okiagari_model::Lang::Ja, &zone);
            prop_assert_eq!(read(field, &shown), Some(json!(n)));
        }
    }

    #[test]
    fn an_instant_to_the_minute_reads_back_from_its_input_value(m in 0_i64..70_000_000) {
        let zone = Zone::tokyo();
        let at = okiagari_model::Time::from_millis(m * 60_000);
        for field in fields_of(|k| matches!(k, FieldKind::Time)) {
            prop_assert_eq!(read(field, &at.input_value(&zone)), Some(json!(at.millis())));
            prop_assert_eq!(read(field, &at.rfc3339()), Some(json!(at.millis())));
        }
    }

    #[test]
    fn no_text_panics_and_what_is_read_passes_the_check(text in "\\PC{0,60}") {
        let zone = Zone::tokyo();
        for def in REGISTERS {
            for field in def.fields {
                if let Ok(Some(value)) = validate::from_text(field, &text, &zone) {
                    if matches!(field.kind, FieldKind::Rows(_)) {
                        continue;
                    }
                    let body: Body = [(field.id.to_owned(), value)].into_iter().collect();
                    let problems = validate::check(def, &body, false);
                    let wrong = problems.iter().any(|p| p.code == "wrong_type");
                    prop_assert!(!wrong, "{} {:?}", field.id, problems);
                }
            }
        }
    }

    #[test]
    fn ne_is_the_contrary_of_eq_and_empty_of_set(
        here in proptest::option::of(0_i64..4), wanted in 0_i64..4,
    ) {
        let body: Body = here.map(|n| ("n".to_owned(), json!(n))).into_iter().collect();
        let holds = |op| Cond { field: "n".into(), op, value: json!(wanted) }.holds(&body);
        prop_assert_eq!(holds(Op::Eq), !holds(Op::Ne));
        prop_assert_eq!(holds(Op::Set), !holds(Op::Empty));
        prop_assert_eq!(holds(Op::Eq), holds(Op::Gte) && holds(Op::Lte));
        prop_assert_eq!(holds(Op::Set), holds(Op::Gte) || holds(Op::Lte));
        let one_of = Cond { field: "n".into(), op: Op::In, value: json!([wanted, 9]) };
        prop_assert_eq!(holds(Op::Eq), one_of.holds(&body));
    }

    #[test]
    fn a_list_meets_what_any_entry_meets(list in proptest::collection::vec(0_i64..4, 1..4)) {
        let body: Body = [("n".to_owned(), json!(list))].into_iter().collect();
        for n in 0..4 {
            let eq = Cond::eq("n", n).holds(&body);
            prop_assert_eq!(eq, list.contains(&n));
        }
    }
}

#[test]
fn an_unset_yes_or_no_counts_as_no() {
    assert!(Cond::eq("grave", false).holds(&Body::new()));
    assert!(!Cond::eq("grave", true).holds(&Body::new()));
}
