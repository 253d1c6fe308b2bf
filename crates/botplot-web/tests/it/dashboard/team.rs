//! The team: people, roles, invitations, and the audit log.
