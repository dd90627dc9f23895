import { type SpawnOptions, spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';

/** Runs a program to its end and gives what it wrote. Throws with its own words when it fails. */
export async function run(program: string, args: readonly string[], options: SpawnOptions = {}): Promise<string> {
  const child = spawn(program, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  const failed = new Promise<never>((_, reject) => child.once('error', reject));
  const [code, said, complained] = await Promise.race([
    failed,
    Promise.all([new Promise((resolve) => child.once('close', resolve)), text(child.stdout), text(child.stderr)]),
  ]);
  if (code !== 0) throw new Error(`${program} ended with ${code}: ${complained.trim().slice(-500)}`);
  return said;
}
