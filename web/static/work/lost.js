// The watch over a call of which the server believes that we talk in it, while our phone has
// none: the caller hears nobody then. Pure: it does no I/O and keeps no clock.

export const LOST_AFTER_MS = 3000;

export const found = Object.freeze({ since: 0, told: false });

/**
 * Return [state, whether to tell the server now]. `talks`: the server says so; `ready`: the phone
 * is registered; `has`: it has a session, whatever becomes of it. Told once, until it was there again.
 */
export function look(state, { talks, ready, has }, now) {
  if (!talks || has) return [found, false];
  if (!ready) return [{ ...state, since: 0 }, false];
  const since = state.since || now;
  const due = !state.told && now - since >= LOST_AFTER_MS;
  return [{ since, told: state.told || due }, due];
}
