import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * Loaded before the program of a measured process (`node --import`): SIGUSR2 makes it collect all garbage. How much of that lies
 * about depends on when V8 last looked; what is left after it is what the program holds.
 */
setFlagsFromString('--expose-gc');
const collect: () => void = runInNewContext('gc');

process.on('SIGUSR2', () => collect());
