/** Reads request bodies, never further than the limit. */
import { UndertoneError } from "../errors.ts";

const FIRST_CAPACITY_BYTES = 1 << 16;

/**
 * Reads a whole body of at most `maxBytes`. A Content-Length over the limit is refused before anything is read; a body
 * that grows over it is refused there and read no further (nor cancelled: on Node that would close the connection before
 * the client has its answer).
 * @throws UndertoneError `clip-too-large`, or what `tooLarge` makes instead; `request-aborted` if the body breaks off.
 */
export async function readBody(
  request: Request,
  maxBytes: number,
  tooLarge: (maxBytes: number) => UndertoneError = clipTooLarge,
): Promise<Uint8Array<ArrayBuffer>> {
  const declaredBytes = declaredLength(request);
  if (declaredBytes !== null && declaredBytes > maxBytes) throw tooLarge(maxBytes);
  if (request.body === null) return new Uint8Array();
  const body = new GrowingBytes(declaredBytes ?? FIRST_CAPACITY_BYTES);
  const reader = request.body.getReader();
  for (;;) {
    const { done, value } = await reader.read().catch(breakOff);
    if (done) return body.bytes();
    if (body.length + value.length > maxBytes) throw tooLarge(maxBytes);
    body.append(value);
  }
}

function declaredLength(request: Request): number | null {
  const header = request.headers.get("Content-Length");
  return header !== null && /^\d+$/.test(header) ? Number(header) : null;
}

function clipTooLarge(maxBytes: number): UndertoneError {
  return new UndertoneError(
    "clip-too-large",
    `This service takes clips of at most ${maxBytes} bytes. Send a shorter clip, or one with a lower sample rate or fewer channels.`,
    { maxBytes },
  );
}

/** What to say of a body that is no clip. */
export function bodyTooLarge(maxBytes: number): UndertoneError {
  return new UndertoneError(
    "body-too-large",
    `This address takes bodies of at most ${maxBytes} bytes.`,
    { maxBytes },
  );
}

function breakOff(cause: unknown): never {
  throw new UndertoneError(
    "request-aborted",
    "The request body broke off before its end. Send it again.",
    {},
    { cause },
  );
}

/** Bytes appended to one buffer, which a right first capacity never has to copy. */
class GrowingBytes {
  #buffer: Uint8Array<ArrayBuffer>;
  length = 0;

  constructor(capacityBytes: number) {
    this.#buffer = new Uint8Array(capacityBytes);
  }

  append(part: Uint8Array): void {
    const needed = this.length + part.length;
    if (needed > this.#buffer.length) {
      const larger = new Uint8Array(Math.max(needed, 2 * this.#buffer.length));
      larger.set(this.bytes());
      this.#buffer = larger;
    }
    this.#buffer.set(part, this.length);
    this.length = needed;
  }

  bytes(): Uint8Array<ArrayBuffer> {
    return this.#buffer.subarray(0, this.length);
  }
}
