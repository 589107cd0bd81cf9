//! Three people tell of one night by three ways; the desk joins, merges and splits, looks at past
//! cases, and a department head sees without being able to suppress.

use crate::case;
use crate::night::{ends_well, tonight};
use crate::seat::{Seat, quoted};
use okiagari_tests::program::{Server, SignIn};

const BY_PHONE: &str = "お客さまから、知らない注文確認のメールが届いたと電話がありました";

#[tokio::test]
async fn reports_by_three_ways_are_joined_merged_and_split_and_nobody_suppresses_one() {
    let mut server = tonight();
    let (Some(phone), Some(desk)) = (Seat::at(&server).await, Seat::at(&server).await) else {
        return;
    };
    public(&phone).await;
    let own = signed(&phone, &server.sign_in("employee.a@")).await;
    desk.sign_in(&server.sign_in("it.a@")).await;
    let told = telephone(&desk).await;
    phone.lose_session().await;
    phone.desktop();
    head(&phone, &server).await;
    desk.go("/r/report").await;
    desk.click_text("main a", "画面に知らない文字").await;
    desk.see(".steps a").await;
    let first = case::open_incident(&desk, "unauthorised_access", "管理画面の表示が違う").await;
    join(&desk, &own, "画面に知らない文字").await;
    desk.go(&told).await;
    let second = case::open_incident(&desk, "unauthorised_access", "なりすましのメール").await;
    like(&desk, &second).await;
    merge(&desk, &first, &second).await;
    split(&desk, &first, &told).await;
    desk.calm();
    // What was refused on purpose is logged by the browser.
    let errors = phone.console_errors();
    assert!(errors.iter().all(|e| e.contains("status of 40")), "{errors:#?}");
    ends_well(&mut server);
}

/// Without an account, on the narrowest phone.
async fn public(phone: &Seat) {
    phone.narrow();
    phone.go("/report/midorihama").await;
    assert_eq!(phone.overflow().await, 0);
    phone.fill("#what", "通販の画面に知らない文字が出ています").await;
    phone.as_slow_as_a_person().await;
    phone.click("form.report .btn-big").await;
    case::receipt(phone).await;
    assert_eq!(phone.overflow().await, 0);
}

/// Signed in, by the same short form: it arrives as the person's own. The path of the report.
async fn signed(phone: &Seat, who: &SignIn) -> String {
    phone.sign_in(who).await;
    phone.go("/report").await;
    assert_eq!(phone.overflow().await, 0);
    phone.fill("#what", "注文の画面の様子がおかしいです").await;
    phone.click_centred("form.report .btn-big").await;
    phone.reads("h1", "報告を受け取りました").await;
    phone.click("a[href^=\"/r/report/\"]").await;
    phone.reads("h1", "注文の画面の様子").await;
    phone.reads("main", "小野寺 翼").await;
    phone.place().await
}

/// What somebody said on the telephone is typed in by whoever heard it.
async fn telephone(desk: &Seat) -> String {
    desk.go("/r/report/new").await;
    desk.fill("#what", BY_PHONE).await;
    desk.fill("#reporter_name", "電話をくれた お客さま").await;
    desk.select("#route", "telephone").await;
    desk.send().await;
    desk.reads(".facts", "電話").await;
    desk.reads(".facts", "電話をくれた お客さま").await;
    desk.reads(".facts", "堀 玲奈").await;
    desk.place().await.split('?').next().expect("a path").to_owned()
}

/// The head of a department sees what was reported from it, and can neither judge nor end it.
async fn head(seat: &Seat, server: &Server) {
    seat.sign_in(&server.sign_in("csirt.b@")).await;
    seat.go("/r/report/new").await;
    seat.fill("#what", "露光装置の画面に見慣れない警告が出ています").await;
    seat.pick("department", "生産技術部").await;
    seat.send().await;
    let report = seat.place().await;
    let report = report.split('?').next().expect("a path");
    seat.see(".steps a").await;
    seat.lose_session().await;
    seat.sign_in(&server.sign_in("head.b@")).await;
    seat.go("/").await;
    seat.reads("main", "見慣れない警告").await;
    seat.reads("main", "消すことや差し戻すことはできません").await;
    seat.go(report).await;
    seat.reads("h1", "見慣れない警告").await;
    seat.count(".steps a", 0).await;
    for step in ["step/not_incident", "end", "edit"] {
        seat.count(&format!("a[href=\"{report}/{step}\"]"), 0).await;
        seat.go(&format!("{report}/{step}")).await;
        seat.reads("h1", "ません").await;
        seat.count("#form", 0).await;
    }
}

/// A second report of the same thing goes to the incident that is there.
async fn join(desk: &Seat, report: &str, incident: &str) {
    desk.go(report).await;
    desk.click_text(".steps a", "既にあるインシデントに加える").await;
    desk.pick("incident", incident).await;
    desk.fill("#answer", "同じ件の知らせと合わせて調べています。").await;
    desk.send().await;
    desk.reads(".page-chips", "インシデントとして対応").await;
}

/// Past cases of the same kind, found from the new one.
async fn like(desk: &Seat, incident: &str) {
    desk.go(&format!("/room/{incident}")).await;
    desk.click_text("#room-cases a", "過去の案件を探す").await;
    desk.select("#kind", "device_loss").await;
    desk.click_text("form.filters button", "探す").await;
    desk.reads(".lines a", "業務用スマートフォンの置き忘れ").await;
    desk.fits("/cases?kind=device_loss").await;
}

/// Two are one: what came by three ways stands in one room, and the other room leads there.
async fn merge(desk: &Seat, first: &str, second: &str) {
    desk.go(&format!("/r/regroup/new?incident={first}")).await;
    desk.choose("way", "merge").await;
    desk.pick("other", BY_PHONE.get(..30).expect("a part")).await;
    desk.fill("#title", "同じ侵入").await;
    desk.fill("#why", "同じ時刻に同じ管理者のアカウントから").await;
    desk.send().await;
    desk.go(&format!("/r/incident/{first}")).await;
    for words in ["画面に知らない文字", "注文の画面の様子", "お客さまから"] {
        desk.reads("main", words).await;
    }
    desk.go(&format!("/room/{second}")).await;
    desk.reads("main", "統合").await;
    desk.fits(&format!("/room/{first}")).await;
}

/// One is two after all: the report goes on in an incident of its own.
async fn split(desk: &Seat, first: &str, report: &str) {
    desk.go(&format!("/r/regroup/new?incident={first}")).await;
    desk.choose("way", "split").await;
    desk.fill("#title", "なりすましのメールの件").await;
    desk.pick("reports", "お客さまから").await;
    desk.fill("#why", "送り主は社外の別のサーバだった").await;
    desk.send().await;
    desk.go(report).await;
    let link = "[...document.querySelectorAll('.facts a')]";
    let words = quoted("なりすましのメールの件");
    let href = format!("{link}.find(a => a.textContent.includes({words})).pathname");
    let new = desk.ask_text(&href).await;
    assert!(!new.ends_with(first), "another incident: {new}");
    desk.go(&new).await;
    desk.reads("h1", "なりすましのメールの件").await;
    let id = new.rsplit('/').next().expect("an id");
    desk.go(&format!("/room/{id}")).await;
    desk.reads("#room-cases", "切り分け元").await;
    desk.reads("#room-cases", "画面に知らない文字").await;
}
