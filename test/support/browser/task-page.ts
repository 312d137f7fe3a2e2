/** The page of a service that has a model of each head, for tests to use as a person with a keyboard does. */
import type { Locator, Page } from "playwright-core";
import { expect } from "vitest";
import { DEFAULT_MODEL_KEY, encodeDefaultModel } from "../../../src/model/pack/default-model.ts";
import { readSettings } from "../../../src/platform/settings.ts";
import { memoryStore } from "../../../src/store/memory.ts";
import { installSpokenWords } from "../../../support/packs/spoken-words.ts";
import { installChanged } from "../model/golden-heads.ts";
import { installXVectorPacks } from "../model/xvector-packs.ts";
import { startChromium } from "./chromium.ts";
import { watchPolicies } from "./policies.ts";
import { type SiteServer, startSite } from "./site-server.ts";

/** The page and what serves it. */
export interface TaskPage {
  readonly page: Page;
  readonly site: SiteServer;
  close(): Promise<void>;
}

/** Opens it in a browser of its own; its default model is spoken-words. */
export async function openTaskPage(): Promise<TaskPage> {
  const packs = memoryStore();
  await installSpokenWords(packs, "q8");
  await installXVectorPacks(packs, { cosine: 0.9999 });
  await installChanged(packs, "tiny-seqcls", {}, { precision: "q8" });
  await packs.put(DEFAULT_MODEL_KEY, encodeDefaultModel("spoken-words-q8"));
  const settings = { ...readSettings({}), memoryBudgetBytes: 1e9 };
  const site = await startSite(packs, { isolated: true }, { settings });
  const browser = await startChromium({ webgpu: false });
  const page = await browser.newPage();
  const blocked = await watchPolicies(page);
  return {
    page,
    site,
    async close() {
      await browser.close();
      await site.close();
      expect(blocked).toEqual([]);
    },
  };
}

/** More than the page has places to stop at. */
const MOST_STOPS = 60;

/** Presses Tab until an element has the focus, and fails if the keyboard does not get there. */
export async function tabTo(page: Page, target: Locator): Promise<void> {
  for (let stops = 0; stops < MOST_STOPS; stops++) {
    if (await target.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`${target} is not reached by Tab`);
}

/** Chooses a task, by the beginning of its name, and a model. */
export async function choose(page: Page, task: string, model = ""): Promise<void> {
  if (model !== "") {
    await tabTo(page, page.getByLabel("Model"));
    await page.keyboard.type(model);
  }
  await tabTo(page, page.getByLabel("Task"));
  await page.keyboard.type(task);
}

/** Presses a button. */
export async function press(page: Page, name: string): Promise<void> {
  await tabTo(page, page.getByRole("button", { name }));
  await page.keyboard.press("Enter");
}

/** The headline of the result, once there is one. */
export async function headlineOf(page: Page): Promise<string> {
  const headline = page.locator("#result:not([hidden]) h2");
  await headline.waitFor();
  return (await headline.textContent()) ?? "";
}
