/** Request bodies as they arrive, never further than the limit. */
import { UndertoneError } from "../errors.ts";

/**
 * The pieces of a body of at most `maxBytes`. A Content-Length over the limit is refused before anything is read; a body
 * that grows over it is refused there and read no further (nor cancelled: on Node that would close the connection before
 * the client has its answer). Once the client has gone, what it left unsaid is not waited for.
 * @throws UndertoneError `clip-too-large`, or what `tooLarge` makes instead, at once or while it is read; while it is read, `request-aborted` if the body
 *   breaks off or the client goes away.
 */
export function bodyPieces(
  request: Request,
  maxBytes: number,
  tooLarge: (maxBytes: number) => UndertoneError = clipTooLarge,
): AsyncGenerator<Uint8Array> {
  const declaredBytes = declaredLength(request);
  if (declaredBytes !== null && declaredBytes > maxBytes) throw tooLarge(maxBytes);
  return readPieces(request, maxBytes, tooLarge);
}

/**
 * A whole body of at most `maxBytes` that is no clip.
 * @throws UndertoneError `body-too-large`, `request-aborted`.
 */
export function readBody(request: Request, maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  return collect(bodyPieces(request, maxBytes, bodyTooLarge));
}

/** All pieces as one array. */
export async function collect(pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>) {
  const held: Uint8Array[] = [];
  for await (const piece of pieces) held.push(piece);
  const whole = new Uint8Array(held.reduce((total, { length }) => total + length, 0));
  let filled = 0;
  for (const piece of held) {
    whole.set(piece, filled);
    filled += piece.length;
  }
  return whole;
}

async function* readPieces(
  request: Request,
  maxBytes: number,
  tooLarge: (maxBytes: number) => UndertoneError,
): AsyncGenerator<Uint8Array> {
  if (request.body === null) return;
  const reader = request.body.getReader();
  const stopReading = () => void reader.cancel().catch(() => {});
  request.signal.addEventListener("abort", stopReading);
  try {
    for (let bytes = 0; ; ) {
      const { done, value } = await reader.read().catch(breakOff);
      if (request.signal.aborted) throw aborted();
      if (done) return;
      bytes += value.length;
      if (bytes > maxBytes) throw tooLarge(maxBytes);
      yield value;
    }
  } finally {
    request.signal.removeEventListener("abort", stopReading);
  }
}

function declaredLength(request: Request): number | null {
  const header = request.headers.get("Content-Length");
  return header !== null && /^\d+$/.test(header) ? Number(header) : null;
}

function bodyTooLarge(maxBytes: number): UndertoneError {
  return new UndertoneError(
    "body-too-large",
    `This address takes bodies of at most ${maxBytes} bytes.`,
    { maxBytes },
  );
}

function clipTooLarge(maxBytes: number): UndertoneError {
  return new UndertoneError(
    "clip-too-large",
    `This service takes clips of at most ${maxBytes} bytes. Send a shorter clip, or one with a lower sample rate or fewer channels.`,
    { maxBytes },
  );
}

function breakOff(cause: unknown): never {
  throw aborted(cause);
}

function aborted(cause?: unknown): UndertoneError {
  return new UndertoneError(
    "request-aborted",
    "The request body broke off before its end. Send it again.",
    {},
    { cause },
  );
}
