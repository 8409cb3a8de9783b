// One curve over time, with a reading under the finger; a corrected beat wears a golden dot.

import { colour, sharp } from "./canvas.js";
import { duration } from "./figures.js";

const LEFT = 40;
const BOTTOM = 22;
const STEPS = [1, 2, 5, 10, 20, 25, 50];
const SECONDS = [5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600];

export class Chart {
  #at = null;

  // curve: {times, values, unit, ink, marks?, range?, least?}; a null value is a gap.
  constructor(canvas, reading, curve) {
    Object.assign(this, sharp(canvas, () => this.draw()), { reading, curve });
    canvas.addEventListener("pointermove", (event) => this.#read(event.offsetX));
    canvas.addEventListener("pointerleave", () => this.#read(null));
  }

  draw() {
    const { pen, size, curve } = this;
    pen.clearRect(0, 0, size.width, size.height);
    const known = curve.values.filter((value) => value !== null);
    pen.font = "12px system-ui, sans-serif";
    pen.fillStyle = colour("soft");
    if (known.length < 2) {
      pen.textAlign = "center";
      pen.fillText("Not enough to draw yet", size.width / 2, size.height / 2);
      return;
    }
    this.#scale(known);
    this.#axes();
    this.#line();
    if (this.#at !== null) this.#cursor();
  }

  #scale(known) {
    const { size, curve } = this;
    const sorted = [...known].sort((a, b) => a - b);
    // One wild beat must not flatten all the others: the scale holds 99 in 100.
    const share = (part) => sorted[Math.round((sorted.length - 1) * part)];
    let [low, high] = curve.range ?? [share(0.005) - 2, share(0.995) + 2];
    const lack = (curve.least ?? 0) - (high - low);
    if (lack > 0) [low, high] = [low - lack / 2, high + lack / 2];
    const [from, to] = [Math.min(0, curve.times[0]), curve.times.at(-1)];
    this.low = low;
    this.high = high;
    this.from = from;
    this.to = to;
    this.x = (time) => LEFT + ((time - from) / (to - from || 1)) * (size.width - LEFT - 6);
    this.y = (value) => 6 + (1 - (Math.min(high, Math.max(low, value)) - low) / (high - low)) * (size.height - BOTTOM - 8);
  }

  #axes() {
    const { pen, size } = this;
    pen.strokeStyle = "#ffffff12";
    pen.lineWidth = 1;
    pen.textBaseline = "middle";
    pen.textAlign = "right";
    const step = STEPS.find((one) => (this.high - this.low) / one <= size.height / 40) ?? 100;
    for (let value = Math.ceil(this.low / step) * step; value <= this.high; value += step) {
      pen.beginPath();
      pen.moveTo(LEFT, this.y(value));
      pen.lineTo(size.width, this.y(value));
      pen.stroke();
      pen.fillText(value, LEFT - 8, this.y(value));
    }
    pen.textAlign = "center";
    const wide = SECONDS.find((one) => (this.to - this.from) / one <= size.width / 90) ?? 7200;
    for (let time = Math.ceil(this.from / wide) * wide; time <= this.to; time += wide) {
      if (this.x(time) < size.width - 18) pen.fillText(duration(time), this.x(time), size.height - 8);
    }
  }

  #line() {
    const { pen, curve } = this;
    pen.beginPath();
    let isOpen = false;
    curve.values.forEach((value, index) => {
      if (value === null) isOpen = false;
      else if (isOpen) pen.lineTo(this.x(curve.times[index]), this.y(value));
      else {
        pen.moveTo(this.x(curve.times[index]), this.y(value));
        isOpen = true;
      }
    });
    pen.strokeStyle = colour(curve.ink);
    pen.lineWidth = 1.6;
    pen.lineJoin = "round";
    pen.stroke();
    pen.fillStyle = colour("gold");
    curve.marks?.forEach((isMarked, index) => {
      if (isMarked) this.#dot(index, 2.6);
    });
  }

  #cursor() {
    this.pen.fillStyle = colour("text");
    this.#dot(this.#at, 4);
  }

  #dot(index, radius) {
    const { pen, curve } = this;
    if (curve.values[index] === null) return;
    pen.beginPath();
    pen.arc(this.x(curve.times[index]), this.y(curve.values[index]), radius, 0, 7);
    pen.fill();
  }

  #read(place) {
    const { curve } = this;
    if (!this.x) return;
    this.#at = null;
    if (place !== null) {
      const distance = (index) => Math.abs(this.x(curve.times[index]) - place);
      curve.times.forEach((_, index) => {
        if (this.#at === null || distance(index) < distance(this.#at)) this.#at = index;
      });
    }
    const value = this.#at === null ? null : curve.values[this.#at];
    this.reading.textContent = value === null ? "" : `${duration(curve.times[this.#at])}  ${value.toFixed(0)} ${curve.unit}`;
    this.draw();
  }
}
