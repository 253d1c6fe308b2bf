//! What a browser keeps for us between two pages: sealed, for one purpose, and worth nothing after its time.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use botplot_core::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{Engine, Error};

/// A value for the browser to bring back within `life` seconds; only `purpose` opens it again.
pub(crate) fn keep<T: Serialize>(
    engine: &Engine,
    purpose: &str,
    life: i64,
    value: &T,
) -> Result<String, Error> {
    let until = engine.clock().now().plus_seconds(life).0;
    let plain = serde_json::to_vec(&(until, value)).map_err(anyhow::Error::from)?;
    Ok(URL_SAFE_NO_PAD.encode(engine.0.seal.seal(engine.ids(), purpose, &plain)))
}

/// The value that was kept for `purpose`; `None` when it is another's, forged or too old.
pub(crate) fn read<T: DeserializeOwned>(engine: &Engine, purpose: &str, text: &str) -> Option<T> {
    let sealed = URL_SAFE_NO_PAD.decode(text).ok()?;
    let plain = engine.0.seal.open(purpose, &sealed)?;
    let (until, value): (i64, T) = serde_json::from_slice(&plain).ok()?;
    (engine.clock().now() < Timestamp(until)).then_some(value)
}
