//! Renames a schema's records to the Rust types that read them.
//!
//! apache-avro hands a record to a Rust type only when both have the same name. The contract's inner records have short
//! names, their Rust types begin with `Contract`; so a schema is renamed before it is read with. Bytes do not depend on
//! names.

use apache_avro::Schema;
use apache_avro::schema::{Name, UnionSchema};

use super::NAMESPACE;

/// Inner records whose Rust type has `Contract` before its name.
const INNER: [&str; 5] = ["Money", "UnitPrice", "Line", "Address", "Sealed"];

/// The same schema with the names of this program's Rust types.
pub(crate) fn as_read(mut schema: Schema) -> Schema {
    match &mut schema {
        Schema::Record(record) => {
            record.name = renamed(&record.name);
            for field in &mut record.fields {
                field.schema = as_read(field.schema.clone());
            }
        }
        Schema::Array(array) => *array.items = as_read((*array.items).clone()),
        Schema::Map(map) => *map.types = as_read((*map.types).clone()),
        Schema::Ref { name } => *name = renamed(name),
        Schema::Union(union) => {
            let variants = union.variants().iter().cloned().map(as_read).collect();
            *union = UnionSchema::new(variants).expect("renaming makes no two variants alike");
        }
        _ => {} // contains no record
    }
    schema
}

fn renamed(name: &Name) -> Name {
    if name.namespace() == Some(NAMESPACE) && INNER.contains(&name.name()) {
        Name::new(format!("{NAMESPACE}.Contract{}", name.name())).expect("a valid name stays one with a prefix")
    } else {
        name.clone()
    }
}
