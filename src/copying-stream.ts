/** Streams whose writes tell when the memory of what was written is free again. */

/** https://developers.cloudflare.com/workers/runtime-apis/streams/transformstream/ */
declare class IdentityTransformStream extends TransformStream<Uint8Array, Uint8Array> {}

/**
 * A stream of bytes whose writes end when the reader has copied them, so that their memory may be freed then; `null` where the
 * runtime has no such stream. It belongs to the request in which it is made.
 */
export function copyingStream(): TransformStream<Uint8Array, Uint8Array> | null {
  return "IdentityTransformStream" in globalThis ? new IdentityTransformStream() : null;
}
