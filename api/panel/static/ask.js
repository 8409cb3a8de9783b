// Questions and commands to the API; what goes wrong is said with its remedy.

export class Trouble extends Error {
  constructor(problem) {
    super(problem.detail || problem.title);
    this.title = problem.title;
    this.remedy = problem.remedy;
  }
}

export async function ask(path, options = {}) {
  let reply;
  try {
    reply = await fetch(path, { headers: { Accept: "application/json" }, ...options });
  } catch {
    throw new Trouble({
      title: "The box cannot be reached",
      detail: "No answer came.",
      remedy: "Check that it is switched on and that you are in the same network.",
    });
  }
  const body = await reply.json().catch(() => ({ title: "The answer could not be read", remedy: "Try again." }));
  if (!reply.ok || !body.ok) throw new Trouble(body);
  return body;
}

export const command = (kind, parameters = {}) =>
  ask("/api/commands", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ kind, parameters }),
  });

let hiding = 0;

export function say(trouble) {
  const toast = document.getElementById("toast");
  const title = document.createElement("b");
  title.textContent = trouble.title || "That did not work";
  const sentence = (text) => (text ? text[0].toUpperCase() + text.slice(1).replace(/\.?$/, ".") : "");
  toast.replaceChildren(title, `${sentence(trouble.message)} ${sentence(trouble.remedy)}`);
  toast.hidden = false;
  clearTimeout(hiding);
  hiding = setTimeout(() => (toast.hidden = true), 9000);
}
