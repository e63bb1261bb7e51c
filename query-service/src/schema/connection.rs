//! Arguments of pages and the parts that every connection has.

use async_graphql::{Context, Error, Result, SimpleObject};
use read_models::query::Window;

use crate::config::{PAGE_DEFAULT, PAGE_MAX};
use crate::cursor::Cursors;
use crate::error::Code;

/// The position of a page within its list.
#[derive(Debug, Clone, SimpleObject)]
pub struct PageInfo {
    /// Whether the list has more items after this page.
    pub has_next_page: bool,
    /// Whether the list has more items before this page.
    pub has_previous_page: bool,
    /// The cursor of the first item; null on an empty page.
    pub start_cursor: Option<String>,
    /// The cursor of the last item; null on an empty page.
    pub end_cursor: Option<String>,
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
    pub fn window(&self, context: &Context<'_>, list: &str) -> Result<Window> {
        let cursors = context.data::<std::sync::Arc<Cursors>>()?;
        let number = |cursor: &Option<String>| cursor.as_ref().map(|cursor| cursors.open(list, cursor)).transpose();
        Ok(Window {
            after: number(&self.after)?.unwrap_or(0),
            before: number(&self.before)?.unwrap_or(i64::MAX),
            limit: self.limit + 1,
            from_end: self.from_end,
        })
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

    /// The page info, from the cursors and from whether the list goes on in the direction of reading.
    pub fn info(&self, cursors: &[String], more: bool) -> PageInfo {
        PageInfo {
            has_next_page: if self.from_end { self.before.is_some() } else { more },
            has_previous_page: if self.from_end { more } else { self.after.is_some() },
            start_cursor: cursors.first().cloned(),
            end_cursor: cursors.last().cloned(),
        }
    }
}

fn refused(message: &str) -> Error {
    Code::BadUserInput.error(message)
}
