//! File names that are the same on every system and lead nowhere else.

/// The longest name of an evidence file, in bytes of UTF-8.
pub const MAX_NAME: usize = 200;

/// Why a file name is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NameError {
    /// Nothing, or longer than [`MAX_NAME`].
    #[error("it is empty or longer than {MAX_NAME} bytes")]
    Length,
    /// `/` at the start, or a drive letter.
    #[error("it is an absolute path")]
    Absolute,
    /// A part that is `.`, `..` or empty.
    #[error("a part of it leads elsewhere")]
    Elsewhere,
    /// `\`.
    #[error("it holds a backslash")]
    Backslash,
    /// A sign that a system forbids, that cannot be seen or that turns the direction of reading.
    #[error("it holds a sign that file names may not have")]
    Sign,
    /// A dot or space at an edge, or a word that Windows keeps for a device.
    #[error("it is not a name on every system")]
    Form,
}

/// Checks a path inside a package: parts between `/`, each a sound name.
///
/// # Errors
/// With the first reason against it.
pub fn check_path(path: &str) -> Result<(), NameError> {
    if path.contains('\\') {
        return Err(NameError::Backslash);
    }
    let drive = path.as_bytes().get(1) == Some(&b':');
    if path.starts_with('/') || drive {
        return Err(NameError::Absolute);
    }
    if path.is_empty() {
        return Err(NameError::Length);
    }
    path.split('/').try_for_each(check_name)
}

/// Checks one file name without folders.
///
/// # Errors
/// With the first reason against it.
pub fn check_name(name: &str) -> Result<(), NameError> {
    if name.contains('\\') {
        return Err(NameError::Backslash);
    }
    if matches!(name, "" | "." | "..") {
        return Err(NameError::Elsewhere);
    }
    if name.len() > MAX_NAME {
        return Err(NameError::Length);
    }
    if name.chars().any(is_bad) {
        return Err(NameError::Sign);
    }
    let edge = name.starts_with([' ', '.', '-']) || name.ends_with([' ', '.']);
    if edge || is_device(name) {
        return Err(NameError::Form);
    }
    Ok(())
}

/// A sound name made of any text, with its number before it so that no two are alike:
/// `003-画面 1.png` from `画面/1.png`.
pub fn safe_name(number: usize, text: &str) -> String {
    let clean: String = text.chars().map(|c| if c == '/' || is_bad(c) { ' ' } else { c }).collect();
    let mut name = format!("{number:03}-{}", clean.trim());
    let mut end = name.len().min(MAX_NAME);
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    name.truncate(end);
    name.trim_end_matches([' ', '.', '-']).to_owned()
}

fn is_bad(c: char) -> bool {
    let turning = matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
    c.is_control() || turning || matches!(c, '\\' | '/' | ':' | '*' | '?' | '"' | '<' | '>' | '|')
}

fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().trim_end().to_ascii_lowercase();
    let numbered = |word: &str| {
        let rest = stem.strip_prefix(word);
        rest.is_some_and(|rest| rest.len() == 1 && rest.as_bytes()[0].is_ascii_digit())
    };
    matches!(stem.as_str(), "con" | "prn" | "aux" | "nul") || numbered("com") || numbered("lpt")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_that_leads_elsewhere_is_refused_by_its_own_reason() {
        for (path, reason) in [
            ("", NameError::Length),
            ("/etc/passwd", NameError::Absolute),
            ("C:/x", NameError::Absolute),
            ("evidence/../x", NameError::Elsewhere),
            ("evidence//x", NameError::Elsewhere),
            ("evidence/", NameError::Elsewhere),
            ("evidence\\x", NameError::Backslash),
            ("evidence/a\nb", NameError::Sign),
            ("evidence/a\u{202e}gpj.exe", NameError::Sign),
            ("evidence/nul.txt", NameError::Form),
            ("evidence/x.", NameError::Form),
            ("evidence/-rf", NameError::Form),
        ] {
            assert_eq!(check_path(path), Err(reason), "{path:?}");
        }
        assert_eq!(check_path("evidence/画面 1.png"), Ok(()));
        assert_eq!(check_name(&"あ".repeat(67)), Err(NameError::Length));
    }

    #[test]
    fn any_text_becomes_a_sound_name() {
        for text in
            ["", "..", "a/b\\c", "nul", "  x. ", &"長い".repeat(200), "\u{202e}x", "con.txt"]
        {
            let name = safe_name(7, text);
            assert_eq!(check_name(&name), Ok(()), "{text:?} became {name:?}");
        }
        assert_eq!(safe_name(3, "画面/1.png"), "003-画面 1.png");
    }
}
