use domain::notification::{Channel, Told};
use domain::{Carrier, Currency, EventId, Money, OrderId, SubjectId, TenantId, Timestamp, TrackingNumber};
use service_kit::clock::{Ids, SystemIds};
use uuid::Uuid;

use super::*;

fn details(kind: Kind) -> NotificationDetails {
    NotificationDetails {
        tenant: TenantId::try_new("shop").unwrap(),
        order: OrderId::new(Uuid::from_u128(1)),
        event: EventId::new(Uuid::from_u128(2)),
        kind,
        channel: Channel::Email,
        endpoint: None,
        told: Told {
            amount: Some(Money::new(12_990, Currency::EUR)),
            carrier: Some(Carrier::try_new("post").unwrap()),
            tracking: Some(TrackingNumber::try_new("00340434161094021501").unwrap()),
            expected_at: None,
            reason: None,
        },
        occurred_at: Timestamp::EPOCH,
        send_until: Timestamp::EPOCH,
        attempts: 0,
        attempts_before: 0,
        resends: std::collections::BTreeSet::new(),
    }
}

fn order(quantity: i64) -> KnownOrder {
    let eur = |minor| ContractMoney { minor, currency: "EUR".to_owned() };
    let line = |name: &str, quantity, minor| KnownLine { name: name.to_owned(), quantity, total: eur(minor) };
    KnownOrder {
        number: "R-1001".to_owned(),
        total: eur(123_450),
        lines: vec![line("Mug <blue> & \"white\"", quantity, 3_000)],
        line_count: 3,
        country: "DE".to_owned(),
        subject: SubjectId::try_new("customer:1").unwrap(),
        contact: None,
    }
}

fn renderer() -> Renderer {
    Renderer::new("Example Shop".to_owned(), "en".to_owned(), None)
}

#[test]
fn the_page_to_unsubscribe_is_rendered_in_every_language() {
    let tenant = TenantId::try_new("shop").unwrap();
    let page = |language, is_done| renderer().unsubscribe_page(&tenant, language, is_done).unwrap();
    for (language, question, done) in [
        ("en", "Unsubscribe?", "You are unsubscribed"),
        ("de", "Abmelden?", "Sie sind abgemeldet"),
        ("fr", "Se désabonner ?", "Vous êtes désabonné"),
    ] {
        let (before, after) = (page(Some(language), false), page(Some(language), true));
        assert!(before.contains(&format!("<html lang=\"{language}\">")) && before.contains("<form method=\"post\">"));
        assert!(before.contains(&format!("<h1>{question}</h1>")) && after.contains(&format!("<h1>{done}</h1>")));
        assert!(!after.contains("<form") && !before.contains("{{"), "{before}");
    }
    assert_eq!(page(None, true), page(Some("nl"), true), "English where there is no page in a language");
}

#[test]
fn every_kind_is_rendered_in_every_language() {
    for kind in Kind::ALL {
        for language in ["en", "de", "fr"] {
            let unsubscribe = Some("https://shop.example/u/1");
            let mail = renderer().email(&details(kind), &order(2), Some(language), unsubscribe).unwrap();
            assert!(mail.subject.contains("R-1001") && !mail.subject.contains('\n'), "{}", mail.subject);
            assert!(mail.text.contains("R-1001") && mail.text.contains("https://shop.example/u/1"), "{}", mail.text);
            assert!(mail.html.contains(&format!("<html lang=\"{language}\">")), "{}", mail.html);
            assert!(!mail.text.contains("{{") && !mail.html.contains("{{") && !mail.text.contains("&amp;"));
            let sms = renderer().sms(&details(kind), &order(2), Some(language)).unwrap();
            assert!(sms.starts_with("Example Shop: ") && sms.contains("R-1001") && !sms.contains('\n'), "{sms}");
        }
    }
}

#[test]
fn what_customers_and_merchants_write_is_no_markup() {
    let mail = renderer().email(&details(Kind::OrderConfirmed), &order(1), Some("en"), None).unwrap();
    assert!(mail.html.contains("Mug &lt;blue&gt; &amp; &quot;white&quot;"), "{}", mail.html);
    assert!(mail.text.contains("1 × Mug <blue> & \"white\": €30.00"), "{}", mail.text);
    assert!(mail.text.contains("… + 2") && mail.text.contains("Total: €1,234.50"), "{}", mail.text);
}

#[test]
fn numbers_have_their_words_and_money_its_form() {
    let text = |locale, quantity| {
        renderer().email(&details(Kind::OrderConfirmed), &order(quantity), locale, None).unwrap().text
    };
    assert!(text(Some("en"), 1).contains("your order of 1 item. "), "{}", text(Some("en"), 1));
    assert!(text(Some("en"), 2).contains("your order of 2 items. "));
    assert!(text(Some("fr"), 0).contains("0 article. "));
    assert!(text(None, 2).contains("Summe: 1.234,50\u{a0}€"), "the country's language");
    assert!(text(Some("pl"), 2).contains("Thank you"), "a language without templates");
}

#[test]
fn a_tenant_has_templates_of_its_own_beside_the_engines() {
    let dir = std::env::temp_dir().join(format!("notification-templates-{}", SystemIds.random()));
    std::fs::create_dir_all(dir.join("shop/de")).unwrap();
    let own = "{% extends layout %}{% block subject %}Hallo {{ order.number }}{% endblock %}{% block body %}{{ p(\"<Eigen>\") }}{% endblock %}";
    std::fs::write(dir.join("shop/de/delivery.j2"), own).unwrap();
    std::fs::write(dir.join("shop/de/refund.j2"), "{{ nonsense }}").unwrap();
    let renderer = Renderer::new("Example Shop".to_owned(), "en".to_owned(), Some(dir.clone()));
    let mail = renderer.email(&details(Kind::Delivery), &order(1), Some("de"), None).unwrap();
    assert_eq!(mail.subject, "Hallo R-1001");
    assert!(mail.html.contains("&lt;Eigen&gt;"), "{}", mail.html);
    let other = NotificationDetails { tenant: TenantId::try_new("other").unwrap(), ..details(Kind::Delivery) };
    assert!(renderer.email(&other, &order(1), Some("de"), None).unwrap().subject.starts_with("Ihre Bestellung"));
    assert!(renderer.email(&details(Kind::Refund), &order(1), Some("de"), None).is_err(), "an unknown name");
    std::fs::remove_dir_all(dir).unwrap();
}

/// What is looked at in a browser.
#[test]
#[ignore = "writes files for people to look at"]
fn preview() {
    let dir = std::env::temp_dir().join("notification-preview");
    std::fs::create_dir_all(&dir).unwrap();
    for (kind, language) in [(Kind::OrderConfirmed, "en"), (Kind::Shipment, "de"), (Kind::Refund, "fr")] {
        let known = KnownOrder { line_count: 1, ..order(2) };
        let mail = renderer().email(&details(kind), &known, Some(language), Some("https://shop.example/u/1")).unwrap();
        std::fs::write(dir.join(format!("{language}.html")), mail.html).unwrap();
    }
}
