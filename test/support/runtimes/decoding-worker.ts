/** A Worker that decodes a posted clip with the codecs it was bundled with, so that a test sees every sample of it. */

import { createDecodeBudget } from "../../../src/audio/budget/budget.ts";
import { byteSource } from "../../../src/audio/bytes/source.ts";
import { workerdCodecs } from "../../../src/audio/codecs/wasm/workerd.ts";
import { decodeClip } from "../../../src/audio/decode.ts";
import type { ClipDescription, DecoderFinding } from "../../../src/audio/decoder.ts";
import { watchWasmMemory } from "../../../support/wasm-memory.ts";

const wasmMemory = watchWasmMemory();

export default {
  /** Answers with the channels of each part one after the other, float32, little-endian; what else is known of it is in a header. */
  async fetch(request: Request): Promise<Response> {
    const parts: { description: ClipDescription; blocks: (readonly Float32Array[])[] }[] = [];
    let damaged = false;
    const noticed: DecoderFinding[] = [];
    const budget = createDecodeBudget();
    const context = {
      codecs: workerdCodecs(),
      budget,
      describe(description: ClipDescription) {
        parts.push({ description, blocks: [] });
      },
      damaged() {
        damaged = true;
      },
      notice(finding: DecoderFinding) {
        noticed.push(finding);
      },
    };
    wasmMemory.takeMadeBytes();
    const body = request.body as unknown as AsyncIterable<Uint8Array>;
    for await (const { channels } of decodeClip(byteSource(body, budget), context)) {
      parts.at(-1)?.blocks.push(channels);
    }
    const samples = parts.flatMap(({ description, blocks }) =>
      Array.from({ length: description.channels }, (_, channel) =>
        blocks.map((block) => block[channel] as Float32Array<ArrayBuffer>),
      ),
    );
    const described = parts.map(({ description, blocks }) => ({
      description,
      frames: blocks.reduce((sum, [first]) => sum + (first?.length ?? 0), 0),
    }));
    const wasm = { tookBytes: wasmMemory.takeMadeBytes(), heldBytes: wasmMemory.heldBytes() };
    return new Response(new Blob(samples.flat()), {
      headers: { "X-Decoded": JSON.stringify({ parts: described, damaged, noticed, wasm }) },
    });
  },
};
