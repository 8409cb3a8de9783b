// The breathing guide: a circle that grows while you breathe in, and a golden arc for coherence.
// Between two messages it goes on by itself at the pace it has seen, so that it never jerks.

import { REDUCED, colour, sharp } from "./canvas.js";

const wrap = (turns) => turns - Math.floor(turns + 0.5);
const ease = (share) => (1 - Math.cos(Math.PI * Math.min(1, Math.max(0, share)))) / 2;

export class Pacer {
  #phase = null;
  #shown = 0;
  #rate = 0.1;
  #heardAt = 0;
  #inhale = 0.4;
  #size = 0.35;
  #coherence = 0;
  #goal = 0;

  constructor(canvas) {
    Object.assign(this, sharp(canvas));
    this.gold = colour("gold");
  }

  feed(phase, inhaleShare, coherence, isMoving, now = performance.now()) {
    this.#goal = coherence ?? 0;
    if (phase === null || phase === undefined) {
      this.#phase = null;
      return;
    }
    const seconds = (now - this.#heardAt) / 1000;
    const turned = this.#phase === null ? 0 : wrap(phase - this.#phase);
    if (this.#phase === null) this.#shown = phase;
    else if (seconds > 0.02 && seconds < 1 && turned > 0) this.#rate += (turned / seconds - this.#rate) * 0.05;
    this.isMoving = isMoving;
    this.#phase = phase;
    this.#heardAt = now;
    this.#inhale = inhaleShare || 0.4;
  }

  get isInhale() {
    return this.#shown < this.#inhale;
  }

  // Seconds until the breath turns.
  get left() {
    const end = this.isInhale ? this.#inhale : 1;
    return (end - this.#shown) / this.#rate;
  }

  get isRunning() {
    return this.#phase !== null;
  }

  draw(seconds, now) {
    this.#coherence += (this.#goal - this.#coherence) * Math.min(1, seconds * 1.5);
    if (this.#phase !== null) this.#advance(seconds, now);
    const share = this.isInhale ? this.#shown / this.#inhale : (1 - this.#shown) / (1 - this.#inhale);
    const goal = this.#phase === null ? 0.35 : ease(share);
    this.#size += (goal - this.#size) * Math.min(1, seconds * 8);
    this.#paint(REDUCED.matches ? 0.6 : this.#size, REDUCED.matches ? share : null);
  }

  #advance(seconds, now) {
    const isFresh = now - this.#heardAt < 1500;
    if (this.isMoving && isFresh) this.#shown += this.#rate * seconds;
    const target = this.#phase + (this.isMoving && isFresh ? (this.#rate * (now - this.#heardAt)) / 1000 : 0);
    this.#shown += wrap(target - this.#shown) * Math.min(1, seconds * 4);
    this.#shown -= Math.floor(this.#shown);
  }

  #paint(size, share) {
    const { pen, size: room } = this;
    const x = room.width / 2;
    const y = room.height / 2;
    const most = Math.min(room.width, room.height) / 2 - 14;
    if (most <= 0) return;
    const radius = most * (0.46 + 0.45 * size);
    pen.clearRect(0, 0, room.width, room.height);
    const glow = pen.createRadialGradient(x, y, radius * 0.2, x, y, radius * 1.28);
    glow.addColorStop(0, "#8f6ff2");
    glow.addColorStop(0.62, "#6a4bc8");
    glow.addColorStop(0.781, "#5a3eb4");
    glow.addColorStop(0.79, "#7c5ce040");
    glow.addColorStop(1, "#7c5ce000");
    pen.fillStyle = glow;
    pen.beginPath();
    pen.arc(x, y, radius * 1.28, 0, 7);
    pen.fill();
    this.#ring(x, y, most, 1, "#ffffff17", 5);
    this.#ring(x, y, most, this.#coherence, this.gold, 5);
    if (share !== null) this.#ring(x, y, most * 0.86, share, "#d9ccff", 4);
  }

  #ring(x, y, radius, share, style, width) {
    if (share < 0.004) return;
    const { pen } = this;
    pen.beginPath();
    pen.arc(x, y, radius, -Math.PI / 2, -Math.PI / 2 + 2 * Math.PI * share);
    pen.strokeStyle = style;
    pen.lineWidth = width;
    pen.lineCap = "round";
    pen.stroke();
  }
}
