//! Personal data: who reads it, and that erasure ends it.

use domain::SubjectId;
use domain::order::contract::{AddressRole, ContractSealed};
use read_models::testing::{EventHistory, address};
use serde_json::{Value, json};
use service_kit::auth::{Role, Scopes};

use super::world::{World, id, tenant};

const QUERY: &str =
    "{ orders { nodes { shippingAddress { country erased details { name line1 city phone email } } } } }";

async fn seeded(world: &World) -> SubjectId {
    let subject = SubjectId::try_new("customer:mine").unwrap();
    let text = json!({"name": "A. Example", "line1": "1 High Street", "city": "Exeter", "postalCode": "EX1 1EX"});
    let sealed = world.keys.seal(&tenant(), &subject, text.to_string().as_bytes()).await.unwrap();
    let address = address("GB", sealed.subject().as_str(), sealed.data());
    let history = EventHistory::of(id(1), "shop", Some("mine")).drafted().addressed(AddressRole::Shipping, address);
    world.apply(&history.records()).await;
    subject
}

fn found(data: &Value) -> &Value {
    &data["orders"]["nodes"][0]["shippingAddress"]
}

#[tokio::test]
async fn addresses_open_for_the_customer_and_for_those_with_the_scope() {
    let world = World::new().await;
    seeded(&world).await;
    let details =
        json!({"name": "A. Example", "line1": "1 High Street", "city": "Exeter", "phone": null, "email": null});
    let open = json!({"country": "GB", "erased": false, "details": details});
    let closed = json!({"country": "GB", "erased": null, "details": null});
    let reader: Scopes = ["orders:read"].into_iter().collect();
    let staff = world.issuer.token_with(reader.clone(), &tenant(), None);
    assert_eq!(found(&world.data(&staff, QUERY).await), &closed);
    let clerk = world.issuer.token(Role::Clerk, &tenant(), None);
    assert_eq!(found(&world.data(&clerk, QUERY).await), &open);
    let mine = world.issuer.token_with(reader, &tenant(), Some(&domain::CustomerId::try_new("mine").unwrap()));
    assert_eq!(found(&world.data(&mine, QUERY).await), &open);
}

/// An order whose address has these texts sealed as details and as contact; the details alone where there is no
/// contact.
async fn addressed(world: &World, details: &Value, contact: Option<&Value>) -> SubjectId {
    let subject = SubjectId::try_new("customer:mine").unwrap();
    let sealed = world.keys.seal(&tenant(), &subject, details.to_string().as_bytes()).await.unwrap();
    let mut address = address("GB", sealed.subject().as_str(), sealed.data());
    if let Some(contact) = contact {
        let sealed = world.keys.seal(&tenant(), &subject, contact.to_string().as_bytes()).await.unwrap();
        let (subject, data) = (sealed.subject().to_string(), sealed.data().to_owned());
        address.contact = Some(ContractSealed { subject, data });
    }
    let history = EventHistory::of(id(1), "shop", Some("mine")).drafted().addressed(AddressRole::Shipping, address);
    world.apply(&history.records()).await;
    subject
}

#[tokio::test]
async fn contact_is_read_from_where_it_is_sealed() {
    let details = json!({"name": "A. Example", "line1": "1 High Street", "city": "Exeter"});
    let contact = json!({"phone": "+44 1", "email": "a@example.org"});
    let mut both = details.clone();
    both.as_object_mut().unwrap().extend(contact.as_object().unwrap().clone());
    let open = json!({"country": "GB", "erased": false, "details": both});
    for (details, contact) in [(&both, None), (&details, Some(&contact))] {
        let world = World::new().await;
        let subject = addressed(&world, details, contact).await;
        assert_eq!(found(&world.data(&world.customer("mine"), QUERY).await), &open);
        let timeline = "{ orders { nodes { timeline { nodes { body } } } } }";
        let bodies = world.data(&world.customer("mine"), timeline).await.to_string();
        assert!(bodies.contains("sealed") && !bodies.contains("\"data\""), "{bodies}");
        world.keys.destroy(&tenant(), &subject).await.unwrap();
        let gone = json!({"country": "GB", "erased": true, "details": null});
        assert_eq!(found(&world.data(&world.customer("mine"), QUERY).await), &gone);
    }
}

#[tokio::test]
async fn what_is_erased_is_readable_by_nobody() {
    let world = World::new().await;
    let subject = seeded(&world).await;
    world.keys.destroy(&tenant(), &subject).await.unwrap();
    let gone = json!({"country": "GB", "erased": true, "details": null});
    assert_eq!(found(&world.data(&world.customer("mine"), QUERY).await), &gone);
}
