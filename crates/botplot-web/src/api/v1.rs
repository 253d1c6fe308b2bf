//! `/api/v1`: what owners' programs call, with a secret key.

pub(crate) mod audit;
pub(crate) mod conversations;
pub(crate) mod keys;
pub(crate) mod leads;
pub(crate) mod notices;
pub(crate) mod project;
pub(crate) mod search;
pub(crate) mod sources;
pub(crate) mod usage;
pub(crate) mod visitors;
pub(crate) mod webhooks;

use crate::ApiError;
use crate::auth::Owner;
use crate::error::no_such_address;

/// Any address of v1 that is none: keys are checked all the same, so that a wrong one is told first.
pub(crate) async fn unknown(_: Owner) -> ApiError {
    no_such_address()
}
