import { execFileSync } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { query } from "../../support/duckdb.ts";
import { readNpy, readNpz, readSafetensors } from "../../support/http/answer-readers.ts";
import { makeWorkplace, type Workplace } from "./extraction.ts";

const POOLED = ["--layers", "0,3", "--pool", "mean"];

let place: Workplace;
/** The rows of the parquet file of the same clips, pooled and not. */
let pooled: Record<string, unknown>[];
let frames: Record<string, unknown>[];
beforeAll(async () => {
  place = await makeWorkplace();
  await place.write("clips/a.wav", "clips/b.wav", "clips/c.wav");
  await writeFile(at("list.csv"), "path,label\nclips/c.wav,x\nclips/a.wav,y\n");
  await extract("pooled.parquet", ...POOLED);
  await extract("frames.parquet");
  pooled = await query(`SELECT * FROM '${at("pooled.parquet")}'`);
  frames = await query(`SELECT * FROM '${at("frames.parquet")}'`);
});
afterAll(() => place.remove());

const at = (name: string) => join(place.directory, name);
async function extract(out: string, ...more: string[]): Promise<Uint8Array> {
  expect(await place.extract("list.csv", "--out", out, ...more)).toMatchObject({ status: 0 });
  return new Uint8Array(await readFile(at(out)));
}
const column = (rows: typeof pooled, name: string) => rows.map((row) => row[name]).flat(2);
const CLIPS = [
  { path: "clips/c.wav", label: "x", seconds: 0.09, frames: 4, warnings: "" },
  { path: "clips/a.wav", label: "y", seconds: 0.05, frames: 2, warnings: "" },
];

describe("undertone extract to npz", () => {
  it("has an array of all clips for each pooled tensor", async () => {
    const { arrays, texts } = readNpz(await extract("pooled.npz", ...POOLED));
    expect([...arrays.keys()]).toEqual(["hidden_states.0", "hidden_states.3"]);
    for (const [name, { shape, values }] of arrays) {
      expect([shape, values]).toEqual([[2, 48], column(pooled, name)]);
    }
    const metadata = JSON.parse(texts.get("metadata.json") as string);
    expect(metadata).toMatchObject({ model: { id: "tiny-group-fp32" }, pool: "mean" });
    expect(metadata.clips).toEqual(CLIPS);
  });

  it("has an array for each clip if frames are not pooled", async () => {
    const { arrays } = readNpz(await extract("frames.npz"));
    const names = CLIPS.map(({ path }) => `${path}/hidden_states.3`);
    expect([...arrays.keys()]).toEqual(names);
    expect(arrays.get(names[0] as string)?.shape).toEqual([4, 48]);
    expect([...arrays.values()].flatMap(({ values }) => values)).toEqual(
      column(frames, "hidden_states.3"),
    );
  });
});

describe("undertone extract to safetensors", () => {
  it("has the same arrays, and what is known of the clips", async () => {
    const { tensors, metadata } = readSafetensors(await extract("pooled.safetensors", ...POOLED));
    expect(tensors.get("hidden_states.3")).toMatchObject({
      shape: [2, 48],
      values: column(pooled, "hidden_states.3"),
    });
    expect(JSON.parse(metadata.undertone as string).clips).toEqual(CLIPS);
    const { tensors: each } = readSafetensors(await extract("frames.safetensors"));
    expect([...each.keys()]).toEqual(CLIPS.map(({ path }) => `${path}/hidden_states.3`));
  });
});

describe("undertone extract to a tar of WebDataset", () => {
  it("has a sample for each clip, as tar unpacks it", async () => {
    await extract("frames.tar");
    const listed = execFileSync("tar", ["-tf", at("frames.tar")]).toString();
    expect(listed.trim().split("\n")).toEqual([
      "000000000.json",
      "000000000.hidden_states.3.npy",
      "000000001.json",
      "000000001.hidden_states.3.npy",
    ]);
    execFileSync("tar", ["-xf", at("frames.tar"), "-C", place.directory]);
    const known = JSON.parse(await readFile(at("000000001.json"), "utf8"));
    expect(known).toMatchObject({ ...CLIPS[1], model: { id: "tiny-group-fp32" } });
    const sample = readNpy(new Uint8Array(await readFile(at("000000000.hidden_states.3.npy"))));
    expect(sample.shape).toEqual([4, 48]);
    expect(sample.values).toEqual(column(frames.slice(0, 1), "hidden_states.3"));
  });
});

describe("an output of another ending", () => {
  it("is refused with those that there are", async () => {
    const { status, stderr } = await place.extract("clips", "--out", "vectors.h5");
    expect(status).toBe(1);
    expect(stderr).toContain(".parquet, .npz, .safetensors, .tar");
  });
});
