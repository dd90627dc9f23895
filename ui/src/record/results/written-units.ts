/**
 * Units as health systems write them, where that is not UCUM or means something else there: `K/uL` is kelvin to UCUM,
 * `F` farad, `in` nothing. Keys in lower case and without blanks.
 */
const WRITTEN: Readonly<Record<string, string>> = {
  lb: '[lb_av]',
  lbs: '[lb_av]',
  pounds: '[lb_av]',
  oz: '[oz_av]',
  in: '[in_i]',
  inch: '[in_i]',
  inches: '[in_i]',
  ft: '[ft_i]',
  f: '[degF]',
  '°f': '[degF]',
  degf: '[degF]',
  c: 'Cel',
  '°c': 'Cel',
  degc: 'Cel',
  mmhg: 'mm[Hg]',
  bpm: '/min',
  'beats/min': '/min',
  'breaths/min': '/min',
  '{beats}/min': '/min',
  '{breaths}/min': '/min',
  kgs: 'kg',
  'kg/m²': 'kg/m2',
  'k/ul': '10*3/uL',
  'k/mm3': '10*3/uL',
  'thou/ul': '10*3/uL',
  'thousand/ul': '10*3/uL',
  'x10e3/ul': '10*3/uL',
  'x10(3)/ul': '10*3/uL',
  '10^3/ul': '10*3/uL',
  '10e3/ul': '10*3/uL',
  'm/ul': '10*6/uL',
  'mil/ul': '10*6/uL',
  'million/ul': '10*6/uL',
  'x10e6/ul': '10*6/uL',
  '10^6/ul': '10*6/uL',
  '10e6/ul': '10*6/uL',
  '10^9/l': '10*9/L',
  'x10^9/l': '10*9/L',
  '10^12/l': '10*12/L',
  'x10^12/l': '10*12/L',
  percent: '%',
  sec: 's',
};

/** The UCUM code of a unit as it was written; what is not known here is taken to be UCUM already. */
export function ucumOf(written: string): string {
  const unit = written.trim().replace(/[µμ]/g, 'u');
  return WRITTEN[unit.toLowerCase().replace(/\s+/g, '')] ?? unit;
}
