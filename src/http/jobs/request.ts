/** Reads POST /v1/jobs: a clip or its URL, and options. */
import { z } from "@hono/zod-openapi";
import { sha256Of } from "../../crypto/digest.ts";
import { UndertoneError } from "../../errors.ts";
import type { ClipSource } from "../../jobs/submit.ts";
import { checkUrl } from "../../outbound/check-url.ts";
import type { Platform } from "../../platform/platform.ts";
import { type BodyTerms, readBody } from "../request/body/body.ts";
import { readUpload } from "../request/upload.ts";
import { type AskedOptions, type GivenOptions, readJobOptions } from "./options.ts";

/** A job as it is asked for. */
export interface AskedJob extends AskedOptions {
  readonly source: ClipSource;
  /** SHA-256 of what is asked for: the same however it is written down. */
  readonly fingerprint: string;
}

const MAX_JSON_BYTES = 64 * 1024;

const JobBodySchema = z.looseObject({
  audio: z.strictObject({ url: z.string() }),
});

/**
 * Reads the request; a JSON body names the clip's URL, any other body is the clip or a form with it, as in
 * POST /v1/features.
 * @throws UndertoneError `malformed-json`, `body-too-large`, `url-not-allowed`; what `readUpload` and `readJobOptions`
 *   throw.
 */
export async function readJobRequest(
  platform: Platform,
  request: Request,
  terms: BodyTerms,
  query: GivenOptions,
): Promise<AskedJob> {
  const isJson = /^application\/json\b/i.test(request.headers.get("Content-Type") ?? "");
  const { source, given } = isJson
    ? await readJsonBody(platform, request, terms)
    : await readClipBody(platform, request, terms);
  const asked = readJobOptions(platform, query, given);
  return { ...asked, source, fingerprint: await fingerprintOf(source, asked) };
}

interface Body {
  readonly source: ClipSource;
  readonly given: GivenOptions;
}

async function readJsonBody(
  { urlRules }: Platform,
  request: Request,
  terms: BodyTerms,
): Promise<Body> {
  const body = parseJsonBody(await readBody(request, MAX_JSON_BYTES, terms));
  const { audio, metadata, ...rest } = body;
  const options = asText(rest);
  const { href: url } = checkUrl(audio.url, urlRules);
  const given =
    metadata === undefined ? options : { ...options, metadata: JSON.stringify(metadata) };
  return { source: { kind: "url", url }, given };
}

/** Numbers and booleans of JSON as they are written in a query. */
function asText(options: GivenOptions): GivenOptions {
  const entries = Object.entries(options).map(([name, value]) => [
    name,
    typeof value === "number" || typeof value === "boolean" ? String(value) : value,
  ]);
  return Object.fromEntries(entries);
}

function parseJsonBody(bytes: Uint8Array): z.output<typeof JobBodySchema> {
  try {
    return JobBodySchema.parse(JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes)));
  } catch (cause) {
    throw new UndertoneError(
      "malformed-json",
      'The body has to be a JSON object such as {"audio": {"url": "https://…"}, "pool": "mean"}.',
      {},
      { cause },
    );
  }
}

async function readClipBody(
  { settings }: Platform,
  request: Request,
  terms: BodyTerms,
): Promise<Body> {
  const { clip, fields } = await readUpload(request, settings.maxClipBytes, terms);
  const given = [...fields].map(([name, values]) => [
    name,
    values.length === 1 ? values[0] : values,
  ]);
  return { source: { kind: "upload", clip }, given: Object.fromEntries(given) };
}

async function fingerprintOf(source: ClipSource, asked: AskedOptions): Promise<string> {
  const clip = source.kind === "upload" ? await sha256Of(source.clip) : source;
  const options = Object.entries(asked.options).sort();
  const content = JSON.stringify([clip, options, asked.metadata, asked.callbackUrl]);
  return sha256Of(new TextEncoder().encode(content));
}
