//! Settings and clock rules as the organisation has set them.

use crate::error::AppError;
use crate::facade::App;
use crate::facade::Ctx;
use okiagari_model::Body;
use okiagari_model::Record;
use okiagari_model::Register;
use okiagari_model::SETTINGS;
use okiagari_model::SettingDef;
use okiagari_model::SettingKind;
use okiagari_model::Value;
use okiagari_model::clock::ClockRule;
use okiagari_model::govern::setting::CLOCK_APPLIES;
use okiagari_model::govern::setting::Setting;

/// A setting as shown.
#[derive(Debug)]
pub struct SettingView {
    /// Definition.
    pub def: &'static SettingDef,
    /// Present value.
    pub value: Value,
    /// The record that set it, if any.
    pub set: Option<Record>,
}

/// A clock rule with what the organisation said of it.
#[derive(Debug)]
pub struct ClockView {
    /// The rule.
    pub rule: ClockRule,
    /// Whether it applies; `None` while nobody has said.
    pub applies: Option<bool>,
    /// The record that says so.
    pub set: Option<Record>,
}

impl App {
    /// All settings with their present values.
    ///
    /// # Errors
    /// Forbidden where settings may not be seen.
    pub fn settings(&self, ctx: &Ctx) -> Result<Vec<SettingView>, AppError> {
        let set = self.current(ctx, Setting::DEF, Vec::new(), 500)?;
        self.store().read(|tx| {
            let settings = self.env().settings(tx, &ctx.subject.org)?;
            let value = |def: &SettingDef| match def.kind {
                SettingKind::Int { .. } => Value::from(settings.int(def.key)),
                SettingKind::Bool { .. } => Value::from(settings.flag(def.key)),
                SettingKind::Text { .. } => Value::from(settings.text(def.key)),
            };
            Ok(SETTINGS
                .iter()
                .map(|def| SettingView {
                    def,
                    value: value(def),
                    set: set.iter().find(|r| r.text("key") == def.key).cloned(),
                })
                .collect())
        })
    }

    /// The clock rules, with what the organisation said of each.
    ///
    /// # Errors
    /// Those of the store.
    pub fn clock_rules(&self, ctx: &Ctx) -> Result<Vec<ClockView>, AppError> {
        let set = self.current(ctx, Setting::DEF, Vec::new(), 500)?;
        Ok(self
            .env()
            .catalog
            .clocks()
            .iter()
            .map(|rule| {
                let key = format!("{CLOCK_APPLIES}{}", rule.id);
                let set = set.iter().find(|r| r.text("key") == key).cloned();
                let applies = set.as_ref().and_then(|r| serde_json::from_str(r.text("value")).ok());
                ClockView { rule: rule.clone(), applies, set }
            })
            .collect())
    }
}

/// Body of a setting record.
pub fn setting_body(key: &str, value: &Value) -> Body {
    let mut body = Body::new();
    body.insert("key".into(), key.into());
    body.insert("value".into(), value.to_string().into());
    body
}
