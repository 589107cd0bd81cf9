use super::*;

const BODY: &str = r#"{"contact":"山田","count":3,"list":[1,{"a":null}],"name":"core"}"#;

fn seed() -> Seed {
    Seed([42; 32])
}

#[test]
fn a_field_hash_is_the_leaf_hash_of_the_canonical_array() {
    for field in ["name", "全角", "a\"b\\c\n\u{1f}\u{8}\u{c}\r\t\u{7f}", ""] {
        for value in ["\"x\"", "null", r#"{"a":[1,2]}"#] {
            let salt: Salt = [9; 16];
            let value_parsed: serde_json::Value = serde_json::from_str(value).unwrap();
            let array = serde_json::json!([FIELD_DOMAIN, field, b64::encode(&salt), value_parsed]);
            let text = serde_json_canonicalizer::to_string(&array).unwrap();
            assert_eq!(
                field_hash(field, &salt, value),
                crate::leaf_hash(text.as_bytes()),
                "{text}"
            );
        }
    }
}

#[test]
fn salts_are_hmac_under_the_seed() {
    let mut mac = Hmac::<Sha256>::new_from_slice(&[42; 32]).unwrap();
    mac.update(b"okiagari/salt/v1\nname");
    assert_eq!(seed().salt_for("name")[..], mac.finalize().into_bytes()[..16]);
    assert_ne!(seed().salt_for("name"), seed().salt_for("nam"));
}

#[test]
fn the_commitment_covers_every_field() {
    let hashes: BTreeMap<String, Hash> = [
        ("contact", "\"山田\""),
        ("count", "3"),
        ("list", r#"[1,{"a":null}]"#),
        ("name", "\"core\""),
    ]
    .into_iter()
    .map(|(field, value)| (field.to_owned(), field_hash(field, &seed().salt_for(field), value)))
    .collect();
    let whole = commit_body(BODY, &seed()).unwrap();
    assert_eq!(whole, commitment(&hashes));
    for (from, to) in [("core", "corf"), ("3", "4"), ("null", "true"), ("count", "counu")] {
        assert_ne!(commit_body(&BODY.replace(from, to), &seed()).unwrap(), whole);
    }
    assert_ne!(commit_body(BODY, &Seed([43; 32])).unwrap(), whole);
}

#[test]
fn no_fields_is_the_empty_tree() {
    let empty = commit_body("{}", &seed()).unwrap();
    assert_eq!(empty, commitment(&BTreeMap::new()));
    assert_eq!(empty, Hash::of(b""));
}

#[test]
fn bodies_out_of_canonical_form_are_refused() {
    for bad in [
        "",
        "[]",
        "null",
        "{",
        "{} ",
        " {}",
        "{ }",
        r#"{"a":1, "b":2}"#,
        r#"{"a": 1}"#,
        r#"{"a":1 }"#,
        r#"{"a" :1}"#,
        "{\"a\":1}\n",
        r#"{"b":1,"a":2}"#,
        r#"{"a":1,"a":1}"#,
        r#"{"\u0061":1}"#,
        r#"{"a\n":1}"#,
        r#"{"":1}"#,
        r#"{"a":1}x"#,
        r#"{"a":1,}"#,
        r#"{"a":01}"#,
    ] {
        assert!(commit_body(bad, &seed()).is_err(), "{bad:?}");
    }
}

#[test]
fn canonical_order_and_byte_order_may_differ() {
    // U+10000 sorts before U+FF5E in UTF-16 and after it in UTF-8.
    let body = "{\"\u{10000}\":1,\"\u{ff5e}\":2}";
    let whole = commit_body(body, &seed()).unwrap();
    let hash =
        |field: &str, value| (field.to_owned(), field_hash(field, &seed().salt_for(field), value));
    let map = BTreeMap::from([hash("\u{10000}", "1"), hash("\u{ff5e}", "2")]);
    assert_eq!(whole, commitment(&map));
    let (same, redaction) = redact(body, &seed(), &[]).unwrap();
    assert_eq!(same, body);
    assert_eq!(commit_redacted(&same, &redaction).unwrap(), whole);
    assert!(commit_body("{\"\u{ff5e}\":2,\"\u{10000}\":1}", &seed()).is_err());
}

#[test]
fn erasing_leaves_the_commitment_and_nothing_of_the_field() {
    let whole = commit_body(BODY, &seed()).unwrap();
    let (body, redaction) = redact(BODY, &seed(), &["contact"]).unwrap();
    assert_eq!(body, r#"{"count":3,"list":[1,{"a":null}],"name":"core"}"#);
    assert_eq!(commit_redacted(&body, &redaction).unwrap(), whole);
    let kept = serde_json::to_string(&redaction).unwrap() + &body;
    assert!(!kept.contains("山田"));
    assert!(!kept.contains(&b64::encode(&seed().salt_for("contact"))));
    assert!(!kept.contains(&b64::encode(&seed().0)));
    let again: Redaction =
        serde_json::from_str(&serde_json::to_string(&redaction).unwrap()).unwrap();
    assert_eq!(again, redaction);
}

#[test]
fn erasing_goes_on_until_nothing_is_left() {
    let whole = commit_body(BODY, &seed()).unwrap();
    let (mut body, mut redaction) = redact(BODY, &seed(), &["name"]).unwrap();
    for field in ["count", "count", "contact", "list"] {
        (body, redaction) = redact(&body, &redaction, &[field]).unwrap();
        assert_eq!(commit_redacted(&body, &redaction).unwrap(), whole, "after {field}");
    }
    assert_eq!(body, "{}");
    assert!(redaction.salts.is_empty());
    assert_eq!(redaction.erased.len(), 4);
    assert!(matches!(redact(&body, &redaction, &["nmae"]), Err(FieldError::Absent(_))));
}

#[test]
fn a_redaction_must_fit_its_body() {
    let (body, redaction) = redact(BODY, &seed(), &["contact"]).unwrap();
    assert!(matches!(commit_redacted(BODY, &redaction), Err(FieldError::NoSalt(_))));
    let fewer = r#"{"count":3,"name":"core"}"#;
    assert!(matches!(commit_redacted(fewer, &redaction), Err(FieldError::NoValue(_))));
    let mut both = redaction.clone();
    both.erased.insert("name".to_owned(), Hash([0; 32]));
    assert!(matches!(commit_redacted(&body, &both), Err(FieldError::Both(_))));
    let mut odd = redaction.clone();
    odd.erased.insert(String::new(), Hash([0; 32]));
    assert!(matches!(commit_redacted(&body, &odd), Err(FieldError::FieldId(_))));
    let mut other = redaction.clone();
    other.erased.insert("contact".to_owned(), Hash([0; 32]));
    assert_ne!(commit_redacted(&body, &other).unwrap(), commit_body(BODY, &seed()).unwrap());
}

#[test]
fn one_field_is_disclosed_alone() {
    let whole = commit_body(BODY, &seed()).unwrap();
    let (body, redaction) = redact(BODY, &seed(), &["contact"]).unwrap();
    for field in ["count", "list", "name"] {
        let shown = disclose(BODY, &seed(), field).unwrap();
        assert_eq!(
            disclose(&body, &redaction, field).unwrap(),
            shown,
            "erasing others is no matter"
        );
        shown.verify(&whole).unwrap();
        let json = serde_json::to_string(&shown).unwrap();
        assert_eq!(serde_json::from_str::<Disclosure>(&json).unwrap(), shown);
        for other in ["contact", "count", "list", "name"].iter().filter(|other| **other != field) {
            assert!(!json.contains(other), "{json}");
            assert!(!json.contains(&b64::encode(&seed().salt_for(other))), "{json}");
        }
    }
    assert!(matches!(disclose(&body, &redaction, "contact"), Err(FieldError::Erased(_))));
    assert!(matches!(disclose(BODY, &seed(), "x"), Err(FieldError::Absent(_))));
}

#[test]
fn an_altered_disclosure_is_refused() {
    let whole = commit_body(BODY, &seed()).unwrap();
    let good = disclose(BODY, &seed(), "count").unwrap();
    let altered: [fn(&mut Disclosure); 7] = [
        |shown| shown.value = "4".to_owned(),
        |shown| shown.field = "name".to_owned(),
        |shown| shown.salt[0] ^= 1,
        |shown| shown.index = 2,
        |shown| shown.size = 9,
        |shown| shown.path[0].0[0] ^= 1,
        |shown| shown.path.truncate(1),
    ];
    for change in altered {
        let mut shown = good.clone();
        change(&mut shown);
        assert!(matches!(shown.verify(&whole), Err(FieldError::Proof(_))), "{shown:?}");
    }
    assert!(good.verify(&Hash([0; 32])).is_err());
}

#[test]
fn a_value_that_reads_in_two_ways_is_refused() {
    let body = r#"{"a":{"x":1,"x":2}}"#;
    let whole = commit_body(body, &seed()).unwrap();
    let shown = disclose(body, &seed(), "a").unwrap();
    assert!(matches!(shown.verify(&whole), Err(FieldError::Value)));
}

#[test]
fn the_seed_does_not_show_in_debug_output() {
    assert_eq!(format!("{:?}", seed()), "Seed(..)");
    let json = serde_json::to_string(&seed()).unwrap();
    assert_eq!(serde_json::from_str::<Seed>(&json).unwrap(), seed());
}
