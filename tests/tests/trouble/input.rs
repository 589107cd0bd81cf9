//! Bad input over the wire: each gets a clear answer, and the server stays as it was.

use crate::site::{Api, Site, assert_calm};
use okiagari_tests::http::Client;
use okiagari_tests::poll::PATIENCE;
use okiagari_tests::program::Server;
use serde_json::json;
use std::io::{Read, Write};
use std::net::TcpStream;

/// What the server may use in memory at its worst, in KiB; a debug build is larger than a release.
const MOST_KIB: u64 = 300 * 1024;

/// A number from `/proc/PID/status`, in KiB.
fn memory(server: &Server, name: &str) -> u64 {
    let path = format!("/proc/{}/status", server.id());
    let status = std::fs::read_to_string(path).expect("the process is there");
    let line = status.lines().find(|line| line.starts_with(name)).expect("a line");
    line.split_whitespace().nth(1).and_then(|n| n.parse().ok()).expect("a number")
}

/// The server answers, has not panicked, and stayed small.
#[track_caller]
fn assert_well(server: &Server, api: &Api) {
    assert_eq!(api.get("department?limit=1").status, 200);
    let log = server.logged().join("\n");
    assert_calm(&log);
    for word in ["a page broke", "was cut off", "panic"] {
        assert!(!log.contains(word), "{log}");
    }
    let peak = memory(server, "VmHWM");
    assert!(peak < MOST_KIB, "{peak} KiB at its worst");
}

fn connect(server: &Server) -> TcpStream {
    let address = server.url().replace("http://", "");
    let stream = TcpStream::connect(address).expect("it listens");
    stream.set_read_timeout(Some(PATIENCE)).expect("set");
    stream.set_write_timeout(Some(PATIENCE)).expect("set");
    stream
}

/// Sends bytes as they are and reads the answer: its status (0 where there is none) and text.
fn raw(server: &Server, request: &[u8]) -> (u16, String) {
    let mut stream = connect(server);
    // A server that has seen enough closes before all is written.
    let _cut_off = stream.write_all(request);
    let mut answer = Vec::new();
    let mut piece = [0; 4096];
    while let Ok(read @ 1..) = stream.read(&mut piece) {
        answer.extend_from_slice(&piece[..read]);
        // The head is enough; connections are kept open.
        if answer.windows(4).any(|window| window == b"\r\n\r\n") {
            break;
        }
    }
    let text = String::from_utf8_lossy(&answer).into_owned();
    let status = text.split(' ').nth(1).and_then(|word| word.parse().ok()).unwrap_or(0);
    (status, text)
}

fn head(method: &str, target: &str, more: &str) -> Vec<u8> {
    format!("{method} {target} HTTP/1.1\r\nhost: localhost\r\n{more}\r\n").into_bytes()
}

#[track_caller]
fn assert_refused(status: u16, answer: &str, expected: &[u16]) {
    assert!(expected.contains(&status), "{expected:?} and not {status}: {answer}");
    assert_calm(answer);
}

#[test]
fn a_hundred_megabytes_are_refused_without_being_kept_in_memory() {
    let site = Site::new();
    let server = site.serve();
    let api = site.api(&server);
    let before = memory(&server, "VmRSS");
    let large = vec![b' '; 100 << 20];
    let kind = [("content-type", "application/json")];
    for (method, path) in [("POST", "department"), ("PATCH", "department/x"), ("POST", "asset")] {
        // Either the answer comes, or the server closes before it has read everything.
        if let Some(answer) = api.send(method, path, &kind, &large) {
            assert_eq!(answer.status, 413, "{method} {path}: {}", answer.text());
            assert_calm(&answer.text());
        }
    }
    // Without a declared length, in one piece after another.
    let bearer = format!("authorization: Bearer {}\r\n", site.token);
    let chunked = "content-type: application/json\r\ntransfer-encoding: chunked\r\n";
    let mut stream = connect(&server);
    let start = head("POST", "/api/v1/department", &format!("{bearer}{chunked}"));
    stream.write_all(&start).expect("written");
    let piece = [b"10000\r\n".as_slice(), &[b' '; 0x10000], b"\r\n"].concat();
    let sent = (0..1600).take_while(|_| stream.write_all(&piece).is_ok()).count();
    let mut answer = [0; 4096];
    let read = stream.read(&mut answer).unwrap_or(0);
    let answer = String::from_utf8_lossy(&answer[..read]).into_owned();
    assert!(answer.is_empty() || answer.contains(" 413 "), "after {sent} pieces: {answer}");
    // A sign-in and a public report, which anybody may send.
    let visitor = Client::new();
    let form = "application/x-www-form-urlencoded";
    for path in ["/sign-in", "/report/main"] {
        let url = server.at(path);
        let origin = server.url();
        let headers = [("content-type", form), ("origin", origin.as_str())];
        if let Ok(answer) = visitor.try_send("POST", &url, &headers, &large) {
            assert_eq!(answer.status, 413, "{path}: {}", answer.text());
        }
    }
    drop(large);
    assert_well(&server, &api);
    let after = memory(&server, "VmRSS");
    assert!(after < before + 64 * 1024, "{before} KiB before, {after} KiB after");
}

#[test]
fn slow_senders_hold_nobody_up() {
    let site = Site::new();
    let server = site.serve();
    let api = site.api(&server);
    let bearer = format!("authorization: Bearer {}\r\n", site.token);
    let slow = head(
        "POST",
        "/api/v1/department",
        &format!("{bearer}content-type: application/json\r\ncontent-length: 1000\r\n"),
    );
    // Some stop in the middle of the body, some in the middle of the headers.
    let streams: Vec<TcpStream> = (0..120)
        .map(|number| {
            let mut stream = connect(&server);
            let end = if number % 2 == 0 { slow.len() } else { slow.len() / 2 };
            stream.write_all(&slow[..end]).and_then(|()| stream.write_all(b"{")).expect("written");
            stream
        })
        .collect();
    for number in 0..20 {
        api.create("department", &json!({"name": format!("間の第{number}課")}));
    }
    assert_eq!(Client::new().get(&server.at("/healthz")).status, 200);
    drop(streams);
    assert_well(&server, &api);
    let all = api.get("department?limit=100").json();
    assert_eq!(all["items"].as_array().map(Vec::len), Some(20), "half a body is no record");
}

#[test]
fn broken_utf8_is_refused_by_name() {
    let site = Site::new();
    let server = site.serve();
    let api = site.api(&server);
    let bearer = format!("authorization: Bearer {}\r\n", site.token);
    for target in [
        "/api/v1/department/%FF%FE",
        "/api/v1/%C3%28",
        "/api/v1/department?q=%FF",
        "/api/v1/department?name=%E3%81",
        "/api/v1/search?q=%C0%AF",
        "/records/department?q=%FF",
        "/r/department/%FF",
        "/static/%FF",
    ] {
        let (status, answer) = raw(&server, &head("GET", target, &bearer));
        let refused = (400..500).contains(&status) || [302, 303].contains(&status);
        assert!(refused, "{target}: {answer}");
        assert_calm(&answer);
    }
    for bad in
        [&b"{\"body\":{\"name\":\"\xff\"}}"[..], b"\xef\xbb\xbf{", b"{\"body\":\xed\xa0\x80}"]
    {
        let kind = [("content-type", "application/json")];
        let answer = api.send("POST", "department", &kind, bad).expect("an answer");
        assert_eq!(answer.status, 400, "{}", answer.text());
        assert_eq!(answer.header("content-type"), Some("application/problem+json"));
        assert!(answer.json()["detail"].is_string());
    }
    let origin = server.url();
    let kind = ("content-type", "application/x-www-form-urlencoded");
    let headers = [kind, ("origin", origin.as_str())];
    for (path, body) in [
        ("/report/main", &b"what=%FF%FE"[..]),
        ("/report/main", b"what=\xff"),
        ("/sign-in", b"login=%FF&password=%FF"),
        ("/sign-in", b"\xff\xfe\xfd"),
    ] {
        let answer = Client::new().send("POST", &server.at(path), &headers, body);
        assert!((400..500).contains(&answer.status), "{path}: {} {}", answer.status, answer.text());
        assert_calm(&answer.text());
    }
    // Header values may be any bytes.
    let odd =
        b"GET /api/v1/department HTTP/1.1\r\nhost: x\r\nauthorization: Bearer \xff\xfe\r\n\r\n";
    let (status, answer) = raw(&server, odd);
    assert_refused(status, &answer, &[400, 401]);
    assert_well(&server, &api);
}

#[test]
fn floods_and_nonsense_are_refused() {
    let site = Site::new();
    let server = site.serve();
    let api = site.api(&server);
    let many: String = (0..5000).map(|number| format!("x-{number}: y\r\n")).collect();
    let (status, answer) = raw(&server, &head("GET", "/api/v1/department", &many));
    assert_refused(status, &answer, &[400, 431]);
    let long = format!("x: {}\r\n", "y".repeat(2 << 20));
    let (status, answer) = raw(&server, &head("GET", "/api/v1/department", &long));
    assert_refused(status, &answer, &[400, 431]);
    let cookies = format!("cookie: {}\r\n", "a=b; ".repeat(10_000));
    let (status, answer) = raw(&server, &head("GET", "/", &cookies));
    assert_refused(status, &answer, &[200, 302, 303, 400, 431]);
    let target = format!("/api/v1/department?q={}", "x".repeat(60_000));
    let bearer = format!("authorization: Bearer {}\r\n", site.token);
    let (status, answer) = raw(&server, &head("GET", &target, &bearer));
    assert_refused(status, &answer, &[400, 414, 422, 431]);
    let target = format!("/api/v1/department?{}", "a=b&".repeat(10_000));
    let (status, answer) = raw(&server, &head("GET", &target, &bearer));
    assert_refused(status, &answer, &[400, 414, 422, 431]);
    let target = format!("/{}", "x/".repeat(40_000));
    let (status, answer) = raw(&server, &head("GET", &target, &bearer));
    assert_refused(status, &answer, &[400, 404, 414, 431]);
    for method in ["BREW", "TRACE", "PROPFIND", "DELETE", "CONNECT"] {
        let (status, answer) = raw(&server, &head(method, "/api/v1/department", &bearer));
        assert_refused(status, &answer, &[400, 404, 405, 501]);
        let (status, answer) = raw(&server, &head(method, "/", &bearer));
        assert_refused(status, &answer, &[302, 303, 400, 403, 404, 405, 501]);
    }
    for nonsense in [
        &b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"[..],
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET  /  HTTP/1.1\r\n\r\n",
        b"POST /api/v1/department HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\n\r\n",
        b"POST /api/v1/department HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\n12345",
    ] {
        let (status, answer) = raw(&server, nonsense);
        assert_refused(status, &answer, &[400, 505, 0]);
    }
    assert_well(&server, &api);
}

#[test]
fn no_path_leads_out_of_the_static_files() {
    let site = Site::new();
    let server = site.serve();
    let api = site.api(&server);
    for target in [
        "/static/../../../../../../etc/passwd",
        "/static/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
        "/static/..%2f..%2f..%2fetc%2fpasswd",
        "/static//etc/passwd",
        "/static/%00",
        "/static/..\\..\\okiagari.json",
        "/../okiagari.json",
        "/static/....//....//master.key",
    ] {
        let (status, answer) = raw(&server, &head("GET", target, ""));
        assert_refused(status, &answer, &[302, 303, 400, 404]);
        assert!(!answer.contains("root:") && !answer.contains("OKI1-"), "{target}: {answer}");
    }
    assert_well(&server, &api);
}

#[test]
fn what_is_no_json_or_no_field_is_named() {
    let site = Site::new();
    let server = site.serve();
    let api = site.api(&server);
    let deep = format!("{{\"body\":{}1{}}}", "[".repeat(100_000), "]".repeat(100_000));
    let kind = [("content-type", "application/json")];
    for (body, status, word) in [
        ("", 422, "body"),
        ("{", 400, "JSON"),
        ("[]", 400, "object"),
        ("{\"body\":{\"name\":\"a\"},\"body\":{}}", 400, "twice"),
        ("{\"body\":{\"name\":\"a\\u0000\"}}", 400, "U+0000"),
        ("{\"body\":{\"name\":5}}", 422, "name"),
        ("{\"body\":{\"nmae\":\"a\"}}", 422, "nmae"),
        ("{\"body\":{}}", 422, "name"),
        ("{\"body\":{\"name\":\"a\",\"parent\":\"nobody\"}}", 422, "parent"),
        (deep.as_str(), 400, "nested"),
    ] {
        let answer = api.send("POST", "department", &kind, body.as_bytes()).expect("an answer");
        assert_eq!(answer.status, status, "{body:.80}: {}", answer.text());
        assert!(answer.text().contains(word), "{word} in {}", answer.text());
        assert_eq!(answer.header("content-type"), Some("application/problem+json"));
        assert_calm(&answer.text());
    }
    let plain = api.send("POST", "department", &[("content-type", "text/plain")], b"x");
    assert_eq!(plain.expect("an answer").status, 415);
    assert_well(&server, &api);
}
