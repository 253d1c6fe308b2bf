//! What `PATCH /api/v1/project` takes: everything may be left out, and null goes back to the default.

use std::collections::BTreeMap;

use botplot_core::project::Project;
use botplot_core::speech;
use utoipa::ToSchema;
use utoipa::openapi::schema::{Object, ObjectBuilder, SchemaType, Type};

use crate::fields::Fields;

/// What is to change about a project.
#[derive(ToSchema)]
#[expect(
    dead_code,
    reason = "only its schema is used: the body is merged by name, so that all faults are told"
)]
pub(crate) struct ProjectChanges {
    /// Its name, which no other project has.
    name: Option<ProjectName>,
    /// How the widget looks and speaks.
    widget: Option<WidgetChanges>,
    /// Web origins that may use the publishable key; empty admits all.
    #[schema(max_items = 100)]
    origins: Option<Vec<WebOrigin>>,
    /// What happens when a visitor asks for a person.
    handoff: Option<HandoffChanges>,
    /// When and how contact details are asked for.
    lead_form: Option<LeadFormChanges>,
    /// Whether visitors have to prove who they are.
    identity: Option<IdentityChanges>,
    /// Who is told by e-mail what you should know.
    notices: Option<NoticeChanges>,
    /// Who is told that a visitor waits for a person and nobody looks.
    alerts: Option<AlertChanges>,
    /// Letters to visitors who have left before a person replied.
    visitor_mail: Option<VisitorMailChanges>,
    /// When people are there.
    hours: Option<HoursChanges>,
    /// Further words to the model.
    #[schema(max_length = 4000, pattern = "^[^\\u0000]*$")]
    instructions: Option<String>,
    /// What the bot says when the knowledge does not cover a question.
    #[schema(min_length = 1, max_length = 500, pattern = "^[^\\u0000]*[^\\s\\u0000][^\\u0000]*$")]
    refusal: Option<String>,
    /// Confidence below which the bot refuses.
    #[schema(minimum = 0.0, maximum = 1.0)]
    threshold: Option<f64>,
    /// Idle days after which a conversation is closed; 0 never.
    #[schema(minimum = 0, maximum = 3650)]
    idle_days: Option<u32>,
    /// Days after which a conversation that nothing happened in is deleted; 0 never.
    #[schema(minimum = 0, maximum = 3650)]
    retention_days: Option<u32>,
    /// What the model may cost a day, in the currency of the operator's prices; 0 is no cap of the project's own.
    #[schema(minimum = 0.0, maximum = 1_000_000_000.0)]
    daily_spend: Option<f64>,
}

/// A project's name.
#[derive(ToSchema)]
#[schema(
    min_length = 1,
    max_length = 100,
    pattern = "^[^\\u0000-\\u001f\\u007f-\\u009f]*[^\\s\\u0000-\\u001f\\u007f-\\u009f][^\\u0000-\\u001f\\u007f-\\u009f]*$",
    example = "My company"
)]
#[expect(dead_code, reason = "only its schema is used")]
struct ProjectName(String);

/// An origin, or all hosts below one.
#[derive(ToSchema)]
#[schema(
    pattern = "^(https?://|\\*\\.)[a-z0-9]{1,30}(\\.[a-z]{2,12}){1,3}$",
    example = "https://www.example.com"
)]
#[expect(dead_code, reason = "only its schema is used")]
struct WebOrigin(String);

/// What is to change about the widget.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only its schema is used")]
struct WidgetChanges {
    /// Above the conversation.
    #[schema(max_length = 80, pattern = "^[^\\u0000]*$")]
    title: Option<String>,
    /// Main colour.
    #[schema(pattern = "^#[0-9a-fA-F]{6}$", example = "#2f6f5e")]
    color: Option<String>,
    /// At the left or at the right, at the bottom.
    position: Option<Side>,
    /// Pixels from the window's edges.
    offset: Option<OffsetChanges>,
    /// Pixels of the corners' radius.
    #[schema(minimum = 0, maximum = 40)]
    radius: Option<u32>,
    /// Light, dark, or as the visitor's system is.
    theme: Option<Theme>,
    /// Code of the language that the interface speaks whatever the page does; empty is the page's.
    #[schema(schema_with = language)]
    language: Option<String>,
    /// The first words, and what the bot says to a greeting.
    #[schema(min_length = 1, max_length = 500, pattern = "^[^\\u0000]*[^\\s\\u0000][^\\u0000]*$")]
    welcome: Option<String>,
    /// Questions to begin with.
    #[schema(max_items = 6)]
    starters: Option<Vec<Starter>>,
    /// Own words in place of the interface's, by name, at most 100 of 300 characters;
    /// null takes one away.
    #[schema(schema_with = strings)]
    strings: Option<BTreeMap<String, Option<String>>>,
}

/// A code of a language, or nothing.
fn language() -> Object {
    let codes = std::iter::once("").chain(speech::ALL.iter().map(|speech| speech.code)).map(Some);
    ObjectBuilder::new()
        .schema_type(SchemaType::from_iter([Type::String, Type::Null]))
        .enum_values(Some(codes.chain([None])))
        .description(Some(
            "Code of the language that the interface speaks whatever the page does; empty is the page's.",
        ))
        .build()
}

/// Names of at most 100 characters, with their words.
fn strings() -> Object {
    let word = ObjectBuilder::new().schema_type(SchemaType::from_iter([Type::String, Type::Null]));
    let name = ObjectBuilder::new().schema_type(Type::String).min_length(Some(1)).max_length(Some(100));
    ObjectBuilder::new()
        .schema_type(SchemaType::from_iter([Type::Object, Type::Null]))
        .property_names(Some(name))
        .additional_properties(Some(word.max_length(Some(300))))
        .max_properties(Some(100))
        .description(Some(
            "Own words in place of the interface's, by name, at most 100 of 300 characters; null takes one away.",
        ))
        .build()
}

/// A side of the window.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
#[expect(dead_code, reason = "only its schema is used")]
enum Side {
    /// Left.
    Left,
    /// Right.
    Right,
}

/// Colours for day or night.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
#[expect(dead_code, reason = "only its schema is used")]
enum Theme {
    /// Light.
    Light,
    /// Dark.
    Dark,
    /// As the visitor's system is.
    Auto,
}

/// Pixels from the window's edges.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only its schema is used")]
struct OffsetChanges {
    /// From the side.
    #[schema(minimum = 0, maximum = 500)]
    x: Option<u32>,
    /// From the bottom.
    #[schema(minimum = 0, maximum = 500)]
    y: Option<u32>,
}

/// A question to begin with.
#[derive(ToSchema)]
#[schema(min_length = 1, max_length = 120, pattern = "^[^\\u0000]*[^\\s\\u0000][^\\u0000]*$")]
#[expect(dead_code, reason = "only its schema is used")]
struct Starter(String);

/// What is to change when a visitor asks for a person.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only its schema is used")]
struct HandoffChanges {
    /// Whether the widget offers a person.
    enabled: Option<bool>,
    /// True when the bot falls silent as soon as a person is asked for.
    silent: Option<bool>,
    /// What the visitor reads then.
    #[schema(max_length = 500, pattern = "^[^\\u0000]*$")]
    message: Option<String>,
}

/// What is to change about when and how contact details are asked for.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only its schema is used")]
struct LeadFormChanges {
    /// When the form is shown; empty never.
    #[schema(max_items = 4)]
    when: Option<std::collections::BTreeSet<LeadOccasion>>,
    /// What it asks for, in the order shown.
    #[schema(max_items = 3)]
    fields: Option<std::collections::BTreeSet<LeadField>>,
    /// Above the form.
    #[schema(max_length = 120, pattern = "^[^\\u0000]*$")]
    title: Option<String>,
    /// What the visitor agrees to; empty asks for nothing.
    #[schema(max_length = 500, pattern = "^[^\\u0000]*$")]
    consent: Option<String>,
}

/// When contact details are asked for.
#[derive(PartialEq, Eq, PartialOrd, Ord, ToSchema)]
#[schema(rename_all = "snake_case")]
#[expect(dead_code, reason = "only its schema is used")]
enum LeadOccasion {
    /// Before the first message.
    Before,
    /// When the bot had no answer.
    Refusal,
    /// When a person was asked for.
    Handoff,
    /// When the month's answers are used up.
    Limit,
}

/// What is asked for.
#[derive(PartialEq, Eq, PartialOrd, Ord, ToSchema)]
#[schema(rename_all = "snake_case")]
#[expect(dead_code, reason = "only its schema is used")]
enum LeadField {
    /// The name.
    Name,
    /// The e-mail address.
    Email,
    /// The telephone number.
    Phone,
}

/// What is to change about how visitors prove who they are.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only its schema is used")]
struct IdentityChanges {
    /// True when a visitor id that was ever verified needs its proof each time.
    enforced: Option<bool>,
}

/// What is to change about who is told by e-mail what you should know.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only its schema is used")]
struct NoticeChanges {
    /// Addresses, where the operator of the server has set up e-mail; empty tells nobody.
    #[schema(max_items = 10)]
    emails: Option<Vec<MailAddress>>,
}

/// What is to change about who is told that a visitor waits.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only its schema is used")]
struct AlertChanges {
    /// Minutes within office hours that a visitor waits before somebody is told; 0 tells nobody.
    #[schema(minimum = 0, maximum = 1440)]
    after_minutes: Option<u32>,
    /// Addresses, where the operator of the server has set up e-mail; empty tells all members who may reply.
    #[schema(max_items = 10)]
    emails: Option<Vec<MailAddress>>,
    /// An incoming webhook of Slack, or of what takes the same; empty for none.
    #[schema(
        max_length = 2000,
        pattern = "^(https://([a-z][a-z0-9]{0,20}\\.)+[a-z]{2,12}(/[A-Za-z0-9_-]{1,40}){0,6})?$",
        example = "https://chat.example.com/hooks/support"
    )]
    webhook_url: Option<String>,
}

/// What is to change about letters to visitors.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only its schema is used")]
struct VisitorMailChanges {
    /// Whether they are written, to those who left an address.
    enabled: Option<bool>,
    /// Minutes for which the visitor's page may still hear of a reply.
    #[schema(minimum = 0, maximum = 1440)]
    after_minutes: Option<u32>,
}

/// What is to change about when people are there.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only its schema is used")]
struct HoursChanges {
    /// The time zone, by a name of the IANA's list.
    #[schema(
        pattern = "^(UTC|Africa/Cairo|America/New_York|Asia/Tokyo|Europe/Berlin|Europe/London)$",
        example = "Europe/Berlin"
    )]
    zone: Option<String>,
    /// The spans of each day from Monday on, at most four a day; all empty is always open. A span that does not end
    /// later than it begins ends on the next day.
    #[schema(min_items = 7, max_items = 7, value_type = Option<Vec<OpenDay>>)]
    week: Option<Vec<Vec<String>>>,
    /// What a visitor reads who asks for a person outside the hours; `{opens}` is replaced by when they begin again.
    #[schema(min_length = 1, max_length = 500, pattern = "^[^\\u0000]*[^\\s\\u0000][^\\u0000]*$")]
    message: Option<String>,
}

/// The spans of a day.
#[derive(ToSchema)]
#[schema(max_items = 4, example = json!(["09:00-12:00", "13:00-17:00"]))]
#[expect(dead_code, reason = "only its schema is used")]
struct OpenDay(Vec<OpenSpan>);

/// From when to when people are there, by the clock.
#[derive(ToSchema)]
#[schema(pattern = "^([01][0-9]|2[0-3]):[0-5][0-9]-([01][0-9]|2[0-3]):[0-5][0-9]$", example = "09:00-17:00")]
#[expect(dead_code, reason = "only its schema is used")]
struct OpenSpan(String);

/// An e-mail address.
#[derive(ToSchema)]
#[schema(pattern = "^[a-z0-9]{1,20}@[a-z0-9]{1,30}(\\.[a-z]{2,12}){1,3}$", example = "ann@example.com")]
#[expect(dead_code, reason = "only its schema is used")]
struct MailAddress(String);

/// Notes what a caller tries to change that cannot be changed here; sending what is so already does no harm.
pub(super) fn read_only(fields: &mut Fields, project: &Project) {
    let plan = fields.take(&["plan"]).map(|p| p.1);
    if plan.is_some_and(|plan| plan != project.plan.as_str()) {
        fields.fault("plan", "is set by the operator of this server");
    }
}
