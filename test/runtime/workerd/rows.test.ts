/** What jobs and answers cost in D1, as workerd counts it: rows of tables and of their indexes. */
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { createKey } from "../../../src/keys/table.ts";
import { encodeDefaultModel } from "../../../src/model/pack/default-model.ts";
import { installGolden } from "../../../support/packs/tiny-pack.ts";
import {
  type BuiltWorker,
  bootBuiltWorker,
  type RowCost,
} from "../../../support/runtimes/built-worker.ts";
import { chirp } from "../../support/http/service.ts";

const PATIENCE = { timeout: 30_000, interval: 200 };

let costs: RowCost[] = [];
let worker: BuiltWorker;
let token: string;
beforeAll(async () => {
  worker = await bootBuiltWorker({
    vars: { UNDERTONE_OPEN: "0" },
    faultOf: () => null,
    onRows: (cost) => costs.push(cost),
  });
  const id = await installGolden(worker.packs, "tiny-group", "q8");
  await worker.packs.put("packs/default.json", encodeDefaultModel(id));
  const request = { scopes: ["features", "jobs"] as const, requestsPerMinute: 600 };
  ({ token } = await createKey(worker.database, request, Date.now()));
  // From here on the isolate remembers the key.
  await (await ask("/v1/models")).arrayBuffer();
});
afterAll(() => worker?.stop());
beforeEach(() => {
  costs = [];
});

async function ask(path: string, body?: Uint8Array<ArrayBuffer>): Promise<Response> {
  const headers = { Authorization: `Bearer ${token}` };
  const response = await worker.fetch(path, { headers, ...(body && { method: "POST", body }) });
  expect(response.ok).toBe(true);
  return response;
}

const readBy = (some: readonly RowCost[]) => some.reduce((sum, { rowsRead }) => sum + rowsRead, 0);
const writtenBy = (some: readonly RowCost[]) =>
  some.reduce((sum, { rowsWritten }) => sum + rowsWritten, 0);
const writing = () => costs.filter(({ rowsWritten }) => rowsWritten > 0);

it("a job writes six rows, 14 with those of indexes, and one for each report of its progress", async () => {
  const { id } = await (await ask("/v1/jobs?pool=mean", chirp(8_000))).json();
  // Asked for in D1 itself, lest the questions be counted.
  const isDone = async () => {
    const [job] = await worker.database.all<{ status: string }>({
      sql: "SELECT status FROM jobs WHERE id = ?",
      values: [id],
    });
    return job?.status;
  };
  await expect.poll(isDone, PATIENCE).toBe("done");
  const withoutReports = costs.filter(({ sql }) => !sql.includes("SET layers_done"));
  expect(writing().filter((cost) => withoutReports.includes(cost))).toHaveLength(6);
  expect(writtenBy(withoutReports)).toBeLessThanOrEqual(14);
  for (const cost of costs) {
    if (!withoutReports.includes(cost)) expect(cost.rowsWritten).toBe(1);
  }
  expect(readBy(costs)).toBeLessThanOrEqual(15);
});

it("the state of a job is one row", async () => {
  const [job] = await worker.database.all<{ id: string }>({
    sql: "SELECT id FROM jobs",
    values: [],
  });
  expect((await (await ask(`/v1/jobs/${job?.id}`)).json()).status).toBe("done");
  expect(costs.map(({ rowsRead, rowsWritten }) => [rowsRead, rowsWritten])).toEqual([[1, 0]]);
});

it("features ask for one row, and write two more that others may use, unless nothing is to be kept", async () => {
  const clip = chirp(6_000);
  await (await ask("/v1/features?pool=mean", clip)).arrayBuffer();
  await expect.poll(() => writing().length, PATIENCE).toBe(2);
  expect(writtenBy(costs)).toBeLessThanOrEqual(5);
  costs = [];
  const again = await ask("/v1/features?pool=mean", clip);
  expect(again.headers.get("Cache-Status")).toContain("hit");
  expect(costs.map(({ rowsRead, rowsWritten }) => [rowsRead, rowsWritten])).toEqual([[1, 0]]);
});

it("the models that are installed ask for none", async () => {
  await (await ask("/v1/models")).arrayBuffer();
  expect(costs).toEqual([]);
});
