/** Every limit of the service, by name and with its default. Long because it is the one list. */

import { isSecretKey } from "../crypto/secret-box.ts";
import { UndertoneError } from "../errors.ts";
import type { JobSettings } from "../jobs/context.ts";
import type { JobOptions } from "../jobs/job.ts";
import { taskOf } from "../jobs/tasks/tasks.ts";
import { BACKENDS, type BackendName } from "../model/backend/report.ts";
import { DEFAULT_WINDOW_SECONDS } from "../model/engine/windows/plan.ts";
import { isPackId } from "../model/pack/manifest.ts";
import { readOrigin, readOrigins } from "./origins.ts";
import { readTraceSettings, type TraceSettings } from "./trace-settings.ts";
import {
  malformed,
  POSITIVE,
  readNumber,
  readSwitch,
  readText,
  WHOLE,
  WHOLE_OR_NONE,
} from "./variables.ts";

/** A hook's JSON with a clip in it is held four times over while it is read: larger clips have to come by URL. */
export const MAX_HOOK_BYTES = 8 * 1024 * 1024;

/** The bytes that reading a body takes beside the body's own. */
export const BODY_OVERHEAD_BYTES = 65_536;

/** Settings of a deployment; the variable that sets each is its name in capitals. */
export interface Settings extends JobSettings {
  /** `MAX_CLIP_BYTES`: the largest request body; 32 MiB by default. */
  readonly maxClipBytes: number;
  /** `MAX_HELD_BODY_BYTES`: what all bodies of requests with a key hold together; 40 MiB by default, or as many as one takes. */
  readonly maxHeldBodyBytes: number;
  /** `MAX_UNAUTHENTICATED_BODY_BYTES`: the same of requests to hooks, which prove themselves by their body; 16 MiB by default. */
  readonly maxUnauthenticatedBodyBytes: number;
  /** `MIN_BODY_BYTES_PER_SECOND`: a body that comes more slowly is refused; 50 by default, 0 for as slow as it likes. */
  readonly minBodyBytesPerSecond: number;
  /** `BODY_RATE_SECONDS`: the seconds of waiting over which that is averaged, and the first judgement's grace; 30 by default. */
  readonly bodyRateSeconds: number;
  /** `MAX_CLIP_SECONDS`: the longest clip, or part of one; 30 by default. */
  readonly maxClipSeconds: number;
  /** `MAX_JOB_BYTES`: the largest clip that a job fetches from a URL or reads from a bucket; 2·10⁹ by default. */
  readonly maxJobBytes: number;
  /** `MAX_JOB_SECONDS`: the same of jobs, at least `MAX_CLIP_SECONDS`; four hours by default. */
  readonly maxJobSeconds: number;
  /** `MAX_DECODED_SECONDS`: how far into a clip a part of it may lie, at least `MAX_CLIP_SECONDS`; 120 by default, which Base-Plus has the memory for. */
  readonly maxDecodedSeconds: number;
  /** `DEFAULT_MODEL`: the pack that answers requests which name none; empty, the default, means the one that was installed first. */
  readonly defaultModel: string;
  /**
   * `MEMORY_BUDGET_MB`: 10⁶ bytes of all that the ledger counts; 84 by default, which leaves 44 of Workers' 128 MB for
   * JavaScript. On Node, of one engine's heap, weights and buffers.
   */
  readonly memoryBudgetBytes: number;
  /** `MAX_SPEAKERS`: the speakers that one owner may enrol; 1000 by default. */
  readonly maxSpeakers: number;
  /** `MAX_QUEUE`: computations that may wait while one runs, 0 for none; 8 by default. */
  readonly maxQueue: number;
  /** `WINDOW_SECONDS`: longer clips are computed in overlapping windows of this length; 30 by default. */
  readonly windowSeconds: number;
  /** `RESULT_TTL`: seconds that results, and the clips of jobs at most, are kept; a day by default. */
  readonly resultTtlMs: number;
  /** `JOB_LEASE_SECONDS`: a consumer of a job that is silent for so long is taken for dead; 120 by default. */
  readonly jobLeaseMs: number;
  /** `JOB_RETRY_SECONDS`: before the second try of a job, twice that before the third …; 5 by default. */
  readonly jobRetrySeconds: number;
  /** `JOB_STALL_SECONDS`: a server that sends nothing of a job's clip for so long is given up; 60 by default. */
  readonly jobStallMs: number;
  /** `SKIP_WARM_UP`: `1` lets an isolate start without computing each kernel once, which its first clip then waits for; off by default. */
  readonly skipWarmUp: boolean;
  /** `REMEMBER_SECONDS`: keys, manifests and the default model are remembered for so long; 30 by default, 0 for not at all. */
  readonly rememberMs: number;
  /**
   * `SECRETS_KEY` and `SECRETS_KEY_BEFORE`, 32 bytes in base64: the first encrypts the secrets in the database, both decrypt.
   * None by default: secrets are stored as they are.
   */
  readonly secretKeys: readonly string[];
  /** `REGION`: the name of this deployment's region in answers and logs, such as `eu`; empty, the default, for none. */
  readonly region: string;
  /** `REGION_IN_LINKS`: `1` puts the region's name into links in webhooks, for a Worker in front of regions; off by default. */
  readonly regionOfLinks: string;
  /** `PUBLIC_ORIGIN`: the service's own address in webhooks; empty, the default, means the one that was asked. */
  readonly publicOrigin: string;
  /** `CORS_ORIGINS`: origins whose pages may use the service, divided by commas or spaces, or `*` for any; none by default. */
  readonly corsOrigins: readonly string[];
  /**
   * `ALLOW_PRIVATE_URLS`: `1` lets users name http URLs and hosts that are not on the public internet; off by default, and
   * on Workers always, but for `npm start`.
   */
  readonly allowPrivateUrls: boolean;
  /** `BUCKET_IN_PREFIX`: objects below it become jobs; `in/` by default. */
  readonly bucketInPrefix: string;
  /** `BUCKET_OUT_PREFIX`: where their results go; `out/` by default. */
  readonly bucketOutPrefix: string;
  /** `BUCKET_OPTIONS`: what is computed of them, written like the query of POST /v1/jobs; `pool=mean` by default. */
  readonly bucketOptions: JobOptions;
  /** `BUCKET_COMPARE_WITH`: for task=comparison, the key of the object that each is compared with; empty for other tasks. */
  readonly bucketCompareWith: string | null;
  /** `UNDERTONE_BACKEND`: `wasm`, `webgpu`, `native` or `cuda`, and no other; empty, the default, means the best that gives the right numbers. */
  readonly backend: BackendName | null;
  /** `OTEL_EXPORTER_OTLP_ENDPOINT` and what goes with it: see there; `null`, the default, traces nothing. */
  readonly traces: TraceSettings | null;
}

/** Bounds of what bodies hold where nobody says otherwise. */
export type BodyDefaults = Pick<Settings, "maxHeldBodyBytes" | "maxUnauthenticatedBodyBytes">;

/** For the 128 MB of an isolate. */
const WORKER_BODY_DEFAULTS: BodyDefaults = {
  maxHeldBodyBytes: 40 * 1024 * 1024,
  maxUnauthenticatedBodyBytes: 16 * 1024 * 1024,
};

/**
 * Reads settings from a runtime's variables; one that is unset or empty has its default.
 * @throws UndertoneError `internal` naming the variable and what it may hold.
 */
export function readSettings(
  variables: Readonly<Record<string, unknown>>,
  bodyDefaults: BodyDefaults = WORKER_BODY_DEFAULTS,
): Settings {
  const maxClipBytes = readNumber(variables, "MAX_CLIP_BYTES", 32 * 1024 * 1024, WHOLE);
  const maxClipSeconds = readNumber(variables, "MAX_CLIP_SECONDS", 30, POSITIVE);
  const region = readRegion(variables, "REGION");
  return {
    maxClipBytes,
    ...readBodySettings(variables, maxClipBytes, bodyDefaults),
    maxClipSeconds,
    maxJobSeconds: Math.max(
      maxClipSeconds,
      readNumber(variables, "MAX_JOB_SECONDS", 4 * 3600, POSITIVE),
    ),
    maxJobBytes: readNumber(variables, "MAX_JOB_BYTES", 2e9, WHOLE),
    maxDecodedSeconds: readNumber(variables, "MAX_DECODED_SECONDS", 300, POSITIVE),
    defaultModel: readPackId(variables, "DEFAULT_MODEL"),
    memoryBudgetBytes: readNumber(variables, "MEMORY_BUDGET_MB", 84, WHOLE) * 1e6,
    maxSpeakers: readNumber(variables, "MAX_SPEAKERS", 1000, WHOLE),
    maxQueue: readNumber(variables, "MAX_QUEUE", 8, WHOLE_OR_NONE),
    windowSeconds: readNumber(variables, "WINDOW_SECONDS", DEFAULT_WINDOW_SECONDS, POSITIVE),
    resultTtlMs: readNumber(variables, "RESULT_TTL", 86_400, WHOLE) * 1000,
    jobLeaseMs: readNumber(variables, "JOB_LEASE_SECONDS", 120, WHOLE) * 1000,
    jobRetrySeconds: readNumber(variables, "JOB_RETRY_SECONDS", 5, WHOLE_OR_NONE),
    jobStallMs: readNumber(variables, "JOB_STALL_SECONDS", 60, WHOLE) * 1000,
    skipWarmUp: readSwitch(variables, "SKIP_WARM_UP"),
    rememberMs: readNumber(variables, "REMEMBER_SECONDS", 30, WHOLE_OR_NONE) * 1000,
    secretKeys: ["SECRETS_KEY", "SECRETS_KEY_BEFORE"].flatMap((name) =>
      readSecretKey(variables, name),
    ),
    region,
    regionOfLinks: readSwitch(variables, "REGION_IN_LINKS") ? region : "",
    publicOrigin: readOrigin(variables, "PUBLIC_ORIGIN"),
    corsOrigins: readOrigins(variables, "CORS_ORIGINS"),
    allowPrivateUrls: readSwitch(variables, "ALLOW_PRIVATE_URLS"),
    ...readBucketSettings(variables),
    backend: readBackend(variables, "UNDERTONE_BACKEND"),
    traces: readTraceSettings(variables),
  };
}

function readPackId(variables: Readonly<Record<string, unknown>>, name: string): string {
  const text = readText(variables, name);
  if (text !== "" && !isPackId(text)) {
    throw malformed(name, "the id of a pack, such as synthetic-base-plus-q8", text);
  }
  return text;
}

function readRegion(variables: Readonly<Record<string, unknown>>, name: string): string {
  const text = readText(variables, name);
  if (/^([a-z0-9][a-z0-9-]{0,31})?$/.test(text)) return text;
  throw malformed(name, "at most 32 of a to z, 0 to 9 and -, such as eu-west", text);
}

/** No message contains its value, not even that of a wrong one. */
function readSecretKey(variables: Readonly<Record<string, unknown>>, name: string): string[] {
  const text = readText(variables, name);
  if (text === "") return [];
  if (isSecretKey(text)) return [text];
  throw new UndertoneError(
    "internal",
    `The variable ${name} must be 32 bytes in base64, as 'openssl rand -base64 32' prints them: correct it and start again.`,
  );
}

/** A bound that the largest body does not fit within would refuse it for ever. */
function readBodySettings(
  variables: Readonly<Record<string, unknown>>,
  maxClipBytes: number,
  defaults: BodyDefaults,
) {
  const read = (name: string, defaultBytes: number, largestBody: number) => {
    const leastBytes = largestBody + BODY_OVERHEAD_BYTES;
    return readNumber(variables, name, Math.max(defaultBytes, leastBytes), {
      wants: `a whole number of bytes, at least ${leastBytes}`,
      accepts: (value) => Number.isSafeInteger(value) && value >= leastBytes,
    });
  };
  const hookBytes = Math.min(maxClipBytes, MAX_HOOK_BYTES);
  return {
    maxHeldBodyBytes: read("MAX_HELD_BODY_BYTES", defaults.maxHeldBodyBytes, maxClipBytes),
    maxUnauthenticatedBodyBytes: read(
      "MAX_UNAUTHENTICATED_BODY_BYTES",
      defaults.maxUnauthenticatedBodyBytes,
      hookBytes,
    ),
    minBodyBytesPerSecond: readNumber(variables, "MIN_BODY_BYTES_PER_SECOND", 50, WHOLE_OR_NONE),
    bodyRateSeconds: readNumber(variables, "BODY_RATE_SECONDS", 30, WHOLE),
  };
}

function readBucketSettings(variables: Readonly<Record<string, unknown>>) {
  const bucketInPrefix = readText(variables, "BUCKET_IN_PREFIX") || "in/";
  const bucketOutPrefix = readText(variables, "BUCKET_OUT_PREFIX") || "out/";
  if (bucketOutPrefix.startsWith(bucketInPrefix)) {
    throw malformed(
      "BUCKET_OUT_PREFIX",
      `outside BUCKET_IN_PREFIX (${bucketInPrefix}), lest results are taken for clips`,
      bucketOutPrefix,
    );
  }
  const options = new URLSearchParams(readText(variables, "BUCKET_OPTIONS") || "pool=mean");
  const bucketOptions: JobOptions = Object.fromEntries(options);
  requireJobOptions("BUCKET_OPTIONS", bucketOptions);
  const bucketCompareWith = readCompareWith(variables, taskOf(bucketOptions).isOfPairs);
  return { bucketInPrefix, bucketOutPrefix, bucketOptions, bucketCompareWith };
}

/** Objects would fail one by one for what can be said now. */
function requireJobOptions(name: string, options: JobOptions): void {
  try {
    taskOf(options).read(options);
  } catch (cause) {
    if (!(cause instanceof UndertoneError)) throw cause;
    throw new UndertoneError("internal", `${name}: ${cause.message}`, {}, { cause });
  }
}

function readCompareWith(
  variables: Readonly<Record<string, unknown>>,
  isCompared: boolean,
): string | null {
  const text = readText(variables, "BUCKET_COMPARE_WITH");
  if (isCompared === (text !== "")) return text || null;
  const wants = isCompared
    ? "the key of the object that each new one is compared with, since BUCKET_OPTIONS has task=comparison"
    : "empty, since BUCKET_OPTIONS has not task=comparison";
  throw malformed("BUCKET_COMPARE_WITH", wants, text);
}

function readBackend(
  variables: Readonly<Record<string, unknown>>,
  name: string,
): BackendName | null {
  const text = readText(variables, name);
  if (text === "") return null;
  const found = BACKENDS.find((backend) => backend === text);
  if (found === undefined) throw malformed(name, BACKENDS.join(" or "), text);
  return found;
}
