//! The API as a page for people, made of the OpenAPI document. No script, nothing from elsewhere.

use std::fmt::Write as _;

use axum::http::header;
use axum::response::{Html, IntoResponse};
use serde_json::Value;

use crate::openapi;

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}\
h2{margin-top:2.5rem;border-top:1px solid #bbb;padding-top:1rem}code{background:#eee;padding:0 .2em}\
table{border-collapse:collapse}td,th{border:1px solid #bbb;padding:.2em .6em;text-align:left;vertical-align:top}";

pub(crate) async fn page() -> impl IntoResponse {
    let policy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'";
    ([(header::CONTENT_SECURITY_POLICY, policy)], Html(render(&openapi::json())))
}

/// Text between tags.
pub(crate) fn plain(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

fn each(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

/// Writing to a string cannot fail, so what `write!` gives is dropped.
fn render(document: &Value) -> String {
    let title = plain(text(&document["info"], "title"));
    let mut out = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>{title}</title><style>{STYLE}</style>\
         <h1>{title}</h1><p>{} The same for machines: <a href=\"/openapi.json\">openapi.json</a>.</p>",
        plain(text(&document["info"], "description"))
    );
    for (path, methods) in each(&document["paths"]) {
        for (method, operation) in each(methods) {
            let _ = write!(out, "<h2><code>{} {}</code></h2>", method.to_uppercase(), plain(path));
            let _ =
                write!(out, "<p>{} {}</p>", plain(text(operation, "summary")), plain(text(operation, "description")));
            if !operation["security"].is_null() {
                out.push_str("<p>With a bearer token.</p>");
            }
            for parameter in operation["parameters"].as_array().into_iter().flatten() {
                let (name, place) = (plain(text(parameter, "name")), plain(text(parameter, "in")));
                let _ = write!(out, "<p><code>{name}</code> ({place}) {}</p>", plain(text(parameter, "description")));
            }
            for (kind, body) in each(&operation["requestBody"]["content"]) {
                let _ = write!(out, "<p>Takes <code>{}</code>: {}</p>", plain(kind), shape(&body["schema"]));
            }
            out.push_str("<table><tr><th>Status<th>Meaning<th>Body");
            for (status, response) in each(&operation["responses"]) {
                let bodies: Vec<_> = each(&response["content"])
                    .map(|(kind, body)| format!("<code>{}</code> {}", plain(kind), shape(&body["schema"])))
                    .collect();
                let meaning = plain(text(response, "description"));
                let _ = write!(out, "<tr><td>{}<td>{meaning}<td>{}", plain(status), bodies.join("<br>"));
            }
            out.push_str("</table>");
        }
    }
    for (name, schema) in each(&document["components"]["schemas"]) {
        let name = plain(name);
        let _ = write!(out, "<h2 id=\"{name}\">{name}</h2><p>{}</p><table>", plain(text(schema, "description")));
        for (field, of) in each(&schema["properties"]) {
            let (field, said) = (plain(field), plain(text(of, "description")));
            let _ = write!(out, "<tr><td><code>{field}</code><td>{}<td>{said}", shape(of));
        }
        out.push_str("</table>");
    }
    out
}

/// A schema in a word, linked where it is one of ours.
fn shape(schema: &Value) -> String {
    if let Some(name) = schema["$ref"].as_str().and_then(|target| target.rsplit('/').next()) {
        let name = plain(name);
        return format!("<a href=\"#{name}\">{name}</a>");
    }
    match &schema["type"] {
        Value::String(kind) if kind == "array" => format!("list of {}", shape(&schema["items"])),
        Value::String(kind) => plain(kind),
        Value::Array(kinds) => plain(&kinds.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" or ")),
        _ => "any".to_owned(),
    }
}
