/** The message that a self-test sends through a queue, and the file by which its consumer answers. */
import type { SelfTestMessage } from "../queue/messages.ts";
import type { Store } from "../store/store.ts";

/** The key of a file that a self-test writes. */
export function selfTestKey(id: string): string {
  return `self-test/${id}`;
}

/** Says that the message came; the self-test that sent it waits for this, and deletes it. */
export async function answerSelfTest(files: Store, { id }: SelfTestMessage): Promise<void> {
  await files.put(selfTestKey(id), new TextEncoder().encode(id));
}
