/** A request as a module for Node, in TypeScript that is JavaScript too. */
import { KEY_VARIABLE, type ServiceRequest } from "./request.ts";

/** It needs nothing but Node 20 or newer. */
export function typescriptOf({ url, files, output, needsKey }: ServiceRequest): string {
  const [a, b] = files.map((name) => `await openAsBlob(${JSON.stringify(name)})`);
  const lines = [
    'import { openAsBlob } from "node:fs";',
    ...(output === null ? [] : ['import { writeFile } from "node:fs/promises";']),
    "",
    ...(b === undefined
      ? []
      : ["const form = new FormData();", `form.append("a", ${a});`, `form.append("b", ${b});`, ""]),
    `const answer = await fetch(${JSON.stringify(url)}, {`,
    '  method: "POST",',
    ...(needsKey
      ? [`  headers: { Authorization: \`Bearer \${process.env.${KEY_VARIABLE}}\` },`]
      : []),
    `  body: ${b === undefined ? a : "form"},`,
    "});",
    "if (!answer.ok) throw new Error(await answer.text());",
    output === null
      ? "console.log(await answer.json());"
      : `await writeFile(${JSON.stringify(output)}, new Uint8Array(await answer.arrayBuffer()));`,
  ];
  return lines.join("\n");
}
