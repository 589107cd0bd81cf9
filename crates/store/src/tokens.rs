//! Search tokens: pairs of characters for Japanese and Chinese, words for everything else.
//!
//! Text is brought to one form (NFKC, lower case, katakana as hiragana), then cut into runs. A run
//! of CJK characters `復旧手順` gives `復旧 旧手 手順 順`; its last character stands alone too, so
//! that a single character is found wherever it is, by prefix. Other letters and digits give
//! words. Both engines store these tokens as they are, with their places, so that a phrase of
//! pairs finds exactly the texts that contain it.

use unicode_normalization::UnicodeNormalization as _;

/// The most tokens kept of one record. PostgreSQL tells no more places apart than 16,383.
const MAX_TOKENS: usize = 16_000;
/// The longest word in bytes; engines refuse very long ones.
const MAX_WORD: usize = 120;

/// What a person looks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// All of these must be there.
    pub parts: Vec<Part>,
}

/// One part of a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// These tokens one after another.
    Phrase(Vec<String>),
    /// A token that begins so.
    Prefix(String),
}

/// Collects the tokens of a record, separated by spaces.
#[derive(Debug, Default)]
pub(crate) struct Tokens {
    text: String,
    count: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Gap,
    Word,
    Cjk,
}

fn class(c: char) -> Class {
    match c {
        '\u{3005}'..='\u{3007}'
        | '\u{3040}'..='\u{30ff}'
        | '\u{3400}'..='\u{4dbf}'
        | '\u{4e00}'..='\u{9fff}'
        | '\u{f900}'..='\u{faff}'
        | '\u{20000}'..='\u{3ffff}'
            if c != '\u{30fb}' && c != '\u{30a0}' =>
        {
            Class::Cjk
        }
        c if c.is_alphanumeric() => Class::Word,
        _ => Class::Gap,
    }
}

/// One form for all spellings: width, case, hiragana and katakana.
fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut push = |c: char| match c {
        // Katakana to hiragana: the same distance for the whole block.
        'ァ'..='ヶ' => out.extend(char::from_u32(u32::from(c) - 0x60)),
        c if c.is_ascii() => out.push(c.to_ascii_lowercase()),
        c => out.extend(c.to_lowercase()),
    };
    if text.is_ascii() {
        text.chars().for_each(&mut push);
    } else {
        text.nfkc().for_each(&mut push);
    }
    out
}

/// The runs of a folded text.
fn runs(folded: &str) -> impl Iterator<Item = (Class, &str)> {
    let mut rest = folded;
    std::iter::from_fn(move || {
        loop {
            let kind = class(rest.chars().next()?);
            let end = rest
                .char_indices()
                .find(|(_, c)| class(*c) != kind)
                .map_or(rest.len(), |(at, _)| at);
            let (run, after) = rest.split_at(end);
            rest = after;
            if kind != Class::Gap {
                return Some((kind, run));
            }
        }
    })
}

fn cut(word: &str) -> &str {
    let mut end = word.len().min(MAX_WORD);
    while !word.is_char_boundary(end) {
        end -= 1;
    }
    &word[..end]
}

/// The pairs of neighbours of a run.
fn pairs(run: &str) -> impl Iterator<Item = &str> {
    let starts = run.char_indices().map(|(at, _)| at);
    let ends = run.char_indices().map(|(at, c)| at + c.len_utf8()).skip(1);
    starts.zip(ends).filter_map(|(from, to)| run.get(from..to))
}

fn last(run: &str) -> &str {
    run.char_indices().last().map_or("", |(at, _)| &run[at..])
}

impl Tokens {
    fn push(&mut self, token: &str) {
        if self.count < MAX_TOKENS {
            if self.count > 0 {
                self.text.push(' ');
            }
            self.text.push_str(token);
            self.count += 1;
        }
    }

    /// Adds the tokens of a text. A phrase cannot reach from one run into the next, because the
    /// single last character stands between their pairs.
    pub(crate) fn add(&mut self, text: &str) {
        let folded = fold(text);
        for (kind, run) in runs(&folded) {
            match kind {
                Class::Cjk => {
                    pairs(run).for_each(|pair| self.push(pair));
                    self.push(last(run));
                }
                _ => self.push(cut(run)),
            }
        }
    }

    /// Adds a token that no text can give, to narrow the search by.
    pub(crate) fn add_mark(&mut self, mark: &str) {
        self.push(mark);
    }

    /// The tokens, separated by spaces.
    pub(crate) fn into_string(self) -> String {
        self.text
    }

    /// The tokens, separated by spaces.
    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }
}

/// The token that marks an organisation. Ids may be told apart by case, tokens may not: hex.
pub(crate) fn org_mark(org: &str) -> String {
    let mut mark = String::from("\u{e001}");
    for byte in org.bytes() {
        mark.push_str(&format!("{byte:02x}"));
    }
    mark
}

/// Reads what a person typed; `None` where nothing can be looked for.
pub fn query(text: &str) -> Option<Query> {
    let folded = fold(text);
    let mut parts = Vec::new();
    for (kind, run) in runs(&folded) {
        let mut found: Vec<String> = Vec::new();
        if kind == Class::Cjk {
            found.extend(pairs(run).map(str::to_owned));
        }
        let part =
            if found.is_empty() { Part::Prefix(cut(run).to_owned()) } else { Part::Phrase(found) };
        if !parts.contains(&part) {
            parts.push(part);
        }
    }
    (!parts.is_empty()).then_some(Query { parts })
}

impl Query {
    /// Whether tokens (separated by spaces) meet the query, as the engines say it.
    pub(crate) fn meets(&self, tokens: &str) -> bool {
        let tokens: Vec<&str> = tokens.split(' ').collect();
        self.parts.iter().all(|part| match part {
            Part::Prefix(start) => tokens.iter().any(|token| token.starts_with(start)),
            Part::Phrase(words) => tokens.windows(words.len()).any(|window| window == words),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(text: &str) -> String {
        let mut tokens = Tokens::default();
        tokens.add(text);
        tokens.as_str().to_owned()
    }

    fn finds(typed: &str, text: &str) -> bool {
        query(typed).unwrap().meets(&tokens(text))
    }

    #[test]
    fn japanese_gives_pairs_and_the_last_character() {
        assert_eq!(tokens("復旧手順"), "復旧 旧手 手順 順");
        assert_eq!(tokens("災"), "災");
        assert_eq!(tokens("サーバー、停止"), "さー ーば ばー ー 停止 止");
        assert_eq!(tokens("基幹DBの復旧"), "基幹 幹 db の復 復旧 旧");
        assert_eq!(tokens("人々・〆切"), "人々 々 〆切 切");
    }

    #[test]
    fn all_spellings_of_a_word_are_one() {
        assert_eq!(tokens("ＳＱＬ　Server"), "sql server");
        assert_eq!(tokens("ｻｰﾊﾞｰ"), tokens("サーバー"));
        assert_eq!(tokens("さーばー"), tokens("サーバー"));
        assert_eq!(tokens("㈱ ①"), "株 1");
        assert_eq!(tokens("Müller É"), "müller é");
        assert_eq!(tokens("INC-12, 192.0.2.1"), "inc 12 192 0 2 1");
    }

    #[test]
    fn a_part_of_a_word_is_found() {
        assert!(finds("復旧", "基幹システムの復旧手順"));
        assert!(finds("旧手順", "基幹システムの復旧手順"));
        assert!(!finds("復手", "復旧手順"));
        assert!(!finds("復旧順", "復旧手順、手旧順"));
        assert!(finds("順", "復旧手順"));
        assert!(finds("旧", "復旧手順"));
        assert!(finds("システム server", "Windows Serverのシステム"));
        assert!(finds("serv", "Windows Server"));
        assert!(!finds("erver", "Windows Server"));
        assert!(finds("inc-12", "INC-12 停止"));
    }

    #[test]
    fn a_phrase_stays_within_a_field() {
        let mut both = Tokens::default();
        both.add("復旧");
        both.add("手順");
        assert!(!query("旧手").unwrap().meets(both.as_str()));
        assert!(query("復旧 手順").unwrap().meets(both.as_str()));
    }

    #[test]
    fn nothing_to_look_for() {
        assert_eq!(query(" 、。 \u{30fb} \"*"), None);
        assert_eq!(query(""), None);
    }

    #[test]
    fn long_texts_are_bounded() {
        let mut many = Tokens::default();
        many.add(&"字 ".repeat(20_000));
        assert_eq!(many.as_str().split(' ').count(), MAX_TOKENS);
        assert_eq!(tokens(&"x".repeat(1000)).len(), MAX_WORD);
        assert!(tokens(&"ü".repeat(1000)).len() <= MAX_WORD);
    }

    #[test]
    fn organisations_have_their_own_mark() {
        assert_ne!(org_mark("a"), org_mark("A"));
        // No typed text gives a mark.
        assert_eq!(query(&org_mark("a")).unwrap().parts, [Part::Prefix("61".to_owned())]);
    }
}
