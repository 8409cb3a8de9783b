// The page of one session: its figures, and its heart rate from beat to beat.

import { ask } from "./ask.js";
import { Chart } from "./chart.js";
import { duration, moment, name, number, percent } from "./figures.js";

const at = (id) => document.getElementById(id);
const address = `/api/body-sessions/${encodeURIComponent(at("main").dataset.session)}`;
const STATES = {
  running: "Running now",
  paused: "Paused",
  finished: "Played to the end",
  stopped: "Stopped by hand",
  interrupted: "Interrupted: the box stopped in the middle; what was recorded is here",
};

async function show() {
  const { data: session } = await ask(address);
  const { summary } = session;
  at("title").textContent = name(session.protocol);
  const sensor = session.is_simulated ? "simulated wearer" : session.sensor_id;
  at("lead").textContent = `${moment(session.started_at)} · ${STATES[session.state]} · ${sensor}`;
  figures([
    ["Length", duration(summary.duration_s), ""],
    ["Heartbeats", String(summary.beats), ""],
    ["Heart rate", number(summary.mean_hr_bpm), "bpm"],
    ["HRV (RMSSD)", number(summary.rmssd_ms), "ms"],
    ["SDNN", number(summary.sdnn_ms), "ms"],
    ["Coherence", percent(summary.coherence), "%"],
    ["Breath", number(summary.breath_rate_bpm, 1), "/ min"],
    ["Signal quality", percent(summary.quality), "%"],
  ]);
  const { data: series } = await ask(`${address}/series`);
  new Chart(at("heart"), at("heart-at"), {
    times: series.interval_time_s,
    values: series.rr_ms.map((ms) => 60000 / ms),
    marks: series.kind.map((kind) => kind !== "normal"),
    unit: "bpm",
    least: 20,
    ink: "purple",
  });
  new Chart(at("coherence"), at("coherence-at"), {
    times: series.state_time_s,
    values: series.coherence.map((share) => (share === null ? null : share * 100)),
    unit: "%",
    range: [0, 100],
    ink: "gold",
  });
}

function figures(rows) {
  at("figures").replaceChildren(
    ...rows.map(([label, value, unit]) => {
      const box = document.createElement("div");
      const [term, data, small] = ["dt", "dd", "small"].map((tag) => document.createElement(tag));
      term.textContent = label;
      small.textContent = value === "–" ? "" : unit;
      data.append(value, " ", small);
      box.append(term, data);
      return box;
    }),
  );
}

show().catch((trouble) => {
  at("title").textContent = trouble.title ?? "This session cannot be shown";
  at("lead").textContent = `${trouble.message}. ${trouble.remedy ?? ""}`;
});
