//! What a picker offers while somebody types.

use crate::input::{get, query};
use crate::who::Signed;
use axum::Json;
use axum::response::{IntoResponse, Response};
use serde_json::json;

pub async fn suggest(me: Signed) -> Response {
    let asked = query(me.uri.query().unwrap_or_default());
    me.run(move |me| {
        let (register, text) = (get(&asked, "register"), get(&asked, "q"));
        let text: String = text.chars().take(200).collect();
        let items: Vec<_> = if register == "*" {
            let hits = me.web.app.search(&me.ctx, &text, 20)?;
            hits.into_iter()
                .map(|h| {
                    json!({
                        "value": format!("{}/{}", h.register.id, h.id),
                        "label": h.title,
                        "note": h.register.label.get(me.lang()),
                    })
                })
                .collect()
        } else {
            let found = me.web.app.suggest(&me.ctx, register, &text)?;
            found
                .into_iter()
                .map(|(id, title)| json!({ "value": id.as_str(), "label": title }))
                .collect()
        };
        Ok(Json(json!({ "items": items })).into_response())
    })
    .await
}
