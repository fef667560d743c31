// The box that finds everything: Ctrl+K from anywhere, answers while one types, arrows and Enter.
// A found thing is a link like any other: beside a call it opens in a window of its own.
import { $, $$, el, fill, show } from "./dom.js";

const PAUSE_MS = 180;

export function watchFind() {
  const form = $("form[data-find]");
  if (!form) return;
  const [box, list, told] = [$("input", form), $("#find-found"), $("[data-find-told]", form)];
  let [waiting, asked, shownFor] = [0, 0, null];

  box.setAttribute("role", "combobox");
  box.setAttribute("aria-controls", list.id);
  box.setAttribute("aria-autocomplete", "list");
  open(false);

  function open(wanted) {
    show(list, wanted);
    box.setAttribute("aria-expanded", String(wanted));
    if (!wanted) choose(null);
  }

  function choose(link) {
    for (const each of $$("a", list)) each.setAttribute("aria-selected", String(each === link));
    if (link) {
      box.setAttribute("aria-activedescendant", link.id);
      link.scrollIntoView({ block: "nearest" });
    } else box.removeAttribute("aria-activedescendant");
  }

  const chosen = () => $('a[aria-selected="true"]', list);

  function move(step) {
    const links = $$("a", list);
    if (!links.length) return;
    const at = links.indexOf(chosen());
    choose(links[(at + step + links.length + (at < 0 && step < 0 ? 1 : 0)) % links.length]);
  }

  async function follow() {
    const q = box.value.trim();
    const mine = (asked += 1);
    if (!q) return open(false);
    const address = `/api/v1/search?${new URLSearchParams({ q })}`;
    const answer = await fetch(address, { headers: { Accept: "application/json" } }).catch(() => null);
    if (!answer?.ok || mine !== asked) return; // a newer question is under way
    paint((await answer.json()).groups, q);
    shownFor = q;
    open(document.activeElement === box);
  }

  function paint(groups, q) {
    let place = 0;
    const link = (found) =>
      el("a", { href: found.address, role: "option", id: `found-${(place += 1)}`, tabindex: "-1", "aria-selected": "false" },
        el("span", {}, found.title), found.detail ? el("span", { class: "small quiet" }, ` ${found.detail}`) : null);
    const part = ({ title, items }) =>
      el("div", { role: "group", "aria-label": title }, el("h3", { "aria-hidden": "true" }, title), ...items.map(link));
    const all = { address: `/search?${new URLSearchParams({ q })}`, title: form.dataset.all };
    const count = groups.reduce((sum, { items }) => sum + items.length, 0);
    fill(list, ...groups.map(part), count ? link(all) : el("p", { class: "quiet" }, form.dataset.none));
    told.textContent = count ? form.dataset.many.replace("{count}", count) : form.dataset.none;
  }

  function soon(event) {
    if (event.isComposing) return; // half a Chinese word is no question
    clearTimeout(waiting);
    waiting = setTimeout(follow, PAUSE_MS);
  }

  box.addEventListener("input", soon);
  box.addEventListener("compositionend", soon);
  box.addEventListener("focus", () => box.value.trim() && (shownFor === box.value.trim() ? open(true) : follow()));
  box.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      event.stopPropagation();
      move(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Escape") {
      if (list.hidden) return;
      event.preventDefault();
      event.stopPropagation();
      open(false);
    } else if (event.key === "Enter" && chosen()) {
      event.preventDefault();
      chosen().click();
    }
  });
  form.addEventListener("focusout", ({ relatedTarget }) => form.contains(relatedTarget) || open(false));
  list.addEventListener("mousedown", (event) => event.preventDefault()); // the box keeps the focus
  addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey || event.key.toLowerCase() !== "k") return;
    event.preventDefault();
    box.focus();
    box.select();
  });
}
