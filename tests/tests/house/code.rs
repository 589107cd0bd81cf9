//! Rules about what stands in a Rust file, read as tokens: a word in a comment or in a text is not
//! code, and a comment is no text.

use crate::tree::File;
use proc_macro2::{Delimiter, TokenStream, TokenTree};
use serde_json::Value;

/// The tokens of a file in their order, groups opened; documentation comments left out.
fn tokens(file: &File) -> Vec<TokenTree> {
    let stream: TokenStream =
        file.text.parse().unwrap_or_else(|error| panic!("{}: {error}", file.name));
    let mut flat = Vec::new();
    open(stream, &mut flat);
    flat
}

fn open(stream: TokenStream, flat: &mut Vec<TokenTree>) {
    for token in stream {
        match &token {
            // `/// text` is read as `#[doc = "text"]`, `//! text` as `#![doc = "text"]`.
            TokenTree::Group(group)
                if group.delimiter() == Delimiter::Bracket
                    && (is_mark(flat.last(), '#') || is_mark(flat.last(), '!'))
                    && first_word(group.stream()).as_deref() == Some("doc") => {}
            TokenTree::Group(group) => {
                let inner = group.stream();
                flat.push(token);
                open(inner, flat);
            }
            _ => flat.push(token),
        }
    }
}

fn first_word(stream: TokenStream) -> Option<String> {
    match stream.into_iter().next() {
        Some(TokenTree::Ident(word)) => Some(word.to_string()),
        _ => None,
    }
}

fn is_mark(token: Option<&TokenTree>, mark: char) -> bool {
    matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == mark)
}

/// Macros that stand for work to do, and tests that are switched off.
pub fn unfinished(file: &File) -> Vec<String> {
    let tokens = tokens(file);
    let mut found = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let TokenTree::Ident(word) = token else { continue };
        let word = word.to_string();
        let called = is_mark(tokens.get(at + 1), '!');
        if called && ["todo", "unimplemented", "dbg"].contains(&word.as_str()) {
            found.push(format!("{word}!"));
        }
        // `#`, the opened group, its first word.
        if word == "ignore" && at >= 2 && is_mark(tokens.get(at - 2), '#') {
            found.push("#[ignore]".to_owned());
        }
    }
    found
}

/// Texts that are queries, shortened.
pub fn sql_texts(file: &File) -> Vec<String> {
    let words = ["SELECT ", "INSERT INTO", "DELETE FROM", "CREATE TABLE", "ALTER TABLE"];
    let texts = tokens(file).into_iter().filter_map(|token| match token {
        TokenTree::Literal(literal) => Some(literal.to_string()),
        _ => None,
    });
    let queries = texts.filter(|text| text.contains('"') && words.iter().any(|w| text.contains(w)));
    queries.map(|text| text.chars().take(60).collect()).collect()
}

/// The requirement ids that a file claims to meet: texts in a list behind the word `meets`, in code
/// (`meets = ["TK-01"]`, `meets: &["TK-01"]`, `.meets(&["TK-01"])`) or in JSON.
pub fn claimed_ids(file: &File) -> Vec<String> {
    let mut ids = Vec::new();
    if file.name.ends_with(".json") {
        let value = serde_json::from_str(&file.text)
            .unwrap_or_else(|error| panic!("{} is no JSON: {error}", file.name));
        claims_of_json(&value, &mut ids);
        return ids;
    }
    let tokens = tokens(file);
    for (at, token) in tokens.iter().enumerate() {
        let TokenTree::Ident(word) = token else { continue };
        if word != "meets" {
            continue;
        }
        // Between the word and the list stand marks only.
        let mut rest = tokens[at + 1..].iter();
        let list = rest.find(|token| !matches!(token, TokenTree::Punct(_)));
        if let Some(TokenTree::Group(list)) = list {
            texts_of(list.stream(), &mut ids);
        }
    }
    ids
}

fn texts_of(stream: TokenStream, ids: &mut Vec<String>) {
    for token in stream {
        match token {
            TokenTree::Group(group) => texts_of(group.stream(), ids),
            TokenTree::Literal(literal) => {
                let text = literal.to_string();
                ids.extend(
                    text.strip_prefix('"').and_then(|t| t.strip_suffix('"')).map(str::to_owned),
                );
            }
            _ => {}
        }
    }
}

fn claims_of_json(value: &Value, ids: &mut Vec<String>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| claims_of_json(item, ids)),
        Value::Object(fields) => {
            for (name, field) in fields {
                match field.as_array() {
                    Some(claims) if name == "meets" => {
                        ids.extend(claims.iter().filter_map(Value::as_str).map(str::to_owned));
                    }
                    _ => claims_of_json(field, ids),
                }
            }
        }
        _ => {}
    }
}

mod tests {
    use super::*;

    fn rust(text: &str) -> File {
        File { name: "a.rs".into(), text: text.into() }
    }

    #[test]
    fn unfinished_code_is_found_and_words_are_not() {
        let text = "/// todo!()\nfn f() { \"dbg!(1)\"; if x { todo!() } dbg!(1); let todo = !x; }\n\
                    #[test] #[ignore = \"slow\"] fn g() {}";
        assert_eq!(unfinished(&rust(text)), ["todo!", "dbg!", "#[ignore]"]);
    }

    #[test]
    fn queries_are_found_in_texts_only() {
        let text = "//! SELECT a\n/// INSERT INTO b\nfn f() { g(doc, \"SELECT a FROM b\", r#\"INSERT INTO c\"#, \"SELECTED\") }";
        assert_eq!(sql_texts(&rust(text)), ["\"SELECT a FROM b\"", "r#\"INSERT INTO c\"#"]);
    }

    #[test]
    fn claims_are_found_in_code_and_data() {
        let text = "#[register(meets = [\"A-1\", \"A-2\"])] struct S; const R: R = R { meets: &[\"B-1\"], label: \"B-9\" };\
                    fn f() { x.meets(&[\"C-1\"]); let y = r.meets; let z = [\"D-1\"]; }";
        assert_eq!(claimed_ids(&rust(text)), ["A-1", "A-2", "B-1", "C-1"]);
        let text = r#"{"rules": [{"meets": ["E-1"], "id": "F-1"}]}"#;
        let file = File { name: "a.json".into(), text: text.into() };
        assert_eq!(claimed_ids(&file), ["E-1"]);
    }
}
