import { projectRoot } from '../build.ts';
import { ScaffoldError, scaffoldBot } from './scaffold-bot.ts';

const [name = '', ...more] = process.argv.slice(2);
try {
  if (more.length > 0) throw new ScaffoldError('usage: npm run bots:new NAME');
  for (const file of await scaffoldBot(projectRoot, name)) console.log(file);
  console.log(`Write ${name}, its test, and in medplum.config.json what starts it and what it may touch: docs/bots.md`);
} catch (error) {
  console.error(error instanceof ScaffoldError ? error.message : error);
  process.exitCode = 1;
}
