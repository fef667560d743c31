// The browser's SIP line: registers over the switch's web socket, carries out what machine.js
// commands, and tells what happened. The only file that knows JsSIP.

import JsSIP from "jssip";

const RECOVER_S = { min: 1, max: 4 };
const PC = { iceServers: [] }; // the switch is near: its own addresses are enough
const OURS = /^[0-9a-f-]{36}$/i; // a call by our own id; a colleague who rings has none
const HOLD_AGAIN_MS = 150;
const TOO_LATE_MS = 400; // of gathering addresses; loopback and the office net need under 50

/**
 * Return a line. `tell(event)` hears machine events; `sound` is what sound.js made.
 * `credentials` are what POST /api/v1/duty gave: seat, password, ws_url, server.
 */
export function makeLine(tell, sound) {
  let agent = null;
  const sessions = new Map();

  function connect(credentials) {
    disconnect();
    const { seat, password, ws_url: address, server } = credentials;
    agent = new JsSIP.UA({
      sockets: [new JsSIP.WebSocketInterface(address)],
      uri: `sip:${seat}@${server}`,
      authorization_user: seat,
      password,
      register_expires: 120,
      session_timers: false,
      connection_recovery_min_interval: RECOVER_S.min,
      connection_recovery_max_interval: RECOVER_S.max,
      user_agent: "ThirdRing",
    });
    const mine = agent;
    const tellIf = (event) => mine === agent && tell(event);
    agent.on("registered", () => tellIf({ name: "registered" }));
    agent.on("unregistered", () => tellIf({ name: "unregistered" }));
    agent.on("registrationFailed", ({ cause }) => tellIf({ name: "unregistered", why: cause }));
    agent.on("disconnected", () => tellIf({ name: "unregistered" }));
    agent.on("newRTCSession", ({ originator, session, request }) => {
      if (originator === "remote") take(session, request);
    });
    tell({ name: "connect" });
    agent.start();
  }

  function disconnect() {
    const old = agent;
    agent = null;
    old?.stop();
  }

  function take(session, request) {
    const id = session.id;
    keep(id, session);
    tell({
      name: "invited",
      session: id,
      call: OURS.test(request.getHeader("X-Call") ?? "") ? request.getHeader("X-Call") : "",
      from: session.remote_identity?.uri?.user ?? "",
      at: Date.now(),
    });
  }

  function keep(id, session) {
    sessions.set(id, session);
    session.on("peerconnection", ({ peerconnection }) => hear(id, peerconnection));
    session.on("icecandidate", hurried());
    session.on("confirmed", () => tell({ name: "accepted", session: id, at: Date.now() }));
    for (const end of ["ended", "failed"]) session.on(end, ({ cause }) => gone(id, cause));
    if (session.connection) hear(id, session.connection);
  }

  function hear(id, connection) {
    connection.addEventListener("track", ({ track, streams }) => {
      sound.play(id, streams[0] ?? new MediaStream([track]));
    });
  }

  function gone(id, cause) {
    if (!sessions.delete(id)) return;
    sound.stop(id);
    tell({ name: "ended", session: id, cause });
  }

  /** Ring somebody; `about` is the call that he is asked about. */
  function dial(id, to, about) {
    if (!agent) return nobody(id);
    const session = agent.call(to, {
      extraHeaders: about ? [`X-Consult: ${about}`] : [],
      mediaStream: sound.microphone(),
      pcConfig: PC,
      eventHandlers: { peerconnection: ({ peerconnection }) => hear(id, peerconnection) },
    });
    keep(id, session);
  }

  /** What has no session, or lost it, has ended: no key may wait for it. */
  function nobody(id) {
    setTimeout(() => tell({ name: "ended", session: id, cause: "" }), 0);
  }

  function hangUp(id) {
    const session = sessions.get(id);
    if (!session || session.isEnded()) return nobody(id);
    session.terminate();
  }

  async function answer(session) {
    const mediaStream = await sound.opened(); // right after a reload it may still be opening
    if (session && !session.isEnded()) session.answer({ mediaStream, pcConfig: PC });
  }

  function run(command) {
    const session = sessions.get(command.session);
    switch (command.do) {
      case "answer":
        return answer(session);
      case "refuse":
        return session?.terminate({ status_code: 486 });
      case "hang_up":
        return hangUp(command.session);
      case "mute":
        return command.on ? session?.mute({ audio: true }) : session?.unmute({ audio: true });
      case "hold":
        return held(session, true);
      case "resume":
        return held(session, false);
      case "digit":
        return session?.sendDTMF(command.digit, { transportType: "RFC2833" });
      case "dial":
        return dial(command.session, command.to, command.about);
      case "unregister":
        return agent?.unregister();
      case "disconnect":
        return disconnect();
      default:
        return undefined;
    }
  }

  return { connect, run };
}

/** Hold or take back; again and again while another change of the line is under way. */
function held(session, on) {
  if (!session) return;
  clearTimeout(session.data.holding);
  if (session.isEnded() || session.isOnHold().local === on) return;
  const begun = on ? session.hold() : session.unhold();
  if (!begun) session.data.holding = setTimeout(() => held(session, on), HOLD_AGAIN_MS);
}

/** Return a listener that stops waiting for more addresses soon: one that fits is enough. */
function hurried() {
  let timer = 0;
  return ({ ready }) => {
    clearTimeout(timer);
    timer = setTimeout(ready, TOO_LATE_MS);
  };
}
