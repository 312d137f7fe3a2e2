/** Decodes clips in real workerd. */
import { join } from "node:path";
import { createTestHarness } from "wrangler";
import type { ClipDescription } from "../../../src/audio/decoder.ts";
import type { Decoded, DecodedPart } from "../../../support/decoding/decode-all.ts";

/** All that a clip was decoded to, and the WASM memory that its decoder took and that all decoders so far still hold. */
export interface DecodedInWorkerd extends Decoded {
  readonly wasm: { readonly tookBytes: number; readonly heldBytes: number };
}

/** A Worker that decodes. */
export interface DecodingWorker {
  /** Sends a clip over HTTP. */
  decode(clip: Uint8Array<ArrayBuffer>): Promise<DecodedInWorkerd>;
  stop(): Promise<void>;
}

/** Boots it from this repository, or from a copy of it. */
export async function bootDecoding(
  repository = join(import.meta.dirname, "../../.."),
): Promise<DecodingWorker> {
  // wrangler would ask Cloudflare for the values of Request.cf, which nothing here reads.
  process.env.CLOUDFLARE_CF_FETCH_ENABLED = "false";
  process.env.WRANGLER_SEND_METRICS = "false";
  const config = {
    name: "decoding",
    main: join(repository, "test/support/runtimes/decoding-worker.ts"),
    compatibility_date: "2026-11-01",
  };
  const harness = createTestHarness({ workers: [{ config }] });
  const { url } = await harness.listen();
  return {
    async decode(clip) {
      const response = await fetch(url, { method: "POST", body: clip });
      if (!response.ok) throw new Error(await response.text());
      const { parts, damaged, noticed, wasm } = JSON.parse(
        response.headers.get("X-Decoded") ?? "{}",
      );
      const samples = new Float32Array(await response.arrayBuffer());
      const [first, ...further] = splitParts(parts, samples);
      return { ...(first as DecodedPart), further, damaged, noticed, wasm };
    },
    stop: () => harness.close(),
  };
}

/** Channels lie one after the other, those of each part behind those of the part before. */
function splitParts(
  parts: readonly { readonly description: ClipDescription; readonly frames: number }[],
  samples: Float32Array,
): DecodedPart[] {
  let taken = 0;
  return parts.map(({ description, frames }) => ({
    description,
    channels: Array.from({ length: description.channels }, () => {
      taken += frames;
      return samples.subarray(taken - frames, taken);
    }),
  }));
}
