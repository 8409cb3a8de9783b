// The heart trace: samples come ten times a second in handfuls and leave the pen as one smooth line.

import { colour, sharp } from "./canvas.js";

const SPAN_S = 6;
const LAG_S = 0.25;
const KEPT = 2048;

export class Trace {
  #ring = new Float32Array(KEPT);
  #written = 0;
  #shown = 0;
  #rate = 0;
  #low = 0;
  #high = 1;

  constructor(canvas) {
    Object.assign(this, sharp(canvas));
    this.line = colour("purple");
    this.head = colour("gold");
  }

  feed(wave, rate) {
    if (!wave.length || !(rate > 0)) return;
    if (rate !== this.#rate) {
      this.#rate = rate;
      this.#written = this.#shown = 0;
    }
    for (const value of wave) this.#ring[this.#written++ % KEPT] = value;
  }

  draw(seconds) {
    const { pen, size } = this;
    pen.clearRect(0, 0, size.width, size.height);
    this.#grid();
    if (!this.#rate) return;
    // Follow the newest sample at a fixed distance, so that a late handful is not seen.
    const goal = this.#written - LAG_S * this.#rate;
    const next = this.#shown + seconds * this.#rate;
    const isFar = Math.abs(goal - next) > this.#rate;
    this.#shown = Math.min(isFar ? goal : next + (goal - next) * Math.min(1, seconds), this.#written - 1);
    const span = Math.min(SPAN_S * this.#rate, KEPT - 64);
    const from = Math.max(0, Math.ceil(this.#shown - span), this.#written - KEPT);
    const to = Math.floor(this.#shown);
    if (to - from < 2) return;
    this.#fit(from, to, seconds);
    const x = (index) => size.width - 14 - ((this.#shown - index) / span) * (size.width - 14);
    const room = size.height - 44;
    const y = (value) => 30 + room * (1 - (value - this.#low) / (this.#high - this.#low));
    const fade = pen.createLinearGradient(0, 0, size.width, 0);
    fade.addColorStop(0, "#a98bff00");
    fade.addColorStop(0.25, this.line);
    fade.addColorStop(1, "#e6dcff");
    pen.beginPath();
    for (let index = from; index <= to; index++) pen.lineTo(x(index), y(this.#ring[index % KEPT]));
    pen.strokeStyle = fade;
    pen.lineWidth = 2;
    pen.lineJoin = "round";
    pen.stroke();
    pen.beginPath();
    pen.arc(x(to), y(this.#ring[to % KEPT]), 3.5, 0, 7);
    pen.fillStyle = this.head;
    pen.fill();
  }

  #fit(from, to, seconds) {
    let low = Infinity;
    let high = -Infinity;
    for (let index = from; index <= to; index++) {
      const value = this.#ring[index % KEPT];
      if (value < low) low = value;
      if (value > high) high = value;
    }
    if (high - low < 1e-6) high = low + 1e-6;
    // Widen at once so that no beat is cut, narrow slowly so that the line keeps its size.
    const ease = Math.min(1, seconds * 0.8);
    this.#low = low < this.#low ? low : this.#low + (low - this.#low) * ease;
    this.#high = high > this.#high ? high : this.#high + (high - this.#high) * ease;
  }

  #grid() {
    const { pen, size } = this;
    pen.strokeStyle = "#ffffff0d";
    pen.lineWidth = 1;
    pen.beginPath();
    for (let part = 1; part < SPAN_S; part++) {
      const x = Math.round((size.width * part) / SPAN_S) + 0.5;
      pen.moveTo(x, 0);
      pen.lineTo(x, size.height);
    }
    pen.stroke();
  }
}
