//! The whole table of who may do what, as it comes out of the policy: a change of it shows as a
//! change of this table.

use okiagari_model::govern::role::RoleKind;
use okiagari_model::{
    AccountId, Action, Choice, OrgId, REGISTERS, RecordId, RowClause, RowFilter, Subject, Time,
    policy,
};
use std::fmt::Write;

/// Somebody who holds a role and nothing else, not even being an employee.
fn holder(role: &'static str) -> Subject {
    Subject {
        org: OrgId::new("acme"),
        account: AccountId::new("account"),
        person: (role != "counterparty").then(|| RecordId::new("person")),
        department: None,
        roles: vec![role],
        heads: vec![RecordId::new("headed")],
        audit_cases: Vec::new(),
        audits: Vec::new(),
        audit_registers: Vec::new(),
        counterparty: (role == "counterparty").then(|| RecordId::new("contact")),
        at: Time::from_millis(0),
    }
}

fn cell(filter: &RowFilter) -> String {
    let word = |clause: &RowClause| match clause {
        RowClause::Everything => "EVERYTHING",
        RowClause::Unrestricted => "open",
        RowClause::Departments(_) => "department",
        RowClause::CaseMember(_) => "case",
        RowClause::Cases(_) => "named",
        RowClause::Person(_) => "mine",
        RowClause::Author(_) => "made",
        RowClause::Counterparty(_) => "addressed",
    };
    match filter.clauses.as_slice() {
        [] => "-".to_owned(),
        clauses => clauses.iter().map(word).collect::<Vec<_>>().join("+"),
    }
}

fn roles() -> Vec<&'static str> {
    let kinds = RoleKind::DEF.options.iter().map(|o| o.id);
    ["employee"].into_iter().chain(kinds).chain(["counterparty"]).collect()
}

#[test]
fn the_whole_table_of_who_may_do_what() {
    let mut table = String::new();
    for role in roles() {
        let subject = holder(role);
        let _ = writeln!(table, "{role}");
        let mut none = Vec::new();
        for def in REGISTERS {
            let cells: Vec<String> =
                Action::ALL.iter().map(|a| cell(&policy::rows(&subject, def, *a))).collect();
            if cells.iter().all(|c| c == "-") {
                none.push(def.id);
                continue;
            }
            let _ = write!(table, "  {:<15}", def.id);
            for (action, cell) in ["see", "make", "change", "end", "erase"].iter().zip(cells) {
                let _ = write!(table, " {action}:{cell:<15}");
            }
            table.truncate(table.trim_end().len());
            table.push('\n');
        }
        let _ = writeln!(table, "  nothing of: {}\n", none.join(" "));
    }
    insta::assert_snapshot!(table);
}

#[test]
fn nobody_sees_restricted_cases_but_by_membership_or_name() {
    for role in roles() {
        for def in REGISTERS {
            for action in Action::ALL {
                let rows = policy::rows(&holder(role), def, action);
                assert!(!rows.is_everything(), "{role} {} {action:?}", def.id);
            }
        }
    }
}

/// IPA-69: a department head sees the reports of the department, and nothing more.
#[test]
fn a_department_head_only_sees_reports() {
    let report = okiagari_model::register("report").unwrap();
    let mut head = holder("department_head");
    let headed = RowClause::Departments(vec![RecordId::new("headed")]);
    assert_eq!(policy::rows(&head, report, Action::Read).clauses, [headed]);
    for action in [Action::Create, Action::Write, Action::End, Action::Erase] {
        assert!(policy::rows(&head, report, action).is_nothing(), "{action:?}");
    }
    // As an employee besides: makes reports, changes and ends none.
    head.roles.push("employee");
    assert!(!policy::rows(&head, report, Action::Create).is_nothing());
    for action in [Action::Write, Action::End, Action::Erase] {
        assert!(policy::rows(&head, report, action).is_nothing(), "{action:?}");
    }
}

/// NI-207: whoever audits changes nothing, and with cases named sees these alone.
#[test]
fn an_auditor_reads_and_with_cases_named_reads_these_alone() {
    let mut auditor = holder("auditor");
    auditor.audit_cases = vec![RecordId::new("case")];
    for def in REGISTERS {
        let named = RowClause::Cases(vec![RecordId::new("case")]);
        assert_eq!(policy::rows(&auditor, def, Action::Read).clauses, [named], "{}", def.id);
        for action in [Action::Create, Action::Write, Action::End, Action::Erase] {
            assert!(policy::rows(&auditor, def, action).is_nothing(), "{} {action:?}", def.id);
        }
    }
}

#[test]
fn an_audit_opens_only_its_registers_and_nothing_of_other_audits() {
    let mut auditor = holder("auditor");
    auditor.audits = vec![RecordId::new("audit")];
    auditor.audit_registers = vec!["decision".into(), "role".into()];
    let own = RowClause::Cases(vec![RecordId::new("audit")]);
    for def in REGISTERS {
        let of_audits = ["audit", "audit_finding", "audit_sample"].contains(&def.id);
        let clauses = policy::rows(&auditor, def, Action::Read).clauses;
        let wanted = match def.id {
            _ if of_audits => vec![own.clone()],
            "decision" | "role" => vec![RowClause::Unrestricted],
            _ => Vec::new(),
        };
        assert_eq!(clauses, wanted, "{}", def.id);
        for action in [Action::Create, Action::Write, Action::End, Action::Erase] {
            let papers = of_audits && def.id != "audit" && action == Action::Create;
            let nothing = policy::rows(&auditor, def, action).is_nothing();
            assert_eq!(nothing, !papers, "{} {action:?}", def.id);
        }
    }
}

#[test]
fn whoever_holds_no_role_sees_nothing() {
    let nobody = Subject { roles: Vec::new(), ..holder("employee") };
    for def in REGISTERS {
        for action in Action::ALL {
            assert!(policy::rows(&nobody, def, action).is_nothing(), "{} {action:?}", def.id);
        }
    }
}
