/** Settings of the Node server beside those that every runtime has. */
import { UndertoneError } from "../../errors.ts";
import { homeOf, TOKEN } from "../../keys/token.ts";
import { isLoopback } from "../loopback.ts";
import { type BodyDefaults, readSettings, type Settings } from "../settings.ts";
import {
  malformed,
  type NumberRule,
  readNumber,
  readSwitch,
  readText,
  WHOLE,
} from "../variables.ts";
import { type NamedModel, readModel } from "./named-model.ts";

const CORES_PER_DECODER = 8;

/** Settings of a Node server; the variable that sets each stands with it. */
export interface NodeSettings extends Settings {
  /** `HOST`: the address to listen on; 127.0.0.1 by default, so that only this machine reaches the service. */
  readonly host: string;
  /** `PORT`: 8787 by default; 0 for any that is free. */
  readonly port: number;
  /** `PACKS`: the directory that `undertone pack install --directory` fills; `packs/installed` by default. */
  readonly packsDirectory: string;
  /** `DATA`: the directory of the database and of what jobs leave behind; `data` by default. */
  readonly dataDirectory: string;
  /**
   * `UNDERTONE_OPEN`: `1` for a service that asks for no key, which only a loopback `HOST` may have; with any `HOST` by
   * `to-whoever-reaches-the-port`. Off by default.
   */
  readonly isOpen: boolean;
  /** `API_KEY`: a key with all scopes that the operator has chosen, such as `ut_<12 hex digits>_<43 letters>`; null for none. */
  readonly apiKey: string | null;
  /** `MODEL_ID`: the model that the server installs if it is missing, and its default; null for none. */
  readonly model: NamedModel | null;
  /** `METRICS_OPEN`: `1` lets anybody who reaches the server read /metrics without a key; off by default. */
  readonly metricsOpen: boolean;
  /** `MAX_CONNECTIONS`: connections at once, of which one address may have half; 1024 by default. */
  readonly maxConnections: number;
  /**
   * `CLIENT_ADDRESS_HEADER`: the header in which a proxy in front names its client, such as X-Forwarded-For; its last
   * address counts. Empty, the default, means that clients connect themselves: others could write the header as they like.
   */
  readonly clientAddressHeader: string;
  /** `UNDERTONE_WORKERS`: clips computed at once, each with its share of the processors and a heap of its own; 1 by default. */
  readonly workers: number;
  /** `DRAIN_SECONDS`: after so long an ending server closes its connections and gives its jobs back; 25 by default. */
  readonly drainMs: number;
}

/** `MEMORY_BUDGET_MB` of each engine where nobody says otherwise: no isolate's 128 MB bound a process. */
const MEMORY_BUDGET_MB = 2000;

/** The same for the bodies that are held. */
const BODY_DEFAULTS: BodyDefaults = {
  maxHeldBodyBytes: 256 * 1024 * 1024,
  maxUnauthenticatedBodyBytes: 64 * 1024 * 1024,
};

/** Kubernetes kills a process 30 s after it was told to end. */
const DRAIN_SECONDS = 25;

/** The value of `UNDERTONE_OPEN` for a container, whose loopback address nobody else reaches: it names the risk. */
const OPEN_TO_ALL = "to-whoever-reaches-the-port";

const PORT_NUMBER: NumberRule = {
  wants: "a port number from 0 to 65535",
  accepts: (value) => Number.isInteger(value) && value >= 0 && value <= 65_535,
};

/**
 * Reads a Node server's settings.
 * @throws UndertoneError `internal` naming the variable and what it may hold.
 */
export function readNodeSettings(variables: Readonly<Record<string, unknown>>): NodeSettings {
  const host = readText(variables, "HOST") || "127.0.0.1";
  const memory = readText(variables, "MEMORY_BUDGET_MB") || MEMORY_BUDGET_MB;
  const model = readModel(variables);
  const shared = readSettings({ ...variables, MEMORY_BUDGET_MB: memory }, BODY_DEFAULTS);
  return {
    ...shared,
    defaultModel: shared.defaultModel || (model?.packId ?? ""),
    host,
    port: readNumber(variables, "PORT", 8787, PORT_NUMBER),
    packsDirectory: readText(variables, "PACKS") || "packs/installed",
    dataDirectory: readText(variables, "DATA") || "data",
    isOpen: readOpen(variables, host),
    apiKey: readApiKey(variables),
    model,
    metricsOpen: readSwitch(variables, "METRICS_OPEN"),
    maxConnections: readNumber(variables, "MAX_CONNECTIONS", 1024, WHOLE),
    clientAddressHeader: readHeaderName(variables, "CLIENT_ADDRESS_HEADER"),
    workers: readNumber(variables, "UNDERTONE_WORKERS", 1, WHOLE),
    drainMs: readNumber(variables, "DRAIN_SECONDS", DRAIN_SECONDS, WHOLE) * 1000,
  };
}

function readHeaderName(variables: Readonly<Record<string, unknown>>, name: string): string {
  const text = readText(variables, name);
  if (/^[\w-]*$/.test(text)) return text;
  throw malformed(name, "the name of a header, such as X-Forwarded-For", text);
}

/** The error must not repeat the value: it is a secret. */
function readApiKey(variables: Readonly<Record<string, unknown>>): string | null {
  const text = readText(variables, "API_KEY");
  if (text === "") return null;
  if (TOKEN.test(text) && homeOf(text) === null) return text;
  throw new UndertoneError(
    "internal",
    "The variable API_KEY must be ut_, 12 hexadecimal digits, _ and 43 characters of base64url, as 'undertone key create' makes them: correct it and start again.",
  );
}

/** Whoever reaches an open service may use it: it has to be one that only this machine reaches, unless that is wanted. */
function readOpen(variables: Readonly<Record<string, unknown>>, host: string): boolean {
  if (readText(variables, "UNDERTONE_OPEN") === OPEN_TO_ALL) return true;
  const isOpen = readSwitch(variables, "UNDERTONE_OPEN");
  if (isOpen && !isLoopback(host)) {
    const wants = `0 where HOST is ${host}: an open service may only listen on a loopback address, such as 127.0.0.1, or be open "${OPEN_TO_ALL}"`;
    throw malformed("UNDERTONE_OPEN", wants, "1");
  }
  return isOpen;
}

/** The number of engines and of threads in each: never more threads than processors. */
export function shareCores(
  cores: number,
  workers: number,
): { readonly engines: number; readonly threads: number } {
  const engines = Math.min(workers, cores);
  return { engines, threads: Math.floor(cores / engines) };
}

/**
 * How many threads decode, beside those of the engines: what a clip takes to be decoded is a few per cent of what it takes to be
 * computed.
 */
export function decodersFor(cores: number): number {
  return Math.max(1, Math.floor(cores / CORES_PER_DECODER));
}
