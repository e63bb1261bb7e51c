// What GraphiQL's editors need beyond its own settings. Renders nothing; belongs inside GraphiQL.

import { useGraphiQL, useGraphiQLActions } from '@graphiql/react';
import { useEffect } from 'react';

export function EditorSettings() {
  useSystemTheme();
  useOrdinaryUnicode();
  return null;
}

// GraphiQL asks for the system's theme only when it starts; the editors follow a later change as the rest of the page does.
function useSystemTheme() {
  const { setTheme } = useGraphiQLActions();
  const theme = useGraphiQL((state) => state.theme);
  useEffect(() => {
    const dark = matchMedia('(prefers-color-scheme: dark)');
    const follow = () => setTheme(theme);
    dark.addEventListener('change', follow);
    return () => dark.removeEventListener('change', follow);
  }, [setTheme, theme]);
}

// Monaco frames every character that looks like an ASCII one, such as × or a Greek letter, which in answers are common.
function useOrdinaryUnicode() {
  const queryEditor = useGraphiQL((state) => state.queryEditor);
  const variableEditor = useGraphiQL((state) => state.variableEditor);
  const responseEditor = useGraphiQL((state) => state.responseEditor);
  useEffect(() => {
    for (const editor of [queryEditor, variableEditor, responseEditor]) {
      editor?.updateOptions({ unicodeHighlight: { ambiguousCharacters: false } });
    }
  }, [queryEditor, variableEditor, responseEditor]);
}
