import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { watchJob } from "../../../src/cli/jobs/watch.ts";
import { filesystemStore } from "../../../src/store/filesystem.ts";
import { installGolden } from "../../../support/packs/tiny-pack.ts";
import { type StartedServer, startNodeServer } from "../../../support/runtimes/node.ts";
import { runUndertone } from "../../support/cli/undertone.ts";
import { readNpy } from "../../support/http/answer-readers.ts";
import { chirp } from "../../support/http/service.ts";
import { startHttpServer } from "../../support/jobs/http-server.ts";

let directory: string;
let server: StartedServer;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "undertone-cli-jobs-"));
  await installGolden(filesystemStore(join(directory, "packs")), "tiny-group", "fp32");
  const data = { PACKS: join(directory, "packs"), DATA: join(directory, "data") };
  server = await startNodeServer({ ...data, UNDERTONE_OPEN: "1" });
  await mkdir(join(directory, "calls/monday"), { recursive: true });
  await writeFile(join(directory, "calls/a.wav"), chirp(3000));
  await writeFile(join(directory, "calls/monday/b.wav"), chirp(4000));
});
afterAll(async () => {
  server?.process.kill("SIGKILL");
  await server?.ended;
  await rm(directory, { recursive: true });
});

const submit = (...more: string[]) =>
  runUndertone(
    ["job", "submit", "calls", "--url", server.url, "--out", "results", ...more],
    directory,
  );
const MEAN = ["--option", "pool=mean", "--option", "format=npy"];

describe("undertone job submit", () => {
  it("writes a result for each file of a folder, and goes on where it was", async () => {
    expect((await submit(...MEAN)).status).toBe(0);
    for (const name of ["a.wav", "monday/b.wav"]) {
      const file = await readFile(join(directory, "results", `${name}.npy`));
      expect(readNpy(new Uint8Array(file)).shape).toHaveLength(1);
    }
    const log = await readFile(join(directory, "results/jobs.jsonl"), "utf8");
    expect(log.trim().split("\n")).toHaveLength(2);
    await rm(join(directory, "results/a.wav.npy"));
    await writeFile(join(directory, "calls/monday/b.wav"), chirp(4100));
    const again = await submit(...MEAN);
    expect(again).toMatchObject({ status: 0, stderr: expect.not.stringContaining("already") });
    await readFile(join(directory, "results/a.wav.npy"));
    const later = await readFile(join(directory, "results/jobs.jsonl"), "utf8");
    expect(later.trim().split("\n")).toHaveLength(3);
    const third = await submit(...MEAN);
    // Two are looked at at a time.
    expect(third.stderr.trim().split("\n").sort()).toEqual([
      "a.wav: there already",
      `${join("monday", "b.wav")}: there already`,
    ]);
  });

  it("says what is refused or fails, and goes on with the others", async () => {
    await writeFile(join(directory, "calls/c.wav"), "this is no audio");
    const { status, stderr } = await submit(...MEAN);
    await rm(join(directory, "calls/c.wav"));
    expect(status).toBe(1);
    expect(stderr).toMatch(/c\.wav: .*(failed|answers 4)/);
    const refused = await submit("--option", "pool=median");
    expect(refused).toMatchObject({ status: 1, stderr: expect.stringContaining("`pool`") });
  });
});

describe("undertone job watch", () => {
  it("prints how a job ended", async () => {
    const post = { method: "POST", body: chirp(5000) };
    const { id } = await (await fetch(`${server.url}/v1/jobs?pool=mean`, post)).json();
    const watched = await runUndertone(["job", "watch", id, "--url", server.url]);
    expect(watched).toMatchObject({ status: 0, stdout: expect.stringMatching(`${id} done\n$`) });
    const unknown = await runUndertone(["job", "watch", "job_0", "--url", server.url]);
    expect(unknown).toMatchObject({ status: 1, stderr: expect.stringContaining("no job job_0") });
  });

  it("waits longer and longer before it watches a job anew whose streams end without news", async () => {
    const states = ["queued", "queued", "queued", "running", "running", "done"];
    const progress = { windows_done: 0, windows_total: 0, seconds_left: null };
    const other = await startHttpServer((_, response) => {
      const status = states.shift();
      const name = status === "done" ? "done" : "progress";
      response.end(
        `event: ${name}\ndata: ${JSON.stringify({ id: "job_1", status, progress })}\n\n`,
      );
    });
    const pauses: number[] = [];
    const reported: string[] = [];
    const ended = await watchJob(
      { url: new URL(other.url), key: undefined },
      "job_1",
      ({ status }) => reported.push(status),
      async (milliseconds) => void pauses.push(milliseconds),
    );
    await other.close();
    expect(ended?.status).toBe("done");
    expect(reported).toEqual(["queued", "running", "done"]);
    const mostMs = [500, 1000, 2000, 500, 1000];
    expect(pauses).toHaveLength(mostMs.length);
    for (const [index, most] of mostMs.entries()) {
      expect(pauses[index]).toBeGreaterThanOrEqual(most / 2);
      expect(pauses[index]).toBeLessThanOrEqual(most);
    }
  });
});
