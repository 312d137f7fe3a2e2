import { beforeEach, describe, expect, it } from "vitest";
import { type Database, sql } from "../../src/database/database.ts";
import { openSqliteDatabase } from "../../src/database/sqlite.ts";
import { keepOperatorKey } from "../../src/keys/operator-key.ts";
import { createKey, findKey, listKeys, revokeKey, SCOPES } from "../../src/keys/table.ts";
import { createToken, parseToken } from "../../src/keys/token.ts";

const MIGRATIONS = new URL("../../migrations", import.meta.url).pathname;

let database: Database;
beforeEach(() => {
  database = openSqliteDatabase(":memory:", MIGRATIONS);
});

const find = async (token: string) => {
  const parsed = await parseToken(token);
  return parsed === null ? null : findKey(database, parsed);
};

describe("the key that an operator has chosen", () => {
  it("has all scopes, however often the server starts", async () => {
    const { token } = await createToken();
    await keepOperatorKey(database, token, 1);
    await keepOperatorKey(database, token, 2);
    expect(await find(token)).toMatchObject({ scopes: SCOPES, createdAt: 1 });
    expect(await listKeys(database)).toHaveLength(1);
  });

  it("gets the scopes that were added since a server was last started", async () => {
    const { token, keyId } = await createToken();
    await keepOperatorKey(database, token, 1);
    await database.run(sql`UPDATE api_keys SET scopes = 'features,jobs', requests_per_minute = 1`);
    const request = { scopes: ["features"], requestsPerMinute: 60 } as const;
    const other = await createKey(database, request, 1);
    await keepOperatorKey(database, token, 2);
    expect(await find(token)).toMatchObject({
      ...{ id: keyId, scopes: SCOPES, requestsPerMinute: 600, createdAt: 1 },
    });
    expect(await find(other.token)).toMatchObject({ scopes: ["features"] });
    // Another token with the same id changes nothing of either.
    const sameId = `${token.slice(0, -1)}${token.endsWith("A") ? "B" : "A"}`.replace(
      keyId,
      other.key.id,
    );
    await expect(keepOperatorKey(database, sameId, 3)).rejects.toThrow(/another key has its id/);
    expect(await find(other.token)).toMatchObject({ scopes: ["features"] });
  });

  it("takes the place of the one before, and leaves other keys and the owner of jobs alone", async () => {
    const request = { scopes: ["features"], requestsPerMinute: 60 } as const;
    const other = await createKey(database, request, 1);
    const [first, second] = [await createToken(), await createToken()];
    await keepOperatorKey(database, first.token, 1);
    const owner = (await find(first.token))?.owner;
    await keepOperatorKey(database, second.token, 2);
    expect(await find(first.token)).toBeNull();
    expect((await find(second.token))?.owner).toBe(owner);
    await keepOperatorKey(database, null, 3);
    expect(await listKeys(database)).toEqual([other.key]);
  });

  it("stays revoked, and does not become that of somebody else's id", async () => {
    const { token, keyId } = await createToken();
    await keepOperatorKey(database, token, 1);
    await revokeKey(database, keyId, 2);
    await expect(keepOperatorKey(database, token, 3)).rejects.toThrow(/API_KEY was revoked/);
    expect(await find(token)).toBeNull();
    const sameId = `${token.slice(0, -1)}${token.endsWith("A") ? "B" : "A"}`;
    await createKey(database, { scopes: ["features"], requestsPerMinute: 60 }, 1);
    const [key] = (await listKeys(database)).filter(({ owner }) => owner !== "env:API_KEY");
    const stolen = sameId.replace(keyId, String(key?.id));
    await expect(keepOperatorKey(database, stolen, 4)).rejects.toThrow(/another key has its id/);
    expect(await find(stolen)).toBeNull();
  });
});
