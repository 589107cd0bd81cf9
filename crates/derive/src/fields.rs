//! The `#[field(…)]` attribute: reads it and writes a `FieldDef`.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Field, Ident, LitInt, LitStr, Type, spanned::Spanned};

/// A field with what its attribute says.
pub struct Parsed<'a> {
    pub ident: &'a Ident,
    pub ty: &'a Type,
    pub def: TokenStream,
}

#[derive(Default)]
struct Attrs {
    ja: Option<LitStr>,
    en: Option<LitStr>,
    help_ja: Option<LitStr>,
    help_en: Option<LitStr>,
    max: Option<LitInt>,
    number: Option<LitStr>,
    access: Option<LitStr>,
    flags: Vec<String>,
}

const FLAGS: [&str; 7] =
    ["title", "list", "search", "personal", "required", "system", "deprecated"];

/// Reads every field of a struct.
pub fn parse(input: &syn::DeriveInput) -> syn::Result<Vec<Parsed<'_>>> {
    let syn::Data::Struct(data) = &input.data else {
        return Err(syn::Error::new(input.span(), "only a struct with named fields"));
    };
    let syn::Fields::Named(named) = &data.fields else {
        return Err(syn::Error::new(input.span(), "only a struct with named fields"));
    };
    named.named.iter().map(one).collect()
}

fn one(field: &Field) -> syn::Result<Parsed<'_>> {
    let ident = field
        .ident
        .as_ref()
        .ok_or_else(|| syn::Error::new(field.span(), "a field needs a name"))?;
    let attrs = read(field)?;
    Ok(Parsed { ident, ty: &field.ty, def: define(field, ident, &attrs)? })
}

fn read(field: &Field) -> syn::Result<Attrs> {
    let mut attrs = Attrs::default();
    for attr in field.attrs.iter().filter(|a| a.path().is_ident("field")) {
        attr.parse_nested_meta(|meta| {
            let name = meta.path.require_ident()?.to_string();
            match name.as_str() {
                "ja" => attrs.ja = Some(meta.value()?.parse()?),
                "en" => attrs.en = Some(meta.value()?.parse()?),
                "help_ja" => attrs.help_ja = Some(meta.value()?.parse()?),
                "help_en" => attrs.help_en = Some(meta.value()?.parse()?),
                "max" => attrs.max = Some(meta.value()?.parse()?),
                "auto_number" => attrs.number = Some(meta.value()?.parse()?),
                "access" => attrs.access = Some(meta.value()?.parse()?),
                flag if FLAGS.contains(&flag) => attrs.flags.push(name),
                _ => return Err(meta.error("not an attribute of a field")),
            }
            Ok(())
        })?;
    }
    Ok(attrs)
}

fn define(field: &Field, ident: &Ident, a: &Attrs) -> syn::Result<TokenStream> {
    let id = ident.to_string();
    let missing = |what: &str| {
        syn::Error::new(field.span(), format!("field `{id}` needs #[field({what} = \"…\")]"))
    };
    let ja = a.ja.as_ref().ok_or_else(|| missing("ja"))?;
    let en = a.en.as_ref().ok_or_else(|| missing("en"))?;
    if a.help_ja.is_some() != a.help_en.is_some() {
        return Err(missing("help_ja and help_en, both,"));
    }
    let (help_ja, help_en) = match (&a.help_ja, &a.help_en) {
        (Some(ja), Some(en)) => (quote!(#ja), quote!(#en)),
        _ => (quote!(""), quote!("")),
    };
    let ty = &field.ty;
    let has = |flag: &str| a.flags.iter().any(|f| f == flag);
    let (title, list, search) = (has("title"), has("list"), has("search"));
    let (personal, system, deprecated) = (has("personal"), has("system"), has("deprecated"));
    let required = if has("required") {
        quote!(true)
    } else if system || a.number.is_some() {
        quote!(false)
    } else {
        quote!(!<#ty as ::okiagari_model::FieldType>::OPTIONAL)
    };
    let max = match &a.max {
        Some(n) => quote!(#n),
        None => quote!(::okiagari_model::default_max(<#ty as ::okiagari_model::FieldType>::KIND)),
    };
    let number = match &a.number {
        Some(prefix) => quote!(Some(#prefix)),
        None => quote!(None),
    };
    let access = match a.access.as_ref().map(|l| (l.value(), l)) {
        None => quote!(None),
        Some((v, lit)) => match v.as_str() {
            "department" => quote!(Department),
            "case" => quote!(Case),
            "counterparty" => quote!(Counterparty),
            "person" => quote!(Person),
            "restricted" => quote!(Restricted),
            _ => return Err(syn::Error::new(lit.span(), "not a kind of access")),
        },
    };
    Ok(quote! {
        ::okiagari_model::FieldDef {
            id: #id,
            label: ::okiagari_model::Text::new(#ja, #en),
            help: ::okiagari_model::Text::new(#help_ja, #help_en),
            kind: <#ty as ::okiagari_model::FieldType>::KIND,
            required: #required,
            max: #max,
            title: #title,
            list: #list,
            search: #search,
            personal: #personal,
            system: #system,
            auto_number: #number,
            access: ::okiagari_model::Access::#access,
            deprecated: #deprecated,
        }
    })
}
