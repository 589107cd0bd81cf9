//! One mail to one recipient by SMTP, with what is known about it afterwards.

use lettre::message::Mailbox;
use lettre::message::header::ContentType;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{SmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail as MailFrom, Rcpt};
use lettre::transport::smtp::extension::ClientId;
use lettre::{Address, Message};
use okiagari_model::Time;
use std::time::{Duration, UNIX_EPOCH};
use zeroize::Zeroizing;

/// How the way to the server is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tls {
    /// Asked for after the greeting, and refused to go on without.
    StartTls,
    /// From the first byte.
    Implicit,
    /// Not at all: the same machine or a protected network.
    None,
}

/// The server that mail is handed to.
pub struct Server {
    /// Name.
    pub host: String,
    /// Port.
    pub port: u16,
    /// Protection.
    pub tls: Tls,
    /// User and password, where it asks for them.
    pub login: Option<(String, Zeroizing<String>)>,
    /// Sender's address.
    pub sender: String,
    /// How long one answer may take.
    pub timeout: Duration,
}

/// One mail.
#[derive(Debug, Clone)]
pub struct Mail<'a> {
    /// The same on every try.
    pub id: &'a str,
    /// To whom.
    pub to: &'a str,
    /// Subject.
    pub subject: &'a str,
    /// Text.
    pub text: &'a str,
    /// When it was written.
    pub at: Time,
}

/// What is known after a try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tried {
    /// The server took it.
    Accepted(String),
    /// It surely did not go; the server cannot be reached or refuses us altogether.
    ServerDown(String),
    /// It surely did not go; later it may.
    Again(String),
    /// All of it was handed over, and no answer came: it may have gone.
    Unknown(String),
    /// It surely did not go and never will.
    Refused(String),
}

/// Tries once. Up to the last line of the text nothing has been accepted, so every break before it
/// is certain; a break behind it is not.
pub fn send(server: &Server, mail: &Mail<'_>) -> Tried {
    let (from, to, bytes) = match written(server, mail) {
        Ok(parts) => parts,
        Err(why) => return Tried::Refused(why),
    };
    let mut connection = match connect(server) {
        Ok(connection) => connection,
        Err(error) => return Tried::ServerDown(error.to_string()),
    };
    let handed_over = connection
        .command(MailFrom::new(Some(from), Vec::new()))
        .and_then(|_| connection.command(Rcpt::new(to, Vec::new())))
        .and_then(|_| connection.command(Data));
    if let Err(error) = handed_over {
        connection.abort();
        let why = error.to_string();
        return if error.is_permanent() { Tried::Refused(why) } else { Tried::Again(why) };
    }
    match connection.message(&bytes) {
        Ok(answer) => {
            // It is accepted; how the goodbye goes changes nothing.
            let _ = connection.quit();
            let lines: Vec<&str> = answer.message().collect();
            Tried::Accepted(format!("{} {}", answer.code(), lines.join(" ")))
        }
        Err(error) => {
            connection.abort();
            let why = error.to_string();
            if error.is_permanent() {
                Tried::Refused(why)
            } else if error.is_transient() {
                Tried::Again(why)
            } else {
                Tried::Unknown(why)
            }
        }
    }
}

/// From, to, and the mail as bytes.
type Written = (Address, Address, Vec<u8>);

fn written(server: &Server, mail: &Mail<'_>) -> Result<Written, String> {
    let from: Address =
        server.sender.parse().map_err(|e| format!("sender {:?}: {e}", server.sender))?;
    let to: Address = mail.to.parse().map_err(|_| "not a mail address".to_owned())?;
    let millis = u64::try_from(mail.at.millis()).unwrap_or(0);
    let message = Message::builder()
        .from(Mailbox::new(None, from.clone()))
        .to(Mailbox::new(None, to.clone()))
        .subject(mail.subject)
        .message_id(Some(format!("<{}>", mail.id)))
        .date(UNIX_EPOCH + Duration::from_millis(millis))
        .header(ContentType::TEXT_PLAIN)
        .body(mail.text.to_owned())
        .map_err(|e| e.to_string())?;
    Ok((from, to, message.formatted()))
}

fn connect(server: &Server) -> Result<SmtpConnection, lettre::transport::smtp::Error> {
    let domain = server.sender.rsplit_once('@').map_or("localhost", |(_, d)| d).to_owned();
    let hello = ClientId::Domain(domain);
    let tls = match server.tls {
        Tls::None => None,
        Tls::StartTls | Tls::Implicit => Some(TlsParameters::new_rustls(server.host.clone())?),
    };
    let wrapped = tls.as_ref().filter(|_| server.tls == Tls::Implicit);
    let address = (server.host.as_str(), server.port);
    let mut connection =
        SmtpConnection::connect(address, Some(server.timeout), &hello, wrapped, None)?;
    if let (Tls::StartTls, Some(tls)) = (server.tls, &tls) {
        connection.starttls(tls, &hello)?;
    }
    if let Some((user, password)) = &server.login {
        let credentials = Credentials::new(user.clone(), password.to_string());
        connection.auth(&[Mechanism::Plain, Mechanism::Login], &credentials)?;
    }
    Ok(connection)
}
