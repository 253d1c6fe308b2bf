//! The inbox: conversations, live, and what the team does in them.
