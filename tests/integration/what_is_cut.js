// Returns what is wrong with how the page lies in its window: cut off, too wide, squeezed, covered.
() => {
  const wide = document.documentElement.clientWidth;
  const wrong = [];
  const cutAway = (element) => {
    const head = element.closest("thead");
    return head !== null && getComputedStyle(head).clipPath !== "none";
  };
  const shown = (element) =>
    element.checkVisibility({ visibilityProperty: true }) && !element.closest(".out, .skip, datalist, option, audio") &&
    !cutAway(element);
  const named = (element) => {
    const id = element.id ? `#${element.id}` : "";
    const text = element.textContent.trim().replace(/\s+/g, " ").slice(0, 40);
    return `<${element.localName}${id} class="${element.className}"> ${text}`;
  };
  const told = (what, element) => wrong.length < 12 && wrong.push(`${what}: ${named(element)}`);

  if (document.documentElement.scrollWidth > wide) wrong.push(`the page is ${document.documentElement.scrollWidth} wide`);

  const clips = (style, axis) => style[`overflow${axis}`] !== "visible";
  const isMeant = (element, style) => style.textOverflow === "ellipsis" && element.closest("[title]");
  const isWindow = (element) => element === document.body || element === document.documentElement;

  // A line of text must lie in the window, and in every box around it that cuts off.
  function look(text, element) {
    const range = document.createRange();
    range.selectNodeContents(text);
    const rects = [...range.getClientRects()].filter((each) => each.width > 0.5);
    if (!rects.length) return;
    const [left, right] = [Math.min(...rects.map((each) => each.left)), Math.max(...rects.map((each) => each.right))];
    const bottom = Math.max(...rects.map((each) => each.bottom));
    if (left < -1 || right > wide + 1) return told("outside the window", element);
    if (text.data.trim().length > 12 && rects.length > 5 && right - left < 40) told("squeezed", element);
    let cutsAcross = true;
    for (let box = element; box && !isWindow(box); box = box.parentElement) {
      const style = getComputedStyle(box);
      const edge = box.getBoundingClientRect();
      if (clips(style, "X") && cutsAcross && (left < edge.left - 1 || right > edge.right + 1)) {
        if (!isMeant(box, style)) told(`cut off by ${box.id || box.className}`, element);
        return;
      }
      if (["hidden", "clip"].includes(style.overflowY) && bottom > edge.bottom + 2) {
        if (!isMeant(box, style) && !box.closest("[title]")) told(`cut off below by ${box.id || box.className}`, element);
        return;
      }
    }
  }

  function covered(element) {
    const box = element.getBoundingClientRect();
    const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
    if (box.width < 2 || y < 0 || y > innerHeight || x < 0 || x > wide) return;
    const top = document.elementFromPoint(x, y);
    if (top && top !== element && !element.contains(top) && !top.contains(element)) told(`covered by ${top.localName} ${top.className}`, element);
  }

  const isScrolled = (element) => element.closest(".at-work main, .found");
  for (const element of document.body.querySelectorAll("*")) {
    if (!shown(element)) continue;
    const texts = [...element.childNodes].filter((each) => each.nodeType === Node.TEXT_NODE && each.data.trim());
    for (const text of texts) look(text, element);
    if (["BUTTON", "A", "LABEL", "H1", "H2"].includes(element.tagName) && element.textContent.trim() && !isScrolled(element)) {
      if (element.getClientRects().length === 1) covered(element);
    }
    const control = ["INPUT", "SELECT", "TEXTAREA", "BUTTON", "IMG", "TABLE"].includes(element.tagName);
    const box = element.getBoundingClientRect();
    if (control && box.width && (box.left < -1 || box.right > wide + 1)) told("outside the window", element);
    if (element.tagName === "BUTTON" && element.scrollWidth > element.clientWidth + 1) told("wider than its button", element);
  }
  return wrong;
}
