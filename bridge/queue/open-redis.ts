import { Cluster, Redis } from 'ioredis';

interface Node {
  readonly host: string;
  readonly port: number;
}

/** Where Redis is; see `readRedisSettings`. */
export interface RedisSettings {
  /** Of one server its address; of Sentinel and Cluster the user, password, database and protocol that all nodes share. */
  readonly url: string;
  readonly sentinel?:
    | { readonly nodes: readonly Node[]; readonly name: string; readonly password?: string }
    | undefined;
  readonly cluster?: { readonly nodes: readonly Node[] } | undefined;
}

/**
 * Opens a connection to one Redis, to the one that Sentinels name master, or to a cluster. Commands wait for a lost Redis for
 * ever instead of failing, as BullMQ asks of workers.
 *
 * In a cluster every key has to begin with the same `{...}`: BullMQ's scripts touch several keys at once. `readRedisSettings`
 * puts the prefix into braces then.
 */
export function openRedis({ url, sentinel, cluster }: RedisSettings): Redis {
  const options = { maxRetriesPerRequest: null };
  if (cluster) {
    const redis = new Cluster([...cluster.nodes], { redisOptions: { ...options, ...credentialsOf(url) } });
    // The two have no type in common; what is called here and by BullMQ both have, which tests over a real cluster show.
    return redis as unknown as Redis;
  }
  if (!sentinel) return new Redis(url, options);
  const { nodes, name, password } = sentinel;
  return new Redis({
    ...options,
    ...credentialsOf(url),
    sentinels: [...nodes],
    name,
    ...(password && { sentinelPassword: password }),
  });
}

function credentialsOf(url: string) {
  const { protocol, username, password, pathname } = new URL(url);
  const db = Number(pathname.slice(1)) || 0;
  return {
    ...(username && { username: decodeURIComponent(username) }),
    ...(password && { password: decodeURIComponent(password) }),
    ...(db > 0 && { db }),
    ...(protocol === 'rediss:' && { tls: {} }),
  };
}
