// The panel of saved examples. The build puts them in place of SAVED_EXAMPLES, from the files in examples/.

import { useGraphiQL, useGraphiQLActions } from '@graphiql/react';

export const EXAMPLES = SAVED_EXAMPLES;

function ExamplesIcon() {
  return (
    <svg viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="1.5" strokeLinejoin="round" height="1em">
      <path d="M6 3.5h12v17l-6-4.5-6 4.5z" />
    </svg>
  );
}

function ExamplesPanel() {
  const { addTab } = useGraphiQLActions();
  const editors = useEditors();
  // What is in the present tab stays; an empty one is used.
  const open = (example) => {
    if (editors.query.getValue().trim() !== '') {
      addTab();
    }
    editors.query.setValue(example.query);
    editors.variables.setValue(example.variables);
    editors.query.focus();
  };
  return (
    <section aria-label="Examples" className="examples">
      <h2>Examples</h2>
      <ul>
        {EXAMPLES.map((example) => (
          <li key={example.title}>
            <button type="button" onClick={() => open(example)}>
              <strong>{example.title}</strong>
              <span>{example.description}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

function useEditors() {
  const query = useGraphiQL((state) => state.queryEditor);
  const variables = useGraphiQL((state) => state.variableEditor);
  return { query, variables };
}

export const examplesPlugin = { title: 'Examples', icon: ExamplesIcon, content: ExamplesPanel };
