import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { openSqliteDatabase } from "../../src/database/sqlite.ts";
import { createKey } from "../../src/keys/table.ts";
import { memoryStore } from "../../src/store/memory.ts";
import { installGolden } from "../../support/packs/tiny-pack.ts";
import { MISSING_CHROMIUM, startChromium } from "../support/browser/chromium.ts";
import { watchPolicies } from "../support/browser/policies.ts";
import { type SiteServer, startSite } from "../support/browser/site-server.ts";

const MIGRATIONS = new URL("../../migrations", import.meta.url).pathname;

const isSkipped = MISSING_CHROMIUM !== null && process.env.CI !== "true";

interface Operation {
  readonly summary: string;
  readonly tags: readonly [string];
}

let site: SiteServer;
let token: string;
let browser: Browser;
let page: Page;
let blocked: string[];
/** Everything that the page asked of any host. */
const asked: string[] = [];

beforeAll(async () => {
  if (isSkipped) return;
  const packs = memoryStore();
  await installGolden(packs, "tiny-group", "q8");
  const database = openSqliteDatabase(":memory:", MIGRATIONS);
  const request = { scopes: ["features"], owner: undefined, requestsPerMinute: 600 } as const;
  ({ token } = await createKey(database, request, Date.now()));
  site = await startSite(packs, { isolated: true }, { database, isOpen: false });
  browser = await startChromium({ webgpu: false });
  page = await browser.newPage();
  blocked = await watchPolicies(page);
  page.on("request", (one) => void asked.push(one.url()));
  await openPage();
});
afterAll(async () => {
  await browser?.close();
  await site?.close();
});

async function openPage(one = page): Promise<void> {
  await one.goto(`${site.url}docs`);
  await one.getByRole("heading", { name: "Computes WavLM features of a clip" }).waitFor();
}

/** The list of operations on wide screens. */
const sidebar = () => page.getByRole("complementary", { name: "Sidebar" });

/** The operations of the document, by their tag. */
async function operationsByTag(): Promise<Map<string, string[]>> {
  const { paths } = await (await fetch(`${site.url}openapi.json`)).json();
  const byTag = new Map<string, string[]>();
  for (const item of Object.values<Record<string, Operation>>(paths)) {
    for (const { summary, tags } of Object.values(item)) {
      byTag.set(tags[0], [...(byTag.get(tags[0]) ?? []), summary]);
    }
  }
  return byTag;
}

describe("the API page in Chromium", () => {
  beforeEach(({ skip }) => {
    if (isSkipped) skip(MISSING_CHROMIUM ?? "");
  });

  it("lists every operation of the document under its tag", async () => {
    const byTag = await operationsByTag();
    expect(byTag.size).toBeGreaterThan(5);
    for (const [tag, summaries] of byTag) {
      const group = page.getByRole("button", { name: `Open Group - ${tag}`, exact: true });
      if ((await group.count()) > 0) await group.click();
      for (const summary of summaries) {
        await sidebar().getByText(summary, { exact: true }).first().waitFor({ timeout: 5000 });
      }
    }
  });

  it("sends a request with the key that was typed, and shows the answer", async () => {
    await page.getByPlaceholder("Token").first().fill(token);
    await sidebar().getByText("Lists the installed models").first().click();
    await page.locator("button", { hasText: "(get /v1/models)" }).click();
    const dialog = page.getByRole("dialog");
    const sent = page.waitForRequest(`${site.url}v1/models`);
    await dialog.getByRole("button", { name: "Send", exact: false }).first().click();
    expect(await (await sent).headerValue("Authorization")).toBe(`Bearer ${token}`);
    await dialog.getByText("200 OK").first().waitFor();
    await dialog.getByText("tiny-group-q8").first().waitFor();
  });

  it("stores no key, and has forgotten it when it is loaded again", async () => {
    const stored = await page.evaluate(async () => {
      const databases = await indexedDB.databases();
      return JSON.stringify([
        { ...localStorage },
        { ...sessionStorage },
        document.cookie,
        databases,
      ]);
    });
    expect(stored).not.toContain(token);
    expect(JSON.parse(stored).at(-1)).toEqual([]);
    await openPage();
    expect(await page.getByPlaceholder("Token").first().inputValue()).toBe("");
    expect(await page.content()).not.toContain(token);
  });

  it("is dark where the system is, and fits a narrow screen", async () => {
    const backgrounds: string[] = [];
    for (const colorScheme of ["light", "dark"] as const) {
      const other = await browser.newPage({ colorScheme, viewport: { width: 390, height: 844 } });
      await openPage(other);
      const read = () => getComputedStyle(document.body).backgroundColor;
      backgrounds.push(await other.evaluate(read));
      const overflow = () => document.documentElement.scrollWidth - innerWidth;
      expect(await other.evaluate(overflow)).toBeLessThanOrEqual(0);
      await other.close();
    }
    expect(backgrounds[0]).toBe("rgb(255, 255, 255)");
    expect(backgrounds[1]).toMatch(/^rgb\((\d|[1-3]\d), /);
  });

  it("asks nothing of other hosts, and its policy has nothing to block", () => {
    expect(asked).toContain(`${site.url}openapi.json`);
    expect(asked.filter((url) => !url.startsWith(site.url))).toEqual([]);
    expect(blocked).toEqual([]);
  });
});
