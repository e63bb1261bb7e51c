// GraphiQL for the engine's GraphQL endpoint: the editor itself, the explorer, saved examples, and a field for the token.
// Everything it loads comes from the engine.

import './workers.js';

import { explorerPlugin } from '@graphiql/plugin-explorer';
import { GraphiQL, HISTORY_PLUGIN } from 'graphiql';
import { useMemo, useState } from 'react';
import { createRoot } from 'react-dom/client';

import { EditorSettings } from './editor-settings.jsx';
import { EXAMPLES, examplesPlugin } from './examples.jsx';
import { createFetcher } from './fetcher.js';
import { TokenBar } from './token-bar.jsx';
import { storedToken, storeToken } from './token.js';

// Made once: GraphiQL resets its panels when the list changes.
const PLUGINS = [HISTORY_PLUGIN, explorerPlugin({ showAttribution: false }), examplesPlugin];
const FIRST_TABS = [{ query: EXAMPLES[0].query, variables: EXAMPLES[0].variables }];

function Page() {
  const [token, setToken] = useState(storedToken);
  // A new fetcher makes GraphiQL ask for the schema again, which the engine shows only to those with a token.
  const fetcher = useMemo(() => createFetcher(token), [token]);
  const take = (next) => {
    storeToken(next);
    setToken(next);
  };
  return (
    <>
      <TokenBar token={token} onToken={take} />
      <main>
        <GraphiQL
          fetcher={fetcher}
          plugins={PLUGINS}
          defaultTabs={FIRST_TABS}
          defaultEditorToolsVisibility="variables"
          // Headers may hold tokens, and local storage outlives the session.
          shouldPersistHeaders={false}
        >
          <EditorSettings />
        </GraphiQL>
      </main>
    </>
  );
}

createRoot(document.getElementById('page')).render(<Page />);
