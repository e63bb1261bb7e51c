//! Which locations send an order.

use proptest::prelude::*;

use super::*;
use crate::{Coordinates, DeliveryArea, Quantity};

fn facts() -> LocationFacts {
    LocationFacts {
        kind: LocationKind::Warehouse,
        is_paused: false,
        is_open: true,
        reach: Reach::Home,
        metres: None,
        open: 0,
        open_max: None,
        cost: 10,
    }
}

#[test]
fn facts_follow_from_what_is_published() {
    let zones =
        serde_json::json!([{"country": "CH", "postal_prefixes": ["80"]}, {"country": "LI", "postal_prefixes": []}]);
    let spans = serde_json::json!([{"day": "MONDAY", "opens": 480, "closes": 1020}]);
    let zurich = serde_json::json!({"latitude_e6": 47_376_900, "longitude_e6": 8_541_700});
    let published = |kind: &str| -> ContractLocationDetails {
        serde_json::from_value(
            serde_json::json!({"name": "Zürich", "kind": kind, "country": "CH", "coordinates": zurich,
            "zones": zones, "hours": {"time_zone": "Europe/Zurich", "spans": spans}, "open_max": 5, "cost": 3}),
        )
        .unwrap()
    };
    // A Monday in summer.
    let at = |text: &str| Timestamp::try_new(text).unwrap();
    let goes_to = |to: &str, postal_code: Option<&str>, near: Option<(f64, f64)>| {
        let to = CountryCode::try_new(to).unwrap();
        let near = near.map(|(latitude, longitude)| Coordinates::try_new(latitude, longitude).unwrap());
        let shipping_area = DeliveryArea::of(to, postal_code, near).map(Box::new);
        let signals = Signals { shipping_country: Some(to), shipping_area, ..Signals::default() };
        LocationFacts::of(&published("KITCHEN"), (false, 2), &signals, at("2026-06-01T06:00:00Z")).unwrap()
    };
    let of = |to: &str, now: &str| {
        let signals = Signals { shipping_country: Some(CountryCode::try_new(to).unwrap()), ..Signals::default() };
        LocationFacts::of(&published("KITCHEN"), (false, 2), &signals, at(now)).unwrap()
    };
    let home = of("CH", "2026-06-01T06:00:00Z");
    assert_eq!((home.reach, home.is_open, home.open, home.open_max), (Reach::Home, true, 2, Some(5)));
    assert!(home.is_kitchen() && !of("CH", "2026-06-01T05:00:00Z").is_open);
    assert_eq!(of("LI", "2026-06-01T06:00:00Z").reach, Reach::Abroad);
    assert_eq!(of("DE", "2026-06-01T06:00:00Z").reach, Reach::OutOfZone);
    assert_eq!(LocationFacts::of(&published("DEPOT"), (false, 0), &Signals::default(), Timestamp::EPOCH), None);
    assert_eq!(goes_to("CH", Some("8004"), None).reach, Reach::Home);
    assert_eq!(goes_to("CH", Some("3011"), None).reach, Reach::OutOfZone, "another area of the country");
    assert_eq!(home.metres, None);
    let to_geneva = goes_to("CH", None, Some((46.204_4, 6.143_2))).metres.unwrap();
    assert!((220_000..230_000).contains(&to_geneva), "{to_geneva}");
}

fn sku(code: &str) -> Sku {
    Sku::try_new(code).unwrap()
}

/// Three lines of two SKUs.
fn lines() -> Vec<RequestedLine> {
    let line = |code: &str| RequestedLine { sku: sku(code), quantity: Quantity::try_new(1).unwrap() };
    vec![line("cup"), line("plate"), line("cup")]
}

fn lacking(code: &str, facts: Option<LocationFacts>, lacks: &[&str]) -> Candidate {
    let lacks = lacks.iter().map(|code| sku(code)).collect();
    Candidate { location: LocationId::try_new(code).unwrap(), facts, lacks }
}

fn candidate(code: &str, facts: Option<LocationFacts>, has_stock: bool) -> Candidate {
    lacking(code, facts, if has_stock { &[] } else { &["cup", "plate"] })
}

fn verdicts(candidates: &[Candidate]) -> Vec<Option<LeftOut>> {
    route(&lines(), 1, candidates, |_| false).candidates.into_iter().map(|one| one.left_out).collect()
}

/// What each location sends, by the SKUs of its lines.
fn sent(parcels_max: usize, candidates: &[Candidate]) -> Vec<(String, Vec<String>)> {
    let routed = route(&lines(), parcels_max, candidates, |location| location.as_str() == "tried");
    let skus = |share: &RoutedShare| share.lines.iter().map(|line| line.sku.to_string()).collect();
    routed.shares.iter().map(|share| (share.location.to_string(), skus(share))).collect()
}

#[test]
fn the_nearest_that_works_and_costs_least_is_chosen_and_then_the_first() {
    let abroad = candidate("a", Some(LocationFacts { reach: Reach::Abroad, cost: 0, ..facts() }), true);
    let closed = candidate("b", Some(LocationFacts { is_open: false, cost: 0, ..facts() }), true);
    let dear = candidate("c", Some(LocationFacts { cost: 11, ..facts() }), true);
    let (first, second) = (candidate("d", Some(facts()), true), candidate("e", Some(facts()), true));
    let worse = Some(LeftOut::Worse);
    assert_eq!(
        verdicts(&[abroad.clone(), closed.clone(), dear.clone(), first, second]),
        [worse, worse, worse, None, worse]
    );
    assert_eq!(verdicts(&[abroad.clone(), closed.clone(), dear]), [worse, worse, None]);
    assert_eq!(verdicts(&[abroad, closed]), [worse, None], "a warehouse that is closed sends when it opens");
}

#[test]
fn the_nearer_by_tens_of_kilometres_goes_before_the_cheaper() {
    let at = |code: &str, metres: Option<u32>, cost: u32| {
        candidate(code, Some(LocationFacts { metres, cost, ..facts() }), true)
    };
    let (near, far, cheap_and_near, unknown) =
        (at("a", Some(21_000), 9), at("b", Some(30_000), 1), at("c", Some(29_999), 1), at("d", None, 0));
    let worse = Some(LeftOut::Worse);
    assert_eq!(verdicts(&[unknown.clone(), far.clone(), near.clone()]), [worse, worse, None]);
    assert_eq!(verdicts(&[near, far.clone(), cheap_and_near]), [worse, worse, None]);
    assert_eq!(verdicts(&[unknown, far.clone()]), [worse, None]);
    let abroad = candidate("e", Some(LocationFacts { reach: Reach::Abroad, metres: Some(1), ..facts() }), true);
    assert_eq!(verdicts(&[abroad, far]), [worse, None], "a border is farther than any way within the country");
}

#[test]
fn what_stands_in_the_way_is_named() {
    let with = |change: fn(&mut LocationFacts)| {
        let mut facts = facts();
        change(&mut facts);
        candidate("a", Some(facts), true)
    };
    let kitchen = with(|facts| (facts.kind, facts.is_open) = (LocationKind::Kitchen, false));
    let full = with(|facts| (facts.open, facts.open_max) = (3, Some(3)));
    let all = [
        with(|facts| facts.is_paused = true),
        with(|facts| facts.reach = Reach::OutOfZone),
        kitchen,
        full,
        candidate("a", Some(facts()), false),
        candidate("a", None, false),
    ];
    let reasons = [LeftOut::Paused, LeftOut::OutOfZone, LeftOut::Closed, LeftOut::Full, LeftOut::NoStock];
    let reasons: Vec<_> = reasons.into_iter().chain([LeftOut::NoStock]).map(Some).collect();
    assert_eq!(verdicts(&all), reasons);
}

#[test]
fn locations_that_nobody_registered_follow_in_the_order_of_the_policy() {
    let (first, second) = (candidate("a", None, true), candidate("b", None, true));
    assert_eq!(verdicts(&[first.clone(), second.clone()]), [None, Some(LeftOut::Worse)]);
    let considered = route(&lines(), 1, &[first, second], |location| location.as_str() == "a").candidates;
    assert_eq!(considered.iter().map(|one| one.left_out).collect::<Vec<_>>(), [Some(LeftOut::Tried), None]);
}

#[test]
fn an_order_is_split_only_where_it_may_be_and_no_location_has_everything() {
    let (cups, plates) = (lacking("c", None, &["plate"]), lacking("p", None, &["cup"]));
    assert_eq!(sent(1, &[cups.clone(), plates.clone()]), []);
    let parcel = |location: &str, skus: &[&str]| {
        (location.to_owned(), skus.iter().map(|sku| (*sku).to_owned()).collect::<Vec<_>>())
    };
    let split = [parcel("c", &["cup", "cup"]), parcel("p", &["plate"])];
    assert_eq!(sent(2, &[cups.clone(), plates.clone()]), split);
    let all = candidate("all", Some(LocationFacts { cost: 99, ..facts() }), true);
    assert_eq!(sent(2, &[cups.clone(), plates.clone(), all]), [parcel("all", &["cup", "plate", "cup"])]);
    let tried = lacking("tried", Some(facts()), &["cup"]);
    let near = lacking("n", Some(facts()), &["cup"]);
    let better = [parcel("n", &["plate"]), parcel("c", &["cup", "cup"])];
    assert_eq!(sent(3, &[cups, plates, tried, near]), better, "the nearer one, and no third");
}

fn any_candidate() -> impl Strategy<Value = Candidate> {
    let reach = prop::sample::select(vec![Reach::Home, Reach::Abroad, Reach::OutOfZone]);
    let kind = prop::sample::select(vec![LocationKind::Warehouse, LocationKind::Kitchen]);
    let facts = (
        kind,
        any::<(bool, bool)>(),
        reach,
        0_u32..3,
        prop::option::of(1_u32..3),
        (0_u32..3, prop::option::of(0_u32..40_000)),
    )
        .prop_map(|(kind, (is_paused, is_open), reach, open, open_max, (cost, metres))| LocationFacts {
            kind,
            is_paused,
            is_open,
            reach,
            metres,
            open,
            open_max,
            cost,
        });
    let code = prop::sample::select(vec!["a", "b", "c"]);
    let lacks = prop::sample::subsequence(vec!["cup", "plate"], 0..=2);
    (code, prop::option::of(facts), lacks).prop_map(|(code, facts, lacks)| lacking(code, facts, &lacks))
}

/// Whether nothing but its stock stands in a candidate's way.
fn sends(one: &Candidate) -> bool {
    let can = |facts: &LocationFacts| {
        let has_room = facts.open_max.is_none_or(|max| facts.open < max);
        let works = facts.is_open || facts.kind == LocationKind::Warehouse;
        !facts.is_paused && facts.reach != Reach::OutOfZone && has_room && works
    };
    one.location.as_str() != "c" && one.facts.as_ref().is_none_or(can)
}

proptest! {
    #[test]
    fn all_is_sent_by_as_few_as_can_and_every_other_has_a_reason(
        candidates in prop::collection::vec(any_candidate(), 0..6),
        parcels_max in 1_usize..4,
    ) {
        let Routed { shares, candidates: considered } =
            route(&lines(), parcels_max, &candidates, |location| location.as_str() == "c");
        let given: Vec<_> = considered.iter().map(|one| one.candidate.clone()).collect();
        prop_assert_eq!(&given, &candidates);
        let able: Vec<_> = candidates.iter().filter(|one| sends(one)).collect();
        let has = |one: &&&Candidate, code: &str| !one.lacks.contains(&sku(code));
        let fewest = if able.iter().any(|one| one.lacks.is_empty()) {
            1
        } else if able.iter().any(|one| has(&one, "cup")) && able.iter().any(|one| has(&one, "plate")) {
            2
        } else {
            usize::MAX
        };
        prop_assert_eq!(shares.len(), if fewest <= parcels_max { fewest } else { 0 });
        let chosen: Vec<_> = considered.iter().filter(|one| one.left_out.is_none()).collect();
        prop_assert_eq!(chosen.len(), shares.len());
        prop_assert!(chosen.iter().all(|one| sends(&one.candidate)));
        let mut left: Vec<_> = lines();
        for line in shares.iter().flat_map(|share| &share.lines) {
            let place = left.iter().position(|one| one == line);
            left.remove(place.expect("nothing is sent twice"));
        }
        prop_assert!(shares.is_empty() || left.is_empty());
        for share in &shares {
            prop_assert!(!share.lines.is_empty());
            let able_to = |one: &&&Considered| {
                one.candidate.location == share.location
                    && share.lines.iter().all(|line| !one.candidate.lacks.contains(&line.sku))
            };
            prop_assert!(chosen.iter().any(|one| able_to(&one)));
        }
    }
}
