import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as ids from "../../../src/audio/containers/matroska/ids.ts";
import { int16s } from "../../../support/clips/bytes.ts";
import { block, element, makeMatroska, trackEntry } from "../../../support/clips/make-matroska.ts";
import { makeWav } from "../../../support/clips/make-wav.ts";
import { readClip } from "../../../support/decoding/fixtures.ts";
import { goldenDirectory } from "../../../support/packs/tiny-pack.ts";
import { runUndertone } from "../../support/cli/undertone.ts";
import { readNpy, readNpz, readSafetensors } from "../../support/http/answer-readers.ts";
import { chirp } from "../../support/http/service.ts";

let directory: string;
let pack: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "undertone-features-"));
  pack = join(directory, "pack");
  await writeFile(join(directory, "chirp.wav"), chirp(16_000));
  await writeFile(join(directory, "short.wav"), chirp(399));
  const built = await runUndertone([
    "pack",
    "build",
    goldenDirectory("tiny-group"),
    "--precision",
    "fp32",
    "--out",
    pack,
  ]);
  expect(built).toMatchObject({ status: 0, stdout: expect.stringContaining("tiny-group-fp32") });
});
afterAll(() => rm(directory, { recursive: true, force: true }));

function features(...args: string[]) {
  return runUndertone(["features", "--pack", pack, ...args], directory);
}

describe("undertone features", () => {
  it("writes one file per clip and says what it made", async () => {
    const result = await features("chirp.wav", "--format", "npy", "--out", "vectors");
    expect(result.stdout).toBe("vectors/chirp.npy: 49 frames by tiny-group-fp32\n");
    expect(result.status).toBe(0);
    expect(readNpy(await readFile(join(directory, "vectors/chirp.npy"))).shape).toEqual([49, 48]);
  });

  it("computes long clips in windows and says in how many", async () => {
    await writeFile(join(directory, "long.wav"), chirp(61 * 16_000));
    const { stdout } = await features("long.wav", "--format", "npy");
    expect(stdout).toBe("long.npy: 3049 frames by tiny-group-fp32, 3 windows\n");
    expect(readNpy(await readFile(join(directory, "long.npy"))).shape).toEqual([3049, 48]);
  });

  it("leaves silence out, and says where it was", async () => {
    const samples = Float32Array.from({ length: 62 * 5000 }, (_, index) =>
      index < 5000 ? Math.sin(index / 7) / 2 : 0,
    );
    const clip = makeWav({ sampleRateHz: 5000, channels: [samples], format: "u8" });
    await writeFile(join(directory, "quiet.wav"), clip);
    const { stdout } = await features("quiet.wav", "--format", "npz", "--skip-silence");
    expect(stdout).toBe("quiet.npz: 1400 frames by tiny-group-fp32\n");
    const { arrays, texts } = readNpz(await readFile(join(directory, "quiet.npz")));
    expect(arrays.get("hidden_states.3")?.shape).toEqual([1400, 48]);
    const metadata = JSON.parse(texts.get("metadata.json") ?? "");
    expect(metadata).toMatchObject({ silent: [{ frame: 1400, start: 28 }] });
    const refused = await features(
      "quiet.wav",
      "--format",
      "npy",
      "--skip-silence",
      "--start",
      "30",
    );
    expect(refused.stderr).toContain("silent all through");
  });

  it("takes the endpoint's options", async () => {
    await features(
      "chirp.wav",
      "--layers",
      "0,-1",
      "--pool",
      "mean_std",
      "--dtype",
      "f16",
      "--format",
      "npz",
    );
    const { arrays } = readNpz(await readFile(join(directory, "chirp.npz")));
    expect([...arrays.keys()]).toEqual(["hidden_states.0", "hidden_states.3"]);
    expect(arrays.get("hidden_states.0")).toMatchObject({ dtype: "<f2", shape: [96] });
  });

  it("takes a channel and a part of a clip", async () => {
    const samples = Float32Array.from({ length: 16_000 }, (_, index) => Math.sin(index / 7) / 2);
    const write = (name: string, ...channels: Float32Array[]) => {
      const bytes = makeWav({ sampleRateHz: 16_000, channels, format: "s16" });
      return writeFile(join(directory, name), bytes);
    };
    await write("stereo.wav", samples.map(Math.abs), samples);
    await write("part.wav", samples.subarray(4_000, 12_000));
    const part = ["--channel", "right", "--start", "0.25", "--end", "0.75"];
    await features("stereo.wav", "--format", "npy", ...part);
    await features("part.wav", "--format", "npy");
    const read = async (name: string) => readNpy(await readFile(join(directory, name)));
    expect(await read("stereo.npy")).toEqual(await read("part.npy"));
  });

  it("takes an audio track of a file", async () => {
    const samples = (step: number) =>
      int16s(Array.from({ length: 8_000 }, (_, index) => 9_000 * Math.sin(index / step)));
    const tracks = [7, 20].map((step, index) => ({
      entry: trackEntry({ number: index + 1, sampleRateHz: 16_000 }),
      samples: element(ids.SIMPLE_BLOCK, block(samples(step), { track: index + 1 })),
    }));
    const write = (name: string, ...used: typeof tracks) =>
      writeFile(
        join(directory, name),
        makeMatroska(
          used.map(({ entry }) => entry),
          used.map((track) => track.samples),
        ),
      );
    await write("both.mka", ...tracks);
    await write("second.mka", ...tracks.slice(1));
    await features("both.mka", "--format", "npy", "--track", "1");
    await features("second.mka", "--format", "npy");
    const read = async (name: string) => readNpy(await readFile(join(directory, name)));
    expect(await read("both.npy")).toEqual(await read("second.npy"));
  });

  it("reads clips in other formats than WAV", async () => {
    await writeFile(join(directory, "speech.mp3"), readClip("mp3/cbr-44100-2.mp3"));
    const { stdout } = await features("speech.mp3", "--pool", "mean");
    expect(stdout).toMatch(/^speech\.json: \d+ frames by tiny-group-fp32\n$/);
    const { audio } = JSON.parse((await readFile(join(directory, "speech.json"))).toString());
    expect(audio).toMatchObject({ container: "mp3", codec: "mp3", channel: "mix" });
  });

  it("writes the same numbers in every format", async () => {
    for (const format of ["json", "npy", "safetensors"])
      await features("chirp.wav", "--format", format);
    const read = (format: string) => readFile(join(directory, `chirp.${format}`));
    const { values } = readNpy(await read("npy"));
    const fromSafetensors = readSafetensors(await read("safetensors")).tensors.get(
      "hidden_states.3",
    );
    expect(fromSafetensors?.values).toEqual(values);
    const json = JSON.parse((await read("json")).toString());
    expect(json.layers[0].data.flat().map(Math.fround)).toEqual(values);
    expect(json.model).toMatchObject({
      id: "tiny-group-fp32",
      precision: "fp32",
      weights: "checkpoint",
    });
  });

  it.each([
    { name: "a clip of 399 samples", args: ["short.wav"], slug: "clip-too-short" },
    { name: "a missing clip", args: ["nowhere.wav"], slug: "not-found" },
    {
      name: "a layer out of range",
      args: ["chirp.wav", "--layers", "4"],
      slug: "layer-out-of-range",
    },
    { name: "an unknown value", args: ["chirp.wav", "--pool", "median"], slug: "invalid-option" },
    {
      name: "npy of several layers",
      args: ["chirp.wav", "--layers", "all", "--format", "npy"],
      slug: "one-layer-only",
    },
    {
      name: "base64 outside JSON",
      args: ["chirp.wav", "--encoding", "base64", "--format", "npy"],
      slug: "invalid-option",
    },
    {
      name: "a channel that the clip has not",
      args: ["chirp.wav", "--channel", "right"],
      slug: "channel-out-of-range",
    },
    {
      name: "a track that the clip has not",
      args: ["chirp.wav", "--track", "1"],
      slug: "track-out-of-range",
    },
    {
      name: "a part after its end",
      args: ["chirp.wav", "--start", "1"],
      slug: "start-out-of-range",
    },
    { name: "a time that is none", args: ["chirp.wav", "--end", "1:30"], slug: "invalid-option" },
    {
      name: "a clip over the limit",
      args: ["chirp.wav", "--max-clip-seconds", "0.5"],
      slug: "clip-too-long",
    },
  ])("refuses $name with its slug and no stack", async ({ args, slug }) => {
    const { status, stderr } = await features(...args);
    expect(status).toBe(1);
    expect(stderr).toMatch(new RegExp(`^${slug}: [^\\n]+\\n$`));
  });

  it("says which command builds a pack where there is none", async () => {
    const { stderr } = await runUndertone(
      ["features", "chirp.wav", "--pack", "nowhere"],
      directory,
    );
    expect(stderr).toMatch(/^no-pack-installed: .*undertone pack build/);
  });
});
