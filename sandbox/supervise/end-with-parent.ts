/**
 * Loaded into each process of the sandbox (`node --import`): when the supervisor dies without a word, even by SIGKILL,
 * the channel to it closes and the process ends as if it had been asked to.
 */
process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
// The channel must not keep a process alive that has nothing else to do.
process.channel?.unref();
