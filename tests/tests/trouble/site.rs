//! A data folder made by `okiagari init`, with a token that may write everything.

use okiagari_tests::http::{Answer, Client};
use okiagari_tests::poll::{PATIENCE, eventually, eventually_some};
use okiagari_tests::program::{Finished, Launch, Server, run};
use rusqlite::Connection;
use serde_json::{Value, json};
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// The only organisation.
pub const ORG: &str = "main";

/// A data folder that is ready to be served.
pub struct Site {
    pub data: PathBuf,
    pub token: String,
    /// Removed with the site, where it lies in a folder of its own.
    _folder: Option<TempDir>,
}

impl Site {
    /// In a folder of its own, on SQLite.
    pub fn new() -> Site {
        let folder = tempfile::Builder::new().prefix("okiagari-trouble-").tempdir();
        let folder = folder.expect("a folder");
        let data = folder.path().join("data");
        Site::make(data, Some(folder), None)
    }

    /// In a folder of its own, with the record in another database.
    pub fn on(database: &str) -> Site {
        let folder = tempfile::Builder::new().prefix("okiagari-trouble-").tempdir();
        let folder = folder.expect("a folder");
        let data = folder.path().join("data");
        Site::make(data, Some(folder), Some(database))
    }

    /// In this folder.
    pub fn at(data: PathBuf) -> Site {
        Site::make(data, None, None)
    }

    fn make(data: PathBuf, folder: Option<TempDir>, database: Option<&str>) -> Site {
        let mut arguments: Vec<OsString> = ["init", "--organisation", "みずうみ商店"]
            .map(OsString::from)
            .into_iter()
            .chain(["--id", ORG, "--data"].map(OsString::from))
            .collect();
        arguments.push(data.clone().into());
        if let Some(database) = database {
            arguments.extend(["--database".into(), database.into()]);
        }
        run(arguments).ok();
        let mut site = Site { data, token: String::new(), _folder: folder };
        site.token = site.command(["user"], ["token", "admin", "--name", "trouble"]).ok();
        site.token = site.token.trim().to_owned();
        assert!(site.token.starts_with("oki_"), "a token is printed: {:?}", site.token);
        site
    }

    /// How to serve it.
    pub fn launch(&self) -> Launch {
        Launch::serve().data(&self.data)
    }

    /// Serves it. The administrator becomes security manager as well, who may write and erase
    /// everywhere.
    pub fn serve(&self) -> Server {
        let server = self.launch().start();
        let api = self.api(&server);
        let me = api.get("person").json()["items"][0]["id"].clone();
        let role = json!({"name": "対応の責任者", "kind": "security_manager", "holder": me});
        if api.get("role?kind=security_manager").json()["items"] == json!([]) {
            api.create("role", &role);
        }
        // Who somebody is, is worked out anew within a second.
        eventually(PATIENCE, "the role counts", || api.get("asset").status == 200);
        server
    }

    /// A caller of its API.
    pub fn api(&self, server: &Server) -> Api {
        Api { base: server.at("/api/v1/"), token: self.token.clone(), client: Client::new() }
    }

    /// Runs a command on its data.
    pub fn command<const N: usize, const M: usize>(
        &self,
        words: [&str; N],
        more: [&str; M],
    ) -> Finished {
        let mut arguments: Vec<&OsStr> = words.iter().map(OsStr::new).collect();
        arguments.extend([OsStr::new("--data"), self.data.as_os_str()]);
        arguments.extend(more.iter().map(OsStr::new));
        run(arguments)
    }

    /// `okiagari verify`
    pub fn verify(&self) -> Finished {
        self.command(["verify"], [])
    }

    /// Verifies, and expects nothing wrong.
    #[track_caller]
    pub fn assert_verifies(&self) {
        let done = self.verify();
        assert_eq!(done.status.code(), Some(0), "{}\n{}", done.stdout, done.stderr);
    }

    /// The database file.
    pub fn file(&self) -> PathBuf {
        self.data.join("okiagari.db")
    }

    /// The database, while nobody serves it.
    pub fn database(&self) -> Connection {
        open(&self.file())
    }
}

/// A database file, opened beside the program.
pub fn open(file: &Path) -> Connection {
    let conn = Connection::open(file).expect("the database can be opened");
    conn.busy_timeout(PATIENCE).expect("set");
    conn
}

/// A caller of the JSON API.
pub struct Api {
    base: String,
    pub token: String,
    client: Client,
}

impl Api {
    /// Sends a request, again and again where it is one too many a second; `None` where no whole
    /// answer came.
    pub fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Option<Answer> {
        let bearer = format!("Bearer {}", self.token);
        let mut all = vec![("authorization", bearer.as_str()), ("accept-language", "en")];
        all.extend_from_slice(headers);
        let url = format!("{}{path}", self.base);
        eventually_some(PATIENCE * 2, "the limit lets us through", || {
            let answer = self.client.try_send(method, &url, &all, body).ok();
            (answer.as_ref().map(|answer| answer.status) != Some(429)).then_some(answer)
        })
    }

    /// Reads.
    #[track_caller]
    pub fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &[], b"").expect("an answer")
    }

    /// Sends JSON.
    pub fn json(&self, method: &str, path: &str, body: &Value) -> Option<Answer> {
        let kind = ("content-type", "application/json");
        self.send(method, path, &[kind], body.to_string().as_bytes())
    }

    /// Makes a record and returns its receipt.
    #[track_caller]
    pub fn create(&self, register: &str, body: &Value) -> Value {
        let answer = self.json("POST", register, &json!({"body": body})).expect("an answer");
        assert_eq!(answer.status, 201, "{}", answer.text());
        answer.json()
    }

    /// Keeps a file as evidence.
    pub fn evidence(&self, name: &str, bytes: &[u8]) -> Option<Answer> {
        let path = format!("evidence?file_name={name}");
        self.send("POST", &path, &[("content-type", "application/octet-stream")], bytes)
    }

    /// The signed checkpoint of the log.
    #[track_caller]
    pub fn checkpoint(&self) -> String {
        let answer = self.get("log/checkpoint");
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.text()
    }
}

/// Copies a folder with all that is in it: an image of the disk at one moment.
pub fn copy(from: &Path, to: &Path) {
    let status = std::process::Command::new("cp").arg("-a").arg(from).arg(to).status();
    assert!(status.is_ok_and(|status| status.success()), "{} can be copied", from.display());
}

/// Asserts that a text is what a person can act upon: no panic, no trace of the inside.
#[track_caller]
pub fn assert_calm(text: &str) {
    for word in ["panicked", "RUST_BACKTRACE", "stack backtrace", "unwrap()", "Option::"] {
        assert!(!text.contains(word), "{word} in: {text}");
    }
}
