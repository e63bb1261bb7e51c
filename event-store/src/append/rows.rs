//! The rows of a batch as one array of a composite type. Postgres unnests one such array faster than one array a
//! column.

use std::error::Error;

use bytes::{BufMut, BytesMut};
use domain::EventId;
use tokio_postgres::types::{Field, IsNull, Kind, ToSql, Type, to_sql_checked};

use super::request::{Append, NewAnswer, NewEvent};
use crate::StreamId;
use crate::json::JsonText;

type Encoded = Result<(), Box<dyn Error + Sync + Send>>;

/// The length that Postgres's binary format gives to a NULL value.
const NULL: i32 = -1;
const DIMENSIONS: i32 = 1;
const NO_NULL_ROWS: i32 = 0;
const FIRST_INDEX: i32 = 1;

/// An event with the version that it is to have.
#[derive(Debug)]
pub(super) struct EventRow<'a> {
    pub(super) append: &'a Append,
    pub(super) stream: &'a StreamId,
    pub(super) version: i64,
    pub(super) event: &'a NewEvent,
}

/// Events, as `new_event[]`.
#[derive(Debug)]
pub(super) struct NewEvents<'a>(pub(super) Vec<EventRow<'a>>);

/// Answers, as `new_answer[]`.
#[derive(Debug)]
pub(super) struct NewAnswers<'a>(pub(super) Vec<&'a NewAnswer>);

impl ToSql for NewEvents<'_> {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        encode(ty, out, self.0.iter(), |EventRow { append, stream, version, event }, row| {
            row.value(&&*stream.kind)?;
            row.value(&&*stream.id)?;
            row.value(version)?;
            row.value(&event.event_type)?;
            row.value(&event.event_version)?;
            row.value(&JsonText(&event.payload))?;
            row.value(&JsonText(&append.metadata))?;
            row.value(&EventId::uuid(event.id))?;
            row.value(&append.tenant.as_str())
        })
    }

    fn accepts(ty: &Type) -> bool {
        fields(ty).is_ok()
    }

    to_sql_checked!();
}

impl ToSql for NewAnswers<'_> {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        encode(ty, out, self.0.iter(), |answer, row| {
            row.value(&answer.id.as_bytes())?;
            row.value(&answer.fingerprint)?;
            row.value(&JsonText(&answer.answer))?;
            row.value(&answer.keep_s)
        })
    }

    fn accepts(ty: &Type) -> bool {
        fields(ty).is_ok()
    }

    to_sql_checked!();
}

/// A row that is being written.
struct Row<'a> {
    fields: std::slice::Iter<'a, Field>,
    out: &'a mut BytesMut,
}

impl Row<'_> {
    /// Writes the next field.
    fn value(&mut self, value: &dyn ToSql) -> Encoded {
        let ty = self.fields.next().ok_or("the row has more values than its type has fields")?.type_();
        self.out.put_u32(ty.oid());
        let length = reserve(self.out);
        match value.to_sql_checked(ty, self.out)? {
            IsNull::No => patch(self.out, length),
            IsNull::Yes => Ok(()),
        }
    }
}

/// Writes rows in Postgres's binary format of an array of a composite type.
fn encode<T>(
    ty: &Type,
    out: &mut BytesMut,
    rows: impl Iterator<Item = T>,
    write: impl Fn(T, &mut Row<'_>) -> Encoded,
) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
    let (element, fields) = fields(ty)?;
    out.put_i32(DIMENSIONS);
    out.put_i32(NO_NULL_ROWS);
    out.put_u32(element.oid());
    let count_at = reserve(out);
    out.put_i32(FIRST_INDEX);
    let mut count = 0_i32;
    for row in rows {
        let length = reserve(out);
        out.put_i32(i32::try_from(fields.len())?);
        write(row, &mut Row { fields: fields.iter(), out })?;
        patch(out, length)?;
        count += 1;
    }
    out[count_at..count_at + size_of::<i32>()].copy_from_slice(&count.to_be_bytes());
    Ok(IsNull::No)
}

/// The composite type that an array holds, with its fields.
fn fields(ty: &Type) -> Result<(&Type, &[Field]), &'static str> {
    let Kind::Array(element) = ty.kind() else { return Err("the type is no array") };
    let Kind::Composite(fields) = element.kind() else { return Err("the array is not of a composite type") };
    Ok((element, fields))
}

/// Reserves four bytes for a length or a count, filled with the length of NULL until [`patch`]ed; returns their index.
fn reserve(out: &mut BytesMut) -> usize {
    out.put_i32(NULL);
    out.len() - size_of::<i32>()
}

/// Writes the number of bytes that follow a reserved length into it.
fn patch(out: &mut BytesMut, at: usize) -> Encoded {
    let start = at + size_of::<i32>();
    let length = i32::try_from(out.len() - start)?;
    out[at..start].copy_from_slice(&length.to_be_bytes());
    Ok(())
}
