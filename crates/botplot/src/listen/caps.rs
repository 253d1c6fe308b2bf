//! How many connections there may be, from one address and in all.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, PoisonError};

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::config::Server;

/// Files that everything but connections may need: the data file, logs, models, pages that are fetched.
const RESERVED: u64 = 256;
/// Files that the process asks for at most.
const MOST: u64 = 65_536;

/// The caps and what they hold at the moment.
pub(super) struct Caps {
    total: usize,
    per_address: usize,
    held: Arc<Mutex<Held>>,
}

#[derive(Default)]
struct Held {
    total: usize,
    addresses: HashMap<IpAddr, usize>,
}

/// A connection's place, free again when this is dropped.
pub(super) struct Place {
    address: Option<IpAddr>,
    held: Arc<Mutex<Held>>,
}

impl Caps {
    /// The caps of the configuration, the total below what the system has room for.
    pub(super) fn of(server: &Server) -> Self {
        let room = room_for_connections();
        if server.connections > room {
            tracing::warn!(
                wanted = server.connections,
                room,
                "the limit on open files leaves less room for connections than `server.connections`"
            );
        }
        let total = if server.connections == 0 { room } else { server.connections.min(room) };
        let per_address =
            if server.connections_per_address == 0 { usize::MAX } else { server.connections_per_address };
        Self { total, per_address, held: Arc::default() }
    }

    /// A place for a connection from `address`; none when there is none left. Trusted ones have no cap of their own.
    pub(super) fn take(&self, address: IpAddr, trusted: bool) -> Option<Place> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if held.total >= self.total {
            return None;
        }
        let address = (!trusted).then(|| household(address));
        if let Some(address) = address {
            let count = held.addresses.entry(address).or_default();
            if *count >= self.per_address {
                return None;
            }
            *count += 1;
        }
        held.total += 1;
        Some(Place { address, held: Arc::clone(&self.held) })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.total -= 1;
        let Some(address) = self.address else { return };
        if let Some(count) = held.addresses.get_mut(&address) {
            *count -= 1;
            if *count == 0 {
                held.addresses.remove(&address);
            }
        }
    }
}

/// What counts as one address: of IPv6 the /64, since one customer usually has all of it.
fn household(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => Ipv6Addr::from_bits(v6.to_bits() & !u128::from(u64::MAX)).into(),
    }
}

/// Raises the limit on open files as far as it may be, and says how many connections fit under it.
fn room_for_connections() -> usize {
    let limit = getrlimit(Resource::Nofile);
    let wanted = limit.maximum.map_or(MOST, |maximum| maximum.min(MOST));
    let mut current = limit.current.unwrap_or(MOST);
    if current < wanted
        && setrlimit(Resource::Nofile, Rlimit { current: Some(wanted), maximum: limit.maximum }).is_ok()
    {
        current = wanted;
    }
    usize::try_from(current.saturating_sub(RESERVED)).unwrap_or(usize::MAX).max(16)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn caps(total: usize, per_address: usize) -> Caps {
        Caps { total, per_address, held: Arc::default() }
    }

    #[test]
    fn an_address_has_its_cap_and_gets_places_back() {
        let (caps, one, two) = (caps(10, 2), "10.0.0.1".parse().unwrap(), "10.0.0.2".parse().unwrap());
        let (first, _second) = (caps.take(one, false).unwrap(), caps.take(one, false).unwrap());
        assert!(caps.take(one, false).is_none());
        assert!(caps.take(two, false).is_some());
        drop(first);
        assert!(caps.take(one, false).is_some());
    }

    #[test]
    fn a_trusted_proxy_has_only_the_cap_of_all() {
        let (caps, proxy) = (caps(3, 1), "10.0.0.1".parse().unwrap());
        let places: Vec<_> = (0..3).map(|_| caps.take(proxy, true).unwrap()).collect();
        assert!(caps.take(proxy, true).is_none());
        drop(places);
        let held = caps.held.lock().unwrap();
        assert_eq!((held.total, held.addresses.len()), (0, 0));
    }

    #[test]
    fn a_whole_ipv6_network_of_one_customer_counts_as_one() {
        let caps = caps(10, 1);
        let _place = caps.take("2001:db8:1:2::1".parse().unwrap(), false).unwrap();
        assert!(caps.take("2001:db8:1:2:ffff::9".parse().unwrap(), false).is_none());
        assert!(caps.take("2001:db8:1:3::1".parse().unwrap(), false).is_some());
    }
}
