import { execFile, execFileSync } from "node:child_process";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildBrowser, declareTypes, describeBuild } from "../../scripts/build-browser.ts";
import { CODEC_NAMES } from "../../src/audio/codecs/wasm/modules.ts";

const REPOSITORY = join(import.meta.dirname, "../..");
const COMPILERS = [
  ["5.9", "test/typescript-5/node_modules/typescript"],
  ["7", "node_modules/typescript"],
] as const;

let folder: string;
let packages: string[];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "undertone-browser-"));
  packages = await buildBrowser({ engine: join(folder, "engine"), site: join(folder, "site") });
});
afterAll(() => rm(folder, { recursive: true }));

test("docs/licences.md lists every package that is in the browser's build, under its licence", async () => {
  const document = await readFile(join(REPOSITORY, "docs/licences.md"), "utf8");
  expect(packages).toContain("onnxruntime-web");
  for (const name of packages) {
    const manifest = await readFile(join(REPOSITORY, "node_modules", name, "package.json"), "utf8");
    const { license } = JSON.parse(manifest) as { license: string };
    expect(document).toMatch(new RegExp(`^\\| \`${name}\` +\\| ${license} +\\|$`, "m"));
  }
});

test("the page has the codecs' WASM and none that an older build left", async () => {
  const files = await readdir(join(folder, "site/engine/codecs"));
  expect(files.sort()).toEqual(CODEC_NAMES.map((codec) => `${codec}.wasm`).sort());
});

test("what was built is said, with its size", async () => {
  const described = await describeBuild({
    engine: join(folder, "engine"),
    site: join(folder, "site"),
  });
  for (const part of ["engine", "site"]) {
    const listed = execFileSync("find", [join(folder, part), "-type", "f", "-printf", "%s\\n"]);
    const sizes = listed.toString().trim().split("\n").map(Number);
    const megabytes = sizes.reduce((sum, size) => sum + size, 0) / 1e6;
    expect(described).toContain(`(${sizes.length} files, ${megabytes.toFixed(1)} MB)`);
  }
  expect(described).toContain("npm start and npm run serve show the page at /");
});

/** A script of somebody else's page, in a project with Undertone as an installed package and nothing else. */
async function otherProject(script: string): Promise<string> {
  const project = await mkdtemp(join(folder, "project-"));
  const installed = join(project, "node_modules/undertone");
  await mkdir(join(installed, "build"), { recursive: true });
  await cp(join(REPOSITORY, "package.json"), join(installed, "package.json"));
  await cp(join(folder, "engine"), join(installed, "build/browser"), { recursive: true });
  await writeFile(join(project, "page.ts"), script);
  return project;
}

const PAGE = `
  import { type ClipInput, type LocalEngine, openEngine, UndertoneError } from "undertone/browser";
  const engine: LocalEngine = openEngine({ service: "https://undertone.example/", key: "ut_…" });
  async function show(clip: ClipInput): Promise<void> {
    try {
      const { tensors, backend, audio, model } = await engine.compute({ clip, pool: "mean" });
      const numbers: Float32Array = tensors[0]!.data;
      console.log(numbers, backend.toUpperCase(), audio.warnings.length, model.precision);
    } catch (error) {
      if (error instanceof UndertoneError) console.log(error.slug);
    }
  }
  await show(new Blob());
  await show(new File([], "clip.wav"));
  await show(new ArrayBuffer(0));
  await show(new Uint8Array());
  const { body } = await fetch("clip.wav");
  if (body !== null) await show(body);
  const { text, words, frames } = await engine.answer({
    task: "transcription",
    clip: new Blob(),
    options: { decoder: "beam", tokens: true, start: 0.5 },
  });
  console.log(text.length + frames, words.map(({ start, end }) => end - start));
  const { cosine, a } = await engine.answer({ task: "comparison", a: new Blob(), b: new Blob() });
  console.log(cosine.toFixed(2), a.audio.seconds);
  await engine.compute({
    clip: new Uint8Array(),
    layers: [0, "last_hidden_state"],
    onProgress(progress) {
      if (progress.stage === "loading") console.log(progress.loadedBytes / progress.totalBytes);
    },
  });
`;

/** What a compiler says of a script and of every declaration that it reaches. */
async function check(compiler: string, script: string): Promise<string> {
  const project = await otherProject(script);
  const compilerOptions = {
    module: "ESNext",
    moduleResolution: "bundler",
    target: "ES2022",
    lib: ["ES2022", "DOM"],
    types: [],
    strict: true,
    skipLibCheck: false,
    noEmit: true,
  };
  await writeFile(
    join(project, "tsconfig.json"),
    JSON.stringify({ compilerOptions, files: ["page.ts"] }),
  );
  const args = [join(REPOSITORY, compiler, "bin/tsc"), "--project", project];
  return promisify(execFile)(process.execPath, args).then(
    () => "",
    ({ stdout }) => stdout,
  );
}

describe("undertone/browser is typed for other projects", () => {
  beforeAll(() => declareTypes(join(folder, "engine/types")));

  describe.each(COMPILERS)("with TypeScript %s", (version, compiler) => {
    test("which is its version", async () => {
      const manifest = await readFile(join(REPOSITORY, compiler, "package.json"), "utf8");
      expect(JSON.parse(manifest).version).toMatch(new RegExp(`^${version}\\.`));
    });

    test("right uses compile", async () => {
      expect(await check(compiler, PAGE)).toBe("");
    });

    test.each([
      ["an unknown pool", 'pool: "mean"', 'pool: "median"', /page\.ts.*"median"/s],
      [
        "text as a clip",
        "await show(new Blob())",
        'await show("clip.wav")',
        /page\.ts.*ClipInput/s,
      ],
      ["an unknown task", 'task: "transcription"', 'task: "translation"', /page\.ts.*translation/s],
      ["an unknown option", 'pool: "mean"', 'pooling: "mean"', /page\.ts.*pooling/s],
    ])("%s does not", async (_what, right, wrong, complaint) => {
      expect(await check(compiler, PAGE.replace(right, wrong))).toMatch(complaint);
    });
  });
});
