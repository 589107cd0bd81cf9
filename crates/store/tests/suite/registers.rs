//! Registers for tests, with every kind of field and every part of the predicate.

use okiagari_model::*;

/// A person.
#[derive(Debug, Clone, Register)]
#[register(
    id = "person", wing = Govern, ja = "人", en = "Person", question_ja = "だれ", question_en = "Who?",
    about_ja = "人。", about_en = "People.", purpose_ja = "試験", purpose_en = "Tests", sort = "name"
)]
pub struct Person {
    /// Name.
    #[field(ja = "名前", en = "Name", title, list, search, personal)]
    pub name: String,
    /// Department.
    #[field(ja = "部門", en = "Department", access = "department")]
    pub department: Option<String>,
}

/// Who sees a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Visibility {
    /// All.
    #[choice(ja = "全員", en = "Everyone")]
    Open,
    /// Members.
    #[choice(ja = "担当のみ", en = "Members only")]
    Members,
}

/// A state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum State {
    /// New.
    #[choice(ja = "新規", en = "New")]
    New,
    /// Under way.
    #[choice(ja = "対応中", en = "Under way")]
    Active,
    /// Closed.
    #[choice(ja = "終了", en = "Closed")]
    Closed,
}

/// An incident: a case.
#[derive(Debug, Clone, Register)]
#[register(
    id = "incident", wing = Respond, ja = "事案", en = "Incident", question_ja = "何が", question_en = "What?",
    about_ja = "事案。", about_en = "Incidents.", purpose_ja = "試験", purpose_en = "Tests", sort = "opened_at"
)]
pub struct Incident {
    /// Number.
    #[field(ja = "番号", en = "Number", auto_number = "INC-")]
    pub number: Option<String>,
    /// Title.
    #[field(ja = "件名", en = "Title", title, list, search)]
    pub title: String,
    /// State.
    #[field(ja = "状態", en = "State", list)]
    pub state: Option<State>,
    /// Visibility.
    #[field(ja = "公開範囲", en = "Visibility", access = "restricted")]
    pub visibility: Option<Visibility>,
    /// Lead.
    #[field(ja = "責任者", en = "Lead")]
    pub lead: Option<Ref<Person>>,
    /// Members.
    #[field(ja = "担当", en = "Members")]
    pub members: Vec<Ref<Person>>,
    /// Department.
    #[field(ja = "部門", en = "Department", access = "department")]
    pub department: Option<String>,
    /// Opened.
    #[field(ja = "発生", en = "Opened", list)]
    pub opened_at: Option<Time>,
    /// What happened.
    #[field(ja = "内容", en = "What happened", search, personal)]
    pub story: Option<Long>,
}

/// A task of an incident.
#[derive(Debug, Clone, Register)]
#[register(
    id = "task", wing = Respond, ja = "作業", en = "Task", question_ja = "何を", question_en = "What?",
    about_ja = "作業。", about_en = "Tasks.", purpose_ja = "試験", purpose_en = "Tests", sort = "title"
)]
pub struct Task {
    /// Title.
    #[field(ja = "件名", en = "Title", title, list, search)]
    pub title: String,
    /// Incident.
    #[field(ja = "事案", en = "Incident", list, access = "case")]
    pub incident: Option<Ref<Incident>>,
    /// Assignee.
    #[field(ja = "担当", en = "Assignee", access = "person")]
    pub assignee: Option<Ref<Person>>,
}

/// A message to a counterparty.
#[derive(Debug, Clone, Register)]
#[register(
    id = "notice", wing = Share, ja = "通知", en = "Notice", question_ja = "だれに", question_en = "To whom?",
    about_ja = "通知。", about_en = "Notices.", purpose_ja = "試験", purpose_en = "Tests", sort = "title"
)]
pub struct Notice {
    /// Title.
    #[field(ja = "件名", en = "Title", title, list, search)]
    pub title: String,
    /// Counterparty.
    #[field(ja = "相手", en = "Counterparty", access = "counterparty")]
    pub counterparty: Option<String>,
}

/// Someone to call about an asset.
#[derive(Debug, Clone, Rows)]
pub struct Contact {
    /// Person.
    #[field(ja = "人", en = "Person")]
    pub person: Option<Ref<Person>>,
    /// Telephone.
    #[field(ja = "電話", en = "Telephone", search)]
    pub phone: Option<String>,
}

/// An asset with every kind of field.
#[derive(Debug, Clone, Register)]
#[register(
    id = "asset", wing = Identify, ja = "資産", en = "Asset", question_ja = "何を", question_en = "What?",
    about_ja = "資産。", about_en = "Assets.", purpose_ja = "試験", purpose_en = "Tests", sort = "rank"
)]
pub struct Asset {
    /// Name.
    #[field(ja = "名称", en = "Name", title, list, search)]
    pub name: String,
    /// State.
    #[field(ja = "状態", en = "State", list)]
    pub state: Option<State>,
    /// Rank.
    #[field(ja = "順位", en = "Rank", list)]
    pub rank: Option<i64>,
    /// Owner.
    #[field(ja = "責任者", en = "Owner", list, access = "person")]
    pub owner: Option<Ref<Person>>,
    /// Department.
    #[field(ja = "部門", en = "Department", list, access = "department")]
    pub department: Option<String>,
    /// Critical.
    #[field(ja = "重要", en = "Critical")]
    pub critical: Option<bool>,
    /// Bought.
    #[field(ja = "取得日", en = "Bought", list)]
    pub bought: Option<Date>,
    /// RTO.
    #[field(ja = "復旧目標", en = "RTO")]
    pub rto: Option<Minutes>,
    /// Price.
    #[field(ja = "価格", en = "Price")]
    pub price: Option<Yen>,
    /// Tags.
    #[field(ja = "札", en = "Tags")]
    pub tags: Vec<String>,
    /// Depends on.
    #[field(ja = "依存", en = "Depends on")]
    pub depends_on: Vec<Ref<Asset>>,
    /// Note.
    #[field(ja = "備考", en = "Note", search)]
    pub note: Option<Long>,
    /// Contacts.
    #[field(ja = "連絡先", en = "Contacts", search)]
    pub contacts: Table<Contact>,
    /// About.
    #[field(ja = "関連", en = "About")]
    pub about: Option<AnyRef>,
    /// Author as a field: its name is also a column of every table.
    #[field(ja = "作成者", en = "Author")]
    pub author: Option<String>,
}

/// All of them.
pub static ALL: &[&RegisterDef] = &[Person::DEF, Incident::DEF, Task::DEF, Notice::DEF, Asset::DEF];
