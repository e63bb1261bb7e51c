// The bearer token: how it is read from what somebody pastes, kept, and described. Nothing here checks a signature; the
// engine does.

const STORAGE_KEY = 'order-engine:token';

// cleanToken takes a token out of what was pasted: with `Bearer`, a header's name or `TOKEN=` before it, or broken into
// several lines by a terminal.
export function cleanToken(text) {
  return text
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/^(export )?TOKEN=/i, '')
    .replace(/^authorization: ?/i, '')
    .replace(/^bearer /i, '')
    .replace(/[\s"']/g, '');
}

// describeToken says whose token it is and how long it lasts. `now` is in milliseconds since 1970. `usable` is false when
// the engine is sure to refuse it.
export function describeToken(token, now) {
  if (!token) {
    return { usable: false, text: 'No token yet. Make one with: orderctl token --role clerk' };
  }
  const claims = readClaims(token);
  if (!claims) {
    return { usable: false, text: 'This is not a JSON Web Token.' };
  }
  const who = [claims.customer ? `customer ${claims.customer}` : claims.sub, claims.tenant && `tenant ${claims.tenant}`];
  const whose = who.filter(Boolean).join(', ');
  const ends = typeof claims.exp === 'number' ? new Date(claims.exp * 1000) : null;
  if (ends && ends.getTime() <= now) {
    return { usable: false, text: `${whose}: expired ${ends.toLocaleString()}` };
  }
  return { usable: true, text: ends ? `${whose}, until ${ends.toLocaleString()}` : whose };
}

// readClaims returns the payload of a JWT, or null when the text is none.
function readClaims(token) {
  const parts = token.split('.');
  if (parts.length !== 3) {
    return null;
  }
  try {
    const binary = atob(parts[1].replaceAll('-', '+').replaceAll('_', '/'));
    const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0));
    const claims = JSON.parse(new TextDecoder().decode(bytes));
    return claims !== null && typeof claims === 'object' ? claims : null;
  } catch {
    return null;
  }
}

// The token lives as long as the browser's tab does: session storage is neither shared nor kept.
export function storedToken() {
  return sessionStorage.getItem(STORAGE_KEY) ?? '';
}

export function storeToken(token) {
  sessionStorage.setItem(STORAGE_KEY, token);
}
