//! A paging gateway on this machine: the server that turns a call into a telephone that rings.

use crate::poll::{PATIENCE, eventually};
use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// A running gateway that takes every call.
#[derive(Debug)]
pub struct Gateway {
    port: u16,
    calls: Arc<Mutex<Vec<Value>>>,
}

impl Gateway {
    /// Starts one on a free port.
    ///
    /// # Panics
    /// If no port is free.
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("a bound port").port();
        let calls = Arc::new(Mutex::new(Vec::new()));
        let kept = calls.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(stream) = stream else { return };
                // A broken conversation is the client's to notice.
                let _ = talk(stream, &kept);
            }
        });
        Self { port, calls }
    }

    /// Its address.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}/call", self.port)
    }

    /// Waits until so many calls have come, and returns the last of them.
    ///
    /// # Panics
    /// If they do not come, or more do.
    pub fn call(&self, number: usize) -> Value {
        let calls = || self.calls.lock().expect("no conversation panicked").clone();
        eventually(PATIENCE, &format!("call {number} comes"), || calls().len() >= number);
        let calls = calls();
        assert_eq!(calls.len(), number, "{calls:#?}");
        calls[number - 1].clone()
    }
}

fn talk(mut stream: TcpStream, calls: &Mutex<Vec<Value>>) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut length = 0;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Ok(());
        }
        let line = line.trim().to_ascii_lowercase();
        if line.is_empty() {
            break;
        }
        if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse().unwrap_or(0);
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let call = serde_json::from_slice(&body).expect("a call is JSON");
    calls.lock().expect("no conversation panicked").push(call);
    stream.write_all(b"HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
}
