//! Knowledge: sources, their pages and chunks, and what a question finds in them.
