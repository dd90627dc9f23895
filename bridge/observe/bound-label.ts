/**
 * Keeps the values of a label from growing without end, whatever is thrown at it: after `most` different ones, further ones
 * are told as `other`.
 */
export function boundLabel(most: number): (value: string) => string {
  const known = new Set<string>();
  return (value) => {
    if (known.has(value)) return value;
    if (known.size >= most) return 'other';
    known.add(value);
    return value;
  };
}
