/** LOINC's own check digit: Mod 10 (LOINC Users' Guide, appendix C). */
export function loincCheckDigit(digits: string): number {
  const doubled = [...digits].reverse().map((digit, index) => Number(digit) * (index % 2 === 0 ? 2 : 1));
  const sum = doubled.reduce((total, number) => total + (number > 9 ? number - 9 : number), 0);
  return (10 - (sum % 10)) % 10;
}
