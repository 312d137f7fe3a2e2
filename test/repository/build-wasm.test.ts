import { createHash } from "node:crypto";
import { link, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildKernels } from "../../scripts/wasm/build-kernels.ts";
import { chosenCodecs } from "../../scripts/wasm/chosen-codecs.ts";
import { CODEC_PACKAGES, type CodecPackage } from "../../scripts/wasm/codec-packages.ts";
import { extractCodecs } from "../../scripts/wasm/extract-codecs.ts";
import { withInitialPages } from "../../scripts/wasm/initial-pages.ts";
import { makeUnsharedModules } from "../../scripts/wasm/unshared-modules.ts";
import { CODEC_NAMES, type CodecName } from "../../src/audio/codecs/wasm/modules.ts";
import { nodeCodecs } from "../../src/audio/codecs/wasm/node.ts";

const REPOSITORY = join(import.meta.dirname, "../..");
const MODULES = join(REPOSITORY, "node_modules");

let directory: string;
let built: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "undertone-build-"));
  built = join(directory, "built");
  await extract({ outDirectory: built });
});
afterAll(() => rm(directory, { recursive: true }));

function extract(options: Partial<Parameters<typeof extractCodecs>[0]>): Promise<void> {
  return extractCodecs({
    codecs: CODEC_NAMES,
    outDirectory: join(directory, "out"),
    modulesDirectory: MODULES,
    ...options,
  });
}

/** The pinned packages, but for one. */
function packagesWith(codec: CodecName, change: Partial<CodecPackage>) {
  return { ...CODEC_PACKAGES, [codec]: { ...CODEC_PACKAGES[codec], ...change } };
}

describe("extracting the codecs", () => {
  it.each(CODEC_NAMES)("gives %s as it was tested, which compiles", async (codec) => {
    const wasm = await readFile(join(built, `${codec}.wasm`));
    const [pinned] = Object.values(CODEC_PACKAGES[codec].versions);
    expect(wasm.length).toBe(pinned?.bytes);
    expect(createHash("sha256").update(wasm).digest("hex")).toBe(pinned?.builtSha256);
    expect(await WebAssembly.compile(wasm)).toBeInstanceOf(WebAssembly.Module);
  });

  it("leaves alone what is there, and makes again what is damaged", async () => {
    const [kept, damaged] = [join(built, "flac.wasm"), join(built, "opus.wasm")];
    const [before, sound] = [await stat(kept), await readFile(damaged)];
    await writeFile(damaged, sound.subarray(1));
    await extract({ outDirectory: built });
    expect((await stat(kept)).ino).toBe(before.ino);
    expect(await readFile(damaged)).toEqual(sound);
  });

  it("leaves out what is not chosen, which Node then has no module of", async () => {
    const outDirectory = join(directory, "partly");
    await extract({ outDirectory, codecs: ["opus"] });
    const codecs = nodeCodecs(outDirectory);
    expect(await codecs.module("opus")).toBeInstanceOf(WebAssembly.Module);
    expect(await codecs.module("amr")).toBeNull();
    await extract({ outDirectory, codecs: ["amr"] });
    expect(await nodeCodecs(outDirectory).module("amr")).toBeInstanceOf(WebAssembly.Module);
    expect(await nodeCodecs(outDirectory).module("opus")).toBeNull();
  });

  it("lets several builds run at once", async () => {
    const outDirectory = join(directory, "at-once");
    await Promise.all([1, 2, 3].map(() => extract({ outDirectory, codecs: ["flac"] })));
    expect(await nodeCodecs(outDirectory).module("flac")).not.toBeNull();
  });

  it("refuses a version that was not tested, naming it and what to do", async () => {
    const modulesDirectory = join(directory, "updated");
    await mkdir(join(modulesDirectory, "mpg123-decoder"), { recursive: true });
    await writeFile(
      join(modulesDirectory, "mpg123-decoder/package.json"),
      JSON.stringify({ version: "9.0.0" }),
    );
    await expect(extract({ modulesDirectory })).rejects.toThrow(
      /^mpg123-decoder 9\.0\.0 is installed, and only 1\.0\.3 was tested: install that version, or add 9\.0\.0 to scripts\/wasm\/codec-packages\.ts/,
    );
  });

  it("refuses other WASM than was tested, with what it found", async () => {
    const pinned = { bytes: 3, sha256: "0".repeat(64), builtSha256: "1".repeat(64) };
    const packages = packagesWith("flac", { versions: { "0.2.11": pinned } });
    await expect(extract({ packages })).rejects.toThrow(
      /^@wasm-audio-decoders\/flac 0\.2\.11 holds other WASM than was tested: expected 3 bytes with SHA-256 0{64}; found .*54713 bytes with SHA-256 79af31833d/,
    );
  });

  it("refuses a package that does not start, or is not there", async () => {
    const start = () => Promise.reject(new Error("no entry point"));
    const outDirectory = join(directory, "broken");
    await expect(
      extract({ outDirectory, packages: packagesWith("amr", { start }) }),
    ).rejects.toThrow(/^@audio\/decode-amr 1\.3\.1 does not start, .* no entry point/);
    await expect(extract({ modulesDirectory: directory })).rejects.toThrow(
      "The package mpg123-decoder is not installed: run npm install.",
    );
  });

  it("leaves WebAssembly as it was", () => {
    expect(WebAssembly.compile.toString()).toContain("[native code]");
    expect(WebAssembly.instantiate.toString()).toContain("[native code]");
  });
});

describe("the initial memory of a binary", () => {
  it("is what is asked for, and grows to the same maximum", async () => {
    const wasm = withInitialPages(await readFile(join(built, "mpg123.wasm")), 7);
    const { imports, memory } = importsOf(new WebAssembly.Module(new Uint8Array(wasm)));
    const { exports } = new WebAssembly.Instance(
      new WebAssembly.Module(new Uint8Array(wasm)),
      imports,
    );
    const { buffer } = exports[memory] as WebAssembly.Memory;
    expect(buffer.byteLength).toBe(7 * 65_536);
    expect((exports[memory] as WebAssembly.Memory).grow(259 - 7)).toBe(7);
    expect(() => (exports[memory] as WebAssembly.Memory).grow(1)).toThrow();
  });

  it("is not changed in what has none, or to what does not fit", () => {
    expect(() => withInitialPages(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0), 1)).toThrow(
      "defines no memory",
    );
    const memoryOfOnePage = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 5, 3, 1, 0, 1];
    expect(() => withInitialPages(Uint8Array.from(memoryOfOnePage), 128)).toThrow("do not fit");
  });
});

function importsOf(module: WebAssembly.Module) {
  const names = WebAssembly.Module.imports(module).map(({ name }) => [name, () => 0]);
  const memory = WebAssembly.Module.exports(module).find(({ kind }) => kind === "memory")?.name;
  return { imports: { a: Object.fromEntries(names) }, memory: memory as string };
}

describe("UNDERTONE_CODECS", () => {
  it.each([
    [undefined, [...CODEC_NAMES]],
    ["", [...CODEC_NAMES]],
    ["none", []],
    ["opus", ["opus"]],
    [" opus, flac ", ["opus", "flac"]],
  ])("%j means %j", (list, codecs) => {
    expect(chosenCodecs(list)).toEqual(codecs);
  });

  it.each(["mp3", "opus,", "none,opus"])("refuses %j, naming what there is", (list) => {
    expect(() => chosenCodecs(list)).toThrow(
      "it takes none or a comma-separated list of mpg123, flac, vorbis, opus, amr.",
    );
  });
});

describe("compiling the kernels", () => {
  it("replaces files and leaves those alone that share their bytes by a hard link", async () => {
    const outDirectory = join(directory, "kernels");
    await mkdir(outDirectory);
    const [file, shared] = [join(outDirectory, "simd.wasm"), join(directory, "shared.wasm")];
    await writeFile(file, "of another checkout");
    await link(file, shared);
    await buildKernels(join(REPOSITORY, "kernels"), outDirectory);
    expect(await readFile(shared, "utf8")).toBe("of another checkout");
    expect(await WebAssembly.compile(await readFile(file))).toBeInstanceOf(WebAssembly.Module);
    expect((await readdir(outDirectory)).sort()).toEqual([
      "built-from",
      "relaxed-simd.wasm",
      "simd.wasm",
    ]);
  });
});

describe("making the modules for one thread", () => {
  const make = (options: Partial<Parameters<typeof makeUnsharedModules>[0]>) =>
    makeUnsharedModules({
      modulesDirectory: MODULES,
      kernelsDirectory: join(REPOSITORY, "build/kernels"),
      outDirectory: join(directory, "unshared"),
      ...options,
    });

  it("refuses a version of onnxruntime-web that was not tested", async () => {
    await expect(make({ tested: { "1.0.0": "" } })).rejects.toThrow("only 1.0.0 was tested");
  });

  it("refuses onnxruntime's WASM with another checksum", async () => {
    const manifest = join(MODULES, "onnxruntime-web/package.json");
    const { version } = JSON.parse(await readFile(manifest, "utf8"));
    await expect(make({ tested: { [version]: "0".repeat(64) } })).rejects.toThrow(
      "holds other WASM than was tested",
    );
  });

  it("says that the package is missing", async () => {
    await expect(make({ modulesDirectory: directory })).rejects.toThrow("run npm install");
  });
});
