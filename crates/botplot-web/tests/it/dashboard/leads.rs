//! Leads: contact details that visitors left.
