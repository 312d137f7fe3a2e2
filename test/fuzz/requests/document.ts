/** Our OpenAPI document, as far as requests are made of it and answers are judged by it. */
import { z } from "zod";

/** A JSON Schema, as far as values are made of it. */
export interface Schema {
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly format?: string;
}

interface MediaTypes {
  readonly content?: Readonly<Record<string, { readonly schema?: Schema }>>;
}

export interface Operation {
  readonly parameters?: readonly {
    readonly name: string;
    readonly in: string;
    readonly schema?: Schema;
  }[];
  readonly requestBody?: MediaTypes;
  readonly responses: Readonly<Record<string, MediaTypes>>;
}

export interface ApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components?: { readonly schemas?: Readonly<Record<string, Schema>> };
}

/** An answer, as far as the document speaks of it. */
export interface JudgedAnswer {
  readonly status: number;
  readonly contentType: string;
  /** Null if it is not all there. */
  readonly body: string | null;
}

/** Gives what of a successful answer to an operation the document does not say, or null. */
export type Judge = (path: string, method: string, answer: JudgedAnswer) => string | null;

/** Judges answers by a document: their status, their media type, and JSON by its schema. */
export function judgeBy(document: ApiDocument): Judge {
  const known = new Map<Schema, z.ZodType>();
  const checkOf = (schema: Schema): z.ZodType => {
    const made = known.get(schema) ?? z.fromJSONSchema(withDefinitions(schema, document));
    known.set(schema, made);
    return made;
  };
  return (path, method, { status, contentType, body }) => {
    const responses = document.paths[path]?.[method.toLowerCase()]?.responses ?? {};
    const response = responses[status];
    if (response === undefined) return `status ${status}, which the document does not have`;
    const type = contentType.split(";")[0]?.trim() ?? "";
    const { content } = response;
    if (content === undefined) return null;
    const media = content[type];
    if (media === undefined) return `${contentType || "no type"}, which the document does not have`;
    if (type !== "application/json" || media.schema === undefined || body === null) return null;
    const { error } = checkOf(media.schema).safeParse(JSON.parse(body));
    return error === undefined
      ? null
      : `an answer that its schema forbids: ${z.prettifyError(error)}`;
  };
}

/** A schema that stands alone: the document's components become its definitions. */
function withDefinitions(
  schema: Schema,
  { components }: ApiDocument,
): z.core.JSONSchema.JSONSchema {
  const whole = { ...schema, $defs: components?.schemas ?? {} };
  return JSON.parse(JSON.stringify(whole).replaceAll("#/components/schemas/", "#/$defs/"));
}
