//! A real SMTP server on this machine, with the troubles that mail servers have.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// How the server treats the next mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mood {
    /// Takes it.
    Accept,
    /// No such mailbox.
    Refuse,
    /// Not now.
    Later,
    /// Takes all of it and never answers.
    Hang,
    /// Takes mail for this address alone, and knows no other mailbox.
    Only(&'static str),
}

/// A running server.
pub struct Smtp {
    /// Where it listens, on 127.0.0.1.
    pub port: u16,
    mood: Arc<Mutex<Mood>>,
    lines: Arc<Mutex<Vec<String>>>,
    mails: Arc<Mutex<Vec<String>>>,
}

impl Smtp {
    /// Starts one that takes everything, on a free port.
    ///
    /// # Panics
    /// If no port is free.
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("a bound port").port();
        let server = Self {
            port,
            mood: Arc::new(Mutex::new(Mood::Accept)),
            lines: Arc::default(),
            mails: Arc::default(),
        };
        let (mood, lines, mails) =
            (server.mood.clone(), server.lines.clone(), server.mails.clone());
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(stream) = stream else { return };
                // A broken conversation is the client's to notice.
                let _ = talk(stream, &mood, &lines, &mails);
            }
        });
        server
    }

    /// How it treats mail from now on.
    ///
    /// # Panics
    /// If a conversation panicked.
    pub fn mood(&self, mood: Mood) {
        *self.mood.lock().expect("no conversation panicked") = mood;
    }

    /// Everything that clients said.
    ///
    /// # Panics
    /// If a conversation panicked.
    pub fn heard(&self) -> Vec<String> {
        self.lines.lock().expect("no conversation panicked").clone()
    }

    /// The mails that arrived whole, oldest first.
    ///
    /// # Panics
    /// If a conversation panicked.
    pub fn mails(&self) -> Vec<String> {
        self.mails.lock().expect("no conversation panicked").clone()
    }
}

fn talk(
    mut stream: TcpStream,
    mood: &Mutex<Mood>,
    lines: &Mutex<Vec<String>>,
    mails: &Mutex<Vec<String>>,
) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    stream.write_all(b"220 mail.example.jp\r\n")?;
    let mut line = String::new();
    loop {
        line.clear();
        if reader.read_line(&mut line)? == 0 {
            return Ok(());
        }
        let said = line.trim_end().to_owned();
        lines.lock().expect("no conversation panicked").push(said.clone());
        let now = *mood.lock().expect("no conversation panicked");
        let verb = said.split([' ', ':']).next().unwrap_or_default().to_uppercase();
        let answer: &[u8] = match (verb.as_str(), now) {
            ("EHLO", _) => b"250-mail.example.jp\r\n250-8BITMIME\r\n250 AUTH PLAIN LOGIN\r\n",
            ("AUTH", _) => b"235 ok\r\n",
            ("RCPT", Mood::Refuse) => b"550 5.1.1 no such mailbox\r\n",
            ("RCPT", Mood::Only(known)) if !said.contains(known) => {
                b"550 5.1.1 no such mailbox\r\n"
            }
            ("RCPT", Mood::Later) => b"451 4.2.1 try again later\r\n",
            ("DATA", _) => b"354 go on\r\n",
            ("QUIT", _) => b"221 bye\r\n",
            _ => b"250 ok\r\n",
        };
        stream.write_all(answer)?;
        if verb == "QUIT" {
            return Ok(());
        }
        if verb == "DATA" {
            let mut mail = String::new();
            loop {
                line.clear();
                if reader.read_line(&mut line)? == 0 {
                    return Ok(());
                }
                if line == ".\r\n" {
                    break;
                }
                mail.push_str(&line);
            }
            mails.lock().expect("no conversation panicked").push(mail);
            if *mood.lock().expect("no conversation panicked") == Mood::Hang {
                // Waits until the client has had enough.
                while reader.read_line(&mut line)? > 0 {}
                return Ok(());
            }
            stream.write_all(b"250 2.0.0 queued as 4711\r\n")?;
        }
    }
}
