/** The file did not arrive whole, or its storage refused; a fresh link may cure it. `code` is short and constant. */
export class DownloadError extends Error {
  readonly code: string;

  constructor(code: string) {
    super(code);
    this.name = 'DownloadError';
    this.code = code;
  }
}
