//! Texts of a case are free of blame (G7-17): facts, causes and needs, no rating of guilt.

/// Words that rate guilt instead of telling what happened.
const WORDS: [&str; 22] = [
    "怠慢",
    "落ち度",
    "責任を問",
    "責任追及",
    "責任を追及",
    "犯人",
    "無能",
    "不注意のせい",
    "のせいで",
    "自業自得",
    "けしから",
    "重過失",
    "過失割合",
    "blame",
    "negligen",
    "incompeten",
    "guilty",
    "culprit",
    "careless",
    "at fault",
    "fault of",
    "your fault",
];

/// The first word of blame in a text, if there is one.
pub fn blame(text: &str) -> Option<&'static str> {
    let lower = text.to_lowercase();
    WORDS.into_iter().find(|w| lower.contains(w))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_blame_are_found_and_facts_are_not() {
        assert_eq!(blame("管理者の落ち度です"), Some("落ち度"));
        assert_eq!(blame("It was the Fault of the vendor"), Some("fault of"));
        assert_eq!(blame("使い回されたパスワードで入られた"), None);
        assert_eq!(blame("The gateway has a default password; nobody had changed it"), None);
        assert_eq!(blame("説明責任を持つ人"), None);
    }

    #[test]
    fn no_form_of_a_case_asks_whose_guilt_it_is() {
        for def in crate::REGISTERS.iter().filter(|d| d.wing == crate::Wing::Reconnect) {
            for f in def.fields {
                for text in [f.label.ja, f.label.en] {
                    assert_eq!(blame(text), None, "{} {}", def.id, f.id);
                }
            }
        }
    }
}
