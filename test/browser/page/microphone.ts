/** Recordings by Chromium's own microphone of tests, which beeps. */
import { expect, it } from "vitest";
import { choose, compute, press, type TaskPage } from "../../support/browser/task-page.ts";

/** Cases of an opened page. */
export function describeMicrophone(opened: () => TaskPage): void {
  it("says what to do where the microphone is refused", async () => {
    const { page } = opened();
    await page.context().clearPermissions();
    await press(page, "Record");
    const error = page.getByRole("alert");
    await error.filter({ hasText: /^This page may not use the microphone: allow it/ }).waitFor();
    expect(await page.getByRole("button", { name: "Record", exact: true }).isEnabled()).toBe(true);
  });

  it("computes what was recorded", async () => {
    const { page } = opened();
    await page.context().grantPermissions(["microphone"]);
    await choose(page, "Features", "spoken-words-q8");
    await press(page, "Record");
    await page.locator("#record-seconds", { hasText: /^[1-9]\d* of 60 s$/ }).waitFor();
    expect(await compute(page, "Stop recording")).toMatch(/^7 hidden states of \d+ frames/);
    expect(await page.textContent("#name")).toBe("recording.webm");
    expect(await page.textContent("#clip")).toMatch(/^\d+\.\d\d s, \d+ frames$/);
    expect(await page.isVisible("#error")).toBe(false);
    expect(await page.textContent("#snippet")).toContain("recording.webm");
  });
}
