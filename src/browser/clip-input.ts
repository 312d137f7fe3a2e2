/** The forms in which a page may have a clip, made into the one that its worker reads. */
import { UndertoneError } from "../errors.ts";

/** A clip's bytes: a File or another Blob, bytes in memory, or a stream such as a response's `body`. */
export type ClipInput = Blob | ArrayBuffer | Uint8Array | ReadableStream<Uint8Array>;

/**
 * Makes a Blob of a clip. Workers get Blobs without a copy and read them piece by piece. A stream is read to its end.
 * @throws UndertoneError `invalid-option` if it is none of these forms, `not-found` if the stream fails.
 */
export async function toBlob(clip: ClipInput): Promise<Blob> {
  if (clip instanceof Blob) return clip;
  if (clip instanceof ArrayBuffer) return new Blob([clip]);
  if (clip instanceof Uint8Array) return new Blob([unshared(clip)]);
  if (clip instanceof ReadableStream) return readToEnd(clip);
  throw new UndertoneError(
    "invalid-option",
    "clip has to be a Blob (such as a File), an ArrayBuffer, a Uint8Array or a ReadableStream of bytes.",
  );
}

/**
 * The pieces of a stream. Safari's cannot be iterated, so they are read by hand.
 * @throws UndertoneError `not-found` if it fails, as that of a file does which was removed meanwhile.
 */
export async function* piecesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read().catch((cause: unknown) => {
        throw unreadable(cause);
      });
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}

/** Blobs are made of memory that no other thread changes. */
function unshared(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return bytes.buffer instanceof ArrayBuffer ? (bytes as Uint8Array<ArrayBuffer>) : bytes.slice();
}

async function readToEnd(stream: ReadableStream<Uint8Array>): Promise<Blob> {
  if (stream.locked) throw unreadable(new Error("its stream is being read elsewhere"));
  const parts: Uint8Array<ArrayBuffer>[] = [];
  for await (const piece of piecesOf(stream)) {
    if (!(piece instanceof Uint8Array)) {
      throw new UndertoneError("invalid-option", "clip is a stream of something else than bytes.");
    }
    parts.push(unshared(piece));
  }
  return new Blob(parts);
}

function unreadable(cause: unknown): UndertoneError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new UndertoneError("not-found", `The clip cannot be read: ${reason}.`, {}, { cause });
}
