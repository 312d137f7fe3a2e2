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
  await page.goto(site.url);
  await page.getByRole("option", { name: "tiny-afc-q8" }).waitFor({ state: "attached" });
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
export async function choose(page: Page, task: string, model: string): Promise<void> {
  await chooseOption(page, page.getByLabel("Model", { exact: true }), model);
  await chooseOption(page, page.getByLabel("Task", { exact: true }), task);
}

/** Goes through the options of a list by the arrow keys. */
async function chooseOption(page: Page, list: Locator, beginning: string): Promise<void> {
  await tabTo(page, list);
  await page.keyboard.press("Home");
  for (let presses = 0; presses < MOST_STOPS; presses++) {
    const label = await list.evaluate(
      (select: HTMLSelectElement) => select.selectedOptions[0]?.label ?? "",
    );
    if (label.startsWith(beginning)) return;
    await page.keyboard.press("ArrowDown");
  }
  throw new Error(`no option begins with ${beginning}`);
}

/** Presses a button. */
export async function press(page: Page, name: string): Promise<void> {
  await tabTo(page, page.getByRole("button", { name, exact: true }));
  await page.keyboard.press("Enter");
}

/** Presses a button that computes, or does something else that does, and gives the headline of the result. */
export async function compute(page: Page, start: string | (() => Promise<void>)): Promise<string> {
  const status = page.getByRole("status");
  await status.evaluate((element) => element.replaceChildren());
  if (typeof start === "string") await press(page, start);
  else await start();
  await status.filter({ hasText: /^Done\./ }).waitFor();
  return (await page.getByRole("heading", { level: 2 }).first().textContent()) ?? "";
}
