//! Signing in and out, lost passwords, and other providers' accounts.
