// Figures as people read them; a dash where nothing is known, which is not zero.

export const number = (value, places = 0) =>
  value === null || value === undefined ? "–" : value.toFixed(places);

export const percent = (share) => (share === null || share === undefined ? "–" : String(Math.round(share * 100)));

export function duration(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const tail = `${String(minutes).padStart(hours ? 2 : 1, "0")}:${String(rest).padStart(2, "0")}`;
  return hours ? `${hours}:${tail}` : tail;
}

export const moment = (text) =>
  new Date(text).toLocaleString(undefined, { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });

export function name(protocol) {
  const words = (protocol || "session").replaceAll("_", " ");
  return words[0].toUpperCase() + words.slice(1);
}
