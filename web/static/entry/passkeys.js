// The page of one's own passkeys: the button that adds one.
import { ask } from "../page/asking.js";
import { $ } from "../page/dom.js";
import { able, make } from "../page/passkeys.js";

const form = $("form[data-passkey=add]");

form?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const [said, button] = [$("[data-said]", form), $("button", form)];
  const tell = (sentence) => {
    said.textContent = sentence;
    said.hidden = !sentence;
  };
  tell("");
  if (!able()) return tell(form.dataset.unable);
  button.disabled = true;
  try {
    const password = form.elements.password.value;
    const { options, ticket } = await ask("POST", "/api/v1/passkeys/challenge", { password });
    const passkey = await make(options);
    await ask("POST", "/api/v1/passkeys", { name: form.elements.name.value, ticket, passkey });
    location.assign(location.pathname);
  } catch (error) {
    tell(error instanceof DOMException ? form.dataset.stopped : error.message);
  } finally {
    button.disabled = false;
  }
});
