/** A fault that its one-line message explains in full, remedy included: no stack is shown. */
export class UserError extends Error {}
