//! Who sees which rows, as SQL. The one place where a [`RowFilter`] becomes a condition: list,
//! count, search, links, findings, history and live updates all use it.
//!
//! The condition is over a current row of `record`, or of a projection, which has the same
//! columns. Reading as of an earlier moment asks the current row too: what may be seen is
//! decided today.

use crate::args::{Arg, Args};
use crate::registry::Registry;
use crate::schema::core::IS_NOW;
use okiagari_model::{ALL_COUNTERPARTIES, RowClause, RowFilter};

/// Fields of a case that name its members.
const MEMBER_FIELDS: &str = "'lead', 'members'";

/// The condition under which the row `alias` is seen.
pub(crate) fn predicate(
    filter: &RowFilter,
    alias: &str,
    registry: &Registry,
    args: &mut Args,
) -> String {
    if filter.is_everything() {
        return "1 = 1".to_owned();
    }
    let mut any: Vec<String> = Vec::with_capacity(filter.clauses.len());
    for clause in &filter.clauses {
        any.push(one(clause, alias, registry, args));
    }
    if any.is_empty() { "1 = 0".to_owned() } else { format!("({})", any.join(" OR ")) }
}

fn one(clause: &RowClause, t: &str, registry: &Registry, args: &mut Args) -> String {
    let ids = |ids: &[okiagari_model::RecordId]| -> Vec<Arg> {
        ids.iter().map(|id| Arg::Text(id.to_string())).collect()
    };
    match clause {
        RowClause::Everything => "1 = 1".to_owned(),
        RowClause::Unrestricted => unrestricted(t, registry),
        RowClause::Departments(departments) if departments.is_empty() => "1 = 0".to_owned(),
        RowClause::Departments(departments) => {
            let list = args.list(ids(departments));
            format!("({t}.acl_department IN ({list}) AND {})", unrestricted(t, registry))
        }
        RowClause::CaseMember(person) => {
            let person = args.text(person.as_str());
            let cases = &registry.case_list;
            format!(
                "{t}.acl_case IN (SELECT m.from_id FROM link m WHERE m.org = {t}.org \
                 AND m.to_register = 'person' AND m.to_id = {person} \
                 AND m.from_register IN ({cases}) AND m.field IN ({MEMBER_FIELDS}) \
                 AND m.{IS_NOW})"
            )
        }
        RowClause::Cases(cases) if cases.is_empty() => "1 = 0".to_owned(),
        RowClause::Cases(cases) => format!("{t}.acl_case IN ({})", args.list(ids(cases))),
        RowClause::Person(person) => format!("{t}.acl_person = {}", args.text(person.as_str())),
        RowClause::Author(author) => format!("{t}.author = {}", args.text(author.as_str())),
        RowClause::Counterparty(id) => {
            let id = args.text(id.as_str());
            let all = args.text(ALL_COUNTERPARTIES);
            format!("{t}.acl_counterparty IN ({id}, {all})")
        }
    }
}

/// Neither restricted itself nor part of a case that is.
fn unrestricted(t: &str, registry: &Registry) -> String {
    format!(
        "({t}.acl_restricted = 0 AND ({t}.acl_case IS NULL OR NOT EXISTS (SELECT 1 FROM record k \
         WHERE k.org = {t}.org AND k.register IN ({cases}) AND k.id = {t}.acl_case \
         AND k.{IS_NOW} AND k.acl_restricted = 1)))",
        cases = registry.case_list
    )
}
