/** Tasks of the page, chosen by keyboard. */
import { expect, it } from "vitest";
import { choose, compute, press, type TaskPage, tabTo } from "../../support/browser/task-page.ts";

const DIGITS = "THREE ONE FOUR ONE FIVE NINE";

const CASES = [
  { task: "Transcription", model: "spoken-words-q8", path: "transcriptions", says: DIGITS },
  {
    task: "Classification",
    model: "tiny-seqcls-q8",
    path: "classifications",
    says: /: \d+\.\d %$/,
  },
  { task: "Diarization", model: "tiny-afc-q8", path: "diarizations", says: /^\d speakers? in \d+/ },
  {
    task: "Embedding",
    model: "spoken-words-q8",
    path: "embeddings",
    says: "A vector of 128 numbers",
  },
  { task: "Features", model: "spoken-words-q8", path: "features", says: /^7 hidden states of 100/ },
] as const;

/** Cases of an opened page. */
export function describeTasks(opened: () => TaskPage): void {
  it("compares the two clips that were chosen last, once there are two", async () => {
    const { page } = opened();
    await page.reload();
    await page.getByRole("option", { name: "tiny-afc-q8" }).waitFor({ state: "attached" });
    await choose(page, "Comparison", "tiny-xvector-q8");
    await press(page, "Sample: six digits");
    await page.getByText("Choose a second clip to compare it with").waitFor();
    expect(await page.getByRole("button", { name: "Compute again" }).isDisabled()).toBe(true);
    expect(await compute(page, "Sample: another voice")).toMatch(
      /^(One speaker|Different speakers): the cosine is 0\.\d+$/,
    );
    expect(await page.textContent("#name")).toBe("example.wav and other-voice.flac");
  });

  it.each(CASES)("$task: the same in the browser and on the service", async (given) => {
    const { page, site } = opened();
    const before = site.requested.length;
    await choose(page, given.task, given.model);
    const here = await compute(page, "Sample: six digits");
    expect(here).toMatch(given.says);
    expect(site.requested.slice(before)).not.toContain(`/v1/${given.path}`);
    await tabTo(page, page.getByRole("radio", { name: "in this browser" }));
    await page.keyboard.press("ArrowDown");
    expect(await compute(page, "Compute again")).toBe(here);
    expect(await page.textContent("#backend")).toBe("the service");
    expect(site.requested.slice(before)).toContain(`/v1/${given.path}`);
  });

  it("shows words under the sound, lists them, and says them to screen readers", async () => {
    const { page } = opened();
    await choose(page, "Transcription", "spoken-words-q8");
    expect(await compute(page, "Sample: six digits")).toBe(DIGITS);
    await page.locator("#timeline svg path").waitFor();
    expect((await page.locator("#timeline .mark").allTextContents()).join(" ")).toBe(DIGITS);
    const table = page.getByRole("table", { name: "Words and their times" });
    expect(await table.getByRole("rowheader").allTextContents()).toEqual(DIGITS.split(" "));
    expect(await page.getByRole("status").textContent()).toBe(`Done. ${DIGITS}`);
  });

  it("on a narrow screen shows all turns under their speakers' names, and says where words scroll", async () => {
    const { page } = opened();
    await page.setViewportSize({ width: 360, height: 740 });
    await choose(page, "Diarization", "tiny-afc-q8");
    await compute(page, "Sample: six digits");
    await page.locator("#timeline svg path").waitFor();
    const speakers = page.getByRole("table", { name: "Who speaks when" }).getByRole("rowheader");
    expect((await page.locator("#timeline .speaker").allTextContents()).sort()).toEqual(
      [...new Set(await speakers.allTextContents())].sort(),
    );
    const note = () => page.textContent("#sound-note");
    await expect.poll(note).toBe("2.01 s from left to right.");
    await choose(page, "Transcription", "spoken-words-q8");
    await compute(page, "Sample: six digits");
    await expect.poll(note).toBe("2.01 s from left to right; scroll to see all of it.");
    await page.setViewportSize({ width: 1280, height: 800 });
    await expect.poll(note).toBe("2.01 s from left to right.");
    expect(await page.getAttribute("#timeline", "tabindex")).toBe(null);
  });

  it.each([
    ["default: spoken-words-q8", ["Features", "Transcription", "Embedding"]],
    ["tiny-xvector-q8", ["Features", "Embedding", "Comparison"]],
    ["tiny-afc-q8", ["Features", "Diarization", "Embedding"]],
  ])("offers the tasks of the head of %s", async (model, tasks) => {
    const { page } = opened();
    await choose(page, "Features", model);
    const possible = await page.locator("#task-choice option:enabled").allTextContents();
    expect(possible.map((label) => label.split(":")[0])).toEqual(tasks);
  });
}
