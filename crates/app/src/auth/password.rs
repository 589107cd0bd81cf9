//! Passwords: what is taken, and how they are kept (Argon2id, RFC 9106).

use super::{AuthError, fold};
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use okiagari_model::Message;
use std::sync::{Condvar, Mutex, PoisonError};
use unicode_normalization::UnicodeNormalization as _;
use zeroize::Zeroizing;

/// Fewest characters without a second factor (NIST SP 800-63B-4, 3.1.1.2).
pub const MIN: usize = 15;
/// Fewest characters with one.
pub const MIN_WITH_CODE: usize = 8;
/// Most characters.
pub const MAX: usize = 256;
/// How many hashes are worked on at once: each takes memory on purpose.
const AT_ONCE: usize = 2;
/// How many may wait for their turn.
const WAITING: usize = 64;
/// What must be left of a password without well-known parts.
const REST: usize = 6;

/// Parts that everybody tries first, folded, longer before shorter.
const KNOWN: &[&str] = &[
    "1234567890",
    "qwertyuiop",
    "0987654321",
    "1q2w3e4r5t",
    "administrator",
    "okiagari",
    "password",
    "passw0rd",
    "p@ssword",
    "p@ssw0rd",
    "pa55word",
    "asdfghjkl",
    "123456789",
    "12345678",
    "87654321",
    "11111111",
    "00000000",
    "88888888",
    "iloveyou",
    "sunshine",
    "princess",
    "football",
    "baseball",
    "superman",
    "starwars",
    "whatever",
    "trustno1",
    "computer",
    "internet",
    "security",
    "samurai",
    "sakura",
    "nippon",
    "naruto",
    "pokemon",
    "doraemon",
    "1qaz2wsx",
    "zaq12wsx",
    "qazwsxedc",
    "qwer1234",
    "abcd1234",
    "abc123456",
    "welcome",
    "changeme",
    "letmein",
    "default",
    "dragon",
    "monkey",
    "master",
    "shadow",
    "1234567",
    "123456",
    "654321",
    "111111",
    "000000",
    "qwerty",
    "asdfgh",
    "zxcvbn",
    "abcdef",
    "abc123",
    "12345",
    "admin",
    "guest",
    "himitsu",
    "kirakira",
    "パスワード",
    "ぱすわーど",
    "あいうえお",
];

/// Why a new password does not do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordProblem {
    /// Fewer characters than this.
    #[error("fewer than {0} characters")]
    TooShort(usize),
    /// More than 256 characters.
    #[error("more than 256 characters")]
    TooLong,
    /// Made of well-known parts, the sign-in name or the organisation's name, or of few signs.
    #[error("too easy to guess")]
    Guessable,
    /// The same as before.
    #[error("the same as before")]
    Same,
}

impl PasswordProblem {
    /// What is wrong and how to mend it.
    pub fn message(self) -> Message {
        match self {
            Self::TooShort(MIN) => Message::new(
                format!(
                    "{MIN}文字以上にしてください。覚えやすい言葉をいくつか並べると長くできます。二要素認証を設定すると{MIN_WITH_CODE}文字から使えます。"
                ),
                format!(
                    "Use at least {MIN} characters; a few words in a row are easy to remember. With a second factor, {MIN_WITH_CODE} are enough."
                ),
            ),
            Self::TooShort(least) => Message::new(
                format!("{least}文字以上にしてください。"),
                format!("Use at least {least} characters."),
            ),
            Self::TooLong => Message::new(
                format!("{MAX}文字以内にしてください。"),
                format!("Use at most {MAX} characters."),
            ),
            Self::Guessable => Message::new(
                "推測されやすいパスワードです。よくある言葉、サインイン名、組織名、同じ文字の繰り返しを避けてください。",
                "This password is easy to guess. Avoid common words, your sign-in name, the organisation's name and repeated characters.",
            ),
            Self::Same => Message::new(
                "前と同じパスワードです。別のものにしてください。",
                "This is the same password as before. Choose another.",
            ),
        }
    }
}

/// What a hash costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HashCost {
    /// Memory in KiB.
    pub memory: u32,
    /// Passes over it.
    pub passes: u32,
}

impl HashCost {
    /// What a server uses: 19 MiB and two passes (OWASP's least for Argon2id), so that two at
    /// once stay within a small machine.
    pub const SERVER: Self = Self { memory: 19 * 1024, passes: 2 };
    /// For tests only: as little as Argon2 takes.
    pub const TEST: Self = Self { memory: 8, passes: 1 };
}

/// A password as it is hashed: one form for all ways of typing it.
fn normal(password: &str) -> Zeroizing<String> {
    Zeroizing::new(password.nfkc().collect())
}

/// Whether a new password does. `names` are what must not carry it: sign-in name, shown name,
/// names of organisations.
pub(super) fn check(password: &str, has_code: bool, names: &[&str]) -> Result<(), PasswordProblem> {
    // Before anything is worked out: a request may hold megabytes.
    if password.len() > MAX * 4 {
        return Err(PasswordProblem::TooLong);
    }
    let normal = normal(password);
    let length = normal.chars().count();
    if length > MAX {
        return Err(PasswordProblem::TooLong);
    }
    let least = if has_code { MIN_WITH_CODE } else { MIN };
    if length < least {
        return Err(PasswordProblem::TooShort(least));
    }
    let mut rest = Zeroizing::new(fold(&normal));
    let names = names.iter().map(|name| fold(name)).filter(|name| name.chars().count() >= 3);
    for part in names.chain(KNOWN.iter().map(|part| (*part).to_owned())) {
        *rest = rest.replace(&part, "");
    }
    let mut signs: Vec<char> = rest.chars().collect();
    let left = signs.len();
    signs.sort_unstable();
    signs.dedup();
    if left < REST || signs.len() < 4 {
        return Err(PasswordProblem::Guessable);
    }
    Ok(())
}

/// Works out hashes, a few at a time.
pub(super) struct Hasher {
    argon: Argon2<'static>,
    cost: HashCost,
    /// Of no password: what is compared where there is no account, so that it takes as long.
    nobody: String,
    turns: Mutex<Turns>,
    freed: Condvar,
}

#[derive(Default)]
struct Turns {
    working: usize,
    waiting: usize,
}

impl Hasher {
    /// `seed`: 48 random bytes.
    pub(super) fn new(cost: HashCost, seed: &[u8; 48]) -> Result<Self, AuthError> {
        let params = Params::new(cost.memory, cost.passes, 1, None)
            .map_err(|error| AuthError::Internal(error.to_string()))?;
        let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let nobody = argon
            .hash_password_with_salt(&seed[16..], &seed[..16])
            .map_err(|error| AuthError::Internal(error.to_string()))?
            .to_string();
        Ok(Self { argon, cost, nobody, turns: Mutex::default(), freed: Condvar::new() })
    }

    fn in_turn<T>(&self, work: impl FnOnce() -> T) -> Result<T, AuthError> {
        let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        if turns.working >= AT_ONCE {
            if turns.waiting >= WAITING {
                return Err(AuthError::TooMany);
            }
            turns.waiting += 1;
            while turns.working >= AT_ONCE {
                turns = self.freed.wait(turns).unwrap_or_else(PoisonError::into_inner);
            }
            turns.waiting -= 1;
        }
        turns.working += 1;
        drop(turns);
        let _turn = Turn(self);
        Ok(work())
    }

    /// The hash of a new password as PHC text.
    pub(super) fn hash(&self, password: &str, salt: [u8; 16]) -> Result<String, AuthError> {
        let password = normal(password);
        self.in_turn(|| self.argon.hash_password_with_salt(password.as_bytes(), &salt))?
            .map(|hash| hash.to_string())
            .map_err(|error| AuthError::Internal(error.to_string()))
    }

    /// Whether the password is the one of the hash; without a hash it takes as long and is no.
    pub(super) fn verify(&self, password: &str, hash: Option<&str>) -> Result<bool, AuthError> {
        // Nobody has such a password; the time it takes says nothing about accounts.
        if password.len() > MAX * 4 {
            return Ok(false);
        }
        let password = normal(password);
        let text = hash.unwrap_or(&self.nobody);
        let parsed = PasswordHash::new(text)
            .map_err(|error| AuthError::Internal(format!("a stored password hash: {error}")))?;
        let same =
            self.in_turn(|| self.argon.verify_password(password.as_bytes(), &parsed).is_ok())?;
        Ok(same && hash.is_some())
    }

    /// Whether a hash was made at a lower cost than today's.
    pub(super) fn is_weak(&self, hash: &str) -> bool {
        PasswordHash::new(hash)
            .ok()
            .and_then(|hash| Params::try_from(&hash).ok())
            .is_none_or(|p| p.m_cost() < self.cost.memory || p.t_cost() < self.cost.passes)
    }
}

/// Gives the turn back, also when the work panics.
struct Turn<'a>(&'a Hasher);

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.0.turns.lock().unwrap_or_else(PoisonError::into_inner).working -= 1;
        self.0.freed.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn length_is_what_counts_and_not_kinds_of_signs() {
        assert_eq!(
            check("あかいりんごとしろいくも", false, &[]),
            Err(PasswordProblem::TooShort(15))
        );
        assert_eq!(check("あかいりんごとしろいくもがある", false, &[]), Ok(()));
        assert_eq!(check("correct horse battery", false, &[]), Ok(()));
        assert_eq!(check("kumo7ris", true, &[]), Ok(()));
        assert_eq!(check("kumo7ri", true, &[]), Err(PasswordProblem::TooShort(8)));
        assert_eq!(check(&"あいう1".repeat(64), false, &[]), Ok(()));
        assert_eq!(
            check(&format!("{}x", "あいう1".repeat(64)), false, &[]),
            Err(PasswordProblem::TooLong)
        );
        assert_eq!(check(&"x".repeat(100_000_000), false, &[]), Err(PasswordProblem::TooLong));
    }

    #[test]
    fn what_everybody_tries_first_is_refused() {
        for bad in [
            "passwordpassword",
            "ＰＡＳＳＷＯＲＤ１２３４５６７",
            "aaaaaaaaaaaaaaaaaaaa",
            "abababababababab",
        ] {
            assert_eq!(check(bad, false, &[]), Err(PasswordProblem::Guessable), "{bad}");
        }
        let names = ["tanaka.hanako", "あかつき商店"];
        let own = "Tanaka.Hanako-2026";
        assert_eq!(check(own, false, &names), Err(PasswordProblem::Guessable));
        let org = "あかつき商店あかつき商店2026";
        assert_eq!(check(org, false, &names), Err(PasswordProblem::Guessable));
        assert_eq!(check("tanaka.hanako likes old maps", false, &names), Ok(()));
    }

    #[test]
    fn a_hash_knows_its_password_in_every_way_of_typing_it() {
        let hasher = Hasher::new(HashCost::TEST, &[7; 48]).unwrap();
        let hash = hasher.hash("ｶｷﾌﾗｲを5個たべたい", [1; 16]).unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=8,t=1,p=1$"), "{hash}");
        assert!(hasher.verify("カキフライを５個たべたい", Some(&hash)).unwrap());
        assert!(!hasher.verify("カキフライを6個たべたい", Some(&hash)).unwrap());
        assert!(!hasher.verify("x", None).unwrap());
        assert!(!hasher.is_weak(&hash));
        let stronger = Hasher::new(HashCost { memory: 16, passes: 1 }, &[7; 48]).unwrap();
        assert!(
            stronger.is_weak(&hash)
                && stronger.verify("カキフライを5個たべたい", Some(&hash)).unwrap()
        );
    }
}
