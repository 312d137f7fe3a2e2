/** Files of results, and the layer slider, by keyboard. */
import { readFile } from "node:fs/promises";
import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import { choose, compute, press, type TaskPage, tabTo } from "../../support/browser/task-page.ts";

const EXAMPLE = new URL("../../../docs/example.wav", import.meta.url);

async function download(page: Page, format: string): Promise<{ name: string; bytes: Buffer }> {
  const [file] = await Promise.all([
    page.waitForEvent("download"),
    press(page, `Download ${format}`),
  ]);
  return { name: file.suggestedFilename(), bytes: await readFile(await file.path()) };
}

/** What the service answers about the same clip. */
async function fromService({ site }: TaskPage, address: string): Promise<Buffer> {
  const body = new Uint8Array(await readFile(EXAMPLE));
  const answer = await fetch(`${site.url}v1/${address}`, { method: "POST", body });
  expect(answer.status).toBe(200);
  return Buffer.from(await answer.arrayBuffer());
}

/** Cases of an opened page. */
export function describeDownloads(opened: () => TaskPage): void {
  it("gives a transcription as the service's text and subtitles", async () => {
    const { page } = opened();
    await choose(page, "Transcription", "spoken-words-q8");
    await compute(page, "Sample: six digits");
    for (const format of ["srt", "vtt", "txt"]) {
      const { name, bytes } = await download(page, format);
      expect(name).toBe(`example.${format}`);
      const expected = await fromService(opened(), `transcriptions?format=${format}`);
      expect(bytes.toString()).toBe(expected.toString());
    }
  });

  it("gives a diarization as RTTM, and every answer as JSON", async () => {
    const { page } = opened();
    await choose(page, "Diarization", "tiny-afc-q8");
    await compute(page, "Sample: six digits");
    const { segments } = JSON.parse((await download(page, "json")).bytes.toString());
    const lines = (await download(page, "rttm")).bytes.toString().trimEnd().split("\n");
    expect(lines).toHaveLength(segments.length);
    expect(lines[0]).toMatch(
      /^SPEAKER example.wav 1 \d+\.\d{3} \d+\.\d{3} <NA> <NA> \S+ <NA> <NA>$/,
    );
  });

  it("shows the hidden state of the slider, which is the one that is downloaded", async () => {
    const { page } = opened();
    await choose(page, "Features", "spoken-words-q8");
    await compute(page, "Sample: six digits");
    const picture = () =>
      page.locator("#picture").evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL());
    const last = await picture();
    const slider = page.getByRole("slider", { name: "Hidden state" });
    await tabTo(page, slider);
    expect(await slider.getAttribute("aria-valuetext")).toBe("6 of 6");
    for (let steps = 0; steps < 3; steps++) await page.keyboard.press("ArrowLeft");
    expect(await slider.getAttribute("aria-valuetext")).toBe("3 of 6");
    expect(await picture()).not.toBe(last);
    expect(await page.getByRole("img", { name: "Hidden state 3: 100 frames" }).count()).toBe(1);
    const npy = await download(page, "npy");
    expect(npy.name).toBe("example.npy");
    const expected = await fromService(opened(), "features?layers=3&format=npy");
    expect(Buffer.compare(npy.bytes, expected)).toBe(0);
    const json = JSON.parse((await download(page, "json")).bytes.toString());
    const { request_id: _, ...answer } = JSON.parse(
      (await fromService(opened(), "features?layers=3")).toString(),
    );
    expect(json).toEqual(answer);
  });
}
