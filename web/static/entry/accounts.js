// The page of the accounts: what ends somebody's work asks for a second click.
import { sure } from "../pages/sure.js";

document.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-sure]");
  if (button && !sure(button)) event.preventDefault();
});
