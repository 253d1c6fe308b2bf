//! What BotPlot itself sends: one webhook for each kind of event.

use botplot_core::event::{Event, Kind};
use serde_json::{Value, json};
use utoipa::openapi::path::{
    HttpMethod, OperationBuilder, Parameter, ParameterBuilder, ParameterIn, PathItem,
};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::schema::{Array, ObjectBuilder, SchemaType, Type};
use utoipa::openapi::{
    ContentBuilder, OpenApi, Paths, RefOr, Required, ResponseBuilder, Schema, security::SecurityRequirement,
};

/// Describes the webhooks, in the order in which those of one change are sent.
pub(super) fn add(api: &mut OpenApi) {
    let mut webhooks = Paths::new();
    for kind in Kind::ALL {
        webhooks.paths.insert(kind.as_str().to_owned(), PathItem::new(HttpMethod::Post, operation(*kind)));
    }
    api.webhooks = Some(webhooks);
}

fn operation(kind: Kind) -> OperationBuilder {
    let note = if kind.is_default() { "" } else { " Sent to endpoints that name it." };
    let body = RequestBodyBuilder::new().required(Some(Required::True)).content(
        "application/json",
        ContentBuilder::new().schema(Some(schema(kind))).example(Some(payload(kind))).build(),
    );
    let fine = ResponseBuilder::new()
        .description("Any 2xx within 15 seconds: it arrived. Everything else is tried again.");
    OperationBuilder::new()
        .tag("Webhooks")
        .summary(Some(kind.as_str()))
        .description(Some(format!("{}{note}", kind.doc())))
        .operation_id(Some(format!("webhook.{}", kind.as_str())))
        .parameters(Some(headers()))
        .request_body(Some(body.build()))
        .response("2XX", fine.build())
        .security(SecurityRequirement::default())
}

fn headers() -> Vec<Parameter> {
    [
        ("X-BotPlot-Signature", "`sha256=` and the HMAC-SHA256 of the raw body in hex; the key is the endpoint's secret as shown."),
        ("webhook-id", "The event's id, the same on every attempt."),
        ("webhook-timestamp", "When this attempt was made, in seconds since 1970."),
        ("webhook-signature", "The signature as Standard Webhooks has it, over id, timestamp and body."),
    ]
    .into_iter()
    .map(|(name, about)| {
        let schema = ObjectBuilder::new().schema_type(Type::String);
        let header = ParameterBuilder::new().name(name).parameter_in(ParameterIn::Header).required(Required::True);
        header.description(Some(about)).schema(Some(schema)).build()
    })
    .collect()
}

/// What an endpoint gets when something of this kind happens.
fn payload(kind: Kind) -> Value {
    json!({
        "id": "0194697f-2a40-7c1e-8a5b-3f0d9c6e1b27",
        "event": kind.as_str(),
        "project_id": "0194697e-9c00-7b3a-b1d2-6e4f8a0c2d15",
        "data": Event::sample(kind).payload(),
        "timestamp": "2025-01-15T10:30:00.000Z",
    })
}

fn schema(kind: Kind) -> Schema {
    let RefOr::T(Schema::Object(mut whole)) = of(&payload(kind)) else { return ObjectBuilder::new().into() };
    let word = ObjectBuilder::new().schema_type(Type::String).enum_values(Some([kind.as_str()]));
    whole.properties.insert("event".to_owned(), RefOr::T(word.into()));
    let time = ObjectBuilder::new()
        .schema_type(Type::String)
        .format(Some(utoipa::openapi::SchemaFormat::KnownFormat(utoipa::openapi::KnownFormat::DateTime)));
    whole.properties.insert("timestamp".to_owned(), RefOr::T(time.into()));
    Schema::Object(whole)
}

/// The schema of values such as this one; what is null may be text.
fn of(value: &Value) -> RefOr<Schema> {
    let plain = |r#type: Type| RefOr::T(Schema::from(ObjectBuilder::new().schema_type(r#type)));
    match value {
        Value::Null => {
            let either = SchemaType::from_iter([Type::String, Type::Null]);
            RefOr::T(ObjectBuilder::new().schema_type(either).into())
        }
        Value::Bool(_) => plain(Type::Boolean),
        Value::Number(_) => plain(Type::Number),
        Value::String(_) => plain(Type::String),
        Value::Array(items) => {
            RefOr::T(Schema::Array(Array::new(items.first().map_or(plain(Type::Object), of))))
        }
        Value::Object(members) => {
            let object = members
                .iter()
                .fold(ObjectBuilder::new().schema_type(Type::Object), |object, (name, value)| {
                    object.property(name.clone(), of(value)).required(name.clone())
                });
            RefOr::T(object.into())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_an_example_of_its_own_kind() {
        for kind in Kind::ALL {
            let payload = payload(*kind);
            assert!(payload["data"].is_object() && payload["event"] == kind.as_str(), "{payload}");
        }
    }
}
