// What the agent hears and speaks into: the microphone, the earpiece and the ringer, each on
// the device that was chosen. The microphone is opened once, at sign-in, so that an answer is at once.

const KEPT = "thirdring.devices";
const OPENS_WITHIN_MS = 3000;
const RING = { hz: [450, 600], on_s: 1, each_s: 3 };

export function makeSound(remote, tell) {
  const chosen = { in: "", out: "", ring: "", volume: 0.8, ...read() };
  const players = new Map();
  let stream = null;
  let silent = null;
  let context = null;
  let ringing = 0;
  let leaving = false; // a page that goes away is refused everything
  let opening = Promise.resolve();

  addEventListener("pagehide", () => (leaving = true));

  function keep() {
    localStorage.setItem(KEPT, JSON.stringify(chosen));
  }

  /** Open the microphone; tells `ready`, `refused` or `missing`. */
  function open() {
    opening = ask();
    return opening;
  }

  /** Return the microphone's stream as soon as it is open, one of silence when that takes long. */
  async function opened() {
    await Promise.race([opening, new Promise((done) => setTimeout(done, OPENS_WITHIN_MS))]);
    return microphone();
  }

  async function ask() {
    const asked = { audio: { deviceId: chosen.in ? { ideal: chosen.in } : undefined, echoCancellation: true, noiseSuppression: true }, video: false };
    try {
      if (!navigator.mediaDevices) throw new DOMException("", "NotAllowedError"); // no TLS
      const fresh = await navigator.mediaDevices.getUserMedia(asked);
      stream?.getTracks().forEach((track) => track.stop());
      stream = fresh;
      fresh.getAudioTracks()[0].addEventListener("ended", () => tell("missing"));
      tell("ready");
    } catch (error) {
      if (!leaving) tell(["NotAllowedError", "SecurityError"].includes(error.name) ? "refused" : "missing");
    }
  }

  /** Return the microphone's stream; without one, a stream of silence: one can still listen. */
  function microphone() {
    if (stream?.active) return stream;
    silent ??= sounding().createMediaStreamDestination().stream;
    return silent;
  }

  function play(id, heard) {
    const player = players.get(id) ?? (players.size ? document.createElement("audio") : remote);
    player.autoplay = true;
    player.srcObject = heard;
    player.volume = chosen.volume;
    if (chosen.out && player.setSinkId) player.setSinkId(chosen.out).catch(() => {});
    players.set(id, player);
  }

  function stop(id) {
    const player = players.get(id);
    if (player) player.srcObject = null;
    players.delete(id);
  }

  function ring() {
    if (ringing) return;
    chime();
    ringing = setInterval(chime, RING.each_s * 1000);
  }

  function silence() {
    clearInterval(ringing);
    ringing = 0;
    if (context) context.suspend();
  }

  function sounding() {
    context ??= new AudioContext();
    return context;
  }

  async function chime() {
    const air = sounding();
    if (chosen.ring && air.setSinkId) await air.setSinkId(chosen.ring).catch(() => {});
    await air.resume();
    if (!ringing) return;
    const gain = new GainNode(air, { gain: 0 });
    const [begin, end] = [air.currentTime, air.currentTime + RING.on_s];
    gain.gain.linearRampToValueAtTime(0.25 * chosen.volume, begin + 0.05);
    gain.gain.setValueAtTime(0.25 * chosen.volume, end - 0.2);
    gain.gain.linearRampToValueAtTime(0, end);
    gain.connect(air.destination);
    for (const frequency of RING.hz) {
      const tone = new OscillatorNode(air, { frequency });
      tone.connect(gain);
      tone.start(begin);
      tone.stop(end);
    }
  }

  async function devices() {
    const all = (await navigator.mediaDevices?.enumerateDevices()) ?? [];
    const of = (kind) => all.filter((each) => each.kind === kind && each.deviceId !== "default");
    return { in: of("audioinput"), out: of("audiooutput"), ring: of("audiooutput") };
  }

  function choose(which, value) {
    chosen[which] = value;
    keep();
    for (const player of players.values()) {
      player.volume = chosen.volume;
      if (which === "out") player.setSinkId?.(value).catch(() => {});
    }
    if (which === "in") open();
  }

  return { open, opened, microphone, play, stop, ring, silence, devices, choose, chosen };
}

function read() {
  try {
    return JSON.parse(localStorage.getItem(KEPT)) ?? {};
  } catch {
    return {};
  }
}
