import type { Journey } from './draw-journey.ts';

/** Whose charts they all are. */
export const KIM = { given: 'Kim', family: 'Example', birthDate: '1980-05-17', gender: 'female' } as const;
const ELSE = { given: 'Zyxwvut', family: 'Qponmlk', birthDate: '1951-02-03', gender: 'male' } as const;

/** Whose record it is that comes in. */
export function whose({ chart }: Journey) {
  return chart === 'own' ? KIM : ELSE;
}
