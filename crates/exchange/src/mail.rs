//! Mails as they lie in a folder: sender, words, attachments. Nothing in one is trusted.

use mail_parser::{MessageParser, MimeHeaders};

/// The largest mail that is read, in bytes.
pub const MAIL_MAX: usize = 40 << 20;
/// Attachments taken from one mail.
pub const ATTACHMENTS: usize = 20;

/// A mail.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Mail {
    /// Name of the sender, as the mail claims; empty where it names none.
    pub name: String,
    /// Address of the sender, as the mail claims.
    pub address: String,
    /// Subject; empty where there is none.
    pub subject: String,
    /// Its words as plain text, lines ended by `\n`.
    pub text: String,
    /// When it was sent, as the mail claims, epoch milliseconds.
    pub sent_at: Option<i64>,
    /// What came with it.
    pub attachments: Vec<Attachment>,
    /// Attachments beyond [`ATTACHMENTS`], which are not taken.
    pub left_out: usize,
}

/// A file in a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// Its name, without folders and control characters.
    pub name: String,
    /// Its type, as claimed.
    pub media_type: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// Why a mail is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MailError {
    /// Larger than [`MAIL_MAX`].
    #[error("the mail is larger than {MAIL_MAX} bytes")]
    TooLarge,
    /// No mail by its form.
    #[error("this is no mail: it has neither sender nor subject")]
    NoMail,
    /// It says nothing.
    #[error("the mail has neither words nor attachments")]
    Empty,
}

fn plain(text: &str) -> String {
    let unix = text.replace("\r\n", "\n").replace('\r', "\n");
    unix.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect()
}

fn line(text: &str) -> String {
    plain(text).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A name for a file that is safe to show and to keep.
fn file_name(text: &str) -> String {
    let last = text.rsplit(['/', '\\']).next().unwrap_or_default();
    let name: String = line(last).chars().take(120).collect();
    let hidden = name.trim_matches('.').is_empty();
    if hidden { "attachment".to_owned() } else { name }
}

/// Reads a mail as it was received (RFC 5322, MIME).
///
/// # Errors
/// [`MailError`]; never a panic, whatever the bytes.
pub fn read_mail(bytes: &[u8]) -> Result<Mail, MailError> {
    if bytes.len() > MAIL_MAX {
        return Err(MailError::TooLarge);
    }
    // Whatever is in the bytes, a fault of the parser is a mail that cannot be read and no more.
    std::panic::catch_unwind(|| parsed(bytes)).unwrap_or(Err(MailError::NoMail))
}

fn parsed(bytes: &[u8]) -> Result<Mail, MailError> {
    let message = MessageParser::default().parse(bytes).ok_or(MailError::NoMail)?;
    let from = message.from().and_then(|a| a.first());
    let subject = line(message.subject().unwrap_or_default());
    let address = line(from.and_then(|f| f.address()).unwrap_or_default());
    if address.is_empty() && subject.is_empty() {
        return Err(MailError::NoMail);
    }
    let text = message.body_text(0).map(|t| plain(&t).trim().to_owned()).unwrap_or_default();
    let mut attachments: Vec<Attachment> = message
        .attachments()
        .take(ATTACHMENTS)
        .map(|part| Attachment {
            name: file_name(part.attachment_name().unwrap_or("attachment")),
            media_type: part.content_type().map_or_else(
                || "application/octet-stream".to_owned(),
                |c| format!("{}/{}", c.ctype(), c.subtype().unwrap_or("octet-stream")),
            ),
            bytes: part.contents().to_vec(),
        })
        .collect();
    attachments.retain(|a| !a.bytes.is_empty());
    if subject.is_empty() && text.is_empty() && attachments.is_empty() {
        return Err(MailError::Empty);
    }
    Ok(Mail {
        name: line(from.and_then(|f| f.name()).unwrap_or_default()),
        address,
        subject,
        text,
        sent_at: message.date().map(|d| d.to_timestamp().saturating_mul(1_000)),
        attachments,
        left_out: message.attachments().count().saturating_sub(ATTACHMENTS),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use proptest::test_runner::RngSeed;

    const MAIL: &str = "From: =?UTF-8?B?5bGx55Sw?= <yamada@example.jp>\r\nTo: desk@example.jp\r\n\
        Subject: =?ISO-2022-JP?B?GyRCSVQ/MyRKJWEhPCVrGyhC?=\r\nDate: Sat, 21 Nov 2026 02:40:00 +0900\r\n\
        MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\
        Content-Type: text/plain; charset=utf-8\r\n\r\n\u{6dfb}\u{4ed8}\u{3092}\u{958b}\u{3044}\u{305f}\r\n\
        --x\r\nContent-Type: image/png; name=\"a.png\"\r\nContent-Transfer-Encoding: base64\r\n\
        Content-Disposition: attachment; filename=\"../../a.png\"\r\n\r\niVBORw0KGgo=\r\n--x--\r\n";

    #[test]
    fn a_japanese_mail_with_a_file_is_read_and_the_files_name_is_made_safe() {
        let mail = read_mail(MAIL.as_bytes()).unwrap();
        assert_eq!((mail.name.as_str(), mail.address.as_str()), ("山田", "yamada@example.jp"));
        assert_eq!(mail.subject, "不審なメール");
        assert_eq!(mail.text, "添付を開いた");
        assert_eq!(mail.sent_at, Some(1_795_196_400_000));
        let names: Vec<&str> = mail.attachments.iter().map(|a| a.name.as_str()).collect();
        assert_eq!(names, ["a.png"]);
        assert_eq!(mail.attachments[0].bytes, b"\x89PNG\r\n\x1a\n");
    }

    #[test]
    fn what_is_no_mail_is_refused_with_its_reason() {
        assert_eq!(read_mail(b""), Err(MailError::NoMail));
        assert_eq!(read_mail(b"\x00\xff\xfe garbage"), Err(MailError::NoMail));
        assert_eq!(read_mail(b"From: a@example.jp\r\n\r\n"), Err(MailError::Empty));
        assert_eq!(read_mail(&vec![b'a'; MAIL_MAX + 1]), Err(MailError::TooLarge));
    }

    proptest! {
        #![proptest_config(ProptestConfig {
            rng_seed: RngSeed::Fixed(11),
            failure_persistence: None,
            ..ProptestConfig::default()
        })]

        /// A mail cut off, or with bytes changed, is read or refused.
        #[test]
        fn broken_mails_are_answered(cut in 0usize..900, at in 0usize..600, byte in any::<u8>()) {
            let mut bytes = MAIL.as_bytes().to_vec();
            bytes.truncate(cut);
            if let Some(b) = bytes.get_mut(at) {
                *b = byte;
            }
            let _ = read_mail(&bytes);
        }
    }
}
