/** Requests to URLs given by users; one driver per runtime. */

/** A request as it goes out. */
export interface OutboundRequest {
  readonly url: string;
  readonly method: "GET" | "POST";
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/**
 * Sends one request and follows no redirect: those are answers like any other. Whoever gets the answer reads its body to
 * the end or cancels it.
 * @throws UndertoneError `url-not-allowed`; any other error means that no answer came.
 */
export type SendRequest = (request: OutboundRequest, signal: AbortSignal) => Promise<Response>;
