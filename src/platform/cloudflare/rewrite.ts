/** Requests that a Worker sends on to another. */

/** workerd's own: the receiver is told how many bytes will come. */
declare class FixedLengthStream extends TransformStream<Uint8Array, Uint8Array> {
  constructor(length: number);
}

/** The same request with another address, and `body` for its own, whose length stays known if it was. */
export function rewrite(
  request: Request,
  url: URL,
  body: ReadableStream<Uint8Array> | null,
): Request {
  const carrying = body === request.body ? request : withBody(request, body);
  return url.href === request.url ? carrying : new Request(url, carrying);
}

function withBody(request: Request, body: ReadableStream<Uint8Array> | null): Request {
  if (body === null) return new Request(request, { body });
  const length = request.headers.get("Content-Length");
  if (length === null) return new Request(request, { body });
  const { readable, writable } = new FixedLengthStream(Number(length));
  // A receiver that does not take it all says why by its answer.
  body.pipeTo(writable).catch(() => {});
  return new Request(request, { body: readable });
}
