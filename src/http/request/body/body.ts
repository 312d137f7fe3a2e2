/** Request bodies as they arrive, never further than the limit. */
import { PIECE_BYTES, type Pieces } from "../../../audio/bytes/source.ts";
import type { Sha256 } from "../../../crypto/sha256.ts";
import { UndertoneError } from "../../../errors.ts";
import { type PaceRules, watchPace } from "./body-pace.ts";
import { growingBytes } from "./growing-bytes.ts";
import type { Holding } from "./held-bytes.ts";
import { joinInSlices } from "./join.ts";
import type { BodyTurns } from "./turns.ts";

/** On what terms the body of one request is taken. */
export interface BodyTerms {
  readonly pace: PaceRules;
  readonly holding: Holding;
  /** Turns with other bodies; `null` where requests do not share what they wait for. */
  readonly turns: BodyTurns | null;
  /** In how many pieces the body has come so far; `null` where they are those of its stream. */
  piecesArrived(): number | null;
  startSha256(): Sha256;
  /** True where the runtime makes the pieces of bodies for this service alone: what is done with one may be freed. */
  readonly ownsPieces: boolean;
}

/**
 * The pieces of a body of at most `maxBytes`. A Content-Length over the limit is refused before anything is read; a body
 * that grows over it is refused there and read no further (nor cancelled: on Node that would close the connection before
 * the client has its answer). Once the client has gone, what it left unsaid is not waited for. 64 kB are counted as held
 * while it is read.
 * @throws UndertoneError `clip-too-large`, or what `tooLarge` makes instead, at once or while it is read; while it is read, `request-aborted` if the body
 *   breaks off or the client goes away, `body-too-slow`, `body-too-fragmented`, `body-memory-full`, `caller-memory-full`.
 */
export function bodyPieces(
  request: Request,
  maxBytes: number,
  terms: BodyTerms,
  tooLarge: (maxBytes: number) => UndertoneError = clipTooLarge,
): AsyncGenerator<Uint8Array> {
  const declaredBytes = declaredLength(request);
  if (declaredBytes !== null && declaredBytes > maxBytes) throw tooLarge(maxBytes);
  return readPieces(request, maxBytes, terms, tooLarge);
}

/**
 * A whole body of at most `maxBytes` that is no clip.
 * @throws UndertoneError `body-too-large`, and what `bodyPieces` throws while the body is read.
 */
export async function readBody(
  request: Request,
  maxBytes: number,
  terms: BodyTerms,
): Promise<Uint8Array<ArrayBuffer>> {
  const pieces = bodyPieces(request, maxBytes, terms, bodyTooLarge);
  return await joinInSlices(await keep(pieces, terms.holding));
}

/**
 * All bytes of the pieces, in blocks that are counted as held.
 * @throws UndertoneError `body-memory-full` or `caller-memory-full`, and what the pieces throw.
 */
export async function keep(pieces: Pieces, holding: Holding): Promise<Uint8Array<ArrayBuffer>[]> {
  const kept = growingBytes();
  for await (const piece of pieces) {
    holding.hold(piece.length);
    kept.append(piece);
  }
  return kept.blocks();
}

async function* readPieces(
  request: Request,
  maxBytes: number,
  { pace: rules, holding, turns, piecesArrived }: BodyTerms,
  tooLarge: (maxBytes: number) => UndertoneError,
): AsyncGenerator<Uint8Array> {
  if (request.body === null) return;
  holding.hold(PIECE_BYTES);
  const reader = request.body.getReader();
  const stopReading = () => void reader.cancel().catch(() => {});
  request.signal.addEventListener("abort", stopReading);
  const pace = watchPace(rules);
  try {
    for (let bytes = 0, pieces = 1; ; pieces++) {
      const { done, value } = await pace.wait(reader.read().catch(breakOff));
      if (request.signal.aborted) throw aborted();
      if (done) return;
      bytes += value.length;
      if (bytes > maxBytes) throw tooLarge(maxBytes);
      pace.arrived(value.length, piecesArrived() ?? pieces);
      yield value;
      await turns?.take(value.length);
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
