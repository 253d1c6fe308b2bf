//! Between a right password and a right code: the browser holds who is signing in, which opens nothing else and ends
//! with its use.

use botplot_core::account::{Account, Factor};
use botplot_core::{AccountId, Secret};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::held;
use crate::{Engine, Error};

/// Seconds in which the code has to come.
pub const LIFE: i64 = 600;
const PURPOSE: &str = "sign_in.halfway";

#[derive(Serialize, Deserialize)]
struct Held {
    account: AccountId,
    print: [u8; 16],
    next: String,
}

/// What the browser is to hold until the code comes; `next` is where the person wanted to go.
pub async fn begin(engine: &Engine, account: &Account, next: &str) -> Result<String, Error> {
    let factor = engine.reader().find_factor(account.id).await?;
    let print = print(account, factor.as_ref());
    held::keep(engine, PURPOSE, LIFE, &Held { account: account.id, print, next: next.to_owned() })
}

/// Who is signing in, and where they wanted to go; `None` when that is too old, was used, or when password or factor
/// have changed since.
pub async fn find(engine: &Engine, held: &str) -> Result<Option<(Account, String)>, Error> {
    let Some(held) = held::read::<Held>(engine, PURPOSE, held) else { return Ok(None) };
    let Some(account) = engine.reader().find_account(held.account).await? else { return Ok(None) };
    let factor = engine.reader().find_factor(account.id).await?;
    let is_current = factor.is_some() && print(&account, factor.as_ref()) == held.print;
    Ok(is_current.then_some((account, held.next)))
}

/// Differs as soon as the password changes or a code is used.
fn print(account: &Account, factor: Option<&Factor>) -> [u8; 16] {
    let mut hash = Sha256::new();
    let password = account.password.as_ref().map_or("", Secret::expose);
    let (step, sealed) = factor.map_or((0, [].as_slice()), |factor| (factor.step, &factor.sealed));
    let recovery = factor.map_or(0, |factor| factor.recovery.len() as u64);
    for part in [password.as_bytes(), &step.to_be_bytes(), &recovery.to_be_bytes(), sealed] {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    let hash = hash.finalize();
    std::array::from_fn(|at| hash[at])
}
