// The bar above GraphiQL with the field for the token.

import { useEffect, useState } from 'react';

import { cleanToken, describeToken } from './token.js';

// How often the bar looks whether the token has expired meanwhile.
const EXPIRY_CHECK_MS = 10_000;

export function TokenBar({ token, onToken }) {
  const [draft, setDraft] = useState(token);
  const [shown, setShown] = useState(false);
  const now = useNow(EXPIRY_CHECK_MS);
  const { usable, text } = describeToken(token, now);

  const take = (given) => {
    const cleaned = cleanToken(given);
    setDraft(cleaned);
    if (cleaned !== token) {
      onToken(cleaned);
    }
  };
  const submit = (event) => {
    event.preventDefault();
    take(draft);
  };
  const paste = (event) => {
    event.preventDefault();
    take(event.clipboardData.getData('text'));
  };

  return (
    <header className="token-bar">
      <h1>Order engine</h1>
      <form onSubmit={submit}>
        <label htmlFor="token">Token</label>
        <input
          id="token"
          type={shown ? 'text' : 'password'}
          value={draft}
          placeholder="paste a bearer token"
          autoComplete="off"
          spellCheck={false}
          aria-describedby="token-status"
          onChange={(event) => setDraft(event.target.value)}
          onPaste={paste}
          onBlur={() => take(draft)}
        />
        <button type="button" aria-pressed={shown} onClick={() => setShown(!shown)}>
          {shown ? 'Hide' : 'Show'}
        </button>
        <button type="button" disabled={!draft} onClick={() => take('')}>
          Clear
        </button>
      </form>
      <output id="token-status" className={usable ? '' : 'warning'}>
        {text}
      </output>
      <nav>
        <a href="/docs">HTTP API</a>
      </nav>
    </header>
  );
}

// useNow returns the time in milliseconds since 1970, at most `everyMs` old.
function useNow(everyMs) {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return Math.max(now, Date.now());
}
