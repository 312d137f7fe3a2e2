/** What axe-core finds against the Web Content Accessibility Guidelines. */
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { AxeResults } from "axe-core";
import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import { choose, compute, type TaskPage } from "../../support/browser/task-page.ts";

const AXE = fileURLToPath(import.meta.resolve("axe-core/axe.min.js"));

/** The findings that keep people out, with the elements that they are about. */
async function graveFindings(page: Page): Promise<readonly string[]> {
  const { violations }: AxeResults = await page.evaluate("axe.run()");
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ html }) => html).join(" ")}`);
}

const RESULTS = [
  { task: "Transcription", model: "spoken-words-q8" },
  { task: "Features", model: "spoken-words-q8" },
  { task: "Diarization", model: "tiny-afc-q8" },
] as const;

/** Cases of an opened page. */
export function describeAccess(opened: () => TaskPage): void {
  it.each(RESULTS)(
    "has no serious fault with a result of $task shown, light or dark",
    async (of) => {
      const { page } = opened();
      await page.evaluate(await readFile(AXE, "utf8"));
      await choose(page, of.task, of.model);
      await compute(page, "Sample: two voices in turn");
      await page.locator("#timeline svg path").waitFor();
      for (const colorScheme of ["light", "dark"] as const) {
        for (const width of [1280, 360]) {
          await page.setViewportSize({ width, height: 800 });
          await page.emulateMedia({ colorScheme });
          expect(await graveFindings(page), `${colorScheme}, ${width} px`).toEqual([]);
          const overflow = await page.evaluate(
            () => document.documentElement.scrollWidth - innerWidth,
          );
          expect(overflow).toBeLessThanOrEqual(0);
        }
      }
      await page.setViewportSize({ width: 1280, height: 800 });
    },
  );
}
