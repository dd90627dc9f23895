/** One stage of a Dockerfile. */
export interface Stage {
  readonly name: string;
  /** An image, or a stage before it. */
  readonly from: string;
  readonly steps: readonly Step[];
}

export interface Step {
  readonly instruction: string;
  readonly rest: string;
}

/** The stages of a Dockerfile in their order; of its grammar, what ours uses. Throws for anything else. */
export function readDockerfile(text: string): Stage[] {
  const stages: { name: string; from: string; steps: Step[] }[] = [];
  for (const line of text.replaceAll('\\\n', ' ').split('\n')) {
    if (line.trim() === '' || line.startsWith('#') || line.startsWith('ARG ')) continue;
    const [, instruction = '', rest = ''] = /^([A-Z]+)\s+(.*)$/.exec(line) ?? [];
    if (instruction === 'FROM') {
      const [from = '', , name = ''] = rest.split(/\s+/);
      stages.push({ name, from, steps: [] });
      continue;
    }
    const stage = stages.at(-1);
    if (!stage || !KNOWN.has(instruction)) throw new Error(`the Dockerfile says what is not understood here: ${line}`);
    stage.steps.push({ instruction, rest });
  }
  return stages;
}

const KNOWN = new Set(['CMD', 'COPY', 'ENV', 'EXPOSE', 'RUN', 'USER', 'WORKDIR']);
