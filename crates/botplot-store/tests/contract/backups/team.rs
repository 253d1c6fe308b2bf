//! What the people of a project leave in its data, for backups to carry.

use botplot_core::account::{Account, Factor, Preferences, Role, SignIn};
use botplot_core::link::{Kind, Link};
use botplot_core::question::{Question, Run};
use botplot_core::{AccountId, ConversationId, LinkId, NoteId, QuestionId, ReplyId, RunId, Secret, SignInId};
use botplot_store::{NoteRow, ReplyRow};

use crate::rig::{NOW, Rig};

/// A person who is signed in, and something of theirs in every table that people write to.
pub(crate) async fn fill(rig: &Rig, conversation: ConversationId) {
    person(rig).await;
    let (project, account) = (rig.project, AccountId(rig.id()));
    let note =
        NoteRow {
            id: NoteId(rig.id()), author: "Ann".into(), content: "„ü“ 'x'".into(), created_at: NOW
        };
    let reply = ReplyRow { id: ReplyId(rig.id()), name: "hi".into(), content: "Hello!".into() };
    let question = Question {
        id: QuestionId(rig.id()),
        project,
        question: "When?".into(),
        expected: "two\ndays".into(),
        created_at: NOW,
    };
    let run =
        Run { id: RunId(rig.id()), project, questions: 1, passed: 0, results: Vec::new(), created_at: NOW };
    let reader = ann(account, "bob@example.com");
    rig.write(move |tx| {
        Box::pin(async move {
            tx.add_account(&reader).await?;
            tx.note_read(project, account, conversation, 1).await?;
            tx.set_assignee(project, conversation, Some(account)).await?;
            tx.add_note(project, conversation, &note).await?;
            tx.add_reply(project, &reply, NOW).await?;
            tx.add_unsubscribed(project, "visitor@example.com", NOW).await?;
            tx.add_question(&question).await?;
            tx.add_run(&run, 9).await
        })
    })
    .await;
}

async fn person(rig: &Rig) {
    let (project, account) = (rig.project, AccountId(rig.id()));
    let person = ann(account, "ann@example.com");
    let factor = Factor { sealed: vec![0, 255], step: 55_000_000, recovery: vec!["a".into()] };
    let sign_in = SignIn {
        id: SignInId(rig.id()),
        account,
        browser: "Chromium".into(),
        address: "::1".into(),
        created_at: NOW,
        seen_at: NOW,
        expires_at: NOW.plus_seconds(60),
    };
    let link = Link {
        id: LinkId(rig.id()),
        kind: Kind::Invitation,
        project: Some(project),
        account: None,
        email: Some("new@example.com".into()),
        mailed: true,
        role: Some(Role::Viewer),
        created_at: NOW,
        expires_at: NOW.plus_seconds(60),
        used_at: None,
    };
    rig.write(move |tx| {
        Box::pin(async move {
            tx.add_account(&person).await?;
            tx.set_factor(account, Some(&factor)).await?;
            tx.set_member(project, account, Role::Owner, NOW).await?;
            tx.add_sign_in(&sign_in, &[0, 255]).await?;
            tx.add_link(&link, &[1, 255]).await?;
            tx.count_try(account, NOW).await?;
            tx.add_identity("https://id.example", "ann", account, NOW).await
        })
    })
    .await;
}

fn ann(id: AccountId, email: &str) -> Account {
    Account {
        id,
        email: email.into(),
        confirmed: true,
        name: "Ann „ü“".into(),
        password: Some(Secret::new("$argon2id$")),
        factor: None,
        operator: true,
        preferences: Preferences { sound: true, ..Preferences::default() },
        created_at: NOW,
    }
}
