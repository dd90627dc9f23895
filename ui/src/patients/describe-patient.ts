import { calculateAge, formatHumanName } from '@medplum/core';
import type { Patient } from '@medplum/fhirtypes';
import { formatWhen } from '../format-when.ts';

/** The name to call somebody by: the official one, else the first. */
export function nameOfPatient({ name }: Patient): string {
  const shown = name?.find(({ use }) => use === 'official') ?? name?.[0];
  return (shown && (formatHumanName(shown) || shown.text)) || 'No name';
}

/** Birth date, age and sex, as far as the chart says them: what tells two people of one name apart. */
export function traitsOfPatient({ birthDate, gender, deceasedBoolean, deceasedDateTime }: Patient): string {
  const isAlive = !deceasedBoolean && !deceasedDateTime;
  const age = birthDate && isAlive ? ` (${ageOf(birthDate)})` : '';
  const death = deceasedDateTime ? `died ${formatWhen(deceasedDateTime)}` : 'deceased';
  return [birthDate && `born ${formatWhen(birthDate)}${age}`, gender, !isAlive && death].filter(Boolean).join(' · ');
}

/** In years; of small children in months. */
function ageOf(birthDate: string): string {
  const { years, months } = calculateAge(birthDate);
  return years < 2 ? `${months} months` : `${years} years`;
}
