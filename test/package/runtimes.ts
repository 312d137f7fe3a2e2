/** The installed package in Deno and Bun, where they are on the PATH. */
import { spawnSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { createWebhookSecret, signatureHeaders } from "../../src/webhooks/signature.ts";
import type { Project } from "./installed.ts";

const SCRIPT = `
import { verifyWebhook, WebhookVerificationError } from "undertone";
import { createClient, openClip } from "undertone/node";
const [url, path, secret, delivery] = process.argv.slice(2);
const client = createClient({ baseUrl: url });
const { text } = await client.transcribe(await openClip(path));
const { layers } = await client.features(await openClip(path), { pool: "mean" });
const job = await client.jobs.submit(await openClip(path), { task: "transcription" });
const result = await client.jobs.result(job);
const { slug } = await client.features(new Uint8Array(9)).catch((error) => error);
const { headers, body } = JSON.parse(delivery);
const event = verifyWebhook(secret, { headers: new Headers(headers), body });
const forged = () => verifyWebhook(secret, { headers: new Headers(headers), body: body + " " });
let isForgeryRefused = false;
try { forged(); } catch (error) { isForgeryRefused = error instanceof WebhookVerificationError; }
console.log(JSON.stringify({
  text,
  sizes: layers.map(({ data }) => data instanceof Float32Array && data.length),
  waitedFor: result.text,
  slug,
  event: event.type,
  isForgeryRefused,
}));
`;

/** How each runs a module that may use the network and read files. */
const RUNTIMES = [
  {
    name: "Deno",
    program: "deno",
    run: ["run", "--no-prompt", "--allow-net", "--allow-read", "--allow-env"],
  },
  { name: "Bun", program: "bun", run: ["run"] },
];

/** What the client is asked for, of a service and a clip in which `text` is said. */
export interface Service {
  readonly project: Project;
  readonly url: string;
  readonly clip: string;
  readonly text: string;
}

/** Features, a transcription, a job, a refusal and a webhook, in one run of a program. */
export function describeOtherRuntimes(serviceOf: () => Service): void {
  describe.each(RUNTIMES)("on $name", ({ name, program, run }) => {
    const isMissing = spawnSync(program, ["--version"]).error !== undefined;
    const missing = isMissing ? `: skipped, for no ${program} is on the PATH` : "";
    // CI installs both.
    const isSkipped = isMissing && process.env.CI !== "true";
    test.skipIf(isSkipped)(`the typed client does what is asked of it${missing}`, async () => {
      const { project, url, clip, text } = serviceOf();
      const script = await project.write(`${program}.js`, SCRIPT);
      const secret = createWebhookSecret();
      const delivery = JSON.stringify(signedEvent(secret));
      const output = await project.run(program, ...run, script, url, clip, secret, delivery);
      expect(JSON.parse(output), name).toEqual({
        text,
        sizes: [128],
        waitedFor: text,
        slug: "not-audio",
        event: "job.done",
        isForgeryRefused: true,
      });
    });
  });
}

function signedEvent(secret: string): { readonly headers: object; readonly body: string } {
  const body = JSON.stringify({ type: "job.done", timestamp: new Date().toISOString(), data: {} });
  const timestampSeconds = Math.floor(Date.now() / 1000);
  return { headers: signatureHeaders({ id: "msg_1", timestampSeconds, body }, [secret]), body };
}
