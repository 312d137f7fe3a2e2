/** The programs that docs/guides shows, as they stand there. */
import { execFile, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { VOICE_MODEL, voiceClip } from "../support/http/voices.ts";
import type { Host } from "./hosts.ts";
import { hasModules } from "./python.ts";

const GUIDES = join(import.meta.dirname, "../../docs/guides");
const PROGRAM = join(GUIDES, "classifier.py");
const LOGIN = join(GUIDES, "login.py");
const HAS_PYTHON = spawnSync("python3", ["--version"]).error === undefined;
const IS_MISSING =
  !hasModules("sklearn", "numpy") || spawnSync("espeak-ng", ["--version"]).error !== undefined;

/** Runs them against a service that asks for no key. */
export function describeGuides(hostOf: () => Host): void {
  test.each(["classifier", "login"])("docs/guides/%s.md shows its program as it is", (name) => {
    const guide = readFileSync(join(GUIDES, `${name}.md`), "utf8");
    const program = readFileSync(join(GUIDES, `${name}.py`), "utf8");
    expect(guide).toContain(`\n${program}\`\`\`\n`);
  });

  const noPython = HAS_PYTHON ? "" : ": skipped, for there is no python3";
  test.skipIf(!HAS_PYTHON)(
    `the login lets a voice in that was enrolled, and no other, until it is forgotten${noPython}`,
    async () => {
      const directory = await mkdtemp(join(tmpdir(), "undertone-login-"));
      const [hum, hiss, silence] = await Promise.all(
        (["hum", "hiss", "silence"] as const).map(async (voice) => {
          const path = join(directory, `${voice}.wav`);
          await writeFile(path, voiceClip(voice));
          return path;
        }),
      );
      const login = async (...args: readonly string[]) => {
        const env = { ...process.env, SERVICE: hostOf().url, MODEL: VOICE_MODEL };
        const run = promisify(execFile)("python3", [LOGIN, ...args], { env });
        const { stdout, stderr } = await run.catch((ended) => ended);
        return stdout + stderr;
      };
      const enrolled = await login("enrol", "Ada", hum as string, hum as string);
      const [, id = ""] = /^Ada is (spk_\w+), known from 2 clips\n$/.exec(enrolled) ?? [];
      expect(await login("enter", id, hum as string)).toMatch(/closest: Ada.*\ncome in\n$/);
      expect(await login("enter", "spk_other", hum as string)).toMatch(/\nnot let in\n$/);
      expect(await login("enter", id, hiss as string)).toMatch(/\nnot let in\n$/);
      expect(await login("enter", id, silence as string)).toMatch(/not silence/);
      expect(await login("forget", id)).toBe(`${id} is forgotten\n`);
      expect(await login("enter", id, hum as string)).toMatch(/^Nobody is enrolled/);
      await rm(directory, { recursive: true });
    },
  );

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
