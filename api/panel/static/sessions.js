// The page of all sessions.

import { fill } from "./session-list.js";

const list = document.getElementById("sessions");
const more = document.getElementById("more");

async function load(after = null) {
  const next = await fill(list, 20, after);
  more.hidden = next === null;
  more.onclick = () => load(next);
}

load();
