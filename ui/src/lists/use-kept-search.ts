import { useDebouncedValue } from '@mantine/hooks';
import { useEffect, useRef, useState } from 'react';
import { useLocation, useNavigate } from 'react-router';
import { readEntry } from './list-entry.ts';

const TYPING_MS = 300;

interface KeptSearch {
  /** What stands in the field. */
  readonly typed: string;
  /** What is searched for, once nobody types any more. */
  readonly wanted: string;
  readonly type: (text: string) => void;
}

/**
 * A search that stands in the entry of the history, so that who comes back finds it, and a link to the list begins anew. It is
 * kept as it is typed: what was kept later could overtake the click that leaves the list.
 */
export function useKeptSearch(): KeptSearch {
  const { pathname, search, state } = useLocation();
  const navigate = useNavigate();
  const { find = '', by } = readEntry(state);
  const [typed, setTyped] = useState(find);
  const [wanted] = useDebouncedValue(typed, TYPING_MS);
  /** Tells our own entries, which may come after more was typed, from another that somebody went to. */
  const me = useRef(crypto.randomUUID());

  useEffect(() => {
    if (by === me.current) return;
    me.current = crypto.randomUUID();
    setTyped(find);
  }, [find, by]);

  const type = (text: string): void => {
    setTyped(text);
    void navigate({ pathname, search }, { replace: true, state: { find: text, by: me.current } });
  };
  return { typed, wanted, type };
}
