// Lets only one window of a browser have the phone: two would both ring.

const NAME = "thirdring.desk";

/**
 * Call `mine` when this window has the desk, `taken` when another has it or takes it. A press on
 * `useHere` takes it: `move()` first lets the server take the caller along, and throws when that
 * cannot be; then the other window keeps what it has. Without locks (no TLS, and not this machine)
 * every window has it.
 */
export function alone({ mine, taken, useHere, move, refused }) {
  useHere.addEventListener("click", async () => {
    useHere.disabled = true;
    try {
      await move();
    } catch (error) {
      useHere.disabled = false;
      return refused(error);
    }
    // a fresh page: what this one knew is old
    sessionStorage.setItem(NAME, "steal");
    location.reload();
  });
  if (!navigator.locks) return void mine();

  function take(options) {
    navigator.locks
      .request(NAME, options, (lock) => {
        if (!lock) return taken();
        mine();
        return new Promise(() => {}); // kept until the window closes, or another takes it
      })
      .catch(taken);
  }

  const steal = sessionStorage.getItem(NAME) === "steal";
  sessionStorage.removeItem(NAME);
  take(steal ? { steal: true } : { ifAvailable: true });
}
