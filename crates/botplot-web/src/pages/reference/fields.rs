//! Tables of what an operation takes and gives: name, type, whether it has to be there, meaning.

use maud::{Markup, html};
use serde_json::Value;
use utoipa::openapi::path::{Operation, ParameterIn};
use utoipa::openapi::schema::{ArrayItems, Object, SchemaFormat, SchemaType, Type};
use utoipa::openapi::{OpenApi, RefOr, Required, Schema};

use super::example::{resolve, solid};
use super::prose::with_code;
use crate::openapi::parameters as all_parameters;

/// How deep the members of members are listed.
const DEPTH: usize = 4;

/// One line of a table.
struct Row {
    name: String,
    kind: String,
    required: bool,
    about: String,
    rules: String,
}

/// The parameters in address, query and headers.
pub(super) fn parameters(operation: &Operation) -> Markup {
    let places = [
        ("Path parameters", ParameterIn::Path),
        ("Query parameters", ParameterIn::Query),
        ("Headers", ParameterIn::Header),
    ];
    html! {
        @for (title, place) in places {
            (table(title, &rows_in(operation, &place), true))
        }
    }
}

fn rows_in(operation: &Operation, place: &ParameterIn) -> Vec<Row> {
    let here = all_parameters(operation).filter(|parameter| parameter.parameter_in == *place);
    here.map(|parameter| {
        let (kind, rules) = match &parameter.schema {
            Some(RefOr::T(schema)) => (kind(None, schema), rules(schema)),
            _ => ("string".to_owned(), String::new()),
        };
        Row {
            name: parameter.name.clone(),
            kind,
            required: parameter.required == Required::True,
            about: parameter.description.clone().unwrap_or_default(),
            rules,
        }
    })
    .collect()
}

/// The members of the body.
pub(super) fn body(api: &OpenApi, operation: &Operation) -> Markup {
    let Some(RefOr::T(body)) = &operation.request_body else { return html! {} };
    let many = body.content.len() > 1;
    html! {
        @for (media, content) in &body.content {
            @if let RefOr::T(content) = content {
                @let title = if many || media != "application/json" { format!("Body · {media}") } else { "Body".to_owned() };
                @if let Some(schema) = &content.schema { (alternatives(api, &title, schema, true)) }
            }
        }
    }
}

/// The members of the reply, folded: most readers want the example.
pub(super) fn reply(api: &OpenApi, operation: &Operation) -> Markup {
    let good = operation.responses.responses.iter().filter(|(status, _)| status.starts_with('2'));
    html! {
        @for (status, reply) in good {
            @if let RefOr::T(reply) = reply {
                @if let Some(RefOr::T(content)) = reply.content.get("application/json") {
                    @if let Some(schema) = &content.schema {
                        details.reply {
                            summary { "Response " (status) " · fields" }
                            (alternatives(api, "", schema, false))
                        }
                    }
                }
            }
        }
    }
}

/// A table for the schema, or one for each of its alternatives.
fn alternatives(api: &OpenApi, title: &str, schema: &RefOr<Schema>, asks: bool) -> Markup {
    let parts = match resolve(api, schema) {
        Some(Schema::OneOf(one)) => Some(&one.items),
        Some(Schema::AnyOf(any)) => Some(&any.items),
        _ => None,
    };
    html! {
        @match parts {
            None => { (table(title, &members(api, schema), asks)) }
            Some(parts) => {
                @for part in solid(api, parts) {
                    @let name = variant(api, part);
                    @let title = if name.is_empty() { title.to_owned() } else { format!("{title} · {name}") };
                    (table(&title, &members(api, part), asks))
                }
            }
        }
    }
}

/// What tells an alternative from the others: its title, or the one value that a member can have.
fn variant(api: &OpenApi, part: &RefOr<Schema>) -> String {
    let Some(Schema::Object(object)) = resolve(api, part) else { return String::new() };
    let fixed = object.properties.values().find_map(|member| match resolve(api, member) {
        Some(Schema::Object(member)) => member.enum_values.as_ref().filter(|all| all.len() == 1)?.first(),
        _ => None,
    });
    let fixed = fixed.and_then(|value| value.as_str()).map(str::to_owned);
    object.title.clone().or(fixed).unwrap_or_default()
}

fn table(title: &str, rows: &[Row], asks: bool) -> Markup {
    html! {
        @if !rows.is_empty() {
            @if !title.is_empty() { h4 { (title) } }
            div.wide tabindex="0" role="region" aria-label=(if title.is_empty() { "Fields" } else { title }) {
                table.fields {
                    thead { tr { th scope="col" { "Name" } th scope="col" { "Type" } th scope="col" { "Meaning" } } }
                    tbody {
                        @for row in rows {
                            tr {
                                th scope="row" {
                                    code { (row.name) }
                                    @if asks && row.required { " " span.needed { "required" } }
                                }
                                // What may be left out may be null as well: no need to say so in every line.
                                td.kind { (if asks { row.kind.trim_end_matches(" or null") } else { &row.kind }) }
                                td {
                                    (with_code(&row.about))
                                    @if !row.rules.is_empty() { " " span.rules { (with_code(&row.rules)) } }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn members(api: &OpenApi, schema: &RefOr<Schema>) -> Vec<Row> {
    let mut rows = Vec::new();
    collect(api, schema, "", 0, &mut rows);
    rows
}

fn collect(api: &OpenApi, schema: &RefOr<Schema>, above: &str, depth: usize, rows: &mut Vec<Row>) {
    if depth > DEPTH {
        return;
    }
    match resolve(api, schema) {
        Some(Schema::Object(object)) => collect_object(api, object, above, depth, rows),
        Some(Schema::AllOf(all)) => {
            for part in &all.items {
                collect(api, part, above, depth, rows);
            }
        }
        Some(Schema::Array(array)) => {
            if let ArrayItems::RefOrSchema(items) = &array.items {
                collect(api, items, above, depth, rows);
            }
        }
        Some(Schema::OneOf(one)) => collect_first(api, &one.items, above, depth, rows),
        Some(Schema::AnyOf(any)) => collect_first(api, &any.items, above, depth, rows),
        _ => {}
    }
}

fn collect_first(api: &OpenApi, parts: &[RefOr<Schema>], above: &str, depth: usize, rows: &mut Vec<Row>) {
    if let Some(part) = solid(api, parts).next() {
        collect(api, part, above, depth, rows);
    }
}

fn collect_object(api: &OpenApi, object: &Object, above: &str, depth: usize, rows: &mut Vec<Row>) {
    for (name, member) in &object.properties {
        let Some(schema) = resolve(api, member) else { continue };
        let place = if above.is_empty() { name.clone() } else { format!("{above}.{name}") };
        let said = match member {
            RefOr::Ref(reference) if !reference.description.is_empty() => Some(reference.description.clone()),
            _ => description(schema),
        };
        rows.push(Row {
            kind: kind(Some(api), schema),
            required: object.required.contains(name),
            about: said.unwrap_or_default(),
            rules: rules(schema),
            name: place.clone(),
        });
        let place = if matches!(schema, Schema::Array(_)) { format!("{place}[]") } else { place };
        collect(api, member, &place, depth + 1, rows);
    }
}

fn description(schema: &Schema) -> Option<String> {
    match schema {
        Schema::Object(it) => it.description.clone(),
        Schema::Array(it) => it.description.clone(),
        Schema::OneOf(it) => it.description.clone(),
        Schema::AllOf(it) => it.description.clone(),
        Schema::AnyOf(it) => it.description.clone(),
        _ => None,
    }
}

/// The type in a word or two.
fn kind(api: Option<&OpenApi>, schema: &Schema) -> String {
    match schema {
        Schema::Object(object) => {
            let mut words = words(&object.schema_type);
            if let Some(format) = format_word(object) {
                words = words.replace("string", format);
            }
            words
        }
        Schema::Array(array) => {
            let inner = match (&array.items, api) {
                (ArrayItems::RefOrSchema(items), Some(api)) => {
                    resolve(api, items).map(|inner| kind(Some(api), inner))
                }
                _ => None,
            };
            inner.map_or_else(|| "list".to_owned(), |inner| format!("list of {inner}"))
        }
        Schema::OneOf(one) => either(api, &one.items),
        Schema::AnyOf(any) => either(api, &any.items),
        _ => "object".to_owned(),
    }
}

fn either(api: Option<&OpenApi>, parts: &[RefOr<Schema>]) -> String {
    let Some(api) = api else { return "any".to_owned() };
    let mut kinds: Vec<String> = Vec::new();
    for part in parts {
        let word = resolve(api, part).map_or_else(|| "any".to_owned(), |schema| kind(Some(api), schema));
        if !kinds.contains(&word) {
            kinds.push(word);
        }
    }
    kinds.sort_by_key(|word| word == "null");
    kinds.join(" or ")
}

fn words(r#type: &SchemaType) -> String {
    let word = |one: &Type| match one {
        Type::Object => "object",
        Type::String => "string",
        Type::Integer => "integer",
        Type::Number => "number",
        Type::Boolean => "boolean",
        Type::Array => "list",
        Type::Null => "null",
    };
    match r#type {
        SchemaType::Type(one) => word(one).to_owned(),
        SchemaType::Array(all) => all.iter().map(word).collect::<Vec<_>>().join(" or "),
        SchemaType::AnyValue => "any".to_owned(),
    }
}

fn format_word(object: &Object) -> Option<&'static str> {
    let text = serde_json::to_value(object.format.as_ref()?).ok()?;
    match (text.as_str()?, object.format.as_ref()?) {
        ("uuid", _) => Some("UUID"),
        ("date-time", _) => Some("time"),
        ("binary", _) => Some("file"),
        ("email", SchemaFormat::Custom(_)) => Some("e-mail"),
        ("uri", _) => Some("address"),
        _ => None,
    }
}

/// The limits and choices of a value, as sentences.
fn rules(schema: &Schema) -> String {
    let mut all = Vec::new();
    match schema {
        Schema::Object(object) => {
            if let Some(values) = object.enum_values.as_ref().filter(|values| !values.is_empty()) {
                let values: Vec<_> =
                    values.iter().filter(|v| !v.is_null()).map(|v| format!("`{}`", plain(v))).collect();
                all.push(if values.len() == 1 {
                    format!("Always {}.", values[0])
                } else {
                    format!("One of {}.", values.join(", "))
                });
            }
            all.extend(span(
                object.min_length.map(|n| n as f64),
                object.max_length.map(|n| n as f64),
                "characters",
            ));
            let number = |n: &utoipa::Number| serde_json::to_value(n).ok().and_then(|v| v.as_f64());
            all.extend(span(
                object.minimum.as_ref().and_then(number),
                object.maximum.as_ref().and_then(number),
                "",
            ));
            all.extend(
                object.default.as_ref().filter(|v| !v.is_null()).map(|v| format!("Default `{}`.", plain(v))),
            );
        }
        Schema::Array(array) => {
            all.extend(span(array.min_items.map(|n| n as f64), array.max_items.map(|n| n as f64), "entries"));
        }
        _ => {}
    }
    all.join(" ")
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn span(least: Option<f64>, most: Option<f64>, what: &str) -> Option<String> {
    let text = match (least.filter(|n| *n > 0.0 || what.is_empty()), most) {
        (Some(least), Some(most)) => format!("{} to {} {what}", grouped(least), grouped(most)),
        (Some(least), None) => format!("At least {} {what}", grouped(least)),
        (None, Some(most)) => format!("At most {} {what}", grouped(most)),
        (None, None) => return None,
    };
    Some(format!("{}.", text.trim_end()))
}

/// A number with commas between thousands.
fn grouped(number: f64) -> String {
    let text = number.to_string();
    let (whole, rest) = text.split_at(text.find('.').unwrap_or(text.len()));
    let mut out = String::new();
    for (i, digit) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i).is_multiple_of(3) && !out.ends_with('-') {
            out.push(',');
        }
        out.push(digit);
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;
    use utoipa::openapi::schema::ObjectBuilder;

    #[test]
    fn limits_become_sentences() {
        let text = ObjectBuilder::new().schema_type(Type::String).min_length(Some(1)).max_length(Some(8000));
        assert_eq!(rules(&text.into()), "1 to 8,000 characters.");
        let number =
            ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(1)).default(Some(20.into()));
        assert_eq!(rules(&number.into()), "At least 1. Default `20`.");
        let word = ObjectBuilder::new().schema_type(Type::String).enum_values(Some(["up", "down"]));
        assert_eq!(rules(&word.into()), "One of `up`, `down`.");
    }
}
