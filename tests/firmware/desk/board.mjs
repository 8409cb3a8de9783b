// A wearable on a desk: real MicroPython (WebAssembly) on a terminal, with a flash that outlives a reset.
// node board.mjs PACKAGE FLASH; the line is on file descriptor 3, the console on standard error.
import fs from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";

const [packageFolder, flash] = process.argv.slice(2);
const { loadMicroPython } = await import(pathToFileURL(path.join(packageFolder, "micropython.mjs")));
const say = (text) => fs.writeSync(2, text + "\n");
const heapsize = Number(process.env.HEAP_BYTES || 192 * 1024);
const mp = await loadMicroPython({ stdout: say, stderr: say, linebuffer: true, heapsize });
const [RESET, FELL] = [75, 76];
const OWN = new Set(["/tmp", "/home", "/dev", "/proc"]);

const kept = new Map();

function load(from, to) {
  for (const name of fs.readdirSync(from)) {
    const [source, target] = [path.join(from, name), path.posix.join(to, name)];
    if (fs.statSync(source).isDirectory()) {
      mp.FS.mkdir(target);
      load(source, target);
    } else {
      kept.set(source, fs.readFileSync(source));
      mp.FS.writeFile(target, kept.get(source));
    }
  }
}

function store(from, to) {
  fs.mkdirSync(to, { recursive: true });
  const names = mp.FS.readdir(from).filter((name) => name !== "." && name !== "..");
  for (const name of fs.readdirSync(to)) {
    if (!names.includes(name)) fs.rmSync(path.join(to, name), { recursive: true });
  }
  for (const name of names) {
    const [source, target] = [path.posix.join(from, name), path.join(to, name)];
    if (OWN.has(source)) continue;
    if (mp.FS.isDir(mp.FS.stat(source).mode)) store(source, target);
    else {
      const data = Buffer.from(mp.FS.readFile(source));
      if (!kept.get(target)?.equals(data)) fs.writeFileSync(target, data);
      kept.set(target, data);
    }
  }
}

// The line never blocks: with nobody at the far end bytes are refused, as a cable without a reader does.
const LINE = 3;
const arrived = [];
function listen() {
  const piece = Buffer.alloc(1024);
  try {
    for (let count; (count = fs.readSync(LINE, piece)) > 0; ) arrived.push(...piece.subarray(0, count));
  } catch (error) {
    if (!["EAGAIN", "EIO"].includes(error.code)) throw error;
  }
}

mp.registerJsModule("desk_port", {
  any: () => (listen(), arrived.length),
  take: (count) => (listen(), Uint8Array.from(arrived.splice(0, count))),
  send: (data) => {
    try {
      return fs.writeSync(LINE, Uint8Array.from(data));
    } catch (error) {
      if (!["EAGAIN", "EIO"].includes(error.code)) throw error;
      return 0;
    }
  },
  now_ms: () => performance.timeOrigin + performance.now(),
  sync: () => store("/", flash),
  reset: () => {
    store("/", flash);
    process.exit(RESET);
  },
});

load(flash, "/");
try {
  mp.runPython(fs.readFileSync(path.join(flash, "boot.py"), "utf8"));
  await mp.runPythonAsync("import desk_start\nawait desk_start.run()");
} catch (error) {
  // As `start.py` does: whatever ended the program, the board starts over.
  say(String(error.message ?? error));
  store("/", flash);
  process.exit(FELL);
}
process.exit(0);
