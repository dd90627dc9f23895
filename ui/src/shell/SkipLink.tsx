import { Anchor } from '@mantine/core';
import type { MouseEvent, RefObject } from 'react';
import classes from './SkipLink.module.css';

interface SkipLinkProps {
  /** Needs a `tabIndex` of -1. */
  readonly to: RefObject<HTMLElement | null>;
  readonly children: string;
}

/** Leads past what stands on every page. Seen only by who comes to it with the Tab key. */
export function SkipLink({ to, children }: SkipLinkProps) {
  // No address of its own: an entry of the history would forget what is searched for (lists/list-entry.ts).
  const skip = (event: MouseEvent): void => {
    event.preventDefault();
    to.current?.focus();
  };
  return (
    <Anchor href="#" size="sm" className={classes.skip ?? ''} onClick={skip}>
      {children}
    </Anchor>
  );
}
