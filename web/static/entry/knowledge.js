// Searching while typing: the list under the box follows, the page stays where it is.
const PAUSE_MS = 200;

const form = document.querySelector("form[data-search]");
const box = form.querySelector("input[name=q]");
const list = document.querySelector("#answers");
let waiting = 0;
let asked = 0;

async function follow() {
  const address = `${form.dataset.search}?${new URLSearchParams({ q: box.value })}`;
  const mine = (asked += 1);
  const answer = await fetch(address, { headers: { Accept: "text/html" } }).catch(() => null);
  if (!answer?.ok || mine !== asked) return; // a newer question is under way
  const found = new DOMParser().parseFromString(await answer.text(), "text/html");
  list.replaceChildren(...(found.querySelector("#answers")?.childNodes ?? []));
  history.replaceState(null, "", address);
}

box.addEventListener("input", (event) => {
  if (event.isComposing) return; // half a Chinese word is no question
  clearTimeout(waiting);
  waiting = setTimeout(follow, PAUSE_MS);
});
box.addEventListener("compositionend", () => {
  clearTimeout(waiting);
  waiting = setTimeout(follow, PAUSE_MS);
});
