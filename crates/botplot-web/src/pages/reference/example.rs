//! Examples made from schemas: JSON text, its members in the order in which they are written down.

use serde_json::Value;
use utoipa::openapi::schema::{ArrayItems, KnownFormat, SchemaFormat, SchemaType, Type};
use utoipa::openapi::{OpenApi, RefOr, Schema};

/// How deep examples go: schemas may lead back to themselves.
const DEPTH: usize = 8;

/// An example of what the schema describes, as indented JSON; `None` for what is no object or list.
pub(super) fn json(api: &OpenApi, schema: &RefOr<Schema>) -> Option<String> {
    let mut out = String::new();
    write(api, schema, 0, &mut out);
    out.starts_with(['{', '[']).then_some(out)
}

/// A value as indented JSON.
pub(super) fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}

/// The schema itself, if this is a reference to one of the document's.
pub(super) fn resolve<'a>(api: &'a OpenApi, schema: &'a RefOr<Schema>) -> Option<&'a Schema> {
    match schema {
        RefOr::T(schema) => Some(schema),
        RefOr::Ref(reference) => {
            let name = reference.ref_location.rsplit('/').next()?;
            api.components.as_ref()?.schemas.get(name).and_then(|found| resolve(api, found))
        }
    }
}

/// The parts of the schema that have something to show: a choice with nothing is no choice for an example.
pub(super) fn solid<'a>(
    api: &'a OpenApi,
    parts: &'a [RefOr<Schema>],
) -> impl Iterator<Item = &'a RefOr<Schema>> {
    parts.iter().filter(move |part| !resolve(api, part).is_some_and(is_null))
}

fn is_null(schema: &Schema) -> bool {
    matches!(schema, Schema::Object(object) if object.schema_type == SchemaType::Type(Type::Null))
}

fn write(api: &OpenApi, schema: &RefOr<Schema>, depth: usize, out: &mut String) {
    let Some(schema) = resolve(api, schema).filter(|_| depth < DEPTH) else { return out.push_str("null") };
    if let Some(value) = own_example(schema) {
        return out.push_str(&indented(&pretty(value), depth));
    }
    match schema {
        Schema::Object(object) if !object.properties.is_empty() => {
            let all = object.properties.iter().map(|(name, member)| (name.as_str(), member));
            write_members(api, all, depth, out);
        }
        Schema::Array(array) => match &array.items {
            ArrayItems::RefOrSchema(items) => {
                let mut item = String::new();
                write(api, items, depth + 1, &mut item);
                let pad = "  ".repeat(depth);
                if item.starts_with('{') {
                    out.push_str(&format!("[\n{pad}  {item}\n{pad}]"));
                } else {
                    out.push_str(&format!("[{item}]"));
                }
            }
            ArrayItems::False => out.push_str("[]"),
        },
        Schema::AllOf(all) => {
            let parts = all.items.iter().filter_map(|part| resolve(api, part));
            let members = parts.filter_map(|part| match part {
                Schema::Object(object) => {
                    Some(object.properties.iter().map(|(name, member)| (name.as_str(), member)))
                }
                _ => None,
            });
            write_members(api, members.flatten(), depth, out);
        }
        Schema::OneOf(one) => write_first(api, &one.items, depth, out),
        Schema::AnyOf(any) => write_first(api, &any.items, depth, out),
        Schema::Object(object) => out.push_str(&leaf(object)),
        _ => out.push_str("null"),
    }
}

fn write_first(api: &OpenApi, parts: &[RefOr<Schema>], depth: usize, out: &mut String) {
    match solid(api, parts).next() {
        Some(part) => write(api, part, depth, out),
        None => out.push_str("null"),
    }
}

fn write_members<'a>(
    api: &OpenApi,
    members: impl Iterator<Item = (&'a str, &'a RefOr<Schema>)>,
    depth: usize,
    out: &mut String,
) {
    let pad = "  ".repeat(depth);
    out.push('{');
    for (i, (name, member)) in members.enumerate() {
        out.push_str(if i == 0 { "\n" } else { ",\n" });
        out.push_str(&format!("{pad}  \"{name}\": "));
        write(api, member, depth + 1, out);
    }
    out.push_str(&format!("\n{pad}}}"));
}

fn own_example(schema: &Schema) -> Option<&Value> {
    match schema {
        Schema::Object(it) => it.example.as_ref().or(it.examples.first()),
        Schema::Array(it) => it.example.as_ref().or(it.examples.first()),
        Schema::OneOf(it) => it.example.as_ref().or(it.examples.first()),
        Schema::AllOf(it) => it.example.as_ref().or(it.examples.first()),
        Schema::AnyOf(it) => it.example.as_ref().or(it.examples.first()),
        _ => None,
    }
}

/// A value of a type that has no members.
fn leaf(object: &utoipa::openapi::Object) -> String {
    let value = object.default.as_ref().or(object.enum_values.as_ref().and_then(|all| all.first()));
    if let Some(value) = value {
        return value.to_string();
    }
    let r#type = match &object.schema_type {
        SchemaType::Type(one) => Some(one),
        SchemaType::Array(all) => all.iter().find(|one| **one != Type::Null),
        SchemaType::AnyValue => None,
    };
    let known = object.format.as_ref().and_then(|format| match format {
        SchemaFormat::KnownFormat(known) => Some(known),
        SchemaFormat::Custom(_) => None,
    });
    let text = match (r#type, known) {
        (Some(Type::String), Some(KnownFormat::Uuid)) => "\"550e8400-e29b-41d4-a716-446655440000\"",
        (Some(Type::String), Some(KnownFormat::DateTime)) => "\"2025-01-15T10:30:00Z\"",
        (Some(Type::String), _) => "\"…\"",
        (Some(Type::Integer), _) => "1",
        (Some(Type::Number), _) => "0.5",
        (Some(Type::Boolean), _) => "false",
        (Some(Type::Object), _) => "{}",
        (Some(Type::Array), _) => "[]",
        _ => "null",
    };
    text.to_owned()
}

fn indented(text: &str, depth: usize) -> String {
    text.replace('\n', &format!("\n{}", "  ".repeat(depth)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use utoipa::openapi::schema::ObjectBuilder;
    use utoipa::openapi::{Array, Ref};

    #[test]
    fn members_keep_their_order_and_references_are_followed() {
        let mut api = crate::router::documented().1;
        let text =
            |example: &str| ObjectBuilder::new().schema_type(Type::String).examples([Value::from(example)]);
        let inner = ObjectBuilder::new().property("z", text("last")).property("a", text("first"));
        api.components.get_or_insert_default().schemas.insert("Inner".into(), RefOr::T(inner.into()));
        let whole = ObjectBuilder::new()
            .property("list", Array::new(Ref::from_schema_name("Inner")))
            .property("count", ObjectBuilder::new().schema_type(Type::Integer));
        let expected = "{\n  \"list\": [\n    {\n      \"z\": \"last\",\n      \"a\": \"first\"\n    }\n  ],\n  \"count\": 1\n}";
        assert_eq!(json(&api, &RefOr::T(whole.into())).as_deref(), Some(expected));
    }
}
