/**
 * A process that submits a job under an Idempotency-Key and dies by SIGKILL before its row is written: `node mortal-submitter.ts
 * <directory> <key> <file with the clip>`.
 */
import { readFile } from "node:fs/promises";
import { createApp } from "../../../src/app.ts";
import { openJobsDirectory } from "./jobs-directory.ts";

const [, , directory = "", key = "", clip = ""] = process.argv;
const platform = openJobsDirectory(directory);
const app = createApp({
  ...platform,
  database: {
    ...platform.database,
    async run(statement) {
      if (statement.sql.includes("INTO jobs")) process.kill(process.pid, "SIGKILL");
      return await platform.database.run(statement);
    },
  },
});
const headers = { "Idempotency-Key": key };
await app.request("/v1/jobs", { method: "POST", body: await readFile(clip), headers });
