/** The hub's tensor names and shapes, as test/fixtures/keys lists them. */
import { readFile } from "node:fs/promises";
import { fixture } from "./files.ts";

/** Shapes by name of the released `base-plus` or `large` model, without the mask that only training uses. */
export async function readKeyList(model: string): Promise<Map<string, number[]>> {
  const text = await readFile(fixture(`keys/${model}.txt`), "utf8");
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  const shapes = lines
    .map((line) => line.split("\t"))
    .map(([name = "", shape = ""]) => [name, JSON.parse(shape)] as const);
  return new Map(shapes.filter(([name]) => name !== "masked_spec_embed"));
}
