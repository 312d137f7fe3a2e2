/** `undertone/browser` in a real page, which computes with WASM. */
import type { Page } from "playwright-core";
import type { UndertoneError } from "../../src/browser/index.ts";
import { audioMetadata } from "../../src/formats/metadata.ts";
import { memoryStore } from "../../src/store/memory.ts";
import { MISSING_CHROMIUM } from "../support/browser/chromium.ts";
import { openEnginePage } from "../support/browser/engine-page.ts";
import { type DoorEntry, type Outcome, oneByOne } from "./door.ts";
import { installDoorPack } from "./pack.ts";

export const BROWSER: DoorEntry = {
  name: "the browser module",
  missing: MISSING_CHROMIUM,
  async open() {
    const packs = memoryStore();
    await installDoorPack(packs, ["doors"]);
    const { page, close } = await openEnginePage(packs, {
      isolated: true,
      backend: "wasm",
      model: "doors",
    });
    return oneByOne(async (clip) => computeIn(page, await clip.bytes()), close);
  },
};

/** Bytes travel as base64 both ways. */
async function computeIn(page: Page, bytes: Uint8Array): Promise<Outcome> {
  const { refusal, computed } = await page.evaluate(async (base64) => {
    try {
      const clip = Uint8Array.fromBase64(base64);
      const { audio, frames, tensors } = await globalThis.engine.compute({ clip });
      const numbers = tensors.map(({ data }) => new Uint8Array(data.buffer).toBase64()).join();
      return { computed: { audio, frames, numbers } };
    } catch (error) {
      const { slug, message } = error as UndertoneError;
      return { refusal: { slug, detail: message } };
    }
  }, Buffer.from(bytes).toString("base64"));
  return refusal ?? { ...computed, audio: audioMetadata(computed.audio) };
}
