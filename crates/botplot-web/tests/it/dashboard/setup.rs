//! The first run: from a one-time link to a bot that answers.
