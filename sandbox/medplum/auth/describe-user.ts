import { formatAddress, formatFamilyName, formatGivenName, formatHumanName, getDateProperty } from '@medplum/core';
import type { Patient, Resource } from '@medplum/fhirtypes';
import type { Member } from './logins.ts';

type Info = Record<string, unknown>;

/** What a patient and a practitioner both say of themselves. */
type Person = Partial<Pick<Patient, 'name' | 'telecom' | 'address' | 'birthDate'>>;

/** The answer of `/oauth2/userinfo`: as much as the scopes allow (packages/server/src/oauth/userinfo.ts). */
export function describeUser(profile: Resource, { user }: Member, scope: string): Info {
  const scopes = scope.split(' ');
  const person = profile as Person;
  return {
    sub: profile.id,
    ...(scopes.includes('profile') && profileOf(profile, person)),
    ...(scopes.includes('email') && emailOf(person, user?.email)),
    ...(scopes.includes('phone') && phoneOf(person)),
    ...(scopes.includes('address') && addressOf(person)),
  };
}

function profileOf(profile: Resource, person: Person): Info {
  const [name] = Array.isArray(person.name) ? person.name : [];
  const updated = getDateProperty(profile.meta?.lastUpdated);
  const names = name && {
    name: formatHumanName(name),
    given_name: formatGivenName(name),
    middle_name: '',
    family_name: formatFamilyName(name),
  };
  return {
    profile: `${profile.resourceType}/${profile.id}`,
    locale: 'en-US',
    birthdate: person.birthDate ?? ('birthDate' in profile ? undefined : ''),
    updated_at: updated && updated.getTime() / 1000,
    ...names,
    website: '',
    zoneinfo: '',
    gender: '',
    preferred_username: '',
    picture: '',
    nickname: '',
  };
}

function emailOf({ telecom }: Person, own: string | undefined): Info {
  const email = own || telecom?.find(({ system }) => system === 'email')?.value;
  return email ? { email, email_verified: false } : {};
}

function phoneOf({ telecom }: Person): Info {
  const phone = telecom?.find(({ system }) => system === 'phone')?.value;
  return phone ? { phone_number: phone, phone_number_verified: false } : {};
}

function addressOf({ address }: Person): Info {
  const [first] = address ?? [];
  return first ? { address: { formatted: formatAddress(first) } } : {};
}
