//! The settings (設定) and what they are when shipped.

use crate::*;

/// All settings with their shipped values.
pub const SETTINGS: &[SettingDef] = &[
    SettingDef {
        key: "zone",
        label: Text::new("時間帯", "Time zone"),
        help: Text::new(
            "画面の日時と、日・月で数える期限に使います。",
            "For shown times and for deadlines counted in days and months.",
        ),
        kind: SettingKind::Text { default: "Asia/Tokyo" },
        meets: &[],
    },
    SettingDef {
        key: "fiscal_month",
        label: Text::new("年度の始まる月", "First month of the fiscal year"),
        help: Text::new(
            "改善の繰り越しと年度の指標に使います。",
            "For carrying improvements over and for yearly figures.",
        ),
        kind: SettingKind::Int { default: 4, min: 1, max: 12 },
        meets: &["TK-108"],
    },
    SettingDef {
        key: "briefing.minutes",
        label: Text::new("経営に説明するまでの時間（分）", "Time to brief management (minutes)"),
        help: Text::new(
            "重いインシデントを組織として知ってから、この時間で説明の記録がないと知らせます。",
            "A grave incident without a briefing on record after this time is pointed out.",
        ),
        kind: SettingKind::Int { default: 60, min: 5, max: 10_080 },
        meets: &["NI-191"],
    },
    SettingDef {
        key: "urgent_check.hours",
        label: Text::new("新しい手口を点検する時間", "Time to check a new method (hours)"),
        help: Text::new(
            "手口を知ってから、この時間で点検が終わらないと知らせます。",
            "A check of a new method that takes longer is pointed out.",
        ),
        kind: SettingKind::Int { default: 24, min: 1, max: 720 },
        meets: &["NI-401", "NI-402"],
    },
    SettingDef {
        key: "report.delay_minutes",
        label: Text::new(
            "気づいてから報告までの目安（分）",
            "From noticing to reporting (minutes)",
        ),
        help: Text::new(
            "超えた報告には不備が付き、遅れの原因を改善に回せます。",
            "A later report gets a finding, so that the cause of delay can be mended.",
        ),
        kind: SettingKind::Int { default: 60, min: 1, max: 10_080 },
        meets: &["TK-68"],
    },
    SettingDef {
        key: "exercise.days",
        label: Text::new("演習・訓練の間隔（日）", "Interval of exercises (days)"),
        help: Text::new(
            "この間隔で、備え・危機管理・技術の検証のそれぞれが試されていないと不備になります。",
            "Preparation, crisis management and technical proof must each be tried within it.",
        ),
        kind: SettingKind::Int { default: 365, min: 30, max: 1_095 },
        meets: &["NI-193"],
    },
    SettingDef {
        key: "report.receipt_minutes",
        label: Text::new("報告を受け付けるまでの期限（分）", "From report to receipt (minutes)"),
        help: Text::new(
            "この時間内に、だれが受け持つかを決めます。",
            "Within this time somebody must have taken it.",
        ),
        kind: SettingKind::Int { default: 30, min: 1, max: 10_080 },
        meets: &["TK-68"],
    },
    SettingDef {
        key: "report.watch_days",
        label: Text::new(
            "様子見をもう一度見るまで（日）",
            "Looking again at what is watched (days)",
        ),
        help: Text::new("過ぎると不備になります。", "A finding appears when it is over."),
        kind: SettingKind::Int { default: 7, min: 1, max: 365 },
        meets: &["NI-178"],
    },
    SettingDef {
        key: "report.share_minutes",
        label: Text::new(
            "検知の共有を確かめてもらう期限（分）",
            "Acknowledgement of a shared detection (minutes)",
        ),
        help: Text::new(
            "部門が確かめないまま過ぎると不備になります。",
            "A finding appears when a department has not acknowledged by then.",
        ),
        kind: SettingKind::Int { default: 30, min: 1, max: 10_080 },
        meets: &["NI-177"],
    },
    SettingDef {
        key: "weakness.critical_minutes",
        label: Text::new("弱点の修正期限: 重大（分）", "Mending a weakness: critical (minutes)"),
        help: Text::new("深刻さを決めた時から数えます。", "Counted from grading."),
        kind: SettingKind::Int { default: 1_440, min: 1, max: 525_600 },
        meets: &["NI-244"],
    },
    SettingDef {
        key: "weakness.high_minutes",
        label: Text::new("弱点の修正期限: 高（分）", "Mending a weakness: high (minutes)"),
        help: Text::new("深刻さを決めた時から数えます。", "Counted from grading."),
        kind: SettingKind::Int { default: 10_080, min: 1, max: 525_600 },
        meets: &["NI-244"],
    },
    SettingDef {
        key: "weakness.medium_minutes",
        label: Text::new("弱点の修正期限: 中（分）", "Mending a weakness: medium (minutes)"),
        help: Text::new("深刻さを決めた時から数えます。", "Counted from grading."),
        kind: SettingKind::Int { default: 43_200, min: 1, max: 525_600 },
        meets: &["NI-244"],
    },
    SettingDef {
        key: "weakness.low_minutes",
        label: Text::new("弱点の修正期限: 低（分）", "Mending a weakness: low (minutes)"),
        help: Text::new("深刻さを決めた時から数えます。", "Counted from grading."),
        kind: SettingKind::Int { default: 129_600, min: 1, max: 525_600 },
        meets: &["NI-244"],
    },
    SettingDef {
        key: "cases.place",
        label: Text::new("過去の対応記録の置き場所", "Where records of past cases are kept"),
        help: Text::new(
            "この台帳のほかに紙や別の仕組みにあるときは、その場所も書きます。「過去の案件」の画面に出ます。",
            "Name any other place too, paper or another system. Shown on the page of past cases.",
        ),
        kind: SettingKind::Text { default: "/cases" },
        meets: &["JP-29"],
    },
    SettingDef {
        key: "clock.appi_preliminary_minutes",
        label: Text::new(
            "個人情報の速報までの目安（分）",
            "Preliminary report on personal data (minutes)",
        ),
        help: Text::new(
            "法令は「速やかに」で、目安は3〜5日です。",
            "The law says promptly; the guideline is 3 to 5 days.",
        ),
        kind: SettingKind::Int { default: 7200, min: 1, max: 525_600 },
        meets: &[],
    },
    SettingDef {
        key: "clock.cyber_response_first_minutes",
        label: Text::new(
            "サイバー対処能力強化法の第一報までの目安（分）",
            "First report under the cyber response act (minutes)",
        ),
        help: Text::new(
            "法令に時間の定めは見当たらず、自社の目標です。",
            "No figure was found in the law; this is our own target.",
        ),
        kind: SettingKind::Int { default: 1440, min: 1, max: 525_600 },
        meets: &[],
    },
    SettingDef {
        key: "clock.telecom_first_minutes",
        label: Text::new(
            "電気通信事故の第一報までの目安（分）",
            "First report of a telecom accident (minutes)",
        ),
        help: Text::new("法令は「速やかに」です。", "The law says promptly."),
        kind: SettingKind::Int { default: 120, min: 1, max: 525_600 },
        meets: &[],
    },
    SettingDef {
        key: "clock.fsa_immediate_minutes",
        label: Text::new("金融庁への第一報までの目安（分）", "First report to the FSA (minutes)"),
        help: Text::new("監督指針は「直ちに」です。", "The guideline says immediately."),
        kind: SettingKind::Int { default: 60, min: 1, max: 525_600 },
        meets: &[],
    },
    SettingDef {
        key: "clock.tokyo_filing_minutes",
        label: Text::new(
            "漏えいの届出を始めるまでの目安（分）",
            "Start of a statutory filing (minutes)",
        ),
        help: Text::new(
            "届出の要否を確かめ、書類を始めるまでの時間です。",
            "Time to check the duty and start the papers.",
        ),
        kind: SettingKind::Int { default: 1440, min: 1, max: 525_600 },
        meets: &[],
    },
    SettingDef {
        key: "clock.jp51.start",
        label: Text::new("紛失時の顛末書の起算点", "Start of the clock: account of events"),
        help: Text::new(
            "trigger（気づいた時）、field:項目名、after:段階名 のどれかを入れます。",
            "One of trigger (noticed), field:name or after:stage.",
        ),
        kind: SettingKind::Text { default: "trigger" },
        meets: &[],
    },
    SettingDef {
        key: "clock.jp52.start",
        label: Text::new("紛失時の重要度の報告の起算点", "Start of the clock: second report"),
        help: Text::new(
            "trigger（気づいた時）、field:項目名、after:段階名 のどれかを入れます。",
            "One of trigger (noticed), field:name or after:stage.",
        ),
        kind: SettingKind::Text { default: "trigger" },
        meets: &[],
    },
    SettingDef {
        key: "clock.jp53.start",
        label: Text::new(
            "紛失時の社外への通知の判断の起算点",
            "Start of the clock: decision on outside notice",
        ),
        help: Text::new(
            "trigger（気づいた時）、field:項目名、after:段階名 のどれかを入れます。",
            "One of trigger (noticed), field:name or after:stage.",
        ),
        kind: SettingKind::Text { default: "trigger" },
        meets: &[],
    },
    SettingDef {
        key: "obligation.escalate_minutes",
        label: Text::new(
            "期限超過から代行者への連絡まで（分）",
            "From overdue to the next deputy (minutes)",
        ),
        help: Text::new(
            "期限を過ぎるごとに、この間隔で次の代行者に知らせます。",
            "After each such interval the next deputy is told.",
        ),
        kind: SettingKind::Int { default: 15, min: 1, max: 1_440 },
        meets: &[],
    },
    SettingDef {
        key: "contact.confirm_days",
        label: Text::new("連絡先を確認する間隔（日）", "Interval of confirming contacts (days)"),
        help: Text::new("過ぎると不備になります。", "A finding appears when it is over."),
        kind: SettingKind::Int { default: 180, min: 1, max: 1_095 },
        meets: &[],
    },
    SettingDef {
        key: "record.warn_days",
        label: Text::new(
            "保有期間が終わる前に知らせる日数",
            "Warning before retention ends (days)",
        ),
        help: Text::new(
            "消す前に、まだ要るかどうかを確かめる時間です。",
            "Time to see whether they are still needed before they go.",
        ),
        kind: SettingKind::Int { default: 30, min: 1, max: 365 },
        meets: &["NI-215"],
    },
    SettingDef {
        key: "desk.announce_days",
        label: Text::new(
            "報告窓口を周知する間隔（日）",
            "Interval of announcing the reporting desk (days)",
        ),
        help: Text::new("過ぎると不備になります。", "A finding appears when it is over."),
        kind: SettingKind::Int { default: 365, min: 1, max: 1_095 },
        meets: &["JP-18"],
    },
    SettingDef {
        key: "desk.known_percent",
        label: Text::new(
            "報告窓口を知っている人の割合の目標（%）",
            "Share of staff who should know the desk (%)",
        ),
        help: Text::new("下回ると不備になります。", "A finding appears below it."),
        kind: SettingKind::Int { default: 90, min: 1, max: 100 },
        meets: &["JP-18"],
    },
    SettingDef {
        key: "access.window_minutes",
        label: Text::new(
            "閲覧の記録をまとめる時間（分）",
            "Repeated openings counted as one (minutes)",
        ),
        help: Text::new(
            "関係者限定の記録を同じ人がこの時間内に開き直しても、記録は1件です。",
            "Whoever opens a restricted record again within it is noted once.",
        ),
        kind: SettingKind::Int { default: 15, min: 1, max: 1_440 },
        meets: &[],
    },
    SettingDef {
        key: "log.silence_minutes",
        label: Text::new("ログが途絶えたとみなす時間（分）", "Silence of a log source (minutes)"),
        help: Text::new(
            "収集元ごとの値が無いときに使います。",
            "Where a source has no figure of its own.",
        ),
        kind: SettingKind::Int { default: 60, min: 5, max: 10_080 },
        meets: &["NI-254"],
    },
    SettingDef {
        key: "report.public",
        label: Text::new("アカウント無しの報告を受け付ける", "Take reports without an account"),
        help: Text::new(
            "止めると、報告ページは電話番号だけを案内します。",
            "When off, the page only shows whom to call.",
        ),
        kind: SettingKind::Bool { default: true },
        meets: &["JP-17"],
    },
    SettingDef {
        key: "mail.server",
        label: Text::new("メールサーバー", "Mail server"),
        help: Text::new(
            "送信に使うサーバーの名前です。空のときはメールを送りません。パスワードは「連絡の送信」の画面で入れます。",
            "Name of the server that mail is sent by; empty sends none. The password is set on the page of sending.",
        ),
        kind: SettingKind::Text { default: "" },
        meets: &[],
    },
    SettingDef {
        key: "mail.port",
        label: Text::new("メールサーバーのポート", "Port of the mail server"),
        help: Text::new(
            "STARTTLSは587、TLSは465が普通です。",
            "587 for STARTTLS, 465 for TLS, as a rule.",
        ),
        kind: SettingKind::Int { default: 587, min: 1, max: 65_535 },
        meets: &[],
    },
    SettingDef {
        key: "mail.tls",
        label: Text::new("メールの暗号化", "Encryption of mail"),
        help: Text::new(
            "starttls、tls、none のどれかです。none は、同じ機械か守られた網の中だけで使ってください。",
            "starttls, tls or none; none only on the same machine or a protected network.",
        ),
        kind: SettingKind::Text { default: "starttls" },
        meets: &[],
    },
    SettingDef {
        key: "mail.user",
        label: Text::new("メールサーバーの利用者名", "User of the mail server"),
        help: Text::new("空のときは認証しません。", "Empty: no sign-in to the server."),
        kind: SettingKind::Text { default: "" },
        meets: &[],
    },
    SettingDef {
        key: "mail.sender",
        label: Text::new("差出人のメールアドレス", "Sender's mail address"),
        help: Text::new(
            "返事が届くアドレスにしてください。",
            "Use an address at which answers arrive.",
        ),
        kind: SettingKind::Text { default: "" },
        meets: &[],
    },
    SettingDef {
        key: "mail.tries",
        label: Text::new("メールを試す回数", "Tries of a mail"),
        help: Text::new(
            "届かないときは間隔を広げて試し、この回数で諦めて「届かなかった」と示します。",
            "Tried at growing intervals; after so many it is shown as not delivered.",
        ),
        kind: SettingKind::Int { default: 8, min: 1, max: 20 },
        meets: &[],
    },
    SettingDef {
        key: "webhook.url",
        label: Text::new("ウェブフックの送り先", "Address of the webhook"),
        help: Text::new(
            "https で始まるアドレスです。ここに書いた送り先にだけ送ります。",
            "An address beginning with https. Nothing is sent to any other.",
        ),
        kind: SettingKind::Text { default: "" },
        meets: &[],
    },
    SettingDef {
        key: "webhook.private",
        label: Text::new("社内網のウェブフックを許す", "Webhooks inside our own network"),
        help: Text::new(
            "いいえのときは、社内や自分自身のアドレスへは送りません。",
            "If no, private and loopback addresses are refused.",
        ),
        kind: SettingKind::Bool { default: false },
        meets: &[],
    },
    SettingDef {
        key: "message.answer_minutes",
        label: Text::new("返事を待つ時間（分）", "How long an answer is awaited (minutes)"),
        help: Text::new(
            "過ぎると、返事が無いことが不備になります。",
            "A finding appears when it is over.",
        ),
        kind: SettingKind::Int { default: 60, min: 1, max: 10_080 },
        meets: &["TK-75"],
    },
    SettingDef {
        key: "public.contact",
        label: Text::new("CSIRTの公開窓口", "Public contact point of the CSIRT"),
        help: Text::new(
            "社外の人が知らせるときのメールアドレスかウェブのアドレスです。公開ページと security.txt に出ます。",
            "Mail or web address for people outside; shown on the public page and in security.txt.",
        ),
        kind: SettingKind::Text { default: "" },
        meets: &["JP-57"],
    },
    SettingDef {
        key: "recover.heightened_days",
        label: Text::new(
            "例外で再開した後の監視強化（日）",
            "Watch after a restart by exception (days)",
        ),
        help: Text::new(
            "原因が分からないまま再開したときに、少なくともこの日数は見張ります。",
            "At least so many days of watching after a restart with the cause unknown.",
        ),
        kind: SettingKind::Int { default: 14, min: 1, max: 365 },
        meets: &["NI-428"],
    },
    SettingDef {
        key: "inspection.months",
        label: Text::new("改善の定期点検の間隔（か月）", "Interval of inspections (months)"),
        help: Text::new("半期なら6、年次なら12にします。", "6 for half-yearly, 12 for yearly."),
        kind: SettingKind::Int { default: 6, min: 1, max: 12 },
        meets: &["TK-109"],
    },
    SettingDef {
        key: "improvement.progress_days",
        label: Text::new("改善の進捗を確かめる間隔（日）", "Interval of progress notes (days)"),
        help: Text::new(
            "この間、改善に動きが無いと参考の不備が付きます。",
            "Without any change in this time a notice appears.",
        ),
        kind: SettingKind::Int { default: 30, min: 1, max: 365 },
        meets: &["TK-109"],
    },
    SettingDef {
        key: "office.start",
        label: Text::new("始業の時刻", "Office hours begin"),
        help: Text::new(
            "平日のこの時刻より前は時間外です。09:00 のように入れます。",
            "Before it, on a working day, is out of hours. Such as 09:00.",
        ),
        kind: SettingKind::Text { default: "09:00" },
        meets: &[],
    },
    SettingDef {
        key: "office.end",
        label: Text::new("終業の時刻", "Office hours end"),
        help: Text::new(
            "平日のこの時刻から後と、土日・祝日は時間外です。",
            "From it on, and on weekends and holidays, is out of hours.",
        ),
        kind: SettingKind::Text { default: "18:00" },
        meets: &[],
    },
    SettingDef {
        key: "rota.look_days",
        label: Text::new(
            "当番の空きを先に調べる日数",
            "Days ahead in which gaps of duty are looked for",
        ),
        help: Text::new(
            "この日数の間に当番のいない時間があると不備になります。",
            "A time without anybody on duty within it is a finding.",
        ),
        kind: SettingKind::Int { default: 14, min: 1, max: 60 },
        meets: &["IPA-151"],
    },
    SettingDef {
        key: "paging.url",
        label: Text::new("呼び出しの送り先", "Address of the paging gateway"),
        help: Text::new(
            "SMS・音声・プッシュで人を起こすサービスのウェブフックです。空のときは、画面と紙が次に電話する人を示します。",
            "Webhook of a service that wakes people by SMS, voice or push. Empty: screen and paper say whom to ring next.",
        ),
        kind: SettingKind::Text { default: "" },
        meets: &[],
    },
    SettingDef {
        key: "paging.answer_minutes",
        label: Text::new(
            "呼び出しの応答を待つ時間（分）",
            "How long an answer to a call is awaited (minutes)",
        ),
        help: Text::new("過ぎると次の人を呼びます。", "After it the next person is called."),
        kind: SettingKind::Int { default: 10, min: 1, max: 240 },
        meets: &[],
    },
    SettingDef {
        key: "paging.rounds",
        label: Text::new("呼び出しを繰り返す回数", "Times the whole order is called"),
        help: Text::new(
            "だれも応答しないとき、順番の最初から繰り返す回数です。",
            "How often the order is gone through when nobody answers.",
        ),
        kind: SettingKind::Int { default: 3, min: 1, max: 10 },
        meets: &[],
    },
    SettingDef {
        key: "paging.link_minutes",
        label: Text::new(
            "応答用リンクの有効時間（分）",
            "How long the link to answer works (minutes)",
        ),
        help: Text::new(
            "呼び出しのたびに新しいリンクになります。",
            "Each call has a link of its own.",
        ),
        kind: SettingKind::Int { default: 120, min: 5, max: 1_440 },
        meets: &[],
    },
    SettingDef {
        key: "paging.test_days",
        label: Text::new("試しの呼び出しの間隔（日）", "Interval of test calls (days)"),
        help: Text::new("過ぎると不備になります。", "A finding appears when it is over."),
        kind: SettingKind::Int { default: 90, min: 1, max: 365 },
        meets: &["NI-161"],
    },
    SettingDef {
        key: "paging.on_incident",
        label: Text::new("重大なインシデントで人を呼ぶ", "Call somebody on a serious incident"),
        help: Text::new(
            "重大度が「高」以上、または被害が重大・広範のときです。",
            "Severity high or above, or damage grave or wide.",
        ),
        kind: SettingKind::Bool { default: true },
        meets: &[],
    },
    SettingDef {
        key: "paging.on_report",
        label: Text::new("時間外の報告で人を呼ぶ", "Call somebody on a report out of hours"),
        help: Text::new(
            "夜間・休日に届いた報告を、朝まで待たせません。",
            "A report at night or on a holiday does not wait until morning.",
        ),
        kind: SettingKind::Bool { default: true },
        meets: &[],
    },
    SettingDef {
        key: "paging.on_overdue",
        label: Text::new("期限を過ぎた義務で人を呼ぶ", "Call somebody when a deadline has passed"),
        help: Text::new(
            "インシデントの期限と、法令による期限が対象です。",
            "For deadlines of incidents and those by law.",
        ),
        kind: SettingKind::Bool { default: true },
        meets: &[],
    },
    SettingDef {
        key: "audit.months",
        label: Text::new("内部監査の間隔（か月）", "Interval of internal audits (months)"),
        help: Text::new(
            "過ぎて予定もなければ不備になります。",
            "A finding appears when it is over and none is planned.",
        ),
        kind: SettingKind::Int { default: 12, min: 1, max: 36 },
        meets: &["NI-206"],
    },
    SettingDef {
        key: "attack_method.hours",
        label: Text::new(
            "攻撃の手口を見きわめるまでの時間",
            "Time to identify the attack methods (hours)",
        ),
        help: Text::new(
            "認知からこの時間で手口の記録がないと不備になります。",
            "A finding appears when no method is on record by then.",
        ),
        kind: SettingKind::Int { default: 24, min: 1, max: 720 },
        meets: &["G7-51"],
    },
];
