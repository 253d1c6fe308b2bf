//! Notices to owners: left in the transaction of what they tell of, and sent as letters where somebody reads them.

use botplot_core::letter::{of_notice, told, unsubscribe};
use botplot_core::notice::Notice;
use botplot_store::Tx;

use crate::letters::{self, Posted};
use crate::{Engine, Error};

/// Leaves a notice; false when the same was told before. A letter about the same thing goes out once a day, UTC.
pub(crate) async fn leave(tx: &mut Tx, engine: &Engine, notice: &Notice) -> Result<bool, Error> {
    let is_new = tx.add_notice(notice).await?;
    if is_new {
        write(tx, engine, notice).await?;
    }
    Ok(is_new)
}

async fn write(tx: &mut Tx, engine: &Engine, notice: &Notice) -> Result<(), Error> {
    let Some(mail) = &engine.0.mail else { return Ok(()) };
    let Some(project) = tx.peek_project(notice.project).await? else { return Ok(()) };
    let Some(letter) = of_notice(notice, &project.name) else { return Ok(()) };
    let readers = mail.readers(&project);
    let day = notice.created_at.day();
    if readers.is_empty() || tx.take_unit(project.id, &day, &told(notice), Some(1)).await?.is_none() {
        return Ok(());
    }
    for to in readers {
        let posted = Posted {
            to: to.to_owned(),
            subject: letter.subject.clone(),
            text: letter.text.clone(),
            unsubscribe: Some(unsubscribe(&mail.mailer.sender(), project.id)),
        };
        letters::post(tx, engine, project.id, &posted).await?;
    }
    Ok(())
}
