import { connect } from 'node:net';

/**
 * Asks whoever listens on a port of 127.0.0.1 whether it is a Redis that is ready.
 *
 * @returns The process id it tells, which shows whether it is the one that was started; undefined when it is no Redis,
 *   loads its data still, or wants a password.
 */
export async function pingRedis(port: number): Promise<number | undefined> {
  const { promise, resolve } = Promise.withResolvers<number | undefined>();
  const socket = connect(port, '127.0.0.1');
  let reply = '';
  socket.setEncoding('utf8').setTimeout(1000);
  socket.once('connect', () => socket.write('PING\r\nINFO server\r\n'));
  socket.on('data', (chunk: string) => {
    reply += chunk;
    const pid = /process_id:(\d+)\r\n/.exec(reply)?.[1];
    if (pid !== undefined || reply.startsWith('-')) {
      resolve(reply.startsWith('+PONG') ? Number(pid) : undefined);
    }
  });
  for (const end of ['error', 'close', 'timeout']) {
    socket.once(end, () => resolve(undefined));
  }
  const answer = await promise;
  socket.destroy();
  return answer;
}
