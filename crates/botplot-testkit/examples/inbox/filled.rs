//! A project full of conversations, and somebody who looks at them.

use std::path::Path;

use anyhow::{Context as _, Result};
use botplot_core::account::{Account, Preferences, Role, SignIn};
use botplot_core::conversation::{Conversation, HandledBy, Status};
use botplot_core::message::{self, Message, State};
use botplot_core::visitor::VisitorInfo;
use botplot_core::{
    AccountId, Clock as _, ConversationId, Ids as _, MessageId, ProjectId, RandomIds, SignInId, SystemClock,
    Timestamp,
};
use botplot_store::{Config, Error, Store, Tx};
use sha2::{Digest as _, Sha256};

/// Conversations in the project.
pub(crate) const CONVERSATIONS: i64 = 10_000;
const MESSAGES: i64 = 6;

/// What was made.
pub(crate) struct Filled {
    project: ProjectId,
    /// A conversation that changed last.
    pub(crate) newest: ConversationId,
    /// What somebody's browser holds who is signed in.
    pub(crate) token: String,
}

impl Filled {
    /// An address of the inbox.
    pub(crate) fn path(&self, rest: &str) -> String {
        format!("/app/{}/inbox{rest}", self.project)
    }
}

/// Fills the project `bench`.
pub(crate) async fn fill(data: &Path) -> Result<Filled> {
    let store = Store::open(&Config::default(), data).await?;
    let project = store.reader().find_project_named("bench").await?.context("the project was just made")?.id;
    let now = SystemClock.now();
    let token = "0".repeat(40);
    let held = token.clone();
    store.write(move |tx| Box::pin(async move { add_person(tx, project, &held, now).await })).await?;
    let mut newest = None;
    for group in 0..CONVERSATIONS / 500 {
        let made =
            (group * 500..(group + 1) * 500).map(|n| conversation(project, n, now)).collect::<Vec<_>>();
        newest = made.last().map(|it| it.id);
        store
            .write(move |tx| {
                Box::pin(async move {
                    for it in made {
                        add(tx, &it).await?;
                    }
                    Ok::<_, Error>(())
                })
            })
            .await?;
    }
    store.close().await;
    Ok(Filled { project, newest: newest.context("there are conversations")?, token })
}

async fn add_person(tx: &mut Tx, project: ProjectId, token: &str, now: Timestamp) -> Result<(), Error> {
    let account = Account {
        id: AccountId(RandomIds.ordered(now)),
        email: "agent@example.com".to_owned(),
        confirmed: false,
        name: "Agent".to_owned(),
        password: None,
        factor: None,
        operator: false,
        preferences: Preferences::default(),
        created_at: now,
    };
    let sign_in = SignIn {
        id: SignInId(RandomIds.ordered(now)),
        account: account.id,
        browser: "bench".into(),
        address: "127.0.0.1".into(),
        created_at: now,
        seen_at: now,
        expires_at: now.plus_seconds(86_400),
    };
    tx.add_account(&account).await?;
    tx.add_sign_in(&sign_in, &Sha256::digest(token.as_bytes())).await?;
    tx.set_member(project, account.id, Role::Agent, now).await
}

async fn add(tx: &mut Tx, it: &Conversation) -> Result<(), Error> {
    tx.add_conversation(it).await?;
    for n in 0..MESSAGES {
        tx.add_message(&said(it, n)).await?;
    }
    Ok(())
}

/// Half of them are open, one in forty waits for a person, one in four is tagged.
fn conversation(project: ProjectId, n: i64, now: Timestamp) -> Conversation {
    let info = serde_json::Map::from_iter([
        ("name".to_owned(), format!("Visitor {n}").into()),
        ("email".to_owned(), format!("visitor-{n}@example.com").into()),
    ]);
    let at = now.plus_seconds(n - CONVERSATIONS);
    Conversation {
        id: ConversationId(RandomIds.random()),
        project,
        visitor_id: format!("visitor-{}", n % 4000),
        session: None,
        token_required: false,
        identified: false,
        visitor_info: VisitorInfo(info),
        status: [Status::Closed, Status::Archived, Status::Active, Status::Active][(n % 4) as usize],
        handled_by: if n % 80 == 3 { HandledBy::Human } else { HandledBy::Ai },
        handoff_requested: n % 40 == 3,
        agent: (n % 80 == 3).then(|| "Agent".to_owned()),
        tags: if n % 4 == 3 { vec!["vip".into(), "billing".into()] } else { Vec::new() },
        message_count: MESSAGES,
        created_at: at,
        updated_at: at,
    }
}

fn said(it: &Conversation, n: i64) -> Message {
    let content = "**Standard shipping** takes three to five working days and costs four euros. ".repeat(4);
    Message {
        id: MessageId(RandomIds.random()),
        project: it.project,
        conversation: it.id,
        role: if n % 2 == 0 { message::Role::User } else { message::Role::Assistant },
        content,
        context: serde_json::Map::new(),
        sources: Vec::new(),
        confidence: Some(0.8),
        state: State::Complete,
        author: None,
        failure: None,
        outcome: None,
        reserved: None,
        rating: None,
        comment: None,
        created_at: Timestamp(it.created_at.0 + n),
    }
}
