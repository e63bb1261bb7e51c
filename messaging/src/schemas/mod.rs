//! The Avro schemas of the public contracts, as the declarations of events and requests embed them from `schemas/avro`.
//!
//! One subject a record, named topic, dash, full record name (TopicRecordNameStrategy), so that one topic carries every kind
//! of event of a stream in one order of arrival.

use std::any::TypeId;
use std::collections::HashMap;
use std::sync::{LazyLock, PoisonError, RwLock};

use apache_avro::Schema;
use domain::contract::{RecordSet, RecordType};

/// One record of a contract.
#[derive(Debug)]
pub struct RecordSchema {
    pub name: &'static str,
    /// Full name, such as `orders.order.v1.OrderPlaced`; also the record's `ce_type`.
    pub full_name: String,
    /// The schema as it is registered.
    pub text: &'static str,
    /// The same, parsed.
    pub schema: Schema,
    /// The same, as data are written and read with it.
    pub(crate) datum: serde_avro_fast::Schema,
}

impl RecordSchema {
    fn new(namespace: &str, record: &RecordType) -> Self {
        let RecordType { name, avsc } = *record;
        Self {
            name,
            full_name: format!("{namespace}.{name}"),
            text: avsc,
            schema: Schema::parse_str(avsc).expect("an embedded schema parses, which a test proves of each"),
            datum: avsc.parse().expect("an embedded schema parses, which a test proves of each"),
        }
    }

    /// The registry's subject for this record on a topic.
    pub fn subject(&self, topic: &str) -> String {
        format!("{topic}-{}", self.full_name)
    }
}

/// The schemas of the sets that this process has asked for. Sets are few and stay for good.
static PARSED: LazyLock<RwLock<HashMap<TypeId, &'static [RecordSchema]>>> = LazyLock::new(RwLock::default);

/// The schemas of a set's records, by [`RecordSet::index`].
pub fn of<E: RecordSet>() -> &'static [RecordSchema] {
    let kind = TypeId::of::<E>();
    if let Some(parsed) = PARSED.read().unwrap_or_else(PoisonError::into_inner).get(&kind) {
        return parsed;
    }
    let mut kinds = PARSED.write().unwrap_or_else(PoisonError::into_inner);
    kinds.entry(kind).or_insert_with(|| {
        let records: Vec<_> = E::RECORDS.iter().map(|record| RecordSchema::new(E::NAMESPACE, record)).collect();
        records.leak()
    })
}

/// The index of a record by its full name.
pub fn index_of<E: RecordSet>(full_name: &str) -> Option<usize> {
    of::<E>().iter().position(|record| record.full_name == full_name)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use domain::contract::PublicEvents;
    use domain::fulfilment::requests::FulfilmentRequest;
    use domain::payment::requests::PaymentRequest;
    use domain::reservation::requests::InventoryRequest;
    use domain::{
        fulfilment, kitchen, location, notification, order, order_saga, payment, reservation, shipment,
        shipping_location, stock, ticket,
    };

    use super::*;

    #[test]
    fn every_record_has_the_schema_of_its_name_and_nothing_else_lies_in_the_folder_of_its_kind() {
        are_its_schemas::<order::contract::PublicEvent>(order::contract::PublicEvent::KIND);
        are_its_schemas::<stock::contract::PublicEvent>(stock::contract::PublicEvent::KIND);
        are_its_schemas::<reservation::contract::PublicEvent>(reservation::contract::PublicEvent::KIND);
        are_its_schemas::<fulfilment::contract::PublicEvent>(fulfilment::contract::PublicEvent::KIND);
        are_its_schemas::<location::contract::PublicEvent>(location::contract::PublicEvent::KIND);
        are_its_schemas::<InventoryRequest>("inventory-requests");
        are_its_schemas::<FulfilmentRequest>("fulfilment-requests");
        are_its_schemas::<payment::contract::PublicEvent>(payment::contract::PublicEvent::KIND);
        are_its_schemas::<order_saga::contract::PublicEvent>(order_saga::contract::PublicEvent::KIND);
        are_its_schemas::<notification::contract::PublicEvent>(notification::contract::PublicEvent::KIND);
        are_its_schemas::<kitchen::contract::PublicEvent>(kitchen::contract::PublicEvent::KIND);
        are_its_schemas::<ticket::contract::PublicEvent>(ticket::contract::PublicEvent::KIND);
        are_its_schemas::<shipment::contract::PublicEvent>(shipment::contract::PublicEvent::KIND);
        are_its_schemas::<shipping_location::contract::PublicEvent>(shipping_location::contract::PublicEvent::KIND);
        are_its_schemas::<PaymentRequest>("payment-requests");
    }

    fn are_its_schemas<E: RecordSet>(folder: &str) {
        for record in of::<E>() {
            let name = record.schema.name().expect("a record has a name");
            assert_eq!(name.fullname(None), record.full_name);
        }
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schemas/avro").join(folder);
        let files: BTreeSet<String> =
            std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        assert_eq!(files, E::RECORDS.iter().map(|record| format!("{}.avsc", record.name)).collect());
    }
}
