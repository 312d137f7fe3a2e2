import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { buildBrowser, declareTypes } from "../../scripts/build-browser.ts";

const REPOSITORY = join(import.meta.dirname, "../..");
const TSC = join(dirname(fileURLToPath(import.meta.resolve("typescript/package.json"))), "bin/tsc");

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
    expect(document).toMatch(new RegExp(`^\\| \`${name}\` .*\\| ${license} +\\|`, "m"));
  }
});

test("the codec under the GPL is not handed to visitors of the page", async () => {
  const codecs = join(folder, "site/engine/codecs");
  expect(await readdir(codecs)).toContain("flac.wasm");
  const aac = await WebAssembly.compile(await readFile(join(codecs, "aac.wasm")));
  expect(WebAssembly.Module.exports(aac)).toEqual([]);
});

/** A project of somebody else, with Undertone and what it depends on as installed packages. */
async function otherProject(script: string): Promise<string> {
  const project = await mkdtemp(join(folder, "project-"));
  const installed = join(project, "node_modules/undertone");
  await mkdir(join(installed, "build"), { recursive: true });
  await cp(join(REPOSITORY, "package.json"), join(installed, "package.json"));
  await cp(join(folder, "engine"), join(installed, "build/browser"), { recursive: true });
  await symlink(join(REPOSITORY, "node_modules/zod"), join(project, "node_modules/zod"));
  await writeFile(join(project, "page.ts"), script);
  const compilerOptions = {
    module: "ESNext",
    moduleResolution: "bundler",
    target: "ESNext",
    lib: ["ESNext", "DOM"],
    types: [],
    strict: true,
    noEmit: true,
  };
  await writeFile(
    join(project, "tsconfig.json"),
    JSON.stringify({ compilerOptions, files: ["page.ts"] }),
  );
  return project;
}

const PAGE = `
  import { type LocalEngine, openEngine, UndertoneError } from "undertone/browser";
  const engine: LocalEngine = openEngine({ service: "https://undertone.example/", key: "ut_…" });
  try {
    const { tensors, backend } = await engine.compute({ clip: new Uint8Array(), layers: "last", pool: "mean" });
    const numbers: Float32Array = tensors[0]!.data;
    console.log(numbers, backend.toUpperCase());
  } catch (error) {
    if (error instanceof UndertoneError) console.log(error.slug);
  }
`;

test("undertone/browser is typed for other projects, wrong uses included", async () => {
  await declareTypes(join(folder, "engine/types"));
  const check = async (script: string) =>
    promisify(execFile)(process.execPath, [TSC, "--project", await otherProject(script)]);
  await check(PAGE);
  await expect(check(PAGE.replace('pool: "mean"', 'pool: "median"'))).rejects.toMatchObject({
    stdout: expect.stringMatching(/page\.ts.*"median"/s),
  });
});
