import { chmod, readFile, writeFile } from 'node:fs/promises';

/**
 * Sets variables in an env file and leaves every other line as it is; a file that is not there is made. Nobody but its owner
 * may read it afterwards.
 *
 * @param variables - Values as the file is to hold them: one with blanks or line ends stands in quotes already.
 */
export async function writeVariables(file: string, variables: Readonly<Record<string, string>>): Promise<void> {
  const text = await readFile(file, 'utf8').catch(() => '');
  const left = new Map(Object.entries(variables));
  const lines = text.split('\n').map((line) => {
    const name = /^\s*(\w+)=/.exec(line)?.[1] ?? '';
    const value = left.get(name);
    if (value === undefined) return line;
    left.delete(name);
    return `${name}=${value}`;
  });
  if (lines.at(-1) === '') lines.pop();
  const added = [...left].map(([name, value]) => `${name}=${value}`);
  await writeFile(file, `${[...lines, ...added].join('\n')}\n`, { mode: 0o600 });
  await chmod(file, 0o600);
}
