/** One thing that was looked at. */
export interface Finding {
  readonly about: 'configuration' | 'keys' | 'fasten' | 'webhook' | 'medplum' | 'quota' | 'redis' | 'spool' | 'clock';
  /** `fault`: something will not work, or not safely; `warning`: it will, but look at it. */
  readonly state: 'ok' | 'warning' | 'fault';
  /** What is so and, unless all is well, what to do. Holds no secret. */
  readonly text: string;
}

type Say = (text: string) => Finding;

/** Makes findings about one thing. */
export function about(what: Finding['about']): Readonly<Record<Finding['state'], Say>> {
  const say =
    (state: Finding['state']): Say =>
    (text) => ({ about: what, state, text });
  return { ok: say('ok'), warning: say('warning'), fault: say('fault') };
}
