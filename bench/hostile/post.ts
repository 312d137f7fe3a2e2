/** Requests as a well-made client sends them. */
import { type Agent, request } from "node:http";
import { slugOf, type Victim } from "./attack.ts";

/** A client that has waited so long gives up. */
export const ANSWER_PATIENCE_MS = 60_000;

/** Posts a body on a connection that is kept, and gives the answer as attacks do. */
export function post(
  victim: Victim,
  agent: Agent,
  path: string,
  headers: Readonly<Record<string, string>>,
  body: Uint8Array,
): Promise<string> {
  const { url, localAddress } = victim;
  const from = localAddress === undefined ? {} : { localAddress };
  return new Promise((resolve) => {
    const sent = request(new URL(path, url), {
      method: "POST",
      agent,
      headers: { ...proofOf(victim), ...headers, "Content-Length": body.length },
      signal: AbortSignal.timeout(ANSWER_PATIENCE_MS),
      ...from,
    });
    sent.on("error", ({ name }) => resolve(name === "AbortError" ? "no answer" : "closed"));
    sent.on("response", (response) => {
      let text = "";
      response.on("data", (bytes) => {
        text += bytes;
      });
      response.on("error", () => resolve("closed"));
      response.on("end", () => {
        const slug = slugOf(text);
        resolve(slug === undefined ? `${response.statusCode}` : `${response.statusCode} ${slug}`);
      });
    });
    sent.end(body);
  });
}

/** The header that proves a key, where there is one. */
export function proofOf({ key }: Victim): Record<string, string> {
  return key === undefined ? {} : { Authorization: `Bearer ${key}` };
}
