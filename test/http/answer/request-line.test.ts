import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { z } from "zod";
import { RequestLineSchema } from "../../../src/http/answer/request-line.ts";

const FILE = new URL("../../../docs/request-log.schema.json", import.meta.url);

test("docs/request-log.schema.json is the schema of the log lines", async () => {
  const schema = z.toJSONSchema(RequestLineSchema);
  expect(JSON.parse(await readFile(FILE, "utf8"))).toEqual(schema);
});
