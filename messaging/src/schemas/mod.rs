//! The Avro schemas of the public contract, as `schemas/avro` holds them.
//!
//! One subject a record type, named topic, dash, full record name (TopicRecordNameStrategy), so that one topic carries
//! every kind of event of an order in one sequence.

mod names;

use std::sync::LazyLock;

use apache_avro::Schema;
use domain::contract::PublicEvent;

/// The namespace of every record of version 1.
pub const NAMESPACE: &str = "orders.order.v1";

/// One record type of the contract.
#[derive(Debug)]
pub struct ContractSchema {
    /// Full name, such as `orders.order.v1.OrderPlaced`; also the record's `ce_type`.
    pub full_name: String,
    /// The schema's JSON, as it is registered.
    pub text: &'static str,
    /// `text`, parsed.
    pub schema: Schema,
    /// `schema` with the names of this program's Rust types.
    pub(crate) read: Schema,
}

impl ContractSchema {
    /// The registry's subject for this record type on a topic.
    pub fn subject(&self, topic: &str) -> String {
        format!("{topic}-{}", self.full_name)
    }
}

/// Embeds the files in the order of [`PublicEvent::NAMES`].
macro_rules! embed {
    ($($name:literal),* $(,)?) => {
        [$(include_str!(concat!("../../../schemas/avro/", $name, ".avsc"))),*]
    };
}

const TEXTS: [&str; PublicEvent::NAMES.len()] = embed!(
    "OrderDrafted",
    "LineAdded",
    "LineQuantityChanged",
    "LineRemoved",
    "AddressChanged",
    "OrderPlaced",
    "OrderCancelled",
    "OrderImported",
    "OrderImportCorrected",
    "SubjectErased",
    "ForeignEvent",
);

/// Every record type, in the order of [`PublicEvent::NAMES`].
pub static CONTRACT: LazyLock<[ContractSchema; PublicEvent::NAMES.len()]> = LazyLock::new(|| {
    std::array::from_fn(|index| {
        let text = TEXTS[index];
        let schema = Schema::parse_str(text).expect("an embedded schema parses, which a test proves of each");
        let read = names::as_read(schema.clone());
        ContractSchema { full_name: format!("{NAMESPACE}.{}", PublicEvent::NAMES[index]), text, schema, read }
    })
});

/// The index in [`CONTRACT`] of a record by its full name.
pub fn index_of(full_name: &str) -> Option<usize> {
    CONTRACT.iter().position(|contract| contract.full_name == full_name)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_record_has_the_schema_of_its_name() {
        for contract in CONTRACT.iter() {
            let name = contract.schema.name().expect("a record has a name");
            assert_eq!(name.fullname(None), contract.full_name);
        }
    }

    #[test]
    fn the_folder_holds_the_contract_and_nothing_else() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../schemas/avro");
        let files: BTreeSet<String> =
            std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        assert_eq!(files, PublicEvent::NAMES.iter().map(|name| format!("{name}.avsc")).collect());
    }
}
