import { writeSync } from 'node:fs';

/**
 * Loaded before the program of a measured process (`node --import`): at its end it says what the process used, on file
 * descriptor 3. Nothing of the program is changed.
 */
process.once('exit', () => {
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
  const usage = { peakRssMb: Math.round(maxRSS / 1024), cpuSeconds: (userCPUTime + systemCPUTime) / 1e6 };
  writeSync(3, JSON.stringify(usage));
});
