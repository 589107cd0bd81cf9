//! The OpenAPI 3.1 document, made from the same definitions as everything else.

mod common;
mod registers;
mod schema;
mod shapes;
mod shared;

use okiagari_model::REGISTERS;
use sha2::{Digest as _, Sha256};
use std::sync::OnceLock;
use utoipa::openapi::path::PathsBuilder;
use utoipa::openapi::security::SecurityRequirement;
use utoipa::openapi::tag::TagBuilder;
use utoipa::openapi::{
    InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder, OpenApiVersion, Server,
};

/// Where the API is mounted.
pub const BASE: &str = "/api/v1";

/// The document as JSON text, made once.
pub fn document() -> &'static str {
    static TEXT: OnceLock<String> = OnceLock::new();
    // Through a sorted tree, since extensions would come in another order each time.
    TEXT.get_or_init(|| serde_json::to_value(build()).unwrap_or_default().to_string())
}

/// The document's entity tag.
pub fn tag() -> &'static str {
    static TAG: OnceLock<String> = OnceLock::new();
    TAG.get_or_init(|| {
        let digest = Sha256::digest(document().as_bytes());
        let short: String = digest.iter().take(12).map(|b| format!("{b:02x}")).collect();
        format!("\"{short}\"")
    })
}

fn build() -> OpenApi {
    let mut paths = shared::paths(PathsBuilder::new());
    let mut components = common::components().schemas_from_iter(shapes::all());
    for def in REGISTERS {
        paths = registers::paths(paths, def);
        components = registers::components(components, def);
    }
    let tags = REGISTERS.iter().map(|def| {
        let text = format!("{} ({})", def.label.en, def.label.ja);
        TagBuilder::new().name(def.id).description(Some(text)).build()
    });
    let shared = TagBuilder::new()
        .name(shared::TAG)
        .description(Some("Across registers (台帳をまたぐもの)"))
        .build();
    let info =
        InfoBuilder::new().title("Okiagari API").version("1").description(Some(ABOUT)).license(
            Some(LicenseBuilder::new().name("Apache-2.0").identifier(Some("Apache-2.0")).build()),
        );
    OpenApiBuilder::new()
        .openapi(OpenApiVersion::Version31)
        .info(info.build())
        .servers(Some([Server::new(BASE)]))
        .paths(paths.build())
        .components(Some(components.build()))
        .security(Some([SecurityRequirement::new::<_, [&str; 0], _>("token", [])]))
        .tags(Some(std::iter::once(shared).chain(tags)))
        .build()
}

const ABOUT: &str = "The record of one organisation: every register in the same way. \
Labels stand in both languages (`x-label-ja`, `x-label-en`). Instants are RFC 3339, days \
YYYY-MM-DD, durations whole minutes, amounts whole yen. Unknown fields and parameters are \
refused by name. Errors are RFC 9457 problems in the language of Accept-Language. Requests in \
JSON hold up to 1 MiB.";
