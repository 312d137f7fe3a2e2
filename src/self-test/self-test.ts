/** The self-test of a deployment: everything that a clip or a job needs is used once, at a bounded cost. */
import { UndertoneError } from "../errors.ts";
import type { Place } from "../platform/inspection.ts";
import type { Platform } from "../platform/platform.ts";
import { type Check, type CheckStatus, type Finding, runCheck } from "./check.ts";
import { checkCache } from "./checks/cache.ts";
import { checkClock } from "./checks/clock.ts";
import { checkDatabase } from "./checks/database.ts";
import {
  checkDotProduct,
  checkNumbers,
  checkRelaxedSimd,
  checkSharedMemory,
} from "./checks/engine.ts";
import { checkFiles } from "./checks/files.ts";
import { checkIsolate, checkStartup } from "./checks/isolate.ts";
import { checkHeap, checkModel, checkWeights, computeDefault } from "./checks/model.ts";
import { checkPacks } from "./checks/packs.ts";
import { checkQueue } from "./checks/queue.ts";
import { checkSecrets } from "./checks/secrets.ts";

/** What a self-test found. */
export interface SelfTestReport {
  /** The worst of all checks; `slow` if none is broken. */
  readonly status: "ok" | "slow" | "broken";
  readonly runtime: Platform["runtime"];
  readonly place: Place;
  readonly beganAtMs: number;
  readonly endedAtMs: number;
  readonly checks: readonly Check[];
}

/** Prepares the self-test of a platform; one runs at a time. */
export function createSelfTest(platform: Platform): (request: Request) => Promise<SelfTestReport> {
  let isRunning = false;
  return async (request) => {
    if (isRunning) throw alreadyRunning();
    isRunning = true;
    try {
      return await runSelfTest(platform, request);
    } finally {
      isRunning = false;
    }
  };
}

async function runSelfTest(platform: Platform, request: Request): Promise<SelfTestReport> {
  const { runtime, now, inspection } = platform;
  const beganAtMs = now();
  const isolate = await checkNow("isolate", () => checkIsolate(platform));
  const queues = Promise.all(
    (["work", "deliveries"] as const).map((queue) =>
      runCheck(`queue ${queue}`, (signal) => checkQueue(platform, queue, signal)),
    ),
  );
  const checks = [
    isolate,
    await checkNow("start-up", () => checkStartup(platform)),
    await runCheck("database", () => checkDatabase(platform)),
    await runCheck("clock", () => checkClock(platform)),
    await runCheck("secrets", () => checkSecrets(platform)),
    await runCheck("files", () => checkFiles(platform)),
    await runCheck("packs", (signal) => checkPacks(platform, signal)),
  ];
  for (const tier of inspection.caches) {
    checks.push(await runCheck(tier.name, () => checkCache(tier)));
  }
  checks.push(...(await engineChecks(platform)), ...(await queues));
  const place = inspection.placeOf(request);
  return { status: worstOf(checks), runtime, place, beganAtMs, endedAtMs: now(), checks };
}

/** The engine is probed first, so that a wrong default model is not mistaken for a wrong engine. */
async function engineChecks(platform: Platform): Promise<Check[]> {
  let probed: Awaited<ReturnType<typeof platform.inspection.probeEngine>> | undefined;
  let computed: Awaited<ReturnType<typeof computeDefault>> | undefined;
  const numbers = await runCheck("numbers", async (signal) => {
    probed = await platform.inspection.probeEngine(signal);
    return checkNumbers(probed);
  });
  const model = await runCheck("model", async (signal) => {
    computed = await computeDefault(platform, signal);
    return checkModel(computed.manifest, computed.result);
  });
  const checks = [numbers];
  if (probed !== undefined) {
    const probe = probed;
    checks.push(
      await checkNow("shared memory", () => checkSharedMemory(probe)),
      await checkNow("relaxed SIMD", () => checkRelaxedSimd(probe)),
      await checkNow("VNNI", () => checkDotProduct(probe)),
      await runCheck("heap", async () => {
        const { manifest } = await platform.models.find();
        return checkHeap(platform, manifest, probe);
      }),
    );
  }
  checks.push(model);
  if (computed !== undefined) {
    const { manifest, result } = computed;
    checks.push(await checkNow("weights", () => checkWeights(manifest, result)));
  }
  return checks;
}

function checkNow(name: string, make: () => Finding): Promise<Check> {
  return runCheck(name, async () => make());
}

function worstOf(checks: readonly Check[]): SelfTestReport["status"] {
  const has = (status: CheckStatus) => checks.some((made) => made.status === status);
  if (has("broken")) return "broken";
  return has("slow") ? "slow" : "ok";
}

function alreadyRunning(): UndertoneError {
  return new UndertoneError(
    "self-test-running",
    "A self-test is running on this instance: ask again in some seconds.",
  );
}
