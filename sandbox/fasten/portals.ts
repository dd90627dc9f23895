/** A health system of the stand-in's catalog; ids are fixed, so that a second sign-in at one is at the same place. */
export interface Portal {
  readonly name: string;
  readonly portalId: string;
  readonly brandId: string;
  readonly endpointId: string;
  readonly platformType: string;
  /** Of its logo. */
  readonly color: string;
}

export const PORTALS: readonly Portal[] = [
  portal(1, 'Green Valley Hospital', 'epic', '#1e6e2f'),
  portal(2, 'Lakeside Clinic', 'cerner', '#0b5cad'),
  portal(3, 'Sunrise Health Insurance', 'cigna', '#a33e00'),
];

function portal(number: number, name: string, platformType: string, color: string): Portal {
  const id = (kind: number) => `c0ffee0${kind}-0000-4000-8000-00000000000${number}`;
  return { name, portalId: id(1), brandId: id(2), endpointId: id(3), platformType, color };
}
