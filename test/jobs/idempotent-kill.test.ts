import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { createApp } from "../../src/app.ts";
import { sql } from "../../src/database/database.ts";
import { filesystemStore } from "../../src/store/filesystem.ts";
import { installGolden } from "../../support/packs/tiny-pack.ts";
import { chirp } from "../support/http/service.ts";
import { openJobsDirectory } from "../support/jobs/jobs-directory.ts";

const SUBMITTER = join(import.meta.dirname, "../support/jobs/mortal-submitter.ts");

it("a request whose process is killed half-way succeeds within seconds when it is repeated, with one job", async () => {
  const directory = await mkdtemp(join(tmpdir(), "undertone-idempotent-"));
  await installGolden(filesystemStore(join(directory, "packs-store")), "tiny-group", "fp32");
  const clip = chirp(800);
  const file = join(directory, "clip.wav");
  await writeFile(file, clip);
  const child = spawn(process.execPath, [SUBMITTER, directory, "k", file], { stdio: "inherit" });
  expect((await once(child, "exit"))[1]).toBe("SIGKILL");

  const platform = openJobsDirectory(directory);
  const app = createApp(platform);
  const claimed = await platform.database.first<{ subject_id: string; leased_until: number }>(
    sql`SELECT subject_id, leased_until FROM idempotency`,
  );
  const leftMs = (claimed?.leased_until ?? 0) - Date.now();
  expect(leftMs).toBeLessThanOrEqual(5000);
  const repeat = () =>
    app.request("/v1/jobs", { method: "POST", body: clip, headers: { "Idempotency-Key": "k" } });
  let answer = await repeat();
  if (answer.status === 409) {
    // As a client does that believes what it is told.
    const seconds = Number(answer.headers.get("Retry-After"));
    expect(seconds).toBeLessThanOrEqual(5);
    await new Promise((resolve) => setTimeout(resolve, 1000 * seconds));
    answer = await repeat();
  }
  expect(answer.status).toBe(202);
  expect((await answer.json()).id).toBe(claimed?.subject_id);
  expect((await (await repeat()).json()).id).toBe(claimed?.subject_id);
  expect(await platform.database.all(sql`SELECT id FROM jobs`)).toHaveLength(1);
  const key = `clips/${claimed?.subject_id}`;
  expect(await platform.files.list("clips/")).toEqual([key]);
  expect(await platform.files.get(key)).toEqual(new Uint8Array(clip));
  platform.database.close();
  await rm(directory, { recursive: true });
});
