// The page of wake-ups while it is open: a guest whom nobody woke raises an alarm.
import { watch } from "../pages/alarms.js";

watch("#night", "wake_ups");
