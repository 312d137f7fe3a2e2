/** Reading the findings of a self-test or of `undertone doctor`. */
import { expect } from "vitest";
import { type Diagnosis, examine, type Symptom } from "../../src/cli/doctor/examine.ts";

/** Other tests may keep the machine so busy that a check is not answered in time. */
const TRIES = 5;

/** Examines a service as `undertone doctor` does; once more where a check ran out of time. */
export async function diagnose(
  url: string | URL,
  now: () => number = Date.now,
  key?: string,
): Promise<Diagnosis> {
  for (let tries = 1; ; tries++) {
    const diagnosis = await examine({ url: new URL(url), key, now });
    if (tries === TRIES || !diagnosis.checks.some(({ detail }) => OUT_OF_TIME.test(detail))) {
      return diagnosis;
    }
  }
}

const OUT_OF_TIME = /^no answer within/;

/** The check of a name. */
export function checkOf({ checks }: { readonly checks: readonly Symptom[] }, name: string) {
  const check = checks.find((made) => made.name === name);
  if (check === undefined) throw new Error(`no check ${name}: ${JSON.stringify(checks, null, 1)}`);
  return check;
}

/** Expects that these checks are broken, and that each says what to do. */
export function expectBroken(diagnosis: Diagnosis, names: readonly string[]): void {
  const found = diagnosis.checks.filter(({ status }) => status === "broken");
  expect(
    found.map(({ name }) => name),
    JSON.stringify(found),
  ).toEqual(names);
  expect(diagnosis.status).toBe(names.length > 0 ? "broken" : diagnosis.status);
  for (const { advice } of found) expect(advice).not.toBeNull();
}

/** What every healthy service has, in order. */
export const CHECKS = [
  "service",
  "clock here",
  "isolate",
  "start-up",
  "database",
  "clock",
  "secrets",
  "files",
  "packs",
  "numbers",
  "shared memory",
  "relaxed SIMD",
  "VNNI",
  "heap",
  "model",
  "weights",
  "queue work",
  "queue deliveries",
];
