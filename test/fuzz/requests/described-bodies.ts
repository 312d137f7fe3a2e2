/** Bodies of the kinds that an operation takes. */
import fc from "fast-check";
import { readClip } from "../../../support/decoding/fixtures.ts";
import { anyText, clips, encoder } from "./bodies.ts";
import type { Operation, Schema } from "./document.ts";
import { textOfSchema, valueOfSchema } from "./values.ts";

/** A body and the type under which it is sent. */
export interface TypedBody {
  readonly type: string;
  readonly bytes: Uint8Array;
}

const BOUNDARY = "fuzz";
const SOUND = readClip("amr/amr-nb-4k75.amr");
const anySound = fc.oneof({ weight: 2, arbitrary: fc.constant(SOUND) }, clips);

/** Mostly what the operation takes, else anything under any of its types. */
export function bodiesOf({ requestBody }: Operation): fc.Arbitrary<TypedBody> {
  const content = Object.entries(requestBody?.content ?? {});
  const types = ["application/octet-stream", ...content.map(([type]) => type)];
  const anything = fc.record({
    type: fc.constantFrom(...types),
    bytes: fc.oneof(
      clips,
      fc.json().map((json) => encoder.encode(json)),
      anyText.map((text) => encoder.encode(text)),
    ),
  });
  const right = content.map(([type, { schema = {} }]) => bodyOfType(type, schema));
  if (right.length === 0) return anything;
  return fc.oneof({ weight: 4, arbitrary: fc.oneof(...right) }, anything);
}

function bodyOfType(type: string, schema: Schema): fc.Arbitrary<TypedBody> {
  if (type === "multipart/form-data") return formOf(schema);
  if (type === "application/octet-stream") return anySound.map((bytes) => ({ type, bytes }));
  if (type === "application/jsonl") {
    return fc
      .array(fc.oneof(BATCH_LINE, fc.json()), { maxLength: 20 })
      .map((lines) => ({ type, bytes: encoder.encode(lines.join("\n")) }));
  }
  const value = schema.properties === undefined ? CALL : valueOfSchema("", schema);
  return value.map((json) => ({ type, bytes: encoder.encode(JSON.stringify(json)) }));
}

/** Of a hook that finds the clip's URL at `/url`. */
const CALL = fc.record({ url: fc.constantFrom("http://127.0.0.1:1/a.wav", "no URL", 1, null) });
const BATCH_LINE = fc
  .record(
    {
      url: fc.constantFrom("http://127.0.0.1:1/a.wav", "https://127.0.0.1/", "x"),
      id: fc.oneof(fc.constantFrom("a", "b", "c"), fc.string()),
      options: fc.dictionary(fc.constantFrom("pool", "layers", "model", "x"), fc.string()),
    },
    { requiredKeys: ["url"] },
  )
  .map((line) => JSON.stringify(line));

/** A form with its files and some of its fields, in any order. */
function formOf({ properties = {} }: Schema): fc.Arbitrary<TypedBody> {
  const parts = Object.entries(properties).map(([name, schema]) =>
    schema.format === "binary"
      ? anySound.map((bytes) => partOf(`name="${name}"; filename="${name}.amr"`, bytes))
      : fc.option(
          textOfSchema(name, schema).map((text) => partOf(`name="${name}"`, encoder.encode(text))),
          { nil: null, freq: 1 },
        ),
  );
  return fc
    .tuple(...parts)
    .chain((made) => {
      const present = made.filter((part) => part !== null);
      return fc.shuffledSubarray(present, { minLength: present.length });
    })
    .map((inOrder) => ({
      type: `multipart/form-data; boundary=${BOUNDARY}`,
      bytes: new Uint8Array(Buffer.concat([...inOrder, encoder.encode(`--${BOUNDARY}--\r\n`)])),
    }));
}

function partOf(disposition: string, bytes: Uint8Array): Uint8Array {
  const head = `--${BOUNDARY}\r\nContent-Disposition: form-data; ${disposition}\r\n\r\n`;
  return new Uint8Array(Buffer.concat([encoder.encode(head), bytes, encoder.encode("\r\n")]));
}
