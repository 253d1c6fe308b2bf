//! Icons, drawn in one stroke on a square of 24.

use maud::{Markup, html};

/// The shape of this name; decoration only, so that screen readers pass it over.
pub(crate) fn icon(path: &str) -> Markup {
    html! {
        svg.icon viewBox="0 0 24 24" width="20" height="20" fill="none" stroke="currentColor" stroke-width="1.8"
            stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" { path d=(path); }
    }
}

pub(crate) const INBOX: &str =
    "M4 13h4l2 3h4l2-3h4M4 13V7a2 2 0 0 1 2-2h12a2 2 0 0 1 2 2v6M4 13v4a2 2 0 0 0 2 2h12a2 2 0 0 0 2-2v-4";
pub(crate) const KNOWLEDGE: &str = "M5 4h9l5 5v11H5zM14 4v5h5M9 13h6M9 17h6";
pub(crate) const IMPROVE: &str =
    "M12 3v3M5 6l2 2M19 6l-2 2M9 18h6M10 21h4M8 15a5 5 0 1 1 8 0c-.7.8-1 1.600-1 3H9c0-1.400-.3-2.200-1-3z";
pub(crate) const LEADS: &str = "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4 20c.8-3.500 4-5 8-5s7.200 1.500 8 5";
pub(crate) const ANALYTICS: &str = "M4 20h16M7 20v-7M12 20V5M17 20v-10";
pub(crate) const SETTINGS: &str =
    "M4 7h10M18 7h2M4 17h2M10 17h10M16 9a2 2 0 1 0 0-4 2 2 0 0 0 0 4zM8 19a2 2 0 1 0 0-4 2 2 0 0 0 0 4z";
pub(crate) const TEAM: &str = "M9 11a3.500 3.500 0 1 0 0-7 3.500 3.500 0 0 0 0 7zM3 20c.5-3.500 3-5 6-5s5.500 1.500 6 5M16 4.500a3.500 3.500 0 0 1 0 6M18 15.500c1.700.6 2.700 2 3 4.500";
