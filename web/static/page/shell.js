// The shell's switches: the rail, the colours, the density. Cookies keep them, so that the server
// draws the next page as it will stay.
import { $, $$ } from "./dom.js";

const YEAR_S = 31536000;

/** Keep a choice of this browser; the server reads it. */
export function keep(name, value) {
  document.cookie = `${name}=${value}; path=/; max-age=${YEAR_S}; SameSite=Strict`;
}

function choose(name, value) {
  document.documentElement.dataset[name] = value;
  keep(name, value);
}

export function watchShell() {
  const rail = $(".rail");
  if (!rail) return;
  const fold = $("[data-fold]", rail);
  const isOpen = () => rail.offsetWidth > 120;
  const paint = () => fold.setAttribute("aria-expanded", String(isOpen()));
  fold.addEventListener("click", () => {
    choose("rail", isOpen() ? "folded" : "open");
    paint();
  });
  paint();
  watchAppearance($("#appearance"));
  stayAbove();
  for (const menu of $$("[popover]")) menu.addEventListener("toggle", () => said(menu));
}

/** On a phone a form stands below what is read first: the page is not scrolled to its field. */
function stayAbove() {
  if (!matchMedia("(max-width: 700px)").matches) return;
  const lift = () => {
    if (!document.activeElement?.autofocus) return;
    document.activeElement.blur();
    scrollTo(0, 0);
  };
  addEventListener("load", () => requestAnimationFrame(lift));
}

function said(menu) {
  $(`[popovertarget="${menu.id}"]`)?.setAttribute("aria-expanded", String(menu.matches(":popover-open")));
}

function watchAppearance(dialog) {
  $("[data-appearance]").addEventListener("click", () => dialog.showModal());
  dialog.addEventListener("change", ({ target }) => choose(target.name, target.value));
}
