/** What is used of the library, which brings no types: https://github.com/lhncbc/ucum-lhc */
declare module '@lhncbc/ucum-lhc' {
  interface Conversion {
    readonly status: 'succeeded' | 'failed' | 'error';
    readonly toVal: number | null;
  }
  export const UcumLhcUtils: {
    getInstance(): {
      /** `molecularWeight` in g/mol, to go between mass and moles. */
      convertUnitTo(from: string, value: number, to: string, options?: { molecularWeight?: number }): Conversion;
    };
  };
}
