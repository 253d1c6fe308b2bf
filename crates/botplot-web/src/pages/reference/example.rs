//! Examples made from schemas: JSON text, its members in the order in which they are written down.

use std::fmt::Write as _;

use serde_json::Value;
use utoipa::openapi::schema::{ArrayItems, KnownFormat, SchemaFormat, SchemaType, Type};
use utoipa::openapi::{Object, OpenApi, RefOr, Schema};

/// How deep examples go: schemas may lead back to themselves.
const DEPTH: usize = 8;

/// An example of a reply, as indented JSON; `None` for what is no object or list.
pub(super) fn reply(api: &OpenApi, schema: &RefOr<Schema>) -> Option<String> {
    json(api, schema, false)
}

/// An example of a request: of the members that may be left out, it has those alone that nothing would be without.
pub(super) fn request(api: &OpenApi, schema: &RefOr<Schema>) -> Option<String> {
    json(api, schema, true)
}

fn json(api: &OpenApi, schema: &RefOr<Schema>, asks: bool) -> Option<String> {
    let mut out = String::new();
    write(api, schema, asks, 0, &mut out);
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

fn write(api: &OpenApi, schema: &RefOr<Schema>, asks: bool, depth: usize, out: &mut String) {
    let Some(schema) = resolve(api, schema).filter(|_| depth < DEPTH) else { return out.push_str("null") };
    if let Some(value) = own_example(schema) {
        return out.push_str(&indented(&pretty(value), depth));
    }
    match schema {
        Schema::Object(object) if !object.properties.is_empty() => {
            write_members(api, shown(api, object, asks).into_iter(), asks, depth, out);
        }
        Schema::Array(array) => match &array.items {
            ArrayItems::RefOrSchema(items) => {
                let mut item = String::new();
                write(api, items, asks, depth + 1, &mut item);
                let pad = "  ".repeat(depth);
                if item.starts_with('{') {
                    let _ = write!(out, "[\n{pad}  {item}\n{pad}]");
                } else {
                    let _ = write!(out, "[{item}]");
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
            write_members(api, members.flatten(), asks, depth, out);
        }
        Schema::OneOf(one) => write_first(api, &one.items, asks, depth, out),
        Schema::AnyOf(any) => write_first(api, &any.items, asks, depth, out),
        Schema::Object(object) => out.push_str(&leaf(object)),
        _ => out.push_str("null"),
    }
}

/// The members that an example has.
fn shown<'a>(api: &OpenApi, object: &'a Object, asks: bool) -> Vec<(&'a str, &'a RefOr<Schema>)> {
    let all = || object.properties.iter().map(|(name, member)| (name.as_str(), member));
    if !asks {
        return all().collect();
    }
    let needed: Vec<_> = all().filter(|(name, _)| object.required.iter().any(|one| one == name)).collect();
    if !needed.is_empty() {
        return needed;
    }
    let telling = |member| resolve(api, member).and_then(own_example).is_some();
    let telling: Vec<_> = all().filter(|(_, member)| telling(member)).take(3).collect();
    if telling.is_empty() { all().take(1).collect() } else { telling }
}

fn write_first(api: &OpenApi, parts: &[RefOr<Schema>], asks: bool, depth: usize, out: &mut String) {
    match solid(api, parts).next() {
        Some(part) => write(api, part, asks, depth, out),
        None => out.push_str("null"),
    }
}

fn write_members<'a>(
    api: &OpenApi,
    members: impl Iterator<Item = (&'a str, &'a RefOr<Schema>)>,
    asks: bool,
    depth: usize,
    out: &mut String,
) {
    let pad = "  ".repeat(depth);
    out.push('{');
    for (i, (name, member)) in members.enumerate() {
        out.push_str(if i == 0 { "\n" } else { ",\n" });
        let _ = write!(out, "{pad}  \"{name}\": ");
        write(api, member, asks, depth + 1, out);
    }
    let _ = write!(out, "\n{pad}}}");
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
fn leaf(object: &Object) -> String {
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
        assert_eq!(reply(&api, &RefOr::T(whole.into())).as_deref(), Some(expected));
    }
    #[test]
    fn a_request_has_what_it_needs_and_nothing_more() {
        let api = crate::router::documented().1;
        let text = || ObjectBuilder::new().schema_type(Type::String);
        let whole =
            || ObjectBuilder::new().property("a", text()).property("b", text().examples([Value::from("x")]));
        let some = |schema: ObjectBuilder| request(&api, &RefOr::T(schema.into())).unwrap();
        assert_eq!(some(whole().required("a")), "{\n  \"a\": \"…\"\n}");
        assert_eq!(some(whole()), "{\n  \"b\": \"x\"\n}");
    }
}
