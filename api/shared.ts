/** Work that whoever asks for it while it is under way waits for together. */
export function makeShared<Value>(): (key: string, work: () => Promise<Value>) => Promise<Value> {
  const underWay = new Map<string, Promise<Value>>();
  return (key, work) => {
    const known = underWay.get(key);
    if (known) return known;
    const value = work().finally(() => underWay.delete(key));
    underWay.set(key, value);
    return value;
  };
}
