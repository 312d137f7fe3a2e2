/** A Worker that decodes a posted clip with the codecs it was bundled with, so that a test sees every sample of it. */
import { byteSource } from "../../src/audio/byte-source.ts";
import { workerdCodecs } from "../../src/audio/codecs/modules-workerd.ts";
import { decodeClip } from "../../src/audio/decode.ts";
import type { ClipDescription, DecoderFinding } from "../../src/audio/decoder.ts";
import { watchWasmMemory } from "../wasm-memory.ts";

const wasmMemory = watchWasmMemory();

export default {
  /** Answers with the channels one after the other, float32, little-endian; what else is known of it is in a header. */
  async fetch(request: Request): Promise<Response> {
    let description: ClipDescription | undefined;
    let damaged = false;
    const noticed: DecoderFinding[] = [];
    const context = {
      codecs: workerdCodecs(),
      describe(given: ClipDescription) {
        description = given;
      },
      damaged() {
        damaged = true;
      },
      notice(finding: DecoderFinding) {
        noticed.push(finding);
      },
    };
    wasmMemory.takeMadeBytes();
    const blocks: (readonly Float32Array[])[] = [];
    const body = request.body as unknown as AsyncIterable<Uint8Array>;
    for await (const { channels } of decodeClip(byteSource(body), context)) blocks.push(channels);
    const channelCount = description?.channels ?? 0;
    const samples = Array.from({ length: channelCount }, (_, channel) =>
      blocks.map((block) => block[channel] as Float32Array<ArrayBuffer>),
    );
    const wasm = { tookBytes: wasmMemory.takeMadeBytes(), heldBytes: wasmMemory.heldBytes() };
    return new Response(new Blob(samples.flat()), {
      headers: { "X-Decoded": JSON.stringify({ description, damaged, noticed, wasm }) },
    });
  },
};
