/** A request as a command of curl. */
import { KEY_VARIABLE, type ServiceRequest } from "./request.ts";

/** For POSIX shells. */
export function curlOf({ url, files, output, needsKey }: ServiceRequest): string {
  const [a, b] = files;
  const parts = [
    ...(b === undefined
      ? [`--data-binary ${quoted(`@${a}`)}`]
      : [`-F ${quoted(`a=@${inForm(a)}`)}`, `-F ${quoted(`b=@${inForm(b)}`)}`]),
    ...(needsKey ? [`-H "Authorization: Bearer $${KEY_VARIABLE}"`] : []),
    ...(output === null ? [] : [`-o ${output}`]),
    quoted(url),
  ];
  return `curl ${parts.join(" \\\n  ")}`;
}

/** In single quotes everything but these stands for itself. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** In a form curl reads commas and semicolons as its own, unless they are in double quotes. */
function inForm(name: string): string {
  return `"${name.replaceAll(/["\\]/g, "\\$&")}"`;
}
