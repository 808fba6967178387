/**
 * A list of whole numbers or doubles to work in, one for all calls: new memory costs more than most of what is done in it. What it holds from
 * before is to be written over, and nothing of it may be kept.
 * @returns gives as many places as are asked for
 */
export function scratch<List extends Int32Array | Float64Array>(
  make: (count: number) => List,
): (count: number) => List {
  let held = make(0);
  return (count) => {
    if (held.length < count) held = make(Math.max(count, 2 * held.length));
    return held.subarray(0, count) as List;
  };
}

export const wholes = () => scratch((count) => new Int32Array(count));
export const doubles = () => scratch((count) => new Float64Array(count));
