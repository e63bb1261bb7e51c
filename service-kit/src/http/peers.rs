//! Counts the connections of each peer.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

/// Counts connections by the address they come from. A proxy is one peer, however many clients it has.
#[derive(Debug, Clone)]
pub(super) struct Peers(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    per_peer_max: usize,
    held: Mutex<HashMap<IpAddr, usize>>,
}

/// A counted connection of a peer, until it is dropped.
#[derive(Debug)]
pub(super) struct PeerSlot {
    peers: Peers,
    peer: IpAddr,
}

impl Peers {
    pub(super) fn new(per_peer_max: usize) -> Self {
        Self(Arc::new(Inner { per_peer_max, held: Mutex::default() }))
    }

    /// A slot for one more connection; `None` when the peer has as many as it may.
    pub(super) fn slot(&self, peer: IpAddr) -> Option<PeerSlot> {
        // An IPv4 address and its IPv6-mapped form are one client.
        let peer = peer.to_canonical();
        let mut held = self.0.held.lock().unwrap_or_else(PoisonError::into_inner);
        let count = held.entry(peer).or_default();
        if *count >= self.0.per_peer_max {
            return None;
        }
        *count += 1;
        drop(held);
        Some(PeerSlot { peers: self.clone(), peer })
    }
}

impl Drop for PeerSlot {
    fn drop(&mut self) {
        let mut held = self.peers.0.held.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = held.get_mut(&self.peer) {
            *count -= 1;
            if *count == 0 {
                held.remove(&self.peer);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_peer_has_its_connections_and_no_more() {
        let peers = Peers::new(2);
        let (v4, mapped): (IpAddr, IpAddr) = ("192.0.2.1".parse().unwrap(), "::ffff:192.0.2.1".parse().unwrap());
        let first = peers.slot(v4).unwrap();
        let _second = peers.slot(mapped).unwrap();
        assert!(peers.slot(v4).is_none());
        assert!(peers.slot("192.0.2.2".parse().unwrap()).is_some());
        drop(first);
        assert!(peers.slot(v4).is_some());
        assert_eq!(peers.0.held.lock().unwrap().len(), 1, "who has no connection is forgotten");
    }
}
