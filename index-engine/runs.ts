/** How many objects a run has, but for the last of a list: a power of two, so that a run of leaves is a whole subtree. */
const RUN = 64;
/** Lists that begin a run alike and go on differently, as those of a class and of one kind of venue in it do. */
const VARIANTS = 4;
interface Run<Member, Made> {
  members: readonly Member[];
  made: Made;
}

/**
 * Makes something of every run of a list, and remembers what it made last: most inputs of a fix are those of another, in the same places.
 * What was not asked for in a while is forgotten, and its objects with it.
 * @param make of the objects of a run in their order, and of nothing else; they must not change after
 * @param remembered how many beginnings of runs are, and as many again of those asked for before them: more than a strike has
 */
export function ofRuns<Member extends object, Made>(
  make: (members: readonly Member[]) => Made,
  remembered: number,
): (list: readonly Member[]) => Made[] {
  let recent = new Map<Member, Run<Member, Made>[]>();
  let before = new Map<Member, Run<Member, Made>[]>();
  const remember = (first: Member, runs: Run<Member, Made>[]) => {
    if (recent.size >= remembered) {
      before = recent;
      recent = new Map();
    }
    recent.set(first, runs);
  };
  return (list) => {
    const all: Made[] = [];
    for (let from = 0; from < list.length; from += RUN) {
      const first = list[from] as Member;
      const known = recent.get(first);
      const held = known ?? before.get(first) ?? [];
      let run = held.find(({ members }) => isRunOf(members, list, from));
      if (run === undefined) {
        const members = list.slice(from, from + RUN);
        run = { members, made: make(members) };
        remember(first, [run, ...held.slice(0, VARIANTS - 1)]);
      } else if (known === undefined) remember(first, held);
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
