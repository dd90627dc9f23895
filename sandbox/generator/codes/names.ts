/** The last two are for practitioners: a misread encoding and an apostrophe would hide a wrong chart. */
export const FAMILY_NAMES = [
  'Alvarez',
  'Becker',
  'Chen',
  'Dubois',
  'Eriksen',
  'Farah',
  'GutiÃ©rrez',
  "O'Neill",
] as const;
export const GIVEN_NAMES = {
  female: ['Amara', 'Beatriz', 'Chloe', 'Dana', 'Elif', 'Grace'],
  male: ['Andre', 'Bruno', 'Carlos', 'David', 'Emeka', 'Hugo'],
} as const;
