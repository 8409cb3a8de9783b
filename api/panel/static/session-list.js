// A list of body sessions: the same row on the first page and on the page of all sessions.

import { ask } from "./ask.js";
import { duration, moment, name, percent } from "./figures.js";

const STATES = { running: "running now", paused: "paused", stopped: "stopped early", interrupted: "interrupted" };

export async function fill(list, limit, after = null) {
  const query = new URLSearchParams({ limit, ...(after ? { after } : {}) });
  let page;
  try {
    page = await ask(`/api/body-sessions?${query}`);
  } catch (trouble) {
    if (!after) list.replaceChildren(note(`${trouble.title}. ${trouble.remedy}`));
    return null;
  }
  const rows = page.data.map(row);
  if (after) list.append(...rows);
  else list.replaceChildren(...(rows.length ? rows : [note("None yet. Your first one will stand here.")]));
  return page.next;
}

function row(session) {
  const { summary } = session;
  const item = document.createElement("li");
  const link = document.createElement("a");
  link.href = `/sessions/${encodeURIComponent(session.body_session_id)}`;
  const more = [summary.duration_s ? duration(summary.duration_s) : null, STATES[session.state], session.is_simulated ? "simulated" : null];
  link.append(
    part("span", moment(session.started_at)),
    part("span", summary.coherence === null ? "" : `${percent(summary.coherence)} %`, "score"),
    part("small", [name(session.protocol), ...more.filter(Boolean)].join(" · ")),
    part("small", summary.mean_hr_bpm === null ? "" : `${Math.round(summary.mean_hr_bpm)} bpm`, "score-more"),
  );
  item.append(link);
  return item;
}

function part(tag, text, kind = "") {
  const node = document.createElement(tag);
  node.textContent = text;
  node.className = kind;
  if (kind === "score" && text) node.title = "Coherence";
  return node;
}

function note(text) {
  const item = part("li", text, "empty");
  return item;
}
