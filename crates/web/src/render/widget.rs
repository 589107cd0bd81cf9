//! One control for one kind of field.

use super::View;
use super::read::row_numbers;
use crate::html::{Html, esc, icon};
use crate::put;
use okiagari_model::{ChoiceDef, FieldDef, FieldKind};

/// Records that a picker offers: id and title.
pub type Options = Vec<(String, String)>;

/// What a control is made from.
#[derive(Clone, Copy)]
pub struct Control<'a> {
    /// Language, zone, names.
    pub view: View<'a>,
    /// What stands in the form so far.
    pub pairs: &'a [(String, String)],
    /// Records offered for a register.
    pub options: &'a dyn Fn(&str) -> Options,
}

/// Name, id and describing attributes of a control.
#[derive(Clone, Copy)]
pub struct Slot<'a> {
    /// Name in the form.
    pub name: &'a str,
    /// Its id on the page; empty inside a small table.
    pub id: &'a str,
    /// ` required aria-describedby="…"` and the like; made by this program.
    pub attrs: &'a str,
    /// Whether it must be given.
    pub required: bool,
}

impl Slot<'_> {
    fn head(&self) -> String {
        if self.id.is_empty() {
            format!("name=\"{}\"{}", esc(self.name), self.attrs)
        } else {
            format!("id=\"{}\" name=\"{}\"{}", esc(self.id), esc(self.name), self.attrs)
        }
    }
}

impl<'a> Control<'a> {
    /// The first value of a name; empty where there is none.
    pub fn first(&self, name: &str) -> &'a str {
        self.pairs.iter().find(|(n, _)| n == name).map_or("", |(_, v)| v.as_str())
    }

    /// All values of a name.
    pub fn all(&self, name: &str) -> Vec<&'a str> {
        self.pairs
            .iter()
            .filter(|(n, v)| n == name && !v.is_empty())
            .map(|(_, v)| v.as_str())
            .collect()
    }

    /// The control of a field.
    pub fn draw(&self, field: &'static FieldDef, slot: Slot<'_>) -> Html {
        let value = self.first(slot.name);
        match &field.kind {
            FieldKind::Text => self.line(slot, "text", width(field.max), value),
            FieldKind::LongText => self.area(slot, value, 5),
            FieldKind::Texts => self.area(slot, value, 3),
            FieldKind::Int => self.unit(slot, value, ""),
            FieldKind::Yen => self.unit(slot, value, self.view.t("円", "yen")),
            FieldKind::Minutes => self.unit(slot, value, self.view.t("分", "min")),
            FieldKind::Date => self.line(slot, "date", "w-m", value),
            FieldKind::Time => self.time(slot, value),
            FieldKind::Bool => self.tick(slot, value),
            FieldKind::Choice(set) => self.select_choice(slot, set, value),
            FieldKind::Choices(set) => self.ticks(slot, set),
            FieldKind::Ref(register) => self.picker(slot, register, false),
            FieldKind::Refs(register) => self.picker(slot, register, true),
            FieldKind::AnyRef => self.any(slot, value),
            FieldKind::Rows(columns) => self.rows(field, columns),
        }
    }

    fn line(&self, slot: Slot<'_>, kind: &str, width: &str, value: &str) -> Html {
        let mut out = Html::new();
        put!(
            out,
            "<input class=\"input {width}\" type=\"{kind}\" {} value=\"{}\">",
            slot.head(),
            esc(value)
        );
        out
    }

    fn area(&self, slot: Slot<'_>, value: &str, rows: usize) -> Html {
        let rows = rows.max(value.lines().count() + 1).min(20);
        let mut out = Html::new();
        // The line break after the tag is the one that browsers take away.
        put!(
            out,
            "<textarea class=\"input\" rows=\"{rows}\" {}>\n{}</textarea>",
            slot.head(),
            esc(value)
        );
        out
    }

    fn unit(&self, slot: Slot<'_>, value: &str, unit: &str) -> Html {
        let mut out = Html::new();
        // Text, not number: a browser throws away what it cannot read, and full-width digits are fine here.
        put!(
            out,
            "<div class=\"with-unit\"><input class=\"input w-s num\" type=\"text\" inputmode=\"numeric\" {} value=\"{}\">",
            slot.head(),
            esc(value)
        );
        if !unit.is_empty() {
            put!(out, "<span class=\"unit\">{unit}</span>");
        }
        out.raw("</div>");
        out
    }

    fn time(&self, slot: Slot<'_>, value: &str) -> Html {
        let mut out = Html::new();
        put!(
            out,
            "<div class=\"with-unit\"><input class=\"input w-m\" type=\"datetime-local\" {} value=\"{}\"><span class=\"unit\">{}</span></div>",
            slot.head(),
            esc(value),
            esc(&zone_name(self.view))
        );
        out
    }

    fn tick(&self, slot: Slot<'_>, value: &str) -> Html {
        let on = self.all(slot.name).contains(&"1") || matches!(value, "on" | "true");
        let mut out = Html::new();
        put!(
            out,
            "<input type=\"hidden\" name=\"{0}\" value=\"0\"><div class=\"checks-list\"><label class=\"tick\"><input type=\"checkbox\" {1} value=\"1\"{2}><span>{3}</span></label></div>",
            esc(slot.name),
            slot.head(),
            if on { " checked" } else { "" },
            self.view.t("はい", "Yes")
        );
        out
    }

    fn select_choice(&self, slot: Slot<'_>, set: &ChoiceDef, value: &str) -> Html {
        let mut out = Html::new();
        put!(out, "<select class=\"input w-m\" {}>", slot.head());
        put!(out, "<option value=\"\">{}</option>", self.view.t("選ぶ", "Choose"));
        for o in set.options {
            put!(
                out,
                "<option value=\"{}\"{}>{}</option>",
                esc(o.id),
                if o.id == value { " selected" } else { "" },
                esc(o.label.get(self.view.lang))
            );
        }
        out.raw("</select>");
        out
    }

    /// A few options as radio cards: seen at a glance, one touch.
    pub fn radios(&self, slot: Slot<'_>, set: &ChoiceDef) -> Html {
        let value = self.first(slot.name);
        let mut out = Html::new();
        out.raw("<div class=\"choices is-row\">");
        let radio = |out: &mut Html, id: &str, label: &str| {
            put!(
                out,
                "<label class=\"choice\"><input type=\"radio\" name=\"{}\" value=\"{}\"{}{}><span class=\"choice-text\"><b>{}</b></span></label>",
                esc(slot.name),
                esc(id),
                slot.attrs,
                if id == value { " checked" } else { "" },
                esc(label)
            );
        };
        if !slot.required {
            radio(&mut out, "", self.view.t("未定", "Not set"));
        }
        for o in set.options {
            radio(&mut out, o.id, o.label.get(self.view.lang));
        }
        out.raw("</div>");
        out
    }

    fn ticks(&self, slot: Slot<'_>, set: &ChoiceDef) -> Html {
        let chosen = self.all(slot.name);
        let mut out = Html::new();
        out.raw("<div class=\"checks-list\">");
        for o in set.options {
            put!(
                out,
                "<label class=\"tick\"><input type=\"checkbox\" name=\"{}\" value=\"{}\"{}><span>{}</span></label>",
                esc(slot.name),
                esc(o.id),
                if chosen.contains(&o.id) { " checked" } else { "" },
                esc(o.label.get(self.view.lang))
            );
        }
        out.raw("</div>");
        out
    }

    fn picker(&self, slot: Slot<'_>, register: &str, many: bool) -> Html {
        let chosen = self.all(slot.name);
        let mut options = (self.options)(register);
        for id in &chosen {
            if !options.iter().any(|(o, _)| o == id) {
                let title =
                    self.view.titles.title(register, id).unwrap_or_else(|| (*id).to_owned());
                options.insert(0, ((*id).to_owned(), title));
            }
        }
        let mut out = Html::new();
        put!(
            out,
            "<div class=\"picker\" data-picker data-source=\"/suggest?register={register}\">"
        );
        put!(
            out,
            "<select class=\"input\" {}{}>",
            slot.head(),
            if many { " multiple" } else { "" }
        );
        if !many {
            put!(out, "<option value=\"\">{}</option>", self.view.t("選ぶ", "Choose"));
        }
        for (id, title) in &options {
            put!(
                out,
                "<option value=\"{}\"{}>{}</option>",
                esc(id),
                if chosen.contains(&id.as_str()) { " selected" } else { "" },
                esc(title)
            );
        }
        out.raw("</select></div>");
        if !slot.id.is_empty() {
            // Without scripts a long list is searched by a button of its own.
            put!(
                out,
                "<noscript><div class=\"with-unit\"><input class=\"input w-m\" name=\"_find.{0}\" aria-label=\"{1}\"><button class=\"btn btn-small\" name=\"_search\" value=\"{0}\" formnovalidate>{2}</button></div></noscript>",
                esc(slot.name),
                self.view.t("一覧をしぼり込む言葉", "Words to narrow the list"),
                self.view.t("しぼり込む", "Narrow")
            );
        }
        out
    }

    fn any(&self, slot: Slot<'_>, value: &str) -> Html {
        let title = okiagari_model::AnyRef::parse(value)
            .and_then(|a| self.view.titles.title(&a.register, a.id.as_str()))
            .unwrap_or_else(|| value.to_owned());
        let mut out = Html::new();
        put!(
            out,
            "<div class=\"picker\" data-picker data-source=\"/suggest?register=*\"><select class=\"input\" {}><option value=\"\">{}</option>",
            slot.head(),
            self.view.t("選ぶ", "Choose")
        );
        if !value.is_empty() {
            put!(out, "<option value=\"{}\" selected>{}</option>", esc(value), esc(&title));
        }
        for (id, title) in (self.options)("*").iter().filter(|(id, _)| id != value) {
            put!(out, "<option value=\"{}\">{}</option>", esc(id), esc(title));
        }
        out.raw("</select></div>");
        out
    }

    fn rows(&self, field: &'static FieldDef, columns: &'static [FieldDef]) -> Html {
        let lang = self.view.lang;
        let numbers: Vec<usize> = row_numbers(field, self.pairs).into_iter().collect();
        let next = numbers.last().map_or(0, |n| n + 1);
        let mut out = Html::new();
        put!(
            out,
            "<div class=\"rows\" data-rows data-rows-next=\"{next}\"><table class=\"rows-table\"><thead><tr>"
        );
        for column in columns {
            put!(out, "<th scope=\"col\">{}</th>", esc(column.label.get(lang)));
        }
        put!(
            out,
            "<th><span class=\"sr\">{}</span></th></tr></thead><tbody data-rows-body>",
            self.view.t("操作", "Actions")
        );
        for n in numbers {
            out.raw(&self.row(field, columns, &n.to_string()).0);
        }
        out.raw("</tbody></table><template data-rows-template>");
        out.raw(&self.row(field, columns, "__N__").0);
        put!(
            out,
            "</template><button class=\"btn btn-small\" name=\"_add\" value=\"{}\" formnovalidate data-rows-add>{}</button></div>",
            field.id,
            self.view.t("行を足す", "Add a row")
        );
        out
    }

    fn row(&self, field: &'static FieldDef, columns: &'static [FieldDef], n: &str) -> Html {
        let lang = self.view.lang;
        let mut out = Html::new();
        out.raw("<tr data-rows-item>");
        for column in columns {
            let name = format!("{}[{n}].{}", field.id, column.id);
            let label = column.label.get(lang);
            let attrs = format!(" aria-label=\"{}\"", esc(label));
            let slot = Slot { name: &name, id: "", attrs: &attrs, required: column.required };
            put!(out, "<td data-label=\"{}\">{}</td>", esc(label), self.draw(column, slot));
        }
        put!(
            out,
            "<td class=\"rows-act\"><button class=\"btn btn-icon\" name=\"_drop\" value=\"{}.{n}\" formnovalidate data-rows-drop aria-label=\"{}\">{}</button></td></tr>",
            field.id,
            self.view.t("この行を消す", "Remove this row"),
            icon("close")
        );
        out
    }
}

fn width(max: u32) -> &'static str {
    match max {
        0..=20 => "w-s",
        21..=80 => "w-m",
        _ => "w-l",
    }
}

/// The short name of the zone now (`JST`).
fn zone_name(view: View<'_>) -> String {
    let shown = view.now.show(okiagari_model::Lang::En, view.zone);
    shown.rsplit_once('(').map_or_else(String::new, |(_, z)| z.trim_end_matches(')').to_owned())
}
