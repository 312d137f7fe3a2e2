/** Finds what JSON.parse hides: a key given twice in one object. */

/** The first key that an object anywhere in `json`, which must be valid JSON, holds twice; or `null`. */
export function findDuplicateKey(json: string): string | null {
  const enclosing: Set<string>[] = [];
  for (let index = 0; index < json.length; index++) {
    const character = json[index];
    if (character === "{" || character === "[") enclosing.push(new Set());
    else if (character === "}" || character === "]") enclosing.pop();
    else if (character === '"') {
      const start = index;
      index = closingQuote(json, start);
      if (!isFollowedByColon(json, index)) continue;
      const key = JSON.parse(json.slice(start, index + 1)) as string;
      const keys = enclosing.at(-1);
      if (keys?.has(key)) return key;
      keys?.add(key);
    }
  }
  return null;
}

function closingQuote(json: string, openingQuote: number): number {
  let index = openingQuote + 1;
  while (index < json.length && json[index] !== '"') index += json[index] === "\\" ? 2 : 1;
  return index;
}

function isFollowedByColon(json: string, index: number): boolean {
  let next = index + 1;
  while (next < json.length && " \t\r\n".includes(json[next] ?? "")) next++;
  return json[next] === ":";
}
