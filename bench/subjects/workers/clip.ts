/** A Worker that makes 16 kHz samples of a posted clip, and tells what its decoders' WASM took. */
import { WHOLE_CLIP } from "../../../src/audio/clip.ts";
import { workerdCodecs } from "../../../src/audio/codecs/wasm/workerd.ts";
import { prepareClip } from "../../../src/audio/prepare.ts";
import { watchWasmMemory } from "../../../support/wasm-memory.ts";

const limits = { maxClipSeconds: 3_600, maxDecodedSeconds: 3_600 };
const wasmMemory = watchWasmMemory();

export default {
  async fetch(request: Request): Promise<Response> {
    const heldBefore = wasmMemory.heldBytes();
    wasmMemory.takeMadeBytes();
    const pieces = request.body as unknown as AsyncIterable<Uint8Array>;
    const options = { selection: WHOLE_CLIP, limits, codecs: workerdCodecs() };
    const { samples } = await prepareClip(pieces, options);
    return Response.json({
      samples: samples.length,
      wasmBytes: wasmMemory.takeMadeBytes(),
      heldBefore,
    });
  },
};
