import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { memoryStore } from "../../src/store/memory.ts";
import { makeWav } from "../audio/make-wav.ts";
import { goldenSamples } from "../golden.ts";
import { installGolden } from "../tiny-pack.ts";
import { MISSING_CHROMIUM, startChromium } from "./chromium.ts";
import { type SiteServer, startSite } from "./site-server.ts";

/** What the page computed of a dropped file, as its own script reports it. */
interface Shown {
  readonly shape: readonly number[];
  readonly data: readonly number[];
  readonly backend: string;
}

const TIMEOUT_MS = 240_000;

const isSkipped = MISSING_CHROMIUM !== null && process.env.CI !== "true";

/** Drops a file on the page as a user does, and waits for its features. */
async function dropFile(page: Page, clip: Uint8Array): Promise<Shown> {
  const base64 = Buffer.from(clip).toString("base64");
  return page.evaluate(async (text) => {
    const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File([bytes], "clip.wav"));
    const shown = new Promise<Shown>((resolve, reject) => {
      document.addEventListener("features", (event) => {
        const { shape, data, backend } = (event as CustomEvent).detail;
        resolve({ shape, data: Array.from(data as Float32Array), backend });
      });
      const status = document.getElementById("status") as HTMLElement;
      new MutationObserver(() => {
        const said = status.textContent ?? "";
        if (said !== "" && !said.startsWith("Computing")) reject(new Error(said));
      }).observe(status, { childList: true });
    });
    document.getElementById("drop")?.dispatchEvent(new DragEvent("drop", { dataTransfer }));
    return shown;
  }, base64);
}

/** What the server gives for the same clip. */
async function fromServer(url: string, clip: Uint8Array<ArrayBuffer>, model: string) {
  const query = `?format=json&model=${model}`;
  const response = await fetch(`${url}v1/features${query}`, { method: "POST", body: clip });
  const { layers } = await response.json();
  return (layers[0].data as number[][]).flat();
}

function largestRelativeDifference(actual: readonly number[], expected: readonly number[]): number {
  if (actual.length !== expected.length) return Number.POSITIVE_INFINITY;
  const largest = Math.max(...expected.map(Math.abs));
  return Math.max(...expected.map((value, at) => Math.abs(value - actual[at]))) / largest;
}

describe.each([
  {
    place: "WASM, isolated",
    isolated: true,
    backend: "wasm",
    model: "tiny-group-fp32",
    bound: 1e-4,
  },
  {
    place: "WASM, not isolated",
    isolated: false,
    backend: "wasm",
    model: "tiny-group-q8",
    bound: 1e-4,
  },
  {
    place: "WebGPU on SwiftShader",
    isolated: true,
    backend: "webgpu",
    model: "tiny-group-fp32",
    bound: 2e-3,
  },
])("the page in Chromium: $place", ({ isolated, backend, model, bound }) => {
  let site: SiteServer;
  let browser: Browser;
  let page: Page;
  let clip: Uint8Array<ArrayBuffer>;

  beforeEach(({ skip }) => {
    if (isSkipped) skip(MISSING_CHROMIUM ?? "");
  });
  beforeAll(async () => {
    if (isSkipped) return;
    const packs = memoryStore();
    await installGolden(packs, "tiny-group", "fp32");
    await installGolden(packs, "tiny-group", "q8");
    const samples = await goldenSamples("x16000");
    clip = makeWav({ sampleRateHz: 16_000, channels: [samples], format: "f32" });
    site = await startSite(packs, { isolated });
    browser = await startChromium({ webgpu: backend === "webgpu" });
    page = await browser.newPage();
    await page.goto(`${site.url}?backend=${backend}&model=${model}`);
  }, TIMEOUT_MS);
  afterAll(async () => {
    await browser?.close();
    await site?.close();
  });

  it("may share memory exactly if COOP and COEP are served", async () => {
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(isolated);
  });

  it("computes a dropped file with the server's numbers", { timeout: TIMEOUT_MS }, async () => {
    const shown = await dropFile(page, clip);
    expect(shown.backend).toBe(backend);
    const expected = await fromServer(site.url, clip, model);
    expect(largestRelativeDifference(shown.data, expected)).toBeLessThan(bound);
    expect(await page.textContent("#backend")).toMatch(new RegExp(`^${backend}`));
    expect(await page.textContent("#time")).toMatch(/^\d+\.\d\d s/);
    if (process.env.UNDERTONE_SCREENSHOTS !== undefined) {
      await page.screenshot({ path: `${process.env.UNDERTONE_SCREENSHOTS}/${backend}.png` });
    }
  });

  it("has the weights in Cache Storage the second time", { timeout: TIMEOUT_MS }, async () => {
    const blobsRequested = () => site.requested.filter((path) => path.includes("/blobs/")).length;
    const before = blobsRequested();
    expect(before).toBeGreaterThan(0);
    await page.reload();
    await dropFile(page, clip);
    expect(blobsRequested()).toBe(before);
  });
});
