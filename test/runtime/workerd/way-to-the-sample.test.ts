/** What a request waits for before its clip is computed, counted call by call of the bindings. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { createKey } from "../../../src/keys/table.ts";
import { encodeDefaultModel } from "../../../src/model/pack/default-model.ts";
import { installGolden } from "../../../support/packs/tiny-pack.ts";
import {
  type BindingCall,
  type BuiltWorker,
  bootBuiltWorker,
} from "../../../support/runtimes/built-worker.ts";
import { chirp } from "../../support/http/service.ts";

const calls: BindingCall[] = [];
let worker: BuiltWorker;
let token: string;
beforeAll(async () => {
  worker = await bootBuiltWorker({
    vars: { UNDERTONE_OPEN: "0" },
    faultOf(call) {
      calls.push(call);
      return null;
    },
  });
  const id = await installGolden(worker.packs, "tiny-group", "q8");
  await worker.packs.put("packs/default.json", encodeDefaultModel(id));
  const request = { scopes: ["features"] as const, requestsPerMinute: 600 };
  ({ token } = await createKey(worker.database, request, Date.now()));
});
afterAll(() => worker?.stop());

async function ask({ isKept = false } = {}): Promise<string[]> {
  calls.length = 0;
  const response = await worker.fetch("/v1/features?pool=mean", {
    method: "POST",
    body: chirp(4_000),
    headers: {
      Authorization: `Bearer ${token}`,
      ...(!isKept && { "Cache-Control": "no-store" }),
    },
  });
  expect(response.status).toBe(200);
  await response.arrayBuffer();
  return calls.map(({ binding, method }) => `${binding}.${method}`);
}

it("lists no bucket, and asks a warm isolate for neither keys nor manifests", async () => {
  const cold = await ask();
  expect(cold).toContain("DB.first");
  expect(cold).toContain("PACKS.get");
  expect(cold).not.toContain("PACKS.list");
  expect(await ask()).toEqual([]);
});

it("reads a result that was kept from R2, and then from the colo's cache", async () => {
  const answers: string[][] = [];
  const again = async () => {
    const answer = await ask({ isKept: true });
    answers.push(answer);
    return answer;
  };
  await again();
  await expect.poll(again, { timeout: 30_000, interval: 200 }).toEqual(["DB.first"]);
  expect(answers.flat()).toContain("FILES.get");
});
