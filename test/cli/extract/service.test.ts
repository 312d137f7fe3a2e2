import { execFileSync } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { filesystemStore } from "../../../src/store/filesystem.ts";
import { makeWav } from "../../../support/clips/make-wav.ts";
import { installGolden } from "../../../support/packs/tiny-pack.ts";
import { type StartedServer, startNodeServer } from "../../../support/runtimes/node.ts";
import { runUndertone } from "../../support/cli/undertone.ts";
import { query } from "../../support/duckdb.ts";
import { readNpy } from "../../support/http/answer-readers.ts";
import { chirp } from "../../support/http/service.ts";
import { makeWorkplace, type Workplace } from "./extraction.ts";

let place: Workplace;
let server: StartedServer;
let key: string;
beforeAll(async () => {
  place = await makeWorkplace();
  const packs = join(place.directory, "packs");
  await installGolden(filesystemStore(packs), "tiny-group", "fp32");
  const data = { PACKS: packs, DATA: join(place.directory, "data") };
  // As the command line computes: another backend has other last bits.
  server = await startNodeServer({ ...data, UNDERTONE_BACKEND: "wasm", MAX_CLIP_SECONDS: "60" });
  const database = join(place.directory, "data/undertone.sqlite");
  const made = await runUndertone(["key", "create", "--scope", "features", "--database", database]);
  [key = ""] = /ut_[\w-]+/.exec(made.stdout) ?? [];
  await place.write("clips/a.wav", "clips/b.wav", "clips/c.wav");
});
afterAll(async () => {
  server?.process.kill("SIGKILL");
  await server?.ended;
  await place.remove();
});

const remotely = (dataset: string, out: string, key: string, ...more: string[]) =>
  runUndertone(["extract", dataset, "--out", out, "--url", server.url, ...more], place.directory, {
    UNDERTONE_KEY: key,
  });
/** A second of a tone, and silence. */
function quietClip() {
  const samples = Float32Array.from({ length: 58 * 5000 }, (_, index) =>
    index < 5000 ? Math.sin(index / 7) / 2 : 0,
  );
  return makeWav({ sampleRateHz: 5000, channels: [samples], format: "u8" });
}
const OPTIONS = ["--layers", "0,-1", "--pool", "mean_std"];

describe("undertone extract --url", () => {
  it("writes the rows of a service, which are those of its pack here", async () => {
    const tar = ["-cf", "clips.tar", "-C", "clips", "a.wav", "b.wav", "c.wav"];
    execFileSync("tar", tar, { cwd: place.directory });
    await place.extract("clips", "--out", "here.parquet", ...OPTIONS);
    for (const dataset of ["clips", "clips.tar"]) {
      const out = `${dataset}-there.parquet`;
      expect(await remotely(dataset, out, key, ...OPTIONS)).toMatchObject({
        status: 0,
        stdout: `${out}: 3 clips by ${server.url.replace(/\/$/, "")}\n`,
      });
      const rows = (name: string) => query(`SELECT * FROM '${join(place.directory, name)}'`);
      expect(await rows(out)).toEqual(await rows("here.parquet"));
    }
  });

  it("leaves silence out and says where it was, as the pack does here and as undertone features does", async () => {
    await mkdir(join(place.directory, "talks"));
    await writeFile(join(place.directory, "talks/short.wav"), chirp(1600));
    await writeFile(join(place.directory, "talks/quiet.wav"), quietClip());
    const options = ["--layers", "3", "--skip-silence"];
    expect((await place.extract("talks", "--out", "quiet.parquet", ...options)).status).toBe(0);
    expect((await remotely("talks", "quiet-there.parquet", key, ...options)).status).toBe(0);
    const rows = (name: string) => query(`SELECT * FROM '${join(place.directory, name)}'`);
    const [quiet, short] = await rows("quiet.parquet");
    expect(await rows("quiet-there.parquet")).toEqual([quiet, short]);
    expect(short).toMatchObject({ frames: 4, silent: "[]" });
    const frames = Number(quiet?.frames);
    expect(JSON.parse(String(quiet?.silent))).toMatchObject([
      { frame: frames, frames: 58 * 50 - 1 - frames },
    ]);

    const args = [...["--pack", "pack"], ...options, ...["--format", "npy"]];
    await runUndertone(["features", "talks/quiet.wav", ...args], place.directory);
    const answer = await fetch(`${server.url}/v1/features?layers=3&skip_silence=true&format=npy`, {
      method: "POST",
      body: quietClip(),
      headers: { Authorization: `Bearer ${key}` },
    });
    const alone = await readFile(join(place.directory, "quiet.npy"));
    expect(alone.equals(new Uint8Array(await answer.arrayBuffer()))).toBe(true);
    const { values } = readNpy(alone);
    expect([quiet?.["hidden_states.3"]].flat(2)).toEqual(values);
  });

  it("ends at once if no clip would be answered, and names a clip that is refused", async () => {
    const refused = await remotely("clips", "a.parquet", "ut_wrong", "--continue-on-error");
    expect(refused).toMatchObject({ status: 1, stderr: expect.stringMatching(/answers 401: /) });
    await writeFile(join(place.directory, "clips/d.wav"), "no audio");
    const args = ["--continue-on-error"] as const;
    const { status } = await remotely("clips", "b.parquet", key, ...args);
    expect(status).toBe(2);
    const report = await readFile(join(place.directory, "b.parquet.failures.jsonl"), "utf8");
    expect(JSON.parse(report)).toMatchObject({
      path: "d.wav",
      message: expect.stringContaining("answers 415"),
    });
  });

  it("wants either a pack or a service", async () => {
    const both = await remotely("clips", "c.parquet", "", "--pack", "pack");
    expect(both.stderr).toContain("--pack <dir>, or --url <url> of a service");
  });
});
