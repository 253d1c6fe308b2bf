//! Improve: what was not answered or badly rated, and the project's question set.
