import { existsSync } from 'node:fs';
import { boundHeap } from './commands/bound-heap.ts';
import { type Command, UsageError } from './commands/command.ts';
import { describeError } from './commands/describe-error.ts';

/** Each is loaded when it is needed: an import has no use for BullMQ, nor the memory it takes. */
const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  import: async () => (await import('./commands/import-command.ts')).importCommand,
  verify: async () => (await import('./commands/verify-command.ts')).verifyCommand,
  redrive: async () => (await import('./commands/redrive-command.ts')).redriveCommand,
  'bots:replay': async () => (await import('./commands/replay-command.ts')).replayCommand,
  provision: async () => (await import('./commands/provision-command.ts')).provisionCommand,
  retention: async () => (await import('./commands/retention-command.ts')).retentionCommand,
  doctor: async () => (await import('./commands/doctor-command.ts')).doctorCommand,
  secrets: async () => (await import('./commands/secrets-command.ts')).secretsCommand,
  decide: async () => (await import('./commands/decide-command.ts')).decideCommand,
};

boundHeap();
process.exitCode = await main(process.argv.slice(2));

async function main([name = '', ...args]: readonly string[]): Promise<number> {
  const load = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!load) {
    console.error(`unknown command ${name}\nusage: npm run ${Object.keys(COMMANDS).join('|')} -- ...`);
    return 2;
  }
  const command = await load();
  try {
    if (existsSync('.env')) process.loadEnvFile('.env');
    return await command.run(args, process.env);
  } catch (error) {
    const isUsage = error instanceof UsageError;
    console.error(isUsage ? `${error.message}\n${command.usage}` : describeError(error));
    return isUsage ? 2 : 1;
  }
}
