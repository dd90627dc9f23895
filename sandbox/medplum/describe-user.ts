import { formatAddress, formatFamilyName, formatGivenName, formatHumanName, getDateProperty } from '@medplum/core';
import type { Patient, Practitioner, Resource } from '@medplum/fhirtypes';
import type { Member } from './logins.ts';

type Info = Record<string, unknown>;

/** The answer of `/oauth2/userinfo`: as much as the scopes allow (packages/server/src/oauth/userinfo.ts). */
export function describeUser(profile: Resource, { user }: Member, scope: string): Info {
  const scopes = scope.split(' ');
  const person = profile as Partial<Patient & Practitioner>;
  return {
    sub: profile.id,
    ...(scopes.includes('profile') && profileOf(profile, person)),
    ...(scopes.includes('email') && emailOf(person, user?.email)),
    ...(scopes.includes('phone') && phoneOf(person)),
    ...(scopes.includes('address') && addressOf(person)),
  };
}

function profileOf(profile: Resource, person: Partial<Patient & Practitioner>): Info {
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

function emailOf({ telecom }: Partial<Patient & Practitioner>, own: string | undefined): Info {
  const email = own || telecom?.find(({ system }) => system === 'email')?.value;
  return email ? { email, email_verified: false } : {};
}

function phoneOf({ telecom }: Partial<Patient & Practitioner>): Info {
  const phone = telecom?.find(({ system }) => system === 'phone')?.value;
  return phone ? { phone_number: phone, phone_number_verified: false } : {};
}

function addressOf({ address }: Partial<Patient & Practitioner>): Info {
  const [first] = address ?? [];
  return first ? { address: { formatted: formatAddress(first) } } : {};
}
