/** What a service has, so that requests can name it: `{{job}}` in a request stands for the id of a job that exists. */
import { createHmac } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { FuzzedRequest } from "./send.ts";

const CLIP = join(import.meta.dirname, "../../fixtures/clips/amr/amr-nb-4k75.amr");
/** Nothing listens there. */
const CALLBACK_URL = "http://127.0.0.1:1/";
/** Answers and ends of jobs are waited for as long; jobs of requests before may stand in front of them. */
const PATIENCE_MS = 30_000;
const POLL_MS = 50;

/** Who may ask the service, and how calls of its hook are signed. */
export interface Access {
  /** Keys by the name that requests have for them, `key` among them: it has all scopes. */
  readonly keys: Readonly<Record<string, string>>;
  readonly hookSecret: string;
  /** Whether webhooks may go to this machine. */
  readonly takesCallbacks: boolean;
}

/** Of an open service, which asks nobody for a key. */
export const OPEN_ACCESS: Access = {
  keys: { key: "ut_none", features_key: "ut_none", jobs_key: "ut_none" },
  hookSecret: "",
  takesCallbacks: false,
};

/** What requests can name: values by name. */
export type Existing = Readonly<Record<string, string>>;

export const KEY_NAMES = Object.keys(OPEN_ACCESS.keys);
/** A header's value that is computed of the body. */
export const SIGNATURE_NAME = "signature";

/**
 * Makes a job that is done, one that has failed, a batch and a webhook, and finds a model and a file of it.
 * @throws Error if the service does not let it
 */
export async function makeExisting(url: string, access: Access): Promise<Existing> {
  const ask = asker(url, access);
  if (access.takesCallbacks) await ask("POST", "/v1/webhook-secrets");
  const callback = access.takesCallbacks ? `&callback_url=${encodeURIComponent(CALLBACK_URL)}` : "";
  const clip = new Uint8Array(await readFile(CLIP));
  const { id: job } = await ask("POST", `/v1/jobs?pool=mean${callback}`, clip);
  const { id: failedJob } = await ask("POST", "/v1/jobs", "no sound");
  const line = JSON.stringify({ url: "https://127.0.0.1/", id: "line" });
  const { id: batch } = await ask("POST", `/v1/batches?pool=mean${callback}`, `${line}\n`);
  await Promise.all([job, failedJob].map((id) => endOfJob(ask, id)));
  const { deliveries } = await ask("GET", `/v1/jobs/${job}/deliveries`);
  const { models } = await ask("GET", "/v1/models");
  const model = models[0].id;
  const { segments } = await ask("GET", `/v1/packs/${model}/manifest.json`);
  const blob = `${segments[0].sha256}.weights`;
  const delivery = deliveries[0]?.id ?? "none";
  return { ...access.keys, job, failed_job: failedJob, batch, delivery, model, blob };
}

type Ask = ReturnType<typeof asker>;

/** Asks for JSON with the key of all scopes, again while the queue is full of what requests before have left. */
function asker(url: string, { keys }: Access) {
  return async (method: string, path: string, body?: Uint8Array<ArrayBuffer> | string) => {
    const headers = { Authorization: `Bearer ${keys.key}`, "Content-Type": "application/jsonl" };
    const endMs = performance.now() + PATIENCE_MS;
    for (;;) {
      const response = await fetch(url + path, { method, headers, body: body ?? null });
      const answer = await response.json();
      if (response.ok) return answer;
      if (response.status !== 503 || performance.now() > endMs) {
        throw new Error(`${method} ${path}: ${JSON.stringify(answer)}`);
      }
      await pause(POLL_MS);
    }
  };
}

/** Waits for it, but not for ever: an id of a job that is queued is one, too. */
async function endOfJob(ask: Ask, id: string): Promise<void> {
  const endMs = performance.now() + PATIENCE_MS;
  while (performance.now() < endMs) {
    const { status } = await ask("GET", `/v1/jobs/${id}`);
    if (status !== "queued" && status !== "running") return;
    await pause(POLL_MS);
  }
}

/** Puts what exists in the place of its names, in the path and in headers. */
export function filled(given: FuzzedRequest, existing: Existing, secret: string): FuzzedRequest {
  const signature = () => {
    const hmac = createHmac("sha256", secret);
    for (const piece of given.pieces ?? []) hmac.update(piece);
    return `sha256=${hmac.digest("hex")}`;
  };
  const fill = (text: string) =>
    text.replace(/\{\{(\w+)\}\}/g, (whole, name) =>
      name === SIGNATURE_NAME ? signature() : (existing[name] ?? whole),
    );
  const headers = Object.entries(given.headers).map(([name, value]) => [name, fill(value)]);
  return { ...given, path: fill(given.path), headers: Object.fromEntries(headers) };
}
