//! Who speaks next in a conversation, when a visitor has asked for a person, and how a conversation moves between
//! open, closed and archived, the bot and a person.

use crate::Timestamp;
use crate::conversation::{Conversation, HandledBy, Status, words};
use crate::project::Settings;

/// Who closed a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Closer {
    /// A person of the owner's.
    Agent,
    /// The visitor.
    Visitor,
    /// Nobody: nothing happened in it for days.
    Idle,
}

words!(Closer { Agent = "agent", Visitor = "visitor", Idle = "idle" });

/// What somebody does to a conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// The visitor writes.
    VisitorMessage {
        /// What [`asked_in_words`] says of the message.
        asks_for_person: bool,
    },
    /// The visitor asks for a person by the widget's button or over the API.
    RequestHandoff,
    /// A person takes the conversation from the bot, or from another person.
    TakeOver {
        /// Their name, if it is known.
        agent: Option<String>,
    },
    /// The bot gets the conversation back.
    HandBack,
    /// A person writes, and so takes the conversation over if they do not have it.
    AgentReply {
        /// Their name.
        agent: String,
    },
    /// The conversation is over, until the visitor writes again.
    Close(Closer),
    /// The conversation goes on.
    Reopen,
    /// The conversation is over for good.
    Archive,
}

/// What has to be done or told once an action has changed a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// The visitor is waiting for a person from now on: the event `handoff.requested`.
    HandoffRequested,
    /// The conversation was closed: the event `conversation.closed`.
    Closed(Closer),
    /// The bot has lost the word: a running answer is cut.
    CutAnswer,
    /// Status, flag or who answers differ from before: the visitor's page is told.
    StatusChanged,
}

/// Why an action is not possible.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// An archived conversation stays as it is.
    Archived,
}

/// Does `action`, and says what follows from it; a refused one changes nothing. To do twice what asks for a state
/// (a request, a takeover, a close) is to do it once.
pub fn apply(conversation: &mut Conversation, action: Action) -> Result<Vec<Effect>, Refusal> {
    if conversation.status == Status::Archived {
        return if action == Action::Archive { Ok(Vec::new()) } else { Err(Refusal::Archived) };
    }
    let before = shown(conversation);
    let mut effects = Vec::new();
    match action {
        Action::VisitorMessage { asks_for_person } => {
            conversation.status = Status::Active;
            if asks_for_person {
                effects.extend(request(conversation));
            }
        }
        Action::RequestHandoff => effects.extend(request(conversation)),
        Action::TakeOver { agent } => effects.extend(take(conversation, agent)),
        Action::AgentReply { agent } => effects.extend(take(conversation, Some(agent))),
        Action::HandBack => release(conversation),
        Action::Close(closer) => effects.extend(end(conversation, Status::Closed, closer)),
        Action::Reopen => conversation.status = Status::Active,
        Action::Archive => {
            effects.extend(end(conversation, Status::Archived, Closer::Agent));
            // Nothing is added to what is final, not even the rest of an answer.
            effects.push(Effect::CutAnswer);
        }
    }
    if shown(conversation) != before {
        effects.push(Effect::StatusChanged);
    }
    Ok(effects)
}

/// Lets the visitor wait for a person; one who has the conversation need not be asked.
fn request(conversation: &mut Conversation) -> Option<Effect> {
    let waits = conversation.handled_by == HandledBy::Human || conversation.handoff_requested;
    if waits {
        return None;
    }
    conversation.status = Status::Active;
    conversation.handoff_requested = true;
    Some(Effect::HandoffRequested)
}

fn take(conversation: &mut Conversation, agent: Option<String>) -> Option<Effect> {
    let from_bot = conversation.handled_by == HandledBy::Ai;
    conversation.status = Status::Active;
    conversation.handled_by = HandledBy::Human;
    // Whoever had it before the bot must not lend their name to a person without one.
    if agent.is_some() || from_bot {
        conversation.agent = agent;
    }
    from_bot.then_some(Effect::CutAnswer)
}

fn release(conversation: &mut Conversation) {
    conversation.handled_by = HandledBy::Ai;
    conversation.handoff_requested = false;
}

fn end(conversation: &mut Conversation, status: Status, closer: Closer) -> Option<Effect> {
    let was_open = conversation.status == Status::Active;
    conversation.status = status;
    release(conversation);
    was_open.then_some(Effect::Closed(closer))
}

/// What a visitor's page shows of where a conversation stands.
fn shown(conversation: &Conversation) -> (Status, HandledBy, bool, Option<String>) {
    let it = conversation;
    (it.status, it.handled_by, it.handoff_requested, it.agent.clone())
}

/// Who answers a visitor's message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Speaker {
    /// The bot answers.
    Ai,
    /// Nobody answers now: a person has the conversation, or the project wants silence until one comes.
    Nobody,
}

/// Decides who answers; the bot and a person never both do. While nobody is there to come, the bot goes on.
pub fn speaker(conversation: &Conversation, settings: &Settings, now: Timestamp) -> Speaker {
    let is_silent = || settings.handoff.silent && settings.hours.is_open(now);
    match conversation.handled_by {
        HandledBy::Human => Speaker::Nobody,
        HandledBy::Ai if conversation.handoff_requested && is_silent() => Speaker::Nobody,
        HandledBy::Ai => Speaker::Ai,
    }
}

/// Phrases that ask for a person, in the lower-case form of [`asked_in_words`].
const PHRASES: &[&str] = &[
    "talk to a human",
    "talk to a person",
    "talk to a real person",
    "talk to someone",
    "talk to an agent",
    "speak to a human",
    "speak to a person",
    "speak to a real person",
    "speak to someone",
    "speak to an agent",
    "speak with a human",
    "speak with a person",
    "speak with an agent",
    "speak with someone",
    "talk with a human",
    "talk with a person",
    "talk with someone",
    "chat with a human",
    "chat with a person",
    "chat with an agent",
    "human agent",
    "live agent",
    "real human",
    "human please",
    "agent please",
    "connect me to a human",
    "connect me with a human",
    "connect me to an agent",
    "transfer me to",
    "get me a human",
    "i want a human",
    "i need a human",
    "customer service representative",
    "mit einem menschen sprechen",
    "mit einem mitarbeiter",
    "echten menschen",
    "mit jemandem sprechen",
    "hablar con una persona",
    "hablar con un humano",
    "hablar con un agente",
    "hablar con alguien",
    "parler à un humain",
    "parler à une personne",
    "parler à quelqu'un",
    "parler à un conseiller",
    "parlare con una persona",
    "parlare con un operatore",
    "falar com uma pessoa",
    "falar com um humano",
    "falar com um atendente",
];

/// True when `text` asks in words for a person. Code decides this, never a model.
pub fn asked_in_words(text: &str) -> bool {
    let plain: String = text.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ");
    let alone = plain.trim_matches(|c: char| !c.is_alphanumeric());
    plain.chars().count() <= 300
        && (PHRASES.iter().any(|p| plain.contains(p))
            || matches!(alone, "human" | "agent" | "operator" | "representative"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::visitor::VisitorInfo;
    use crate::{ConversationId, Ids, ProjectId, SeededIds, Timestamp};
    use uuid::Uuid;

    fn conversation() -> Conversation {
        Conversation {
            id: ConversationId(Uuid::nil()),
            project: ProjectId(Uuid::nil()),
            visitor_id: "bob".into(),
            session: None,
            token_required: false,
            identified: false,
            visitor_info: VisitorInfo::default(),
            status: Status::Active,
            handled_by: HandledBy::Ai,
            handoff_requested: false,
            agent: None,
            tags: Vec::new(),
            message_count: 0,
            created_at: Timestamp(0),
            updated_at: Timestamp(0),
        }
    }

    #[test]
    fn asking_for_a_person_is_noticed() {
        for yes in [
            "Can I talk to a  human?",
            "AGENT!",
            "Ich möchte mit einem Menschen sprechen",
            "quiero hablar con una persona",
        ] {
            assert!(asked_in_words(yes), "{yes}");
        }
        for no in [
            "What is human-machine interface?",
            "Is there an agent for macOS?",
            "hi",
            "How do I install the Cloud Agent",
        ] {
            assert!(!asked_in_words(no), "{no}");
        }
    }

    /// The rules once more, as a table over the few states that there can be.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    enum Model {
        /// The bot has it; nobody was asked for.
        Bot,
        /// The bot has it; the visitor waits for a person.
        Waiting,
        /// A person has it who was not asked for.
        Joined,
        /// A person has it who was asked for.
        Helping,
        Closed,
        Archived,
    }

    use Model::{Archived, Bot, Helping, Joined, Waiting};

    impl Model {
        /// The state after an action, or `None` where it is refused.
        fn after(self, action: &Action) -> Option<Self> {
            let open = if self == Self::Closed { Bot } else { self };
            Some(match (action, open) {
                (Action::Archive, _) => Archived,
                (_, Archived) => return None,
                (Action::Close(_), _) => Self::Closed,
                (Action::HandBack, _) if self == Self::Closed => Self::Closed,
                (Action::HandBack, _) => Bot,
                (Action::VisitorMessage { asks_for_person: true } | Action::RequestHandoff, Bot) => Waiting,
                (Action::TakeOver { .. } | Action::AgentReply { .. }, Bot) => Joined,
                (Action::TakeOver { .. } | Action::AgentReply { .. }, Waiting) => Helping,
                _ => open,
            })
        }

        fn of(it: &Conversation) -> Self {
            match (it.status, it.handled_by, it.handoff_requested) {
                (Status::Active, HandledBy::Ai, false) => Bot,
                (Status::Active, HandledBy::Ai, true) => Waiting,
                (Status::Active, HandledBy::Human, false) => Joined,
                (Status::Active, HandledBy::Human, true) => Helping,
                (Status::Closed, HandledBy::Ai, false) => Self::Closed,
                (Status::Archived, HandledBy::Ai, false) => Archived,
                impossible => panic!("{impossible:?}"),
            }
        }
    }

    fn draw(random: &SeededIds, below: u8) -> u8 {
        let mut byte = [0];
        random.fill(&mut byte);
        byte[0] % below
    }

    fn any_action(random: &SeededIds) -> Action {
        let agent = ["Ann", "Ben"][usize::from(draw(random, 2))].to_owned();
        let closers = [Closer::Agent, Closer::Visitor, Closer::Idle];
        // Archiving is rare, so that runs are long.
        match draw(random, 50) {
            0 => Action::Archive,
            n => match n % 8 {
                0 => Action::VisitorMessage { asks_for_person: false },
                1 => Action::VisitorMessage { asks_for_person: true },
                2 => Action::RequestHandoff,
                3 => Action::TakeOver { agent: (n > 25).then_some(agent) },
                4 => Action::HandBack,
                5 => Action::AgentReply { agent },
                6 => Action::Close(closers[usize::from(draw(random, 3))]),
                _ => Action::Reopen,
            },
        }
    }

    /// Everything that must hold of one step, whatever came before.
    fn check(
        before: &Conversation,
        action: &Action,
        after: &Conversation,
        outcome: &Result<Vec<Effect>, Refusal>,
        settings: &[Settings; 2],
    ) {
        let expected = Model::of(before).after(action);
        let step = || format!("{:?} {action:?} {:?}: {outcome:?}", Model::of(before), Model::of(after));
        let Ok(effects) = outcome else {
            assert!(expected.is_none() && shown(before) == shown(after), "{}", step());
            return;
        };
        assert_eq!(expected, Some(Model::of(after)), "{}", step());
        let times = |wanted: fn(&Effect) -> bool| effects.iter().filter(|e| wanted(e)).count();
        let rose = !before.handoff_requested && after.handoff_requested;
        assert_eq!(times(|e| *e == Effect::HandoffRequested), usize::from(rose), "{}", step());
        let was_closed = before.status == Status::Active && after.status != Status::Active;
        assert_eq!(times(|e| matches!(e, Effect::Closed(_))), usize::from(was_closed), "{}", step());
        assert_eq!(effects.contains(&Effect::StatusChanged), shown(before) != shown(after), "{}", step());
        let lost_the_word = before.handled_by == HandledBy::Ai
            && before.status != Status::Archived
            && (after.handled_by == HandledBy::Human || after.status == Status::Archived);
        assert!(!lost_the_word || effects.contains(&Effect::CutAnswer), "{}", step());
        for settings in settings {
            let may =
                after.handled_by == HandledBy::Ai && !(after.handoff_requested && settings.handoff.silent);
            assert_eq!(speaker(after, settings, Timestamp(0)) == Speaker::Ai, may, "{}", step());
        }
        let named = match action {
            Action::TakeOver { agent: Some(agent) } | Action::AgentReply { agent } => Some(agent),
            _ => None,
        };
        assert!(named.is_none() || after.agent.as_ref() == named, "{}", step());
    }

    #[test]
    fn ten_thousand_random_conversations_keep_the_rules() {
        let mut settings = [Settings::default(), Settings::default()];
        settings[1].handoff.silent = true;
        let mut reached = std::collections::BTreeSet::new();
        for seed in 0..10_000 {
            let random = SeededIds::new(seed);
            let mut it = conversation();
            let (mut rises, mut told) = (0, 0);
            for _ in 0..60 {
                let (before, action) = (it.clone(), any_action(&random));
                let outcome = apply(&mut it, action.clone());
                check(&before, &action, &it, &outcome, &settings);
                rises += usize::from(!before.handoff_requested && it.handoff_requested);
                let effects = outcome.unwrap_or_default();
                told += effects.iter().filter(|e| **e == Effect::HandoffRequested).count();
                if seed < 1000 {
                    reached.insert(format!("{:?} {action:?}", Model::of(&before)));
                }
            }
            assert_eq!(rises, told, "seed {seed}");
        }
        // Six states by fourteen different actions.
        assert_eq!(reached.len(), 6 * 14, "{reached:?}");
    }

    #[test]
    fn asking_twice_is_asking_once_and_again_after_the_person_has_left() {
        let mut it = conversation();
        let told =
            |effects: Result<Vec<Effect>, Refusal>| effects.unwrap().contains(&Effect::HandoffRequested);
        assert!(told(apply(&mut it, Action::RequestHandoff)));
        assert!(!told(apply(&mut it, Action::RequestHandoff)));
        assert!(!told(apply(&mut it, Action::VisitorMessage { asks_for_person: true })));
        apply(&mut it, Action::TakeOver { agent: Some("Ann".into()) }).unwrap();
        assert!(it.handoff_requested && !told(apply(&mut it, Action::RequestHandoff)));
        apply(&mut it, Action::HandBack).unwrap();
        assert!(!it.handoff_requested && told(apply(&mut it, Action::RequestHandoff)));
    }

    #[test]
    fn outside_office_hours_a_silent_bot_goes_on() {
        let mut it = conversation();
        apply(&mut it, Action::RequestHandoff).unwrap();
        let mut settings = Settings::default();
        settings.handoff.silent = true;
        // 1970 began on a Thursday.
        settings.hours.week[3] = vec!["09:00-17:00".into()];
        let (night, noon) = (Timestamp(0), Timestamp(12 * 3_600_000_000));
        assert_eq!(speaker(&it, &settings, noon), Speaker::Nobody);
        assert_eq!(speaker(&it, &settings, night), Speaker::Ai);
        apply(&mut it, Action::TakeOver { agent: None }).unwrap();
        assert_eq!(speaker(&it, &settings, night), Speaker::Nobody);
    }

    #[test]
    fn a_nameless_person_does_not_get_the_name_of_the_one_before_the_bot() {
        let mut it = conversation();
        apply(&mut it, Action::AgentReply { agent: "Ann".into() }).unwrap();
        apply(&mut it, Action::TakeOver { agent: None }).unwrap();
        assert_eq!(it.agent.as_deref(), Some("Ann"), "she still has it");
        apply(&mut it, Action::HandBack).unwrap();
        assert_eq!(it.agent.as_deref(), Some("Ann"), "she had it last");
        apply(&mut it, Action::TakeOver { agent: None }).unwrap();
        assert_eq!(it.agent, None);
    }
}
