// Says in words that the server refused, in the page's language; the server speaks English.

import { t } from "./words.js";

const ALWAYS = { 401: "common.signed_out", 403: "common.forbidden", 409: "common.changed", 503: "common.unavailable" };

/** Return a sentence for an error of `ask`; `own` gives the words' keys of a place, by status. */
export function sorry(error, own = {}) {
  if (!error.status) return t("common.unreachable");
  return t(own[error.status] ?? ALWAYS[error.status] ?? "common.failed");
}
