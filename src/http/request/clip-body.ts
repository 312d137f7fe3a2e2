/** Descriptions of request bodies with clips: plain JSON schemas, since zod ones would be parsed before their size is checked. */
import { z } from "@hono/zod-openapi";

/** A file in the words of OpenAPI 3.0 (`format`) and of 3.1 (`contentMediaType`): generators know one or the other. */
export const FILE = {
  type: "string",
  format: "binary",
  contentMediaType: "application/octet-stream",
} as const;

const RAW_CLIP = { ...FILE, description: "The clip. Its Content-Type does not matter." };

/** A body that is a clip, a form with a clip in field `file` and options, or JSON with the clip's URL and options. */
export function clipBody(options: z.ZodObject) {
  return {
    required: true,
    content: {
      ...clipContent(options),
      "application/json": {
        schema: clipUrlsSchema(options, { audio_url: "An https URL of the clip." }),
      },
    },
  };
}

/** A body in JSON of URLs of clips and options; `urls` are descriptions by member. */
export function clipUrlsSchema(options: z.ZodObject, urls: Readonly<Record<string, string>>) {
  const described = Object.entries(urls).map(([name, description]) => [
    name,
    { type: "string", format: "uri", description },
  ]);
  return {
    type: "object" as const,
    required: Object.keys(urls),
    properties: { ...Object.fromEntries(described), ...optionProperties(options) },
  };
}

/** The media types of a body with a clip. */
export function clipContent(options: z.ZodObject) {
  const file = "The clip. It is decoded as it arrives if the other fields come before it.";
  return {
    "application/octet-stream": { schema: RAW_CLIP },
    "multipart/form-data": { schema: formSchema(options, { file }) },
  };
}

/** A form of options and files; `files` are descriptions by field. */
export function formSchema(options: z.ZodObject, files: Readonly<Record<string, string>>) {
  const described = Object.entries(files).map(([name, description]) => [
    name,
    { ...FILE, description },
  ]);
  return {
    type: "object" as const,
    required: Object.keys(files),
    properties: { ...optionProperties(options), ...Object.fromEntries(described) },
  };
}

/** The JSON schema of each option. */
export function optionProperties(options: z.ZodObject) {
  return z.toJSONSchema(options, { io: "input" }).properties;
}
