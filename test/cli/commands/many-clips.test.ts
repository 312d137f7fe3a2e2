import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, test } from "vitest";
import { goldenDirectory } from "../../../support/packs/tiny-pack.ts";
import { runUndertone } from "../../support/cli/undertone.ts";
import { readNpy } from "../../support/http/answer-readers.ts";
import { chirp } from "../../support/http/service.ts";

let directory: string;
let pack: string;
let diarizer: string;
const clip = chirp(16_000);
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "undertone-clips-"));
  pack = await build("tiny-group");
  diarizer = await build("tiny-afc");
  for (const folder of ["one", "other", "empty"]) await mkdir(join(directory, folder));
  for (const name of ["a.wav", "b.wav", "one/a.wav", "other/a.wav", "a.b.wav"]) {
    await writeFile(join(directory, name), clip);
  }
  await writeFile(join(directory, "short.wav"), chirp(399));
  await writeFile(join(directory, "noise.wav"), "this is no clip");
});
afterAll(() => rm(directory, { recursive: true }));

async function build(name: string): Promise<string> {
  const out = join(directory, name);
  const args = ["pack", "build", goldenDirectory(name), "--precision", "fp32", "--out", out];
  expect(await runUndertone(args)).toMatchObject({ status: 0 });
  return out;
}

const features = (...args: string[]) =>
  runUndertone(["features", "--pack", pack, ...args], directory);
const embed = (...args: string[]) => runUndertone(["embed", "--pack", pack, ...args], directory);
const diarize = (...args: string[]) =>
  runUndertone(["diarize", "--pack", diarizer, ...args], directory);
const read = (name: string) => readFile(join(directory, name));
const linesOf = (text: string) =>
  text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));

describe("a clip that fails", () => {
  it("does not keep the others from being written, and is told at the end", async () => {
    const clips = ["a.wav", "short.wav", "nowhere.wav", "noise.wav", "b.wav"];
    const { status, stdout, stderr } = await features(
      ...clips,
      "--out",
      "vectors",
      "--format",
      "npy",
    );
    expect(status).toBe(1);
    expect(stdout).toBe(
      "vectors/a.npy: 49 frames by tiny-group-fp32\nvectors/b.npy: 49 frames by tiny-group-fp32\n",
    );
    expect(await readdir(join(directory, "vectors"))).toEqual(["a.npy", "b.npy"]);
    expect(stderr.trimEnd().split("\n")).toEqual([
      expect.stringMatching(/^clip-too-short: short\.wav: /),
      "not-found: nowhere.wav does not exist: check its name.",
      expect.stringMatching(/^not-audio: noise\.wav: /),
      "3 of 5 clips failed.",
    ]);
  });

  it("leaves standard output to the lines of the others", async () => {
    const { status, stdout, stderr } = await embed("short.wav", "a.wav", "nowhere.wav", "b.wav");
    expect(status).toBe(1);
    expect(linesOf(stdout).map(({ file }) => file)).toEqual(["a.wav", "b.wav"]);
    expect(stderr).toMatch(/^clip-too-short: .*\nnot-found: .*\n2 of 4 clips failed\.\n$/);
  });

  it("may be a directory, whose clips are to be named", async () => {
    const { status, stderr } = await embed("one/");
    expect(status).toBe(1);
    expect(stderr).toBe(
      "not-audio: one/ is a directory: name the clips in it, such as one/*.wav.\n",
    );
  });

  it.skipIf(process.getuid?.() === 0)("may be one that must not be read", async () => {
    await writeFile(join(directory, "secret.wav"), clip, { mode: 0o000 });
    expect((await embed("secret.wav")).stderr).toMatch(/^not-found: .*check its permissions\.\n$/);
  });
});

describe("a pack that is damaged", () => {
  it("ends the run, since no clip can be computed", async () => {
    const damaged = await build("tiny-xvector");
    await rm(join(damaged, "blobs"), { recursive: true });
    const { stderr } = await runUndertone(
      ["embed", "a.wav", "b.wav", "--pack", damaged],
      directory,
    );
    expect(stderr).toMatch(/^(blobs\/.* reading it again\n)+pack-damaged: The pack '[^\n]*\n$/);
  });
});

describe("standard input", () => {
  const piped = (...args: string[]) => runUndertone([...args, "--pack", pack], directory, {}, clip);

  it("is a clip named -", async () => {
    const { status, stdout } = await piped("features", "-", "--out", "piped.npy");
    expect({ status, stdout }).toEqual({
      status: 0,
      stdout: "piped.npy: 49 frames by tiny-group-fp32\n",
    });
    await features("a.wav", "--out", "read.npy");
    expect(await read("piped.npy")).toEqual(await read("read.npy"));
  });

  it("stands among files, and is called stdin where a file is named after it", async () => {
    const { stdout } = await piped("features", "a.wav", "-", "--out", "streams", "--format", "npy");
    expect(stdout).toMatch(/^streams\/a\.npy: .*\nstreams\/stdin\.npy: .*\n$/);
    const [one, other] = linesOf((await piped("embed", "a.wav", "-")).stdout);
    expect(other).toEqual({ ...one, file: "-" });
  });

  it("holds one clip", async () => {
    expect((await piped("embed", "-", "-")).stderr).toMatch(
      /^invalid-option: Standard input holds/,
    );
    const compared = await piped("compare", "-", "-");
    expect(compared.stderr).toMatch(/^invalid-option: Standard input holds/);
  });

  it("may be empty or no clip, which is said of it", async () => {
    const { stderr } = await embed("-");
    expect(stderr).toMatch(/^empty-body: standard input: /);
  });

  it("may be read as far as is wanted", async () => {
    const long = chirp(120 * 16_000);
    const args = ["features", "-", "--end", "0.5", "--pool", "mean", "--pack", pack];
    expect((await runUndertone(args, directory, {}, long)).status).toBe(0);
  });
});

describe("--out", () => {
  it.each(["npy", "npz", "safetensors", "json"])(
    "NAME.%s is the file of one clip",
    async (ending) => {
      const { stdout } = await features("a.wav", "--out", `new/folder/name.${ending}`);
      expect(stdout).toBe(`new/folder/name.${ending}: 49 frames by tiny-group-fp32\n`);
      await features("a.wav", "--out", "usual", "--format", ending);
      expect(await read(`new/folder/name.${ending}`)).toEqual(await read(`usual/a.${ending}`));
    },
  );

  it("takes an ending in capitals", async () => {
    await features("a.wav", "--out", "CAPITALS.NPY");
    expect(readNpy(await read("CAPITALS.NPY")).shape).toEqual([49, 48]);
  });

  it("NAME.jsonl has a line for each clip, of features too", async () => {
    const { stdout } = await features("a.wav", "b.wav", "--pool", "mean", "--out", "all.jsonl");
    expect(stdout).toMatch(/^all\.jsonl: .*\nall\.jsonl: .*\n$/);
    const lines = linesOf((await read("all.jsonl")).toString());
    await features("a.wav", "--pool", "mean", "--out", "one.json");
    const one = JSON.parse((await read("one.json")).toString());
    expect(lines).toEqual([
      { file: "a.wav", ...one },
      { file: "b.wav", ...one },
    ]);
  });

  it("- is standard output, which then holds nothing else", async () => {
    const lines = await features("a.wav", "b.wav", "--pool", "max", "--out", "-");
    expect(linesOf(lines.stdout).map(({ file }) => file)).toEqual(["a.wav", "b.wav"]);
    const { stdout, stderr } = await features("a.wav", "--format", "safetensors", "--out", "-");
    expect(stdout).toContain("hidden_states.3");
    expect(stderr).toBe("");
  });

  it("NAME.json, NAME.jsonl and directories take the answers of tasks", async () => {
    const [line] = linesOf((await embed("a.wav")).stdout);
    await embed("a.wav", "--out", "vector.json");
    expect(JSON.parse((await read("vector.json")).toString())).toEqual(line);
    await embed("a.wav", "b.wav", "--out", "vectors.jsonl");
    expect(linesOf((await read("vectors.jsonl")).toString())).toEqual([
      line,
      { ...line, file: "b.wav" },
    ]);
    await embed("a.wav", "b.wav", "--out", "answers");
    expect(await readdir(join(directory, "answers"))).toEqual(["a.json", "b.json"]);
  });

  it("NAME.rttm has the segments of all clips, by their names", async () => {
    const all = (await diarize("a.wav", "b.wav", "--format", "rttm")).stdout;
    expect(new Set(all.match(/(?<=^SPEAKER )\S+/gm))).toEqual(new Set(["a", "b"]));
    await diarize("a.wav", "b.wav", "--out", "who.rttm");
    expect((await read("who.rttm")).toString()).toBe(all);
    await diarize("a.wav", "b.wav", "--format", "rttm", "--out", "who");
    expect((await read("who/a.rttm")).toString() + (await read("who/b.rttm"))).toBe(all);
  });

  it("keeps the dots of a clip's name", async () => {
    expect((await features("a.b.wav", "--out", "dots")).stdout).toMatch(/^dots\/a\.b\.json: /);
  });

  it("may be a device", async () => {
    expect((await features("a.wav", "--out", "/dev/null")).stdout).toMatch(/^\/dev\/null: /);
  });

  it("of a run that computes nothing leaves an older file alone", async () => {
    await writeFile(join(directory, "older.jsonl"), "kept");
    await embed("nowhere.wav", "--out", "older.jsonl");
    expect((await read("older.jsonl")).toString()).toBe("kept");
  });
});

describe("--keep-folders", () => {
  const clips = ["one/a.wav", "other/a.wav"];

  it("tells clips of one name apart", async () => {
    const { stdout } = await features(...clips, "--out", "tree", "--keep-folders");
    expect(stdout).toMatch(/^tree\/one\/a\.json: .*\ntree\/other\/a\.json: .*\n$/);
    const { stdout: speakers } = await diarize(...clips, "--format", "rttm", "--keep-folders");
    expect(new Set(speakers.match(/(?<=^SPEAKER )\S+/gm))).toEqual(new Set(["one/a", "other/a"]));
  });

  it("starts below the folder that clips have in common", async () => {
    const absolute = clips.map((name) => join(directory, name));
    const { stdout } = await features(...absolute, "--out", "tree2", "--keep-folders");
    expect(stdout).toMatch(/^tree2\/one\/a\.json: .*\ntree2\/other\/a\.json: .*\n$/);
    const single = await features("one/a.wav", "--out", "tree3", "--keep-folders");
    expect(single.stdout).toMatch(/^tree3\/a\.json: /);
  });
});

describe("what would go wrong is refused before anything is computed:", () => {
  test.each([
    [
      "several clips in a file that holds one",
      ["a.wav", "b.wav", "--out", "x.npy"],
      /x\.npy can hold one clip as npy, and there are 2: name a directory with --out, or a file that ends in \.jsonl\./,
    ],
    [
      "several clips on standard output in a format that holds one",
      ["a.wav", "b.wav", "--out", "-", "--format", "npy"],
      /Standard output can hold one clip as npy/,
    ],
    [
      "an existing file that is no format",
      ["a.wav", "b.wav", "--out", "short.wav"],
      /--out short\.wav is a file\. Name a directory, or a file that ends in \.json,/,
    ],
    [
      "a new file that is no format",
      ["a.wav", "--out", "x.csv"],
      /--out x\.csv ends in none of the formats.*write x\.csv\/\./,
    ],
    [
      "a directory below a file",
      ["a.wav", "--out", "short.wav/x"],
      /--out short\.wav\/x cannot be used/,
    ],
    [
      "a format against the ending",
      ["a.wav", "--out", "x.npy", "--format", "npz"],
      /--format npz contradicts the ending of --out x\.npy/,
    ],
    [
      "clips of one name",
      ["one/a.wav", "other/a.wav", "--out", "y"],
      /one\/a\.wav and other\/a\.wav would both be written to y\/a\.json: add --keep-folders/,
    ],
    ["one clip twice", ["a.wav", "./a.wav"], /a\.wav is named twice/],
    [
      "a directory where the file would be",
      ["one.wav", "--out", "one.json"],
      /is a directory where a file would be written/,
    ],
  ])("%s", async (_, args, sentence) => {
    await mkdir(join(directory, "z/one.json"), { recursive: true });
    const given = args.map((arg) => (arg === "one.json" ? "z" : arg));
    const { status, stdout, stderr } = await features(...given);
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    expect(stderr).toMatch(/^invalid-option: [^\n]*\n$/);
    expect(stderr).toMatch(sentence);
  });

  test("a result that would take the place of a clip", async () => {
    await writeFile(join(directory, "clip.json"), clip);
    const { stderr } = await features("clip.json");
    expect(stderr).toMatch(/clip\.json is a clip and would be overwritten/);
    expect(new Uint8Array(await read("clip.json"))).toEqual(new Uint8Array(clip));
  });

  test("segments of clips that RTTM could not tell apart", async () => {
    const { stderr } = await diarize("one/a.wav", "other/a.wav", "--format", "rttm");
    expect(stderr).toMatch(/would both be called a: add --keep-folders/);
  });

  test("no clip at all", async () => {
    const { status, stderr } = await features();
    expect(status).toBe(1);
    expect(stderr).toMatch(/Name one or more clips, or - for standard input/);
  });

  test("an option's value, by the flag's name", async () => {
    const { stderr } = await diarize("a.wav", "--min-gap", "long");
    expect(stderr).toMatch(/^invalid-option: --min-gap has to be a number of seconds/);
  });
});

describe("the command itself", () => {
  it("tells its version", async () => {
    const { version } = JSON.parse((await readFile("package.json")).toString());
    expect((await runUndertone(["--version"])).stdout).toBe(`${version}\n`);
  });

  it.each(["features", "embed", "transcribe", "classify", "diarize", "compare"])(
    "describes the options of %s in its own words",
    async (command) => {
      const { stdout } = await runUndertone([command, "--help"]);
      expect(stdout).not.toMatch(/Accept|answer|GET|POST|\/v1\/|request|<value>|\w=\w/);
      expect(stdout).toMatch(/--channel <channel> +mix, left, right/);
    },
  );

  it("ends quietly when nobody reads on", async () => {
    const command = join(import.meta.dirname, "../../../src/cli/undertone.ts");
    const line = `${process.execPath} ${command} features a.wav b.wav --out - --pack ${pack} 2>&1 >&3 | cat`;
    const { execFile } = await import("node:child_process");
    const { promisify } = await import("node:util");
    const shell = `( ${line} ) 3>&1 | head -c 10`;
    const { stdout, stderr } = await promisify(execFile)("bash", ["-c", shell], { cwd: directory });
    expect({ stdout, stderr }).toEqual({ stdout: '{"file":"a', stderr: "" });
  });
});
