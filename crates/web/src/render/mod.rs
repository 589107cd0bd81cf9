//! The one plain renderer over a `RegisterDef`: values, forms, tables, facts. Values in, markup
//! out; it knows neither HTTP nor the application.

pub mod facts;
pub mod flow;
pub mod form;
pub mod read;
pub mod story;
pub mod table;
pub mod value;
pub mod widget;

#[cfg(test)]
mod tests;

use okiagari_model::{Lang, Time, Zone};

/// Titles of records that others refer to.
pub trait Titles {
    /// The title of a record; `None` where the reader may not see it.
    fn title(&self, register: &str, id: &str) -> Option<String>;
}

impl Titles for okiagari_app::Names {
    fn title(&self, register: &str, id: &str) -> Option<String> {
        self.get(register, id).map(str::to_owned)
    }
}

/// No titles are known.
#[derive(Debug, Clone, Copy)]
pub struct NoTitles;

impl Titles for NoTitles {
    fn title(&self, _: &str, _: &str) -> Option<String> {
        None
    }
}

/// In which language, zone and at which instant something is shown, and whose names are known.
#[derive(Clone, Copy)]
pub struct View<'a> {
    /// Language.
    pub lang: Lang,
    /// The organisation's zone.
    pub zone: &'a Zone,
    /// The instant.
    pub now: Time,
    /// Titles of records that others refer to.
    pub titles: &'a dyn Titles,
}

impl View<'_> {
    /// One of two texts.
    pub fn t<'t>(&self, ja: &'t str, en: &'t str) -> &'t str {
        self.lang.t(ja, en)
    }

    /// `14:03` today, `11/22 14:03` on another day of the year, the whole date otherwise.
    pub fn short(&self, at: Time) -> String {
        let clock = at.show_clock(self.zone);
        match (at.date(self.zone), self.now.date(self.zone)) {
            (Some(a), Some(b)) if a == b => clock,
            (Some(a), Some(b)) if a.civil().year() == b.civil().year() => {
                format!("{}/{} {clock}", a.civil().month(), a.civil().day())
            }
            _ => at.show(self.lang, self.zone),
        }
    }
}
