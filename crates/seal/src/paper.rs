//! The master key as text to print and lock away.

use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::alphabet::{separates, sign, value};
use crate::key::MasterKey;

const PREFIX: &str = "OKI1";
/// Thirteen groups of data and one over all of them.
const GROUPS: usize = 14;
const DATA_GROUPS: usize = GROUPS - 1;
/// Signs of a group, the last of them its check sign.
const GROUP: usize = 5;

/// Why a text is not a master key. Groups count from 1, after `OKI1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PaperError {
    /// Not the right number of groups.
    #[error("the key has {GROUPS} groups of {GROUP} signs after OKI1; {found} were found")]
    GroupCount {
        /// Groups found.
        found: usize,
    },
    /// A group is too short or too long.
    #[error("group {group} has {found} signs; every group has {GROUP}")]
    GroupLength {
        /// Number of the group.
        group: usize,
        /// Signs found.
        found: usize,
    },
    /// A sign that keys never hold.
    #[error("group {group} holds '{sign}', which no key holds (0-9 and A-Z without U)")]
    BadSign {
        /// Number of the group.
        group: usize,
        /// The sign.
        sign: char,
    },
    /// A sign is wrong or two are exchanged, or the group stands elsewhere.
    #[error("group {group} was not copied correctly; compare it with the paper")]
    WrongGroup {
        /// Number of the group.
        group: usize,
    },
    /// Every group is right by itself, but they do not belong together.
    #[error("the groups are not of one key; compare all of them with the paper")]
    WrongKey,
}

impl PaperError {
    /// What is wrong, where, and how to mend it.
    pub fn message(&self, ja: bool) -> String {
        if !ja {
            return self.to_string();
        }
        match self {
            PaperError::GroupCount { found } => format!(
                "鍵は OKI1 のあとに5文字の組が{GROUPS}個あります。いまは{found}個です。抜けや余分がないか確かめてください。"
            ),
            PaperError::GroupLength { group, found } => {
                format!(
                    "{group}番目の組が{found}文字です。どの組も5文字です。紙と見比べてください。"
                )
            }
            PaperError::BadSign { group, sign } => format!(
                "{group}番目の組に「{sign}」があります。鍵に使う文字は 0〜9 と、U を除く A〜Z です。"
            ),
            PaperError::WrongGroup { group } => {
                format!("{group}番目の組が紙と違います。1文字ずつ見比べてください。")
            }
            PaperError::WrongKey => {
                "組の組み合わせが1つの鍵になりません。すべての組を紙と見比べてください。".to_owned()
            }
        }
    }
}

impl MasterKey {
    /// The key as text for paper: `OKI1` and fourteen groups, the groups with their
    /// own check sign.
    pub fn to_paper(&self) -> Zeroizing<String> {
        let mut out = Zeroizing::new(String::with_capacity(PREFIX.len() + GROUPS * (GROUP + 1)));
        out.push_str(PREFIX);
        for group in 0..GROUPS {
            let signs = if group < DATA_GROUPS { data(&self.0, group) } else { whole(&self.0) };
            out.push('-');
            signs.iter().for_each(|v| out.push(sign(*v)));
            out.push(sign(check(group, &signs)));
        }
        out
    }

    /// Reads what [`MasterKey::to_paper`] gave, as a person typed it.
    ///
    /// # Errors
    /// Names the first group that is wrong.
    pub fn from_paper(text: &str) -> Result<Self, PaperError> {
        let mut key = Zeroizing::new([0u8; 32]);
        let mut last = [0u8; GROUP - 1];
        for (group, signs) in groups(text)?.iter().enumerate() {
            let number = group + 1;
            let mut values = Zeroizing::new([0u8; GROUP]);
            for (slot, c) in values.iter_mut().zip(signs.chars()) {
                *slot = value(c).ok_or(PaperError::BadSign { group: number, sign: c })?;
            }
            let [a, b, c, d, found] = *values;
            if check(group, &[a, b, c, d]) != found {
                return Err(PaperError::WrongGroup { group: number });
            }
            if group < DATA_GROUPS {
                put(&mut key, group, [a, b, c, d]);
            } else {
                last = [a, b, c, d];
            }
        }
        // Four bits of the last data group lie beyond the key and are always zero;
        // the whole checksum covers the rest.
        let key = MasterKey(*key);
        let spare_ok = groups(text)?
            .get(DATA_GROUPS - 1)
            .and_then(|g| g.chars().nth(GROUP - 2))
            .and_then(value)
            .is_some_and(|v| v & 0b1111 == 0);
        if spare_ok && last == whole(&key.0) { Ok(key) } else { Err(PaperError::WrongKey) }
    }
}

/// The groups as typed. Where separators are kept they say which group is short;
/// without any, the text is cut every five signs.
fn groups(text: &str) -> Result<Vec<Zeroizing<String>>, PaperError> {
    let mut parts: Vec<&str> = text.split(separates).filter(|part| !part.is_empty()).collect();
    if parts.first().is_some_and(|first| first.eq_ignore_ascii_case(PREFIX)) {
        parts.remove(0);
    }
    if let [whole] = parts[..] {
        let body = match whole.get(..PREFIX.len()) {
            Some(head) if head.eq_ignore_ascii_case(PREFIX) && whole.len() > GROUPS * GROUP => {
                &whole[PREFIX.len()..]
            }
            _ => whole,
        };
        let signs: Vec<char> = body.chars().collect();
        let cut = signs.chunks(GROUP).map(|c| Zeroizing::new(c.iter().collect::<String>()));
        return checked(cut.collect());
    }
    checked(parts.into_iter().map(|part| Zeroizing::new(part.to_owned())).collect())
}

fn checked(groups: Vec<Zeroizing<String>>) -> Result<Vec<Zeroizing<String>>, PaperError> {
    if groups.len() != GROUPS {
        return Err(PaperError::GroupCount { found: groups.len() });
    }
    match groups.iter().position(|group| group.chars().count() != GROUP) {
        Some(at) => {
            Err(PaperError::GroupLength { group: at + 1, found: groups[at].chars().count() })
        }
        None => Ok(groups),
    }
}

/// Bits `20 * group ..` of the key, five to a value, zero beyond its end.
fn data(key: &[u8; 32], group: usize) -> [u8; GROUP - 1] {
    std::array::from_fn(|index| {
        (0..5).fold(0, |value, bit| {
            let at = group * 20 + index * 5 + bit;
            let set = key.get(at / 8).is_some_and(|byte| byte >> (7 - at % 8) & 1 == 1);
            value << 1 | u8::from(set)
        })
    })
}

fn put(key: &mut [u8; 32], group: usize, values: [u8; GROUP - 1]) {
    for (index, value) in values.iter().enumerate() {
        for bit in 0..5 {
            let at = group * 20 + index * 5 + bit;
            if let Some(byte) = key.get_mut(at / 8) {
                *byte |= (value >> (4 - bit) & 1) << (7 - at % 8);
            }
        }
    }
}

/// Twenty bits of a hash over the key.
fn whole(key: &[u8; 32]) -> [u8; GROUP - 1] {
    let mut hash = Sha256::new();
    hash.update(b"okiagari/seal/paper/v1\0");
    hash.update(key);
    let digest: [u8; 32] = hash.finalize().into();
    data(&digest, 0)
}

/// A check sign over GF(32): finds every single wrong sign, every exchange of two
/// and a group at a wrong place.
fn check(group: usize, signs: &[u8; GROUP - 1]) -> u8 {
    // `group` is at most 13, so that it is an element of the field itself.
    let mut sum = group as u8;
    for sign in signs {
        sum = double(sum) ^ sign;
    }
    double(sum)
}

/// Multiplies by x modulo x^5 + x^2 + 1.
fn double(value: u8) -> u8 {
    let shifted = value << 1;
    if shifted & 32 == 0 { shifted } else { shifted ^ 0b10_0101 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> MasterKey {
        MasterKey::new(std::array::from_fn(|i| (i * 37 + 11) as u8))
    }

    #[test]
    fn people_may_type_as_they_like() {
        let paper = key().to_paper();
        let plain: String = paper.chars().filter(|c| *c != '-').collect();
        for text in [
            paper.to_string(),
            paper.to_lowercase(),
            paper.replace('-', " \n"),
            paper.replace('-', "ー"),
            paper["OKI1-".len()..].replace('0', "O").replace('1', "l"),
            plain.clone(),
            plain["OKI1".len()..].to_owned(),
        ] {
            assert_eq!(MasterKey::from_paper(&text).unwrap().0, key().0, "{text}");
        }
    }

    #[test]
    fn every_wrong_sign_is_named_with_its_group() {
        let paper = key().to_paper();
        let signs: Vec<char> = paper.chars().collect();
        for index in PREFIX.len()..signs.len() {
            if signs[index] == '-' {
                continue;
            }
            for other in (0..32).map(sign).filter(|s| *s != signs[index]) {
                let mut typed = signs.clone();
                typed[index] = other;
                let group = (index - PREFIX.len()) / (GROUP + 1) + 1;
                let error = MasterKey::from_paper(&typed.iter().collect::<String>()).unwrap_err();
                assert_eq!(error, PaperError::WrongGroup { group });
            }
        }
    }

    #[test]
    fn exchanged_signs_and_groups_are_named() {
        let paper = key().to_paper();
        let mut parts: Vec<&str> = paper.split('-').collect();
        parts.swap(3, 9);
        let error = MasterKey::from_paper(&parts.join("-")).unwrap_err();
        assert_eq!(error, PaperError::WrongGroup { group: 3 });

        let mut signs: Vec<char> = paper.chars().collect();
        assert_ne!(signs[6], signs[7]);
        signs.swap(6, 7);
        let error = MasterKey::from_paper(&signs.iter().collect::<String>()).unwrap_err();
        assert_eq!(error, PaperError::WrongGroup { group: 1 });
    }

    #[test]
    fn gaps_are_named() {
        let paper = key().to_paper();
        let parts: Vec<&str> = paper.split('-').collect();
        let error = MasterKey::from_paper(&parts[..10].join("-")).unwrap_err();
        assert_eq!(error, PaperError::GroupCount { found: 9 });
        let mut short = parts.clone();
        short[5] = &parts[5][1..];
        let error = MasterKey::from_paper(&short.join("-")).unwrap_err();
        assert_eq!(error, PaperError::GroupLength { group: 5, found: 4 });
        assert!(error.message(true).contains("5番目の組が4文字"));
        short[5] = "AB*DE";
        let error = MasterKey::from_paper(&short.join("-")).unwrap_err();
        assert_eq!(error, PaperError::BadSign { group: 5, sign: '*' });
        assert!(MasterKey::from_paper("").is_err());
        assert!(MasterKey::from_paper("鍵").is_err());
    }

    #[test]
    fn groups_of_two_keys_do_not_mix() {
        let (one, two) = (key().to_paper(), MasterKey::new([5; 32]).to_paper());
        let mut parts: Vec<&str> = one.split('-').collect();
        parts[4] = two.split('-').nth(4).unwrap();
        let error = MasterKey::from_paper(&parts.join("-")).unwrap_err();
        assert_eq!(error, PaperError::WrongKey);
    }

    proptest::proptest! {
        #[test]
        fn every_key_comes_back(bytes: [u8; 32]) {
            let paper = MasterKey::new(bytes).to_paper();
            proptest::prop_assert_eq!(MasterKey::from_paper(&paper).unwrap().0, bytes);
        }

        #[test]
        fn any_text_is_answered(text in ".{0,120}") {
            proptest::prop_assert!(MasterKey::from_paper(&text).is_err());
        }
    }
}
