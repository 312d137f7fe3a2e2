/** Clips that a request names by URL instead of sending them. */
import { UndertoneError } from "../../errors.ts";
import { fileNameOfUrl } from "../../formats/clip-name.ts";
import { checkUrl } from "../../outbound/check-url.ts";
import { fetchPieces } from "../../outbound/fetch-clip.ts";
import type { Platform } from "../../platform/platform.ts";
import type { BodyTerms } from "./body/body.ts";
import type { Fields } from "./form/missing-file.ts";
import { asText, malformedJson, readJson } from "./json-body.ts";
import { streamedUpload, type Upload } from "./upload.ts";

/** The caller waits, and with it what it holds. */
const FETCH_TIMEOUT_MS = 30_000;

/** The services that fetch clips. */
export type FetchContext = Pick<Platform, "send" | "urlRules" | "settings">;

/** The URLs that a body in JSON names, and its other members as the fields of a form. */
export interface NamedClips<Name extends string> {
  readonly urls: Readonly<Record<Name, string>>;
  readonly fields: Fields;
}

/**
 * Reads a body in JSON.
 * @param names members that are URLs of clips
 * @throws UndertoneError `malformed-json`, `body-too-large`, `url-not-allowed`, and what reading the body throws.
 */
export async function readClipUrls<Name extends string>(
  { urlRules }: FetchContext,
  request: Request,
  terms: BodyTerms,
  names: readonly Name[],
): Promise<NamedClips<Name>> {
  const example = exampleOf(names);
  return namedClips({ urlRules }, await readJson(request, terms, example), names);
}

function exampleOf(names: readonly string[]): string {
  return `{${names.map((name) => `"${name}": "https://…"`).join(", ")}}`;
}

/**
 * The URLs in a body in JSON that has been read.
 * @throws UndertoneError `malformed-json`, `url-not-allowed`.
 */
function namedClips<Name extends string>(
  { urlRules }: Pick<FetchContext, "urlRules">,
  body: unknown,
  names: readonly Name[],
): NamedClips<Name> {
  const example = exampleOf(names);
  if (typeof body !== "object" || body === null) throw malformedJson(example);
  const { ...rest } = body as Record<string, unknown>;
  const urls = names.map((name) => {
    const url = rest[name];
    delete rest[name];
    if (typeof url !== "string") throw malformedJson(example);
    return [name, checkUrl(url, urlRules).href] as const;
  });
  return { urls: Object.fromEntries(urls) as Record<Name, string>, fields: fieldsOf(rest) };
}

/** Bodies with a clip in them have more: errors repeat names and values. */
const MAX_OPTION_CHARACTERS = 65_536;

/**
 * Members of a body in JSON as the fields of a form.
 * @throws UndertoneError `body-too-large` if they have more than 65,536 characters together.
 */
export function fieldsOf(members: Readonly<Record<string, unknown>>): Fields {
  const fields = Object.entries(asText(members)).map(
    ([name, value]) => [name, typeof value === "string" ? value : null] as const,
  );
  const characters = fields.reduce(
    (sum, [name, value]) => sum + name.length + (value?.length ?? 0),
    0,
  );
  if (characters > MAX_OPTION_CHARACTERS) {
    throw new UndertoneError(
      "body-too-large",
      `The options of a body in JSON have at most ${MAX_OPTION_CHARACTERS} characters together.`,
    );
  }
  return new Map(fields.map(([name, value]) => [name, [value]]));
}

/**
 * Fetches a clip, in pieces as they arrive.
 * @throws UndertoneError while it is read what `fetchPieces` throws; `request-aborted` once the caller is gone.
 */
export async function* fetchForCaller(
  { send, settings }: FetchContext,
  url: string,
  { signal }: Request,
): AsyncGenerator<Uint8Array> {
  const limits = { maxBytes: settings.maxClipBytes, timeoutMs: FETCH_TIMEOUT_MS, signal };
  try {
    yield* fetchPieces(url, send, limits);
  } catch (cause) {
    if (!signal.aborted) throw cause;
    throw new UndertoneError("request-aborted", "The caller has gone.", {}, { cause });
  }
}

/**
 * Opens the clip at member `audio_url` of a body in JSON, which is fetched as it is read.
 * @throws UndertoneError what `readClipUrls` throws.
 */
export async function openClipUrl(
  context: FetchContext,
  request: Request,
  terms: BodyTerms,
): Promise<Upload> {
  const body = await readJson(request, terms, exampleOf(["audio_url"]));
  return openNamedClip(context, body, request, terms);
}

/**
 * The same for a body that has been read.
 * @throws UndertoneError `malformed-json`, `url-not-allowed`.
 */
export function openNamedClip(
  context: FetchContext,
  body: unknown,
  request: Request,
  terms: BodyTerms,
): Upload {
  const { urls, fields } = namedClips(context, body, ["audio_url"]);
  const fetched = fetchForCaller(context, urls.audio_url, request);
  const fileName = fileNameOfUrl(urls.audio_url);
  return {
    ...streamedUpload(fetched, terms, { fileName, fields }),
    leave: () => fetched.return(undefined),
  };
}
