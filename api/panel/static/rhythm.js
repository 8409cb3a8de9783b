// The heart rhythm: each beat's rate over the last minute and a half; slow breathing makes it a wave.

import { colour, sharp } from "./canvas.js";

const SPAN_S = 90;

export class Rhythm {
  #beats = [];
  #now = 0;

  constructor(canvas) {
    Object.assign(this, sharp(canvas));
    this.gold = colour("gold");
    this.soft = colour("soft");
  }

  feed(beats, now) {
    if (now < this.#now - 1) this.#beats = [];
    this.#now = now;
    for (const time of beats) {
      const before = this.#beats.at(-1);
      const gap = before ? time - before.time : 0;
      if (before && gap <= 0.2) continue;
      this.#beats.push({ time, rate: gap > 0.2 && gap < 2.2 ? 60 / gap : null });
    }
    while (this.#beats.length && this.#beats[0].time < now - SPAN_S - 2) this.#beats.shift();
  }

  draw() {
    const { pen, size } = this;
    pen.clearRect(0, 0, size.width, size.height);
    const known = this.#beats.filter((beat) => beat.rate !== null);
    if (known.length < 3) return;
    const rates = known.map((beat) => beat.rate);
    const middle = (Math.max(...rates) + Math.min(...rates)) / 2;
    const reach = Math.max(6, (Math.max(...rates) - Math.min(...rates)) / 2 + 2);
    const right = size.width - 40;
    const x = (time) => right - ((this.#now - time) / SPAN_S) * right;
    const y = (rate) => 34 + (size.height - 48) * (0.5 - (rate - middle) / (2 * reach));
    pen.font = "12px system-ui, sans-serif";
    pen.textBaseline = "middle";
    pen.textAlign = "left";
    pen.lineWidth = 1;
    const step = reach > 15 ? 10 : 5;
    for (let rate = Math.ceil((middle - reach) / step) * step; rate <= middle + reach; rate += step) {
      pen.strokeStyle = "#ffffff12";
      pen.beginPath();
      pen.moveTo(0, y(rate));
      pen.lineTo(right, y(rate));
      pen.stroke();
      pen.fillStyle = this.soft;
      pen.fillText(rate, right + 8, y(rate));
    }
    pen.beginPath();
    let isOpen = false;
    for (const beat of this.#beats) {
      if (beat.rate === null) isOpen = false;
      else if (isOpen) pen.lineTo(x(beat.time), y(beat.rate));
      else {
        pen.moveTo(x(beat.time), y(beat.rate));
        isOpen = true;
      }
    }
    pen.strokeStyle = this.gold;
    pen.lineWidth = 2;
    pen.lineJoin = "round";
    pen.stroke();
  }
}
