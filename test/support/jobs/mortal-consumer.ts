/**
 * A process that does the jobs of a directory and dies by SIGKILL at a point it is told: before or after its n-th call to
 * the database or the files. `node mortal-consumer.ts <directory> <point>`; point 0 lives until it is killed.
 */
import { join } from "node:path";
import { createBackground } from "../../../src/background.ts";
import { startPoller } from "../../../src/jobs/poller.ts";
import { openJobsDirectory } from "./jobs-directory.ts";

const [, , directory = "", point = "0"] = process.argv;
const dieAt = Number(point);
let moments = 0;

function pass(): void {
  if (++moments === dieAt) process.kill(process.pid, "SIGKILL");
}

/** Gives an object whose every method call is two moments at which to die: before it and after it. */
function mortal<Target extends object>(target: Target): Target {
  return new Proxy(target, {
    get(object, name) {
      const member = Reflect.get(object, name);
      if (typeof member !== "function") return member;
      return async (...args: unknown[]) => {
        pass();
        const result = await member.apply(object, args);
        pass();
        return result;
      };
    },
  });
}

const platform = openJobsDirectory(directory);
const database = mortal(platform.database);
const background = createBackground({ ...platform, database, files: mortal(platform.files) });
startPoller({
  database,
  now: platform.now,
  rules: { leaseMs: platform.settings.jobLeaseMs, maxTries: 100 },
  consumer: background,
  concurrency: { work: 2, deliveries: 0 },
  sweep: background.sweep,
  reportError: (error) => console.error(join(directory, "error"), error),
});
