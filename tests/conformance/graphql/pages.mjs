// A page of a list as the schema describes it, cut out of the whole list.

const PAGE_DEFAULT = 20;
const PAGE_MAX = 100;

function placeOf(edges, cursor) {
  const place = edges.findIndex((edge) => edge.cursor === cursor);
  if (place < 0) throw new Error('this cursor was not made for this list');
  return place;
}

/**
 * The page that the arguments of a connection name. `rest` are the fields that do not depend on the page. Whether there is more
 * on the side that is not read towards is answered as the cursors specification of Relay allows (4.4): by whether a cursor was given.
 */
export function pageOf(edges, { first, after, last, before }, rest) {
  if (isGiven(first) && isGiven(last)) throw new Error('give `first` or `last`, not both');
  const fromEnd = isGiven(last);
  const size = [first, last].find(isGiven) ?? PAGE_DEFAULT;
  if (size < 0 || size > PAGE_MAX) throw new Error(`a page has 0 to ${PAGE_MAX} items`);
  const begin = isGiven(after) ? placeOf(edges, after) + 1 : 0;
  const end = isGiven(before) ? placeOf(edges, before) : edges.length;
  const within = edges.slice(begin, Math.max(begin, end));
  const more = within.length > size;
  const page = fromEnd ? within.slice(within.length - Math.min(size, within.length)) : within.slice(0, size);
  const pageInfo = {
    hasNextPage: fromEnd ? isGiven(before) : more,
    hasPreviousPage: fromEnd ? more : isGiven(after),
    startCursor: page[0]?.cursor ?? null,
    endCursor: page.at(-1)?.cursor ?? null,
  };
  return { ...rest, edges: page, nodes: page.map((edge) => edge.node), pageInfo };
}

export function isGiven(value) {
  return value !== undefined && value !== null;
}
