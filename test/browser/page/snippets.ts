/** The requests that the page shows, run as a person would who copies them. */
import { execFile } from "node:child_process";
import { cp, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { needsPrograms } from "../../../support/programs.ts";
import { hasModules } from "../../clients/python.ts";
import { choose, compute, press, type TaskPage, tabTo } from "../../support/browser/task-page.ts";

const SITE = new URL("../../../site/public/samples/", import.meta.url).pathname;
const EXAMPLE = new URL("../../../docs/example.wav", import.meta.url).pathname;
/** What shells, forms and languages read as their own. */
const ODD_NAME = `it's "one"; two, $HOME \`x\` \\n ü.wav`;

const LANGUAGES = ["curl", "Python", "TypeScript"] as const;
type Language = (typeof LANGUAGES)[number];

const PROGRAMS: Readonly<Record<Language, readonly [string, ...string[]]>> = {
  curl: ["sh", "-c"],
  Python: ["python3", "-c"],
  TypeScript: [process.execPath, "--input-type=module-typescript", "-e"],
};

/** Cases of an opened page. */
export function describeSnippets(opened: () => TaskPage): void {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "undertone-snippets-"));
    await cp(SITE, folder, { recursive: true });
    for (const name of ["example.wav", ODD_NAME]) await cp(EXAMPLE, join(folder, name));
  });
  afterAll(() => rm(folder, { recursive: true }));

  /** Chooses a language by the arrow keys and gives what is shown. */
  async function snippetIn(page: Page, language: Language): Promise<string> {
    await tabTo(page, page.locator("input[name=language]:checked"));
    const radio = page.getByRole("radio", { name: language, exact: true });
    for (let presses = 0; !(await radio.isChecked()) && presses < LANGUAGES.length; presses++) {
      await page.keyboard.press("ArrowRight");
    }
    return (await page.textContent("#snippet")) ?? "";
  }

  async function run(language: Language, snippet: string): Promise<string> {
    const [program, ...options] = PROGRAMS[language];
    const { stdout } = await promisify(execFile)(program, [...options, snippet], { cwd: folder });
    return stdout;
  }

  it("transcribes a file of an odd name", async (context) => {
    needsPrograms(context, "curl", "python3");
    const { page } = opened();
    await choose(page, "Transcription", "spoken-words-q8");
    const buffer = await readFile(EXAMPLE);
    const text = await compute(page, () =>
      page.setInputFiles("#file", { name: ODD_NAME, mimeType: "audio/wav", buffer }),
    );
    for (const language of LANGUAGES) {
      expect(await run(language, await snippetIn(page, language)), language).toContain(text);
    }
  });

  it("compares two clips", async (context) => {
    needsPrograms(context, "curl", "python3");
    const { page } = opened();
    await choose(page, "Embedding", "tiny-xvector-q8");
    await compute(page, "Sample: another voice");
    await choose(page, "Comparison", "tiny-xvector-q8");
    const headline = await compute(page, "Sample: two voices in turn");
    for (const language of LANGUAGES) {
      const snippet = await snippetIn(page, language);
      // Only forms need that package, which is not everywhere.
      if (language === "Python" && !hasModules("requests")) {
        expect(snippet).toContain('files={"a": a, "b": b}');
        continue;
      }
      const [, cosine] = /cosine['"]?: ?([\d.]+)/.exec(await run(language, snippet)) ?? [];
      expect(headline, language).toContain(`the cosine is ${Number(cosine).toFixed(4)}`);
    }
  });

  it("has the hidden state of the slider", async (context) => {
    needsPrograms(context, "curl", "python3");
    const { page } = opened();
    await choose(page, "Features", "spoken-words-q8");
    await compute(page, "Sample: six digits");
    await tabTo(page, page.getByRole("slider"));
    await page.keyboard.press("Home");
    for (const language of LANGUAGES) {
      const snippet = await snippetIn(page, language);
      expect(snippet).toContain("layers=0&format=npy");
      if (language === "Python") {
        if (hasModules("numpy")) expect(await run(language, snippet)).toBe("(100, 128)\n");
        continue;
      }
      await run(language, snippet);
      const header = (await readFile(join(folder, "features.npy"))).subarray(0, 128).toString();
      expect(header, language).toContain("'shape': (100, 128,)");
      await rm(join(folder, "features.npy"));
    }
  });

  it("is copied by the button", async () => {
    const { page } = opened();
    await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    const snippet = await snippetIn(page, "Python");
    await press(page, "Copy");
    await page.locator("#copy-note", { hasText: "Copied." }).waitFor();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(snippet);
    expect(await page.getByRole("status").textContent()).toBe("Copied.");
  });
}
