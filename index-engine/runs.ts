/** How many objects a run has, but for the last of a list: a power of two, so that a run of leaves is a whole subtree. */
const RUN = 64;
/** Lists that begin a run alike and go on differently, as those of a class and of one kind of venue in it do. */
const VARIANTS = 4;

interface Run<Member, Made> {
  members: readonly Member[];
  made: Made;
}

/**
 * Makes something of every run of a list, and remembers it as long as the first object of the run lives: most inputs of a fix are those of
 * another, in the same places.
 * @param make of the objects of a run in their order, and of nothing else; they must not change after
 */
export function ofRuns<Member extends object, Made>(
  make: (members: readonly Member[]) => Made,
): (list: readonly Member[]) => Made[] {
  const known = new WeakMap<Member, Run<Member, Made>[]>();
  return (list) => {
    const all: Made[] = [];
    for (let from = 0; from < list.length; from += RUN) {
      const first = list[from] as Member;
      const held = known.get(first) ?? [];
      let run = held.find(({ members }) => isRunOf(members, list, from));
      if (run === undefined) {
        const members = list.slice(from, from + RUN);
        run = { members, made: make(members) };
        known.set(first, [run, ...held.slice(0, VARIANTS - 1)]);
      }
      all.push(run.made);
    }
    return all;
  };
}

function isRunOf(members: readonly object[], list: readonly object[], from: number): boolean {
  if (members.length !== Math.min(RUN, list.length - from)) return false;
  for (let index = 0; index < members.length; index += 1) if (members[index] !== list[from + index]) return false;
  return true;
}
