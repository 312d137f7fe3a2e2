import { readFile } from "node:fs/promises";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { openSqliteDatabase } from "../../src/database/sqlite.ts";
import { createKey } from "../../src/keys/table.ts";
import type { Platform } from "../../src/platform/platform.ts";
import { memoryStore } from "../../src/store/memory.ts";
import { makeWav } from "../../support/clips/make-wav.ts";
import { readClip } from "../../support/decoding/fixtures.ts";
import { type GoldenInput, goldenSamples } from "../../support/packs/golden.ts";
import { installGolden } from "../../support/packs/tiny-pack.ts";
import { MISSING_CHROMIUM, startChromium } from "../support/browser/chromium.ts";
import { watchPolicies } from "../support/browser/policies.ts";
import { startSite } from "../support/browser/site-server.ts";
import { openTaskPage, type TaskPage } from "../support/browser/task-page.ts";
import { describeAccess } from "./page/access.ts";
import { describeDownloads } from "./page/downloads.ts";
import { describeMicrophone } from "./page/microphone.ts";
import { describeSnippets } from "./page/snippets.ts";
import { describeTasks } from "./page/tasks.ts";

const MIGRATIONS = new URL("../../migrations", import.meta.url).pathname;
const MP3 = new URL("../fixtures/clips/mp3/mpeg2-16000-1.mp3", import.meta.url);

/** What the page computed of a dropped file, as its own script reports it. */
interface Shown {
  readonly shape: readonly number[];
  readonly data: readonly number[];
  readonly backend: string;
}

const TIMEOUT_MS = 600_000;

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
      const error = document.getElementById("error") as HTMLElement;
      new MutationObserver(() => {
        if (!error.hidden) reject(new Error(error.textContent));
      }).observe(error, { attributeFilter: ["hidden"] });
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

/** Enters an API key as a user does. */
async function enterKey(page: Page, key: string): Promise<void> {
  await page.fill("#key", key);
  await page.press("#key", "Enter");
}

/** A page that shows what it computes of `packs`, in a browser of its own. */
async function openPage(
  { isolated, query, webgpu = false }: { isolated: boolean; query: string; webgpu?: boolean },
  platform: Partial<Platform> = {},
) {
  const packs = memoryStore();
  await installGolden(packs, "tiny-group", "fp32");
  await installGolden(packs, "tiny-group", "q8");
  const site = await startSite(packs, { isolated }, platform);
  const browser = await startChromium({ webgpu });
  const page = await browser.newPage();
  const blocked = await watchPolicies(page);
  await page.goto(`${site.url}${query}`);
  const close = async () => {
    await browser.close();
    await site.close();
    expect(blocked).toEqual([]);
  };
  return { site, page, close };
}

type OpenedPage = Awaited<ReturnType<typeof openPage>>;

async function clipOf(input: GoldenInput): Promise<Uint8Array<ArrayBuffer>> {
  const samples = await goldenSamples(input);
  return makeWav({ sampleRateHz: 16_000, channels: [samples], format: "f32" });
}

describe("the page in Chromium", () => {
  beforeEach(({ skip }) => {
    if (isSkipped) skip(MISSING_CHROMIUM ?? "");
  });

  describe.each([
    {
      place: "isolated",
      isolated: true,
      query: "?model=tiny-group-fp32",
      model: "tiny-group-fp32",
      shows: /^the processor, \d+ threads$/,
      bound: 1e-4,
    },
    {
      place: "not isolated, with the pack that suits WASM",
      isolated: false,
      query: "",
      model: "tiny-group-q8",
      shows: /^the processor, 1 thread$/,
      bound: 1e-6,
    },
  ])("$place", ({ isolated, query, model, shows, bound }) => {
    let opened: OpenedPage;
    beforeAll(async () => {
      if (!isSkipped) opened = await openPage({ isolated, query });
    });
    afterAll(() => opened?.close());

    it("may share memory exactly if COOP and COEP are served", async () => {
      expect(await opened.page.evaluate(() => crossOriginIsolated)).toBe(isolated);
    });

    it.each([
      ["a WAV", () => clipOf("x16000")],
      ["an MP3", async () => new Uint8Array(await readFile(MP3))],
    ])("computes %s that is dropped, with the server's numbers", async (_, read) => {
      const { page, site } = opened;
      const clip = await read();
      const shown = await dropFile(page, clip);
      expect(shown.backend).toBe("wasm");
      const expected = await fromServer(site.url, clip, model);
      expect(largestRelativeDifference(shown.data, expected)).toBeLessThan(bound);
      expect(await page.textContent("#backend")).toMatch(shows);
      expect(await page.textContent("#time")).toMatch(/^\d+\.\d\d s/);
      expect(await page.textContent("#model")).toContain(model);
    });

    it("runs no inline script and reads nothing of another origin", async () => {
      const { site } = opened;
      const { headers } = await fetch(site.url);
      const policy = headers.get("Content-Security-Policy") ?? "";
      expect(policy).toContain("script-src 'self' 'wasm-unsafe-eval';");
      expect(policy).not.toMatch(/'unsafe-|\*|https?:/);
      const page = (await opened.page.context().browser()?.newPage()) as Page;
      await page.goto(site.url);
      const results = await page.evaluate(async () => {
        const script = document.createElement("script");
        script.textContent = "globalThis.hasRun = true";
        document.body.append(script);
        const fetched = await fetch("http://127.0.0.1:9/").catch(() => null);
        const hasRun = "hasRun" in globalThis;
        return { hasRun, fetched };
      });
      expect(results).toEqual({ hasRun: false, fetched: null });
      await page.close();
    });

    it("has the weights in Cache Storage the second time", async () => {
      const { page, site } = opened;
      const blobsRequested = () => site.requested.filter((path) => path.includes("/blobs/")).length;
      const before = blobsRequested();
      expect(before).toBeGreaterThan(0);
      await page.reload();
      await dropFile(page, await clipOf("x16000"));
      expect(blobsRequested()).toBe(before);
    });
  });

  it("computes on a GPU that is forced", { timeout: TIMEOUT_MS }, async () => {
    const query = "?backend=webgpu&model=tiny-group-fp32";
    const { page, site, close } = await openPage({ isolated: true, query, webgpu: true });
    const clip = await clipOf("x16000");
    const shown = await dropFile(page, clip);
    expect(shown.backend).toBe("webgpu");
    const expected = await fromServer(site.url, clip, "tiny-group-fp32");
    expect(largestRelativeDifference(shown.data, expected)).toBeLessThan(2e-3);
    expect(await page.textContent("#backend")).toMatch(/^the GPU \(.*swiftshader.*\)$/i);
    await close();
  });

  it("says that a service wants a key, and computes once it is typed in", async () => {
    const database = openSqliteDatabase(":memory:", MIGRATIONS);
    const request = { scopes: ["features"], owner: undefined, requestsPerMinute: 600 } as const;
    const { token } = await createKey(database, request, Date.now());
    const parts = { database, isOpen: false };
    const { page, close } = await openPage({ isolated: true, query: "" }, parts);
    const clip = await clipOf("x4001");
    await page.getByText("This service asks for an API key").waitFor();
    expect(await page.isVisible("#key")).toBe(true);
    await expect(dropFile(page, clip)).rejects.toThrow("This service asks for an API key");
    await enterKey(page, "ut_unknown");
    await page.waitForFunction(() =>
      document.getElementById("error")?.textContent.includes("does not know"),
    );
    await enterKey(page, token);
    await page.waitForSelector("#result:not([hidden])");
    expect(await page.textContent("#snippet")).toContain('"Authorization: Bearer $UNDERTONE_KEY"');
    expect(await page.textContent("main")).not.toContain(token);
    expect(await page.isVisible("#key")).toBe(false);
    expect(await page.isVisible("#error")).toBe(false);
    expect(await page.getByLabel("Model", { exact: true }).textContent()).toContain(
      "tiny-group-q8",
    );
    await close();
  });

  it("tells how much of the model has arrived, and then what it computes", async () => {
    const { page, close } = await openPage({ isolated: true, query: "" });
    await page.evaluate(() => {
      const status = document.getElementById("status") as HTMLElement;
      const bar = document.getElementById("progress") as HTMLProgressElement;
      const said: [string, number][] = [];
      new MutationObserver(() => said.push([status.textContent, bar.position])).observe(status, {
        childList: true,
      });
      Object.assign(globalThis, { said });
    });
    await dropFile(page, await clipOf("x16000"));
    const said = await page.evaluate(() => (globalThis as { said?: [string, number][] }).said);
    const steps = said?.map(([text]) => text.replace(/\d+/g, "#")) ?? [];
    expect([...new Set(steps)]).toEqual([
      "Preparing clip.wav …",
      "Loading the model: # of # kB",
      "Computing clip.wav: # of # layers",
    ]);
    expect(said?.[0]?.[1]).toBe(-1);
    expect(said?.at(-1)).toEqual(["Computing clip.wav: 3 of 3 layers", 1]);
    expect(await page.isVisible("#working")).toBe(false);
    await close();
  });

  it("shows an error as one, in words of what its user has done", async () => {
    const { page, close } = await openPage({ isolated: true, query: "" });
    await expect(dropFile(page, readClip("refused/text.wav"))).rejects.toThrow(
      "clip.wav is not a sound file",
    );
    const error = page.getByRole("alert");
    expect(await error.isVisible()).toBe(true);
    const colourOf = (element: Element) => getComputedStyle(element).color;
    expect(await error.evaluate(colourOf)).not.toBe(await page.locator("h1").evaluate(colourOf));
    expect(await page.isVisible("#working")).toBe(false);
    // The next file is another story.
    await dropFile(page, await clipOf("x4001"));
    expect(await error.isVisible()).toBe(false);
    await close();
  });

  it.each([
    ["the worker", "engine/worker.js"],
    ["the WASM of the kernels", "engine/*simd*.wasm"],
    ["the list of models", "v1/models"],
    ["the weights", "v1/packs/blobs/*"],
  ])("goes on after %s could not be loaded", async (_, files) => {
    const { page, site, close } = await openPage({ isolated: true, query: "" });
    await page.context().route(`${site.url}${files}`, (route) => route.abort());
    const clip = await clipOf("x4001");
    await expect(dropFile(page, clip)).rejects.toThrow(
      "clip.wav was not computed: the service that this page comes from does not answer",
    );
    await page.context().unroute(`${site.url}${files}`);
    const { backend } = await dropFile(page, clip);
    expect(backend).toBe("wasm");
    await close();
  });

  it("shows what the clip warns of", async () => {
    const { page, close } = await openPage({ isolated: true, query: "" });
    const silence = makeWav({
      sampleRateHz: 16_000,
      channels: [new Float32Array(8_000)],
      format: "s16",
    });
    await dropFile(page, silence);
    expect(await page.locator("#warnings li").allTextContents()).toEqual([
      expect.stringMatching(/silen/),
    ]);
    await close();
  });

  it("shows the file that was chosen last", async () => {
    const { page, close } = await openPage({ isolated: true, query: "" });
    const mp3 = await readFile(MP3);
    const file = (name: string) => ({ name, mimeType: "audio/mpeg", buffer: mp3 });
    await page.setInputFiles("#file", file("first.mp3"));
    await page.setInputFiles("#file", file("second.mp3"));
    await page.waitForSelector("#result:not([hidden])");
    await page.waitForTimeout(500);
    expect(await page.textContent("#name")).toBe("second.mp3");
    await close();
  });

  describe("with models of all heads", () => {
    let opened: TaskPage;
    beforeAll(async () => {
      if (!isSkipped) opened = await openTaskPage();
    });
    beforeEach(() => opened?.page.getByRole("radio", { name: "in this browser" }).check());
    afterAll(() => opened?.close());

    describeTasks(() => opened);
    describeDownloads(() => opened);
    describeSnippets(() => opened);
    describeMicrophone(() => opened);
    describeAccess(() => opened);
  });
});
