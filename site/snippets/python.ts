/** A request as a program in Python 3. */
import { KEY_VARIABLE, type ServiceRequest } from "./request.ts";

/** One clip needs the standard library alone, and NumPy for features; forms need the package `requests`. */
export function pythonOf(request: ServiceRequest): string {
  return request.files.length === 1 ? oneClip(request) : twoClips(request);
}

function oneClip({ url, files, output, needsKey }: ServiceRequest): string {
  const imports = output === null ? ["json"] : ["io"];
  if (needsKey) imports.push("os");
  const lines = [
    ...imports.map((name) => `import ${name}`),
    "from urllib.request import Request, urlopen",
    ...(output === null ? [] : ["", "import numpy as np"]),
    "",
    `with open(${text(files[0])}, "rb") as clip:`,
    "    request = Request(",
    `        ${text(url)},`,
    "        data=clip.read(),",
    ...(needsKey ? [`        headers=${HEADERS},`] : []),
    "    )",
    "with urlopen(request) as answer:",
    ...(output === null
      ? ["    print(json.load(answer))"]
      : ["    states = np.load(io.BytesIO(answer.read()))", "print(states.shape)"]),
  ];
  return lines.join("\n");
}

function twoClips({ url, files, needsKey }: ServiceRequest): string {
  const [a, b] = files;
  const lines = [
    ...(needsKey ? ["import os", ""] : []),
    "import requests",
    "",
    `with open(${text(a)}, "rb") as a, open(${text(b)}, "rb") as b:`,
    "    answer = requests.post(",
    `        ${text(url)},`,
    '        files={"a": a, "b": b},',
    ...(needsKey ? [`        headers=${HEADERS},`] : []),
    "    )",
    "answer.raise_for_status()",
    "print(answer.json())",
  ];
  return lines.join("\n");
}

const HEADERS = `{"Authorization": f"Bearer {os.environ['${KEY_VARIABLE}']}"}`;

/** What JSON has for texts, Python reads as the same texts. */
function text(value: string): string {
  return JSON.stringify(value);
}
