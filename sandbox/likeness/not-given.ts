/** The server under test was not given, or does not have, what an assertion needs: nothing can be said. */
export class NotGiven extends Error {}
