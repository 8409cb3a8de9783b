// The buttons: what can be asked now, and what was answered. Escape stops everything, always.

import { command, say } from "./ask.js";

const BUTTONS = ["start", "pause", "stop", "release"];
// Which buttons each state of the box shows.
const SHOWN = {
  connecting: ["start"],
  away: ["start"],
  idle: ["start"],
  running: ["pause", "stop"],
  paused: ["pause", "stop"],
  stopping: ["stop"],
  emergency: ["release"],
};
const CAN_ASK = new Set(["idle", "running", "paused", "emergency"]);

export function wire() {
  const at = Object.fromEntries(BUTTONS.map((id) => [id, document.getElementById(id)]));
  let runner = "connecting";
  let isAsking = false;

  const refresh = () => {
    for (const id of BUTTONS) {
      at[id].hidden = !(SHOWN[runner] ?? []).includes(id);
      at[id].disabled = isAsking || !CAN_ASK.has(runner);
    }
    at.pause.textContent = runner === "paused" ? "Resume" : "Pause";
    at.pause.classList.toggle("primary", runner === "paused");
  };

  const send = async (kind) => {
    isAsking = true;
    refresh();
    try {
      await command(kind);
    } catch (trouble) {
      say(trouble);
    } finally {
      isAsking = false;
      refresh();
    }
  };

  // Not held back by anything that is still being asked.
  const stopEverything = () => command("emergency_stop").catch(say);

  at.start.addEventListener("click", () => send("start"));
  at.pause.addEventListener("click", () => send(runner === "paused" ? "resume" : "pause"));
  at.stop.addEventListener("click", () => send("stop"));
  at.release.addEventListener("click", () => send("release"));
  document.getElementById("emergency").addEventListener("click", stopEverything);
  addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.repeat) stopEverything();
  });

  refresh();
  return {
    show(state) {
      if (state === runner) return;
      runner = state;
      refresh();
    },
  };
}
