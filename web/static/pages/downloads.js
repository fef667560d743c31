// The menus that download recordings: the reason is asked once a page, as before listening; a
// file that cannot be had is told beside its menu.

const NAME = /filename="([^"]+)"/;

export function watchDownloads(askWhy) {
  for (const form of document.querySelectorAll("form[data-download]")) {
    const why = form.elements.why;
    form.querySelector("[data-why-field]").hidden = true;
    why.required = false;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const button = event.submitter;
      const said = await askWhy();
      if (said === null) return;
      why.value = said;
      const address = new URL(form.action);
      address.search = new URLSearchParams(new FormData(form, button));
      button.disabled = true; // from now on it is no part of its form
      const came = await take(address);
      button.disabled = false;
      form.querySelector("[data-download-fault]").hidden = came;
    });
  }
}

/** Fetch a file and hand it to the browser; return whether it came. */
async function take(address) {
  try {
    const answer = await fetch(address);
    if (!answer.ok) return false;
    const link = document.createElement("a");
    link.href = URL.createObjectURL(await answer.blob());
    link.download = NAME.exec(answer.headers.get("content-disposition") ?? "")?.[1] ?? "";
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
    return true;
  } catch {
    return false;
  }
}
