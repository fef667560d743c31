// The line of live events from the server (server-sent events): one a page. The browser
// connects again by itself; when it gives up, we do. Each connection begins with a whole `state`.

const AGAIN_MS = 1000;

const BROWSER = "thirdring.browser";

/**
 * Names this load of this page: a stream that is back under another name means a lost phone. Up to
 * the last dash the name is the same for all pages of this kind in this browser.
 */
export const PAGE = `${location.pathname.slice(1).split("/")[0].slice(0, 14) || "home"}-${browser()}-${drawn(10)}`;

/** Where windows cannot settle among themselves which one has the phone, each counts as a browser. */
function browser() {
  const shelf = navigator.locks ? localStorage : sessionStorage;
  const known = shelf.getItem(BROWSER) ?? drawn(10);
  shelf.setItem(BROWSER, known);
  return known;
}

function drawn(length) {
  return crypto.getRandomValues(new Uint8Array(length)).reduce((text, byte) => text + (byte % 36).toString(36), "");
}

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
