//! Optional parts of the machine: what a test needs and a bare machine may lack.

use std::io::Write;

/// A part that a test can ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// PostgreSQL's server programs (`initdb`, `postgres`).
    Postgres,
    /// Chromium and its driver.
    Browser,
    /// `moto_server`, an S3-compatible server.
    S3,
    /// `openapi-spec-validator`.
    Openapi,
    /// openssl, sha256sum and the Python verifiers of in-toto, which judge packages.
    Judges,
    /// The right to mount a small file system, which root has outside closed containers.
    Mount,
}

impl Part {
    /// Every part.
    pub const ALL: [Part; 6] =
        [Part::Postgres, Part::Browser, Part::S3, Part::Openapi, Part::Judges, Part::Mount];

    /// The word for it in the variables `OKIAGARI_TEST_REQUIRE` and `OKIAGARI_TEST_WITHOUT`.
    pub fn word(self) -> &'static str {
        match self {
            Part::Postgres => "postgres",
            Part::Browser => "browser",
            Part::S3 => "s3",
            Part::Openapi => "openapi",
            Part::Judges => "judges",
            Part::Mount => "mount",
        }
    }

    fn name(self) -> &'static str {
        match self {
            Part::Postgres => "PostgreSQL",
            Part::Browser => "Chromium with chromedriver",
            Part::S3 => "moto_server (an S3-compatible server)",
            Part::Openapi => "openapi-spec-validator",
            Part::Judges => "openssl with securesystemslib and in-toto-attestation",
            Part::Mount => "the right to mount a file system",
        }
    }

    fn is_here(self) -> bool {
        match self {
            Part::Postgres => crate::postgres::programs().is_some(),
            Part::Browser => crate::browser::programs().is_some(),
            Part::S3 => crate::s3::program().is_some(),
            Part::Openapi => crate::openapi::program().is_some(),
            Part::Judges => crate::judges::here(),
            Part::Mount => crate::disk::may_mount(),
        }
    }
}

/// Whether the part is on this machine. If it is not, one line says so on the real standard error,
/// and the test should return.
///
/// # Panics
/// If the part is missing and `OKIAGARI_TEST_REQUIRE` names it, or if one of the two variables
/// holds a word that names no part (a misspelt requirement must not pass).
pub fn need(part: Part) -> bool {
    let without = words("OKIAGARI_TEST_WITHOUT");
    let required = words("OKIAGARI_TEST_REQUIRE");
    if !without.contains(&part) && part.is_here() {
        return true;
    }
    assert!(
        !required.contains(&part),
        "{} is not on this machine, and OKIAGARI_TEST_REQUIRE names {}",
        part.name(),
        part.word()
    );
    // The test runner captures `eprintln!`, but not what is written to the stream itself.
    let line = format!(
        "skipped: {} is not on this machine; set OKIAGARI_TEST_REQUIRE={} to make this fail\n",
        part.name(),
        part.word()
    );
    std::io::stderr().write_all(line.as_bytes()).expect("standard error can be written");
    false
}

fn words(variable: &str) -> Vec<Part> {
    let Ok(value) = std::env::var(variable) else { return Vec::new() };
    parse(variable, &value)
}

fn parse(variable: &str, value: &str) -> Vec<Part> {
    let words = value.split(',').map(str::trim).filter(|word| !word.is_empty());
    words
        .map(|word| match Part::ALL.into_iter().find(|part| part.word() == word) {
            Some(part) => part,
            None => panic!("{variable} names `{word}`, which is no part"),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_words_is_read() {
        assert_eq!(parse("X", " postgres, s3,"), [Part::Postgres, Part::S3]);
        assert_eq!(parse("X", ""), []);
    }

    #[test]
    #[should_panic(expected = "X names `postgre`, which is no part")]
    fn a_misspelt_part_is_not_passed_over() {
        parse("X", "browser,postgre");
    }
}
