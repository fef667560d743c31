// Owns the line of live events from the server (server-sent events): one a page. The browser
// connects again by itself; when it gives up, we do. Each connection begins with a whole `picture`.

const AGAIN_MS = 1000;

/** Names this load of this page: a stream that is back under another name means a lost phone. */
const PAGE = `${location.pathname.slice(1).split("/")[0] || "home"}-${Math.random().toString(36).slice(2, 14)}`;

/**
 * Call `heard[name](data, id)` for each event, and `line(open)` when the line comes or goes.
 * Returns a function that ends it.
 */
export function listen(heard, line = () => {}, address = "/live") {
  let source = null;
  let ended = false;
  let timer = 0;

  function connect() {
    source = new EventSource(`${address}?page=${encodeURIComponent(PAGE)}`);
    source.addEventListener("open", () => line(true));
    source.addEventListener("error", () => {
      line(false);
      if (source.readyState === EventSource.CLOSED && !ended) {
        clearTimeout(timer);
        timer = setTimeout(connect, AGAIN_MS);
      }
    });
    for (const [name, hear] of Object.entries(heard)) {
      source.addEventListener(name, (event) => hear(JSON.parse(event.data), event.lastEventId));
    }
  }

  connect();
  return () => {
    ended = true;
    clearTimeout(timer);
    source.close();
  };
}
