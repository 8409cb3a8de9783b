// The page "Now": joins the live stream to the pictures, the figures and the buttons.

import { animate } from "./canvas.js";
import { wire } from "./controls.js";
import { duration, name, number, percent } from "./figures.js";
import { Live } from "./live.js";
import { Pacer } from "./pacer.js";
import { Rhythm } from "./rhythm.js";
import { fill } from "./session-list.js";
import { Trace } from "./trace.js";

const at = (id) => document.getElementById(id);
const pacer = new Pacer(at("pacer"));
const trace = new Trace(at("trace"));
const rhythm = new Rhythm(at("rhythm"));
const controls = wire();
const live = new Live();
let now = null;
let state = "connecting";
let session = null;

const VEILS = {
  connecting: ["Connecting", "Looking for the box."],
  away: ["The box is silent", "Its sound engine does not answer. Start it with “echoel up”."],
  offline: ["No connection to the box", "Check that it is on and that you are in the same network."],
  lost: ["No heart signal", "Check that the sensor sits well and is not too dry."],
  absent: ["No sensor", "Put one on; it is found by itself."],
};

live.addEventListener("state", ({ data }) => {
  state = data;
  show();
});

live.addEventListener("live", ({ data }) => {
  now = data;
  pacer.feed(data.pacer_phase, data.inhale_share, data.coherence, data.runner === "running");
  trace.feed(data.wave, data.wave_rate_hz);
  rhythm.feed(data.beats_s, data.time_s);
  show();
  if (data.body_session_id !== session) {
    session = data.body_session_id;
    fill(at("recent"), 6);
    // The report of its end follows a moment later.
    setTimeout(() => fill(at("recent"), 6), 4000);
  }
});

function show() {
  const isLive = state === "live" && now !== null;
  veil(isLive);
  controls.show(isLive ? now.runner : state === "connecting" ? "connecting" : "away");
  sensor(isLive);
  if (!now) return;
  figure("heart-rate", "heart", number(now.heart_rate_bpm), isLive && !now.stale.includes("heart_rate_bpm"));
  figure("rmssd", "hrv", number(now.rmssd_ms), isLive && !now.stale.includes("rmssd_ms"));
  figure("coherence", "coherence", percent(now.coherence), isLive && !now.stale.includes("coherence"));
  figure("breath-rate", "breath", number(now.breath_rate_bpm, 1), isLive && !now.stale.includes("breath_rate_bpm"));
  const isInSession = isLive && ["running", "paused", "stopping"].includes(now.runner);
  set("protocol", isInSession ? name(now.protocol) : "No session");
  const length = now.length_s ? ` / ${duration(now.length_s)}` : "";
  set("clock", isInSession ? duration(now.elapsed_s) + length : "");
  const loud = Math.max(0, 1 + (now.level_db ?? -120) / 60);
  bar("out-sound", isLive ? loud : 0);
  bar("out-light", isLive ? now.light : 0);
  bar("out-touch", isLive ? now.vibration : 0);
  at("guard").hidden = !isLive || !now.guard;
  set("guard", now.guard ? `The guard holds back: ${now.guard}` : "");
}

function veil(isLive) {
  const kind = !isLive ? state : now.sensor_state === "absent" ? "absent" : now.is_lost ? "lost" : null;
  at("veil").hidden = kind === null;
  if (kind === null) return;
  const [title, text] = VEILS[kind] ?? VEILS.connecting;
  set("veil-title", title);
  set("veil-text", text);
}

// The badge beside the name says that it is simulated; the name need not say it again.
function sensor(isLive) {
  const has = isLive && Boolean(now.sensor);
  set("sensor-name", has ? now.sensor.replace(/ \(simulated\)$/, "") : isLive ? "No sensor" : state === "connecting" ? "Looking for the box" : "Not connected");
  at("simulated").hidden = !has || !now.is_simulated;
  const share = has && !now.is_lost ? now.quality : 0;
  at("sensor-dot").className = `dot ${!has || now.is_lost ? "" : share >= 0.5 ? "good" : "poor"}`;
  const bars = Math.ceil(share * 4);
  [...at("quality").children].forEach((part, index) => part.classList.toggle("on", index < bars));
  at("quality").hidden = !has;
  at("quality").setAttribute("aria-label", `Signal quality ${percent(share)} percent`);
}

function words() {
  const runner = state === "live" && now ? now.runner : "idle";
  if (runner === "running" && pacer.isRunning) {
    const left = Math.max(1, Math.ceil(pacer.left - 0.05));
    return [pacer.isInhale ? "Breathe in" : "Breathe out", left < 20 ? String(left) : ""];
  }
  if (runner === "running") return ["Listening", "Your heart leads the sound"];
  if (runner === "paused") return ["Paused", "Press Resume to go on"];
  if (runner === "stopping") return ["Ending softly", ""];
  if (runner === "emergency") return ["All stopped", "Sound, light and touch are off"];
  return state === "live" ? ["Ready", "Press Start when you are comfortable"] : ["", ""];
}

function figure(id, tile, text, isFresh) {
  set(id, text);
  at(`tile-${tile}`).classList.toggle("stale", !isFresh);
}

function set(id, text) {
  const node = at(id);
  if (node.textContent !== text) node.textContent = text;
}

function bar(id, share) {
  at(id).style.transform = `scaleX(${Math.min(1, Math.max(0, share)).toFixed(3)})`;
}

animate((seconds, time) => {
  pacer.draw(seconds, time);
  trace.draw(state === "live" ? seconds : 0);
  rhythm.draw();
  const [word, more] = words();
  set("breath-word", word);
  set("breath-more", more);
});

fill(at("recent"), 6);
show();
