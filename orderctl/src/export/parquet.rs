//! Records as a Parquet file: row groups of bounded size, Snappy, times as timestamps in UTC.

use std::io::Write;
use std::sync::Arc;

use parquet::basic::{Compression, LogicalType, Repetition, TimeUnit, Type as Physical};
use parquet::data_type::{BoolType, ByteArray, ByteArrayType, DataType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
use parquet::schema::types::Type;

use super::ExportError;
use super::table::{Column, Kind, Value};

/// Rows of one group, which are held in memory.
const GROUP_ROWS_MAX: usize = 20_000;

/// A Parquet file being written.
pub(super) struct Groups<W: Write + Send> {
    columns: &'static [Column],
    file: SerializedFileWriter<W>,
    rows: Vec<Vec<Value>>,
}

impl<W: Write + Send> Groups<W> {
    pub(super) fn begin(columns: &'static [Column], out: W) -> Result<Self, ExportError> {
        let fields = columns.iter().map(|(name, kind)| field(name, *kind).map(Arc::new)).collect::<Result<_, _>>()?;
        let schema = Type::group_type_builder("export").with_fields(fields).build()?;
        let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
        let file = SerializedFileWriter::new(out, Arc::new(schema), Arc::new(properties))?;
        Ok(Self { columns, file, rows: Vec::with_capacity(GROUP_ROWS_MAX) })
    }

    pub(super) fn push(&mut self, record: Vec<Value>) -> Result<(), ExportError> {
        self.rows.push(record);
        if self.rows.len() < GROUP_ROWS_MAX { Ok(()) } else { self.write_group() }
    }

    pub(super) fn finish(mut self) -> Result<(), ExportError> {
        if !self.rows.is_empty() {
            self.write_group()?;
        }
        self.file.close()?;
        Ok(())
    }

    fn write_group(&mut self) -> Result<(), ExportError> {
        let mut group = self.file.next_row_group()?;
        for (index, (_, kind)) in self.columns.iter().enumerate() {
            let mut column = group.next_column()?.expect("the schema has these columns");
            let values = self.rows.iter_mut().map(|row| std::mem::replace(&mut row[index], Value::Nothing));
            match kind {
                Kind::Text => write::<ByteArrayType>(&mut column, values, |value| match value {
                    Value::Text(text) => Some(ByteArray::from(text.into_bytes())),
                    _ => None,
                }),
                Kind::Whole => write::<Int64Type>(&mut column, values, |value| match value {
                    Value::Whole(number) => Some(number),
                    _ => None,
                }),
                Kind::Flag => write::<BoolType>(&mut column, values, |value| match value {
                    Value::Flag(flag) => Some(flag),
                    _ => None,
                }),
                Kind::Time => write::<Int64Type>(&mut column, values, |value| match value {
                    Value::Time(time) => Some(time.timestamp_micros()),
                    _ => None,
                }),
            }?;
            column.close()?;
        }
        group.close()?;
        self.rows.clear();
        Ok(())
    }
}

/// Writes a column of a group. A value that `take` has nothing for is null.
fn write<T: DataType>(
    column: &mut SerializedColumnWriter<'_>,
    values: impl Iterator<Item = Value>,
    take: impl Fn(Value) -> Option<T::T>,
) -> Result<(), ParquetError> {
    let mut present = Vec::new();
    let mut levels = Vec::new();
    for value in values.map(take) {
        levels.push(i16::from(value.is_some()));
        present.extend(value);
    }
    column.typed::<T>().write_batch(&present, Some(&levels), None)?;
    Ok(())
}

fn field(name: &str, kind: Kind) -> Result<Type, ParquetError> {
    let (physical, logical) = match kind {
        Kind::Text => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
        Kind::Whole => (Physical::INT64, None),
        Kind::Flag => (Physical::BOOLEAN, None),
        Kind::Time => (Physical::INT64, Some(LogicalType::timestamp(true, TimeUnit::MICROS))),
    };
    Type::primitive_type_builder(name, physical)
        .with_logical_type(logical)
        .with_repetition(Repetition::OPTIONAL)
        .build()
}
