//! `#[derive(Register)]` and `#[derive(Rows)]`.

use crate::fields;
use proc_macro2::TokenStream;
use quote::quote;
use std::collections::BTreeMap;
use syn::{DeriveInput, Expr, spanned::Spanned};

const TEXTS: [(&str, &str); 4] = [
    ("ja", "en"),
    ("question_ja", "question_en"),
    ("about_ja", "about_en"),
    ("purpose_ja", "purpose_en"),
];

/// Expands `Register`.
pub fn expand(input: &DeriveInput) -> syn::Result<TokenStream> {
    let mut attrs: BTreeMap<String, Option<Expr>> = BTreeMap::new();
    for attr in input.attrs.iter().filter(|a| a.path().is_ident("register")) {
        attr.parse_nested_meta(|meta| {
            let name = meta.path.require_ident()?.to_string();
            let value = if meta.input.peek(syn::Token![=]) {
                Some(meta.value()?.parse::<Expr>()?)
            } else {
                None
            };
            attrs.insert(name, value);
            Ok(())
        })?;
    }
    let need = |name: &str| {
        attrs.get(name).and_then(Option::as_ref).ok_or_else(|| {
            syn::Error::new(input.ident.span(), format!("#[register({name} = …)] is missing"))
        })
    };
    let known = [
        "id",
        "wing",
        "menu",
        "sort",
        "sort_down",
        "version",
        "upgrade",
        "check",
        "flow",
        "opens",
        "acts",
        "append_only",
        "retention_years",
        "meets",
    ];
    for name in attrs.keys() {
        if !known.contains(&name.as_str()) && !TEXTS.iter().any(|(a, b)| a == name || b == name) {
            let text = format!("`{name}` is not an attribute of a register");
            return Err(syn::Error::new(input.ident.span(), text));
        }
    }
    let id = need("id")?;
    let wing = need("wing")?;
    let texts: Vec<TokenStream> = TEXTS
        .iter()
        .map(|(ja, en)| Ok((need(ja)?, need(en)?)))
        .map(|pair: syn::Result<_>| {
            pair.map(|(ja, en)| quote!(::okiagari_model::Text::new(#ja, #en)))
        })
        .collect::<syn::Result<_>>()?;
    let [label, question, about, purpose] = texts.as_slice() else {
        return Err(syn::Error::new(input.span(), "texts are missing"));
    };
    let or = |name: &str, default: TokenStream| match attrs.get(name) {
        Some(Some(expr)) => quote!(#expr),
        _ => default,
    };
    let option = |name: &str, reference: bool| match attrs.get(name) {
        Some(Some(expr)) if reference => quote!(Some(&#expr)),
        Some(Some(expr)) => quote!(Some(#expr)),
        _ => quote!(None),
    };
    let sort = need("sort")?;
    let sort_down = attrs.contains_key("sort_down");
    let append_only = attrs.contains_key("append_only");
    let version = or("version", quote!(1));
    let retention = or("retention_years", quote!(0));
    let meets = or("meets", quote!([]));
    let upgrade = option("upgrade", false);
    let check = option("check", false);
    let flow = option("flow", true);
    let opens = or("opens", quote!(&[]));
    let acts = or("acts", quote!(&[]));
    let name = &input.ident;
    let fields = fields::parse(input)?;
    let defs = fields.iter().map(|f| &f.def);
    let (from, to) = conversions(&fields);
    Ok(quote! {
        impl ::okiagari_model::Register for #name {
            const ID: &'static str = #id;
            const DEF: &'static ::okiagari_model::RegisterDef = &::okiagari_model::RegisterDef {
                id: #id,
                wing: ::okiagari_model::Wing::#wing,
                label: #label,
                question: #question,
                about: #about,
                purpose: #purpose,
                fields: &[#(#defs),*],
                version: #version,
                upgrade: #upgrade,
                check: #check,
                flow: #flow,
                opens: #opens,
                acts: #acts,
                sort: (#sort, #sort_down),
                append_only: #append_only,
                retention_years: #retention,
                meets: &#meets,
            };
            #from
            #to
        }
    })
}

/// Expands `Rows`.
pub fn expand_rows(input: &DeriveInput) -> syn::Result<TokenStream> {
    let name = &input.ident;
    let fields = fields::parse(input)?;
    let defs = fields.iter().map(|f| &f.def);
    let (from, to) = conversions(&fields);
    Ok(quote! {
        impl ::okiagari_model::RowType for #name {
            const FIELDS: &'static [::okiagari_model::FieldDef] = &[#(#defs),*];
            #from
            #to
        }
    })
}

fn conversions(fields: &[fields::Parsed<'_>]) -> (TokenStream, TokenStream) {
    let idents: Vec<_> = fields.iter().map(|f| f.ident).collect();
    let ids: Vec<_> = fields.iter().map(|f| f.ident.to_string()).collect();
    let types: Vec<_> = fields.iter().map(|f| f.ty).collect();
    let from = quote! {
        fn from_body(body: &::okiagari_model::Body) -> Result<Self, ::okiagari_model::ValueError> {
            Ok(Self { #(#idents: ::okiagari_model::read_field::<#types>(body, #ids)?),* })
        }
    };
    let to = quote! {
        fn to_body(&self) -> ::okiagari_model::Body {
            let mut body = ::okiagari_model::Body::new();
            #(::okiagari_model::write_field(&mut body, #ids, &self.#idents);)*
            body
        }
    };
    (from, to)
}
