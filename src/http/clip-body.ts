/** How requests that carry clips are described: by plain JSON schemas, for zod ones would have them parsed before they are bounded. */
import { z } from "@hono/zod-openapi";

/** A body that is a clip, or a form of a clip in field `file` and options. */
export function clipBody(options: z.ZodObject) {
  const file = { description: "The clip; decoded as it arrives if fields come before it." };
  return {
    required: true,
    content: {
      "application/octet-stream": {
        schema: {
          description: "The clip; any Content-Type will do. It is decoded as it arrives.",
        },
      },
      "multipart/form-data": { schema: formSchema(options, { file }) },
    },
  };
}

/** A form of files and options. */
export function formSchema(options: z.ZodObject, files: Readonly<Record<string, object>>): object {
  return {
    type: "object",
    required: Object.keys(files),
    properties: { ...z.toJSONSchema(options, { io: "input" }).properties, ...files },
  };
}
