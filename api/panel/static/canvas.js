// A canvas that is as sharp as its screen, and colours from the one stylesheet.

export const REDUCED = matchMedia("(prefers-reduced-motion: reduce)");

export function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

export function sharp(canvas, onResize = () => {}) {
  const pen = canvas.getContext("2d");
  const size = { width: 0, height: 0 };
  new ResizeObserver(() => {
    const scale = Math.min(devicePixelRatio || 1, 2);
    size.width = canvas.clientWidth;
    size.height = canvas.clientHeight;
    canvas.width = Math.max(1, Math.round(size.width * scale));
    canvas.height = Math.max(1, Math.round(size.height * scale));
    pen.setTransform(scale, 0, 0, scale, 0, 0);
    onResize();
  }).observe(canvas);
  return { pen, size };
}

// Calls draw(seconds since the last picture) for every picture the screen shows while it can be seen.
export function animate(draw) {
  let before = performance.now();
  const step = (now) => {
    // Asked for first: one picture that fails must not be the last.
    requestAnimationFrame(step);
    draw(Math.min((now - before) / 1000, 0.1), now);
    before = now;
  };
  requestAnimationFrame(step);
}
