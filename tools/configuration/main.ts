import { writeFileSync } from 'node:fs';
import { CONFIGURATION_FILE, writeConfiguration } from './describe-variables.ts';

writeFileSync(CONFIGURATION_FILE, writeConfiguration());
