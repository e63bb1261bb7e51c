//! What becomes of parcels: by a word in their service, or in the second line of the recipient's address.

/// What becomes of a parcel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ParcelOutcome {
    /// It arrives a day after its label was bought.
    Delivered,
    /// No label is sold.
    Refused,
    /// It is lost on its way.
    Lost,
    /// Nobody takes it, and it comes back.
    Returned,
    /// It arrives a day later than was expected.
    Delayed,
}

/// The words by which an outcome is chosen, each with what it chooses: a part of the service, as in `parcel-lost`, or the second line of the
/// address, as in `LOST`.
pub const OUTCOMES: [(&str, &str); 4] = [
    ("REFUSED", "no label is sold: 422 ADDRESS_REFUSED"),
    ("LOST", "the carrier loses it after two hours on its way"),
    ("RETURNED", "nobody takes it, and it comes back after two days"),
    ("DELAYED", "it is delayed with a new expected day, and arrives a day later"),
];

impl ParcelOutcome {
    /// The outcome of a parcel of a service for a recipient.
    pub(crate) fn of(service: &str, line2: &str) -> Self {
        let has = |word: &str| line2.trim() == word || service.to_ascii_uppercase().ends_with(word);
        match () {
            () if has("REFUSED") => Self::Refused,
            () if has("LOST") => Self::Lost,
            () if has("RETURNED") => Self::Returned,
            () if has("DELAYED") => Self::Delayed,
            () => Self::Delivered,
        }
    }

    /// The scans of such a parcel: seconds of carrying since its label was bought, the status, and where.
    pub(crate) const fn steps(self) -> &'static [Step] {
        match self {
            Self::Delivered | Self::Refused => &ARRIVES,
            Self::Lost => &IS_LOST,
            Self::Returned => &COMES_BACK,
            Self::Delayed => &ARRIVES_LATE,
        }
    }
}

const HOUR: i64 = 3_600;
const COLLECTED: Step = Step::new(HOUR, "HANDED_OVER", Some("Collection depot"));
const SORTED: Step = Step::new(2 * HOUR, "IN_TRANSIT", Some("Sorting centre"));
const AT_THE_DOOR: Step = Step::new(20 * HOUR, "OUT_FOR_DELIVERY", Some("Delivery depot"));
const ARRIVES: [Step; 4] = [COLLECTED, SORTED, AT_THE_DOOR, Step::new(24 * HOUR, "DELIVERED", None)];
const IS_LOST: [Step; 3] = [COLLECTED, SORTED, Step::new(4 * HOUR, "LOST", Some("Sorting centre"))];
const COMES_BACK: [Step; 5] = [
    COLLECTED,
    SORTED,
    AT_THE_DOOR,
    Step::new(24 * HOUR, "EXCEPTION", Some("Nobody took it")),
    Step::new(48 * HOUR, "RETURNED", None),
];
const ARRIVES_LATE: [Step; 5] = [
    COLLECTED,
    SORTED,
    Step::new(20 * HOUR, "EXCEPTION", Some("Sorting centre")),
    Step::new(44 * HOUR, "OUT_FOR_DELIVERY", Some("Delivery depot")),
    Step::new(48 * HOUR, "DELIVERED", None),
];

/// A scan to come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Step {
    /// Seconds of carrying since the label was bought.
    pub(crate) after_s: i64,
    pub(crate) status: &'static str,
    pub(crate) place: Option<&'static str>,
}

impl Step {
    const fn new(after_s: i64, status: &'static str, place: Option<&'static str>) -> Self {
        Self { after_s, status, place }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outcome_is_chosen_by_service_or_by_address() {
        assert_eq!(ParcelOutcome::of("parcel", ""), ParcelOutcome::Delivered);
        assert_eq!(ParcelOutcome::of("parcel", "Flat 3"), ParcelOutcome::Delivered);
        assert_eq!(ParcelOutcome::of("parcel-lost", ""), ParcelOutcome::Lost);
        assert_eq!(ParcelOutcome::of("parcel", " RETURNED "), ParcelOutcome::Returned);
        assert_eq!(ParcelOutcome::of("express-refused", "LOST"), ParcelOutcome::Refused);
        for (word, _) in OUTCOMES {
            assert_ne!(ParcelOutcome::of("parcel", word), ParcelOutcome::Delivered, "{word}");
        }
    }

    #[test]
    fn every_parcel_is_collected_first_and_moves_on() {
        for outcome in [ParcelOutcome::Delivered, ParcelOutcome::Lost, ParcelOutcome::Returned, ParcelOutcome::Delayed]
        {
            let steps = outcome.steps();
            assert_eq!(steps[0].status, "HANDED_OVER");
            assert!(steps.windows(2).all(|pair| pair[0].after_s < pair[1].after_s), "{outcome:?}");
        }
    }
}
