//! The organisation itself (組織): one record, made at first start.

use crate::*;

/// How much of the product is switched on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Profile {
    /// The registers a small firm needs on its first day.
    #[choice(ja = "軽量", en = "Light")]
    Light,
    /// All registers.
    #[choice(ja = "標準", en = "Full")]
    Full,
}

/// The organisation.
#[derive(Debug, Clone, Register)]
#[register(
    id = "organisation",
    wing = Govern,
    menu = 1,
    ja = "組織",
    en = "Organisation",
    question_ja = "私たちはどのような組織ですか",
    question_en = "What kind of organisation are we?",
    about_ja = "名称、事業、連絡先など、報告書や届出に載る組織の基本情報です。",
    about_en = "Name, business and contact data as they appear on reports and notifications.",
    purpose_ja = "報告書・届出の名義と、適用される期限の判断に使います。",
    purpose_en = "Names the sender of reports and decides which deadlines apply.",
    sort = "name",
    meets = ["IPA-03"]
)]
pub struct Organisation {
    /// Legal name.
    #[field(ja = "名称", en = "Name", title, list, search)]
    pub name: String,
    /// Name in Latin letters.
    #[field(ja = "英文名", en = "Name in English", search)]
    pub name_en: Option<String>,
    /// Corporate number.
    #[field(
        ja = "法人番号",
        en = "Corporate number",
        max = 13,
        help_ja = "13桁の数字です。",
        help_en = "13 digits."
    )]
    pub corporate_number: Option<String>,
    /// Line of business.
    #[field(ja = "事業内容", en = "Business", search)]
    pub business: Option<Long>,
    /// Number of staff.
    #[field(ja = "従業員数", en = "Staff", list)]
    pub staff: Option<i64>,
    /// Light or full.
    #[field(ja = "使う範囲", en = "Profile", list)]
    pub profile: Option<Profile>,
    /// What the organisation calls an incident.
    #[field(
        ja = "インシデントの定義",
        en = "What we call an incident",
        help_ja = "自社での言い方、種類、社内外の例を書きます。変更すると版が残ります。",
        help_en = "Own wording, kinds, examples inside and outside. Every change is kept as a version."
    )]
    pub incident_definition: Option<Long>,
    /// Kinds the definition covers.
    #[field(ja = "インシデントの種類", en = "Kinds of incident")]
    pub incident_kinds: Vec<String>,
    /// Examples from inside and outside.
    #[field(ja = "社内外の例", en = "Examples inside and outside")]
    pub incident_examples: Vec<String>,
    /// What people who report are told.
    #[field(
        ja = "報告者への約束",
        en = "Promise to those who report",
        help_ja = "報告した人が責められないことを、自社の言葉で書きます。",
        help_en = "In your own words: whoever reports is not blamed."
    )]
    pub promise: Option<Long>,
    /// When the reporting desk was last announced.
    #[field(
        ja = "報告窓口を周知した日",
        en = "Reporting desk announced on",
        help_ja = "全員に、窓口の場所と連絡先を最後に知らせた日です。",
        help_en = "The day on which everybody was last told where to report."
    )]
    pub desk_announced_on: Option<Date>,
    /// How many were asked whether they know the desk.
    #[field(ja = "窓口を知っているか尋ねた人数", en = "Asked whether they know the desk")]
    pub desk_asked: Option<i64>,
    /// How many of them knew it.
    #[field(ja = "うち知っていた人数", en = "Of these, knew it")]
    pub desk_knew: Option<i64>,
    /// When the signing and master keys were last put away outside the server.
    #[field(ja = "鍵の控えを保管した日時", en = "Keys backed up at", system)]
    pub keys_backed_up_at: Option<Time>,
    /// When the first-start guide was finished.
    #[field(ja = "初期設定を終えた日時", en = "Set-up finished at", system)]
    pub set_up_at: Option<Time>,
}

/// Announced of late, and known by enough (JP-18).
fn desk_known(c: &RuleCtx<'_>) -> Verdict {
    let days = c.settings.int("desk.announce_days");
    let told = Time::parse(&format!("{}T00:00", c.me.text("desk_announced_on")), c.zone);
    let verdict = match told.map(|t| t.plus(days * DAY)) {
        None => Verdict::finding(
            "desk_announced_on",
            "報告窓口を周知した日がありません。",
            "No day is given on which the desk was announced.",
        ),
        Some(until) if c.now < until => Verdict::ok().check_at(until),
        Some(_) => Verdict::finding(
            "desk_announced_on",
            format!("報告窓口の周知から{days}日を過ぎています。"),
            format!("The desk was announced more than {days} days ago."),
        ),
    };
    let goal = c.settings.int("desk.known_percent");
    match desk_share(c.me) {
        None => verdict.and(
            "desk_knew",
            "報告窓口を知っている人の割合が測られていません。",
            "The share of staff who know the desk has not been measured.",
        ),
        Some(share) if share < goal => verdict.and(
            "desk_knew",
            format!("報告窓口を知っている人は{share}%です（目標{goal}%）。"),
            format!("{share}% know the desk; the aim is {goal}%."),
        ),
        Some(_) => verdict,
    }
}

/// The share of those asked who know the desk, in percent.
pub fn desk_share(organisation: &Record) -> Option<i64> {
    let (asked, knew) = (organisation.int("desk_asked")?, organisation.int("desk_knew")?);
    (asked > 0 && (0..=asked).contains(&knew)).then(|| knew * 100 / asked)
}

/// Rules over the organisation as a whole.
pub const RULES: &[RuleDef] = &[
    RuleDef {
        id: "organisation.incident_definition",
        register: "organisation",
        label: Text::new("インシデントの定義がある", "There is a definition of incident"),
        why: Text::new(
            "何を報告すればよいか、全員が同じ基準で判断できるようにするためです。",
            "So that everybody judges by the same measure what to report.",
        ),
        mend: Text::new(
            "組織の画面で、定義・種類・例を書いてください。",
            "Write wording, kinds and examples on the organisation page.",
        ),
        severity: Severity::Warning,
        inputs: &[],
        tells: &[],
        check: |c| {
            let unset = ["incident_definition", "incident_kinds", "incident_examples"]
                .iter()
                .any(|f| !c.me.body.contains_key(*f));
            Verdict::when(
                unset,
                "incident_definition",
                Text::new(
                    "インシデントの定義（言葉・種類・例）がそろっていません。",
                    "The definition of incident (wording, kinds, examples) is incomplete.",
                ),
            )
        },
        meets: &["JP-03"],
    },
    RuleDef {
        id: "organisation.leads",
        register: "organisation",
        label: Text::new("要となる役割に担当がいる", "The key roles have holders"),
        why: Text::new(
            "重大なインシデントで、技術・広報・顧客対応と全体統括、想定外の受け皿を迷わないためです。",
            "So that nobody has to search for who leads technology, public relations, customers, the whole, and the unforeseen.",
        ),
        mend: Text::new(
            "役割の台帳で、担当と代行者を決めてください。",
            "Name holder and deputies in the register of roles.",
        ),
        severity: Severity::Serious,
        inputs: &[Input::All("role")],
        tells: &[],
        check: super::role::missing_roles,
        meets: &["TK-13", "TK-14", "JP-04", "JP-05", "JP-18"],
    },
    RuleDef {
        id: "organisation.desk_known",
        register: "organisation",
        label: Text::new("報告窓口が全員に知られている", "Everybody knows the reporting desk"),
        why: Text::new(
            "窓口があっても、知らない人からの報告は届きません。",
            "Whoever does not know the desk does not report to it.",
        ),
        mend: Text::new(
            "窓口を全員に知らせ、知っているかを尋ね、組織の画面に日付と人数を入れてください。",
            "Announce it to all, ask who knows it, and give day and numbers on the organisation page.",
        ),
        severity: Severity::Warning,
        inputs: &[Input::All("setting")],
        tells: &[],
        check: desk_known,
        meets: &["JP-18"],
    },
    RuleDef {
        id: "organisation.duties",
        register: "organisation",
        label: Text::new(
            "経営層・IT担当・現場・対応部署の任務が書かれている",
            "Duties of management, IT, field staff and responders are written",
        ),
        why: Text::new(
            "緊急時に、だれが何をするかを紙で渡せるようにするためです。",
            "So that in an emergency each group can be handed what it has to do.",
        ),
        mend: Text::new(
            "役割の台帳で任務を書き、緊急時の全体指揮を権限の台帳で承認し、任務表を印刷してください。",
            "Write the duties in the register of roles, approve who commands in an emergency in the table of authority, and print the sheet.",
        ),
        severity: Severity::Warning,
        inputs: &[Input::All("role"), Input::All("authority")],
        tells: &[],
        check: super::role::missing_duties,
        meets: &["TK-15"],
    },
    RuleDef {
        id: "organisation.keys",
        register: "organisation",
        label: Text::new("鍵の控えがある", "The keys are backed up"),
        why: Text::new(
            "鍵を失うと、暗号化した証拠を読めず、証跡に署名を続けられません。",
            "Without the keys encrypted evidence cannot be read nor the record signed on.",
        ),
        mend: Text::new(
            "初期設定の画面から控えを印刷し、別の場所に保管してください。",
            "Print the backup from the first-start guide and keep it elsewhere.",
        ),
        severity: Severity::Serious,
        inputs: &[],
        tells: &[],
        check: |c| {
            Verdict::when(
                c.me.time("keys_backed_up_at").is_none(),
                "keys_backed_up_at",
                Text::new(
                    "鍵の控えをまだ保管していません。",
                    "The keys have not been backed up yet.",
                ),
            )
        },
        meets: &[],
    },
    RuleDef {
        id: "organisation.record_types",
        register: "organisation",
        label: Text::new(
            "記録の種類ごとに目的と保有期間がある",
            "Every type of record has purpose and retention",
        ),
        why: Text::new(
            "記録を残すこと自体が目的にならないよう、種類ごとに使い道・費用・探し方・保有期間を決めます。",
            "Keeping records is no aim in itself: each type needs use, cost, access and retention.",
        ),
        mend: Text::new(
            "記録の種類の台帳に、不足している種類を追加してください。",
            "Add the missing types to the register of record types.",
        ),
        severity: Severity::Notice,
        inputs: &[Input::All("record_type")],
        tells: &[],
        check: super::record_type::missing_types,
        meets: &["NI-216"],
    },
];
