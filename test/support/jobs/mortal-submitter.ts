/**
 * A process that submits a job under an Idempotency-Key and dies by SIGKILL once its clip is stored: `node mortal-submitter.ts
 * <directory> <key> <file with the clip>`.
 */
import { readFile } from "node:fs/promises";
import { createApp } from "../../../src/app.ts";
import { openJobsDirectory } from "./jobs-directory.ts";

const [, , directory = "", key = "", clip = ""] = process.argv;
const platform = openJobsDirectory(directory);
const app = createApp({
  ...platform,
  files: {
    ...platform.files,
    async put(name, bytes) {
      await platform.files.put(name, bytes);
      process.kill(process.pid, "SIGKILL");
    },
  },
});
const headers = { "Idempotency-Key": key };
await app.request("/v1/jobs", { method: "POST", body: await readFile(clip), headers });
