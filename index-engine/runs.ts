/** How many objects a run has, but for the last of a list: a power of two, so that a run of leaves is a whole subtree. */
const RUN = 64;

/** Runs that are remembered of one strike: several times what the fixes of a hundred thousand facts have, and no end of others. */
const MOST = 16_384;

interface Run<Member, Made> {
  members: readonly Member[];
  made: Made;
}

/**
 * Makes something of every run of a list, and remembers what it made: most inputs of a fix are those of another, in the same places. What was
 * not asked for at a strike or at the one before is forgotten, and its objects with it.
 * @param make of the objects of a run in their order, and of nothing else; they must not change after
 * @returns takes a list and the strike that it is of
 */
export function ofRuns<Member extends object, Made>(
  make: (members: readonly Member[]) => Made,
): (list: readonly Member[], strike: Date) => Made[] {
  let now = Number.NaN;
  let recent = new Map<Member, Run<Member, Made>[]>();
  let before = new Map<Member, Run<Member, Made>[]>();
  let remembered = 0;
  const made = (list: readonly Member[], from: number): Run<Member, Made> => {
    const members = list.slice(from, from + RUN);
    return { members, made: make(members) };
  };
  return (list, strike) => {
    if (strike.getTime() !== now || remembered >= MOST) {
      now = strike.getTime();
      before = recent;
      recent = new Map();
      remembered = 0;
    }
    const all: Made[] = [];
    for (let from = 0; from < list.length; from += RUN) {
      const first = list[from] as Member;
      // Lists may begin a run alike and go on differently, as those of a class and of one kind of venue in it do.
      const asked = recent.get(first) ?? [];
      let run = asked.find(({ members }) => isRunOf(members, list, from));
      if (run === undefined) {
        run = before.get(first)?.find(({ members }) => isRunOf(members, list, from)) ?? made(list, from);
        recent.set(first, [...asked, run]);
        remembered += 1;
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
