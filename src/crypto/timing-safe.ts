/** Compares secrets. */

/** True if two strings are equal, in a time that depends on `known`'s length alone. */
export function timingSafeEqual(known: string, given: string): boolean {
  let difference = known.length ^ given.length;
  for (let index = 0; index < known.length; index++) {
    difference |= known.charCodeAt(index) ^ given.charCodeAt(index);
  }
  return difference === 0;
}
