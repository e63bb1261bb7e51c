//! Currencies by their ISO 4217 codes, those in use and those withdrawn since.
//!
//! Withdrawn currencies are accepted in stored and imported amounts. Only a new order may not use one.

use std::sync::LazyLock;

use iso_currency::IntoEnumIterator;

use crate::text::serde_as_text;

/// An ISO 4217 currency with minor units; no funds, metals or test codes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Currency([u8; 3]);

/// Why a code is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CurrencyError {
    /// The code is no currency of ISO 4217 with minor units.
    #[error("unknown currency {0:?}")]
    Unknown(String),
    /// The currency is no longer in use, and the order is a new one.
    #[error("the currency {0} has been withdrawn; only an import may have it")]
    Withdrawn(Currency),
}

/// A code with its decimals.
struct Known {
    code: [u8; 3],
    exponent: u32,
    is_current: bool,
}

/// Withdrawn codes that the library does not have, with two decimals. Source: ISO 4217, list three of historic
/// denominations; the decimals are those of the Java platform's table of currencies.
const WITHDRAWN: &[[u8; 3]] = &[
    *b"AFA", *b"ALK", *b"ANG", *b"AOK", *b"AON", *b"AOR", *b"ARA", *b"ARP", *b"ARY", *b"ATS", *b"AYM", *b"AZM",
    *b"BAD", *b"BEC", *b"BEL", *b"BGJ", *b"BGK", *b"BGL", *b"BOP", *b"BRB", *b"BRC", *b"BRE", *b"BRN", *b"BRR",
    *b"BUK", *b"CHC", *b"CSD", *b"CSJ", *b"CSK", *b"CYP", *b"DDM", *b"DEM", *b"ECS", *b"ECV", *b"EEK", *b"ESA",
    *b"ESB", *b"FIM", *b"FRF", *b"GEK", *b"GHC", *b"GHP", *b"GNE", *b"GNS", *b"GQE", *b"GWE", *b"GWP", *b"HRD",
    *b"IEP", *b"ILP", *b"ILR", *b"ISJ", *b"LAJ", *b"LSM", *b"LTL", *b"LTT", *b"LUC", *b"LUL", *b"LVL", *b"LVR",
    *b"MLF", *b"MRO", *b"MTL", *b"MTP", *b"MVQ", *b"MXP", *b"MZE", *b"MZM", *b"NIC", *b"NLG", *b"PEH", *b"PEI",
    *b"PES", *b"PLZ", *b"RHD", *b"ROK", *b"ROL", *b"RUR", *b"SDD", *b"SDP", *b"SIT", *b"SKK", *b"SRG", *b"STD",
    *b"SUR", *b"TJR", *b"TMM", *b"UAK", *b"UGS", *b"UGW", *b"UYN", *b"UYP", *b"VEB", *b"VEF", *b"VNC", *b"XEU",
    *b"YDD", *b"YUD", *b"YUM", *b"YUN", *b"ZAL", *b"ZMK", *b"ZRN", *b"ZRZ", *b"ZWC", *b"ZWD", *b"ZWN", *b"ZWR",
];

/// Withdrawn codes that the library does not have, without decimals.
const WITHDRAWN_WITHOUT_DECIMALS: &[[u8; 3]] =
    &[*b"ADP", *b"BEF", *b"BYB", *b"BYR", *b"ESP", *b"GRD", *b"ITL", *b"LUF", *b"MGF", *b"PTE", *b"TPE", *b"TRL"];

/// A code that the library calls superseded though list one of ISO 4217 still has it: the bolívar beside its digital
/// twin.
const CURRENT_ALL_THE_SAME: [&str; 1] = ["VES"];

/// Every code, sorted, so that reading an event searches once for each amount.
static KNOWN: LazyLock<Vec<Known>> = LazyLock::new(|| {
    let listed = iso_currency::Currency::iter().filter(|currency| !currency.is_fund() && !currency.is_special());
    let listed = listed.filter_map(|currency| {
        let is_current = currency.is_superseded().is_none() || CURRENT_ALL_THE_SAME.contains(&currency.code());
        let code = currency.code().as_bytes().try_into().ok()?;
        Some(Known { code, exponent: currency.exponent()?.into(), is_current })
    });
    let withdrawn = |exponent| move |code: &[u8; 3]| Known { code: *code, exponent, is_current: false };
    let mut known: Vec<Known> = listed
        .chain(WITHDRAWN.iter().map(withdrawn(2)))
        .chain(WITHDRAWN_WITHOUT_DECIMALS.iter().map(withdrawn(0)))
        .collect();
    known.sort_unstable_by_key(|known| known.code);
    known
});

fn find(code: &[u8]) -> Option<&'static Known> {
    let at = KNOWN.binary_search_by(|known| known.code.as_slice().cmp(code)).ok()?;
    KNOWN.get(at)
}

impl Currency {
    /// The pound sterling.
    pub const GBP: Self = Self(*b"GBP");
    /// The euro.
    pub const EUR: Self = Self(*b"EUR");
    /// The yen.
    pub const JPY: Self = Self(*b"JPY");

    /// Parses an ISO 4217 code in capitals, in use or withdrawn.
    ///
    /// # Errors
    /// [`CurrencyError::Unknown`] for anything else.
    pub fn try_new(code: &str) -> Result<Self, CurrencyError> {
        let known = find(code.as_bytes()).ok_or_else(|| CurrencyError::Unknown(code.chars().take(8).collect()))?;
        Ok(Self(known.code))
    }

    /// Parses the code of a currency that is in use.
    ///
    /// # Errors
    /// [`CurrencyError::Unknown`], or [`CurrencyError::Withdrawn`] for one that is no longer in use.
    pub fn current(code: &str) -> Result<Self, CurrencyError> {
        let currency = Self::try_new(code)?;
        let is_current = find(&currency.0).is_some_and(|known| known.is_current);
        if is_current { Ok(currency) } else { Err(CurrencyError::Withdrawn(currency)) }
    }

    /// The code in capitals.
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.0).expect("a currency code is ASCII")
    }

    /// Decimals of the minor unit: 2 for EUR, 0 for JPY, 3 for KWD.
    pub fn exponent(self) -> u32 {
        find(&self.0).map_or(2, |known| known.exponent)
    }
}

impl std::fmt::Debug for Currency {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.code())
    }
}

impl std::fmt::Display for Currency {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.code())
    }
}

serde_as_text!(Currency, Currency::code, Currency::try_new);

#[cfg(test)]
mod tests {
    use super::*;

    /// The currencies that an earlier release had in its own tables and may have stored.
    const STORED: &str = "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF \
        CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR \
        IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN \
        NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL \
        THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD YER ZAR ZMW ZWG BIF CLP DJF GNF ISK JPY KMF KRW PYG \
        RWF UGX VND VUV XAF XOF XPF BHD IQD JOD KWD LYD OMR TND";

    #[test]
    fn knows_the_exponents_of_iso_4217() {
        for (code, exponent) in
            [("EUR", 2), ("JPY", 0), ("KWD", 3), ("TND", 3), ("XPF", 0), ("DEM", 2), ("ITL", 0), ("HRK", 2)]
        {
            assert_eq!(Currency::try_new(code).unwrap().exponent(), exponent, "{code}");
        }
        for code in ["eur", "XXX", "XAU", "CLF", "", "EURO", "ÄU", "QQQ"] {
            assert!(Currency::try_new(code).is_err(), "{code}");
        }
    }

    #[test]
    fn whatever_was_stored_is_still_read() {
        for code in STORED.split_whitespace() {
            assert_eq!(Currency::try_new(code).unwrap().code(), code);
        }
    }

    #[test]
    fn an_order_of_today_has_a_currency_of_today() {
        for code in ["EUR", "VES", "XCG", "ZWG"] {
            assert!(Currency::current(code).is_ok(), "{code}");
        }
        for code in ["DEM", "FRF", "HRK", "BGN", "ANG", "TRL"] {
            let withdrawn = Currency::try_new(code).unwrap();
            assert_eq!(Currency::current(code), Err(CurrencyError::Withdrawn(withdrawn)));
        }
    }

    #[test]
    fn no_code_stands_in_two_lists() {
        assert!(KNOWN.windows(2).all(|pair| pair[0].code < pair[1].code));
    }
}
