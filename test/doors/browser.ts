/** `undertone/browser` in a real page, which computes with WASM. */
import type { Page } from "playwright-core";
import type { UndertoneError } from "../../src/browser/index.ts";
import { audioMetadata } from "../../src/http/formats/metadata.ts";
import { memoryStore } from "../../src/store/memory.ts";
import { MISSING_CHROMIUM, startChromium } from "../browser/chromium.ts";
import { startSite } from "../browser/site-server.ts";
import { type DoorEntry, type Outcome, oneByOne } from "./door.ts";
import { installDoorPack } from "./pack.ts";

export const BROWSER: DoorEntry = {
  name: "the browser module",
  // Its decoder is under the GPL: docs/licences.md.
  lacksCodecs: ["aac"],
  missing: MISSING_CHROMIUM,
  async open() {
    const packs = memoryStore();
    await installDoorPack(packs, ["doors"]);
    const site = await startSite(packs, { isolated: true });
    const browser = await startChromium({ webgpu: false });
    const page = await browser.newPage();
    await page.goto(site.url);
    const options = JSON.stringify({ service: site.url, backend: "wasm", model: "doors" });
    await page.addScriptTag({
      type: "module",
      content: `import { openEngine } from "./engine/index.js"; globalThis.engine = openEngine(${options});`,
    });
    await page.waitForFunction(() => "engine" in globalThis);
    return oneByOne(
      async (clip) => computeIn(page, await clip.bytes()),
      async () => {
        await browser.close();
        await site.close();
      },
    );
  },
};

/** Bytes travel as base64 both ways. */
async function computeIn(page: Page, bytes: Uint8Array): Promise<Outcome> {
  const { refusal, computed } = await page.evaluate(async (base64) => {
    const request = { clip: Uint8Array.fromBase64(base64), layers: "last", pool: "none" } as const;
    try {
      const { audio, frames, tensors } = await globalThis.engine.compute(request);
      const numbers = tensors.map(({ data }) => new Uint8Array(data.buffer).toBase64()).join();
      return { computed: { audio, frames, numbers } };
    } catch (error) {
      const { slug, message } = error as UndertoneError;
      return { refusal: { slug, detail: message } };
    }
  }, Buffer.from(bytes).toString("base64"));
  return refusal ?? { ...computed, audio: audioMetadata(computed.audio) };
}
