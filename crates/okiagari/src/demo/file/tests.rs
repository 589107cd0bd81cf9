use super::super::value::{Known, Words};
use super::super::when;
use super::*;
use okiagari_catalog::Catalog;
use okiagari_model::{RecordId, RegisterDef, Time, Zone, register, validate};

fn files() -> Vec<(&'static str, DemoFile)> {
    let catalog = Catalog::shipped();
    let read = |name: &'static str| {
        let text = catalog.text(name).unwrap_or_else(|| panic!("{name} is shipped"));
        (name, DemoFile::read(text).unwrap_or_else(|error| panic!("{name}: {error}")))
    };
    SHIPPED.map(read).into()
}

/// Plays a story on paper: keys are known only once they were made, and every body fits.
fn play(file: &DemoFile) -> (Known, Vec<String>) {
    let zone = Zone::tokyo();
    let start = Time::parse("2026-11-21T14:00", &zone).expect("a time");
    let mut known = Known::new();
    let mut faults = Vec::new();
    let mut put = |known: &mut Known, key: &str, def: &'static RegisterDef| {
        let id = RecordId::new(format!("demo{}", known.len()));
        known.insert(key.to_owned(), (def, id)).is_none()
    };
    let organisation = register("organisation").expect("a register");
    put(&mut known, "organisation", organisation);
    for entry in &file.story {
        let place = format!("{} {}", entry.at, entry.who);
        match entry.act() {
            None => faults.push(format!("{place}: says nothing")),
            Some(Act::Accounts) => {}
            Some(Act::Create { register: name, records, opens }) => {
                let Some(def) = register(name) else {
                    faults.push(format!("{place}: no register {name}"));
                    continue;
                };
                for record in records {
                    let key = key_of(record).unwrap_or("?").to_owned();
                    let words = Words { start, zone: &zone, known: &known };
                    match words.body(def, record) {
                        Err(fault) => faults.push(format!("{place}: {key}: {fault}")),
                        Ok(body) => {
                            faults.extend(
                                misfits(def, &body)
                                    .into_iter()
                                    .map(|m| format!("{place}: {key}: {m}")),
                            );
                        }
                    }
                    if !put(&mut known, &key, def) {
                        faults.push(format!("{place}: {key} is made twice"));
                    }
                }
                name_opened(&mut known, opens, &mut put);
            }
            Some(Act::Step { of, step, patch, opens, .. }) => {
                let found = known.get(of).map(|(def, _)| *def);
                let Some(def) = found else {
                    faults.push(format!("{place}: {of} is not known yet"));
                    continue;
                };
                let taken = def.flow.and_then(|flow| flow.transition(step));
                match taken {
                    None => faults.push(format!("{place}: {of} has no step {step}")),
                    Some(step) => {
                        for (field, needed) in step.asks {
                            if *needed && !patch.contains_key(*field) {
                                faults.push(format!("{place}: {of} {} needs {field}", step.id));
                            }
                        }
                    }
                }
                let words = Words { start, zone: &zone, known: &known };
                if let Err(fault) = words.body(def, patch) {
                    faults.push(format!("{place}: {of}: {fault}"));
                }
                name_opened(&mut known, opens, &mut put);
            }
            Some(Act::Edit { of, patch, .. }) => match known.get(of) {
                None => faults.push(format!("{place}: {of} is not known yet")),
                Some((def, _)) => {
                    let words = Words { start, zone: &zone, known: &known };
                    if let Err(fault) = words.body(def, patch) {
                        faults.push(format!("{place}: {of}: {fault}"));
                    }
                }
            },
            Some(Act::Settle { of, .. }) => {
                if !known.contains_key(of) {
                    faults.push(format!("{place}: {of} is not known yet"));
                }
            }
        }
    }
    (known, faults)
}

fn name_opened(
    known: &mut Known,
    opens: &BTreeMap<String, Vec<String>>,
    put: &mut impl FnMut(&mut Known, &str, &'static RegisterDef) -> bool,
) {
    for (name, keys) in opens {
        let def = register(name).expect("a register");
        for key in keys {
            put(known, key, def);
        }
    }
}

#[test]
fn the_stories_fit_the_registers() {
    for (name, file) in files() {
        let (_, faults) = play(&file);
        assert!(faults.is_empty(), "{name}:\n{}", faults.join("\n"));
    }
}

#[test]
fn the_stories_run_forward_and_end_before_the_start() {
    for (name, file) in files() {
        let mut last = i64::MIN;
        for entry in &file.story {
            let at = when::offset(&entry.at).unwrap_or_else(|| panic!("{name}: {}", entry.at));
            assert!(last <= at && at < 0, "{name}: {} {}", entry.at, entry.who);
            last = at;
        }
    }
}

#[test]
fn everybody_who_acts_or_signs_in_has_a_place_in_the_organisation() {
    for (name, file) in files() {
        let (known, _) = play(&file);
        let actors: Vec<&str> = file
            .sign_ins
            .iter()
            .filter_map(|s| s.person.as_deref())
            .chain(file.actors.iter().map(String::as_str))
            .collect();
        for entry in &file.story {
            let who = entry.who.as_str();
            let accounts = matches!(entry.act(), Some(Act::Accounts));
            assert!(
                accounts || matches!(who, "program" | "public") || actors.contains(&who),
                "{name}: {who} acts at {} without an account",
                entry.at
            );
        }
        for sign_in in &file.sign_ins {
            let key = sign_in.person.as_ref().or(sign_in.contact.as_ref()).expect("somebody");
            assert!(known.contains_key(key), "{name}: {key}");
            assert!(!sign_in.role.ja.contains("  ") && sign_in.login.ends_with("@example.jp"));
        }
    }
}

#[test]
fn the_companies_are_as_large_as_promised() {
    let count = |file: &DemoFile, register: &str| -> usize {
        file.story
            .iter()
            .filter_map(|e| match e.act() {
                Some(Act::Create { register: r, records, .. }) if r == register => {
                    Some(records.len())
                }
                _ => None,
            })
            .sum()
    };
    let [(_, a), (_, b)] = &files()[..] else { panic!("two companies") };
    assert!((14..=20).contains(&count(a, "asset")), "{}", count(a, "asset"));
    assert!(count(b, "asset") >= 60, "{}", count(b, "asset"));
    assert!(count(b, "system") >= 25, "{}", count(b, "system"));
}

/// TK-44's example values stand in company A: (system, importance, RTO, RPO).
#[test]
fn company_a_has_the_handbooks_recovery_targets() {
    let (_, a) = files().into_iter().next().expect("company A");
    let systems: Vec<&Body> = a
        .story
        .iter()
        .filter_map(|e| match e.act() {
            Some(Act::Create { register: "system", records, .. }) => Some(records),
            _ => None,
        })
        .flatten()
        .collect();
    for (key, importance, rto, rpo) in [
        ("system:books", "high", "12h", "1d"),
        ("system:orders", "high", "24h", "1d"),
        ("system:docs", "medium", "48h", "3d"),
        ("system:mail", "low", "72h", "7d"),
    ] {
        let system = systems.iter().find(|s| key_of(s) == Some(key)).expect("the system");
        let has = |field: &str| system.get(field).and_then(Value::as_str).unwrap_or_default();
        assert_eq!((has("importance"), has("rto"), has("rpo")), (importance, rto, rpo), "{key}");
    }
}

/// What does not fit in a record that the story makes, as lines; empty when all is well.
fn misfits(def: &RegisterDef, body: &Body) -> Vec<String> {
    let complete = def.flow.is_none();
    validate::check(def, body, complete)
        .into_iter()
        .map(|p| format!("{}: {}", p.field, p.message.en))
        .collect()
}
