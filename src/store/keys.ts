/** Which keys a store accepts: the same in every driver, so that a pack written to one can be read from any. */

const SEGMENT = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;
const LONGEST_KEY = 512;

/**
 * Returns `key` if it is a relative path of names made of letters, digits, `.`, `_` and `-` that start with a letter
 * or digit; so `..`, absolute paths and hidden files are no keys.
 * @throws RangeError if it is anything else.
 */
export function checkKey(key: string): string {
  if (key.length > LONGEST_KEY || !key.split("/").every((segment) => SEGMENT.test(segment))) {
    throw new RangeError(
      `${JSON.stringify(key.slice(0, 80))} is not a store key: use names of letters, digits, ".", "_" and "-", separated by "/".`,
    );
  }
  return key;
}
