//! Arguments of pages and the parts that every connection has.

use async_graphql::registry::{MetaInputValue, Registry};
use async_graphql::{Error, InputType, Result, Value};
use read_models::query::Window;

use crate::config::{PAGE_DEFAULT, PAGE_MAX};
use crate::cursor::Cursors;
use crate::error::Code;
use crate::output::{Arguments, SelectedField, argument, object};

/// The position of a page within its list.
pub struct PageInfo {
    has_next_page: bool,
    has_previous_page: bool,
    start_cursor: Option<String>,
    end_cursor: Option<String>,
}

object! {
    /// The position of a page within its list.
    PageInfo for PageInfo as info {
        /// Whether the list has more items after this page.
        hasNextPage: bool => info.has_next_page,
        /// Whether the list has more items before this page.
        hasPreviousPage: bool => info.has_previous_page,
        /// The cursor of the first item; null on an empty page.
        startCursor: Option<&str> => info.start_cursor.as_deref(),
        /// The cursor of the last item; null on an empty page.
        endCursor: Option<&str> => info.end_cursor.as_deref(),
    }
}

/// The requested page.
#[derive(Debug, Clone)]
pub struct PageArguments {
    /// Most items of the page.
    pub limit: u32,
    /// Whether to count from the list's end.
    pub from_end: bool,
    /// Only items after this cursor.
    pub after: Option<String>,
    /// Only items before this cursor.
    pub before: Option<String>,
}

impl PageArguments {
    /// Checks the arguments of a page.
    pub fn new(first: Option<i32>, after: Option<String>, last: Option<i32>, before: Option<String>) -> Result<Self> {
        let (size, from_end) = match (first, last) {
            (Some(_), Some(_)) => return Err(refused("give `first` or `last`, not both")),
            (None, Some(size)) => (Some(size), true),
            (size, None) => (size, false),
        };
        let limit = size.map_or(Ok(PAGE_DEFAULT), u32::try_from).ok().filter(|limit| *limit <= PAGE_MAX);
        let limit = limit.ok_or_else(|| refused(&format!("a page has 0 to {PAGE_MAX} items")))?;
        Ok(Self { limit, from_end, after, before })
    }

    /// The page as a window over numbers. It has one item more, to learn whether the list goes on.
    pub fn window(&self, cursors: &Cursors, list: &str) -> Result<Window> {
        let number = |cursor: &Option<String>| cursor.as_ref().map(|cursor| cursors.open(list, cursor)).transpose();
        Ok(Window {
            after: number(&self.after)?.unwrap_or(0),
            before: number(&self.before)?.unwrap_or(i64::MAX),
            ..self.first_window()
        })
    }

    /// The same for a page without cursors.
    pub const fn first_window(&self) -> Window {
        Window { from_end: self.from_end, ..Window::first(self.limit + 1) }
    }

    /// Removes the additional item of [`Self::window`], and returns whether the list goes on.
    pub fn cut<T>(&self, mut items: Vec<T>) -> (Vec<T>, bool) {
        let limit = self.limit as usize;
        let more = items.len() > limit;
        if self.from_end {
            items.drain(..items.len().saturating_sub(limit));
        } else {
            items.truncate(limit);
        }
        (items, more)
    }

    /// The page info, from the page's items and from whether the list goes on in the direction of reading.
    pub fn info<T>(&self, more: bool, items: &[T], cursor: impl Fn(&T) -> Result<String>) -> Result<PageInfo> {
        Ok(PageInfo {
            has_next_page: if self.from_end { self.before.is_some() } else { more },
            has_previous_page: if self.from_end { more } else { self.after.is_some() },
            start_cursor: items.first().map(&cursor).transpose()?,
            end_cursor: items.last().map(&cursor).transpose()?,
        })
    }
}

impl Arguments for PageArguments {
    fn describe(registry: &mut Registry) -> Vec<MetaInputValue> {
        let size = "The number of items from the beginning, at most 100; 20 if neither `first` nor `last` is given.";
        vec![
            argument::<Option<i32>>(registry, "first", size, None),
            argument::<Option<String>>(registry, "after", "The page begins after this cursor.", None),
            argument::<Option<i32>>(registry, "last", "The number of items from the end, at most 100.", None),
            argument::<Option<String>>(registry, "before", "The page ends before this cursor.", None),
        ]
    }

    fn of(field: &SelectedField) -> Result<Self> {
        Self::new(given(field, "first")?, given(field, "after")?, given(field, "last")?, given(field, "before")?)
    }
}

/// The value of an argument that may be left out.
pub fn given<T: InputType>(field: &SelectedField, name: &str) -> Result<Option<T>> {
    let value = field.argument(name).cloned().filter(|value| *value != Value::Null);
    let value = value.map(|value| T::parse(Some(value))).transpose();
    value.map_err(|error| Error::new(error.into_server_error(field.position()).message))
}

/// An argument that validation has made sure of.
pub fn required<T: InputType>(field: &SelectedField, name: &str) -> Result<T> {
    given(field, name)?.ok_or_else(|| refused(&format!("`{name}` is missing")))
}

fn refused(message: &str) -> Error {
    Code::BadUserInput.error(message)
}
