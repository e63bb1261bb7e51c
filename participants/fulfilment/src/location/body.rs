//! What is known of a location, as requests and answers spell it.

use command_kit::http::form::{Form, Text};
use command_kit::{Broken, Fields, Refusal};
use domain::location::{
    LocationDetails, LocationKind, LocationName, OpeningHours, OpeningSpan, TimeZone, Weekday, Zone,
};
use domain::{Coordinates, CountryCode, PostalPrefix};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The forms of the texts.
pub(super) const TEXTS: &[Text] = &[
    Text::new("LocationBody", "name", Form::Line, LocationName::LIMIT),
    Text::new("LocationBody", "country", Form::Country, 2),
    Text::new("ZoneBody", "country", Form::Country, 2),
    Text::new("OpeningHoursBody", "timeZone", Form::Ascii, 50),
];

/// What a location is.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum LocationSort {
    /// It keeps goods, which are picked and packed.
    Warehouse,
    /// It prepares what is ordered, which takes time.
    Kitchen,
}

/// A day of the week.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum Day {
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}

/// What is known of a location.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({
    "name": "Zürich", "kind": "WAREHOUSE", "country": "CH", "coordinates": {"latitude": 47.3769, "longitude": 8.5417},
    "zones": [{"country": "CH"}], "openMax": 500, "cost": 10,
    "hours": {"timeZone": "Europe/Zurich", "spans": [{"day": "MONDAY", "opens": 480, "closes": 1020}]}
}))]
pub(super) struct LocationBody {
    /// What people call it.
    name: String,
    /// What it is.
    kind: LocationSort,
    /// Where it is, by ISO 3166-1 alpha-2.
    country: String,
    /// Where it is, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    coordinates: Option<CoordinatesBody>,
    /// Where it sends to; none stands for everywhere.
    #[serde(default)]
    zones: Vec<ZoneBody>,
    /// When it works; left out, it always does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    hours: Option<OpeningHoursBody>,
    /// Most fulfilments that it has at once: asked for, and neither shipped nor given up. Left out, there is no limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    open_max: Option<u32>,
    /// What it costs to send an order from there, to be compared with your other locations, in a unit of your choice.
    #[serde(default)]
    cost: u32,
}

/// A place on Earth, by WGS 84.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CoordinatesBody {
    /// Degrees north of the equator. Millionths are kept.
    #[schema(minimum = -90, maximum = 90)]
    latitude: f64,
    /// Degrees east of Greenwich. Millionths are kept.
    #[schema(minimum = -180, maximum = 180)]
    longitude: f64,
}

/// Where a location sends to: a country, or areas of it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct ZoneBody {
    /// The country, by ISO 3166-1 alpha-2.
    country: String,
    /// What the postal codes begin with: one to three capitals or digits. None stands for the whole country.
    #[serde(default)]
    postal_prefixes: Vec<String>,
}

/// When a location works.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct OpeningHoursBody {
    /// The zone of the spans, by its name in the IANA data base.
    time_zone: String,
    /// The spans of the week. One past midnight is two.
    spans: Vec<OpeningSpanBody>,
}

/// A span of a day.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct OpeningSpanBody {
    /// The day of the week.
    day: Day,
    /// Minutes since midnight by the clock on the wall.
    #[schema(maximum = 1439)]
    opens: u16,
    /// The first minute that is not in it.
    #[schema(maximum = 1440)]
    closes: u16,
}

impl LocationBody {
    /// Checks it where it lies below a JSON pointer.
    pub(super) fn check(self, below: &str) -> Result<LocationDetails, Refusal> {
        let mut fields = Fields::default();
        fields.below(below.to_owned());
        let name = fields.check("/name", LocationName::try_new(&self.name));
        let country = fields.check("/country", CountryCode::try_new(&self.country));
        let coordinates = fields.check_optional("/coordinates", self.coordinates, |given| {
            Coordinates::try_new(given.latitude, given.longitude)
        });
        let zones = self.zones.into_iter().enumerate().map(|(place, zone)| zone.check(&mut fields, place));
        let zones: Option<Vec<_>> = zones.collect::<Vec<_>>().into_iter().collect();
        let hours = match self.hours {
            None => Some(None),
            Some(hours) => hours.check(&mut fields).map(Some),
        };
        let kind = match self.kind {
            LocationSort::Warehouse => LocationKind::Warehouse,
            LocationSort::Kitchen => LocationKind::Kitchen,
        };
        let (open_max, cost) = (self.open_max, self.cost);
        fields.finish(|| {
            let (name, country, coordinates) = (name?, country?, coordinates?);
            Some(LocationDetails { name, kind, country, coordinates, zones: zones?, hours: hours?, open_max, cost })
        })
    }

    pub(super) fn of(details: &LocationDetails) -> Self {
        Self {
            name: details.name.to_string(),
            kind: match details.kind {
                LocationKind::Warehouse => LocationSort::Warehouse,
                LocationKind::Kitchen => LocationSort::Kitchen,
            },
            country: details.country.to_string(),
            coordinates: details
                .coordinates
                .map(|place| CoordinatesBody { latitude: place.latitude(), longitude: place.longitude() }),
            zones: details.zones.iter().map(ZoneBody::of).collect(),
            hours: details.hours.as_ref().map(OpeningHoursBody::of),
            open_max: details.open_max,
            cost: details.cost,
        }
    }
}

impl ZoneBody {
    fn check(self, fields: &mut Fields, place: usize) -> Option<Zone> {
        let country = fields.check(&format!("/zones/{place}/country"), CountryCode::try_new(&self.country));
        let prefixes = self.postal_prefixes.iter().enumerate().map(|(number, prefix)| {
            fields.check(&format!("/zones/{place}/postalPrefixes/{number}"), PostalPrefix::try_new(prefix))
        });
        let postal_prefixes: Option<Vec<_>> = prefixes.collect::<Vec<_>>().into_iter().collect();
        Some(Zone { country: country?, postal_prefixes: postal_prefixes? })
    }

    fn of(zone: &Zone) -> Self {
        let postal_prefixes = zone.postal_prefixes.iter().map(ToString::to_string).collect();
        Self { country: zone.country.to_string(), postal_prefixes }
    }
}

impl OpeningHoursBody {
    fn check(self, fields: &mut Fields) -> Option<OpeningHours> {
        let unknown = |_| Broken("unknown_time_zone", "name a zone of the IANA data base, such as Europe/Zurich");
        let time_zone = fields.check("/hours/timeZone", TimeZone::try_new(&self.time_zone).map_err(unknown))?;
        let spans = self.spans.iter().map(|span| OpeningSpan {
            day: span.day.checked(),
            opens: span.opens,
            closes: span.closes,
        });
        let broken = |_| Broken("opening_hours_broken", "at most 50 spans, each begins before it ends, within its day");
        fields.check("/hours/spans", OpeningHours::try_new(time_zone, spans.collect()).map_err(broken))
    }

    fn of(hours: &OpeningHours) -> Self {
        let spans = hours.spans().iter().map(|span| OpeningSpanBody {
            day: Day::of(span.day),
            opens: span.opens,
            closes: span.closes,
        });
        Self { time_zone: hours.time_zone().name().to_owned(), spans: spans.collect() }
    }
}

impl Day {
    const fn checked(self) -> Weekday {
        match self {
            Self::Monday => Weekday::Monday,
            Self::Tuesday => Weekday::Tuesday,
            Self::Wednesday => Weekday::Wednesday,
            Self::Thursday => Weekday::Thursday,
            Self::Friday => Weekday::Friday,
            Self::Saturday => Weekday::Saturday,
            Self::Sunday => Weekday::Sunday,
        }
    }

    const fn of(day: Weekday) -> Self {
        match day {
            Weekday::Monday => Self::Monday,
            Weekday::Tuesday => Self::Tuesday,
            Weekday::Wednesday => Self::Wednesday,
            Weekday::Thursday => Self::Thursday,
            Weekday::Friday => Self::Friday,
            Weekday::Saturday => Self::Saturday,
            Weekday::Sunday => Self::Sunday,
        }
    }
}
