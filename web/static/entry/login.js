// The page to sign in on: by a passkey alone, or by one beside the password. Without this script
// there are the password and codes.
import { ask, RefusedError } from "../page/asking.js";
import { $, $$ } from "../page/dom.js";
import { able, sign } from "../page/passkeys.js";

const form = $("form.login");
const said = $("[data-said]");

function tell(sentence) {
  said.textContent = sentence;
  said.hidden = !sentence;
}

/** Do what a button is for, and say why it did not work. */
async function attempted(button, act) {
  tell("");
  button.disabled = true;
  try {
    await act();
  } catch (error) {
    const words = error instanceof RefusedError ? button.dataset[`fault${error.status}`] : button.dataset.stopped;
    tell(words ?? error.message);
  } finally {
    button.disabled = false;
  }
}

async function alone() {
  const { options, ticket } = await ask("POST", "/api/v1/session/challenge", {});
  const passkey = await sign(options);
  const who = await ask("POST", "/api/v1/session/passkey", { ticket, passkey });
  location.assign(who.must_change ? "/password" : form.elements.next.value || "/");
}

async function beside() {
  const [number, password] = [form.elements.number.value, form.elements.password.value];
  if (!number || !password) return form.reportValidity();
  const { options, ticket } = await ask("POST", "/api/v1/session/challenge", { number, password });
  form.elements.passkey.value = await sign(options);
  form.elements.ticket.value = ticket;
  form.submit(); // the code is not wanted then
}

if (able()) {
  for (const button of $$("button[data-passkey]", form)) {
    button.hidden = false;
    button.addEventListener("click", () => attempted(button, button.dataset.passkey === "alone" ? alone : beside));
  }
}
