//! Where webhooks may go.
//!
//! Whether an address may be reached is decided where it is connected to: a name is resolved once, by a resolver that gives addresses
//! out only if all of them are public, and the connection goes to one of these. Redirects are not followed, and no proxy is used.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use reqwest::Url;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

/// Why a URL is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum RefusedUrl {
    #[error("it is no URL")]
    Malformed,
    #[error("it begins with https://")]
    Unencrypted,
    #[error("it names no user and no password")]
    Credentials,
    #[error("it leads to a private address")]
    Private,
}

/// Checks a URL, without looking up its host.
///
/// # Errors
/// Why webhooks cannot go there.
pub(crate) fn check_url(text: &str, allow_private: bool) -> Result<Url, RefusedUrl> {
    let url: Url = text.parse().map_err(|_| RefusedUrl::Malformed)?;
    match url.scheme() {
        "https" => {}
        "http" if allow_private => {}
        "http" => return Err(RefusedUrl::Unencrypted),
        _ => return Err(RefusedUrl::Malformed),
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(RefusedUrl::Credentials);
    }
    let host = url.host_str().ok_or(RefusedUrl::Malformed)?;
    // A host that is an address is not resolved, so that the resolver does not see it.
    let literal: Option<IpAddr> = host.trim_start_matches('[').trim_end_matches(']').parse().ok();
    if !allow_private && literal.is_some_and(|address| !is_public(address)) {
        return Err(RefusedUrl::Private);
    }
    Ok(url)
}

/// Whether an address is one of the public internet, as the registries of special-purpose addresses (RFC 6890) have it.
pub(super) fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let is_special = matches!(
        (a, b, c),
        (0 | 10 | 127 | 224.., ..)
            | (100, 64..=127, _)
            | (169, 254, _)
            | (172, 16..=31, _)
            | (192, 168, _)
            | (192, 0, 0 | 2)
            | (192, 88, 99)
            | (198, 18..=19, _)
            | (198, 51, 100)
            | (203, 0, 113)
    );
    !is_special
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    if let Some(mapped) = address.to_ipv4_mapped() {
        return is_public_v4(mapped);
    }
    let [a, b, ..] = address.segments();
    match (a, b) {
        // Translated from IPv4 (RFC 6052), and 6to4: the address within decides.
        (0x64, 0xff9b) => {
            let [.., high, low] = address.segments();
            is_public_v4(v4_of(high, low))
        }
        (0x2002, high) => is_public_v4(v4_of(high, address.segments()[2])),
        // Teredo and other protocol assignments, and documentation.
        (0x2001, 0..=0x1ff | 0xdb8) | (0x3fff, 0..=0xfff) => false,
        // What is assigned to the internet.
        (0x2000..=0x3fff, _) => true,
        _ => false,
    }
}

fn v4_of(high: u16, low: u16) -> Ipv4Addr {
    Ipv4Addr::from((u32::from(high) << 16) | u32::from(low))
}

/// An endpoint's host has an address that is not public.
#[derive(Debug, thiserror::Error)]
#[error("{host} has the private address {address}")]
struct PrivateAddress {
    host: String,
    address: IpAddr,
}

/// Gives out addresses if all of them are public.
pub(super) struct PublicOnly;

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let host = name.as_str().to_owned();
            let found: Vec<SocketAddr> = tokio::net::lookup_host((host.as_str(), 0)).await?.collect();
            if let Some(private) = found.iter().find(|address| !is_public(address.ip())) {
                return Err(PrivateAddress { host, address: private.ip() }.into());
            }
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

/// Whether a request was refused because of the address.
pub(super) fn has_private_address(error: &reqwest::Error) -> bool {
    let mut source: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = source {
        if error.is::<PrivateAddress>() {
            return true;
        }
        source = error.source();
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_that_are_not_of_the_internet_are_told() {
        for private in [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "127.0.0.1",
            "127.9.9.9",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.1",
            "192.0.2.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.51.100.1",
            "203.0.113.9",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "fe80::1",
            "fc00::1",
            "fd12::1",
            "ff02::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "64:ff9b::10.0.0.1",
            "2002:7f00:1::",
            "2001::1",
            "2001:db8::1",
            "::127.0.0.1",
            "fec0::1",
            "3fff::1",
        ] {
            assert!(!is_public(private.parse().unwrap()), "{private}");
        }
        for public in [
            "1.1.1.1",
            "172.32.0.1",
            "100.128.0.1",
            "198.20.0.1",
            "2606:4700::1111",
            "::ffff:1.1.1.1",
            "64:ff9b::1.1.1.1",
        ] {
            assert!(is_public(public.parse().unwrap()), "{public}");
        }
    }

    #[test]
    fn a_url_is_checked_before_anything_is_sent() {
        let check = |url| check_url(url, false).map(|_| ());
        assert_eq!(check("https://shop.example/hooks"), Ok(()));
        assert_eq!(check("http://shop.example/hooks"), Err(RefusedUrl::Unencrypted));
        assert_eq!(check("ftp://shop.example"), Err(RefusedUrl::Malformed));
        assert_eq!(check("shop"), Err(RefusedUrl::Malformed));
        assert_eq!(check("https://user:word@shop.example"), Err(RefusedUrl::Credentials));
        // The forms in which the same address can be written are read before they are looked at.
        for host in ["127.0.0.1", "2130706433", "0x7f.1", "017700000001", "[::1]", "[::ffff:7f00:1]", "169.254.169.254"]
        {
            assert_eq!(check_url(&format!("https://{host}/"), false).map(|_| ()), Err(RefusedUrl::Private), "{host}");
        }
        assert!(check_url("http://127.0.0.1:9999/", true).is_ok());
    }
}
