// Who speaks when, made of the talks of both sides: both at once, and nobody. Spans are [from, to].

const SILENCE_S = 2;

/** Return the spans in which both sides speak. */
export function bothOf(sides) {
  if (sides.length < 2) return [];
  const [ones, others] = sides.map((side) => side.talks);
  const found = [];
  let [one, other] = [0, 0];
  while (one < ones.length && other < others.length) {
    const from = Math.max(ones[one][0], others[other][0]);
    const to = Math.min(ones[one][1], others[other][1]);
    if (to > from) found.push([from, to]);
    if (ones[one][1] < others[other][1]) one += 1;
    else other += 1;
  }
  return found;
}

/** Return the spans of two seconds and more in which nobody speaks. */
export function silencesOf(sides, seconds) {
  const talks = sides.flatMap((side) => side.talks).sort((one, other) => one[0] - other[0]);
  const found = [];
  let until = 0;
  for (const [from, to] of [...talks, [seconds, seconds]]) {
    if (from - until >= SILENCE_S) found.push([until, from]);
    until = Math.max(until, to);
  }
  return found;
}
