import type { Site } from './tell-people.ts';

/** Health systems that do not exist; each has the portal of the same name in the stand-in's catalog (fasten/portals.ts). */
export const SITES = {
  greenValley: {
    name: 'Green Valley Hospital',
    city: 'Madison',
    doctors: [
      ['Ruth', 'Okafor'],
      ['Liam', "O'Neill"],
    ],
  },
  lakeside: {
    name: 'Lakeside Clinic',
    city: 'Milwaukee',
    doctors: [
      ['Pilar', 'GutiÃ©rrez'],
      ['Jonas', 'Weber'],
    ],
  },
  sunrise: {
    name: 'Sunrise Health Insurance',
    city: 'Green Bay',
    doctors: [
      ['Ruth', 'Okafor'],
      ['Jonas', 'Weber'],
    ],
  },
  harbor: {
    name: 'Harbor Family Practice',
    city: 'Racine',
    doctors: [
      ['Mai', 'Nguyen'],
      ['Tomas', 'Silva'],
    ],
  },
  fooClinic: {
    name: 'FooClinic (Sandbox)',
    city: 'Kenosha',
    doctors: [
      ['Alice', 'Smith'],
      ['Omar', 'Haddad'],
    ],
  },
  exchange: {
    name: 'Prairie Health Exchange',
    city: 'Eau Claire',
    doctors: [
      ['Ingrid', 'Larsen'],
      ['Omar', 'Haddad'],
    ],
  },
} as const satisfies Record<string, Site>;

export type SiteName = keyof typeof SITES;
