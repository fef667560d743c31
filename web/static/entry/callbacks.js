// The page of callbacks while it is open: a callback that is late, or that somebody must
// decide about, raises an alarm.
import { watch } from "../pages/alarms.js";

watch("#promised", "callbacks");
