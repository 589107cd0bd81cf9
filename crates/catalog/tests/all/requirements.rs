//! The requirement catalogues.

use okiagari_catalog::{documents, requirements};
use std::collections::BTreeMap;

#[test]
fn all_950_requirements_are_there() {
    let all = requirements().unwrap();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for r in &all {
        *counts.entry(r.document.as_str()).or_default() += 1;
    }
    let expected = [("g7", 98), ("ipa", 192), ("jpcert", 66), ("nisc", 463), ("tokyo", 131)];
    assert_eq!(counts, BTreeMap::from(expected));
    assert_eq!(all.len(), 950);
}

#[test]
fn every_document_is_named_in_both_languages() {
    let documents = documents().unwrap();
    assert_eq!(documents.len(), 5);
    for d in documents {
        assert!(!d.ja.is_empty() && !d.en.is_empty() && !d.publisher.is_empty(), "{}", d.key);
    }
}
