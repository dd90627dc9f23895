/** What `/readyz` asks, in its order. `disk`, the room in the spool, only where jobs run. */
export const HEALTH_CHECKS = ['redis', 'medplum', 'worker', 'disk'] as const;

export type HealthCheck = (typeof HEALTH_CHECKS)[number];
