/** Values of schemas: right ones mostly, else any. */
import fc from "fast-check";
import { anyText } from "./bodies.ts";
import type { Schema } from "./document.ts";

const ODD = ["", "0", "-1", "1e9", "NaN", "all", "1,2", "1-3", "mean", "json", "true", "{{model}}"];
const WHOLE = ["integer", "number"];

/** As text, for queries and forms; what a parameter of this name may mean is among it. */
export function textOfSchema(name: string, schema: Schema = {}): fc.Arbitrary<string> {
  const { minimum, maximum } = schema;
  const edges = [schema.default, minimum, maximum, ...(schema.enum ?? [])];
  const allowed = edges.filter((value) => value !== undefined && value !== null).map(String);
  const right = [...allowed, ...(USUAL[name] ?? [])];
  const odd = fc.oneof(fc.constantFrom(...ODD), anyText);
  if (right.length === 0) return odd;
  return fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...right) }, odd);
}

/** Values that are right, of parameters whose schemas do not say so. */
const USUAL: Readonly<Record<string, readonly string[]>> = {
  model: ["{{model}}"],
  channel: ["mix", "left", "1"],
  start: ["0", "0.1"],
  end: ["0.5", "1"],
  layers: ["last", "all", "-1", "0,1"],
  layer_weights: ["1,2,3,4"],
  callback_url: ["http://127.0.0.1:1/"],
  metadata: ["{}", '{"a":1}'],
  "idempotency-key": ["once", "twice"],
  lexicon: ["one two three"],
  threshold: ["0.5"],
  overlap_seconds: ["0", "60"],
};

/** As JSON, of objects with some of their properties. */
export function valueOfSchema(name: string, schema: Schema): fc.Arbitrary<unknown> {
  const { properties, type } = schema;
  if (properties !== undefined) {
    const fields = Object.entries(properties).map(([field, part]) => [
      field,
      valueOfSchema(field, part),
    ]);
    const object = fc.record(Object.fromEntries(fields), { requiredKeys: [] });
    return fc.oneof({ weight: 6, arbitrary: object }, fc.jsonValue());
  }
  const text = textOfSchema(name, schema);
  const isNumber = typeof type === "string" && WHOLE.includes(type);
  const right =
    schema.format === "uri" ? fc.constantFrom(...URLS) : isNumber ? text.map(Number) : text;
  return fc.oneof({ weight: 6, arbitrary: right }, fc.jsonValue());
}

const URLS = [
  "http://127.0.0.1:1/a.wav",
  "https://127.0.0.1/",
  "file:///etc/passwd",
  "http://[::1]/",
];
