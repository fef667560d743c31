// Asks the server for scripts: JSON both ways, the session's secret on every change, and the
// server's own sentence when it refuses.

export class RefusedError extends Error {
  constructor(status, problem) {
    super(problem.detail || `HTTP ${status}`);
    this.status = status;
    this.problem = problem;
  }
}

const PATIENCE_MS = 8000;
const csrf = () => document.querySelector("meta[name=csrf]")?.content ?? "";

/** Ask and return the answer's JSON (null when it has none). Throws RefusedError or TypeError. */
export async function ask(method, path, body, { keepalive = false } = {}) {
  const answer = await fetch(path, {
    method,
    keepalive,
    credentials: "same-origin",
    headers: {
      Accept: "application/json",
      ...(body === undefined ? {} : { "Content-Type": "application/json" }),
      ...(method === "GET" ? {} : { "X-CSRF-Token": csrf() }),
    },
    body: body === undefined ? undefined : JSON.stringify(body),
    signal: keepalive ? undefined : AbortSignal.timeout(PATIENCE_MS),
  });
  const text = await answer.text();
  const found = text && /json/.test(answer.headers.get("content-type") ?? "") ? JSON.parse(text) : null;
  if (!answer.ok) {
    if (answer.status === 401) dispatchEvent(new CustomEvent("thirdring:signed-out"));
    throw new RefusedError(answer.status, found ?? {});
  }
  return found;
}
