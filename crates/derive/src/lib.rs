#![doc = include_str!("../README.md")]

mod choice;
mod fields;
mod register;

use proc_macro::TokenStream;
use syn::{DeriveInput, parse_macro_input};

/// Makes a struct a register.
///
/// On the struct: `#[register(id, wing, ja, en, question_ja, question_en, about_ja, about_en,
/// purpose_ja, purpose_en, sort, sort_down, version, upgrade, flow, opens, append_only, retention_years,
/// meets)]`. On each field: see `Rows`.
#[proc_macro_derive(Register, attributes(register, field))]
pub fn register(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    register::expand(&input).unwrap_or_else(syn::Error::into_compile_error).into()
}

/// Makes a struct a row of a small table inside a record.
///
/// On each field: `#[field(ja = "…", en = "…")]`, and where it applies `help_ja`, `help_en`,
/// `max`, `title`, `list`, `search`, `personal`, `required`, `system`, `deprecated`,
/// `auto_number = "INC"`, `access = "department|case|counterparty|person|restricted"`.
#[proc_macro_derive(Rows, attributes(field))]
pub fn rows(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    register::expand_rows(&input).unwrap_or_else(syn::Error::into_compile_error).into()
}

/// Makes an enum a closed set of options.
///
/// On each variant: `#[choice(ja = "…", en = "…")]`, and where it applies
/// `tone = "good|caution|warning|danger"`. The stored name is the variant in snake case.
#[proc_macro_derive(Choice, attributes(choice))]
pub fn choice(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    choice::expand(&input).unwrap_or_else(syn::Error::into_compile_error).into()
}

/// `PersonalData` becomes `personal_data`.
fn snake(name: &str) -> String {
    let mut out = String::new();
    for (i, c) in name.chars().enumerate() {
        if c.is_uppercase() && i > 0 {
            out.push('_');
        }
        out.extend(c.to_lowercase());
    }
    out
}
