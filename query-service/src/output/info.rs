//! What is known of an object type when queries are compiled.

/// An object type.
#[derive(Debug)]
pub struct ObjectInfo {
    pub name: &'static str,
    /// The interfaces that it implements.
    pub interfaces: &'static [&'static str],
    pub fields: &'static [FieldInfo],
}

/// A field of an object.
#[derive(Debug)]
pub struct FieldInfo {
    pub name: &'static str,
    /// The objects that its value may be, of which something is selected.
    pub objects: fn() -> Vec<&'static ObjectInfo>,
    /// The bits of the columns that it is read from.
    pub columns: u64,
}

impl ObjectInfo {
    /// Whether a type condition of this name applies to the object.
    pub fn is(&self, name: &str) -> bool {
        self.name == name || self.interfaces.contains(&name)
    }
}
