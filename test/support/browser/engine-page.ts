/** A real page with an engine of `undertone/browser`, for tests to compute with. */
import type { Page } from "playwright-core";
import type { LocalEngine, openEngine } from "../../../src/browser/index.ts";
import type { Store } from "../../../src/store/store.ts";
import { startChromium } from "./chromium.ts";
import { type SiteServer, startSite } from "./site-server.ts";

declare global {
  /** The engine of the page under test. */
  var engine: LocalEngine;
}

/** How the page is served, and the options of its engine. */
export interface EnginePageOptions {
  readonly isolated: boolean;
  readonly backend: "wasm" | "webgpu";
  readonly model?: string;
}

/** The page and what serves it. */
export interface EnginePage {
  readonly page: Page;
  readonly site: SiteServer;
  close(): Promise<void>;
}

/** Opens it in a browser of its own; its engine reads the packs of `store`. */
export async function openEnginePage(
  store: Store,
  { isolated, ...engine }: EnginePageOptions,
): Promise<EnginePage> {
  const site = await startSite(store, { isolated });
  const browser = await startChromium({ webgpu: engine.backend === "webgpu" });
  // The script that is put into the page is the test's own; the page's policy allows none.
  const page = await browser.newPage({ bypassCSP: true });
  await page.goto(site.url);
  await page.addScriptTag({
    type: "module",
    content: openingScript({ service: site.url, ...engine }),
  });
  await page.waitForFunction(() => "engine" in globalThis);
  return {
    page,
    site,
    async close() {
      await browser.close();
      await site.close();
    },
  };
}

/** A script, for tests' own imports are rewritten for Node. */
function openingScript(options: Parameters<typeof openEngine>[0]): string {
  return `import { openEngine } from "./engine/index.js"; globalThis.engine = openEngine(${JSON.stringify(options)});`;
}
