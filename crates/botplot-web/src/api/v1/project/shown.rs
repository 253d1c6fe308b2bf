//! A project as `/api/v1` shows it.

use std::collections::BTreeMap;

use botplot_core::hours::Hours;
use botplot_core::project::{Alerts, Handoff, LeadForm, Offset, Project, VisitorMail, Widget};
use botplot_core::{ProjectId, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

use crate::AppState;
use crate::widget::logo;

/// What a project may use.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
#[expect(dead_code, reason = "only its schema is used")]
pub(crate) enum PlanName {
    /// The smallest.
    Free,
    /// The middle one.
    Pro,
    /// The largest.
    Business,
}

/// A project and its settings.
#[derive(Serialize, ToSchema)]
#[schema(as = Project)]
pub(crate) struct ProjectOut {
    /// Its id.
    #[schema(value_type = uuid::Uuid)]
    id: ProjectId,
    /// Its name.
    #[schema(example = "My company")]
    name: String,
    /// What it may use.
    #[schema(value_type = PlanName)]
    plan: &'static str,
    /// When it was made.
    #[schema(value_type = String, format = DateTime, example = "2025-01-15T10:30:00Z")]
    created_at: String,
    /// How the widget looks and speaks.
    widget: WidgetOut,
    /// Web origins that may use the publishable key; empty admits all.
    #[schema(example = json!(["https://www.example.com", "*.example.com"]))]
    origins: Vec<String>,
    /// What happens when a visitor asks for a person.
    handoff: HandoffOut,
    /// When and how contact details are asked for.
    lead_form: LeadFormOut,
    /// Whether visitors have to prove who they are.
    identity: IdentityOut,
    /// Who is told by e-mail what you should know.
    notices: NoticesOut,
    /// Who is told that a visitor waits for a person and nobody looks.
    alerts: AlertsOut,
    /// Letters to visitors who have left before a person replied.
    visitor_mail: VisitorMailOut,
    /// When people are there.
    hours: HoursOut,
    /// Further words to the model.
    #[schema(example = "Answer briefly. Never promise a refund.")]
    instructions: String,
    /// What the bot says when the knowledge does not cover a question; the built-in sentence is said in the language
    /// of the question.
    refusal: String,
    /// Confidence below which the bot refuses.
    #[schema(minimum = 0.0, maximum = 1.0, example = 0.5)]
    threshold: f64,
    /// Idle days after which a conversation is closed; 0 never.
    #[schema(minimum = 0, example = 7)]
    idle_days: u32,
    /// Days after which a conversation that nothing happened in is deleted; 0 never.
    #[schema(minimum = 0, example = 0)]
    retention_days: u32,
    /// What the model may cost a day, in the currency of the operator's prices; 0 is no cap of the project's own.
    #[schema(minimum = 0.0, example = 0.0)]
    daily_spend: f64,
    /// The sites on which the widget was seen, newest first; at most 20, to the hour.
    seen: Vec<SeenOut>,
}

/// A site on which the widget was seen.
#[derive(Serialize, ToSchema)]
#[schema(as = SeenSite)]
struct SeenOut {
    /// The site's origin.
    #[schema(example = "https://www.example.com")]
    origin: String,
    /// When a page of it last asked for the widget's settings, to the hour.
    #[schema(value_type = String, format = DateTime, example = "2025-01-15T10:30:00Z")]
    last_seen_at: String,
}

/// How the widget looks and speaks.
#[derive(Serialize, ToSchema)]
#[schema(as = Widget)]
struct WidgetOut {
    /// Above the conversation.
    #[schema(example = "Chat with us")]
    title: String,
    /// Main colour.
    #[schema(example = "#2f6f5e")]
    color: String,
    /// The logo's address; set with `PUT /api/v1/project/logo`.
    logo_url: Option<String>,
    /// `left` or `right`, at the bottom.
    #[schema(example = "right")]
    position: String,
    /// Pixels from the window's edges.
    offset: OffsetOut,
    /// Pixels of the corners' radius.
    #[schema(minimum = 0, example = 16)]
    radius: u32,
    /// `light`, `dark` or `auto`.
    #[schema(example = "auto")]
    theme: String,
    /// Code of the language that the interface speaks whatever the page does; empty is the page's.
    #[schema(example = "de")]
    language: String,
    /// The first words, and what the bot says to a greeting.
    #[schema(example = "Hello! What can I help you with?")]
    welcome: String,
    /// Questions to begin with.
    #[schema(example = json!(["How long does shipping take?"]))]
    starters: Vec<String>,
    /// Own words in place of the interface's, by name.
    #[schema(example = json!({ "send": "Go" }))]
    strings: BTreeMap<String, String>,
}

/// Pixels from the window's edges.
#[derive(Serialize, ToSchema)]
#[schema(as = Offset)]
struct OffsetOut {
    /// From the side.
    #[schema(minimum = 0, example = 20)]
    x: u32,
    /// From the bottom.
    #[schema(minimum = 0, example = 20)]
    y: u32,
}

/// What happens when a visitor asks for a person.
#[derive(Serialize, ToSchema)]
#[schema(as = Handoff)]
struct HandoffOut {
    /// Whether the widget offers a person.
    enabled: bool,
    /// True when the bot falls silent as soon as a person is asked for.
    silent: bool,
    /// What the visitor reads then; the built-in sentence is read in the visitor's language.
    message: String,
}

/// When and how contact details are asked for.
#[derive(Serialize, ToSchema)]
#[schema(as = LeadForm)]
struct LeadFormOut {
    /// Any of `before`, `refusal`, `handoff`, `limit`.
    #[schema(example = json!(["handoff", "limit"]))]
    when: Vec<String>,
    /// Any of `name`, `email`, `phone`, in the order shown.
    #[schema(example = json!(["name", "email"]))]
    fields: Vec<String>,
    /// Above the form.
    title: String,
    /// What the visitor agrees to; empty asks for nothing.
    consent: String,
}

/// Whether visitors have to prove who they are.
#[derive(Serialize, ToSchema)]
#[schema(as = Identity)]
struct IdentityOut {
    /// True when a visitor id that was ever verified needs its proof each time.
    enforced: bool,
    /// Whether there is a secret to verify with.
    configured: bool,
}

/// Who is told by e-mail what you should know.
#[derive(Serialize, ToSchema)]
#[schema(as = NoticeSettings)]
struct NoticesOut {
    /// Addresses; empty tells nobody.
    #[schema(example = json!(["ann@example.com"]))]
    emails: Vec<String>,
}

/// Who is told that a visitor waits for a person and nobody looks.
#[derive(Serialize, ToSchema)]
#[schema(as = Alerts)]
struct AlertsOut {
    /// Minutes within office hours that a visitor waits before somebody is told; 0 tells nobody.
    #[schema(minimum = 0, example = 5)]
    after_minutes: u32,
    /// Addresses; empty tells all members who may reply.
    #[schema(example = json!(["ann@example.com"]))]
    emails: Vec<String>,
    /// An incoming webhook of Slack, or of what takes the same; empty for none.
    #[schema(example = "https://chat.example.com/hooks/support")]
    webhook_url: String,
}

/// Letters to visitors who have left before a person replied.
#[derive(Serialize, ToSchema)]
#[schema(as = VisitorMail)]
struct VisitorMailOut {
    /// Whether they are written, to those who left an address.
    enabled: bool,
    /// Minutes for which the visitor's page may still hear of a reply.
    #[schema(minimum = 0, example = 10)]
    after_minutes: u32,
}

/// When people are there.
#[derive(Serialize, ToSchema)]
#[schema(as = Hours)]
struct HoursOut {
    /// The time zone.
    #[schema(example = "Europe/Berlin")]
    zone: String,
    /// The spans of each day from Monday on; all empty is always open.
    #[schema(example = json!([["09:00-12:00", "13:00-17:00"], ["09:00-17:00"], [], [], [], [], []]))]
    week: Vec<Vec<String>>,
    /// What a visitor reads who asks for a person outside the hours; `{opens}` is replaced by when they begin again.
    message: String,
}

impl ProjectOut {
    /// The project; `configured` says whether there is a secret to verify visitors with, `seen` where its widget was.
    pub(super) fn of(
        state: &AppState,
        it: Project,
        configured: bool,
        seen: Vec<(String, Timestamp)>,
    ) -> Self {
        let set = it.settings;
        let seen = seen.into_iter().map(|(origin, at)| SeenOut { origin, last_seen_at: at.rfc3339() });
        Self {
            id: it.id,
            name: it.name,
            plan: it.plan.as_str(),
            created_at: it.created_at.rfc3339(),
            widget: logo::with_address(state, set.widget).into(),
            origins: set.origins,
            handoff: set.handoff.into(),
            lead_form: set.lead_form.into(),
            identity: IdentityOut { enforced: set.identity.enforced, configured },
            notices: NoticesOut { emails: set.notices.emails },
            alerts: set.alerts.into(),
            visitor_mail: set.visitor_mail.into(),
            hours: set.hours.into(),
            instructions: set.instructions,
            refusal: set.refusal,
            threshold: set.threshold,
            idle_days: set.idle_days,
            retention_days: set.retention_days,
            daily_spend: set.daily_spend,
            seen: seen.collect(),
        }
    }
}

impl From<Widget> for WidgetOut {
    fn from(it: Widget) -> Self {
        let Offset { x, y } = it.offset;
        Self {
            title: it.title,
            color: it.color,
            logo_url: it.logo_url,
            position: it.position,
            offset: OffsetOut { x, y },
            radius: it.radius,
            theme: it.theme,
            language: it.language,
            welcome: it.welcome,
            starters: it.starters,
            strings: it.strings,
        }
    }
}

impl From<Handoff> for HandoffOut {
    fn from(Handoff { enabled, silent, message }: Handoff) -> Self {
        Self { enabled, silent, message }
    }
}

impl From<LeadForm> for LeadFormOut {
    fn from(LeadForm { when, fields, title, consent }: LeadForm) -> Self {
        Self { when, fields, title, consent }
    }
}

impl From<Alerts> for AlertsOut {
    fn from(Alerts { after_minutes, emails, webhook_url }: Alerts) -> Self {
        Self { after_minutes, emails, webhook_url }
    }
}

impl From<VisitorMail> for VisitorMailOut {
    fn from(VisitorMail { enabled, after_minutes }: VisitorMail) -> Self {
        Self { enabled, after_minutes }
    }
}

impl From<Hours> for HoursOut {
    fn from(Hours { zone, week, message }: Hours) -> Self {
        Self { zone, week, message }
    }
}
