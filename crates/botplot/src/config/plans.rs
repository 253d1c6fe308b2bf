//! The `[plans]` section: what each plan holds, each value on its own over its default.

use botplot_core::plan;
use serde::Deserialize;

/// What each plan holds, and the plan of a new project.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(from = "Changes")]
pub(crate) struct Plans(pub(crate) plan::Plans);

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Changes {
    default: Option<String>,
    free: Change,
    pro: Change,
    business: Change,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Change {
    messages: Option<i64>,
    endpoints: Option<i64>,
    api: Option<bool>,
}

impl From<Changes> for Plans {
    fn from(changes: Changes) -> Self {
        let usual = plan::Plans::default();
        Self(plan::Plans {
            default: changes.default.unwrap_or(usual.default),
            free: changes.free.over(&usual.free),
            pro: changes.pro.over(&usual.pro),
            business: changes.business.over(&usual.business),
        })
    }
}

impl Change {
    fn over(&self, usual: &plan::Limits) -> plan::Limits {
        plan::Limits {
            messages: self.messages.unwrap_or(usual.messages),
            endpoints: self.endpoints.unwrap_or(usual.endpoints),
            api: self.api.unwrap_or(usual.api),
        }
    }
}

impl Plans {
    /// Every setting that cannot work, with what it takes.
    pub(crate) fn faults(&self) -> Vec<(&'static str, String)> {
        let Self(plans) = self;
        let mut faults = Vec::new();
        if plan::Plan::parse(&plans.default).is_none() {
            let why = format!("takes `free`, `pro` or `business`, not `{}`", plans.default);
            faults.push(("default", why));
        }
        for (name, value, most) in [
            ("free.messages", plans.free.messages, 1_000_000_000),
            ("pro.messages", plans.pro.messages, 1_000_000_000),
            ("business.messages", plans.business.messages, 1_000_000_000),
            ("free.endpoints", plans.free.endpoints, 1_000),
            ("pro.endpoints", plans.pro.endpoints, 1_000),
            ("business.endpoints", plans.business.endpoints, 1_000),
        ] {
            if !(0..=most).contains(&value) {
                faults.push((name, format!("takes a number from 0 to {most}, not `{value}`")));
            }
        }
        faults
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Plans {
        toml::from_str(text).unwrap()
    }

    #[test]
    fn one_value_leaves_the_others_to_their_defaults() {
        let Plans(plans) = read("default = 'free'\nfree.messages = 5\nbusiness.api = false\n");
        let usual = plan::Plans::default();
        assert_eq!((plans.free.messages, plans.free.endpoints), (5, usual.free.endpoints));
        assert_eq!((plans.business.api, plans.business.endpoints), (false, usual.business.endpoints));
        assert_eq!((plans.first(), &plans.pro), (plan::Plan::Free, &usual.pro));
        assert_eq!(read(""), Plans::default());
    }

    #[test]
    fn what_cannot_work_is_named() {
        assert_eq!(Plans::default().faults(), []);
        let faults = read("default = 'gold'\npro.messages = -1\nfree.endpoints = 1001\n").faults();
        let named: Vec<_> = faults.iter().map(|(name, _)| *name).collect();
        assert_eq!(named, ["default", "pro.messages", "free.endpoints"]);
        assert!(toml::from_str::<Plans>("gold.messages = 1").is_err());
        assert!(toml::from_str::<Plans>("pro.mesages = 1").is_err());
    }
}
