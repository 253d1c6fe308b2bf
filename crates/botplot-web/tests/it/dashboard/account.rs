//! `/account`: a person's own name, password, second factor and browsers.
