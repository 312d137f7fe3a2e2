/** Settings of the model hub and its cache, from the environment variables of Hugging Face's tools. */
import { homedir } from "node:os";
import { join } from "node:path";
import { UndertoneError } from "../../errors.ts";

/** Settings of requests to the hub. */
export interface HubSettings {
  /** Without a slash at its end. */
  readonly endpoint: string;
  /** Sent to the endpoint alone, and to nobody that it redirects to. */
  readonly token: string | null;
  readonly cacheDirectory: string;
  /** Nothing is asked of the hub; what the cache holds is all there is. */
  readonly isOffline: boolean;
  /** Timeout until an answer begins. */
  readonly answerTimeoutMs: number;
  /** Longest pause of a download. */
  readonly stallTimeoutMs: number;
  /** Requests made in all before one that fails in passing is given up. */
  readonly attempts: number;
  /** Between the first two; doubled each time. */
  readonly firstPauseMs: number;
}

const PUBLIC_HUB = "https://huggingface.co";
const TRUE = new Set(["1", "ON", "YES", "TRUE"]);

/**
 * Reads `HF_ENDPOINT`, `HF_TOKEN`, `HF_HUB_CACHE`, `HF_HOME`, `HF_HUB_OFFLINE`, `HF_HUB_ETAG_TIMEOUT` and
 * `HF_HUB_DOWNLOAD_TIMEOUT`, with their defaults.
 * @throws UndertoneError `invalid-option` naming a variable that makes no sense.
 * @see https://huggingface.co/docs/huggingface_hub/package_reference/environment_variables
 */
export function readHubSettings(env: NodeJS.ProcessEnv = process.env): HubSettings {
  return {
    endpoint: readEndpoint(env.HF_ENDPOINT || PUBLIC_HUB),
    token: readToken(env.HF_TOKEN),
    cacheDirectory: cacheDirectory(env),
    isOffline: TRUE.has((env.HF_HUB_OFFLINE ?? "").toUpperCase()),
    answerTimeoutMs: readSeconds("HF_HUB_ETAG_TIMEOUT", env.HF_HUB_ETAG_TIMEOUT) * 1000,
    stallTimeoutMs: readSeconds("HF_HUB_DOWNLOAD_TIMEOUT", env.HF_HUB_DOWNLOAD_TIMEOUT) * 1000,
    attempts: 3,
    firstPauseMs: 500,
  };
}

function readEndpoint(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  const isPlain = url !== null && url.username === "" && url.search === "" && url.hash === "";
  if (isPlain && /^https?:$/.test(url.protocol)) return url.href.replace(/\/+$/, "");
  throw new UndertoneError(
    "invalid-option",
    "HF_ENDPOINT must be the http or https address of a hub, without user, query or fragment.",
    { option: "HF_ENDPOINT" },
  );
}

/** The error must not repeat the value: it is a secret. */
function readToken(text = ""): string | null {
  const token = text.trim();
  if (/^[\x21-\x7e]*$/.test(token)) return token || null;
  throw new UndertoneError("invalid-option", "HF_TOKEN contains invalid characters.", {
    option: "HF_TOKEN",
  });
}

function cacheDirectory(env: NodeJS.ProcessEnv): string {
  const home = env.HOME || homedir();
  const expand = (path: string) => path.replace(/^~(?=\/|$)/, home);
  const cache = env.XDG_CACHE_HOME || join(home, ".cache");
  const hubHome = env.HF_HOME || join(cache, "huggingface");
  return expand(env.HF_HUB_CACHE || join(hubHome, "hub"));
}

function readSeconds(name: string, text = "10"): number {
  const seconds = Number(text);
  if (seconds > 0 && seconds <= 3600) return seconds;
  throw new UndertoneError("invalid-option", `${name} must be a number of seconds up to 3600.`, {
    option: name,
  });
}
