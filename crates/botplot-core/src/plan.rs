//! Plans: what a project may use, and when its owner is warned.

use crate::conversation::words;

/// What a project pays for; the operator says what each one holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Plan {
    /// The smallest.
    Free,
    /// The middle one.
    Pro,
    /// The largest; every project of a self-hosted server starts here.
    #[default]
    Business,
}

words!(Plan { Free = "free", Pro = "pro", Business = "business" });

/// What one plan holds.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Answers a month, UTC; 0 is no limit.
    pub messages: i64,
    /// Webhook endpoints.
    pub endpoints: i64,
    /// Whether `/api/v1` and `/v1` are open.
    pub api: bool,
}

/// What each plan holds.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Plans {
    /// The plan of a new project.
    pub default: String,
    /// The smallest.
    pub free: Limits,
    /// The middle one.
    pub pro: Limits,
    /// The largest.
    pub business: Limits,
}

impl Default for Plans {
    fn default() -> Self {
        Self {
            default: Plan::default().as_str().to_owned(),
            free: Limits { messages: 100, endpoints: 0, api: false },
            pro: Limits { messages: 2_000, endpoints: 3, api: false },
            business: Limits { messages: 0, endpoints: 10, api: true },
        }
    }
}

impl Plans {
    /// What `plan` holds.
    pub fn of(&self, plan: Plan) -> &Limits {
        match plan {
            Plan::Free => &self.free,
            Plan::Pro => &self.pro,
            Plan::Business => &self.business,
        }
    }

    /// The plan of a new project; the largest when the word names none, which `faults` reports.
    pub fn first(&self) -> Plan {
        Plan::parse(&self.default).unwrap_or_default()
    }

    /// The smallest plan that has the API; what `plan_required` names.
    pub fn with_api(&self) -> Plan {
        let all = [Plan::Free, Plan::Pro, Plan::Business];
        all.into_iter().find(|p| self.of(*p).api).unwrap_or_default()
    }
}

impl Limits {
    /// Answers a month, or `None` without a limit.
    pub fn monthly(&self) -> Option<i64> {
        (self.messages > 0).then_some(self.messages)
    }
}

/// How full a month is, when it has just become so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Warning {
    /// 80 % are used.
    Near,
    /// All is used.
    Full,
}

/// The warning that the `used`-th unit of `limit` sets off, if any; each is set off by exactly one unit.
pub fn warning(used: i64, limit: i64) -> Option<Warning> {
    let near = (limit * 4).div_euclid(5) + i64::from((limit * 4).rem_euclid(5) > 0);
    match used {
        _ if used == limit => Some(Warning::Full),
        _ if used == near => Some(Warning::Near),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_warning_is_set_off_once() {
        for limit in 1..200 {
            let set_off: Vec<_> =
                (1..=limit).filter_map(|used| warning(used, limit).map(|w| (used, w))).collect();
            let full = set_off.iter().filter(|(_, w)| *w == Warning::Full).count();
            assert_eq!(full, 1, "limit {limit}");
            for (used, warning) in set_off {
                let share = used as f64 / limit as f64;
                let expected =
                    if warning == Warning::Full { share >= 1.0 } else { (0.8..1.0).contains(&share) };
                assert!(expected, "{used} of {limit}: {warning:?}");
            }
        }
        assert_eq!((warning(79, 100), warning(80, 100)), (None, Some(Warning::Near)));
    }

    #[test]
    fn a_self_hosted_server_has_no_limits() {
        let plans = Plans::default();
        let first = plans.of(plans.first());
        assert_eq!((first.monthly(), first.endpoints, first.api), (None, 10, true));
        assert_eq!(plans.with_api(), Plan::Business);
    }
}
