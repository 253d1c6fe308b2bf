//! The second factor: codes that an app counts out, and recovery codes for the day on which it is lost. A code is
//! taken once, five wrong ones make their account wait.

mod tries;

use botplot_core::account::{Account, Factor};
use botplot_core::{AccountId, Secret, SignInId, totp};
use botplot_store::Tx;

use super::{held, log, password};
use crate::{Engine, Error};

/// Seconds in which a set-up has to be confirmed.
const SETUP_LIFE: i64 = 3600;
/// What apps show above the code.
const ISSUER: &str = "BotPlot";

/// A second factor that is being set up: nothing is stored before a code of it comes.
pub struct Pending {
    /// What the page holds in the meantime, sealed.
    pub held: String,
    /// What an app reads from the picture.
    pub address: String,
    /// The secret for those who type it, in groups of four.
    pub typed: String,
}

/// What comes of confirming a set-up.
pub enum Confirmed {
    /// The account has a second factor now; the recovery codes are shown this once.
    Codes(Vec<String>),
    /// It had one already.
    Already,
    /// The page was open for too long.
    TooOld,
}

/// Draws a secret for an account.
pub fn begin(engine: &Engine, account: &Account) -> Result<Pending, Error> {
    let secret = totp::secret(engine.ids());
    let held = held::keep(engine, &pending_place(account.id), SETUP_LIFE, &secret)?;
    Ok(pending(account, held, &secret))
}

/// The set-up that a page holds, to show it again.
pub fn resume(engine: &Engine, account: &Account, held: &str) -> Option<Pending> {
    let secret: [u8; totp::SECRET] = held::read(engine, &pending_place(account.id), held)?;
    Some(pending(account, held.to_owned(), &secret))
}

fn pending(account: &Account, held: String, secret: &[u8]) -> Pending {
    let letters: Vec<char> = totp::base32(secret).chars().collect();
    let groups: Vec<String> = letters.chunks(4).map(|group| group.iter().collect()).collect();
    Pending { held, address: totp::address(secret, ISSUER, &account.email), typed: groups.join(" ") }
}

/// Confirms a set-up with the account's password, if it has one, and a code. Browsers but this one are signed out: they
/// came in without a code. `Invalid` names `password` or `code`.
pub async fn confirm(
    engine: &Engine,
    account: &Account,
    browser: SignInId,
    held: &str,
    password: Secret,
    code: &str,
) -> Result<Confirmed, Error> {
    let Some(secret) = held::read::<[u8; totp::SECRET]>(engine, &pending_place(account.id), held) else {
        return Ok(Confirmed::TooOld);
    };
    tries::count(engine, account.id).await?;
    check_password(engine, account, password).await?;
    let step = totp::step_of(&secret, code, engine.clock().now(), 0).ok_or_else(wrong_code)?;
    let (codes, recovery) = fresh_codes(engine);
    let sealed = engine.0.seal.seal(engine.ids(), &place(account.id), &secret);
    let (id, factor) = (account.id, Factor { sealed, step, recovery });
    let (own, account) = (engine.clone(), account.clone());
    let added = engine.0.store.write(move |tx| {
        Box::pin(async move {
            tx.forgive_try(id).await?;
            if tx.lock_factor(id).await?.is_some() || !tx.set_factor(id, Some(&factor)).await? {
                return Ok(false);
            }
            tx.remove_sign_ins_but(id, Some(browser)).await?;
            log::everywhere(tx, &own, &account, "factor.added", &[]).await.map(|()| true)
        })
    });
    Ok(if added.await? { Confirmed::Codes(codes) } else { Confirmed::Already })
}

/// Takes a code or a recovery code, once; for a recovery code, says how many are left. `Invalid` names `code`.
pub async fn check(engine: &Engine, account: AccountId, typed: &str) -> Result<Option<usize>, Error> {
    tries::count(engine, account).await?;
    let (own, typed) = (engine.clone(), typed.to_owned());
    let spent = engine.0.store.write(move |tx| {
        Box::pin(async move {
            let before = tx.lock_factor(account).await?.map_or(0, |factor| factor.recovery.len());
            let spent = spend(tx, &own, account, &typed).await?;
            Ok::<_, Error>(
                spent.map(|factor| factor.recovery.len()).map(|left| (left < before).then_some(left)),
            )
        })
    });
    spent.await?.ok_or_else(wrong_code)
}

/// Takes an account's second factor away, against its password, if it has one, and a code of either kind. `Invalid`
/// names `password` or `code`.
pub async fn remove(engine: &Engine, account: &Account, password: Secret, typed: &str) -> Result<(), Error> {
    tries::count(engine, account.id).await?;
    check_password(engine, account, password).await?;
    let (id, own, account, typed) = (account.id, engine.clone(), account.clone(), typed.to_owned());
    let removed = engine.0.store.write(move |tx| {
        Box::pin(async move {
            spend(tx, &own, id, &typed).await?.ok_or_else(wrong_code)?;
            tx.set_factor(id, None).await?;
            log::everywhere(tx, &own, &account, "factor.removed", &[]).await
        })
    });
    removed.await
}

/// Takes the second factor of the account of this address away without asking, for whoever runs the server; false when
/// there is no such account or it has none.
pub async fn take_away(engine: &Engine, email: &str) -> Result<bool, Error> {
    let Some(account) = engine.reader().find_account_of(&email.trim().to_lowercase()).await? else {
        return Ok(false);
    };
    let own = engine.clone();
    let taken = engine.0.store.write(move |tx| {
        Box::pin(async move {
            if tx.lock_factor(account.id).await?.is_none() {
                return Ok(false);
            }
            tx.set_factor(account.id, None).await?;
            for (project, _) in tx.projects_of(account.id).await? {
                let line = log::line(&own, project.id, "factor.removed", "operator", &account.email, &[]);
                tx.add_audit(&line).await?;
            }
            Ok::<_, Error>(true)
        })
    });
    taken.await
}

/// Makes new recovery codes, which are shown this once, against a code of either kind; the ones before are worth
/// nothing then. `Invalid` names `code`.
pub async fn renew_codes(engine: &Engine, account: &Account, typed: &str) -> Result<Vec<String>, Error> {
    tries::count(engine, account.id).await?;
    let (codes, recovery) = fresh_codes(engine);
    let (id, own, account, typed) = (account.id, engine.clone(), account.clone(), typed.to_owned());
    let renewed = engine.0.store.write(move |tx| {
        Box::pin(async move {
            let factor = spend(tx, &own, id, &typed).await?.ok_or_else(wrong_code)?;
            tx.set_factor(id, Some(&Factor { recovery, ..factor })).await?;
            log::everywhere(tx, &own, &account, "factor.codes_renewed", &[]).await
        })
    });
    renewed.await?;
    Ok(codes)
}

/// Takes a code or a recovery code, so that it cannot be used again; `None` when it is neither.
async fn spend(
    tx: &mut Tx,
    engine: &Engine,
    account: AccountId,
    typed: &str,
) -> Result<Option<Factor>, Error> {
    let Some(mut factor) = tx.lock_factor(account).await? else { return Ok(None) };
    let hash = totp::recovery_hash(typed);
    // Recovery codes work even where the secret cannot be opened, as after the loss of the installation's key.
    if let Some(at) = hash.and_then(|hash| factor.recovery.iter().position(|known| *known == hash)) {
        factor.recovery.remove(at);
    } else {
        let secret = open(engine, account, &factor.sealed)?;
        let step = totp::step_of(&secret, typed, engine.clock().now(), factor.step);
        let Some(step) = step else { return Ok(None) };
        factor.step = step;
    }
    tx.set_factor(account, Some(&factor)).await?;
    tx.forgive_try(account).await?;
    Ok(Some(factor))
}

fn open(engine: &Engine, account: AccountId, sealed: &[u8]) -> Result<Vec<u8>, Error> {
    let secret = engine.0.seal.open(&place(account), sealed);
    secret.ok_or_else(|| {
        let why = "the second factor of account `{account}` was sealed with another `server.seal_key`";
        Error::Internal(anyhow::anyhow!(why.replace("{account}", &account.to_string())))
    })
}

async fn check_password(engine: &Engine, account: &Account, password: Secret) -> Result<(), Error> {
    let Some(hashed) = account.password.clone() else { return Ok(()) };
    let fits = password::matches(engine, password, Some(hashed)).await?;
    if fits { Ok(()) } else { Err(Error::invalid("password", "is not yours")) }
}

/// Recovery codes, and what is kept of them.
fn fresh_codes(engine: &Engine) -> (Vec<String>, Vec<String>) {
    let codes = totp::recovery_codes(engine.ids());
    let hashes = codes.iter().filter_map(|code| totp::recovery_hash(code)).collect();
    (codes, hashes)
}

fn wrong_code() -> Error {
    Error::invalid("code", "is wrong, or was used already")
}

/// The place in the database that the secret is sealed for.
fn place(account: AccountId) -> String {
    format!("accounts.factor|{account}")
}

fn pending_place(account: AccountId) -> String {
    format!("accounts.factor|{account}|pending")
}
