//! Reading pasted indicators: one a line, defanged or not, a line that is none named by number.

use super::indicator::IndicatorKind;
use crate::{Choice as _, Message};
use std::collections::BTreeMap;
use std::net::IpAddr;

/// The most lines of one paste.
pub const MOST_LINES: usize = 2_000;

/// An indicator found in a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Line, from 1; the first where several say the same.
    pub line: usize,
    /// Kind.
    pub kind: IndicatorKind,
    /// Value in plain, uniform form.
    pub value: String,
    /// What stood behind it.
    pub note: String,
    /// The line as it was pasted.
    pub written: String,
}

/// A line that is no indicator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadLine {
    /// Line, from 1.
    pub line: usize,
    /// The line as it was pasted.
    pub written: String,
    /// What is wrong and how to mend it.
    pub why: Message,
}

/// What a paste holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pasted {
    /// Indicators in the order of their lines, each once.
    pub found: Vec<Found>,
    /// Lines that say what an earlier one said.
    pub joined: Vec<usize>,
    /// Lines that could not be read.
    pub bad: Vec<BadLine>,
}

/// Reads a paste. Empty lines and lines that begin with `#` are left out.
pub fn read(text: &str) -> Pasted {
    let mut pasted = Pasted::default();
    let mut known: BTreeMap<(IndicatorKind, String), ()> = BTreeMap::new();
    for (index, raw) in text.lines().enumerate() {
        let (line, written) = (index + 1, raw.trim());
        if written.is_empty() || written.starts_with('#') {
            continue;
        }
        let bad = |why| BadLine { line, written: written.to_owned(), why };
        if pasted.found.len() + pasted.joined.len() >= MOST_LINES {
            pasted.bad.push(bad(Message::new(
                format!("一度に読めるのは{MOST_LINES}行までです。残りは次に貼り付けてください。"),
                format!("Up to {MOST_LINES} lines at once; paste the rest next."),
            )));
            continue;
        }
        match one(written) {
            Ok((kind, value, note)) => {
                if known.insert((kind, value.clone()), ()).is_some() {
                    pasted.joined.push(line);
                } else {
                    let written = written.to_owned();
                    pasted.found.push(Found { line, kind, value, note, written });
                }
            }
            Err(why) => pasted.bad.push(bad(why)),
        }
    }
    pasted
}

/// Whether a value is one of a kind.
pub fn fits(kind: IndicatorKind, value: &str) -> bool {
    as_kind(kind, value).is_some()
}

/// Makes a value harmless to click: `hxxp://bad[.]example`.
pub fn defanged(kind: IndicatorKind, value: &str) -> String {
    match kind {
        IndicatorKind::Url => {
            let (scheme, rest) = value.split_once("://").unwrap_or(("http", value));
            let (host, tail) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
            format!("{}://{}{tail}", scheme.replacen("http", "hxxp", 1), host.replace('.', "[.]"))
        }
        IndicatorKind::Ip | IndicatorKind::Domain | IndicatorKind::Mail => {
            value.replace('@', "[@]").replace('.', "[.]")
        }
        _ => value.to_owned(),
    }
}

fn one(written: &str) -> Result<(IndicatorKind, String, String), Message> {
    if written.chars().count() > 2_000 {
        return Err(Message::new(
            "一行が長すぎます（2,000字まで）。",
            "The line is too long (2,000 characters at most).",
        ));
    }
    let (text, note) = split_note(written);
    let plain = plain(&text);
    if let Some((kind, rest)) = named(&plain) {
        return as_kind(kind, rest).map(|value| (kind, value, note)).ok_or_else(|| {
            let label = kind.label();
            Message::new(
                format!("「{}」として読めません。値を直してください。", label.ja),
                format!("It cannot be read as \"{}\". Mend the value.", label.en),
            )
        });
    }
    const GUESSES: [IndicatorKind; 8] = [
        IndicatorKind::Url,
        IndicatorKind::Ip,
        IndicatorKind::Hash,
        IndicatorKind::Mail,
        IndicatorKind::Account,
        IndicatorKind::File,
        IndicatorKind::Domain,
        IndicatorKind::Host,
    ];
    GUESSES
        .into_iter()
        .find_map(|kind| guessed(kind, &plain).map(|value| (kind, value, note.clone())))
        .ok_or_else(|| {
            Message::new(
                "種類が分かりません。「ホスト:」「アカウント:」「ファイル:」などを頭に付けてください。",
                "Its kind is not clear. Begin the line with \"host:\", \"account:\", \"file:\" or the like.",
            )
        })
}

/// What stands behind a tab, a comma and blank, or ` # ` is a note.
fn split_note(written: &str) -> (String, String) {
    for mark in ["\t", " # ", "　", ", ", "、"] {
        if let Some((text, note)) = written.split_once(mark)
            && !text.trim().is_empty()
        {
            return (text.trim().to_owned(), note.trim().chars().take(1_000).collect());
        }
    }
    (written.trim_end_matches([',', ';']).to_owned(), String::new())
}

/// Full-width signs made narrow, and what was made harmless made whole again.
fn plain(text: &str) -> String {
    let narrow: String = text
        .chars()
        .map(|c| match u32::from(c) {
            code @ 0xff01..=0xff5e => char::from_u32(code - 0xfee0).unwrap_or(c),
            0x3000 => ' ',
            _ => c,
        })
        .collect();
    let mut out = narrow.trim().trim_matches(['"', '\'', '<', '>']).to_owned();
    for (from, to) in [
        ("[.]", "."),
        ("(.)", "."),
        ("{.}", "."),
        ("[dot]", "."),
        ("(dot)", "."),
        ("[:]", ":"),
        ("[://]", "://"),
        ("[@]", "@"),
        ("(@)", "@"),
        ("[at]", "@"),
        ("(at)", "@"),
        ("[/]", "/"),
    ] {
        out = out.replace(from, to);
    }
    let lower = out.to_ascii_lowercase();
    for (from, to) in [("hxxps://", "https://"), ("hxxp://", "http://"), ("fxp://", "ftp://")] {
        if lower.starts_with(from) {
            out = format!("{to}{}", &out[from.len()..]);
        }
    }
    out
}

/// A kind that the line itself names: `host: PC-01`.
fn named(text: &str) -> Option<(IndicatorKind, &str)> {
    const NAMES: [(&str, IndicatorKind); 20] = [
        ("ip", IndicatorKind::Ip),
        ("ipアドレス", IndicatorKind::Ip),
        ("domain", IndicatorKind::Domain),
        ("ドメイン", IndicatorKind::Domain),
        ("url", IndicatorKind::Url),
        ("hash", IndicatorKind::Hash),
        ("md5", IndicatorKind::Hash),
        ("sha1", IndicatorKind::Hash),
        ("sha256", IndicatorKind::Hash),
        ("ハッシュ", IndicatorKind::Hash),
        ("mail", IndicatorKind::Mail),
        ("email", IndicatorKind::Mail),
        ("メール", IndicatorKind::Mail),
        ("file", IndicatorKind::File),
        ("ファイル", IndicatorKind::File),
        ("account", IndicatorKind::Account),
        ("アカウント", IndicatorKind::Account),
        ("host", IndicatorKind::Host),
        ("ホスト", IndicatorKind::Host),
        ("端末", IndicatorKind::Host),
    ];
    let (name, rest) = text.split_once(':')?;
    let name = name.trim().to_lowercase();
    let (_, kind) = NAMES.iter().find(|(n, _)| *n == name)?;
    (!rest.starts_with("//")).then_some((*kind, rest.trim()))
}

/// As [`as_kind`], but only where nothing else could be meant.
fn guessed(kind: IndicatorKind, text: &str) -> Option<String> {
    let clear = match kind {
        IndicatorKind::Url => text.contains("://"),
        IndicatorKind::Account => {
            text.contains('\\') && text.matches('\\').count() == 1 && !has_file_end(text)
        }
        IndicatorKind::File => {
            !text.contains("://") && (text.contains(['\\', '/']) || has_file_end(text))
        }
        IndicatorKind::Host => {
            text.len() <= 63
                && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
        }
        _ => true,
    };
    if clear { as_kind(kind, text) } else { None }
}

/// The value in uniform form, where it is one of the kind.
fn as_kind(kind: IndicatorKind, text: &str) -> Option<String> {
    let text = text.trim();
    let one_word = !text.is_empty() && !text.contains(char::is_whitespace);
    match kind {
        IndicatorKind::Ip => ip(text),
        IndicatorKind::Domain => domain(text),
        IndicatorKind::Url => url(text).filter(|_| one_word),
        IndicatorKind::Hash => {
            let hex = matches!(text.len(), 32 | 40 | 56 | 64 | 96 | 128)
                && text.bytes().all(|b| b.is_ascii_hexdigit());
            hex.then(|| text.to_ascii_lowercase())
        }
        IndicatorKind::Mail => {
            let (user, host) = text.rsplit_once('@')?;
            let host = domain(host)?;
            (one_word && !user.is_empty()).then(|| format!("{}@{host}", user.to_lowercase()))
        }
        IndicatorKind::File => (!text.is_empty()).then(|| text.to_owned()),
        IndicatorKind::Account | IndicatorKind::Host => one_word.then(|| text.to_lowercase()),
    }
}

fn ip(text: &str) -> Option<String> {
    if let Some((address, bits)) = text.split_once('/') {
        let (address, bits) = (address.parse::<IpAddr>().ok()?, bits.parse::<u8>().ok()?);
        let most = if address.is_ipv4() { 32 } else { 128 };
        return (bits <= most).then(|| format!("{address}/{bits}"));
    }
    text.trim_matches(['[', ']']).parse::<IpAddr>().ok().map(|a| a.to_string())
}

fn domain(text: &str) -> Option<String> {
    let text = text.trim_end_matches('.').to_lowercase();
    let labels: Vec<&str> = text.split('.').collect();
    let label = |l: &&str| {
        !l.is_empty()
            && l.chars().count() <= 63
            && l.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '_')
    };
    let end = labels.last()?;
    let named = end.chars().count() >= 2 && !end.chars().all(|c| c.is_ascii_digit());
    (labels.len() >= 2 && named && labels.iter().all(label)).then_some(text)
}

fn url(text: &str) -> Option<String> {
    let (scheme, rest) = text.split_once("://")?;
    let host_end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (host, tail) = rest.split_at(host_end);
    let word = !scheme.is_empty() && scheme.chars().all(|c| c.is_ascii_alphanumeric() || c == '+');
    (word && !host.is_empty())
        .then(|| format!("{}://{}{tail}", scheme.to_lowercase(), host.to_lowercase()))
}

/// Endings that are those of files rather than of domains.
const FILE_ENDS: [&str; 34] = [
    "exe", "dll", "sys", "scr", "bat", "cmd", "ps1", "vbs", "js", "jse", "wsf", "hta", "lnk",
    "msi", "iso", "img", "zip", "rar", "7z", "doc", "docx", "docm", "xls", "xlsx", "xlsm", "ppt",
    "pptx", "pdf", "txt", "log", "php", "jsp", "aspx", "tmp",
];

fn has_file_end(text: &str) -> bool {
    let end = text.rsplit_once('.').map(|(_, end)| end.to_ascii_lowercase());
    end.is_some_and(|end| FILE_ENDS.contains(&end.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use IndicatorKind::{Account, Domain, File, Hash, Host, Ip, Mail, Url};

    #[test]
    fn every_kind_is_told_apart_also_where_it_was_made_harmless() {
        for (line, kind, value) in [
            ("203[.]0[.]113[.]9", Ip, "203.0.113.9"),
            ("2001:DB8::1", Ip, "2001:db8::1"),
            ("198.51.100.0/24", Ip, "198.51.100.0/24"),
            ("Evil[.]Example(dot)net", Domain, "evil.example.net"),
            ("悪意.example", Domain, "悪意.example"),
            ("hxxps://Evil[.]example/a/B?c=1", Url, "https://evil.example/a/B?c=1"),
            ("D41D8CD98F00B204E9800998ECF8427E", Hash, "d41d8cd98f00b204e9800998ecf8427e"),
            ("Billing[at]evil[.]example", Mail, "billing@evil.example"),
            ("C:\\Users\\Public\\a b.exe", File, "C:\\Users\\Public\\a b.exe"),
            ("請求書.zip", File, "請求書.zip"),
            ("AKARI\\tanaka", Account, "akari\\tanaka"),
            ("account: svc-backup", Account, "svc-backup"),
            ("PC-017", Host, "pc-017"),
            ("端末：経理の控え", Host, "経理の控え"),
            ("ｐｃ－０１８", Host, "pc-018"),
        ] {
            let pasted = read(line);
            assert!(pasted.bad.is_empty(), "{line}: {:?}", pasted.bad);
            let found = &pasted.found[0];
            assert_eq!((found.kind, found.value.as_str()), (kind, value), "{line}");
            assert_eq!(found.written, line);
        }
    }

    #[test]
    fn bad_lines_are_named_by_line_and_repeated_ones_joined_and_nothing_is_lost() {
        let pasted =
            read("# メモ\n203.0.113.9\tVPN装置\n\nhxxp://\n203[.]0[.]113[.]9\n経理の 端末");
        assert_eq!(pasted.found.len(), 1);
        assert_eq!((pasted.found[0].line, pasted.found[0].note.as_str()), (2, "VPN装置"));
        assert_eq!(pasted.joined, [5]);
        let bad: Vec<(usize, &str)> =
            pasted.bad.iter().map(|b| (b.line, b.written.as_str())).collect();
        assert_eq!(bad, [(4, "hxxp://"), (6, "経理の 端末")]);
        // An address that is none is still a path: kept, and seen to be one.
        assert_eq!(read("999.1.1.1/99").found[0].kind, File);
    }

    #[test]
    fn a_value_made_harmless_is_read_back_as_it_was() {
        for (kind, value) in [
            (Url, "https://evil.example/a.b"),
            (Ip, "203.0.113.9"),
            (Mail, "a@evil.example"),
            (Domain, "evil.example"),
        ] {
            let safe = defanged(kind, value);
            assert_ne!(safe, value);
            assert_eq!(read(&safe).found[0].value, value);
        }
    }
}
