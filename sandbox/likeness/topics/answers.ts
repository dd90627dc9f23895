import { type Likeness, likeness } from '../likeness.ts';
import { type Answered, answersOf, askSearch } from '../record/ask-search.ts';
import { CHAIN_ANSWERS } from '../record/chain-answers.ts';
import { NAME_ANSWERS } from '../record/name-answers.ts';
import { recordOf } from '../record/record-of.ts';
import { REQUEST_ANSWERS } from '../record/request-answers.ts';
import { TOKEN_ANSWERS } from '../record/token-answers.ts';
import { VALUE_ANSWERS } from '../record/value-answers.ts';

/** What a planted record answers to searches, every parameter type with every modifier; the tables are in `record/`. */
export const answers: readonly Likeness[] = [
  ...[CHAIN_ANSWERS, VALUE_ANSWERS, TOKEN_ANSWERS, NAME_ANSWERS, REQUEST_ANSWERS].flatMap(answersOf).map(asLikeness),
  // Where the sandbox answers otherwise, and docs/sandbox.md tells why.
  ...(
    [
      ['Observation?date=2021-01-01T10:00', 'o1'],
      ['Observation?date=2021-01-01T10', '400 Invalid format for date search parameter: 2021-01-01T10'],
      ['Observation?date=2021-02-30', '400 Invalid format for date search parameter: 2021-02-30'],
      ['Observation?subject:Patient.deceased=false', 'o1 o2 o3 o4'],
    ] satisfies Answered[]
  ).map(asLikeness),
];

function asLikeness([question, answer]: Answered): Likeness {
  return likeness(question, answer, async (world) => {
    const { planted, run } = await recordOf(world);
    return askSearch((path) => world.member.call('GET', path), planted, run, question);
  });
}
