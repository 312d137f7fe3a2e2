/** Undertone's way from a clip to samples alone, in workerd, over HTTP. */
import { join } from "node:path";
import { createTestHarness } from "wrangler";

/** Result of a clip. */
export interface PreparedInWorkerd {
  /** At 16 kHz. */
  readonly samples: number;
  /** WASM memory that the clip's decoder took. */
  readonly wasmBytes: number;
  /** WASM memory of decoders before it that was not collected yet. */
  readonly heldBefore: number;
}

/** A running Worker. */
export interface ClipWorker {
  prepare(clip: Uint8Array<ArrayBuffer>): Promise<PreparedInWorkerd>;
  stop(): Promise<void>;
}

export async function startClipWorker(): Promise<ClipWorker> {
  // wrangler would ask Cloudflare for the values of Request.cf, which nothing here reads.
  process.env.CLOUDFLARE_CF_FETCH_ENABLED = "false";
  process.env.WRANGLER_SEND_METRICS = "false";
  const config = {
    name: "clips",
    main: join(import.meta.dirname, "workers/clip.ts"),
    compatibility_date: "2026-11-01",
  };
  const harness = createTestHarness({ workers: [{ config }] });
  const { url } = await harness.listen();
  return {
    async prepare(clip) {
      const response = await fetch(url, { method: "POST", body: clip });
      const answer = await response.text();
      if (!response.ok) throw new Error(`the Worker answered ${answer}`);
      return JSON.parse(answer);
    },
    stop: () => harness.close(),
  };
}
