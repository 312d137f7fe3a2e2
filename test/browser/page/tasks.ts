/** Tasks of the page, chosen by keyboard. */
import { expect, it } from "vitest";
import {
  choose,
  headlineOf,
  press,
  type TaskPage,
  tabTo,
} from "../../support/browser/task-page.ts";

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
  it.each(CASES)("$task: the same in the browser and on the service", async (given) => {
    const { page, site } = opened();
    await choose(page, given.task, given.model);
    await press(page, "Sample: six digits");
    const here = await headlineOf(page);
    expect(here).toMatch(given.says);
    expect(site.requested).not.toContain(`/v1/${given.path}`);
    await tabTo(page, page.getByRole("radio", { name: "in this browser" }));
    await page.keyboard.press("ArrowDown");
    await press(page, "Compute again");
    await page.getByText("the service", { exact: true }).waitFor();
    expect(await headlineOf(page)).toBe(here);
    expect(site.requested).toContain(`/v1/${given.path}`);
  });

  it("shows words under the sound, lists them, and says them to screen readers", async () => {
    const { page } = opened();
    await choose(page, "Transcription");
    await press(page, "Sample: six digits");
    expect(await headlineOf(page)).toBe(DIGITS);
    await page.locator("#timeline svg path").waitFor();
    expect((await page.locator("#timeline .mark").allTextContents()).join(" ")).toBe(DIGITS);
    const table = page.getByRole("table", { name: "Words and their times" });
    expect(await table.getByRole("rowheader").allTextContents()).toEqual(DIGITS.split(" "));
    expect(await page.getByRole("status").textContent()).toBe(`Done. ${DIGITS}`);
  });

  it("offers the tasks of the model's head", async () => {
    const { page } = opened();
    const possible = () => page.locator("#task-choice option:enabled").allTextContents();
    expect((await possible()).map((label) => label.split(":")[0])).toEqual([
      "Features",
      "Transcription",
      "Embedding",
    ]);
    await choose(page, "Features", "tiny-xvector-q8");
    expect((await possible()).map((label) => label.split(":")[0])).toEqual([
      "Features",
      "Embedding",
      "Comparison",
    ]);
  });

  it("compares the two clips that were chosen last, once there are two", async () => {
    const { page } = opened();
    await choose(page, "Comparison", "tiny-xvector-q8");
    await press(page, "Sample: six digits");
    await page.getByText("Choose a second clip to compare it with").waitFor();
    expect(await page.getByRole("button", { name: "Compute again" }).isDisabled()).toBe(true);
    await press(page, "Sample: another voice");
    expect(await headlineOf(page)).toMatch(
      /^(One speaker|Different speakers): the cosine is 0\.\d+$/,
    );
    expect(await page.textContent("#name")).toBe("example.wav and other-voice.flac");
  });
}
