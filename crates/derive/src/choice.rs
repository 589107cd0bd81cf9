//! `#[derive(Choice)]`.

use crate::snake;
use proc_macro2::TokenStream;
use quote::quote;
use syn::{DeriveInput, LitStr, spanned::Spanned};

/// Expands `Choice`.
pub fn expand(input: &DeriveInput) -> syn::Result<TokenStream> {
    let syn::Data::Enum(data) = &input.data else {
        return Err(syn::Error::new(input.span(), "only an enum"));
    };
    let name = &input.ident;
    let set = snake(&name.to_string());
    let mut idents = Vec::new();
    let mut ids = Vec::new();
    let mut options = Vec::new();
    for variant in &data.variants {
        let mut ja: Option<LitStr> = None;
        let mut en: Option<LitStr> = None;
        let mut tone = quote!(Plain);
        for attr in variant.attrs.iter().filter(|a| a.path().is_ident("choice")) {
            attr.parse_nested_meta(|meta| {
                match meta.path.require_ident()?.to_string().as_str() {
                    "ja" => ja = Some(meta.value()?.parse()?),
                    "en" => en = Some(meta.value()?.parse()?),
                    "tone" => {
                        let lit: LitStr = meta.value()?.parse()?;
                        tone = match lit.value().as_str() {
                            "good" => quote!(Good),
                            "caution" => quote!(Caution),
                            "warning" => quote!(Warning),
                            "danger" => quote!(Danger),
                            _ => return Err(syn::Error::new(lit.span(), "not a tone")),
                        };
                    }
                    _ => return Err(meta.error("not an attribute of an option")),
                }
                Ok(())
            })?;
        }
        let (Some(ja), Some(en)) = (ja, en) else {
            let text = "an option needs #[choice(ja = \"…\", en = \"…\")]";
            return Err(syn::Error::new(variant.span(), text));
        };
        let id = snake(&variant.ident.to_string());
        options.push(quote! {
            ::okiagari_model::ChoiceOption {
                id: #id,
                label: ::okiagari_model::Text::new(#ja, #en),
                tone: ::okiagari_model::Tone::#tone,
            }
        });
        idents.push(&variant.ident);
        ids.push(id);
    }
    Ok(quote! {
        impl ::okiagari_model::Choice for #name {
            const DEF: &'static ::okiagari_model::ChoiceDef =
                &::okiagari_model::ChoiceDef { id: #set, options: &[#(#options),*] };
            fn id(self) -> &'static str {
                match self { #(Self::#idents => #ids),* }
            }
            fn from_id(id: &str) -> Option<Self> {
                match id { #(#ids => Some(Self::#idents),)* _ => None }
            }
        }
        impl ::okiagari_model::FieldType for #name {
            const KIND: ::okiagari_model::FieldKind =
                ::okiagari_model::FieldKind::Choice(<Self as ::okiagari_model::Choice>::DEF);
            const OPTIONAL: bool = false;
            fn read(value: Option<&::okiagari_model::Value>) -> Result<Self, &'static str> {
                value
                    .and_then(::okiagari_model::Value::as_str)
                    .and_then(<Self as ::okiagari_model::Choice>::from_id)
                    .ok_or("one of the named options")
            }
            fn write(&self) -> Option<::okiagari_model::Value> {
                Some(::okiagari_model::Value::from(<Self as ::okiagari_model::Choice>::id(*self)))
            }
        }
    })
}
