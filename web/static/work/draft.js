// What becomes of a ticket while somebody types: what is to be sent, what was saved meanwhile,
// and what two people changed at once. Pure: it does no I/O and keeps no clock.
//
// `base` is what the server last said, `local` what is on the screen. A field of which they differ
// is unsaved. One save is under way at a time; what is typed meanwhile goes with the next. When
// somebody else saved first, the fields they changed are taken over, except those typed here: these
// stay, and the others' text is shown beside (`conflicts`).

export const FIELDS = ["kind", "business", "nature", "state", "customer_name", "customer_number", "body", "answer", "department"];

/** Return the draft of a ticket as the server gave it. */
export function opened(ticket) {
  const base = fieldsOf(ticket);
  return { number: ticket.number, version: ticket.version, base, local: base, sending: null, conflicts: {} };
}

export function fieldsOf(ticket) {
  return Object.fromEntries(FIELDS.map((field) => [field, ticket[field] ?? ""]));
}

export function typed(draft, field, value) {
  return { ...draft, local: { ...draft.local, [field]: value } };
}

/** Return the fields that the server does not have yet; none: null. */
export function unsaved(draft) {
  const changed = FIELDS.filter((field) => draft.local[field] !== draft.base[field]);
  return changed.length ? Object.fromEntries(changed.map((field) => [field, draft.local[field]])) : null;
}

/** Tell whether it is dispatched to nobody: the server takes no such thing (TKT-3). */
export function lacksDepartment(draft) {
  return draft.local.state === "dispatched" && !draft.local.department.trim();
}

/** Tell whether somebody still has to say what became of the matter. */
export function isUnfinished(draft) {
  return draft.local.state === "new" || unsaved(draft) !== null;
}

/** Return what can be saved now: all that is unsaved, but no dispatch to nobody. */
function ripe(draft) {
  const { state, department, ...fields } = unsaved(draft) ?? {};
  if (lacksDepartment(draft)) return Object.keys(fields).length ? fields : null;
  return unsaved(draft);
}

/** Begin a save: return [draft, the body to send], the body null when there is nothing to do. */
export function sending(draft) {
  const fields = draft.sending ? null : ripe(draft);
  if (!fields) return [draft, null];
  return [{ ...draft, sending: fields }, { version: draft.version, fields: blankIsNone(fields) }];
}

/** The server took the save; `ticket` is what it has now. */
export function accepted(draft, ticket) {
  const base = fieldsOf(ticket);
  // what was typed since the save began stays; all else is as the server has it
  const local = mapped((field) =>
    draft.local[field] === (draft.sending?.[field] ?? draft.base[field]) ? base[field] : draft.local[field],
  );
  return { ...draft, version: ticket.version, base, local, sending: null };
}

/** Somebody saved first; `ticket` is what it says now. The next save is made upon it. */
export function conflicted(draft, ticket) {
  const base = fieldsOf(ticket);
  const conflicts = { ...draft.conflicts };
  const local = mapped((field) => {
    const [mine, theirs, before] = [draft.local[field], base[field], draft.base[field]];
    if (mine === before) return theirs;
    if (theirs !== before && theirs !== mine) conflicts[field] = theirs;
    return mine;
  });
  return { ...draft, version: ticket.version, base, local, sending: null, conflicts };
}

/** The save did not arrive, or nobody knows: it is sent again. */
export function failed(draft) {
  return { ...draft, sending: null };
}

/** Settle a conflict: `theirs` is taken, or ours is kept. */
export function settled(draft, field, { theirs }) {
  const conflicts = { ...draft.conflicts };
  const value = theirs ? conflicts[field] : draft.local[field];
  delete conflicts[field];
  return { ...draft, conflicts, local: { ...draft.local, [field]: value } };
}

/** Put what this browser kept of a draft upon what the server now says. */
export function restored(kept, ticket) {
  const draft = { ...opened(ticket), base: kept.base, local: kept.local, version: kept.version };
  return conflicted(draft, ticket);
}

/** Return whether nobody has written anything: it is asked for once, at wrap-up. */
export function isEmpty(draft) {
  return !draft.local.body.trim() && !draft.local.answer.trim() && draft.local.state === "new";
}

function mapped(value) {
  return Object.fromEntries(FIELDS.map((field) => [field, value(field)]));
}

function blankIsNone(fields) {
  const optional = new Set(["business", "nature"]);
  return Object.fromEntries(
    Object.entries(fields).map(([field, value]) => [field, value === "" && optional.has(field) ? null : value]),
  );
}
