//! Projects, the tenants, and what their owners set.

pub mod logo;
pub mod patch;

use crate::hours::Hours;
use crate::plan::Plan;
use crate::speech::{self, Speech};
use crate::{ProjectId, Timestamp, letter, origin};

/// Characters a project's name may have.
pub const NAME_LIMIT: usize = 100;

/// One tenant.
#[derive(Clone, Debug)]
pub struct Project {
    /// Its id.
    pub id: ProjectId,
    /// The owner's name for it; unique, so that commands can name it.
    pub name: String,
    /// What the owner set.
    pub settings: Settings,
    /// What the project may use.
    pub plan: Plan,
    /// True when its people need a second factor to get in.
    pub factor_required: bool,
    /// Raised in every transaction that changes chunks; the search index compares it before each search.
    pub index_version: i64,
    /// When it was made.
    pub created_at: Timestamp,
}

/// What a project's owner set; every field has a default, so that old rows read on.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct Settings {
    /// What the bot says when the knowledge does not cover a question.
    pub refusal: String,
    /// Further words of the owner to the model.
    pub instructions: String,
    /// Confidence below which the bot refuses, 0–1.
    pub threshold: f64,
    /// Web origins that may use the publishable key; empty admits all.
    pub origins: Vec<String>,
    /// How the widget looks and speaks; it reads this as it is.
    pub widget: Widget,
    /// What happens when a visitor asks for a person.
    pub handoff: Handoff,
    /// When and how contact details are asked for.
    pub lead_form: LeadForm,
    /// Whether a verified visitor id may be used without its proof.
    pub identity: Identity,
    /// Who is told by e-mail what an owner should know.
    pub notices: Notices,
    /// Who is told that a visitor waits for a person and nobody looks.
    pub alerts: Alerts,
    /// Letters to visitors who have left before a person replied.
    pub visitor_mail: VisitorMail,
    /// When people are there.
    pub hours: Hours,
    /// Idle days after which a conversation is closed; 0 never.
    pub idle_days: u32,
    /// Days after which a conversation that nothing happened in is deleted; 0 never.
    pub retention_days: u32,
    /// What the model may cost a day, in the currency of the operator's prices; 0 is no cap of the project's own.
    pub daily_spend: f64,
}

/// How the widget looks and speaks.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct Widget {
    /// Above the conversation.
    pub title: String,
    /// Main colour, `#rrggbb`.
    pub color: String,
    /// Address of the logo, if there is one.
    pub logo_url: Option<String>,
    /// `left` or `right`, at the bottom.
    pub position: String,
    /// Pixels from the window's edges.
    pub offset: Offset,
    /// Pixels of the corners' radius.
    pub radius: u32,
    /// `light`, `dark` or `auto`.
    pub theme: String,
    /// Code of the language that the interface speaks, whatever the page does; empty is the page's.
    pub language: String,
    /// The first words, and what the bot says to a greeting.
    pub welcome: String,
    /// Questions to begin with.
    pub starters: Vec<String>,
    /// Own words in place of the interface's, by name.
    pub strings: std::collections::BTreeMap<String, String>,
}

/// Pixels from the window's edges.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct Offset {
    /// From the side.
    pub x: u32,
    /// From the bottom.
    pub y: u32,
}

/// What happens when a visitor asks for a person.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct Handoff {
    /// Whether the widget offers a person.
    pub enabled: bool,
    /// True when the bot falls silent as soon as a person is asked for.
    pub silent: bool,
    /// What the visitor reads then.
    pub message: String,
}

/// When and how contact details are asked for.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct LeadForm {
    /// Any of `before`, `refusal`, `handoff`, `limit`; empty never.
    pub when: Vec<String>,
    /// Any of `name`, `email`, `phone`, in the order shown.
    pub fields: Vec<String>,
    /// Above the form.
    pub title: String,
    /// What the visitor agrees to; empty asks for nothing.
    pub consent: String,
}

/// Whether a verified visitor id may be used without its proof.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct Identity {
    /// True when a visitor id that was ever verified needs its proof each time.
    pub enforced: bool,
}

/// Who is told by e-mail what an owner should know.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct Notices {
    /// Addresses; empty tells nobody.
    pub emails: Vec<String>,
}

/// Who is told that a visitor waits for a person and nobody looks.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct Alerts {
    /// Minutes within office hours that a visitor waits before somebody is told; 0 tells nobody.
    pub after_minutes: u32,
    /// Addresses; empty tells all members who may reply.
    pub emails: Vec<String>,
    /// An incoming webhook of Slack, or of what takes the same; empty for none.
    pub webhook_url: String,
}

/// Letters to visitors who have left before a person replied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct VisitorMail {
    /// Whether they are written, to those who left an address.
    pub enabled: bool,
    /// Minutes for which the visitor's page may still hear of a reply.
    pub after_minutes: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            refusal: Speech::english().refusal.into(),
            instructions: String::new(),
            threshold: 0.5,
            origins: Vec::new(),
            widget: Widget::default(),
            handoff: Handoff::default(),
            lead_form: LeadForm::default(),
            identity: Identity::default(),
            notices: Notices::default(),
            alerts: Alerts::default(),
            visitor_mail: VisitorMail::default(),
            hours: Hours::default(),
            idle_days: 7,
            retention_days: 0,
            daily_spend: 0.0,
        }
    }
}

impl Default for Widget {
    fn default() -> Self {
        Self {
            title: "Chat with us".into(),
            color: "#2f6f5e".into(),
            logo_url: None,
            position: "right".into(),
            offset: Offset::default(),
            radius: 16,
            theme: "auto".into(),
            language: String::new(),
            welcome: Speech::english().welcome.into(),
            starters: Vec::new(),
            strings: std::collections::BTreeMap::new(),
        }
    }
}

impl Default for Offset {
    fn default() -> Self {
        Self { x: 20, y: 20 }
    }
}

impl Default for Handoff {
    fn default() -> Self {
        Self { enabled: true, silent: false, message: Speech::english().handoff.into() }
    }
}

impl Default for LeadForm {
    fn default() -> Self {
        Self {
            when: vec!["handoff".into(), "limit".into()],
            fields: vec!["name".into(), "email".into()],
            title: "How can we reach you?".into(),
            consent: String::new(),
        }
    }
}

impl Default for Alerts {
    fn default() -> Self {
        Self { after_minutes: 5, emails: Vec::new(), webhook_url: String::new() }
    }
}

impl Default for VisitorMail {
    fn default() -> Self {
        Self { enabled: true, after_minutes: 10 }
    }
}

/// Why `name` cannot name a project, or `None` when it can.
pub fn name_fault(name: &str) -> Option<&'static str> {
    match name.trim() {
        "" => Some("must not be empty"),
        t if t.chars().count() > NAME_LIMIT => Some("must have at most 100 characters"),
        t if t.chars().any(char::is_control) => Some("must not contain control characters"),
        _ => None,
    }
}

/// Every setting that cannot be, by its dotted name, with the rule that it breaks.
pub fn faults(settings: &Settings) -> Vec<(String, String)> {
    let mut rules = Rules(Vec::new());
    let Settings { widget, handoff, lead_form, .. } = settings;
    rules.text("refusal", &settings.refusal, 1, 500);
    rules.text("instructions", &settings.instructions, 0, 4_000);
    rules.number("threshold", settings.threshold, 1.0);
    rules.number("daily_spend", settings.daily_spend, 1e9);
    rules.number("idle_days", settings.idle_days.into(), 3_650.0);
    rules.number("retention_days", settings.retention_days.into(), 3_650.0);
    rules.at_most("origins", settings.origins.len(), 100);
    for (i, rule) in settings.origins.iter().enumerate() {
        if let Some(fault) = origin::fault(rule) {
            rules.fault(format!("origins.{i}"), fault);
        }
    }
    rules.widget(widget);
    rules.text("handoff.message", &handoff.message, 0, 500);
    rules.words("lead_form.when", &lead_form.when, &["before", "refusal", "handoff", "limit"]);
    rules.words("lead_form.fields", &lead_form.fields, &["name", "email", "phone"]);
    rules.text("lead_form.title", &lead_form.title, 0, 120);
    rules.text("lead_form.consent", &lead_form.consent, 0, 500);
    rules.addresses("notices.emails", &settings.notices.emails);
    rules.people(settings);
    rules.0
}

/// The faults found so far.
struct Rules(Vec<(String, String)>);

impl Rules {
    fn widget(&mut self, widget: &Widget) {
        self.text("widget.title", &widget.title, 0, 80);
        let digits = widget.color.strip_prefix('#').filter(|d| d.len() == 6);
        if !digits.is_some_and(|d| d.bytes().all(|b| b.is_ascii_hexdigit())) {
            self.fault("widget.color", "must be a colour such as `#2f6f5e`");
        }
        self.words("widget.position", std::slice::from_ref(&widget.position), &["left", "right"]);
        self.words("widget.theme", std::slice::from_ref(&widget.theme), &["light", "dark", "auto"]);
        self.number("widget.offset.x", widget.offset.x.into(), 500.0);
        self.number("widget.offset.y", widget.offset.y.into(), 500.0);
        self.number("widget.radius", widget.radius.into(), 40.0);
        if !widget.language.is_empty() && Speech::find(&widget.language).is_none() {
            let known: Vec<_> = speech::ALL.iter().map(|known| format!("`{}`", known.code)).collect();
            self.fault("widget.language", format!("must be empty or one of {}", known.join(", ")));
        }
        self.text("widget.welcome", &widget.welcome, 1, 500);
        self.at_most("widget.starters", widget.starters.len(), 6);
        for (i, starter) in widget.starters.iter().enumerate() {
            self.text(&format!("widget.starters.{i}"), starter, 1, 120);
        }
        self.at_most("widget.strings", widget.strings.len(), 100);
        for (name, text) in &widget.strings {
            if name.is_empty() || name.chars().count() > NAME_LIMIT || name.contains('\0') {
                self.fault("widget.strings", "has a name that is empty or longer than 100 characters");
            }
            self.text(&format!("widget.strings.{name}"), text, 0, 300);
        }
    }

    /// What concerns those who reply, and those who wait for them.
    fn people(&mut self, settings: &Settings) {
        let Settings { alerts, visitor_mail, hours, .. } = settings;
        self.number("alerts.after_minutes", alerts.after_minutes.into(), 1_440.0);
        self.addresses("alerts.emails", &alerts.emails);
        if !alerts.webhook_url.is_empty() && !is_web_address(&alerts.webhook_url) {
            self.fault(
                "alerts.webhook_url",
                "must be an address such as `https://hooks.slack.com/services/…`",
            );
        }
        self.number("visitor_mail.after_minutes", visitor_mail.after_minutes.into(), 1_440.0);
        self.text("hours.message", &hours.message, 1, 500);
        for (place, rule) in hours.faults() {
            self.fault(format!("hours.{place}"), rule);
        }
    }

    fn addresses(&mut self, place: &str, addresses: &[String]) {
        self.at_most(place, addresses.len(), letter::MOST_ADDRESSES);
        for (i, address) in addresses.iter().enumerate() {
            if let Some(fault) = letter::address_fault(address) {
                self.fault(format!("{place}.{i}"), fault);
            }
        }
    }

    fn fault(&mut self, place: impl Into<String>, rule: impl Into<String>) {
        self.0.push((place.into(), rule.into()));
    }

    fn text(&mut self, place: &str, text: &str, least: usize, most: usize) {
        if text.contains('\0') {
            self.fault(place, "must not contain U+0000");
        } else if least > 0 && text.trim().is_empty() {
            self.fault(place, "must not be empty");
        } else if text.chars().count() > most {
            self.fault(place, format!("must have at most {most} characters"));
        }
    }

    fn number(&mut self, place: &str, number: f64, most: f64) {
        if !(0.0..=most).contains(&number) {
            self.fault(place, format!("must be a number from 0 to {most}"));
        }
    }

    fn at_most(&mut self, place: &str, length: usize, most: usize) {
        if length > most {
            self.fault(place, format!("must have at most {most} entries"));
        }
    }

    fn words(&mut self, place: &str, words: &[String], known: &[&str]) {
        if words.iter().any(|word| !known.contains(&word.as_str())) {
            let known: Vec<_> = known.iter().map(|word| format!("`{word}`")).collect();
            self.fault(place, format!("takes {}", known.join(", ")));
        } else if words.iter().enumerate().any(|(i, word)| words[..i].contains(word)) {
            self.fault(place, "names something twice");
        }
    }
}

/// Whether a request may be sent there, as far as the text alone can say.
fn is_web_address(text: &str) -> bool {
    let found = url::Url::parse(text).ok().filter(|_| text.len() <= 2_000);
    found.is_some_and(|url| {
        let plain = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
        matches!(url.scheme(), "http" | "https") && url.has_host() && plain
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_of_an_older_version_read_with_defaults() {
        let read: Settings = serde_json::from_str(r#"{"refusal":"No idea"}"#).unwrap();
        assert_eq!(read, Settings { refusal: "No idea".into(), ..Settings::default() });
    }
    #[test]
    fn the_defaults_break_no_rule() {
        assert_eq!(faults(&Settings::default()), []);
    }

    #[test]
    fn every_setting_has_its_rule() {
        let check = |change: fn(&mut Settings), place: &str| {
            let mut settings = Settings::default();
            change(&mut settings);
            let places: Vec<_> = faults(&settings).into_iter().map(|f| f.0).collect();
            assert_eq!(places, [place]);
        };
        check(|s| s.refusal = " ".into(), "refusal");
        check(|s| s.widget.language = "tlh".into(), "widget.language");
        check(|s| s.widget.language = "DE".into(), "widget.language");
        check(|s| s.instructions = "x".repeat(4_001), "instructions");
        check(|s| s.threshold = f64::NAN, "threshold");
        check(|s| s.daily_spend = -0.01, "daily_spend");
        check(|s| s.idle_days = 3_651, "idle_days");
        check(|s| s.retention_days = 3_651, "retention_days");
        check(|s| s.origins = vec!["https://a.example".into(); 101], "origins");
        check(|s| s.origins = vec!["*.ok.example".into(), "nonsense".into()], "origins.1");
        check(|s| s.widget.title = "x".repeat(81), "widget.title");
        check(|s| s.widget.title = "x\0".into(), "widget.title");
        for bad in ["red", "#12345", "#1234567", "#12345g", "123456", "#ééé"] {
            let settings =
                Settings { widget: Widget { color: bad.into(), ..Widget::default() }, ..Settings::default() };
            assert_eq!(faults(&settings).len(), 1, "{bad}");
        }
        check(|s| s.widget.position = "top".into(), "widget.position");
        check(|s| s.widget.theme = "Dark".into(), "widget.theme");
        check(|s| s.widget.offset.x = 501, "widget.offset.x");
        check(|s| s.widget.offset.y = 501, "widget.offset.y");
        check(|s| s.widget.radius = 41, "widget.radius");
        check(|s| s.widget.welcome = String::new(), "widget.welcome");
        check(|s| s.widget.starters = vec!["x".into(); 7], "widget.starters");
        check(|s| s.widget.starters = vec!["x".into(), "x".repeat(121)], "widget.starters.1");
        check(|s| drop(s.widget.strings.insert("send".into(), "x".repeat(301))), "widget.strings.send");
        check(|s| drop(s.widget.strings.insert(String::new(), "x".into())), "widget.strings");
        check(
            |s| s.widget.strings.extend((0..101).map(|n| (n.to_string(), String::new()))),
            "widget.strings",
        );
        check(|s| s.handoff.message = "x".repeat(501), "handoff.message");
        check(|s| s.lead_form.when = vec!["always".into()], "lead_form.when");
        check(|s| s.lead_form.fields = vec!["name".into(), "name".into()], "lead_form.fields");
        check(|s| s.lead_form.title = "x".repeat(121), "lead_form.title");
        check(|s| s.lead_form.consent = "x".repeat(501), "lead_form.consent");
        check(|s| s.notices.emails = vec!["ann@example.com".into(); 11], "notices.emails");
        check(|s| s.notices.emails = vec!["ann@example.com".into(), "ann".into()], "notices.emails.1");
        check(|s| s.alerts.after_minutes = 1_441, "alerts.after_minutes");
        check(|s| s.alerts.emails = vec!["ann".into()], "alerts.emails.0");
        for bad in ["hooks.slack.com", "ftp://a.example/", "https://u:p@a.example/", "https://a.example/#x"] {
            let alerts = Alerts { webhook_url: bad.into(), ..Alerts::default() };
            assert_eq!(faults(&Settings { alerts, ..Settings::default() }).len(), 1, "{bad}");
        }
        check(|s| s.visitor_mail.after_minutes = 1_441, "visitor_mail.after_minutes");
        check(|s| s.hours.zone = "Mars/Olympus".into(), "hours.zone");
        check(|s| s.hours.week[6] = vec!["9-5".into()], "hours.week.6");
        check(|s| s.hours.message = " ".into(), "hours.message");
    }
}
