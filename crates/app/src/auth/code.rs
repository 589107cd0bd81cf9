//! The second factor: codes of an authenticator app (TOTP, RFC 6238), and recovery codes.

use super::{Auth, AuthError, Signed, digest, rows, session_rows, tell};
use okiagari_model::{AccountId, Message, Time};
use okiagari_seal::receipt;
use okiagari_store::conn::Conn;
use okiagari_store::server::Digest;
use qrcodegen::{QrCode, QrCodeEcc};
use std::fmt::Write as _;
use totp_rs::{Algorithm, Builder, Totp};
use unicode_normalization::UnicodeNormalization as _;

/// How many recovery codes there are.
const RECOVERY: usize = 10;
/// Seconds that a code is shown.
const STEP: u64 = 30;

/// What the person needs to set up an authenticator app. Shown once.
#[derive(Clone, PartialEq, Eq)]
pub struct Enrolment {
    /// The secret to type in, in groups of four.
    pub secret: String,
    /// The same as a link that opens an authenticator on this device.
    pub uri: String,
    /// The link as a QR code: an SVG element with black modules on white.
    pub svg: String,
}

impl std::fmt::Debug for Enrolment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Enrolment(…)")
    }
}

impl Auth {
    /// Begins to set up a second factor: a fresh secret, which counts once it is confirmed.
    /// `issuer` is the name that the app shows, for example the organisation's.
    ///
    /// # Errors
    /// [`AuthError::AlreadyEnrolled`].
    pub fn enrol(&self, signed: &Signed, issuer: &str) -> Result<Enrolment, AuthError> {
        let secret = self.random::<20>();
        let context = context(&signed.account);
        let wrapped = self.0.master.wrap(&context, &secret, self.random());
        let id = signed.account.clone();
        let proposed = self.store().write_server("totp enrol", move |tx| {
            Ok::<_, AuthError>(rows::propose_totp(tx.db(), &id, &wrapped)?)
        })?;
        if !proposed {
            return Err(AuthError::AlreadyEnrolled);
        }
        let text = totp(&secret)?.secret().to_base32();
        let uri = uri(&text, issuer, &signed.login);
        let svg = qr(&uri)?;
        Ok(Enrolment { secret: in_groups(&text), uri, svg })
    }

    /// Confirms the second factor with its first code. Gives the recovery codes, which are shown
    /// once; ends all other sessions.
    ///
    /// # Errors
    /// [`AuthError::WrongCode`], [`AuthError::NotEnrolled`], [`AuthError::AlreadyEnrolled`].
    pub fn confirm(&self, signed: &Signed, code: &str) -> Result<Vec<String>, AuthError> {
        let now = self.now();
        let account = self.account_of(&signed.account)?;
        if account.totp_confirmed_at.is_some() {
            return Err(AuthError::AlreadyEnrolled);
        }
        let wrapped = account.totp_secret.clone().ok_or(AuthError::NotEnrolled)?;
        let step = self.step_of(&account, code, now)?.ok_or(AuthError::WrongCode)?;
        let (codes, hashes) = self.recovery_codes();
        let (id, kept) = (account.id.clone(), signed.id_hash);
        self.store().write_server("totp confirm", move |tx| {
            let conn = tx.db();
            if !rows::confirm_totp(conn, &id, &wrapped, now)? {
                return Err(AuthError::NotEnrolled);
            }
            if !rows::take_totp_step(conn, &id, step)? {
                return Err(AuthError::WrongCode);
            }
            rows::replace_recovery(conn, &id, &hashes)?;
            session_rows::end_all(conn, &id, Some(&kept))?;
            session_rows::stepped_up(conn, &kept, true, now)?;
            Ok(())
        })?;
        self.forget_account(&account.id);
        Ok(codes)
    }

    /// Makes new recovery codes in place of all earlier ones. Ask for [`Signed::require_step_up`]
    /// first.
    ///
    /// # Errors
    /// [`AuthError::NotEnrolled`].
    pub fn new_recovery_codes(&self, signed: &Signed) -> Result<Vec<String>, AuthError> {
        if !signed.has_totp {
            return Err(AuthError::NotEnrolled);
        }
        let (codes, hashes) = self.recovery_codes();
        let id = signed.account.clone();
        self.store().write_server("recovery codes", move |tx| {
            Ok::<_, AuthError>(rows::replace_recovery(tx.db(), &id, &hashes)?)
        })?;
        Ok(codes)
    }

    /// How many recovery codes are left.
    ///
    /// # Errors
    /// Those of the store.
    pub fn recovery_left(&self, id: &AccountId) -> Result<i64, AuthError> {
        self.store().read(|tx| Ok(rows::recovery_left(tx.db(), id)?))
    }

    /// Takes the second factor away: by the person after [`Signed::require_step_up`], or by an
    /// administrator where the device is lost. The password must be changed at the next sign-in,
    /// because it may be shorter than one that stands alone.
    ///
    /// # Errors
    /// [`AuthError::NotFound`].
    pub fn remove_totp(&self, id: &AccountId) -> Result<(), AuthError> {
        let (now, account) = (self.now(), self.account_of(id)?);
        let this = self.clone();
        let gone = id.clone();
        self.store().write_server("totp remove", move |tx| {
            let conn = tx.db();
            rows::remove_totp(conn, &gone)?;
            rows::must_change(conn, &gone)?;
            let subject = Message::new(
                "二要素認証が解除されました。心当たりがなければ、すぐ管理者に知らせてください。",
                "Your second factor was removed. If this was not you, tell the administrator at once.",
            );
            tell(conn, &account, &mut || this.next_id(now), (subject, None), now)
        })?;
        self.forget_account(id);
        Ok(())
    }

    fn recovery_codes(&self) -> (Vec<String>, Vec<Digest>) {
        (0..RECOVERY)
            .map(|_| {
                let code = receipt::secret(&self.random()).to_string();
                let hash = receipt::hash(&code);
                (code, hash)
            })
            .unzip()
    }

    /// The time step of a code that is right, `None` where it is wrong.
    pub(super) fn step_of(
        &self,
        account: &rows::Account,
        code: &str,
        now: Time,
    ) -> Result<Option<u64>, AuthError> {
        let Some(wrapped) = &account.totp_secret else { return Ok(None) };
        let Some(code) = six_digits(code) else { return Ok(None) };
        let secret = self
            .0
            .master
            .unwrap(&context(&account.id), wrapped)
            .map_err(|error| AuthError::Internal(format!("a TOTP secret: {error}")))?;
        let seconds = u64::try_from(now.millis() / 1000).unwrap_or(0);
        Ok(totp(&secret)?.check(&code, seconds))
    }

    /// What a typed code would use up; worked out before the transaction that does so.
    pub(super) fn read_code(
        &self,
        account: &rows::Account,
        code: &str,
        now: Time,
    ) -> Result<Given, AuthError> {
        if six_digits(code).is_some() {
            return Ok(self.step_of(account, code, now)?.map_or(Given::Nothing, Given::Step));
        }
        if code.len() > 100 {
            return Ok(Given::Nothing);
        }
        Ok(Given::Recovery(receipt::hash(code)))
    }
}

/// What a typed code is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Given {
    /// No code.
    Nothing,
    /// A right code of the authenticator, of this time step.
    Step(u64),
    /// Perhaps a recovery code.
    Recovery(Digest),
}

impl Given {
    /// Uses the code up. `false`: it is wrong or was used before.
    pub(super) fn take(
        self,
        conn: &mut Conn,
        account: &rows::Account,
        ids: &mut dyn FnMut() -> String,
        now: Time,
    ) -> Result<bool, AuthError> {
        match self {
            Self::Nothing => Ok(false),
            Self::Step(step) => Ok(rows::take_totp_step(conn, &account.id, step)?),
            Self::Recovery(hash) => {
                if !rows::take_recovery(conn, &account.id, &hash, now)? {
                    return Ok(false);
                }
                let left = rows::recovery_left(conn, &account.id)?;
                let subject = Message::new(
                    format!("回復コードでサインインしました。残りは{left}個です。"),
                    format!("A recovery code was used to sign in. {left} are left."),
                );
                tell(conn, account, ids, (subject, None), now)?;
                Ok(true)
            }
        }
    }
}

fn context(account: &AccountId) -> String {
    format!("okiagari/totp/v1|{account}")
}

fn totp(secret: &[u8]) -> Result<Totp, AuthError> {
    // SHA-1, six digits and 30 seconds are what every authenticator app understands.
    Builder::new()
        .with_algorithm(Algorithm::SHA1)
        .with_digits(6)
        .with_skew(1)
        .with_step_duration(STEP)
        .with_secret(secret)
        .build()
        .map_err(|error| AuthError::Internal(error.to_string()))
}

/// Six digits, however they are typed: full-width, with a space in the middle.
fn six_digits(code: &str) -> Option<String> {
    if code.len() > 64 {
        return None;
    }
    let digits: String = code.nfkc().filter(|c| !c.is_whitespace() && *c != '-').collect();
    (digits.len() == 6 && digits.bytes().all(|b| b.is_ascii_digit())).then_some(digits)
}

fn in_groups(text: &str) -> String {
    let signs: Vec<char> = text.chars().collect();
    signs.chunks(4).map(String::from_iter).collect::<Vec<_>>().join(" ")
}

/// The link that authenticator apps read (Key Uri Format).
fn uri(secret: &str, issuer: &str, login: &str) -> String {
    let issuer: String = issuer.chars().filter(|c| *c != ':' && !c.is_control()).take(60).collect();
    let login: String = login.chars().filter(|c| *c != ':').collect();
    let (issuer, login) = (percent(&issuer), percent(&login));
    format!("otpauth://totp/{issuer}:{login}?secret={secret}&issuer={issuer}")
}

fn percent(text: &str) -> String {
    text.bytes().fold(String::new(), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
        out
    })
}

/// A QR code as an SVG element: one path, four modules of white around.
fn qr(text: &str) -> Result<String, AuthError> {
    let code = QrCode::encode_text(text, QrCodeEcc::Medium)
        .map_err(|error| AuthError::Internal(error.to_string()))?;
    let side = code.size() + 8;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {side} {side}\" role=\"img\" \
         aria-label=\"QR\" shape-rendering=\"crispEdges\">\
         <path fill=\"#fff\" d=\"M0 0h{side}v{side}H0z\"/><path fill=\"#000\" d=\""
    );
    for y in 0..code.size() {
        for x in (0..code.size()).filter(|x| code.get_module(*x, y)) {
            let _ = write!(svg, "M{} {}h1v1h-1z", x + 4, y + 4);
        }
    }
    svg.push_str("\"/></svg>");
    Ok(svg)
}

/// Digest under which failures of a sign-in name are counted.
pub(super) fn login_name(login_key: &str) -> Digest {
    digest(&format!("login\0{login_key}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_those_of_the_standard() {
        // RFC 6238, appendix B (SHA-1), last six of the eight digits.
        let totp = totp(b"12345678901234567890").unwrap();
        for (seconds, code) in
            [(59, "287082"), (1_111_111_109, "081804"), (2_000_000_000, "279037")]
        {
            assert_eq!(totp.generate(seconds).to_string(), code);
            assert_eq!(totp.check(code, seconds + 30), Some(seconds / 30));
            assert_eq!(totp.check(code, seconds + 90), None);
        }
    }

    #[test]
    fn digits_are_read_however_they_are_typed() {
        assert_eq!(six_digits("１２３ ４５６").as_deref(), Some("123456"));
        assert_eq!(six_digits("12345"), None);
        assert_eq!(six_digits("0DT7-M1EV-8N2F-W9P3-GXAQ"), None);
        assert_eq!(six_digits(&"1".repeat(1000)), None);
    }

    #[test]
    fn the_link_holds_any_name() {
        let link = uri("ABCD", "あ&: 商店", "a:b@c");
        assert_eq!(
            link,
            "otpauth://totp/%E3%81%82%26%20%E5%95%86%E5%BA%97:ab%40c?secret=ABCD&issuer=%E3%81%82%26%20%E5%95%86%E5%BA%97"
        );
        let svg = qr(&link).unwrap();
        assert!(svg.starts_with("<svg ") && svg.ends_with("\"/></svg>"));
        // Upper left finder pattern: seven dark modules in a row, then a light one.
        assert!(svg.contains("M4 4h1v1h-1z") && svg.contains("M10 4h1v1h-1z"));
        assert!(!svg.contains("M11 4h1v1h-1z"));
    }
}
