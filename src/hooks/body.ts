/** Reads what a hook is sent: a document, and the clip in it. */

import { decodeBase64, withoutDataUrlHead } from "../crypto/bytes.ts";
import { UndertoneError } from "../errors.ts";
import type { ClipSource, GivenClip } from "../jobs/submit.ts";
import { checkUrl, type UrlRules } from "../outbound/check-url.ts";
import type { AudioPlace, HookConfig } from "./hook.ts";
import { resolvePointer } from "./json-pointer.ts";

const FORM = /^application\/x-www-form-urlencoded\b/i;

/**
 * The body as a document for JSON Pointers: a form's fields as an object (a repeated one as an array), anything else as
 * JSON.
 * @throws UndertoneError `hook-body-invalid`.
 */
export function parseHookBody(body: Uint8Array, contentType: string): unknown {
  const text = decodeText(body);
  return FORM.test(contentType) ? fieldsOf(new URLSearchParams(text)) : parseJson(text);
}

/**
 * The clip that the hook's place of the document names or holds, or the two clips.
 * @throws UndertoneError `hook-body-invalid`, `url-not-allowed`.
 */
export function clipSourceOf(
  document: unknown,
  { audio, secondAudio }: Pick<HookConfig, "audio" | "secondAudio">,
  rules: UrlRules,
): ClipSource {
  const a = clipAt(document, audio, rules);
  if (secondAudio === undefined) return a;
  return { kind: "pair", a, b: clipAt(document, secondAudio, rules) };
}

function clipAt(document: unknown, { pointer, holds }: AudioPlace, rules: UrlRules): GivenClip {
  const value = resolvePointer(document, pointer);
  if (typeof value !== "string" || value === "") {
    const found = value === undefined ? "nothing" : value === "" ? "empty text" : "no text";
    throw invalid(`has ${found} at ${pointer || "its root"}, where this hook looks for the clip`);
  }
  if (holds === "url") return { kind: "url", url: checkUrl(value, rules).href };
  const clip = decodeBase64(withoutDataUrlHead(value));
  if (clip === null || clip.length === 0) throw invalid(`has no base64 at ${pointer}`);
  return { kind: "upload", clip };
}

/**
 * The text or number that names the event.
 * @throws UndertoneError `hook-body-invalid` if there is none.
 */
export function eventIdAt(document: unknown, pointer: string): string {
  const value = resolvePointer(document, pointer);
  if ((typeof value !== "string" || value === "") && typeof value !== "number") {
    throw invalid(`has no event id at ${pointer}`);
  }
  return String(value);
}

function decodeText(body: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(body);
  } catch (cause) {
    throw invalid("is not UTF-8", cause);
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw invalid("is neither JSON nor an application/x-www-form-urlencoded form", cause);
  }
}

function fieldsOf(form: URLSearchParams): Record<string, unknown> {
  const fields = [...new Set(form.keys())].map((name): [string, unknown] => {
    const values = form.getAll(name);
    return [name, values.length === 1 ? values[0] : values];
  });
  return Object.fromEntries(fields);
}

function invalid(reason: string, cause?: unknown): UndertoneError {
  return new UndertoneError(
    "hook-body-invalid",
    `The body ${reason}. Compare it with the hook's configuration: 'undertone hook list' shows that.`,
    {},
    { cause },
  );
}
