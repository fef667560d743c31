// The buttons of the page of parts that show a message.
import { toast } from "../page/toasts.js";

document.addEventListener("click", ({ target }) => {
  const button = target.closest?.("[data-toast-of]");
  if (button) toast(button.textContent, button.dataset.toastOf);
});
