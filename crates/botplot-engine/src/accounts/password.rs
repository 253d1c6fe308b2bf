//! Passwords: hashed with Argon2id, a few at a time, since each takes 19 MiB and some tens of milliseconds.

use argon2::password_hash::phc::{PasswordHash, Salt};
use argon2::{Argon2, PasswordHasher as _, PasswordVerifier as _};
use botplot_core::Secret;
use tokio::sync::Semaphore;

use crate::{Engine, Error};

/// How many are hashed at once.
const AT_ONCE: usize = 2;
/// Salts have as many random bytes.
const SALT: usize = 16;

/// Lets in as many as may be hashed at once.
pub(crate) struct Gate(Semaphore);

impl Default for Gate {
    fn default() -> Self {
        Self(Semaphore::new(AT_ONCE))
    }
}

/// The password as it is stored.
pub(crate) async fn hash(engine: &Engine, password: Secret) -> Result<Secret, Error> {
    let mut salt = [0; SALT];
    engine.ids().fill(&mut salt);
    work(engine, move || {
        let salt = Salt::new(&salt).map_err(|why| anyhow::anyhow!("{why}"))?;
        let hashed = Argon2::default().hash_password_with_salt(password.expose().as_bytes(), &salt);
        hashed.map(|hashed| Secret::new(hashed.to_string())).map_err(|why| anyhow::anyhow!("{why}"))
    })
    .await
}

/// True when `password` is the one that was hashed. Without a hash it takes as long and is false, so that nobody
/// learns by the clock which addresses have an account.
pub(crate) async fn matches(
    engine: &Engine,
    password: Secret,
    hashed: Option<Secret>,
) -> Result<bool, Error> {
    work(engine, move || {
        let known = hashed.as_ref().map_or(NOBODY, Secret::expose);
        let parsed = PasswordHash::new(known).map_err(|why| anyhow::anyhow!("{why}"))?;
        let fits = Argon2::default().verify_password(password.expose().as_bytes(), &parsed).is_ok();
        Ok(fits && hashed.is_some())
    })
    .await
}

/// A hash with the default's costs, of a password that nobody knows.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$AAECAwQFBgcICQoLDA0ODw$\
                      7bTcNFCdTzSaoRMjhvDAPFLmPr4NnGbAiYQMJIvJWuo";

async fn work<T: Send + 'static>(
    engine: &Engine,
    work: impl FnOnce() -> anyhow::Result<T> + Send + 'static,
) -> Result<T, Error> {
    let _turn = engine.0.passwords.0.acquire().await.map_err(|closed| Error::Internal(closed.into()))?;
    let done = tokio::task::spawn_blocking(work).await.map_err(|panic| Error::Internal(panic.into()))?;
    done.map_err(Error::Internal)
}
