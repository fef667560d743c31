// Owns the browser's SIP line: registers over the switch's web socket, carries out what machine.js
// commands, and tells what happened. The only file that knows JsSIP.

import JsSIP from "jssip";

const RECOVER_S = { min: 1, max: 4 };
const PC = { iceServers: [] }; // the switch is near: its own addresses are enough
const OURS = /^[0-9a-f-]{36}$/i; // a call by our own id; a colleague who rings has none
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

  function dial(id, to) {
    const session = agent.call(to, {
      mediaStream: sound.microphone(),
      pcConfig: PC,
      eventHandlers: { peerconnection: ({ peerconnection }) => hear(id, peerconnection) },
    });
    keep(id, session);
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
        return hangUp(session);
      case "mute":
        return command.on ? session?.mute({ audio: true }) : session?.unmute({ audio: true });
      case "hold":
        return session?.hold();
      case "resume":
        return session?.isOnHold().local ? session.unhold() : undefined;
      case "digit":
        return session?.sendDTMF(command.digit, { transportType: "RFC2833" });
      case "dial":
        return dial(command.session, command.to);
      case "join":
        return join(session, sessions.get(command.with));
      case "disconnect":
        return disconnect();
      default:
        return undefined;
    }
  }

  return { connect, run };
}

function hangUp(session) {
  if (session && !session.isEnded()) session.terminate();
}

function join(session, other) {
  session?.refer(other.remote_identity.uri, { replaces: other });
}

/** Return a listener that stops waiting for more addresses soon: one that fits is enough. */
function hurried() {
  let timer = 0;
  return ({ ready }) => {
    clearTimeout(timer);
    timer = setTimeout(ready, TOO_LATE_MS);
  };
}
