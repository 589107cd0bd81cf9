//! The address of a list: conditions, words, order, page; and how it is written again.

use crate::html::{Html, enc, esc, icon};
use crate::input::{self, Pairs};
use crate::put;
use crate::render::View;
use crate::render::table::sortable;
use crate::render::widget::Options;
use okiagari_app::AppError;
use okiagari_model::{
    Cond, FieldDef, FieldKind, FieldProblem, Message, Op, RegisterDef, Time, Value, Zone, validate,
};

/// One condition as it stands in the address: `f.<field>.<op>=<text>`.
#[derive(Debug, Clone)]
pub struct Sentence {
    /// Field.
    pub field: &'static FieldDef,
    /// Comparison.
    pub op: Op,
    /// As typed; empty while nothing is chosen yet.
    pub text: String,
}

/// What the address of a list says.
#[derive(Debug, Clone)]
pub struct Asked {
    /// Register.
    pub def: &'static RegisterDef,
    /// Conditions.
    pub sentences: Vec<Sentence>,
    /// Words.
    pub words: String,
    /// Order.
    pub sort: Option<(String, bool)>,
    /// Cursor.
    pub after: Option<String>,
    /// Cursors of the pages before this one, the nearest last.
    pub back: Vec<String>,
    /// Rows of a page.
    pub limit: u32,
    /// As of an instant.
    pub at: Option<Time>,
    /// Ended ones too.
    pub ended: bool,
    pairs: Pairs,
}

const OPS: [(&str, Op); 7] = [
    ("eq", Op::Eq),
    ("ne", Op::Ne),
    ("empty", Op::Empty),
    ("set", Op::Set),
    ("gte", Op::Gte),
    ("lte", Op::Lte),
    ("contains", Op::Contains),
];

fn op_id(op: Op) -> &'static str {
    OPS.iter().find(|(_, o)| *o == op).map_or("eq", |(id, _)| id)
}

fn unknown(name: &str, ja: &str, en: &str) -> AppError {
    let shown: String = name.chars().filter(|c| !c.is_control()).take(60).collect();
    let text = Message::new(ja.replace("{}", &shown), en.replace("{}", &shown));
    AppError::Fields(vec![FieldProblem::new(shown, "unknown_filter", text)])
}

impl Asked {
    /// Reads the query of an address.
    ///
    /// # Errors
    /// Unknown fields and comparisons, and text that does not fit, are named.
    pub fn read(def: &'static RegisterDef, query: &str, zone: &Zone) -> Result<Self, AppError> {
        let pairs = input::query(query);
        let mut asked = Self {
            def,
            sentences: Vec::new(),
            words: input::get(&pairs, "q").chars().take(200).collect(),
            sort: None,
            after: Some(input::get(&pairs, "after").to_owned()).filter(|a| !a.is_empty()),
            back: Vec::new(),
            limit: match input::get(&pairs, "n") {
                "50" => 50,
                "100" => 100,
                "200" => 200,
                _ => 20,
            },
            at: None,
            ended: input::get(&pairs, "ended") == "1",
            pairs: Pairs::new(),
        };
        asked.back = input::get(&pairs, "back")
            .split('~')
            .filter(|c| !c.is_empty())
            .map(str::to_owned)
            .collect();
        let sort = input::get(&pairs, "sort");
        if !sort.is_empty() {
            let (field, down) = sort.strip_prefix('-').map_or((sort, false), |f| (f, true));
            let known = def.field(field).filter(|f| sortable(f)).ok_or_else(|| {
                unknown(
                    field,
                    "「{}」では並べ替えられません。",
                    "The list cannot be sorted by \"{}\".",
                )
            })?;
            asked.sort = Some((known.id.to_owned(), down));
        }
        let at = input::get(&pairs, "at");
        if !at.is_empty() {
            asked.at = Some(Time::parse(at, zone).ok_or_else(|| {
                unknown(
                    "at",
                    "日時が読めません（例: 2026-11-21 14:03）。",
                    "Not a time such as 2026-11-21 14:03.",
                )
            })?);
        }
        for (name, text) in &pairs {
            if let Some(rest) = name.strip_prefix("f.") {
                asked.sentences.push(sentence(def, rest, text)?);
            }
        }
        asked.pairs = pairs
            .into_iter()
            .filter(|(n, _)| !matches!(n.as_str(), "after" | "back" | "done" | "leaf"))
            .collect();
        Ok(asked)
    }

    /// The conditions that are complete.
    ///
    /// # Errors
    /// Text that does not fit its field.
    pub fn conds(&self, zone: &Zone) -> Result<Vec<Cond>, AppError> {
        let mut conds = Vec::new();
        let mut problems = Vec::new();
        for s in &self.sentences {
            if matches!(s.op, Op::Empty | Op::Set) {
                conds.push(Cond { field: s.field.id.into(), op: s.op, value: Value::Null });
                continue;
            }
            if s.text.trim().is_empty() {
                continue;
            }
            if s.op == Op::Contains {
                conds.push(Cond {
                    field: s.field.id.into(),
                    op: s.op,
                    value: s.text.trim().into(),
                });
                continue;
            }
            match single(s.field, &s.text, zone) {
                Ok(Some(value)) => conds.push(Cond { field: s.field.id.into(), op: s.op, value }),
                Ok(None) => {}
                Err(p) => problems.push(p),
            }
        }
        if problems.is_empty() { Ok(conds) } else { Err(AppError::Fields(problems)) }
    }

    /// Whether nothing narrows the list.
    pub fn plain(&self) -> bool {
        self.sentences.is_empty() && self.words.is_empty() && self.at.is_none() && !self.ended
    }

    /// This list with some names set anew; an empty value takes the name away.
    pub fn href(&self, changes: &[(&str, &str)]) -> String {
        let mut parts: Vec<String> = self
            .pairs
            .iter()
            .filter(|(n, v)| !v.is_empty() || n.starts_with("f."))
            .filter(|(n, _)| !changes.iter().any(|(c, _)| c == n))
            .map(|(n, v)| format!("{}={}", enc(n), enc(v)))
            .collect();
        for (name, value) in changes.iter().filter(|(_, v)| !v.is_empty()) {
            parts.push(format!("{}={}", enc(name), enc(value)));
        }
        let path = format!("/r/{}", self.def.id);
        if parts.is_empty() { path } else { format!("{path}?{}", parts.join("&")) }
    }

    /// The query alone, for exports of exactly this list.
    pub fn query(&self) -> String {
        self.href(&[]).split_once('?').map_or_else(String::new, |(_, q)| q.to_owned())
    }

    fn without(&self, index: usize) -> String {
        let mut less = self.clone();
        let mut seen = 0;
        less.pairs.retain(|(n, _)| {
            if n.starts_with("f.") {
                seen += 1;
                return seen - 1 != index;
            }
            true
        });
        less.href(&[])
    }

    fn with(&self, field: &str, op: Op) -> String {
        let base = self.href(&[]);
        let joiner = if base.contains('?') { '&' } else { '?' };
        let value = if matches!(op, Op::Empty | Op::Set) { "1" } else { "" };
        format!("{base}{joiner}f.{field}.{}={value}", op_id(op))
    }

    /// The bar above the table: conditions as sentences, words, what is shown.
    pub fn bar(&self, view: &View<'_>, options: &dyn Fn(&str) -> Options) -> Html {
        let mut out = Html::new();
        put!(
            out,
            "<form class=\"filters\" method=\"get\" action=\"/r/{}\" data-fragment=\"#list\" data-auto>",
            self.def.id
        );
        for name in ["sort", "n", "ended"] {
            let value = input::get(&self.pairs, name);
            if !value.is_empty() {
                put!(out, "<input type=\"hidden\" name=\"{name}\" value=\"{}\">", esc(value));
            }
        }
        out.raw("<div class=\"sentences\">");
        for (i, s) in self.sentences.iter().enumerate() {
            self.draw(view, i, s, options, &mut out);
        }
        self.more(view, &mut out);
        out.raw("</div><div class=\"filters-end\">");
        put!(
            out,
            "<input class=\"input\" type=\"search\" name=\"q\" id=\"list-q\" value=\"{}\" aria-label=\"{1}\" placeholder=\"{1}\" maxlength=\"200\"><button class=\"btn btn-small\">{2}</button>",
            esc(&self.words),
            view.t("この台帳でさがす", "Search this register"),
            view.t("しぼり込む", "Narrow")
        );
        out.raw("</div></form>");
        out
    }

    fn draw(
        &self,
        view: &View<'_>,
        i: usize,
        s: &Sentence,
        options: &dyn Fn(&str) -> Options,
        out: &mut Html,
    ) {
        let label = s.field.label.get(view.lang);
        let name = format!("f.{}.{}", s.field.id, op_id(s.op));
        out.raw("<span class=\"sentence\">");
        if matches!(s.op, Op::Empty | Op::Set) {
            let (ja, en) = if s.op == Op::Empty {
                ("が空", " is empty")
            } else {
                ("が空でない", " is not empty")
            };
            put!(
                out,
                "<b>{}{}</b><input type=\"hidden\" name=\"{name}\" value=\"1\">",
                esc(label),
                view.t(ja, en)
            );
        } else {
            let (before, after) = words_of(s.op, view);
            put!(
                out,
                "<label for=\"fl{i}\">{}{before}</label>{}{after}",
                esc(label),
                control(view, i, s, &name, options)
            );
        }
        put!(
            out,
            "<a class=\"sentence-drop\" href=\"{}\" aria-label=\"{}\" data-fragment=\"#list\">{}</a></span>",
            esc(&self.without(i)),
            esc(&view.t("「{}」の条件を外す", "Drop the condition on {}").replace("{}", label)),
            icon("close")
        );
    }

    fn more(&self, view: &View<'_>, out: &mut Html) {
        put!(
            out,
            "<details class=\"menu sentence-add\"><summary>{}</summary><div class=\"menu-panel\"><ul>",
            view.t("条件を足す", "Add a condition")
        );
        for field in self.def.fields.iter().filter(|f| !f.deprecated) {
            for op in ops_of(field) {
                let (before, after) = words_of(op, view);
                let words = match op {
                    Op::Empty => view.t("が空", " is empty").to_owned(),
                    Op::Set => view.t("が空でない", " is not empty").to_owned(),
                    _ => format!("{before}…{after}"),
                };
                put!(
                    out,
                    "<li><a href=\"{}\" data-fragment=\"#list\">{}{words}</a></li>",
                    esc(&self.with(field.id, op)),
                    esc(field.label.get(view.lang))
                );
            }
        }
        out.raw("</ul></div></details>");
    }
}

fn sentence(def: &'static RegisterDef, rest: &str, text: &str) -> Result<Sentence, AppError> {
    let (field, op) = rest.rsplit_once('.').unwrap_or((rest, "eq"));
    let known = def.field(field).ok_or_else(|| {
        unknown(
            field,
            "「{}」という項目はありません。条件を外してください。",
            "There is no field \"{}\". Drop the condition.",
        )
    })?;
    let op = OPS.iter().find(|(id, _)| *id == op).map(|(_, o)| *o).ok_or_else(|| {
        unknown(op, "「{}」という比べ方はありません。", "There is no comparison \"{}\".")
    })?;
    if !ops_of(known).contains(&op) {
        return Err(unknown(
            field,
            "「{}」はこの比べ方ができません。",
            "\"{}\" cannot be compared so.",
        ));
    }
    Ok(Sentence { field: known, op, text: text.chars().take(400).collect() })
}

/// A single value, also for fields that hold several.
fn single(
    field: &'static FieldDef,
    text: &str,
    zone: &Zone,
) -> Result<Option<Value>, FieldProblem> {
    let value = validate::from_text(field, text, zone)?;
    Ok(match value {
        Some(Value::Array(list)) => list.into_iter().next(),
        other => other,
    })
}

fn ops_of(field: &FieldDef) -> Vec<Op> {
    let mut ops = match field.kind {
        FieldKind::Text | FieldKind::LongText => vec![Op::Contains],
        FieldKind::Texts => vec![Op::Contains],
        FieldKind::Int
        | FieldKind::Yen
        | FieldKind::Minutes
        | FieldKind::Date
        | FieldKind::Time => {
            vec![Op::Gte, Op::Lte]
        }
        FieldKind::Choice(_) => vec![Op::Eq, Op::Ne],
        FieldKind::Bool | FieldKind::Choices(_) | FieldKind::Ref(_) | FieldKind::Refs(_) => {
            vec![Op::Eq]
        }
        FieldKind::AnyRef | FieldKind::Rows(_) => vec![],
    };
    if !field.required && !matches!(field.kind, FieldKind::Bool) {
        ops.extend([Op::Empty, Op::Set]);
    }
    ops
}

fn words_of(op: Op, view: &View<'_>) -> (&'static str, &'static str) {
    let en = view.lang == okiagari_model::Lang::En;
    match (op, en) {
        (Op::Ne, false) => ("が ", " でない"),
        (Op::Ne, true) => (" is not ", ""),
        (Op::Gte, false) => ("が ", " 以上"),
        (Op::Gte, true) => (" from ", ""),
        (Op::Lte, false) => ("が ", " 以下"),
        (Op::Lte, true) => (" up to ", ""),
        (Op::Contains, false) => ("に ", " を含む"),
        (Op::Contains, true) => (" contains ", ""),
        (_, false) => ("が ", ""),
        (_, true) => (" is ", ""),
    }
}

fn control(
    view: &View<'_>,
    i: usize,
    s: &Sentence,
    name: &str,
    options: &dyn Fn(&str) -> Options,
) -> Html {
    let mut choices: Vec<(String, String)> = Vec::new();
    match s.field.kind {
        FieldKind::Choice(set) | FieldKind::Choices(set) => {
            choices = set
                .options
                .iter()
                .map(|o| (o.id.to_owned(), o.label.get(view.lang).to_owned()))
                .collect();
        }
        FieldKind::Bool => {
            choices = vec![
                ("1".into(), view.t("はい", "Yes").into()),
                ("0".into(), view.t("いいえ", "No").into()),
            ];
        }
        FieldKind::Ref(r) | FieldKind::Refs(r) => choices = options(r),
        _ => {}
    }
    let mut out = Html::new();
    if choices.is_empty() {
        let kind = match s.field.kind {
            FieldKind::Date => "date",
            FieldKind::Time => "datetime-local",
            _ => "text",
        };
        put!(
            out,
            "<input class=\"input w-m\" id=\"fl{i}\" type=\"{kind}\" name=\"{name}\" value=\"{}\">",
            esc(&s.text)
        );
        return out;
    }
    put!(
        out,
        "<select class=\"input\" id=\"fl{i}\" name=\"{name}\"><option value=\"\">{}</option>",
        view.t("選ぶ", "Choose")
    );
    for (id, label) in choices {
        put!(
            out,
            "<option value=\"{}\"{}>{}</option>",
            esc(&id),
            if id == s.text { " selected" } else { "" },
            esc(&label)
        );
    }
    out.raw("</select>");
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asset() -> &'static RegisterDef {
        okiagari_model::register("asset").unwrap()
    }

    #[test]
    fn an_address_becomes_conditions_and_is_written_again() {
        let query =
            "f.importance.eq=high&f.owner.empty=1&q=%E5%8F%97%E6%B3%A8&sort=-name&after=abc";
        let asked = Asked::read(asset(), query, &Zone::tokyo()).unwrap();
        let conds = asked.conds(&Zone::tokyo()).unwrap();
        assert_eq!(conds.len(), 2);
        assert_eq!((conds[0].op, conds[0].value.clone()), (Op::Eq, "high".into()));
        assert_eq!(asked.sort, Some(("name".into(), true)));
        assert_eq!(
            asked.href(&[("sort", "name")]),
            "/r/asset?f.importance.eq=high&f.owner.empty=1&q=%E5%8F%97%E6%B3%A8&sort=name"
        );
        assert_eq!(asked.without(0), "/r/asset?f.owner.empty=1&q=%E5%8F%97%E6%B3%A8&sort=-name");
    }

    #[test]
    fn what_does_not_exist_or_fit_is_named() {
        for (query, field) in [
            ("f.nope.eq=1", "nope"),
            ("f.importance.foo=1", "foo"),
            ("f.name.gte=1", "name"),
            ("sort=backup2", "backup2"),
            ("at=yesterday", "at"),
        ] {
            let Err(AppError::Fields(p)) = Asked::read(asset(), query, &Zone::tokyo()) else {
                panic!("{query} was taken");
            };
            assert_eq!(p[0].field, field, "{query}");
        }
        let asked = Asked::read(asset(), "f.protect_rank.gte=abc", &Zone::tokyo()).unwrap();
        assert!(matches!(asked.conds(&Zone::tokyo()), Err(AppError::Fields(_))));
    }

    #[test]
    fn a_sentence_without_a_value_waits_and_narrows_nothing() {
        let asked = Asked::read(asset(), "f.importance.eq=", &Zone::tokyo()).unwrap();
        assert_eq!((asked.sentences.len(), asked.conds(&Zone::tokyo()).unwrap().len()), (1, 0));
    }
}
