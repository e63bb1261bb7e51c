//! The arguments that every list at the root has: a filter, a sort order, a page and a consistency token.

use async_graphql::registry::{MetaInputValue, Registry};
use async_graphql::{InputType, Result};

use super::connection::{PageArguments, given};
use crate::consistency::ConsistencyToken;
use crate::output::{Arguments, SelectedField, argument};

/// A filter with what the description of its list says.
pub trait ListFilter: InputType {
    /// Of the filter.
    const DESCRIPTION: &'static str;
    /// The sort order where none is given.
    const ORDER: &'static str;
    /// Of the token.
    const CONSISTENCY: &'static str;
}

/// The arguments of a list.
pub struct ListArguments<F, O> {
    pub filter: Option<F>,
    pub order_by: O,
    pub page: PageArguments,
    pub consistency: Option<ConsistencyToken>,
}

impl<F: ListFilter, O: InputType + Default> Arguments for ListArguments<F, O> {
    fn describe(registry: &mut Registry) -> Vec<MetaInputValue> {
        let mut arguments = vec![
            argument::<Option<F>>(registry, "where", F::DESCRIPTION, None),
            argument::<Option<O>>(registry, "orderBy", "The sort order of the list.", Some(F::ORDER)),
        ];
        arguments.extend(PageArguments::describe(registry));
        arguments.push(argument::<Option<ConsistencyToken>>(registry, "consistency", F::CONSISTENCY, None));
        arguments
    }

    fn of(field: &SelectedField) -> Result<Self> {
        Ok(Self {
            filter: given(field, "where")?,
            order_by: given(field, "orderBy")?.unwrap_or_default(),
            page: PageArguments::of(field)?,
            consistency: given(field, "consistency")?,
        })
    }
}
