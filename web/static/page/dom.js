// Puts things into a page: always as text, never as HTML, so that a caller's name cannot
// be more than a name. Touches nothing it was not given.

export const $ = (selector, within = document) => within.querySelector(selector);
export const $$ = (selector, within = document) => [...within.querySelectorAll(selector)];

/** Return a new element; `holds` are texts or elements, null ones are left out. */
export function el(name, attributes = {}, ...holds) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (key === "class") made.className = value;
    else if (value === true) made.setAttribute(key, "");
    else if (value !== false && value != null) made.setAttribute(key, String(value));
  }
  made.append(...holds.filter((each) => each != null).map(asNode));
  return made;
}

function asNode(held) {
  return held instanceof Node ? held : document.createTextNode(String(held));
}

/** Put text into an element if it is not there yet: no work, no flicker, no lost selection. */
export function say(element, text) {
  const wanted = text == null ? "" : String(text);
  if (element.textContent !== wanted) element.textContent = wanted;
}

/** Show or hide without taking the element out. */
export function show(element, shown) {
  if (element.hidden === shown) element.hidden = !shown;
}

/** Put new children into an element. */
export function fill(element, ...holds) {
  element.replaceChildren(...holds.filter((each) => each != null).map(asNode));
}
