import { z } from 'zod';

/**
 * The answer of `POST imports/:taskId/accept` and `/reject`. `import-again`: the decision stands; a file that was
 * imported by hand goes on when the same command is given again.
 */
export const importDecisionSchema = z.object({ outcome: z.enum(['queued', 'import-again', 'rejected']) });

/** The answer of `POST imports/:taskId/retry`. `under-way`: it waits or runs already. */
export const importRetrySchema = z.object({ outcome: z.enum(['queued', 'under-way']) });

/** The answer of `POST imports/:taskId/redrive`. `under-way`: it waits or runs already. */
export const importRedriveSchema = z.object({ outcome: z.enum(['queued', 'under-way']) });

export type ImportDecision = z.infer<typeof importDecisionSchema>;
export type ImportRetry = z.infer<typeof importRetrySchema>;
export type ImportRedriveAnswer = z.infer<typeof importRedriveSchema>;
