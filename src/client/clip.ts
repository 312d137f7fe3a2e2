/** Clips as callers have them, and the parts of requests that hold them. */
import { type RepeatableBody, type RetryTerms, sendWithRetries } from "./retry.ts";

/** A clip: its bytes, a stream of them, which is sent once and never again, or the URL where the service fetches it. */
export type Clip = Blob | Uint8Array | ArrayBuffer | ReadableStream<Uint8Array> | URL;

/** Options of one call. */
export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
}

const RAW_TYPE = "application/octet-stream";

/** Everything of a request of openapi-fetch but its options; `body` has the type that the document gives it. */
export interface ClipInit<Body> {
  readonly body: Body;
  readonly bodySerializer: () => unknown;
  readonly headers: Record<string, string>;
  readonly fetch: (request: Request) => Promise<Response>;
  readonly duplex: "half";
  readonly signal: AbortSignal | null;
}

/** A request with one clip in it, or with its URL. */
export function clipInit(terms: RetryTerms, clip: Clip, { signal }: CallOptions): ClipInit<Blob> {
  if (clip instanceof URL) return jsonInit(terms, { audio_url: clip.href }, signal);
  const body = bodyOf(clip);
  return initOf(terms, body, body instanceof ReadableStream ? null : body, RAW_TYPE, signal);
}

/** A request with two clips in it, or with their URLs. */
export async function pairInit(
  terms: RetryTerms,
  a: Clip,
  b: Clip,
  { signal }: CallOptions,
): Promise<ClipInit<{ a: Blob; b: Blob }>> {
  if (a instanceof URL && b instanceof URL) {
    return jsonInit(terms, { a_url: a.href, b_url: b.href }, signal);
  }
  if (a instanceof URL || b instanceof URL) {
    throw new TypeError("Two clips are sent alike: give two URLs, or the bytes of both.");
  }
  const form = new FormData();
  form.set("a", await blobOf(a));
  form.set("b", await blobOf(b));
  // Encoded once: each encoding of a form has another boundary, which the header names.
  const encoded = new Response(form);
  const type = encoded.headers.get("Content-Type") ?? "";
  const bytes = new Uint8Array(await encoded.arrayBuffer());
  return initOf(terms, bytes, bytes, type, signal);
}

function jsonInit<Body>(terms: RetryTerms, members: object, signal: AbortSignal | undefined) {
  const bytes = new TextEncoder().encode(JSON.stringify(members));
  return initOf<Body>(terms, bytes, bytes, "application/json", signal);
}

function initOf<Body>(
  terms: RetryTerms,
  body: unknown,
  repeatable: RepeatableBody,
  type: string,
  signal: AbortSignal | undefined,
): ClipInit<Body> {
  return {
    body: body as Body,
    bodySerializer: () => body,
    headers: { "Content-Type": type },
    fetch: (request) => sendWithRetries(terms, request, repeatable),
    duplex: "half",
    signal: signal ?? null,
  };
}

function bodyOf(clip: Exclude<Clip, URL>) {
  if (clip instanceof Blob || clip instanceof ReadableStream) return clip;
  if (clip instanceof ArrayBuffer) return new Uint8Array(clip);
  if (clip instanceof Uint8Array) return clip as Uint8Array<ArrayBuffer>;
  throw new TypeError(
    "A clip is a Blob, a Uint8Array, an ArrayBuffer, a ReadableStream or a URL. Files of Node are opened by openClip of undertone/node.",
  );
}

async function blobOf(clip: Exclude<Clip, URL>): Promise<Blob> {
  const body = bodyOf(clip);
  if (body instanceof Blob) return body;
  return body instanceof ReadableStream ? await new Response(body).blob() : new Blob([body]);
}
