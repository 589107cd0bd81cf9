//! The harness proves itself: every part is started, used and ended.
#![expect(clippy::expect_used, reason = "helpers of tests")]

use okiagari_tests::browser::{Driver, Switch};
use okiagari_tests::poll::{PATIENCE, eventually, eventually_async};
use okiagari_tests::postgres::Cluster;
use okiagari_tests::{http, openapi, s3};
use postgres::{Client, NoTls};
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::process::{Command, Output};

fn connect(url: &str) -> Client {
    Client::connect(url, NoTls).expect("the database answers")
}

#[test]
fn a_fresh_database_is_empty_and_keeps_what_is_written() {
    let Some(cluster) = Cluster::shared() else { return };
    let (first, second) = (cluster.fresh_database(), cluster.fresh_database());
    assert_ne!(first, second);
    let mut client = connect(&first);
    client
        .batch_execute("CREATE TABLE note (text TEXT); INSERT INTO note VALUES ('起き上がり')")
        .expect("made");
    let row = client.query_one("SELECT text FROM note", &[]).expect("one row");
    assert_eq!(row.get::<_, &str>(0), "起き上がり");
    let other = connect(&second).query("SELECT text FROM note", &[]);
    assert!(other.is_err(), "the other database has no such table");
}

#[test]
fn a_sorted_database_sorts_by_language() {
    let Some(cluster) = Cluster::shared() else { return };
    let order = |url: &str| {
        let sql =
            "SELECT string_agg(t, '' ORDER BY t) FROM (VALUES ('b'), ('A'), ('a'), ('B')) v(t)";
        connect(url).query_one(sql, &[]).expect("one row").get::<_, String>(0)
    };
    assert_eq!(order(&cluster.fresh_database()), "ABab");
    assert_eq!(order(&cluster.fresh_database_sorted("en-US")), "aAbB");
}

#[test]
fn a_killed_database_comes_back_with_what_was_committed() {
    let Some(cluster) = Cluster::start() else { return };
    let url = cluster.fresh_database();
    let mut client = connect(&url);
    client.batch_execute("CREATE TABLE kept AS SELECT 7 AS n").expect("made");
    cluster.kill();
    assert!(client.query("SELECT n FROM kept", &[]).is_err(), "the old connection is dead");
    assert!(Client::connect(&url, NoTls).is_err(), "nothing listens");
    cluster.restart();
    let row = connect(&url).query_one("SELECT n FROM kept", &[]).expect("one row");
    assert_eq!(row.get::<_, i32>(0), 7);
    let mut idle = connect(&url);
    cluster.drop_connections();
    assert!(idle.query("SELECT n FROM kept", &[]).is_err(), "the connection was ended");
}

/// Serves the same page for every path, to as many as ask, until the test program ends.
fn serve(page: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = format!("http://{}", listener.local_addr().expect("an address"));
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            std::thread::spawn(move || answer(stream, page));
        }
    });
    address
}

fn answer(mut stream: std::net::TcpStream, page: &str) {
    let reader = BufReader::new(stream.try_clone().expect("a stream"));
    for line in reader.lines().map_while(Result::ok) {
        if line.is_empty() {
            break;
        }
    }
    let length = page.len();
    let head = "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nConnection: close";
    let _gone = write!(stream, "{head}\r\nContent-Length: {length}\r\n\r\n{page}");
}

const PAGE: &str = r#"<!doctype html><html lang="ja"><meta name="viewport" content="width=device-width">
<link rel="icon" href="data:,"><title>訓練</title>
<input id="name"><button onclick="greet()">挨拶</button><p id="said"></p>
<script>function greet() { said.textContent = 'こんにちは、' + document.getElementById('name').value }</script>"#;

#[tokio::test]
async fn a_browser_types_clicks_pictures_and_prints() {
    let Some(driver) = Driver::start().await else { return };
    let site = serve(PAGE);
    driver.open(&site).await;
    driver.fill("#name", "花子").await;
    driver.click("button").await;
    assert_eq!(driver.text("#said").await, "こんにちは、花子");
    assert!(driver.screenshot("harness").await.starts_with(b"\x89PNG"));
    assert!(driver.print_pdf().await.starts_with(b"%PDF-"));
    let language = driver.execute("return navigator.language", Vec::new()).await.expect("a script");
    assert_eq!(language, "ja");
    driver.assert_calm(&[&site]);
    driver.close().await;
}

#[tokio::test]
async fn a_browser_is_a_phone_or_a_desk_online_or_not() {
    let Some(driver) = Driver::start().await else { return };
    let site = serve(PAGE);
    let script = "return `${innerWidth}x${innerHeight}`";
    driver.phone();
    driver.open(&site).await;
    assert_eq!(driver.execute(script, Vec::new()).await.expect("a script"), "390x844");
    assert_eq!(driver.overflow().await, 0);
    driver.desktop();
    eventually_async(PATIENCE, "the window is wide", async || {
        driver.execute(script, Vec::new()).await.expect("a script") == "1280x900"
    })
    .await;
    driver.network(Switch::Off);
    assert!(driver.goto(&site).await.is_err(), "no page without a network");
    driver.network(Switch::On);
    driver.scripts(Switch::Off);
    driver.open(&site).await;
    driver.fill("#name", "花子").await;
    driver.click("button").await;
    assert_eq!(driver.text("#said").await, "", "no script answers");
    driver.close().await;
}

#[tokio::test]
async fn a_browser_tells_of_errors_and_of_other_hosts() {
    let Some(driver) = Driver::start().await else { return };
    let other: &'static str = serve("x").leak();
    let page =
        format!("<link rel=icon href='data:,'><img src='{other}/pixel'><script>oops()</script>");
    let site = serve(page.leak());
    driver.open(&site).await;
    assert_eq!(driver.foreign_requests(&[&site]), [format!("{other}/pixel")]);
    assert_eq!(driver.foreign_requests(&[&site, other]), [""; 0]);
    let errors = driver.console_errors();
    assert!(errors.iter().any(|error| error.contains("oops is not defined")), "{errors:?}");
    driver.close().await;
}

#[tokio::test]
async fn a_dropped_browser_leaves_no_process() {
    let Some(driver) = Driver::start().await else { return };
    let data = driver.capabilities().expect("capabilities")["chrome"]["userDataDir"].clone();
    let data = data.as_str().expect("a folder").to_owned();
    assert!(commands_naming(&data) > 1, "the browser has several processes");
    drop(driver);
    eventually(PATIENCE, "no process is left", || commands_naming(&data) == 0);
    assert!(!std::path::Path::new(&data).exists(), "the profile is removed");
}

fn commands_naming(word: &str) -> usize {
    let entries = std::fs::read_dir("/proc").expect("a list of processes").flatten();
    let commands = entries.filter_map(|entry| std::fs::read(entry.path().join("cmdline")).ok());
    commands.filter(|command| String::from_utf8_lossy(command).contains(word)).count()
}

#[test]
fn a_bucket_keeps_what_is_put() {
    let Some(server) = s3::Server::start() else { return };
    let bucket = server.bucket("evidence");
    let client = http::Client::new();
    let object = format!("{bucket}/a/b");
    let signed = [("authorization", s3::Server::AUTHORIZATION)];
    let send = |method: &str, body: &[u8]| client.send(method, &object, &signed, body);
    assert_eq!(send("GET", b"").status, 404);
    assert_eq!(send("PUT", b"\0\xffbytes").status, 200);
    assert_eq!(send("GET", b"").body, b"\0\xffbytes");
    assert_eq!(client.get(&object).status, 403, "a stranger reads nothing");
    assert_eq!(send("DELETE", b"").status, 204);
    assert_eq!(send("GET", b"").status, 404);
}

#[test]
fn the_openapi_checker_tells_right_from_wrong() {
    let right = r#"{"openapi":"3.1.0","info":{"title":"t","version":"1"},"paths":{}}"#;
    let Some(verdict) = openapi::check(right) else { return };
    assert_eq!(verdict, Ok(()));
    let wrong = r#"{"openapi":"3.1.0","info":{"title":"t"},"paths":{}}"#;
    let said = openapi::check(wrong).expect("the checker is here").expect_err("no version");
    assert!(said.contains("version"), "{said}");
}

/// Runs a test of this file in a process of its own, without PostgreSQL.
fn rerun_without_postgres(required: Option<&str>) -> Output {
    let mut command = Command::new(std::env::current_exe().expect("a test knows its own file"));
    command.args(["--exact", "a_fresh_database_is_empty_and_keeps_what_is_written"]);
    command.env("OKIAGARI_TEST_WITHOUT", "postgres").env_remove("OKIAGARI_TEST_REQUIRE");
    if let Some(required) = required {
        command.env("OKIAGARI_TEST_REQUIRE", required);
    }
    command.output().expect("the test can be started")
}

#[test]
fn a_test_without_its_part_says_so_in_one_line() {
    let output = rerun_without_postgres(None);
    assert!(output.status.success());
    let line = "skipped: PostgreSQL is not on this machine; \
                set OKIAGARI_TEST_REQUIRE=postgres to make this fail\n";
    assert_eq!(String::from_utf8_lossy(&output.stderr), line);
}

#[test]
fn a_test_without_a_required_part_fails() {
    let output = rerun_without_postgres(Some("browser,postgres"));
    assert!(!output.status.success());
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(said.contains("OKIAGARI_TEST_REQUIRE names postgres"), "{said}");
}
