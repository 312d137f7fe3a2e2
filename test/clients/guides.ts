/** The programs that docs/guides shows, as they stand there. */
import { execFile, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import type { Host } from "./hosts.ts";
import { hasModules } from "./python.ts";

const GUIDES = join(import.meta.dirname, "../../docs/guides");
const PROGRAM = join(GUIDES, "classifier.py");
const IS_MISSING =
  !hasModules("sklearn", "numpy") || spawnSync("espeak-ng", ["--version"]).error !== undefined;

/** Runs them against a service that asks for no key. */
export function describeGuides(hostOf: () => Host): void {
  test("docs/guides/classifier.md shows its program as it is", () => {
    const guide = readFileSync(join(GUIDES, "classifier.md"), "utf8");
    expect(guide).toContain(`\n${readFileSync(PROGRAM, "utf8")}\`\`\`\n`);
  });

  const missing = IS_MISSING ? ": skipped, for python3 has no sklearn or espeak-ng is missing" : "";
  test.skipIf(IS_MISSING)(
    `the classifier tells words of unheard voices apart${missing}`,
    async () => {
      const { stdout } = await promisify(execFile)("python3", [PROGRAM, hostOf().url]);
      const [head, ...layers] = stdout.trim().split("\n");
      expect(head).toBe("50 clips, 7 hidden states of 128 numbers");
      // Five words: a guess is right once in five.
      const last = Number(/: (\d+) % right$/.exec(layers.at(-1) ?? "")?.[1]);
      expect(layers).toHaveLength(7);
      expect(last).toBeGreaterThan(60);
    },
  );
}
