/** Queues of the account, by their names, and those that have a consumer. */
import type { AccountAnswer, AccountRequest } from "./account.ts";

/** The queues of an account. */
export interface Queues {
  readonly names: ReadonlySet<string>;
  readonly consumed: ReadonlySet<string>;
  answer(request: AccountRequest): AccountAnswer;
}

/** No queue yet. */
export function emptyQueues(): Queues {
  const names = new Set<string>();
  const consumed = new Set<string>();
  const shown = (name: string) => ({
    queue_id: name,
    queue_name: name,
    consumers: [],
    producers: [],
  });
  return {
    names,
    consumed,
    answer({ method, path, query, json }) {
      const [, id = "", part] = path;
      if (part === "consumers") {
        if (method !== "GET") consumed.add(id);
        return method === "GET" ? [] : {};
      }
      if (method === "POST") {
        const name = json().queue_name as string;
        names.add(name);
        return shown(name);
      }
      const wanted = query.getAll("name");
      return [...names].filter((name) => wanted.length === 0 || wanted.includes(name)).map(shown);
    },
  };
}
