// Owns the page of promised calls while it is open: a callback that is late, or that somebody must
// decide about, shouts.
import { watch } from "../pages/shouting.js";

watch("#promised", "callbacks");
