/** What the compiled client gets and gives; plain types, since those of the API are made when it is compiled. */

/** What the client is to ask of which server. */
export interface Assignment {
  readonly baseUrl: string;
  readonly key: string;
  readonly clip: Uint8Array<ArrayBuffer>;
  /** Where the server can fetch the same clip. */
  readonly clipUrl: string;
  readonly callbackUrl: string;
  /** Headers and body of a request to hook `calls`. */
  readonly hook: { readonly headers: Record<string, string>; readonly body: string };
}

/** An answer to one operation, as it came. */
export interface Answered {
  readonly method: string;
  /** As the document has it, such as `/v1/models/{id}`. */
  readonly path: string;
  readonly status: number;
  readonly mediaType: string;
  readonly text: string;
}

/** What came back. */
export interface Calls {
  readonly answered: readonly Answered[];
  readonly frames: readonly number[];
  readonly npyBytes: number;
  readonly embeddingSize: number;
  readonly cosine: number;
  readonly text: string;
  readonly bestLabel: string;
  readonly speakers: readonly string[];
  readonly rttm: string;
  readonly jobs: readonly { readonly status: string; readonly options: object }[];
  readonly batch: { readonly counts: Readonly<Record<string, number>> };
  readonly deliveryStatus: string;
  readonly problem: object;
}
