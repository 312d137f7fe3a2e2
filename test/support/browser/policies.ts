/** What the policies of a page keep it from doing. */
import type { Page } from "playwright-core";

/** What the page's Content-Security-Policy blocks from now on, as its events and the console tell; workers have only the latter. */
export async function watchPolicies(page: Page): Promise<string[]> {
  const blocked: string[] = [];
  await page.exposeFunction("tellBlocked", (what: string) => void blocked.push(what));
  await page.addInitScript(() => {
    addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) =>
      (globalThis as unknown as { tellBlocked(what: string): void }).tellBlocked(
        `${violatedDirective} ${blockedURI}`,
      ),
    );
  });
  page.on("console", (message) => {
    if (/Content.?Security.?Policy|Permissions.?Policy/i.test(message.text())) {
      blocked.push(message.text());
    }
  });
  return blocked;
}
