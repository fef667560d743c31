// Owns the page of wake-ups while it is open: a guest whom nobody woke shouts.
import { watch } from "../pages/shouting.js";

watch("#night", "wake_ups");
