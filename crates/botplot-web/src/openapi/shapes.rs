//! What the attributes cannot say, or say less truly than it is: event streams, pictures, numbers without an end.

use utoipa::openapi::path::{Operation, ParameterIn};
use utoipa::openapi::schema::{KnownFormat, Object, ObjectBuilder, SchemaFormat, SchemaType, Type};
use utoipa::openapi::{Content, OpenApi, RefOr, Schema};

use super::walk::Operations as _;

/// Sets right what every operation takes and gives.
pub(super) fn correct(api: &mut OpenApi) {
    for item in api.paths.paths.values_mut() {
        for (_, operation) in item.each_mut() {
            for_any_number(operation);
            each_body(operation);
            each_reply(operation);
        }
    }
}

/// A number that is larger than any list is served as the largest: the schema must not forbid it.
fn for_any_number(operation: &mut Operation) {
    for parameter in operation.parameters.iter_mut().flatten() {
        let RefOr::T(parameter) = parameter else { continue };
        if let (ParameterIn::Query, Some(RefOr::T(Schema::Object(object)))) =
            (&parameter.parameter_in, &mut parameter.schema)
        {
            let sized = [KnownFormat::Int32, KnownFormat::Int64].map(SchemaFormat::KnownFormat);
            object.format = object.format.take().filter(|format| !sized.contains(format));
        }
    }
}

/// A body may be left out where it is optional, but `null` is none; a picture is no list of numbers.
fn each_body(operation: &mut Operation) {
    let Some(RefOr::T(body)) = &mut operation.request_body else { return };
    for (media, content) in &mut body.content {
        let RefOr::T(content) = content else { continue };
        if media.starts_with("image/") {
            content.schema = Some(RefOr::T(binary().into()));
        } else if let Some(RefOr::T(Schema::OneOf(either))) = &mut content.schema {
            either.items.retain(|part| !is_null(part));
            if let [only] = either.items.as_slice() {
                content.schema = Some(only.clone());
            }
        }
    }
}

fn each_reply(operation: &mut Operation) {
    for reply in operation.responses.responses.values_mut() {
        let RefOr::T(reply) = reply else { continue };
        for (media, content) in &mut reply.content {
            let RefOr::T(content) = content else { continue };
            if media.starts_with("image/") {
                content.schema = Some(RefOr::T(binary().into()));
            } else if media == "text/event-stream" {
                as_events(content);
            }
        }
    }
}

/// What readers of descriptions take for the schema of each event of a stream.
fn as_events(content: &mut Content) {
    let text = |about: &str| ObjectBuilder::new().schema_type(Type::String).description(Some(about));
    let event = ObjectBuilder::new()
        .description(Some("One event of the stream; lines that begin with a colon are none."))
        .property("data", text("JSON."))
        .required("data")
        .property("id", text("What to send as `Last-Event-ID` to go on after this event."));
    content.schema = Some(RefOr::T(event.into()));
}

fn binary() -> Object {
    let format = SchemaFormat::KnownFormat(KnownFormat::Binary);
    ObjectBuilder::new().schema_type(Type::String).format(Some(format)).build()
}

fn is_null(part: &RefOr<Schema>) -> bool {
    matches!(part, RefOr::T(Schema::Object(object)) if object.schema_type == SchemaType::Type(Type::Null))
}
